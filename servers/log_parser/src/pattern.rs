//! A user's search pattern, bounded in size and in time.
//!
//! Most patterns are plain words, or a few of them with `|` between: those are searched for directly. The rest run in an engine that is linear in the text
//! (`regex-lite`), behind a look for words that every match must hold, and within a budget.

use crate::literal::{self, Literal};
use regex_lite::{Regex, RegexBuilder};

/// The longest pattern, in characters.
pub(crate) const LONGEST: usize = 1_000;

/// Sizes of a compiled pattern, in bytes. The smallest that fits tells what a step through it costs; none fits: refused.
const SIZES: [usize; 3] = [2 << 10, 8 << 10, 32 << 10];

/// About what the engine keeps for each of its states.
const STATE: usize = 32;

/// How many (state, byte) pairs one search may look at: two seconds at worst in a component here.
const BUDGET: u64 = 500_000_000;

/// A pattern that is ready to search.
pub(crate) struct Pattern {
    kind: Kind,
    /// Letters beyond ASCII are compared in lower case.
    fold: bool,
}

enum Kind {
    /// Any of these.
    Words(Vec<Literal>),
    Engine(Box<Engine>),
}

struct Engine {
    regex: Regex,
    /// What every match holds.
    required: Option<Literal>,
    /// At most so many states.
    states: u64,
    /// What is left of the budget.
    left: u64,
}

impl Pattern {
    /// Reads a pattern; the error names what is wrong with it and what to do.
    pub(crate) fn new(pattern: &str, case_sensitive: bool) -> Result<Self, String> {
        let length = pattern.chars().count();
        if length > LONGEST {
            return Err(format!(
                "the pattern is {length} characters long, and {LONGEST} is the most. Search for a shorter part of it."
            ));
        }
        // The engine folds ASCII only; beyond it, pattern and text are both put in lower case.
        let fold = !case_sensitive && !pattern.is_ascii();
        let folded = if fold {
            lower(pattern)
        } else {
            pattern.to_owned()
        };
        if let Some(words) = literal::words(&folded) {
            let words = words
                .iter()
                .map(|word| Literal::new(word, case_sensitive))
                .collect();
            return Ok(Self {
                kind: Kind::Words(words),
                fold,
            });
        }
        // Python writes \Z for the end of the text.
        let ported = literal::port(&folded);
        let mut refused = String::new();
        for size in SIZES {
            let built = RegexBuilder::new(&ported)
                .case_insensitive(!case_sensitive)
                .size_limit(size)
                .build();
            match built {
                Ok(regex) => {
                    let required = literal::required(&ported);
                    return Ok(Self {
                        kind: Kind::Engine(Box::new(Engine {
                            regex,
                            required: required.map(|word| Literal::new(&word, case_sensitive)),
                            states: (size / STATE) as u64,
                            left: BUDGET,
                        })),
                        fold,
                    });
                }
                Err(error) => refused = error.to_string(),
            }
        }
        Err(explain(&refused))
    }

    /// Whether the pattern occurs in the text; an error once a search has cost too much.
    pub(crate) fn is_match(&mut self, text: &str) -> Result<bool, String> {
        let folded;
        let text = if self.fold && !text.is_ascii() {
            folded = lower(text);
            &folded
        } else {
            text
        };
        match &mut self.kind {
            Kind::Words(words) => Ok(words.iter().any(|word| word.is_in(text))),
            Kind::Engine(engine) => engine.is_match(text),
        }
    }
}

impl Engine {
    fn is_match(&mut self, text: &str) -> Result<bool, String> {
        if self.required.as_ref().is_some_and(|word| !word.is_in(text)) {
            return Ok(false);
        }
        let cost = (text.len() as u64 + 1).saturating_mul(self.states);
        self.left = self.left.checked_sub(cost).ok_or(
            "the pattern is too costly for so much text. Use a simpler pattern (plain words cost least), or search fewer entries.",
        )?;
        Ok(self.regex.is_match(text))
    }
}

/// Letters beyond ASCII in lower case where that is one letter; ASCII as it is, so that `\W` does not become `\w`.
fn lower(text: &str) -> String {
    text.chars()
        .map(|c| {
            let mut lower = c.to_lowercase();
            match (c.is_ascii(), lower.next(), lower.next()) {
                (false, Some(one), None) => one,
                _ => c,
            }
        })
        .collect()
}

fn explain(error: &str) -> String {
    let error = error.trim();
    let (what, remedy) = if error.contains("size") {
        (
            "it is too large once repetitions are written out",
            "Use smaller repetition counts.",
        )
    } else if error.contains("look-around") || error.contains("backreference") {
        (
            error,
            "The search takes time linear in the text, which rules them out; search for a plain part and choose among the matches.",
        )
    } else {
        (
            error,
            "Write a literal bracket, brace, dot, star, plus, question mark or bar with a backslash before it.",
        )
    };
    format!("the pattern cannot be used: {what}. {remedy}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(pattern: &str, case_sensitive: bool, text: &str) -> bool {
        Pattern::new(pattern, case_sensitive)
            .unwrap()
            .is_match(text)
            .unwrap()
    }

    #[test]
    fn finds_as_python_does() {
        for (pattern, sensitive, text, is_found) in [
            ("error", false, "an ERROR", true),
            ("error", true, "an ERROR", false),
            ("", false, "x", true),
            ("error|time.?out", false, "Timeout", true),
            (
                "failed.*connection",
                false,
                "Failed to open Connection",
                true,
            ),
            ("^GET", false, "GET /", true),
            ("^GET", false, "a GET /", false),
            (r"\d{3}\Z", false, "a 404", true),
            (r"1\.2", false, "1x2", false),
            ("ÉCHEC", false, "échec", true),
            ("ÉCHEC", true, "échec", false),
            ("é.h", false, "ÉCH", true),
            (r"(?P<code>5\d\d)", false, "503", true),
            ("état|panne", false, "GRANDE PANNE", true),
            ("(?i)abc", true, "ABC", true),
        ] {
            assert_eq!(
                found(pattern, sensitive, text),
                is_found,
                "{pattern} in {text}"
            );
        }
    }

    #[test]
    fn what_cannot_be_used_is_refused_with_a_remedy() {
        for (pattern, part) in [
            ("(a{0,200}){0,200}b", "Use smaller repetition counts."),
            (
                "(((a{1,99}){1,99}){1,99}){1,99}",
                "Use smaller repetition counts.",
            ),
            (
                "(?:(?:(?:(?:){0,999}){0,999}){0,999}){0,999}",
                "Use smaller repetition counts.",
            ),
            ("(?<=a)b", "look-around"),
            (r"(a)\1", "backreferences"),
            ("(a", "backslash"),
            ("*a", "backslash"),
        ] {
            let error = Pattern::new(pattern, false).err().unwrap_or_default();
            assert!(error.contains(part), "{pattern}: {error}");
        }
        let long = "a".repeat(LONGEST + 1);
        assert!(Pattern::new(&long, false).is_err_and(|e| e.contains("1001 characters")));
        let nested = "(".repeat(500) + &")".repeat(500);
        assert!(Pattern::new(&nested, false).is_err());
    }

    #[test]
    fn a_search_has_a_budget() {
        let mut pattern = Pattern::new("(x+x+)+y[0-9]", false).unwrap();
        let text = "x".repeat(100_000) + "y";
        let mut searches = 0;
        let error = loop {
            match pattern.is_match(&text) {
                Ok(is_found) => assert!(!is_found),
                Err(error) => break error,
            }
            searches += 1;
            assert!(searches < 1_000);
        };
        assert!(searches > 0);
        assert!(error.contains("too costly"));
    }

    proptest! {
        #[test]
        fn shortcuts_change_no_answer(
            pattern in r"[ab]{1,3}|([ab.]|[ab]\*|[ab]\+|[ab]\?|\(ab\|b\)|[ab]\{1,2\}|\[ab\]|\\\.|\\b|\|){0,6}",
            text in "[abAB. ]{0,12}",
            sensitive: bool,
        ) {
            let plain = RegexBuilder::new(&pattern).case_insensitive(!sensitive).build();
            prop_assume!(plain.is_ok());
            prop_assert_eq!(found(&pattern, sensitive, &text), plain.unwrap().is_match(&text), "{}", pattern);
        }

        #[test]
        fn no_pattern_makes_it_panic(pattern in "[-a-c(){}|*+?.\\[\\]\\\\^$<=!:,0-9PZ\u{e9}]{0,30}", text in ".{0,20}") {
            if let Ok(mut pattern) = Pattern::new(&pattern, false) {
                let _ = pattern.is_match(&text);
            }
        }
    }
}
