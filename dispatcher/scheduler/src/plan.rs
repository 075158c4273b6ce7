//! What a scheduler answers: a placement for each call with the reason, or why there is none.

use std::fmt;

use crate::profile::Unknown;
use crate::tier::Tier;

/// Placements of a chain's calls.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// One a call, in the order of the calls.
    pub placements: Vec<Placement>,
    /// The cost of the whole under the scheduler's cost model, in the model's unit; `None` where none was asked.
    pub total: Option<f64>,
    /// How many plans were to be told apart, where they were counted.
    pub search_space: Option<u64>,
}

/// Where one call runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placement {
    /// The tier.
    pub tier: Tier,
    /// Why there.
    pub why: Why,
}

/// Why a call is where it is, in the words of the reference where it has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The scheduler knows one tier only.
    AllOnOne,
    /// The mapping made by hand says so.
    StaticMapping,
    /// Nothing spoke for another tier.
    DefaultHome,
    /// It touches data that is there.
    LocalData,
    /// It needs the world outside.
    ExternalDataCloud,
    /// It needs a GPU.
    RequiresGpu,
    /// It cannot be a component.
    WasiIncompatible,
    /// It is private.
    PrivacyConstraint,
    /// The rules leave no other tier.
    OnlyFeasible,
    /// It is the cheapest for this call.
    Cheapest,
    /// It belongs to the cheapest plan of the chain.
    Optimal,
    /// It is tried because too little is known of it.
    Exploring,
    /// A scheduler of the user's own says so.
    Plugin,
}

impl Why {
    /// As records and explanations write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::AllOnOne => "all_on_one",
            Self::StaticMapping => "static_mapping",
            Self::DefaultHome => "default_device",
            Self::LocalData => "local_data_fixed",
            Self::ExternalDataCloud => "external_data_cloud",
            Self::RequiresGpu => "requires_gpu",
            Self::WasiIncompatible => "wasi_incompatible_no_edge",
            Self::PrivacyConstraint => "privacy_constraint",
            Self::OnlyFeasible => "only_feasible",
            Self::Cheapest => "cheapest",
            Self::Optimal => "optimal",
            Self::Exploring => "exploring",
            Self::Plugin => "plugin",
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Why there is no plan. An answer, not a fault: whoever asked chooses what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Infeasible {
    /// A call may run on no tier.
    #[error(
        "call {index} ({server}.{tool}) may run nowhere: {}; change the call, the rule set or the endpoints",
        list(rejected)
    )]
    Nowhere {
        /// The call's place in the chain, from zero.
        index: usize,
        /// Its server.
        server: String,
        /// Its tool.
        tool: String,
        /// Each tier by name, with what speaks against it.
        rejected: Vec<(String, String)>,
    },
    /// A call is of a tool that the profile does not name, or of which it knows nothing.
    #[error("call {index} ({server}.{tool}) cannot be judged: {why}; add the tool to the profile")]
    Tool {
        /// The call's place in the chain, from zero.
        index: usize,
        /// Its server.
        server: String,
        /// Its tool.
        tool: String,
        /// What is missing.
        why: String,
    },
    /// The cost model needs what was not measured.
    #[error("cost model {model}: {unknown}")]
    Unknown {
        /// The cost model.
        model: &'static str,
        /// What it needs.
        unknown: Unknown,
    },
    /// The scheduler refuses so large a question.
    #[error(
        "scheduler {scheduler} would have to tell {plans} plans apart and does at most {most}; use dp or greedy"
    )]
    TooLarge {
        /// The scheduler.
        scheduler: &'static str,
        /// How many plans there are, as text because they may be more than any integer.
        plans: String,
        /// How many it tells apart.
        most: u64,
    },
    /// The question cannot be put to this scheduler, rule set or cost model in this view.
    #[error("{0}")]
    Unfit(String),
    /// The scheduler is at fault: one of the user's own that came to no answer, or to none that may be.
    #[error("scheduler {scheduler}: {why}")]
    Faulty {
        /// The scheduler.
        scheduler: String,
        /// What it did.
        why: String,
    },
}

/// `device: why, edge: why`.
fn list(rejected: &[(String, String)]) -> String {
    let each: Vec<String> = rejected
        .iter()
        .map(|(tier, why)| format!("{tier}: {why}"))
        .collect();
    each.join(", ")
}

impl Plan {
    /// The tiers alone.
    pub fn tiers(&self) -> impl Iterator<Item = Tier> {
        self.placements.iter().map(|placement| placement.tier)
    }
}
