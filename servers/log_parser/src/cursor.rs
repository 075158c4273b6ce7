//! A reading position in one line: what every format's scanner is made of.
//!
//! Delimiters are ASCII, so cutting at them never splits a character; every step answers `None` where the line does not go on as asked.

use crate::white::is_white;
use memchr::memchr;

/// The unread rest of a line.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'a> {
    rest: &'a str,
    /// The line is printable ASCII: its only white space is the space, and words need no second look.
    plain: bool,
}

impl<'a> Cursor<'a> {
    /// At the start of a stripped line.
    pub(crate) fn new(line: &'a str) -> Self {
        Self {
            rest: line,
            plain: is_plain(line.as_bytes()),
        }
    }

    /// What has not been read.
    pub(crate) fn rest(&self) -> &'a str {
        self.rest
    }

    /// Reads exactly this text.
    pub(crate) fn eat(&mut self, text: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(text)?;
        Some(())
    }

    /// Reads up to the next `end`, which is consumed and not returned; what is returned may be empty.
    pub(crate) fn until(&mut self, end: u8) -> Option<&'a str> {
        let at = find(end, self.rest.as_bytes())?;
        let before = self.rest.get(..at)?;
        self.rest = self.rest.get(at + 1..)?;
        Some(before)
    }

    /// Reads one or more visible characters and the single space behind them, which is not returned.
    pub(crate) fn word(&mut self) -> Option<&'a str> {
        let word = self.until(b' ')?;
        let visible = !word.is_empty() && (self.plain || !word.contains(is_white));
        visible.then_some(word)
    }

    /// Reads one or more visible characters, up to white space or the end of the line.
    pub(crate) fn token(&mut self) -> Option<&'a str> {
        let end = if self.plain {
            find(b' ', self.rest.as_bytes())
        } else {
            self.rest.find(is_white)
        }
        .unwrap_or(self.rest.len());
        let (token, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        (!token.is_empty()).then_some(token)
    }

    /// Reads one or more ASCII digits.
    pub(crate) fn digits(&mut self) -> Option<&'a str> {
        let end = self
            .rest
            .bytes()
            .position(|b| !b.is_ascii_digit())
            .unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        (!digits.is_empty()).then_some(digits)
    }

    /// Reads exactly `count` ASCII digits.
    pub(crate) fn exact_digits(&mut self, count: usize) -> Option<()> {
        let (digits, rest) = self.rest.split_at_checked(count)?;
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        self.rest = rest;
        Some(())
    }

    /// Reads one or more white-space characters.
    pub(crate) fn white(&mut self) -> Option<()> {
        let rest = if self.plain {
            self.rest.trim_start_matches(' ')
        } else {
            self.rest.trim_start_matches(is_white)
        };
        let moved = rest.len() < self.rest.len();
        self.rest = rest;
        moved.then_some(())
    }

    /// What lies between an earlier position and this one.
    pub(crate) fn since(&self, earlier: &Cursor<'a>) -> &'a str {
        earlier
            .rest
            .get(..earlier.rest.len().saturating_sub(self.rest.len()))
            .unwrap_or("")
    }
}

/// Where a byte stands first.
#[inline(always)]
fn find(byte: u8, bytes: &[u8]) -> Option<usize> {
    // Most words end within sixteen bytes: looking at two machine words here is cheaper than a call.
    const ONES: u64 = 0x0101_0101_0101_0101;
    let mut from = 0;
    while from < 16 {
        let Some(chunk) = bytes.get(from..).and_then(|rest| rest.first_chunk::<8>()) else {
            break;
        };
        let x = u64::from_le_bytes(*chunk) ^ (ONES * u64::from(byte));
        let found = x.wrapping_sub(ONES) & !x & (ONES << 7);
        if found != 0 {
            return Some(from + found.trailing_zeros() as usize / 8);
        }
        from += 8;
    }
    memchr(byte, bytes.get(from..)?).map(|at| from + at)
}

/// Whether all bytes are printable ASCII.
fn is_plain(bytes: &[u8]) -> bool {
    // Shifted down by the space, printable bytes are the 0x5f smallest: the greatest tells, in two instructions for sixteen bytes on both targets.
    // There is no early exit, which would forbid that.
    fn greater(most: [u8; 16], chunk: &[u8; 16]) -> [u8; 16] {
        std::array::from_fn(|place| most[place].max(chunk[place].wrapping_sub(b' ')))
    }
    let (chunks, mut tail) = bytes.as_chunks::<16>();
    let mut most = chunks.iter().fold([0; 16], greater);
    if let Some(last) = bytes.last_chunk::<16>() {
        // The last step overlaps the one before it.
        most = greater(most, last);
        tail = &[];
    }
    // All sixteen are compared as one number: taking them out one by one would cost more than the loop.
    const ONES: u128 = u128::from_ne_bytes([1; 16]);
    let most = u128::from_ne_bytes(most);
    ((most.wrapping_add(ONES * (0x80 - 0x5f)) | most) & (ONES << 7)) == 0
        && tail.iter().all(|b| (0x20..0x7f).contains(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_is_printable_ascii() {
        assert!(is_plain(b""));
        assert!(is_plain(
            b"GET /index.html HTTP/1.1 and more than sixteen ~"
        ));
        for odd in ["\t", "\u{7f}", "\u{e9}", "\0"] {
            for at in [0, 3, 15, 16, 31, 40] {
                let mut line = "x".repeat(41);
                line.insert_str(at, odd);
                assert!(!is_plain(line.as_bytes()), "{odd:?} at {at}");
            }
        }
    }

    #[test]
    fn a_word_ends_at_one_space_and_holds_no_white_space() {
        let mut cursor = Cursor::new("one two\tthree four\u{a0}five six");
        assert_eq!(cursor.word(), Some("one"));
        assert_eq!(cursor.clone().word(), None, "a tab is no single space");
        assert_eq!(cursor.token(), Some("two"));
        assert_eq!(cursor.white(), Some(()));
        assert_eq!(cursor.word(), Some("three"));
        assert_eq!(cursor.token(), Some("four"));
        assert_eq!(cursor.digits(), None);
    }
}
