//! The verdicts that a committed run is accepted to give, and why each was last changed.

use std::fmt;
use std::path::Path;

use record::Timestamp;
use serde::{Deserialize, Serialize};

use super::file::text;
use super::{BadClaims, Basis, Judged, Verdict};

/// What stands above the verdicts.
const HEADING: &str = "# The verdicts that this run is accepted to give, of the claims of results/paper/claims.toml. Only `harness claims\n# --accept` writes here, and asks for a reason; `harness claims` ends with exit code 5 where a verdict is worse than here.\n\n";

/// The accepted verdicts of a run.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Accepted {
    /// One for each claim and each basis.
    #[serde(default)]
    pub verdict: Vec<Accept>,
    /// Every acceptance, the oldest first.
    #[serde(default)]
    pub change: Vec<Change>,
}

/// One accepted verdict.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Accept {
    /// The claim's name.
    pub claim: String,
    /// Whose numbers.
    pub by: Basis,
    /// What they said.
    pub verdict: Verdict,
}

/// One acceptance.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// When.
    pub time: Timestamp,
    /// Why.
    pub reason: String,
    /// What became different.
    pub changed: Vec<String>,
}

/// A verdict that is not the accepted one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The claim's name.
    pub claim: String,
    /// Whose numbers.
    pub by: Basis,
    /// What was accepted; none for a new claim.
    pub accepted: Option<Verdict>,
    /// What the numbers say now; none for a claim that is gone.
    pub now: Option<Verdict>,
}

impl Difference {
    /// Whether a claim holds less than was accepted.
    pub fn is_worse(&self) -> bool {
        matches!((self.now, self.accepted), (Some(now), Some(then)) if now.is_worse_than(then))
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = |verdict: Option<Verdict>| verdict.map_or("–", Verdict::name);
        write!(
            f,
            "{} by {}: {} → {}",
            self.claim,
            self.by.name(),
            word(self.accepted),
            word(self.now)
        )
    }
}

impl Accepted {
    /// Reads `claims.toml` of a run's folder; `None` where nothing was accepted yet.
    ///
    /// # Errors
    /// When the file is there and cannot be used.
    pub fn read(file: &Path) -> Result<Option<Self>, BadClaims> {
        if !file.exists() {
            return Ok(None);
        }
        let read: Self = toml::from_str(&text(file)?).map_err(|error| {
            BadClaims::new(
                file,
                format!("{error}correct the field that the mark points at"),
            )
        })?;
        for (index, accept) in read.verdict.iter().enumerate() {
            let twice = read.verdict[..index]
                .iter()
                .any(|other| (&other.claim, other.by) == (&accept.claim, accept.by));
            if twice {
                return Err(BadClaims::new(
                    file,
                    format!(
                        "verdict: claim {:?} by {} stands twice; remove one",
                        accept.claim,
                        accept.by.name()
                    ),
                ));
            }
        }
        Ok(Some(read))
    }

    /// Where these verdicts are not the accepted ones.
    pub fn differences(&self, judged: &[Judged]) -> Vec<Difference> {
        let mut found: Vec<Difference> = judged
            .iter()
            .map(|one| {
                let same = |accept: &&Accept| accept.claim == one.claim && accept.by == one.by;
                Difference {
                    claim: one.claim.to_owned(),
                    by: one.by,
                    accepted: self.verdict.iter().find(same).map(|accept| accept.verdict),
                    now: Some(one.verdict),
                }
            })
            .filter(|one| one.accepted != one.now)
            .collect();
        found.sort_by(|one, other| (&one.claim, one.by).cmp(&(&other.claim, other.by)));
        let gone = self.verdict.iter().filter(|accept| {
            !judged
                .iter()
                .any(|one| accept.claim == one.claim && accept.by == one.by)
        });
        found.extend(gone.map(|accept| Difference {
            claim: accept.claim.clone(),
            by: accept.by,
            accepted: Some(accept.verdict),
            now: None,
        }));
        found
    }

    /// Takes these verdicts, with the reason.
    pub fn accept(&mut self, judged: &[Judged], time: Timestamp, reason: &str) {
        let changed = self.differences(judged);
        self.verdict = judged
            .iter()
            .map(|one| Accept {
                claim: one.claim.to_owned(),
                by: one.by,
                verdict: one.verdict,
            })
            .collect();
        // Their order is not that of the verdicts, so that a change is one line.
        self.verdict
            .sort_by(|one, other| (&one.claim, one.by).cmp(&(&other.claim, other.by)));
        self.change.push(Change {
            time,
            reason: reason.to_owned(),
            changed: changed.iter().map(ToString::to_string).collect(),
        });
    }

    /// The file's text.
    pub fn written(&self) -> String {
        let body = toml::to_string_pretty(self).expect("names, verdicts and words are TOML");
        format!("{HEADING}{body}")
    }
}
