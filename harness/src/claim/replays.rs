//! The paper's scenarios, replayed by a policy and a profile: what judges claims about policies.

use std::collections::BTreeMap;

use auditor::RuleSet;
use record::Nanos;
use replay::{Options, Part, Placed, Question};
use scenario::Trace;
use scheduler::cost::Cost;
use scheduler::filter::Rules;
use scheduler::profile::{Known, Locality, Profile};
use scheduler::schedule::{UNFILTERED, by_name};
use scheduler::tier::Tier;

use super::Basis;
use crate::profile::{Editions, TESTBED};

/// The profiles by which claims are judged, and the scenarios' traces.
///
/// A policy is the reference's own: its cost model, its rules, and, where it asks about links, the first set of its profile, as its
/// configuration was another than its testbed.
#[derive(Clone, Debug)]
pub struct Replays {
    profiles: BTreeMap<Basis, (Profile, String)>,
    traces: Vec<Trace>,
}

/// What came of a policy in a scenario.
pub struct Replayed<'a> {
    profile: &'a Profile,
    /// What it is of, for messages.
    whose: String,
    /// Whether each call's tool is labelled as asking the world outside.
    external: Vec<bool>,
    placed: Placed,
}

impl Replays {
    /// By the published profile over both of its links, and by the two editions of a run over the testbed's.
    pub fn new(published: &Profile, run: Editions, traces: Vec<Trace>) -> Self {
        let configured = published.links.first();
        let configured = configured.map_or_else(String::new, |set| set.name.clone());
        let on = |profile: Profile, links: &str| (profile, links.to_owned());
        Self {
            profiles: BTreeMap::from([
                (Basis::Configured, on(published.clone(), &configured)),
                (Basis::Published, on(published.clone(), TESTBED)),
                (Basis::Measured, on(run.scaled, TESTBED)),
                (Basis::Unscaled, on(run.unscaled, TESTBED)),
            ]),
            traces,
        }
    }

    /// What a basis is, in words.
    pub fn told(&self, by: Basis) -> String {
        let told = self
            .profiles
            .get(&by)
            .map(|(profile, links)| format!("profile {}, links {links}, simulated", profile.name));
        told.unwrap_or_else(|| format!("no profile, for {} is none", by.name()))
    }

    /// What came of a policy, or why nothing does.
    ///
    /// # Errors
    /// When there is no such trace, links or policy, or the profile does not know what the policy asks for.
    pub fn of(&self, by: Basis, scenario: &str, policy: &str) -> Result<Replayed<'_>, String> {
        let whose = format!("{scenario} {policy} by {}", by.name());
        let (profile, links) = self
            .profiles
            .get(&by)
            .ok_or_else(|| format!("{whose}: there is no such profile"))?;
        let trace = self.traces.iter().find(|trace| trace.scenario == scenario);
        let trace = trace.ok_or_else(|| {
            format!(
                "{scenario} is no committed trace; restore scenarios/traces from the repository"
            )
        })?;
        let links = profile
            .link_set(links)
            .ok_or_else(|| format!("profile {} has no links {links}", profile.name))?;
        let believed = profile.links.first().unwrap_or(links);
        let question = Question::new(trace, profile, links, &Options::default())
            .map_err(|error| format!("{whose}: {error}"))?;
        // The reference takes what is not known for nothing: where it weighs, its placement would say that it is not known.
        if !UNFILTERED.contains(&policy) {
            weighable(&question).map_err(|why| format!("{whose}: {why}"))?;
        }
        let scheduler = by_name(policy, Cost::Reference, Rules::Published)?;
        let placed = question.answer_believing(&*scheduler, believed).outcome;
        let placed = placed.map_err(|error| format!("{whose}: {error}"))?;
        let external = question.calls.iter().map(|call| {
            let tool = profile.tool(&call.server, &call.tool).and_then(Known::get);
            tool.is_some_and(|tool| tool.locality == Locality::External)
        });
        Ok(Replayed {
            profile,
            whose,
            external: external.collect(),
            placed,
        })
    }
}

/// Whether every call's time is known on every tier.
fn weighable(question: &Question<'_>) -> Result<(), String> {
    for (index, call) in question.calls.iter().enumerate() {
        for tier in Tier::first(question.profile.tiers.len()) {
            if let Known::Not(why) = &question.costs.cell(index, tier).execution {
                return Err(format!(
                    "the time of {} on {} is not known ({why})",
                    call.tool,
                    question.profile.tier_name(tier)
                ));
            }
        }
    }
    Ok(())
}

impl Replayed<'_> {
    /// Calls that break a rule set.
    pub fn violations(&self, rules: &str) -> usize {
        let rules = rules.parse::<RuleSet>().ok();
        let audit = rules.and_then(|rules| self.placed.audits.get(&rules));
        audit.map_or(usize::MAX, |audit| audit.violations.len())
    }

    /// Calls on a tier.
    pub fn calls(&self, tier: &str) -> usize {
        self.on(tier).count()
    }

    /// Those of them whose tool asks the world outside.
    pub fn external(&self, tier: &str) -> usize {
        self.on(tier).filter(|external| *external).count()
    }

    fn on<'a>(&'a self, tier: &'a str) -> impl Iterator<Item = bool> {
        let tiers = self.placed.plan.tiers();
        let calls = tiers.zip(&self.external);
        calls.filter_map(move |(at, external)| {
            (self.profile.tier_name(at) == tier).then_some(*external)
        })
    }

    /// From the first request to the last answer. What of it is not known, but may be, is added to `without`.
    ///
    /// # Errors
    /// When links or executions are not known: nothing would be left.
    pub fn latency(&self, without: &mut Vec<&'static str>) -> Result<Nanos, String> {
        let timeline = &self.placed.timeline;
        for part in timeline.without() {
            if !matches!(part, Part::Link | Part::Execution) {
                if !without.contains(&part.name()) {
                    without.push(part.name());
                }
                continue;
            }
            let why = timeline
                .calls
                .iter()
                .find_map(|call| match call.part(part) {
                    Known::Is(_) => None,
                    Known::Not(why) => Some(why),
                });
            return Err(format!(
                "{}: its {} is not known ({})",
                self.whose,
                part.name(),
                why.unwrap_or_default()
            ));
        }
        Ok(timeline.end)
    }
}
