//! What a scheduler sees besides the calls: profile, endpoints, links, time, load, and what was learned.

use std::collections::BTreeMap;

use record::Nanos;

use crate::profile::{LinkSet, Profile};
use crate::registry::Registry;
use crate::tier::{MOST_TIERS, Tier};

/// The state of the world as a scheduler is told it.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// What is known of tools, servers and tiers.
    pub profile: &'a Profile,
    /// Where servers can be reached.
    pub registry: &'a Registry,
    /// The links in force; one of the profile's sets.
    pub links: &'a LinkSet,
    /// The time, from an origin of whoever tells it.
    pub now: Nanos,
    /// What is running and what is warm.
    pub load: &'a Load,
    /// What was observed so far.
    pub learned: &'a Learned,
    /// Whether independent calls are made side by side.
    pub pace: Pace,
    /// What each call will take, for the oracle alone.
    pub truth: Option<&'a Truth>,
}

/// How an agent makes the calls of a chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// One after another, as the reference does.
    #[default]
    OneByOne,
    /// Each as soon as what it depends on is there.
    AsReady,
}

/// How busy tiers are, and which servers are warm on them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// How long a call that arrives now waits before it runs, by tier.
    pub waiting: [Nanos; MOST_TIERS],
    warm: BTreeMap<String, [Option<Nanos>; MOST_TIERS]>,
}

impl Load {
    /// Says that a server is warm on a tier until then.
    pub fn keep_warm(&mut self, server: &str, tier: Tier, until: Nanos) {
        match self.warm.get_mut(server) {
            Some(untils) => untils[tier.place()] = Some(until),
            None => {
                let mut untils = [None; MOST_TIERS];
                untils[tier.place()] = Some(until);
                self.warm.insert(server.to_owned(), untils);
            }
        }
    }

    /// Until when a server is warm on a tier; `None` where it was never started.
    pub fn warm_until(&self, server: &str, tier: Tier) -> Option<Nanos> {
        self.warm.get(server)?[tier.place()]
    }

    /// Whether a server is warm on a tier at that time: until its retention ends, the end included.
    pub fn is_warm(&self, server: &str, tier: Tier, at: Nanos) -> bool {
        self.warm_until(server, tier)
            .is_some_and(|until| at <= until)
    }
}

/// What was observed of tools on tiers: kept by whoever makes the calls, read by schedulers that learn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Learned {
    seen: BTreeMap<String, BTreeMap<String, Seen>>,
}

/// What was observed of one tool.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Seen {
    /// How many of its calls were observed, wherever they ran.
    pub calls: u64,
    /// What was observed on each tier.
    pub tiers: [Observed; MOST_TIERS],
}

/// What was observed of one tool on one tier.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Observed {
    /// How many calls.
    pub calls: u64,
    /// Which of the tool's calls was the last that ran here, counted from one.
    pub last_call: u64,
    /// What that one took, from request written to answer read.
    pub last: Nanos,
    /// The mean, in nanoseconds. An observation loses an eighth of its weight with each later call of the tool, wherever that
    /// ran, so what was seen long ago yields at once to what is seen now.
    pub mean: f64,
}

/// What an observation weighs against all before it: an eighth, as TCP has it for round trips (RFC 6298, section 2).
pub const GAIN: f64 = 0.125;

impl Learned {
    /// Takes in what a call took, from request written to answer read.
    pub fn observe(&mut self, server: &str, tool: &str, tier: Tier, took: Nanos) {
        // Asked before it is inserted: an entry would clone both names for every call.
        let known = self
            .seen
            .get(server)
            .is_some_and(|tools| tools.contains_key(tool));
        if !known {
            let tools = self.seen.entry(server.to_owned()).or_default();
            tools.insert(tool.to_owned(), Seen::default());
        }
        let Some(seen) = self
            .seen
            .get_mut(server)
            .and_then(|tools| tools.get_mut(tool))
        else {
            return;
        };
        seen.calls += 1;
        let observed = &mut seen.tiers[tier.place()];
        let value = crate::quantity::real(took.0);
        if observed.calls == 0 {
            observed.mean = value;
        } else {
            let age = i32::try_from(seen.calls - observed.last_call).unwrap_or(i32::MAX);
            let keep = (1.0 - GAIN).powi(age);
            observed.mean = keep * observed.mean + (1.0 - keep) * value;
        }
        observed.calls += 1;
        observed.last_call = seen.calls;
        observed.last = took;
    }

    /// What was observed of a tool; `None` where it never ran.
    pub fn of(&self, server: &str, tool: &str) -> Option<&Seen> {
        self.seen.get(server)?.get(tool)
    }
}

/// What calls will take, known to a replay that has drawn it beforehand: what `oracle` and regret are about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Truth {
    /// Execution of each call on each tier: `execution[call][tier]`, without link, start or waiting. `None` where the call
    /// cannot run there.
    pub execution: Vec<Vec<Option<Nanos>>>,
}
