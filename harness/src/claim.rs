//! What the paper says that a number can confirm or refute: `results/paper/claims.toml`.

mod accepted;
mod bounds;
mod file;
mod judge;
mod number;
mod policy;
mod replays;

use std::collections::BTreeSet;

use record::{PUBLISHED_TABLE3, Packaging, Published};
use serde::{Deserialize, Serialize};

pub use accepted::{Accepted, Change, Difference};
pub use bounds::{Better, Bounds};
pub use file::{BadClaims, read};
pub use judge::{Judged, Verdict, judge};
pub use number::{Number, Numbers, OfRuns, OfTable};
pub use policy::PolicyClaim;
pub use replays::Replays;

/// One sentence, and how numbers judge it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// Its name, by which its verdict is accepted.
    pub id: String,
    /// The paper's words, shortened.
    pub says: String,
    /// Where they stand, and the cells of the paper that they are about.
    pub source: String,
    /// Whose numbers judge it.
    pub judged_by: Vec<Basis>,
    /// Which of a subject's numbers.
    pub quantity: Quantity,
    /// The call that belongs to `end-to-end` and `call`.
    pub call: Option<String>,
    /// The packaging whose numbers they are.
    pub of: Packaging,
    /// The packaging that they are divided by.
    pub over: Option<Packaging>,
    /// The server whose numbers they are divided by, where it is another.
    pub over_server: Option<String>,
    /// The servers that it is about.
    pub servers: Vec<String>,
    /// What becomes of the servers' numbers.
    pub across: Across,
    /// What the numbers are in.
    pub unit: Unit,
    /// The least that the words allow.
    pub low: Option<f64>,
    /// The most that the words allow.
    pub high: Option<f64>,
    /// How much further a run's number may be, as a share.
    pub tolerance: f64,
    /// On which side a number is more than was claimed.
    pub better: Option<Better>,
    /// What a reader must know.
    #[serde(default)]
    pub note: String,
}

/// Whose numbers judge a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// The paper's own table, as printed.
    Table,
    /// A run of ours.
    Run,
    /// A replay by the profile that the reference published, over the links of its configuration.
    Configured,
    /// The same over the links of the paper's testbed.
    Published,
    /// A replay by a run's profile, tiers scaled, over the links of the paper's testbed.
    Measured,
    /// The same with every tier as fast as the machine of the run.
    Unscaled,
}

/// A number of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quantity {
    /// From before the start to the first answer.
    ColdStart,
    /// The mean over the tools of a warm call at small input.
    ExecutionSmall,
    /// Peak resident memory.
    Memory,
    /// The file, or the image.
    Size,
    /// The cold start and one warm call.
    EndToEnd,
    /// One warm call.
    Call,
}

/// What becomes of the servers' numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Across {
    /// Each is held to the words.
    Each,
    /// Their mean is.
    Mean,
    /// The greatest is.
    Greatest,
    /// The greatest over the least is.
    Spread,
}

/// What a claim's numbers are in, and so how they come of a subject's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Unit {
    /// Milliseconds.
    #[serde(rename = "ms")]
    Milliseconds,
    /// Megabytes, decimal.
    #[serde(rename = "MB")]
    Megabytes,
    /// One packaging's number over another's.
    #[serde(rename = "×")]
    Times,
    /// How much less one packaging's number is than another's.
    #[serde(rename = "%")]
    Percent,
    /// A number of calls; of policies alone.
    #[serde(skip)]
    Calls,
}

/// Every sentence that a number judges.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// Those about what a run measures.
    #[serde(default, rename = "claim")]
    pub measured: Vec<Claim>,
    /// Those about what comes of policies, which a replay shows.
    #[serde(default, rename = "replay")]
    pub replayed: Vec<PolicyClaim>,
}

impl Basis {
    /// The name that files write.
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Run => "run",
            Self::Configured => "configured",
            Self::Published => "published",
            Self::Measured => "measured",
            Self::Unscaled => "unscaled",
        }
    }

    /// Whether it is a replay by some profile.
    pub fn is_replay(self) -> bool {
        !matches!(self, Self::Table | Self::Run)
    }

    /// Whether its numbers are those that the paper's authors published.
    pub fn is_own(self) -> bool {
        matches!(self, Self::Table | Self::Configured | Self::Published)
    }
}

impl Quantity {
    /// The name that files write.
    pub fn name(self) -> &'static str {
        match self {
            Self::ColdStart => "cold-start",
            Self::ExecutionSmall => "execution-small",
            Self::Memory => "memory",
            Self::Size => "size",
            Self::EndToEnd => "end-to-end",
            Self::Call => "call",
        }
    }

    /// The name that the file of published numbers has; none where it has no such number.
    fn published(self) -> Option<&'static str> {
        match self {
            Self::ExecutionSmall => Some("execution"),
            Self::EndToEnd | Self::Call => None,
            other => Some(other.name()),
        }
    }

    fn is_duration(self) -> bool {
        match self {
            Self::ColdStart | Self::ExecutionSmall | Self::EndToEnd | Self::Call => true,
            Self::Memory | Self::Size => false,
        }
    }
}

impl Unit {
    /// The symbol that files write.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Milliseconds => "ms",
            Self::Megabytes => "MB",
            Self::Times => "×",
            Self::Percent => "%",
            Self::Calls => "calls",
        }
    }

    fn is_compared(self) -> bool {
        matches!(self, Self::Times | Self::Percent)
    }
}

impl Claim {
    /// What the words allow.
    pub fn bounds(&self) -> Bounds {
        Bounds {
            low: self.low,
            high: self.high,
            tolerance: self.tolerance,
            better: self.better,
            unit: self.unit,
        }
    }

    fn check(&self) -> Result<(), String> {
        let field = |name: &str, why: &str| Err(format!("{name} {why}"));
        if self.id.is_empty() || self.says.is_empty() || self.source.is_empty() {
            return field("id, says or source", "is empty; fill it in");
        }
        if self.judged_by.is_empty() {
            return field("judged_by", "is empty; give \"run\", \"table\" or both");
        }
        if self.judged_by.iter().any(|by| by.is_replay()) {
            return field(
                "judged_by",
                "has a replay, which a [[replay]] has; give \"run\", \"table\" or both",
            );
        }
        if self.servers.is_empty() {
            return field("servers", "is empty; name the servers that it is about");
        }
        let once: BTreeSet<&String> = self.servers.iter().collect();
        if once.len() < self.servers.len() {
            return field("servers", "names one twice; name each once");
        }
        self.bounds().check()?;
        if self.unit == Unit::Percent && self.over.is_none() {
            return field(
                "over",
                "is absent and a reduction needs it; name the other packaging",
            );
        }
        if self.unit == Unit::Times && self.over.is_none() && self.across != Across::Spread {
            return field(
                "over",
                "is absent and a ratio needs it; name the other packaging",
            );
        }
        if self.across == Across::Spread && (self.unit != Unit::Times || self.over.is_some()) {
            return field(
                "across",
                "is \"spread\", which is of one packaging and in ×; leave out over",
            );
        }
        if !self.unit.is_compared() {
            let fits = (self.unit == Unit::Milliseconds) == self.quantity.is_duration();
            if !fits {
                return field(
                    "unit",
                    "is not of this quantity; give ms for times and MB for sizes",
                );
            }
            if self.over.is_some() {
                return field(
                    "over",
                    "is given and the unit is none of a ratio; give × or %, or leave it out",
                );
            }
        }
        let called = matches!(self.quantity, Quantity::EndToEnd | Quantity::Call);
        if called != self.call.is_some() {
            return field(
                "call",
                "belongs to end-to-end and call, and only there; name one, or leave it out",
            );
        }
        if self.over_server.is_some() && self.over.is_none() {
            return field(
                "over_server",
                "is given without over; name the packaging too",
            );
        }
        if self.judged_by.contains(&Basis::Table) {
            self.is_published()?;
        }
        Ok(())
    }

    /// Whether the paper's table has every cell that the claim is about.
    fn is_published(&self) -> Result<(), String> {
        let table = Published::parse(PUBLISHED_TABLE3).map_err(|error| error.to_string())?;
        let Some(quantity) = self.quantity.published() else {
            return Err(format!(
                "judged_by has \"table\", and Table III has no {}; leave it out",
                self.quantity.name()
            ));
        };
        for server in &self.servers {
            for packaging in [Some(self.of), self.over].into_iter().flatten() {
                let found = table.iter().any(|number| {
                    number.server == *server
                        && number.packaging == packaging
                        && number.quantity == quantity
                });
                if !found {
                    return Err(format!(
                        "judged_by has \"table\", and Table III has no {quantity} of {server} as {packaging}; leave it out"
                    ));
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
