//! What a process wrote and nobody has taken yet, line by line.

use std::ops::Range;

// One read fills at least so much: as much as a pipe holds.
const CHUNK: usize = 1 << 16;

/// What came and is not taken yet. The memory stays from answer to answer: growing it anew for each would be timed as the subject's.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) bytes: Vec<u8>,
    /// Before it, everything is taken.
    pub(super) start: usize,
    /// Before it, there is no line feed.
    scanned: usize,
    /// Behind it, nothing has come.
    pub(super) end: usize,
}

impl Received {
    pub(super) fn new() -> Self {
        Received {
            bytes: vec![0; CHUNK],
            start: 0,
            scanned: 0,
            end: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.end - self.start
    }

    /// Where the next bytes go.
    pub(super) fn room(&mut self) -> &mut [u8] {
        if self.start == self.end {
            (self.start, self.scanned, self.end) = (0, 0, 0);
        }
        if self.bytes.len() - self.end < CHUNK {
            self.bytes.copy_within(self.start..self.end, 0);
            self.scanned -= self.start;
            self.end -= self.start;
            self.start = 0;
            if self.bytes.len() - self.end < CHUNK {
                self.bytes.resize(self.bytes.len() * 2 + CHUNK, 0);
            }
        }
        &mut self.bytes[self.end..]
    }

    /// Takes the next line; where it stands, without its line feed.
    pub(super) fn take_line(&mut self) -> Option<Range<usize>> {
        let Some(length) = memchr::memchr(b'\n', &self.bytes[self.scanned..self.end]) else {
            self.scanned = self.end;
            return None;
        };
        let line = self.start..self.scanned + length;
        self.start = line.end + 1;
        self.scanned = self.start;
        Some(line)
    }
}
