//! A pair of queues as the client's side: sessions inside this process.

use super::wire::{Fill, Front};
use std::collections::VecDeque;
use std::io::Write;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// Lines on their way to and from the guest.
#[derive(Debug, Default)]
pub struct Queues {
    incoming: VecDeque<Vec<u8>>,
    /// Bytes in `incoming`.
    backlog: usize,
    outgoing: VecDeque<Vec<u8>>,
    closed: bool,
    guest: Option<Waker>,
}

impl Queues {
    /// Gives the guest a line; a line feed is added where it has none.
    pub fn send(&mut self, line: &[u8]) {
        let mut line = line.to_vec();
        if line.last() != Some(&b'\n') {
            line.push(b'\n');
        }
        self.backlog += line.len();
        self.incoming.push_back(line);
        self.wake();
    }

    /// How many bytes wait for the guest.
    pub fn backlog(&self) -> usize {
        self.backlog
    }

    /// The next line of the guest, without its line feed.
    pub fn receive(&mut self) -> Option<Vec<u8>> {
        let mut line = self.outgoing.pop_front()?;
        if line.last() == Some(&b'\n') {
            line.pop();
        }
        Some(line)
    }

    /// Ends the guest's stdin.
    pub fn close(&mut self) {
        self.closed = true;
        self.wake();
    }

    fn wake(&mut self) {
        if let Some(waker) = self.guest.take() {
            waker.wake();
        }
    }
}

impl Front for Queues {
    const WAITS: bool = false;

    fn read(&mut self, _wait: bool, take: &mut dyn FnMut(&[u8])) -> Fill {
        match self.incoming.pop_front() {
            Some(line) => {
                self.backlog -= line.len();
                take(&line);
                Fill::Some
            }
            None if self.closed => Fill::End,
            None => Fill::Nothing,
        }
    }

    fn poll_readable(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.closed || !self.incoming.is_empty() {
            return Poll::Ready(());
        }
        self.guest = Some(cx.waker().clone());
        Poll::Pending
    }

    fn write(&mut self, line: &[u8]) -> std::io::Result<()> {
        self.outgoing.push_back(line.to_vec());
        Ok(())
    }

    fn alarm(&mut self, _after: Duration) {
        // The host's ticker raises the epoch for every session.
    }

    fn note(&mut self, text: &str) {
        let _ = writeln!(std::io::stderr(), "wasmmcp-runtime: {text}");
    }
}
