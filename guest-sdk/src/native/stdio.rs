//! stdio in an ordinary process.

use std::{
    fs::File,
    io::{Read as _, Write as _},
    os::fd::{AsFd, AsRawFd as _},
};

use crate::{
    Server,
    engine::Engine,
    stdio::{self, LINE, Pipe},
};

/// What a pipe holds by default.
const READ: usize = 64 << 10;

struct Streams {
    // The descriptors themselves: std's own handles add a lock and a second buffer.
    input: File,
    output: File,
    widened: Widened,
}

/// Which pipes were widened already.
#[derive(Default)]
struct Widened {
    input: bool,
    output: bool,
}

/// Has a pipe hold a megabyte, the most that any user may ask for. A message of megabytes is then handed over in a few pieces and not in
/// dozens, each of which puts one side to sleep and wakes the other. What is no pipe, or may not be widened, stays as it is.
fn widen(pipe: &File, done: &mut bool) {
    if std::mem::replace(done, true) {
        return;
    }
    #[cfg(target_os = "linux")]
    #[expect(
        unsafe_code,
        reason = "fcntl(2) with a number changes nothing but the pipe; std has no call for it"
    )]
    let _ = unsafe { libc::fcntl(pipe.as_raw_fd(), libc::F_SETPIPE_SZ, 1 << 20) };
    #[cfg(not(target_os = "linux"))]
    let _ = pipe;
}

impl Pipe for Streams {
    fn read(&mut self, buffer: &mut Vec<u8>) -> bool {
        let start = buffer.len();
        buffer.resize(start + READ, 0);
        loop {
            match self.input.read(&mut buffer[start..]) {
                Ok(count) => {
                    if count == READ {
                        widen(&self.input, &mut self.widened.input);
                    }
                    buffer.truncate(start + count);
                    return count > 0;
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => {
                    buffer.truncate(start);
                    return false;
                }
            }
        }
    }

    fn ready(&mut self) -> bool {
        let mut poll = libc::pollfd {
            fd: self.input.as_raw_fd(),
            events: libc::POLLIN,
            revents: 0,
        };
        #[expect(
            unsafe_code,
            reason = "poll(2) reads and writes one local structure; std has no call that asks whether input is there"
        )]
        let found = unsafe { libc::poll(&raw mut poll, 1, 0) };
        found > 0
    }

    fn write(&mut self, bytes: &[u8]) -> bool {
        if bytes.len() > READ {
            widen(&self.output, &mut self.widened.output);
        }
        self.output.write_all(bytes).is_ok()
    }
}

/// Serves stdin and stdout until stdin ends.
pub(super) fn serve(server: &'static Server) -> std::io::Result<()> {
    let input = File::from(std::io::stdin().as_fd().try_clone_to_owned()?);
    let output = File::from(std::io::stdout().as_fd().try_clone_to_owned()?);
    let streams = Streams {
        input,
        output,
        widened: Widened::default(),
    };
    stdio::serve(&mut Engine::new(server), streams, LINE);
    Ok(())
}
