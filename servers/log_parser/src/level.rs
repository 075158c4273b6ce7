//! Severity: how grave each level is, and what level a line has that does not say so.

use std::borrow::Cow;

/// How grave a level is, 0 to 7; a level that nobody knows counts as info.
pub(crate) fn rank(level: &str) -> u8 {
    match level {
        "debug" => 0,
        "notice" => 2,
        "warning" | "warn" => 3,
        "error" | "err" => 4,
        "critical" | "crit" => 5,
        "alert" => 6,
        "emergency" | "emerg" => 7,
        _ => 1,
    }
}

/// The level in lower case.
pub(crate) fn lower(level: &str) -> Cow<'_, str> {
    if level.is_ascii() {
        // The usual spellings cost no allocation.
        for known in [
            "error", "info", "notice", "warning", "debug", "warn", "critical", "crit", "alert",
            "emerg",
        ] {
            if known.eq_ignore_ascii_case(level) {
                return Cow::Borrowed(known);
            }
        }
    }
    Cow::Owned(level.to_lowercase())
}

/// The level that an HTTP status implies.
pub(crate) fn of_status(status: i64) -> &'static str {
    match status {
        500.. => "error",
        400.. => "warning",
        _ => "info",
    }
}

/// The same for a status in ASCII digits, of any length.
pub(crate) fn of_digits(status: &str) -> &'static str {
    let value = status.bytes().fold(0i64, |value, digit| {
        value
            .saturating_mul(10)
            .saturating_add(i64::from(digit.wrapping_sub(b'0')))
    });
    of_status(value)
}

/// The level that a message's words imply: the first of this list that occurs anywhere in it, in any case.
///
/// The list's order decides, not the message's: one that says both "critical" and "error" is an error, as in the original.
pub(crate) fn of_message(message: &str) -> &'static str {
    const WORDS: [&str; 7] = [
        "error", "warning", "warn", "critical", "crit", "debug", "info",
    ];
    let bytes = message.as_bytes();
    let mut best = WORDS.len();
    for at in 0..bytes.len() {
        // No word but "error" begins with e, and so on: one look at the first letter rules out most places.
        let range = match bytes[at] | 0x20 {
            b'e' => 0..1,
            b'w' => 1..3,
            b'c' => 3..5,
            b'd' => 5..6,
            b'i' => 6..7,
            _ => continue,
        };
        for place in range {
            let word = WORDS[place].as_bytes();
            if place < best
                && bytes
                    .get(at..at + word.len())
                    .is_some_and(|here| here.eq_ignore_ascii_case(word))
            {
                best = place;
            }
        }
        if best == 0 {
            break;
        }
    }
    WORDS.get(best).copied().unwrap_or("info")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_lists_order_decides() {
        for (message, level) in [
            ("a CRITICAL Error", "error"),
            ("Warned", "warn"),
            ("warn, then warning", "warning"),
            ("uncritical", "critical"),
            ("crit", "crit"),
            ("misinformed", "info"),
            ("debugging info", "debug"),
            ("", "info"),
            ("nothing of note", "info"),
        ] {
            assert_eq!(of_message(message), level, "{message}");
        }
    }

    #[test]
    fn a_status_of_any_length_has_a_level() {
        for (status, level) in [
            ("200", "info"),
            ("399", "info"),
            ("400", "warning"),
            ("499", "warning"),
            ("500", "error"),
            ("99999999999999999999999999", "error"),
            ("", "info"),
        ] {
            assert_eq!(of_digits(status), level, "{status}");
        }
    }

    proptest! {
        #[test]
        fn words_are_found_as_by_the_plain_rule(message in "[EeRrOoWwAaNnIiGgCcTtLlDdBbUuFf \u{130}]{0,24}") {
            let lower = message.to_lowercase();
            let words = ["error", "warning", "warn", "critical", "crit", "debug", "info"];
            let expected = words.into_iter().find(|w| lower.contains(w)).unwrap_or("info");
            prop_assert_eq!(of_message(&message), expected);
        }
    }
}
