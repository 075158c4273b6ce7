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

const READ: usize = 64 << 10;

struct Streams {
    // The descriptors themselves: std's own handles add a lock and a second buffer.
    input: File,
    output: File,
}

impl Pipe for Streams {
    fn read(&mut self, buffer: &mut Vec<u8>) -> bool {
        let start = buffer.len();
        buffer.resize(start + READ, 0);
        loop {
            match self.input.read(&mut buffer[start..]) {
                Ok(count) => {
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
        self.output.write_all(bytes).is_ok()
    }
}

/// Serves stdin and stdout until stdin ends.
pub(super) fn serve(server: &'static Server) -> std::io::Result<()> {
    let input = File::from(std::io::stdin().as_fd().try_clone_to_owned()?);
    let output = File::from(std::io::stdout().as_fd().try_clone_to_owned()?);
    stdio::serve(&mut Engine::new(server), Streams { input, output }, LINE);
    Ok(())
}
