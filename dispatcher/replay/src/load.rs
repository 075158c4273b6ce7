//! Many agents at once: distributions of what they waited for, what tiers did, and how much memory that took.

use record::{Count, Nanos};

use crate::arrival::Arrivals;
use crate::engine::{Answered, Ended, Placer, Ran, Sink, World, run};
use crate::histogram::Histogram;

/// What many agents came to. As large for a million agents as for one.
#[derive(Clone, Debug)]
pub struct Load {
    /// From an agent's coming to its last answer.
    pub agents: Histogram,
    /// From a call's being due to its answer.
    pub calls: Histogram,
    /// What calls waited for a slot.
    pub waiting: Histogram,
    /// What each tier did, in the profile's order.
    pub tiers: Vec<TierLoad>,
    /// Agents for one of whose calls no tier was found.
    pub refused: u64,
    /// From the start to the last event.
    pub end: Nanos,
    /// How many agents were under way at once at most.
    pub most_agents: Count,
    /// Whether it ended because more agents were under way than memory is held for.
    pub overrun: bool,
}

/// What a tier did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TierLoad {
    /// Calls that it ran.
    pub calls: u64,
    /// How many of them had to start an instance.
    pub cold: u64,
    /// The longest queue.
    pub longest: u64,
    /// Slots times nanoseconds in use.
    pub busy: u128,
    /// Thousandths of its slots that were in use on average; none where their number is not limited.
    pub used_permille: Option<u64>,
}

struct Counted {
    agents: Histogram,
    calls: Histogram,
    waiting: Histogram,
    tiers: Vec<TierLoad>,
    refused: u64,
}

impl Sink for Counted {
    fn answered(&mut self, answered: &Answered) {
        let took = answered.at.0.saturating_sub(answered.due.0);
        self.calls.add(Nanos(took));
        self.waiting.add(answered.waited);
        let tier = &mut self.tiers[answered.tier];
        tier.calls += 1;
        tier.cold += u64::from(answered.cold);
    }

    fn ended(&mut self, ended: &Ended) {
        if ended.refused.is_some() {
            self.refused += 1;
        } else {
            self.agents.add(Nanos(ended.at.0 - ended.came.0));
        }
    }
}

/// Takes what happens, and passes it on.
struct Both<'a, S>(Counted, &'a mut S);

impl<S: Sink> Sink for Both<'_, S> {
    fn answered(&mut self, answered: &Answered) {
        self.0.answered(answered);
        self.1.answered(answered);
    }

    fn ended(&mut self, ended: &Ended) {
        self.0.ended(ended);
        self.1.ended(ended);
    }
}

/// A sink that keeps nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nothing;

impl Sink for Nothing {
    fn answered(&mut self, _: &Answered) {}

    fn ended(&mut self, _: &Ended) {}
}

/// Replays this many agents; `also` sees every call and every end.
pub fn load<P: Placer, S: Sink>(
    world: &World,
    agents: u64,
    arrivals: Arrivals,
    seed: u64,
    placer: &mut P,
    also: &mut S,
) -> Load {
    let counted = Counted {
        agents: Histogram::default(),
        calls: Histogram::default(),
        waiting: Histogram::default(),
        tiers: vec![TierLoad::default(); world.rooms.len()],
        refused: 0,
    };
    let mut both = Both(counted, also);
    let ran = run(world, agents, arrivals, seed, placer, &mut both);
    both.0.done(&ran)
}

impl Counted {
    fn done(self, ran: &Ran) -> Load {
        let mut tiers = self.tiers;
        for (tier, place) in tiers.iter_mut().zip(&ran.places) {
            tier.busy = place.busy(ran.end);
            tier.longest = u64::try_from(place.longest()).unwrap_or(u64::MAX);
            tier.used_permille = place.capacity().and_then(|slots| {
                let all = u128::from(slots) * u128::from(ran.end.0);
                u64::try_from((tier.busy * 1000).checked_div(all)?).ok()
            });
        }
        Load {
            agents: self.agents,
            calls: self.calls,
            waiting: self.waiting,
            tiers,
            refused: self.refused,
            end: ran.end,
            most_agents: Count(u64::try_from(ran.most_agents).unwrap_or(u64::MAX)),
            overrun: ran.overrun,
        }
    }
}
