//! Lines out of a stream of bytes, bounded in length.

use mcp_wire::json::line_feed;

/// The longest line that is read, in bytes. A longer one is answered with an error and skipped up to its end.
pub const LINE: usize = 64 << 20;

/// A pair of byte streams.
pub trait Pipe {
    /// Waits for bytes and appends them; `false` at the end.
    fn read(&mut self, buffer: &mut Vec<u8>) -> bool;

    /// Whether [`Pipe::read`] would give bytes (or the end) without waiting.
    fn ready(&mut self) -> bool;

    /// Writes all bytes and flushes; `false` where nobody listens any more.
    fn write(&mut self, bytes: &[u8]) -> bool;
}

/// One line, or why there is none.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    /// A line without its end.
    Whole(Vec<u8>),
    /// The line was longer than [`LINE`].
    TooLong,
    /// Nothing more comes.
    End,
}

impl Line {
    /// How many bytes it holds.
    pub(super) fn len(&self) -> usize {
        match self {
            Line::Whole(text) => text.len(),
            Line::TooLong | Line::End => 0,
        }
    }
}

/// A pipe read line by line.
#[derive(Debug)]
pub struct Lines<P> {
    pub(super) pipe: P,
    limit: usize,
    /// What was read: a finished part before `from`, the rest behind it.
    buffer: Vec<u8>,
    from: usize,
    /// Up to where `buffer` is known to hold no line end.
    seen: usize,
    skipping: bool,
    ended: bool,
}

impl<P: Pipe> Lines<P> {
    /// Reads `pipe`, with lines of up to `limit` bytes.
    pub fn new(pipe: P, limit: usize) -> Self {
        Lines {
            pipe,
            limit,
            buffer: Vec::new(),
            from: 0,
            seen: 0,
            skipping: false,
            ended: false,
        }
    }

    /// The next line, waiting for it. `spare` is a buffer to be used again.
    pub fn next(&mut self, spare: Vec<u8>) -> Line {
        let mut spare = Some(spare);
        loop {
            if let Some(line) = self.cut(&mut spare) {
                return line;
            }
            if self.ended {
                return Line::End;
            }
            self.ended = !self.pipe.read(&mut self.buffer);
        }
    }

    /// The next line, if it is there without waiting.
    pub fn poll(&mut self) -> Option<Line> {
        loop {
            if let Some(line) = self.cut(&mut None) {
                return Some(line);
            }
            if self.ended {
                return Some(Line::End);
            }
            if !self.pipe.ready() {
                return None;
            }
            self.ended = !self.pipe.read(&mut self.buffer);
        }
    }

    /// Takes a line out of the buffer, if a whole one is in it.
    fn cut(&mut self, spare: &mut Option<Vec<u8>>) -> Option<Line> {
        loop {
            let (end, next) = match line_feed(&self.buffer, self.seen) {
                Some(end) => (end, end + 1),
                // A last line without an end is a line.
                None if self.ended && self.from < self.buffer.len() => {
                    (self.buffer.len(), self.buffer.len())
                }
                None => return self.unfinished(),
            };
            let too_long = end - self.from > self.limit;
            if std::mem::take(&mut self.skipping) || too_long {
                self.advance(next);
                if too_long {
                    return Some(Line::TooLong);
                }
                continue;
            }
            let mut line = spare.take().unwrap_or_default();
            line.clear();
            if self.from == 0 && next == self.buffer.len() {
                // The usual case: the buffer is this line. The two are swapped instead of copied.
                std::mem::swap(&mut line, &mut self.buffer);
                line.truncate(end);
                self.seen = 0;
            } else {
                line.extend_from_slice(&self.buffer[self.from..end]);
                self.advance(next);
            }
            if line.last() == Some(&b'\r') {
                line.pop();
            }
            if line.iter().all(u8::is_ascii_whitespace) {
                *spare = Some(line);
                continue;
            }
            return Some(Line::Whole(line));
        }
    }

    fn unfinished(&mut self) -> Option<Line> {
        self.seen = self.buffer.len();
        if self.skipping {
            self.advance(self.seen);
        } else if self.seen - self.from > self.limit {
            self.skipping = true;
            self.advance(self.seen);
            return Some(Line::TooLong);
        }
        None
    }

    fn advance(&mut self, to: usize) {
        self.from = to;
        self.seen = to;
        if to == self.buffer.len() {
            self.buffer.clear();
            // A buffer that held a huge line is given back.
            if self.buffer.capacity() > 4 << 20 {
                self.buffer = Vec::new();
            }
            (self.from, self.seen) = (0, 0);
        } else if to > 1 << 20 {
            self.buffer.drain(..to);
            (self.from, self.seen) = (0, 0);
        }
    }
}
