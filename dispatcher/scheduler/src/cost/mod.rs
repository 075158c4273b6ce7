//! What a placement costs, by named models.

mod additive;
mod chain;
pub(crate) mod latency;
mod paper;
mod reference;
mod score;
mod terms;

use std::fmt;
use std::str::FromStr;

pub use additive::Additive;
pub use latency::{Predicted, Prediction, Progress};
pub use terms::{Term, Terms};

use crate::plan::Infeasible;
use crate::problem::Problem;
use crate::tier::Tier;

/// A cost model, by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cost {
    /// The reference implementation's score, bit for bit, with its faults: what is missing counts as 0 ms, the weight is made of
    /// the edge's time alone, a tool counts once however often it is called, and where the call before ran does not matter.
    Reference,
    /// Equation 1 as the paper prints it, with nothing missing and every call counted.
    Paper,
    /// Equation 1 with the transfers between consecutive tiers that the reference has in its comments.
    Chain,
    /// Predicted nanoseconds: waiting, start, links, execution.
    #[default]
    Latency,
    /// The same as if every server were warm, for profiles without starts. Totals are `without cold start`.
    LatencyWarm,
}

impl Cost {
    /// Every model.
    pub const ALL: [Self; 5] = [
        Self::Reference,
        Self::Paper,
        Self::Chain,
        Self::Latency,
        Self::LatencyWarm,
    ];

    /// The name by which it is chosen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Paper => "paper",
            Self::Chain => "chain",
            Self::Latency => "latency",
            Self::LatencyWarm => "latency-warm",
        }
    }

    /// The unit of its totals: `1` for scores.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Reference | Self::Paper | Self::Chain => "1",
            Self::Latency | Self::LatencyWarm => "ns",
        }
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Cost {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.map(Self::name);
        let found = Self::ALL.into_iter().find(|cost| cost.name() == text);
        found.ok_or_else(|| format!("no cost model {text:?}; give one of {}", known.join(", ")))
    }
}

/// What placements of a problem's calls cost.
#[derive(Clone, Debug)]
pub enum Model<'a> {
    /// A sum over calls and steps between consecutive ones.
    Additive(Additive),
    /// A prediction in which what was started before matters.
    Latency(Box<Prediction<'a>>),
}

impl<'a> Model<'a> {
    /// The model of a problem.
    ///
    /// # Errors
    /// When it needs what is unknown, or does not fit the profile.
    pub fn of(problem: &Problem<'a>, cost: Cost) -> Result<Self, Infeasible> {
        Ok(match cost {
            Cost::Reference => Self::Additive(reference::model(problem)?),
            Cost::Paper => Self::Additive(paper::model(problem)?),
            Cost::Chain => Self::Additive(chain::model(problem)?),
            Cost::Latency | Cost::LatencyWarm => {
                Self::Latency(Box::new(latency::model(problem, cost, None)?))
            }
        })
    }

    /// The prediction in which executions are those that came true.
    ///
    /// # Errors
    /// When the view does not know them, or links and starts are unknown.
    pub fn of_truth(problem: &Problem<'a>, cost: Cost) -> Result<Self, Infeasible> {
        let Some(truth) = problem.view.truth else {
            return Err(Infeasible::Unfit(
                "scheduler oracle must be told what came true, which only a replay knows; choose another"
                    .to_owned(),
            ));
        };
        let cost = match cost {
            Cost::LatencyWarm => Cost::LatencyWarm,
            Cost::Reference | Cost::Paper | Cost::Chain | Cost::Latency => Cost::Latency,
        };
        let prediction = latency::model(problem, cost, Some(truth))?;
        Ok(Self::Latency(Box::new(prediction)))
    }

    /// What a call costs on a tier by itself: as if it were the first of its chain. Where the rules forbid the tier it is told
    /// all the same.
    pub fn alone(&self, call: usize, tier: Tier) -> Terms {
        match self {
            Self::Additive(sum) => sum.terms(call, tier, None),
            Self::Latency(prediction) => prediction.alone(call, tier),
        }
    }

    /// What a whole plan costs. `tiers` has one a call.
    pub fn total(&self, tiers: &[Tier]) -> f64 {
        match self {
            Self::Additive(sum) => sum.total(tiers),
            Self::Latency(prediction) => prediction.total(tiers),
        }
    }
}
