//! What the paper says of policies: which breaks constraints, what is placed where, which is faster.

use auditor::RuleSet;
use scheduler::schedule::NAMES;
use serde::Deserialize;

use super::judge::{found, held};
use super::{Across, Basis, Better, Bounds, Judged, Replays, Unit, Verdict};

/// One sentence, and how replays judge it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyClaim {
    /// Its name, by which its verdict is accepted.
    pub id: String,
    /// The paper's words, shortened.
    pub says: String,
    /// Where they stand.
    pub source: String,
    /// By whose profile the scenarios are replayed.
    pub judged_by: Vec<Basis>,
    /// What comes of a policy.
    pub quantity: Outcome,
    /// The scenarios that it is about.
    pub scenarios: Vec<String>,
    /// The policies that it is about.
    pub of: Vec<String>,
    /// The policies that each of them is compared with; none where calls are counted.
    #[serde(default)]
    pub over: Vec<String>,
    /// The rule set that violations are of.
    pub rules: Option<String>,
    /// The tier whose calls are counted.
    pub tier: Option<String>,
    /// Whether each number is held to the words, or the greatest.
    #[serde(default = "each")]
    pub across: Across,
    /// The least that the words allow.
    pub low: Option<f64>,
    /// The most that the words allow.
    pub high: Option<f64>,
    /// How much further a number of ours may be, as a share.
    pub tolerance: f64,
    /// On which side a number is more than was claimed.
    pub better: Option<Better>,
    /// What a reader must know.
    #[serde(default)]
    pub note: String,
}

/// What comes of a policy in a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Calls that break a constraint.
    Violations,
    /// Calls on a tier.
    Calls,
    /// Those of them whose tool asks the world outside.
    ExternalCalls,
    /// From the first request to the last answer.
    Latency,
}

fn each() -> Across {
    Across::Each
}

impl Outcome {
    fn name(self) -> &'static str {
        match self {
            Self::Violations => "violations",
            Self::Calls => "calls",
            Self::ExternalCalls => "external-calls",
            Self::Latency => "latency",
        }
    }
}

impl PolicyClaim {
    /// What the words allow.
    pub fn bounds(&self) -> Bounds {
        Bounds {
            low: self.low,
            high: self.high,
            tolerance: self.tolerance,
            better: self.better,
            unit: match self.quantity {
                Outcome::Latency => Unit::Times,
                _ => Unit::Calls,
            },
        }
    }

    pub(super) fn check(&self) -> Result<(), String> {
        let field = |name: &str, why: &str| Err(format!("{name} {why}"));
        if self.id.is_empty() || self.says.is_empty() || self.source.is_empty() {
            return field("id, says or source", "is empty; fill it in");
        }
        if self.judged_by.is_empty() || !self.judged_by.iter().all(|by| by.is_replay()) {
            return field(
                "judged_by",
                "is empty or has what is no replay; give some of configured, published, measured, unscaled",
            );
        }
        if self.scenarios.is_empty() || self.of.is_empty() {
            return field("scenarios or of", "is empty; name what it is about");
        }
        let mut policies = self.of.iter().chain(&self.over);
        if let Some(unknown) = policies.find(|name| !NAMES.contains(&name.as_str())) {
            return Err(format!(
                "of or over names {unknown:?}, which is no scheduler; give some of {}",
                NAMES.join(", ")
            ));
        }
        if (self.quantity == Outcome::Latency) == self.over.is_empty() {
            return field(
                "over",
                "belongs to latency, and only there; name policies, or leave it out",
            );
        }
        let rules = self.rules.as_deref().map(str::parse::<RuleSet>).transpose();
        let rules = rules.map_err(|error| format!("rules: {error}"))?;
        if (self.quantity == Outcome::Violations) != rules.is_some() {
            return field(
                "rules",
                "belongs to violations, and only there; name a rule set, or leave it out",
            );
        }
        let counts = matches!(self.quantity, Outcome::Calls | Outcome::ExternalCalls);
        if counts != self.tier.is_some() {
            return field(
                "tier",
                "belongs to calls, and only there; name a tier, or leave it out",
            );
        }
        if !matches!(self.across, Across::Each | Across::Greatest) {
            return field(
                "across",
                "is neither \"each\" nor \"greatest\"; give one of them",
            );
        }
        self.bounds().check()
    }

    /// Judges it by the replays of one profile.
    pub fn judge(&self, by: Basis, replays: &Replays) -> Judged<'_> {
        let mut shown = Vec::new();
        let mut values: Vec<(String, f64)> = Vec::new();
        let mut without: Vec<&str> = Vec::new();
        let mut missing: Vec<String> = Vec::new();
        for scenario in &self.scenarios {
            for of in &self.of {
                match self.numbers(by, scenario, of, replays, &mut without) {
                    Ok(numbers) => {
                        for (whose, value, text) in numbers {
                            shown.push(format!("{whose}: {text}"));
                            values.push((whose, value));
                        }
                    }
                    Err(why) if missing.contains(&why) => {}
                    Err(why) => missing.push(why),
                }
            }
        }
        let bounds = self.bounds();
        let values: Vec<(&str, f64)> = values
            .iter()
            .map(|(whose, value)| (whose.as_str(), *value))
            .collect();
        let (verdict, found, why) = if missing.is_empty() {
            let held = held(self.across, &values);
            let (verdict, why) = bounds.verdict(by.is_own(), &held);
            (verdict, found(self.across, bounds.unit, &held), why)
        } else {
            (Verdict::NotTestable, String::new(), missing.join("; "))
        };
        Judged {
            claim: &self.id,
            by,
            verdict,
            says: &self.says,
            source: &self.source,
            allows: bounds.words(),
            sides: self.sides(by, replays, &without),
            found,
            numbers: shown,
            why,
            note: &self.note,
        }
    }

    /// A policy's numbers in a scenario: one, or one for each policy that it is compared with.
    fn numbers(
        &self,
        by: Basis,
        scenario: &str,
        of: &str,
        replays: &Replays,
        without: &mut Vec<&'static str>,
    ) -> Result<Vec<(String, f64, String)>, String> {
        let replayed = replays.of(by, scenario, of)?;
        let whose = format!("{scenario} {of}");
        let count = |calls: usize| {
            let value = u32::try_from(calls).map_or(f64::INFINITY, f64::from);
            vec![(whose.clone(), value, Unit::Calls.written(value))]
        };
        let tier = self.tier.as_deref().unwrap_or_default();
        match self.quantity {
            Outcome::Violations => {
                let rules = self.rules.as_deref().unwrap_or_default();
                Ok(count(replayed.violations(rules)))
            }
            Outcome::Calls => Ok(count(replayed.calls(tier))),
            Outcome::ExternalCalls => Ok(count(replayed.external(tier))),
            Outcome::Latency => {
                let own = replayed.latency(without)?;
                let each = self.over.iter().map(|over| {
                    let other = replays.of(by, scenario, over)?.latency(without)?;
                    if other == record::Nanos(0) {
                        return Err(format!("{scenario} {over} takes no time"));
                    }
                    let value =
                        scheduler::quantity::millis(own) / scheduler::quantity::millis(other);
                    let text = format!("{own} / {other}: {}", Unit::Times.written(value));
                    Ok((format!("{whose} / {over}"), value, text))
                });
                each.collect()
            }
        }
    }

    /// What is compared, in words.
    fn sides(&self, by: Basis, replays: &Replays, without: &[&str]) -> String {
        let what = match (&self.rules, &self.tier) {
            (Some(rules), _) => format!(" of rules {rules}"),
            (_, Some(tier)) => format!(" on {tier}"),
            _ => String::new(),
        };
        let over = match self.over.is_empty() {
            true => String::new(),
            false => format!(" / {}", self.over.join(", ")),
        };
        let lacks = match without.is_empty() {
            true => String::new(),
            false => format!("; without {}", without.join(", ")),
        };
        format!(
            "{}{what}, {}{over}; replayed by {}{lacks}",
            self.quantity.name(),
            self.of.join(", "),
            replays.told(by)
        )
    }
}
