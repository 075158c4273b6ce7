//! What is said where there is no answer: the official server's words.

use std::fmt::{self, Write as _};

/// Why there is no answer.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal(String);

impl Refusal {
    pub(crate) fn of(why: String) -> Self {
        Self(why)
    }

    /// An argument that is there and empty.
    pub(crate) fn missing(argument: &str) -> Self {
        Self(format!("Missing required argument: {argument}"))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text in quotes, as Python shows it.
pub(crate) fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if c == quote => {
                out.push('\\');
                out.push(c);
            }
            _ if is_shown(c) => out.push(c),
            // Writing to a string cannot fail.
            '\0'..='\u{ff}' => _ = write!(out, "\\x{:02x}", u32::from(c)),
            '\u{100}'..='\u{ffff}' => _ = write!(out, "\\u{:04x}", u32::from(c)),
            _ => _ = write!(out, "\\U{:08x}", u32::from(c)),
        }
    }
    out.push(quote);
    out
}

/// Whether a character has ink of its own, or is the space: no control, separator or format character.
fn is_shown(c: char) -> bool {
    let is_format = matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    !c.is_control() && !is_format && (c == ' ' || !c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn quotes_are_pythons() {
        for (text, shown) in [
            ("a", "'a'"),
            ("it's", "\"it's\""),
            ("it's \"so\"", "'it\\'s \"so\"'"),
            ("\\\n\u{1}\u{85}é", "'\\\\\\n\\x01\\x85é'"),
            ("\u{a0}\u{200b}", "'\\xa0\\u200b'"),
        ] {
            assert_eq!(quoted(text), shown);
        }
    }
}
