//! The judgement: each placed call, under a rule set, with the reason.

use std::collections::BTreeMap;
use std::fmt;

use scheduler::call::Call;
use scheduler::profile::{Known, Locality, Profile, ToolProfile, Trust};
use scheduler::tier::Tier;

use crate::path::Holders;
use crate::rules::{Parts, RuleSet};

/// Tools that the reference's configuration labels as working on their arguments alone, and that read local files: `git_diff`
/// a repository, `batch_resize` images (tools_scenario1.yaml and tools_scenario4.yaml of the reference; its knative
/// configuration labels all of git as local and private).
const MISLABELLED: [&str; 2] = ["git_diff", "batch_resize"];

/// What a placement broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Constraint {
    /// Data that is elsewhere.
    Locality,
    /// What the tier's owner must not see.
    Privacy,
    /// A GPU.
    Gpu,
    /// A tool that cannot be a component.
    Wasi,
    /// A server that is not there.
    Endpoint,
}

/// A call that is where it may not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The call's place in the chain, from 0.
    pub call: usize,
    /// Where it is.
    pub tier: Tier,
    /// Everything that it breaks, with the reason; never empty.
    pub broken: Vec<(Constraint, String)>,
}

/// What was found of a chain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// One for each call that breaks the rules, in the order of the calls.
    pub violations: Vec<Violation>,
    /// Calls away from home of whose tool too little is known to judge them.
    pub unjudged: Vec<usize>,
}

impl Constraint {
    /// The name in records and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Locality => "locality",
            Self::Privacy => "privacy",
            Self::Gpu => "gpu",
            Self::Wasi => "wasi",
            Self::Endpoint => "endpoint",
        }
    }
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Judges calls where they were placed, one tier a call. A call without a tier was not made and is not judged.
pub fn audit(rules: RuleSet, calls: &[Call], tiers: &[Tier], profile: &Profile) -> Audit {
    let judge = Judge {
        parts: rules.parts(),
        profile,
        holders: Holders {
            tiers: &profile.tiers,
            roots: &profile.data,
            home: profile.home,
        },
    };
    let mut audit = Audit::default();
    for (index, (call, &tier)) in calls.iter().zip(tiers).enumerate() {
        let tool = profile.tool(&call.server, &call.tool).and_then(Known::get);
        let broken = judge.broken(call, tool, tier);
        if !broken.is_empty() {
            audit.violations.push(Violation {
                call: index,
                tier,
                broken,
            });
        } else if tool.is_none() && tier != profile.home {
            audit.unjudged.push(index);
        }
    }
    audit
}

struct Judge<'a> {
    parts: Parts,
    profile: &'a Profile,
    holders: Holders<'a>,
}

impl Judge<'_> {
    fn broken(
        &self,
        call: &Call,
        tool: Option<&ToolProfile>,
        tier: Tier,
    ) -> Vec<(Constraint, String)> {
        let mut broken = Vec::new();
        if self.parts.locality {
            let why = self.displaced(call, tool, tier);
            broken.extend(why.map(|why| (Constraint::Locality, why)));
        }
        if self.parts.privacy && tool.is_some_and(|tool| tool.private) {
            let why = match self.profile.tiers.get(tier.place()) {
                Some(place) if place.trust != Trust::ThirdParty => None,
                Some(_) => Some(format!(
                    "{} is private, and {} is somebody else's",
                    call.tool,
                    self.name(tier)
                )),
                None => Some(format!(
                    "{} is private, and of the tier nothing is known",
                    call.tool
                )),
            };
            broken.extend(why.map(|why| (Constraint::Privacy, why)));
        }
        if self.parts.strict {
            broken.extend(self.lacking(call, tool, tier));
        }
        broken
    }

    /// Why the data of a call is elsewhere, if so.
    fn displaced(&self, call: &Call, tool: Option<&ToolProfile>, tier: Tier) -> Option<String> {
        let named = match self.parts.strict {
            true => self.holders.of(&call.arguments),
            false => BTreeMap::new(),
        };
        if let Some((path, holder)) = named.iter().find(|(_, holder)| **holder != tier) {
            let shown: String = path.chars().take(80).collect();
            return Some(format!("{shown} is on {}", self.name(*holder)));
        }
        let relabelled = self.parts.relabelled && MISLABELLED.contains(&call.tool.as_str());
        let local = relabelled || tool.is_some_and(|tool| tool.locality == Locality::Local);
        // Where paths say who holds the data, the label adds nothing.
        let away = local && named.is_empty() && tier != self.profile.home;
        away.then(|| {
            let label = if relabelled {
                "reads local files"
            } else {
                "is labelled local"
            };
            format!(
                "{} {label}, and its data is on {}",
                call.tool,
                self.name(self.profile.home)
            )
        })
    }

    /// What the tier lacks for the call.
    fn lacking(
        &self,
        call: &Call,
        tool: Option<&ToolProfile>,
        tier: Tier,
    ) -> Vec<(Constraint, String)> {
        let mut lacking = Vec::new();
        let has_gpu = self
            .profile
            .tiers
            .get(tier.place())
            .is_some_and(|place| place.gpu);
        if tool.is_some_and(|tool| tool.gpu) && !has_gpu {
            let why = format!(
                "{} needs a GPU, and {} has none",
                call.tool,
                self.name(tier)
            );
            lacking.push((Constraint::Gpu, why));
        }
        let server = self.profile.servers.get(&call.server);
        let hosted = server.and_then(|server| server.hosted.get(&tier));
        match hosted {
            None => {
                let why = format!("{} is not on {}", call.server, self.name(tier));
                lacking.push((Constraint::Endpoint, why));
            }
            Some(hosted) => {
                use record::Packaging;
                let component = matches!(
                    hosted.packaging,
                    Packaging::Component
                        | Packaging::ComponentWasmtime
                        | Packaging::ContainerComponent
                );
                if component && tool.is_some_and(|tool| !tool.wasi) {
                    let why = format!(
                        "{} cannot be a component, and on {} it is one",
                        call.tool,
                        self.name(tier)
                    );
                    lacking.push((Constraint::Wasi, why));
                }
            }
        }
        lacking
    }

    fn name(&self, tier: Tier) -> &str {
        self.profile.tier_name(tier)
    }
}
