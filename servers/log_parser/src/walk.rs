//! A walk over JSON that is known to be valid: finds the spans of members and elements without decoding them.
//!
//! Entries come back from the client as hundreds of kilobytes of JSON of which a tool needs one or two fields; they are read in one pass and echoed as
//! slices. On text that is not JSON the walk ends early or finds nonsense, and never panics or loops.

use memchr::memchr;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;

/// The deepest nesting that is passed on: clients refuse deeper ones.
pub(crate) const DEEPEST: usize = 100;

/// Why the walk cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Something else than an object stands where an entry is expected.
    NotAnObject,
    /// Nested deeper than [`DEEPEST`].
    TooDeep,
    /// Holds a number beyond every double.
    TooLarge,
    /// The text ends or breaks off.
    NotJson,
}

/// A position in a JSON text.
pub(crate) struct Walk<'a> {
    text: &'a str,
    at: usize,
    /// White space was seen between tokens.
    pub(crate) spaced: bool,
    /// The last string holds an escape.
    escaped: bool,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            spaced: false,
            escaped: false,
        }
    }

    /// The position, for [`Walk::since`].
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// The text from a position to this one.
    pub(crate) fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or("")
    }

    /// The next byte that is no white space.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        loop {
            match *self.text.as_bytes().get(self.at)? {
                b' ' | b'\t' | b'\n' | b'\r' => {
                    self.spaced = true;
                    self.at += 1;
                }
                byte => return Some(byte),
            }
        }
    }

    /// Steps over one byte if it is next.
    pub(crate) fn eat(&mut self, byte: u8) -> bool {
        let next = self.peek() == Some(byte);
        self.at += usize::from(next);
        next
    }

    /// Steps over a string and answers what stands between its quotes.
    pub(crate) fn string(&mut self) -> Result<&'a str, Trouble> {
        if !self.eat(b'"') {
            return Err(Trouble::NotJson);
        }
        let start = self.at;
        let (end, escaped) = string_end(self.text.as_bytes(), start).ok_or(Trouble::NotJson)?;
        self.escaped = escaped;
        self.at = end + 1;
        self.text.get(start..end).ok_or(Trouble::NotJson)
    }

    /// Steps over a value of any kind and answers it as it is written.
    pub(crate) fn value(&mut self, depth: usize) -> Result<&'a str, Trouble> {
        let first = self.peek().ok_or(Trouble::NotJson)?;
        let start = self.at;
        match first {
            b'"' => {
                self.string()?;
            }
            b'{' | b'[' => self.nested(depth)?,
            b'-' | b'0'..=b'9' => self.number()?,
            _ => {
                let bytes = self.text.as_bytes();
                while let Some(byte) = bytes.get(self.at)
                    && !matches!(byte, b',' | b']' | b'}' | b' ' | b'\t' | b'\n' | b'\r')
                {
                    self.at += 1;
                }
                if self.at == start {
                    return Err(Trouble::NotJson);
                }
            }
        }
        Ok(self.since(start))
    }

    /// Steps over a number, the first byte of which is next. One beyond every double is trouble: it is JSON, and many clients give up
    /// the whole answer for it.
    fn number(&mut self) -> Result<(), Trouble> {
        let start = self.at;
        let mut scaled = false;
        while let Some(byte) = self.text.as_bytes().get(self.at)
            && matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')
        {
            scaled |= matches!(byte, b'e' | b'E');
            self.at += 1;
        }
        // Without an exponent it takes 309 digits.
        let number = self.since(start);
        if (scaled || number.len() > 308) && serde_json::from_str::<f64>(number).is_err() {
            return Err(Trouble::TooLarge);
        }
        Ok(())
    }

    fn nested(&mut self, outer: usize) -> Result<(), Trouble> {
        let mut depth = outer;
        loop {
            match self.peek().ok_or(Trouble::NotJson)? {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => {
                    depth += 1;
                    if depth > DEEPEST {
                        return Err(Trouble::TooDeep);
                    }
                }
                b'-' | b'0'..=b'9' => {
                    self.number()?;
                    continue;
                }
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
            if depth <= outer {
                return Ok(());
            }
        }
    }

    /// Steps over an object, handing each member's key (between its quotes) and value (as written) to `member`.
    pub(crate) fn object(
        &mut self,
        depth: usize,
        mut member: impl FnMut(Key<'a>, &'a str),
    ) -> Result<(), Trouble> {
        if !self.eat(b'{') {
            return Err(Trouble::NotAnObject);
        }
        if self.eat(b'}') {
            return Ok(());
        }
        loop {
            let text = self.string()?;
            let key = Key {
                text,
                escaped: self.escaped,
            };
            if !self.eat(b':') {
                return Err(Trouble::NotJson);
            }
            let value = self.value(depth + 1)?;
            member(key, value);
            if self.eat(b'}') {
                return Ok(());
            }
            if !self.eat(b',') {
                return Err(Trouble::NotJson);
            }
        }
    }
}

/// Where the string that begins at `at` has its closing quote, and whether there is an escape before it.
#[inline]
fn string_end(bytes: &[u8], mut at: usize) -> Option<(usize, bool)> {
    let mut escaped = false;
    // Eight bytes at a time: keys and values are too short for a call of memchr to pay.
    const ONES: u64 = 0x0101_0101_0101_0101;
    let has = |word: u64, byte: u8| {
        let x = word ^ (ONES * u64::from(byte));
        x.wrapping_sub(ONES) & !x & (ONES << 7)
    };
    loop {
        if let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
            let word = u64::from_le_bytes(*chunk);
            let found = has(word, b'"') | has(word, b'\\');
            if found == 0 {
                at += 8;
                continue;
            }
            at += found.trailing_zeros() as usize / 8;
        }
        match *bytes.get(at)? {
            b'"' => return Some((at, escaped)),
            b'\\' => {
                escaped = true;
                at += 2;
            }
            _ => at += 1,
        }
    }
}

/// A member's key, as it stands between its quotes.
#[derive(Clone, Copy)]
pub(crate) struct Key<'a> {
    text: &'a str,
    /// It is spelled with escapes.
    escaped: bool,
}

impl<'a> Key<'a> {
    /// Whether the key is this name, however it is spelled.
    pub(crate) fn is(self, name: &str) -> bool {
        if self.escaped {
            return decode_inner(self.text) == name;
        }
        // Most keys differ in length or in their first letter, which is known without a call.
        self.text.len() == name.len()
            && self.text.as_bytes().first() == name.as_bytes().first()
            && self.text == name
    }

    /// The key, decoded.
    pub(crate) fn decode(self) -> Cow<'a, str> {
        decode_inner(self.text)
    }
}

/// A value as text: a string decoded, anything else as it is written.
pub(crate) fn text(value: &str) -> Cow<'_, str> {
    match value.strip_prefix('"').and_then(|v| v.strip_suffix('"')) {
        Some(inner) => decode_inner(inner),
        None => Cow::Borrowed(value),
    }
}

/// What stands between a string's quotes, decoded.
pub(crate) fn decode_inner(inner: &str) -> Cow<'_, str> {
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    // Half of a surrogate pair has no decoded form: it stays as it is written.
    match serde_json::from_str::<String>(&format!("\"{inner}\"")) {
        Ok(decoded) => Cow::Owned(decoded),
        Err(_) => Cow::Borrowed(inner),
    }
}

/// Whether every string of a valid JSON text can be decoded, so that any client can read it back.
pub(crate) fn is_sound(json: &str) -> bool {
    // Only \u escapes can name half of a surrogate pair.
    !has_unicode_escape(json.as_bytes()) || serde_json::from_str::<Sound>(json).is_ok()
}

fn has_unicode_escape(json: &[u8]) -> bool {
    let mut from = 0;
    while let Some(at) = json.get(from..).and_then(|rest| memchr(b'\\', rest)) {
        // In valid JSON a backslash is followed by what it escapes, which may be another one.
        if json.get(from + at + 1) == Some(&b'u') {
            return true;
        }
        from += at + 2;
    }
    false
}

/// Decodes everything and keeps nothing.
struct Sound;

impl<'de> Deserialize<'de> for Sound {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Sound {
    type Value = Self;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("any JSON")
    }
    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<Self>()?.is_some() {}
        Ok(self)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self, A::Error> {
        while members.next_entry::<Self, Self>()?.is_some() {}
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn halves_of_surrogate_pairs_are_not_sound() {
        assert!(is_sound(r#"{"a":"\ud83d\ude00","b":[1,null,true,-2.5]}"#));
        assert!(!is_sound(r#"{"a":["\ud83d"]}"#));
        assert!(!is_sound(r#"{"\ude00":1}"#));
    }

    #[test]
    fn a_key_may_be_spelled_with_escapes() {
        for (json, is_level) in [
            (r#"{"_level":1}"#, true),
            (r#"{"_l\u0065vel":1}"#, true),
            (r#"{"_l\u0066vel":1}"#, false),
            (r#"{"level":1}"#, false),
        ] {
            let mut found = false;
            let walked = Walk::new(json).object(0, |key, _| found = key.is("_level"));
            assert_eq!((walked, found), (Ok(()), is_level), "{json}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        for (depth, ok) in [(DEEPEST, true), (DEEPEST + 1, false), (100_000, false)] {
            let json = "[".repeat(depth) + &"]".repeat(depth);
            assert_eq!(Walk::new(&json).value(0).is_ok(), ok, "{depth}");
        }
    }

    #[test]
    fn numbers_beyond_every_double_are_trouble() {
        let digits = |count: usize| "9".repeat(count);
        for (number, ok) in [
            ("1e308".to_owned(), true),
            ("-1.5E-9999".to_owned(), true),
            (digits(308), true),
            ("1e309".to_owned(), false),
            ("-33e3200".to_owned(), false),
            (digits(310), false),
        ] {
            for json in [
                format!("{{\"a\":{number}}}"),
                format!("{{\"a\":[[1],{number} ]}}"),
            ] {
                let walked = Walk::new(&json).object(0, |_, _| ());
                let expected = if ok { Ok(()) } else { Err(Trouble::TooLarge) };
                assert_eq!(walked, expected, "{json}");
                let read = serde_json::from_str::<serde_json::Value>(&json);
                assert_eq!(read.is_ok(), ok, "{json}");
            }
        }
    }

    proptest! {
        #[test]
        fn members_are_those_of_the_value(
            members in prop::collection::btree_map("(?s).{0,12}", prop_oneof![
                "(?s).{0,20}".prop_map(|s| serde_json::json!(s)),
                any::<i64>().prop_map(|n| serde_json::json!([n, {"x": []}, "}]\""])),
            ], 0..6),
            pretty: bool,
        ) {
            let json = if pretty { serde_json::to_string_pretty(&members) } else { serde_json::to_string(&members) }.unwrap();
            let mut found = std::collections::BTreeMap::new();
            let mut walk = Walk::new(&json);
            let result = walk.object(0, |key, value| {
                found.insert(key.decode().into_owned(), serde_json::from_str::<serde_json::Value>(value).unwrap());
            });
            prop_assert_eq!(result, Ok(()));
            prop_assert_eq!(walk.since(0), &json);
            prop_assert_eq!(found, members);
            prop_assert!(is_sound(&json));
        }

        #[test]
        fn no_text_makes_it_panic(text in "[\\[\\]{}\",:\\\\ a1\u{e9}]{0,40}") {
            let mut walk = Walk::new(&text);
            let _ = walk.object(0, |key, value| { let _ = (key.decode(), super::text(value)); });
            let _ = Walk::new(&text).value(0);
        }
    }
}
