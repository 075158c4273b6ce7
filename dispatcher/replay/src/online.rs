//! A scheduler asked at each call, with what runs, waits, is warm and was learned at that moment.

use std::cell::RefCell;

use record::Nanos;
use scheduler::Scheduler;
use scheduler::call::Call;
use scheduler::plan::Infeasible;
use scheduler::profile::Known;
use scheduler::tier::{MOST_TIERS, Tier};
use scheduler::view::{Learned, Load, View};

use crate::cost::Costs;
use crate::engine::{Answered, Ended, Placer, Seen, Sink};
use crate::place::Place;
use crate::question::Question;

/// What calls took, as it comes true: written by what is answered, read by what is asked next.
#[derive(Debug, Default)]
pub struct Memory(RefCell<Learned>);

/// Has a decision made for each call by itself.
pub struct Online<'a, F> {
    question: &'a Question<'a>,
    memory: &'a Memory,
    decide: F,
    /// Each call alone: what it depends on has been answered.
    alone: Vec<Call>,
    /// What a call takes on each tier on average, to guess what a queue comes to.
    typical: [u64; MOST_TIERS],
    /// Why the first call that was refused was; a scheduler's fault before any other reason.
    refused: Option<Infeasible>,
}

impl<'a, F> Online<'a, F>
where
    F: FnMut(&Call, &View<'_>) -> Result<Tier, Infeasible>,
{
    /// For the calls of a question; `decide` is asked for each.
    pub fn new(question: &'a Question<'a>, memory: &'a Memory, decide: F) -> Self {
        let alone = question.calls.iter().map(|call| Call {
            depends_on: Vec::new(),
            ..call.clone()
        });
        Self {
            question,
            memory,
            decide,
            alone: alone.collect(),
            typical: typical(
                &question.costs,
                question.calls.len(),
                question.profile.tiers.len(),
            ),
            refused: None,
        }
    }

    /// Why the first call that was refused was; a scheduler's fault before any other reason.
    pub fn refused(&self) -> Option<&Infeasible> {
        self.refused.as_ref()
    }
}

/// A scheduler's decision about one call, without an explanation.
///
/// # Errors
/// What the scheduler refuses, and that it placed nothing.
pub fn asked(scheduler: &dyn Scheduler, call: &Call, view: &View<'_>) -> Result<Tier, Infeasible> {
    let plan = scheduler.plan(std::slice::from_ref(call), view)?;
    let placed = plan.placements.first().map(|placement| placement.tier);
    placed.ok_or_else(|| {
        Infeasible::Unfit("the scheduler placed none of one call; mend the scheduler".to_owned())
    })
}

impl<F> Placer for Online<'_, F>
where
    F: FnMut(&Call, &View<'_>) -> Result<Tier, Infeasible>,
{
    const ASKED: bool = true;

    fn place(&mut self, call: usize, now: Nanos, seen: &Seen<'_>) -> Option<usize> {
        // Who is at fault once is not asked again: a plug-in that comes to no end takes long each time.
        if matches!(self.refused, Some(Infeasible::Faulty { .. })) {
            return None;
        }
        let alone = &self.alone[call];
        let server = self.question.pace.servers[call];
        let mut load = Load::default();
        for (tier, place) in Tier::first(seen.places.len()).zip(seen.places) {
            load.waiting[tier.place()] = waits(place, self.typical[tier.place()]);
            if let Some(until) = seen.warm_until(tier.place(), server, now) {
                load.keep_warm(&alone.server, tier, until);
            }
        }
        let learned = self.memory.0.borrow();
        let view = View {
            now,
            load: &load,
            learned: &learned,
            ..self.question.view(false)
        };
        match (self.decide)(alone, &view) {
            Ok(tier) => Some(tier.place()),
            Err(why) => {
                let fault = matches!(why, Infeasible::Faulty { .. });
                if fault || self.refused.is_none() {
                    self.refused = Some(why);
                }
                None
            }
        }
    }
}

/// Notes what each call took, from request written to answer read.
pub struct Learning<'a> {
    question: &'a Question<'a>,
    memory: &'a Memory,
}

impl<'a> Learning<'a> {
    /// Into this memory.
    pub fn new(question: &'a Question<'a>, memory: &'a Memory) -> Self {
        Self { question, memory }
    }
}

impl Sink for Learning<'_> {
    fn answered(&mut self, answered: &Answered) {
        let pace = &self.question.pace;
        let before = |part: Option<&Nanos>| part.map_or(0, |time| time.0);
        let thought = pace.thinking.get().map(|all| &all[answered.call]);
        let decided = match &pace.decision {
            Known::Is(time) => Some(time),
            Known::Not(_) => None,
        };
        let since = answered.due.0.saturating_add(before(thought));
        let since = since.saturating_add(before(decided));
        let call = &self.question.calls[answered.call];
        if let Some(tier) = Tier::at(answered.tier) {
            let took = Nanos(answered.at.0.saturating_sub(since));
            let mut learned = self.memory.0.borrow_mut();
            learned.observe(&call.server, &call.tool, tier, took);
        }
    }

    fn ended(&mut self, _: &Ended) {}
}

/// What a call that arrives now waits about: for everything in the queue and one that runs, if no slot is free.
fn waits(place: &Place, typical: u64) -> Nanos {
    let Some(slots) = place.capacity().filter(|slots| place.running() >= *slots) else {
        return Nanos(0);
    };
    let ahead = u64::try_from(place.queue())
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    Nanos(ahead.saturating_mul(typical) / u64::from(slots.max(1)))
}

fn typical(costs: &Costs, calls: usize, tiers: usize) -> [u64; MOST_TIERS] {
    let mut typical = [0; MOST_TIERS];
    for tier in Tier::first(tiers) {
        let known = (0..calls).filter_map(|call| costs.cell(call, tier).execution.get());
        let (count, sum) = known.fold((0_u64, 0_u64), |(count, sum), time| {
            (count + 1, sum.saturating_add(time.0))
        });
        typical[tier.place()] = sum.checked_div(count).unwrap_or(0);
    }
    typical
}
