//! Pieces of a byte stream in, whole lines out, within a bound.

use std::borrow::Cow;

/// A line was longer than the bound; its bytes are skipped up to the next line feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

/// Gathers lines.
#[derive(Debug)]
pub struct Splitter {
    held: Vec<u8>,
    bound: usize,
    skipping: bool,
}

impl Splitter {
    /// Lines of at most `bound` bytes.
    pub fn new(bound: usize) -> Splitter {
        Splitter {
            held: Vec::new(),
            bound,
            skipping: false,
        }
    }

    /// Hands each line that `piece` completes to `each`, its line feed included. A long one that came in pieces is given away.
    pub fn push(&mut self, mut piece: &[u8], mut each: impl FnMut(Result<Cow<'_, [u8]>, TooLong>)) {
        while let Some(end) = memchr::memchr(b'\n', piece) {
            let (head, tail) = piece.split_at(end + 1);
            piece = tail;
            if self.skipping {
                self.skipping = false;
            } else if self.held.len() + head.len() > self.bound {
                self.held = Vec::new();
                each(Err(TooLong));
            } else if self.held.is_empty() {
                each(Ok(Cow::Borrowed(head)));
            } else {
                self.held.extend_from_slice(head);
                // A long line's memory is not kept for the short ones after it.
                if self.held.capacity() > 64 << 10 {
                    each(Ok(Cow::Owned(std::mem::take(&mut self.held))));
                } else {
                    each(Ok(Cow::Borrowed(&self.held)));
                    self.held.clear();
                }
            }
        }
        if self.skipping || piece.is_empty() {
            return;
        }
        if self.held.len() + piece.len() > self.bound {
            self.held = Vec::new();
            self.skipping = true;
            each(Err(TooLong));
        } else {
            self.held.extend_from_slice(piece);
        }
    }

    /// What came after the last line feed; the stream is over.
    pub fn rest(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bound: usize, pieces: &[&str]) -> Vec<String> {
        let mut splitter = Splitter::new(bound);
        let mut seen = Vec::new();
        for piece in pieces {
            splitter.push(piece.as_bytes(), |line| {
                seen.push(match line {
                    Ok(line) => String::from_utf8_lossy(&line).trim_end().to_owned(),
                    Err(TooLong) => "(too long)".to_owned(),
                });
            });
        }
        seen
    }

    #[test]
    fn lines_come_out_whole_however_they_came_in() {
        assert_eq!(
            lines(9, &["a\nb", "c", "\n", "d\ne\nf"]),
            ["a", "bc", "d", "e"]
        );
    }

    #[test]
    fn a_line_past_the_bound_is_named_once_and_skipped() {
        assert_eq!(lines(4, &["abcdef", "ghi", "\nok\n"]), ["(too long)", "ok"]);
        assert_eq!(lines(4, &["abcdefghi\nok\n"]), ["(too long)", "ok"]);
    }
}
