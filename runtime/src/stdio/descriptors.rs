//! The process's own stdin and stdout as the client's side: read and written in place.

use super::alarm;
use super::wire::{Fill, Front};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// Stdin and stdout.
pub struct Descriptors {
    stdin: File,
    stdout: File,
    buffer: Vec<u8>,
    watch: Watch,
    widened: Widened,
}

/// Which pipes were widened already.
#[derive(Default)]
struct Widened {
    stdin: bool,
    stdout: bool,
}

/// What a pipe holds by default.
const PIPE: usize = 64 << 10;

/// Has a pipe hold a megabyte, the most that any user may ask for. A message of megabytes is then handed over in a few pieces and not in
/// dozens, each of which puts one side to sleep and wakes the other. What is no pipe, or may not be widened, stays as it is.
fn widen(pipe: BorrowedFd<'_>, done: &mut bool) {
    if std::mem::replace(done, true) {
        return;
    }
    #[cfg(target_os = "linux")]
    let _ = rustix::pipe::fcntl_setpipe_size(pipe, 1 << 20);
    #[cfg(not(target_os = "linux"))]
    let _ = pipe;
}

/// How readiness is awaited when the guest waits for more than stdin.
enum Watch {
    Unused,
    Registered(AsyncFd<OwnedFd>),
    /// A regular file cannot be watched, and is always ready.
    AlwaysReady,
}

impl Descriptors {
    /// Takes this process's stdin and stdout.
    ///
    /// # Errors
    ///
    /// One of them is closed.
    pub fn take() -> std::io::Result<Descriptors> {
        Ok(Descriptors {
            stdin: File::from(std::io::stdin().as_fd().try_clone_to_owned()?),
            stdout: File::from(std::io::stdout().as_fd().try_clone_to_owned()?),
            buffer: Vec::new(),
            watch: Watch::Unused,
            widened: Widened::default(),
        })
    }

    fn readable_now(&self) -> bool {
        let mut wanted = [PollFd::new(&self.stdin, PollFlags::IN)];
        // Closed counts as readable: the read then says so.
        matches!(poll(&mut wanted, Some(&Timespec::default())), Ok(1..))
    }
}

fn watch(own: OwnedFd) -> Watch {
    #[expect(
        unsafe_code,
        reason = "the descriptor is a duplicate that the registration owns and closes last"
    )]
    let registered = unsafe { AsyncFd::register_with_interest(own, Interest::READABLE) };
    registered.map_or(Watch::AlwaysReady, Watch::Registered)
}

impl Front for Descriptors {
    const WAITS: bool = true;

    fn read(&mut self, wait: bool, take: &mut dyn FnMut(&[u8])) -> Fill {
        if !wait && !self.readable_now() {
            return Fill::Nothing;
        }
        if self.buffer.is_empty() {
            self.buffer.resize(PIPE, 0);
        }
        match self.stdin.read(&mut self.buffer) {
            Ok(0) => Fill::End,
            Ok(length) => {
                if length == PIPE {
                    widen(self.stdin.as_fd(), &mut self.widened.stdin);
                }
                take(&self.buffer[..length]);
                Fill::Some
            }
            Err(error) => match error.kind() {
                ErrorKind::Interrupted => Fill::Interrupted,
                ErrorKind::WouldBlock if wait => {
                    // Somebody made the pipe non-blocking: wait by other means.
                    let mut wanted = [PollFd::new(&self.stdin, PollFlags::IN)];
                    match poll(&mut wanted, None) {
                        Ok(_) => Fill::Nothing,
                        Err(_) => Fill::Interrupted,
                    }
                }
                ErrorKind::WouldBlock => Fill::Nothing,
                _ => Fill::End,
            },
        }
    }

    fn poll_readable(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if matches!(self.watch, Watch::Unused) {
            self.watch = self
                .stdin
                .as_fd()
                .try_clone_to_owned()
                .map_or(Watch::AlwaysReady, watch);
        }
        let Watch::Registered(watched) = &self.watch else {
            return Poll::Ready(());
        };
        loop {
            match watched.poll_read_ready(cx) {
                Poll::Ready(Ok(mut guard)) => {
                    if self.readable_now() {
                        return Poll::Ready(());
                    }
                    guard.clear_ready();
                }
                Poll::Ready(Err(_)) => return Poll::Ready(()),
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    fn write(&mut self, line: &[u8]) -> std::io::Result<()> {
        if line.len() > PIPE {
            widen(self.stdout.as_fd(), &mut self.widened.stdout);
        }
        let mut left = line;
        while !left.is_empty() {
            match self.stdout.write(left) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(written) => left = &left[written..],
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    let mut wanted = [PollFd::new(&self.stdout, PollFlags::OUT)];
                    let _ = poll(&mut wanted, None);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn alarm(&mut self, after: Duration) {
        alarm::after(after);
    }

    fn note(&mut self, text: &str) {
        let _ = writeln!(std::io::stderr(), "wasmmcp-runtime: {text}");
    }
}
