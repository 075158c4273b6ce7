//! Why calls of a replay are where they are, and which rules they break there: kept beside the samples, a line each.

use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::harmless::harmless;
use crate::{Digest, Tier};

/// The file of a run that holds every decision.
pub const DECISIONS: &str = "decisions.jsonl";
/// Larger files were not written by a replay.
const LARGEST: u64 = 1 << 30;
/// Longer lines were not either.
const LONGEST: u64 = 4 << 20;

/// Where a scheduler put a call, or why it put none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// The scenario's name.
    pub scenario: String,
    /// Of the trace.
    pub trace: Digest,
    /// The scheduler's name.
    pub scheduler: String,
    /// The cost model's name; none where the scheduler asks none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_model: Option<String>,
    /// The name of the rule set that it filtered by; none where it does not filter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<String>,
    /// The profile's edition.
    pub profile: String,
    /// The profile's set of links.
    pub links: String,
    /// The set that the scheduler took to be in force, where that is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub believed: Option<String>,
    /// The call, where it is placed; none where the scheduler refused the chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placed: Option<Placement>,
    /// Why the scheduler refused the chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// Where a call is, why, and what an auditor says of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Placement {
    /// The call's place in the trace, from 0.
    pub call: u64,
    /// Its server.
    pub server: String,
    /// Its tool.
    pub tool: String,
    /// The tier.
    pub tier: Tier,
    /// The scheduler's reason, in one word.
    pub why: String,
    /// The rules that it breaks there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub breaches: Vec<Breach>,
    /// The rule sets that cannot judge it, because too little is known of the tool.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unjudged: Vec<String>,
    /// Candidates, what speaks against the others, the terms of the cost: as the scheduler explains itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Value>,
}

/// A rule set that a placement breaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Breach {
    /// The rule set's name.
    pub rules: String,
    /// What is broken, with the reason, one each.
    pub why: Vec<String>,
}

/// Why the decisions of a run cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{path} cannot be used: {why}; restore the file, or replay again with `harness replay`")]
pub struct DecisionError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong, with the line.
    pub why: String,
}

impl Decision {
    /// Reads the decisions of a run; none where it is no replay.
    ///
    /// # Errors
    /// When the file is damaged, or larger than a replay writes it.
    pub fn read(folder: &Path) -> Result<Vec<Self>, DecisionError> {
        let path = folder.join(DECISIONS);
        let damaged = |why: String| DecisionError {
            path: path.clone(),
            why: harmless(&why),
        };
        let file = match std::fs::File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(damaged(error.to_string())),
        };
        let mut decisions = Vec::new();
        let mut reader = BufReader::new(file.take(LARGEST));
        let mut line = Vec::new();
        for number in 1_u64.. {
            let at = |why: String| damaged(format!("line {number}: {why}"));
            line.clear();
            // No more of a line than may be is ever in memory.
            let read = reader
                .by_ref()
                .take(LONGEST)
                .read_until(b'\n', &mut line)
                .map_err(|error| at(error.to_string()))?;
            if read == 0 {
                break;
            }
            if line.last() != Some(&b'\n') && u64::try_from(read) == Ok(LONGEST) {
                return Err(at(format!("it has {LONGEST} bytes or more")));
            }
            let decision = serde_json::from_slice(&line).map_err(|error| at(error.to_string()))?;
            decisions.push(decision);
        }
        Ok(decisions)
    }

    /// What [`Decision::read`] reads.
    pub fn write(decisions: &[Self]) -> Vec<u8> {
        let mut text = Vec::new();
        for decision in decisions {
            serde_json::to_writer(&mut text, decision)
                .expect("JSON has only string keys, and memory takes every write");
            text.push(b'\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn decision(placed: Option<Placement>) -> Decision {
        Decision {
            scenario: "s4".to_owned(),
            trace: Digest::of(b"trace"),
            scheduler: "greedy".to_owned(),
            cost_model: Some("reference".to_owned()),
            rules: Some("strict".to_owned()),
            profile: "published".to_owned(),
            links: "configured".to_owned(),
            believed: None,
            refused: placed.is_none().then(|| "nowhere".to_owned()),
            placed,
        }
    }

    #[test]
    fn decisions_are_read_as_they_were_written() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert!(Decision::read(folder.path()).expect("none").is_empty());
        let placed = Placement {
            call: 3,
            server: "git".to_owned(),
            tool: "git_diff".to_owned(),
            tier: Tier::paper()[2].clone(),
            why: "cheapest".to_owned(),
            breaches: vec![Breach {
                rules: "strict".to_owned(),
                why: vec!["locality: it is elsewhere".to_owned()],
            }],
            unjudged: Vec::new(),
            explanation: Some(json!({"cost": 0.283_115_123_456_789_1})),
        };
        let decisions = [decision(Some(placed)), decision(None)];
        let text = Decision::write(&decisions);
        std::fs::write(folder.path().join(DECISIONS), &text).expect("written");
        assert_eq!(
            Decision::read(folder.path()).expect("as written"),
            decisions
        );
        std::fs::write(folder.path().join(DECISIONS), [&text[..], b"{}\n"].concat())
            .expect("written");
        let damaged = Decision::read(folder.path()).expect_err("no decision");
        assert!(damaged.why.starts_with("line 3: "), "{damaged}");
        std::fs::write(folder.path().join(DECISIONS), r#"{"\u001b[2J": 1}"#).expect("written");
        let damaged = Decision::read(folder.path()).expect_err("no decision");
        assert!(!damaged.to_string().contains('\u{1b}'), "{damaged:?}");
    }
}
