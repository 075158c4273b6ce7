//! White space as Python's `str.strip` and `\s` see it: Unicode white space and the four ASCII separators.

/// Whether Python would call this character white space.
pub(crate) fn is_white(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

/// The text without white space at both ends.
pub(crate) fn strip(text: &str) -> &str {
    // Almost every line begins and ends with a visible ASCII character: no decoding then.
    let visible = |b: Option<&u8>| b.is_some_and(|b| (0x21..0x7f).contains(b));
    let bytes = text.as_bytes();
    if visible(bytes.first()) && visible(bytes.last()) {
        return text;
    }
    text.trim_matches(is_white)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strips_what_python_strips() {
        for (text, stripped) in [
            ("", ""),
            ("a", "a"),
            (" a b \r", "a b"),
            ("\u{1c}\u{1f}a\u{85}\u{a0}\u{3000}", "a"),
            ("\u{200b}a", "\u{200b}a"), // a zero-width space is no white space, in either language
            (" \t\r\u{b}\u{c}", ""),
        ] {
            assert_eq!(strip(text), stripped, "{text:?}");
        }
    }
}
