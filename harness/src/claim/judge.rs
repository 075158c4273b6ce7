//! Holds a claim to numbers: one verdict, with every number that it rests on.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use record::{Packaging, StartClass};
use serde::{Deserialize, Serialize};

use super::{Across, Basis, Claim, Number, Numbers, Quantity, Unit};

/// What the numbers say of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Verdict {
    /// At least one number is outside of what the words allow.
    #[serde(rename = "not reproduced")]
    NotReproduced,
    /// A number that it needs is not there.
    #[serde(rename = "not testable here")]
    NotTestable,
    /// Every number is what the words allow.
    #[serde(rename = "reproduced")]
    Reproduced,
    /// No number is less than was claimed, and one is more.
    #[serde(rename = "better than")]
    BetterThan,
}

/// A claim with its verdict.
#[derive(Clone, Debug, Serialize)]
pub struct Judged<'a> {
    /// The claim's name.
    pub claim: &'a str,
    /// Whose numbers.
    pub by: Basis,
    /// What they say.
    pub verdict: Verdict,
    /// The paper's words.
    pub says: &'a str,
    /// Where they stand.
    pub source: &'a str,
    /// What the words allow.
    pub allows: String,
    /// Which cells were compared: quantity, packagings, start classes, testbed.
    pub sides: String,
    /// What came out, in one line.
    pub found: String,
    /// Each server's numbers.
    pub numbers: Vec<String>,
    /// Why this verdict.
    pub why: String,
    /// What a reader must know.
    pub note: &'a str,
}

impl Verdict {
    /// The name that files write.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotReproduced => "not reproduced",
            Self::NotTestable => "not testable here",
            Self::Reproduced => "reproduced",
            Self::BetterThan => "better than",
        }
    }

    /// Whether this is less than was accepted. What cannot be tested here says nothing of the claim.
    pub fn is_worse_than(self, accepted: Self) -> bool {
        let rank = |verdict| match verdict {
            Self::NotTestable => None,
            Self::NotReproduced => Some(0),
            Self::Reproduced => Some(1),
            Self::BetterThan => Some(2),
        };
        matches!((rank(self), rank(accepted)), (Some(now), Some(then)) if now < then)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Judges one claim by these numbers. `testbed` is what stands in for the tiers of a run.
pub fn judge<'a>(claim: &'a Claim, by: Basis, numbers: &dyn Numbers, testbed: &str) -> Judged<'a> {
    let mut shown = Vec::new();
    let mut values = Vec::new();
    let mut missing: BTreeMap<Lack, BTreeSet<&str>> = BTreeMap::new();
    for server in &claim.servers {
        match of_server(claim, server, numbers) {
            Ok((value, text)) => {
                values.push((server.as_str(), value));
                shown.push(format!("{server}: {text}"));
            }
            Err(lacks) => {
                shown.push(format!("{server}: –"));
                for (server, lack) in lacks {
                    missing.entry(lack).or_default().insert(server);
                }
            }
        }
    }
    let unit = claim.unit;
    let sides = sides(claim, by, testbed);
    let (verdict, found, why) = if missing.is_empty() {
        let held = held(claim.across, &values);
        let (verdict, why) = claim.bounds().verdict(by.is_own(), &held);
        (verdict, found(claim.across, unit, &held), why)
    } else {
        let lacking: Vec<String> = missing
            .iter()
            .map(|((packaging, why), servers)| lacking(*packaging, why.as_deref(), servers))
            .collect();
        (Verdict::NotTestable, String::new(), lacking.join("; "))
    };
    Judged {
        claim: &claim.id,
        by,
        verdict,
        says: &claim.says,
        source: &claim.source,
        allows: claim.bounds().words(),
        sides,
        found,
        numbers: shown,
        why,
        note: &claim.note,
    }
}

/// Why numbers are missing, with what would change that.
fn lacking(packaging: Packaging, why: Option<&str>, servers: &BTreeSet<&str>) -> String {
    let listed = |between| servers.iter().copied().collect::<Vec<_>>().join(between);
    let whose = format!("{} as {packaging}", listed(", "));
    let beside = match packaging {
        Packaging::Component => String::new(),
        other => format!(",{other}"),
    };
    match why {
        Some(why) => format!("{whose}: {why}"),
        None => format!(
            "{whose}: not measured in this run; `harness table3 --server {} --packaging component{beside}` measures it, then `harness claims latest`",
            listed(",")
        ),
    }
}

/// Of which packaging a number is missing, and why.
type Lack = (Packaging, Option<String>);

/// One server's number in the claim's unit, and how it came about.
fn of_server<'a>(
    claim: &'a Claim,
    server: &'a str,
    numbers: &dyn Numbers,
) -> Result<(f64, String), Vec<(&'a str, Lack)>> {
    let number = |server: &'a str, packaging| match numbers.number(
        server,
        packaging,
        claim.quantity,
        claim.call.as_deref(),
    ) {
        Number::Is { value, shown } => Ok((value, shown)),
        Number::Missing { packaging, why } => Err((server, (packaging, why))),
    };
    let of = number(server, claim.of);
    let Some(over) = claim.over else {
        let (of, shown) = of.map_err(|lack| vec![lack])?;
        // A spread is of numbers whose unit drops out.
        return Ok((of / 1e6, shown));
    };
    let over = number(claim.over_server.as_deref().unwrap_or(server), over);
    let ((of, of_shown), (over, over_shown)) = match (of, over) {
        (Ok(of), Ok(over)) => (of, over),
        (of, over) => return Err(of.err().into_iter().chain(over.err()).collect()),
    };
    let value = match claim.unit {
        Unit::Percent => (1.0 - of / over) * 100.0,
        Unit::Milliseconds | Unit::Megabytes | Unit::Times | Unit::Calls => of / over,
    };
    Ok((
        value,
        format!("{of_shown} / {over_shown}: {}", claim.unit.written(value)),
    ))
}

/// What is held to the words, and of which server it is.
pub(super) fn held<'a>(across: Across, values: &[(&'a str, f64)]) -> Vec<(&'a str, f64)> {
    let least = values
        .iter()
        .map(|(_, value)| *value)
        .fold(f64::INFINITY, f64::min);
    let greatest = values.iter().max_by(|one, other| one.1.total_cmp(&other.1));
    match (across, greatest) {
        (Across::Each, _) | (_, None) => values.to_vec(),
        (Across::Mean, _) => {
            let sum: f64 = values.iter().map(|(_, value)| value).sum();
            vec![("the mean", sum / values.len() as f64)]
        }
        (Across::Greatest, Some(greatest)) => vec![*greatest],
        (Across::Spread, Some((_, greatest))) => {
            vec![("the greatest over the least", greatest / least)]
        }
    }
}

/// `62.5–180 ×`: the least and the greatest of what is held to the words.
pub(super) fn found(across: Across, unit: Unit, held: &[(&str, f64)]) -> String {
    let values = || held.iter().map(|(_, value)| *value);
    let (least, greatest) = (
        values().fold(f64::INFINITY, f64::min),
        values().fold(f64::NEG_INFINITY, f64::max),
    );
    match (across, held.len()) {
        (Across::Each, 2..) if unit.digits(least) != unit.digits(greatest) => {
            format!("{}–{}", unit.digits(least), unit.written(greatest))
        }
        _ => unit.written(greatest),
    }
}

/// Which cells are compared, in words.
fn sides(claim: &Claim, by: Basis, testbed: &str) -> String {
    let side = |packaging: Packaging| {
        let start = |class: StartClass| format!("{packaging} {class}");
        match (by, claim.quantity) {
            (Basis::Table, _) | (_, Quantity::Memory | Quantity::Size) => packaging.to_string(),
            (_, Quantity::ColdStart) => start(figures::cold(packaging)),
            (_, Quantity::ExecutionSmall) => start(figures::warm(packaging)),
            (_, Quantity::Call) => format!(
                "{} {}",
                start(figures::warm(packaging)),
                claim.call.as_deref().unwrap_or_default()
            ),
            (_, Quantity::EndToEnd) => format!(
                "{packaging} {} + {} {}",
                figures::cold(packaging),
                figures::warm(packaging),
                claim.call.as_deref().unwrap_or_default()
            ),
        }
    };
    let over = claim
        .over
        .map(|over| match &claim.over_server {
            Some(server) => format!(" / {server} {}", side(over)),
            None => format!(" / {}", side(over)),
        })
        .unwrap_or_default();
    let whose = match by {
        Basis::Table => "the paper's Table III as printed".to_owned(),
        _ => testbed.to_owned(),
    };
    format!(
        "{}, {}{over}; {whose}",
        claim.quantity.name(),
        side(claim.of)
    )
}
