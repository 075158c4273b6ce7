//! Where a call may run at all, by named rule sets, with what speaks against each other tier.

mod argument;
mod fault;
mod published;
mod strict;

use std::fmt;
use std::str::FromStr;

pub use argument::holders;
pub use fault::{Fault, Faults};
pub use published::path_rule;

use crate::call::Call;
use crate::plan::Infeasible;
use crate::profile::{Known, ServerProfile, ToolProfile};
use crate::registry::Places;
use crate::tier::{MOST_TIERS, Tier, TierSet};
use crate::view::View;

/// A rule set, by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rules {
    /// The reference's pins when it plans a chain: a tool labelled local runs on the device, whatever its arguments; no flag
    /// of a tool reaches it, no endpoint is asked for (specification 2.4, 2.6, 8.1).
    Published,
    /// The reference's pins when it places one call: four argument keys, searched for `edge` and `cloud` (2.5, 2.7).
    PublishedAgent,
    /// Ours: every path-like argument by its normalised prefix, privacy, GPU, WASI, endpoints and their health, memory.
    #[default]
    Strict,
}

impl Rules {
    /// Every rule set.
    pub const ALL: [Self; 3] = [Self::Published, Self::PublishedAgent, Self::Strict];

    /// The name by which it is chosen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::PublishedAgent => "published-agent",
            Self::Strict => "strict",
        }
    }
}

impl fmt::Display for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Rules {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.map(Self::name);
        let found = Self::ALL.into_iter().find(|rules| rules.name() == text);
        found.ok_or_else(|| format!("no rule set {text:?}; give one of {}", known.join(", ")))
    }
}

/// What a rule set says of a call: where it may run, and what speaks against each other tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Where it may.
    pub allowed: TierSet,
    /// By tier, all that speaks against it; nothing for a tier that is allowed.
    pub faults: [Faults; MOST_TIERS],
    /// Which tiers hold what the call's paths name, where a rule looked.
    pub held_by: TierSet,
}

impl Verdict {
    /// Every tier of so many, nothing against any.
    fn open(tiers: usize) -> Self {
        Self {
            allowed: TierSet::first(tiers),
            faults: [Faults::default(); MOST_TIERS],
            held_by: TierSet::NONE,
        }
    }

    /// Says that this speaks against a tier.
    fn against(&mut self, tier: Tier, fault: Fault) {
        self.allowed = self.allowed.without(tier);
        self.faults[tier.place()] = self.faults[tier.place()].with(fault);
    }
}

/// What a call is of, looked up.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Its tool.
    pub tool: &'a ToolProfile,
    /// Its server.
    pub server: &'a ServerProfile,
    /// Where the server can be reached; `None` where nobody said.
    pub places: Option<&'a Places>,
}

/// Looks up what a call is of.
///
/// # Errors
/// When the profile does not name its tool or knows nothing of it: it cannot be judged, so it is not placed.
pub fn subject<'a>(index: usize, call: &Call, view: &View<'a>) -> Result<Subject<'a>, Infeasible> {
    let server = view.profile.servers.get(&call.server);
    let tool = server.and_then(|server| server.tools.get(&call.tool));
    let why = match (server, tool) {
        (Some(server), Some(Known::Is(tool))) => {
            return Ok(Subject {
                tool,
                server,
                places: view.registry.places(&call.server),
            });
        }
        (_, Some(Known::Not(reason))) => format!("the profile knows nothing of it ({reason})"),
        _ => format!("the profile {} does not name it", view.profile.name),
    };
    Err(Infeasible::Tool {
        index,
        server: call.server.clone(),
        tool: call.tool.clone(),
        why,
    })
}

/// Judges one call.
///
/// # Errors
/// When the tool is not known or the rule set does not fit the profile. Where no tier is left is no error here, but an empty
/// set: see [`feasible`].
pub fn judge(
    index: usize,
    call: &Call,
    view: &View<'_>,
    rules: Rules,
) -> Result<Verdict, Infeasible> {
    let subject = subject(index, call, view)?;
    judge_subject(call, &subject, view, rules, None)
}

/// Judges one call that was looked up. `before` is what was said of an earlier call of the same tool in the same view: where both
/// touch the same data, the same holds.
///
/// # Errors
/// When the rule set does not fit the profile.
pub fn judge_subject(
    call: &Call,
    subject: &Subject<'_>,
    view: &View<'_>,
    rules: Rules,
    before: Option<&Verdict>,
) -> Result<Verdict, Infeasible> {
    match (rules, before) {
        (Rules::Published | Rules::PublishedAgent, _) if !view.profile.is_canonical() => {
            Err(Infeasible::Unfit(format!(
                "rule set {rules} speaks of device, edge and cloud, and the profile {} has other tiers; use strict",
                view.profile.name
            )))
        }
        (Rules::Published, _) => Ok(published::in_chain(subject.tool)),
        (Rules::PublishedAgent, _) => Ok(published::alone(call, subject.tool)),
        (Rules::Strict, before) => {
            let held_by = strict::held_by(call, subject, view);
            Ok(match before {
                Some(before) if before.held_by == held_by => *before,
                _ => strict::judge(held_by, subject, view),
            })
        }
    }
}

/// Where each call may run.
///
/// # Errors
/// When a call may run nowhere, with every tier's reasons, or cannot be judged.
pub fn feasible(calls: &[Call], view: &View<'_>, rules: Rules) -> Result<Vec<TierSet>, Infeasible> {
    let each = calls.iter().enumerate();
    each.map(|(index, call)| {
        let verdict = judge(index, call, view, rules)?;
        allowed(index, call, view, &verdict)
    })
    .collect()
}

/// The tiers that a verdict leaves.
///
/// # Errors
/// When it leaves none: with every tier's reasons.
pub fn allowed(
    index: usize,
    call: &Call,
    view: &View<'_>,
    verdict: &Verdict,
) -> Result<TierSet, Infeasible> {
    if !verdict.allowed.is_empty() {
        return Ok(verdict.allowed);
    }
    let tiers = Tier::first(view.profile.tiers.len());
    Err(Infeasible::Nowhere {
        index,
        server: call.server.clone(),
        tool: call.tool.clone(),
        rejected: tiers
            .map(|tier| {
                let name = view.profile.tier_name(tier).to_owned();
                (name, fault::told(verdict, tier, call, view))
            })
            .collect(),
    })
}

/// What speaks against a tier, in words; empty where nothing does.
pub fn told(verdict: &Verdict, tier: Tier, call: &Call, view: &View<'_>) -> String {
    fault::told(verdict, tier, call, view)
}
