//! What a reader says of a stranger's file, in one line that a terminal shows as it is: an unknown field's name is the stranger's.

/// More says nothing more.
const LONGEST: usize = 2_000;

/// The text with control characters escaped, and no longer than a message may be.
pub(crate) fn harmless(text: &str) -> String {
    let mut one = String::with_capacity(text.len().min(LONGEST));
    for letter in text.chars().take(LONGEST) {
        match letter.is_control() {
            true => one.extend(letter.escape_default()),
            false => one.push(letter),
        }
    }
    one
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_message_moves_a_terminal_s_cursor() {
        assert_eq!(harmless("é `\u{1b}[2J`\n"), "é `\\u{1b}[2J`\\n");
        assert_eq!(harmless(&"é".repeat(9_000)).chars().count(), LONGEST);
    }
}
