//! One agent's calls in virtual time: when each was due, where its time went, and what of it is not known.

use record::{Bytes, Nanos};
use scheduler::profile::Known;
use scheduler::tier::Tier;

use crate::arrival::Arrivals;
use crate::chain::{Chain, ChainError};
use crate::cost::Costs;
use crate::engine::{Answered, Ended, Fixed, MOST_AT_ONCE, Sink, World, run};
use crate::place::Room;

/// How an agent is replayed, whatever the placements.
#[derive(Clone, Debug)]
pub struct Pace {
    /// What waits for what.
    pub chain: Chain,
    /// The server of each call, by number.
    pub servers: Vec<usize>,
    /// What the model takes before each call.
    pub thinking: Known<Vec<Nanos>>,
    /// What a decision takes.
    pub decision: Known<Nanos>,
    /// What each tier offers.
    pub rooms: Vec<Room>,
}

impl Pace {
    /// What the engine replays.
    pub fn world(&self, costs: &Costs) -> World {
        let nothing = || vec![Nanos(0); self.servers.len()];
        World {
            chain: self.chain.clone(),
            servers: self.servers.clone(),
            steps: costs.steps(),
            handing: costs.handing().cloned(),
            thinking: self.thinking.get().cloned().unwrap_or_else(nothing),
            decision: self.decision.get().copied().unwrap_or_default(),
            rooms: self.rooms.clone(),
            most_at_once: MOST_AT_ONCE,
        }
    }
}

/// Numbers for servers, the same for the same name.
pub fn servers<'a>(names: impl Iterator<Item = &'a str>) -> Vec<usize> {
    let mut known: Vec<&str> = Vec::new();
    names
        .map(|name| {
            known
                .iter()
                .position(|other| *other == name)
                .unwrap_or_else(|| {
                    known.push(name);
                    known.len() - 1
                })
        })
        .collect()
}

/// Where the time of one call went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timed {
    /// The tier.
    pub tier: Tier,
    /// When all that it waited for had been answered, from the agent's coming.
    pub due: Nanos,
    /// What the model took before it.
    pub llm: Known<Nanos>,
    /// What deciding took.
    pub decision: Known<Nanos>,
    /// Request and answer on the link.
    pub link: Known<Nanos>,
    /// Waiting for a slot.
    pub waiting: Nanos,
    /// Starting an instance: nothing where one was up.
    pub cold_start: Known<Nanos>,
    /// Whether one had to be started.
    pub cold: bool,
    /// Running the tool.
    pub execution: Known<Nanos>,
    /// When its answer had arrived, as far as the parts are known.
    pub at: Nanos,
    /// What crossed a link.
    pub moved: Bytes,
}

/// A part of the latency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Deciding where calls run.
    Decision,
    /// On links.
    Link,
    /// For slots.
    Waiting,
    /// Starting instances.
    ColdStart,
    /// Running tools.
    Execution,
    /// The model.
    Llm,
}

impl Part {
    /// Every part, in the order of tables.
    pub const ALL: [Self; 6] = [
        Self::Decision,
        Self::Link,
        Self::Waiting,
        Self::ColdStart,
        Self::Execution,
        Self::Llm,
    ];

    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Decision => "decision",
            Self::Link => "link",
            Self::Waiting => "waiting",
            Self::ColdStart => "cold start",
            Self::Execution => "execution",
            Self::Llm => "LLM",
        }
    }
}

/// What a part comes to over all calls: what is known of it, and which calls' are not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// What is known.
    pub known: Nanos,
    /// Calls of which it is not.
    pub unknown: Vec<usize>,
}

/// One agent's calls in virtual time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// In the order of the trace.
    pub calls: Vec<Timed>,
    /// From coming to the last answer, as far as the parts are known.
    pub end: Nanos,
}

impl Timed {
    /// A part of it.
    pub fn part(&self, part: Part) -> Known<Nanos> {
        match part {
            Part::Decision => self.decision.clone(),
            Part::Link => self.link.clone(),
            Part::Waiting => Known::Is(self.waiting),
            Part::ColdStart => self.cold_start.clone(),
            Part::Execution => self.execution.clone(),
            Part::Llm => self.llm.clone(),
        }
    }
}

impl Timeline {
    /// Replays one agent whose calls are placed like this, one tier a call.
    ///
    /// # Panics
    /// When there are not as many tiers as calls.
    pub fn of(pace: &Pace, costs: &Costs, tiers: &[Tier]) -> Self {
        let world = pace.world(costs);
        let mut fixed = Fixed(tiers.iter().map(|tier| tier.place()).collect());
        let mut kept = Kept::default();
        let ran = run(&world, 1, Arrivals::Together, 0, &mut fixed, &mut kept);
        kept.0.sort_by_key(|answered| answered.call);
        assert_eq!(kept.0.len(), tiers.len(), "a plan has a tier for each call");
        let calls = kept.0.iter().zip(tiers);
        let calls = calls.map(|(answered, &tier)| timed(pace, costs, answered, tier, tiers));
        Self {
            calls: calls.collect(),
            end: ran.end,
        }
    }

    /// What a part comes to.
    pub fn sum(&self, part: Part) -> Sum {
        let mut sum = Sum::default();
        for (index, call) in self.calls.iter().enumerate() {
            match call.part(part) {
                Known::Is(Nanos(time)) => sum.known = Nanos(sum.known.0.saturating_add(time)),
                Known::Not(_) => sum.unknown.push(index),
            }
        }
        sum
    }

    /// The parts that the end is without, because of some call they are not known.
    pub fn without(&self) -> Vec<Part> {
        let lacks = |part: &Part| !self.sum(*part).unknown.is_empty();
        Part::ALL.into_iter().filter(lacks).collect()
    }

    /// What crossed links.
    pub fn moved(&self) -> Bytes {
        let moved = self.calls.iter().map(|call| call.moved.0);
        Bytes(moved.fold(0, u64::saturating_add))
    }
}

fn timed(pace: &Pace, costs: &Costs, answered: &Answered, tier: Tier, tiers: &[Tier]) -> Timed {
    let cell = costs.cell(answered.call, tier);
    let given = |before: usize| tiers[before];
    let (mut up, mut down, mut moved) = (cell.up.clone(), cell.down.clone(), cell.moved);
    if let Some(handing) = costs.handing() {
        up = handing.up(answered.call, tier, given).unwrap_or(up);
        if !handing.goes_home(answered.call) {
            down = Known::Is(Nanos(0));
        }
        moved = handing.moved(answered.call, tier, given);
    }
    let cold_start = match answered.cold {
        true => cell.cold_start.clone(),
        false => Known::Is(Nanos(0)),
    };
    let link = match (up, down) {
        (Known::Is(up), Known::Is(down)) => Known::Is(Nanos(up.0.saturating_add(down.0))),
        (Known::Not(why), _) | (_, Known::Not(why)) => Known::Not(why),
    };
    Timed {
        tier,
        due: answered.due,
        llm: pace.thinking.map(|thinking| thinking[answered.call]),
        decision: pace.decision.clone(),
        link,
        waiting: answered.waited,
        cold_start,
        cold: answered.cold,
        execution: cell.execution.clone(),
        at: answered.at,
        moved,
    }
}

#[derive(Default)]
struct Kept(Vec<Answered>);

impl Sink for Kept {
    fn answered(&mut self, answered: &Answered) {
        self.0.push(*answered);
    }

    fn ended(&mut self, _: &Ended) {}
}

/// A chain of a trace: one call after another, or each as soon as what it depends on is answered.
///
/// # Errors
/// When the trace has no call, too many, or one that depends on a later one.
pub fn chain(calls: &[scheduler::call::Call], side_by_side: bool) -> Result<Chain, ChainError> {
    match side_by_side {
        false => Chain::sequential(calls.len()),
        true => {
            let before: Vec<Vec<usize>> =
                calls.iter().map(|call| call.depends_on.clone()).collect();
            Chain::waiting(&before)
        }
    }
}
