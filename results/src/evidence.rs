//! What a failed trial leaves for whoever must explain it: the subject's last words, how it ended, and the exact request.

use serde::{Deserialize, Serialize};

use crate::{Digest, Redactor, Trial};

/// The folder beside the samples that holds requests.
pub(crate) const FOLDER: &str = "evidence";
/// A longer request is not kept; its digest would say nothing without it.
pub(crate) const LONGEST_REQUEST: usize = 16 * 1024 * 1024;
/// The last lines are where a program says why it ends.
const LINES: usize = 20;
/// Twenty lines of this length fit in one line of the record, whatever characters they are of.
const LINE: usize = 500;

/// What is known of a subject whose trial failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Evidence {
    /// Its exit status, where it ended by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit: Option<i32>,
    /// The signal that ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<i32>,
    /// Whether that signal was our own, because it was still running when it was done with.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub killed: bool,
    /// The last lines of its standard error; at most 20, each of at most 500 characters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stderr: Vec<String>,
    /// Of the request as it is kept in `evidence/trial-<n>.json`; the recorder sets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Digest>,
}

impl Evidence {
    /// Bounded in size, without control characters and without names of this machine.
    pub(crate) fn clean(&mut self, redactor: &Redactor) {
        self.stderr.drain(..self.stderr.len().saturating_sub(LINES));
        for line in &mut self.stderr {
            let plain: String = line
                .chars()
                .take(4 * LINE)
                .map(|next| match next {
                    '\t' => ' ',
                    next if next.is_control() => '\u{fffd}',
                    next => next,
                })
                .collect();
            // After the replacement, so that no half of a name is left at the end.
            *line = redactor.redact(&plain).chars().take(LINE).collect();
        }
    }
}

/// The file's name for a trial's request.
pub(crate) fn file(trial: Trial) -> String {
    format!("trial-{}.json", trial.0)
}

/// The trial whose request a file of this name holds.
pub(crate) fn trial(name: &str) -> Option<Trial> {
    let number = name.strip_prefix("trial-")?.strip_suffix(".json")?;
    number.parse().ok().map(Trial)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_words_are_bounded_and_plain() {
        let mut evidence = Evidence {
            stderr: (0..30)
                .map(|number| format!("{number}\u{1b}\t/home/alice/{}", "é".repeat(3_000)))
                .collect(),
            ..Evidence::default()
        };
        evidence.clean(&Redactor::new());
        assert_eq!(evidence.stderr.len(), LINES);
        assert_eq!(evidence.stderr[0], "10\u{fffd} <path>");
        let line = "\u{10ffff}".repeat(9_999);
        evidence.stderr = vec![line; 99];
        evidence.clean(&Redactor::new());
        let written = serde_json::to_vec(&evidence).expect("written");
        assert!(u64::try_from(written.len()).expect("few") < crate::line::LONGEST * 3 / 4);
    }

    #[test]
    fn a_file_is_found_by_its_trial() {
        assert_eq!(trial(&file(Trial(100_007))), Some(Trial(100_007)));
        assert_eq!(trial("trial-x.json"), None);
    }
}
