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

    /// Whether a server is warm on a tier at that time: until its retention ends, the end included.
    pub fn is_warm(&self, server: &str, tier: Tier, at: Nanos) -> bool {
        self.warm
            .get(server)
            .and_then(|untils| untils[tier.place()])
            .is_some_and(|until| at <= until)
    }
}

/// What was observed of tools on tiers: kept by whoever makes the calls, read by schedulers that learn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Learned {
    rounds: u64,
    seen: BTreeMap<String, BTreeMap<String, [Observed; MOST_TIERS]>>,
}

/// What was observed of one tool on one tier.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Observed {
    /// How often.
    pub count: u64,
    /// Of which the last was this many observations of any tool ago… counted as `Learned::rounds` was then.
    pub last_round: u64,
    /// The last duration, from request written to answer read.
    pub last: Nanos,
    /// The exponentially weighted mean, in nanoseconds.
    pub mean: f64,
    /// The exponentially weighted mean distance from that mean, in nanoseconds.
    pub deviation: f64,
}

/// How much an observation weighs against all before it: an eighth, as TCP has it for round trips (RFC 6298, section 2).
pub const GAIN: f64 = 0.125;
/// The same for the distance from the mean: a quarter (RFC 6298, section 2).
pub const DEVIATION_GAIN: f64 = 0.25;

impl Learned {
    /// Takes in what a call took, from request written to answer read.
    pub fn observe(&mut self, server: &str, tool: &str, tier: Tier, took: Nanos) {
        self.rounds += 1;
        if !self.seen.contains_key(server) {
            self.seen.insert(server.to_owned(), BTreeMap::new());
        }
        let Some(tools) = self.seen.get_mut(server) else {
            return;
        };
        if !tools.contains_key(tool) {
            tools.insert(tool.to_owned(), Default::default());
        }
        let Some(tiers) = tools.get_mut(tool) else {
            return;
        };
        let seen = &mut tiers[tier.place()];
        let value = crate::quantity::real(took.0);
        if seen.count == 0 {
            seen.mean = value;
            seen.deviation = value / 2.0;
        } else {
            seen.deviation += DEVIATION_GAIN * ((value - seen.mean).abs() - seen.deviation);
            seen.mean += GAIN * (value - seen.mean);
        }
        seen.count += 1;
        seen.last = took;
        seen.last_round = self.rounds;
    }

    /// What was observed of a tool, by tier; `None` where it never ran.
    pub fn of(&self, server: &str, tool: &str) -> Option<&[Observed; MOST_TIERS]> {
        self.seen.get(server)?.get(tool)
    }

    /// How many observations there were of anything.
    pub fn rounds(&self) -> u64 {
        self.rounds
    }
}

/// What calls will take, known to a replay that has drawn it beforehand: what `oracle` and regret are about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Truth {
    /// Execution of each call on each tier: `execution[call][tier]`, without link, start or waiting. `None` where the call
    /// cannot run there.
    pub execution: Vec<Vec<Option<Nanos>>>,
}
