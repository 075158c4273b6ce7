//! A file that cannot be accepted: which, where in it, why, and what to do.

/// Why a scenario, a trace, a blob or a file to import cannot be accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {at}: {why}; {remedy}")]
pub struct Refused {
    /// The file as it was named.
    pub file: String,
    /// The field, `calls[3].depends_on[0]`; `line 4 column 2` where it is not JSON or TOML; `the file` where it is about all of it.
    pub at: String,
    /// What is wrong, as a fragment of a sentence.
    pub why: String,
    /// What to do about it, as an imperative.
    pub remedy: String,
}

impl Refused {
    /// About one place of a file.
    pub fn new(
        file: &str,
        at: impl Into<String>,
        why: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Refused {
        Refused {
            file: file.to_owned(),
            at: harmless(&at.into()),
            why: harmless(&why.into()),
            remedy: remedy.into(),
        }
    }

    /// About a file as a whole.
    pub fn whole(file: &str, why: impl Into<String>, remedy: impl Into<String>) -> Refused {
        Refused::new(file, "the file", why, remedy)
    }
}

/// A message in one line that a terminal shows as it is, though a reader of TOML or JSON put a stranger's words into it.
fn harmless(text: &str) -> String {
    const LONGEST: usize = 2_000;
    let mut one = String::with_capacity(text.len().min(LONGEST));
    for letter in text.chars().take(LONGEST) {
        match letter.is_control() {
            true => one.extend(letter.escape_default()),
            false => one.push(letter),
        }
    }
    one
}

/// A stranger's text cut to what fits into a message.
pub(crate) fn shown(text: &str) -> String {
    let mut cut: String = text.chars().take(60).flat_map(char::escape_debug).collect();
    if text.chars().nth(60).is_some() {
        cut.push('…');
    }
    format!("\"{cut}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_message_moves_a_terminal_s_cursor() {
        let refused = Refused::new("x", "a\u{1b}[2J", "b\nc\u{9b}", "do");
        assert_eq!(refused.to_string(), "x: a\\u{1b}[2J: b\\nc\\u{9b}; do");
        assert_eq!(
            Refused::whole("x", "é".repeat(9_000), "do")
                .why
                .chars()
                .count(),
            2_000
        );
    }
}
