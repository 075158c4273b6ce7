//! Plain text in patterns: patterns that are nothing else, text that every match must hold, and finding it.

use memchr::{memchr, memchr2};

/// A text to look for.
pub(crate) struct Literal {
    text: String,
    /// ASCII letters match in either case.
    any_case: bool,
    /// The byte to jump to, the rarest of the text's, in both cases, and where it stands.
    rare: (u8, u8),
    place: usize,
}

/// Bytes of log lines from rare to frequent, roughly; what is not listed is rarer.
const FREQUENT: &[u8] = b"zqxjkvbywgpfmuhdclrsniotae-_:/. ";

impl Literal {
    pub(crate) fn new(text: &str, case_sensitive: bool) -> Self {
        let frequency = |b: &u8| {
            let lower = b.to_ascii_lowercase();
            FREQUENT
                .iter()
                .position(|f| *f == lower)
                .map_or(0, |p| p + 1)
        };
        let (place, byte) = text
            .bytes()
            .enumerate()
            .min_by_key(|(_, b)| frequency(b))
            .unwrap_or_default();
        let rare = if case_sensitive {
            (byte, byte)
        } else {
            (byte.to_ascii_lowercase(), byte.to_ascii_uppercase())
        };
        Self {
            text: text.to_owned(),
            any_case: !case_sensitive,
            rare,
            place,
        }
    }

    /// Whether the text occurs in this one.
    pub(crate) fn is_in(&self, haystack: &str) -> bool {
        let (bytes, text) = (haystack.as_bytes(), self.text.as_bytes());
        if text.is_empty() {
            return true;
        }
        let mut from = self.place;
        while let Some(rest) = bytes.get(from..) {
            let next = if self.rare.0 == self.rare.1 {
                memchr(self.rare.0, rest)
            } else {
                memchr2(self.rare.0, self.rare.1, rest)
            };
            let Some(at) = next.map(|at| from + at) else {
                return false;
            };
            let start = at - self.place;
            let is_here = bytes.get(start..start + text.len()).is_some_and(|here| {
                here == text || (self.any_case && here.eq_ignore_ascii_case(text))
            });
            if is_here {
                return true;
            }
            from = at + 1;
        }
        false
    }
}

/// One piece of a pattern, as far as plain text is concerned.
enum Piece {
    Char(char),
    Bar,
    /// `?`, `*` or `{…}`: what stands before it may be absent or repeated.
    Optional,
    /// `+`: what stands before it is there at least once.
    Repeated,
    /// A dot, an anchor, a class, a group: no text.
    Other,
}

/// Reads pieces at the top level of a pattern; groups and classes are stepped over.
struct Pieces<'p> {
    rest: std::str::Chars<'p>,
    /// Something was met that this reader does not understand: nothing may be concluded.
    lost: bool,
}

impl<'p> Pieces<'p> {
    fn new(pattern: &'p str) -> Self {
        Self {
            rest: pattern.chars(),
            lost: false,
        }
    }

    fn lose(&mut self) -> Option<Piece> {
        self.lost = true;
        None
    }

    fn group(&mut self) -> Option<Piece> {
        // Flags change what follows, and other extensions are the engine's to judge.
        let ahead = self.rest.as_str();
        if ahead.starts_with('?')
            && !["?:", "?P<", "?<"]
                .iter()
                .any(|known| ahead.starts_with(known))
        {
            return self.lose();
        }
        let mut depth = 1;
        while depth > 0 {
            match self.rest.next() {
                Some('\\') => {
                    self.rest.next();
                }
                Some('[') => {
                    self.class()?;
                }
                Some('(') => depth += 1,
                Some(')') => depth -= 1,
                Some(_) => {}
                None => return self.lose(),
            }
        }
        Some(Piece::Other)
    }

    fn class(&mut self) -> Option<Piece> {
        let mut first = true;
        loop {
            match self.rest.next() {
                Some('^') if first => continue,
                Some(']') if !first => return Some(Piece::Other),
                Some('\\') => {
                    self.rest.next();
                }
                Some('[') | None => return self.lose(),
                Some(_) => {}
            }
            first = false;
        }
    }
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        match self.rest.next()? {
            '\\' => match self.rest.next() {
                Some(c) if c.is_ascii_punctuation() && !"<>".contains(c) => Some(Piece::Char(c)),
                Some('d' | 'D' | 'w' | 'W' | 's' | 'S' | 'A' | 'z' | 'B' | 'n' | 'r' | 't') => {
                    Some(Piece::Other)
                }
                Some('b') if !self.rest.as_str().starts_with('{') => Some(Piece::Other),
                _ => self.lose(),
            },
            '|' => Some(Piece::Bar),
            '?' | '*' => Some(Piece::Optional),
            '+' => Some(Piece::Repeated),
            '{' => match self.rest.as_str().find('}') {
                Some(end) => {
                    self.rest = self.rest.as_str()[end + 1..].chars();
                    Some(Piece::Optional)
                }
                None => self.lose(),
            },
            '(' => self.group(),
            '[' => self.class(),
            ')' => self.lose(),
            '.' | '^' | '$' => Some(Piece::Other),
            c => Some(Piece::Char(c)),
        }
    }
}

/// The words of a pattern that is plain text, or several with `|` between.
pub(crate) fn words(pattern: &str) -> Option<Vec<String>> {
    let mut words = vec![String::new()];
    let mut pieces = Pieces::new(pattern);
    for piece in &mut pieces {
        match piece {
            Piece::Char(c) => words.last_mut()?.push(c),
            Piece::Bar => words.push(String::new()),
            Piece::Optional | Piece::Repeated | Piece::Other => return None,
        }
    }
    (!pieces.lost).then_some(words)
}

/// The longest text that stands in every match.
pub(crate) fn required(pattern: &str) -> Option<String> {
    let (mut longest, mut run) = (String::new(), String::new());
    let mut pieces = Pieces::new(pattern);
    loop {
        let piece = pieces.next();
        match piece {
            Some(Piece::Char(c)) => {
                run.push(c);
                continue;
            }
            Some(Piece::Bar) => return None,
            Some(Piece::Optional) => {
                run.pop();
            }
            Some(Piece::Repeated | Piece::Other) | None => {}
        }
        if run.len() > longest.len() {
            std::mem::swap(&mut longest, &mut run);
        }
        run.clear();
        if piece.is_none() {
            break;
        }
    }
    (!pieces.lost && !longest.is_empty()).then_some(longest)
}

/// The pattern as the engine spells it: Python's `\Z` is its `\z`.
pub(crate) fn port(pattern: &str) -> String {
    let mut ported = String::with_capacity(pattern.len());
    let mut escaped = false;
    for c in pattern.chars() {
        ported.push(if escaped && c == 'Z' { 'z' } else { c });
        escaped = c == '\\' && !escaped;
    }
    ported
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plain_patterns_are_words() {
        let words = |pattern| words(pattern).map(|words| words.join("\n"));
        for (pattern, expected) in [
            ("error", Some("error")),
            ("error|time out", Some("error\ntime out")),
            (r"10\.0\.0\.1", Some("10.0.0.1")),
            ("", Some("")),
            ("a.b", None),
            ("(a)", None),
            (r"\d", None),
            (r"\", None),
        ] {
            assert_eq!(words(pattern).as_deref(), expected, "{pattern}");
        }
    }

    #[test]
    fn required_text_is_in_every_match() {
        for (pattern, expected) in [
            ("failed.*connection", Some("connection")),
            ("abc?d", Some("ab")),
            ("ab+cd", Some("ab")),
            ("a{2}bc", Some("bc")),
            ("x(yz|w)tail", Some("tail")),
            ("[abc]]d", Some("]d")),
            ("a|b", None),
            ("(?i)abc", None),
            (r"\x41bc", None),
            ("abc(?=d)", None),
            (".*", None),
        ] {
            assert_eq!(required(pattern).as_deref(), expected, "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn any_case_is_found_as_by_the_plain_rule(word in "[abAB1. ]{0,4}", text in "[abAB1. ]{0,16}") {
            let plain = text.to_ascii_lowercase().contains(&word.to_ascii_lowercase());
            prop_assert_eq!(Literal::new(&word, false).is_in(&text), plain);
            prop_assert_eq!(Literal::new(&word, true).is_in(&text), text.contains(&word));
        }
    }
}
