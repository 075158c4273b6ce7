//! One validating pass over JSON text that keeps spans and builds nothing.

use std::borrow::Cow;

use super::{Raw, find::special, unescape};

/// How deeply arrays and objects may be nested.
pub const DEPTH: usize = 128;

/// Why a text is not JSON that is accepted here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// Not JSON at this byte offset.
    Syntax(usize),
    /// Nested deeper than [`DEPTH`].
    Deep,
}

/// A cursor in JSON text.
#[derive(Debug)]
pub struct Scan<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
}

type Scanned<T> = Result<T, Malformed>;

impl<'a> Scan<'a> {
    /// A cursor at the start of `text`.
    pub fn new(text: &'a str) -> Self {
        Scan {
            text,
            bytes: text.as_bytes(),
            at: 0,
        }
    }

    /// The text from `start` to the cursor, which the caller has just read as one value.
    pub(crate) fn since(&self, start: usize) -> Raw<'a> {
        Raw(&self.text[start..self.at])
    }

    /// The byte offset of the cursor.
    pub fn at(&self) -> usize {
        self.at
    }

    /// The next byte that is not white space, unread.
    pub fn peek(&mut self) -> Option<u8> {
        loop {
            let byte = *self.bytes.get(self.at)?;
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    /// Fails unless only white space is left.
    pub fn end(&mut self) -> Scanned<()> {
        if self.peek().is_none() {
            Ok(())
        } else {
            self.fail()
        }
    }

    fn fail<T>(&self) -> Scanned<T> {
        Err(Malformed::Syntax(self.at))
    }

    fn expect(&mut self, byte: u8) -> Scanned<()> {
        if self.peek() != Some(byte) {
            return self.fail();
        }
        self.at += 1;
        Ok(())
    }

    /// Reads an object and hands each member to `visit`, with the depth of its value. The visitor gets the value's span;
    /// `depth` is the depth at which this object stands (the outermost: 1).
    pub fn object(
        &mut self,
        depth: usize,
        mut visit: impl FnMut(Cow<'a, str>, Raw<'a>, usize) -> Scanned<()>,
    ) -> Scanned<()> {
        self.object_with(depth, |scan, key, depth| {
            let value = scan.value(depth)?;
            visit(key, value, depth)
        })
    }

    /// Like [`Scan::object`], but the visitor itself reads the value that comes next.
    pub fn object_with(
        &mut self,
        depth: usize,
        mut visit: impl FnMut(&mut Self, Cow<'a, str>, usize) -> Scanned<()>,
    ) -> Scanned<()> {
        if depth > DEPTH {
            return Err(Malformed::Deep);
        }
        self.expect(b'{')?;
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            if self.peek() != Some(b'"') {
                return self.fail();
            }
            let key = self.key()?;
            self.expect(b':')?;
            visit(self, key, depth + 1)?;
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return self.fail(),
            }
        }
    }

    fn key(&mut self) -> Scanned<Cow<'a, str>> {
        let start = self.at + 1;
        let escaped = self.string()?;
        let body = &self.text[start..self.at - 1];
        if !escaped {
            return Ok(Cow::Borrowed(body));
        }
        unescape(body)
            .map(Cow::Owned)
            .ok_or(Malformed::Syntax(start))
    }

    /// Reads one value of any kind and gives its text. `depth` is the depth at which it would stand as an object.
    pub fn value(&mut self, depth: usize) -> Scanned<Raw<'a>> {
        self.peek();
        let start = self.at;
        self.skip(depth)?;
        Ok(Raw(&self.text[start..self.at]))
    }

    /// Skips one value. No recursion: a bit of `kinds` for each open level says whether it is an object.
    fn skip(&mut self, outer: usize) -> Scanned<()> {
        let mut kinds: u128 = 0;
        let mut open: usize = 0;
        loop {
            // A value is due.
            match self.peek() {
                Some(b'"') => {
                    self.string()?;
                }
                Some(byte @ (b'{' | b'[')) => {
                    if outer + open > DEPTH {
                        return Err(Malformed::Deep);
                    }
                    self.at += 1;
                    let object = byte == b'{';
                    if self.peek() == Some(if object { b'}' } else { b']' }) {
                        self.at += 1;
                    } else {
                        kinds = kinds << 1 | u128::from(object);
                        open += 1;
                        if object {
                            self.skip_key()?;
                        }
                        continue;
                    }
                }
                Some(b'-' | b'0'..=b'9') => self.number()?,
                Some(b't') => self.literal("true")?,
                Some(b'f') => self.literal("false")?,
                Some(b'n') => self.literal("null")?,
                _ => return self.fail(),
            }
            // A value is read: what closes, what goes on?
            loop {
                if open == 0 {
                    return Ok(());
                }
                let object = kinds & 1 == 1;
                match self.peek() {
                    Some(b',') => {
                        self.at += 1;
                        if object {
                            self.skip_key()?;
                        }
                        break;
                    }
                    Some(b'}') if object => self.at += 1,
                    Some(b']') if !object => self.at += 1,
                    _ => return self.fail(),
                }
                kinds >>= 1;
                open -= 1;
            }
        }
    }

    fn skip_key(&mut self) -> Scanned<()> {
        if self.peek() != Some(b'"') {
            return self.fail();
        }
        self.string()?;
        self.expect(b':')
    }

    /// Skips the string that opens here; says whether it holds escapes.
    fn string(&mut self) -> Scanned<bool> {
        let mut escaped = false;
        self.at += 1;
        loop {
            self.at = special(self.bytes, self.at);
            match self.bytes.get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(escaped);
                }
                Some(b'\\') => {
                    escaped = true;
                    match self.bytes.get(self.at + 1) {
                        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                            self.at += 2
                        }
                        Some(b'u') => {
                            let digits = self.bytes.get(self.at + 2..self.at + 6);
                            if !digits.is_some_and(|four| four.iter().all(u8::is_ascii_hexdigit)) {
                                return self.fail();
                            }
                            self.at += 6;
                        }
                        _ => return self.fail(),
                    }
                }
                _ => return self.fail(),
            }
        }
    }

    fn literal(&mut self, word: &str) -> Scanned<()> {
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            return self.fail();
        }
        self.at += word.len();
        Ok(())
    }

    fn number(&mut self) -> Scanned<()> {
        if self.bytes[self.at] == b'-' {
            self.at += 1;
        }
        let leading_zero = self.bytes.get(self.at) == Some(&b'0');
        let digits = self.digits()?;
        if leading_zero && digits > 1 {
            return self.fail();
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.bytes.get(self.at) {
            self.at += 1;
            if let Some(b'+' | b'-') = self.bytes.get(self.at) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Scanned<usize> {
        let count = self.bytes[self.at..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        self.at += count;
        if count == 0 { self.fail() } else { Ok(count) }
    }
}
