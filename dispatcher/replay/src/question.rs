//! A trace and a profile, and what schedulers make of them: placements, one agent's time, and what an auditor says.

use std::collections::BTreeMap;

use auditor::{Audit, RuleSet, audit};
use record::Nanos;
use scenario::{Trace, Way};
use scheduler::Scheduler;
use scheduler::call::Call;
use scheduler::plan::{Infeasible, Plan};
use scheduler::profile::{Known, LinkSet, Profile};
use scheduler::registry::Registry;
use scheduler::tier::Tier;
use scheduler::view::{self, Learned, Load, Truth, View};

use crate::chain::ChainError;
use crate::cost::{CostError, Costs, Sizes, calls};
use crate::place::Room;
use crate::timeline::{Pace, Timeline, chain, servers};

/// What the one asking adds to trace and profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Whose sizes count.
    pub sizes: Sizes,
    /// Whether independent calls run side by side.
    pub side_by_side: bool,
    /// What a decision takes; the virtual clock does not time one.
    pub decision: Option<Nanos>,
    /// What the model takes before each call; the trace's own gaps where this is none.
    pub llm: Option<Nanos>,
    /// How many calls a tier runs at once, for those that are named.
    pub capacity: BTreeMap<Tier, u32>,
    /// How long an idle instance stays on a tier, for those that are named.
    pub retention: BTreeMap<Tier, Nanos>,
}

/// Why a trace cannot be replayed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuestionError {
    /// It is no chain.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// It cannot be costed.
    #[error(transparent)]
    Cost(#[from] CostError),
}

/// A trace, a profile, and how one agent makes the calls.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// What is known.
    pub profile: &'a Profile,
    /// The links in force.
    pub links: &'a LinkSet,
    /// The calls, with the sizes that count.
    pub calls: Vec<Call>,
    /// What each costs where.
    pub costs: Costs,
    /// How they are made.
    pub pace: Pace,
    /// What was taken for granted because nobody said it, a sentence each.
    pub assumed: Vec<String>,
    registry: Registry,
    load: Load,
    learned: Learned,
    truth: Truth,
    order: view::Pace,
}

/// What a scheduler made of a question.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The scheduler's name.
    pub scheduler: String,
    /// Where calls run and what came of it, or why there is no plan.
    pub outcome: Result<Placed, Infeasible>,
}

/// A plan, replayed and judged.
#[derive(Clone, Debug)]
pub struct Placed {
    /// As the scheduler made it.
    pub plan: Plan,
    /// One agent's calls in virtual time.
    pub timeline: Timeline,
    /// What the auditor finds, by rule set.
    pub audits: BTreeMap<RuleSet, Audit>,
}

impl<'a> Question<'a> {
    /// Of a trace and a profile; the links are one of the profile's sets.
    ///
    /// # Errors
    /// When the trace is no chain, or sizes are not known.
    pub fn new(
        trace: &Trace,
        profile: &'a Profile,
        links: &'a LinkSet,
        options: &Options,
    ) -> Result<Self, QuestionError> {
        let calls = calls(&trace.calls, profile, options.sizes)?;
        let costs = Costs::of(&calls, profile, links);
        let mut assumed = Vec::new();
        let pace = Pace {
            chain: chain(&calls, options.side_by_side)?,
            servers: servers(calls.iter().map(|call| call.server.as_str())),
            thinking: match options.llm {
                Some(each) => Known::Is(vec![each; calls.len()]),
                None => thinking(trace),
            },
            decision: match options.decision {
                Some(each) => Known::Is(each),
                None => Known::Not("the virtual clock does not time a scheduler".to_owned()),
            },
            rooms: rooms(profile, options, &mut assumed),
        };
        let truth = Truth {
            execution: costs.executions(),
        };
        Ok(Self {
            profile,
            links,
            registry: Registry::of(profile),
            load: Load::default(),
            learned: Learned::default(),
            truth,
            order: match options.side_by_side {
                true => view::Pace::AsReady,
                false => view::Pace::OneByOne,
            },
            calls,
            costs,
            pace,
            assumed,
        })
    }

    /// What a scheduler is told before the first call; what will come true is for the oracle alone.
    pub fn view(&self, is_oracle: bool) -> View<'_> {
        View {
            profile: self.profile,
            registry: &self.registry,
            links: self.links,
            now: Nanos(0),
            load: &self.load,
            learned: &self.learned,
            pace: self.order,
            truth: is_oracle.then_some(&self.truth),
        }
    }

    /// Has a scheduler place the calls, replays one agent, and has every rule set judged.
    pub fn answer(&self, scheduler: &dyn Scheduler) -> Answer {
        self.answer_believing(scheduler, self.links)
    }

    /// The same with a scheduler that takes other links to be in force, as the reference's did: its configuration was not measured
    /// on the testbed that it was used on.
    pub fn answer_believing(&self, scheduler: &dyn Scheduler, links: &LinkSet) -> Answer {
        let name = scheduler.name();
        let view = View {
            links,
            ..self.view(name == "oracle")
        };
        let plan = scheduler.plan(&self.calls, &view);
        Answer {
            scheduler: name.to_owned(),
            outcome: plan.and_then(|plan| self.placed(plan)),
        }
    }

    /// Replays and judges a plan.
    fn placed(&self, plan: Plan) -> Result<Placed, Infeasible> {
        let tiers: Vec<Tier> = plan.tiers().collect();
        let known = self.profile.tiers.len();
        // A scheduler may be a stranger's.
        if tiers.len() != self.calls.len() || tiers.iter().any(|tier| tier.place() >= known) {
            return Err(Infeasible::Unfit(format!(
                "the scheduler placed {} calls of {} on tiers of which the profile has {known}; mend the scheduler",
                tiers.len(),
                self.calls.len()
            )));
        }
        let judged =
            RuleSet::ALL.map(|rules| (rules, audit(rules, &self.calls, &tiers, self.profile)));
        Ok(Placed {
            timeline: Timeline::of(&self.pace, &self.costs, &tiers),
            plan,
            audits: judged.into(),
        })
    }
}

impl Pace {
    /// For many agents: each has a home of its own, without a limit, unless a number of calls at once was given for it.
    #[must_use]
    pub fn with_homes(mut self, home: Tier, options: &Options) -> Self {
        if !options.capacity.contains_key(&home) {
            let room = &mut self.rooms[home.place()];
            room.own = true;
            room.capacity = None;
        }
        self
    }
}

/// How much longer than another one took, as far as both are known; negative where it took less.
pub fn regret(one: Nanos, best: Nanos) -> i64 {
    let more = i128::from(one.0) - i128::from(best.0);
    i64::try_from(more).unwrap_or(if more < 0 { i64::MIN } else { i64::MAX })
}

/// What the model took before each call, as the trace shows it.
fn thinking(trace: &Trace) -> Known<Vec<Nanos>> {
    match trace.origin.way {
        // `harness record` makes the calls by itself and asks no model.
        Way::Recorded => return Known::Is(vec![Nanos(0); trace.calls.len()]),
        Way::Written => {
            return Known::Not("the trace was written, not recorded of an agent".to_owned());
        }
        Way::OpenTelemetry | Way::Tape => {}
    }
    let mut free = 0_u64;
    let gaps = trace.calls.iter().map(|call| {
        let ran = call.ran.as_ref()?;
        let (began, took) = (ran.began?, ran.took?);
        let gap = began.0.saturating_sub(free);
        free = free.max(began.0.saturating_add(took.0));
        Some(Nanos(gap))
    });
    match gaps.collect::<Option<Vec<Nanos>>>() {
        Some(gaps) => Known::Is(gaps),
        None => Known::Not("the trace does not say when its calls began and ended".to_owned()),
    }
}

/// What the tiers offer.
fn rooms(profile: &Profile, options: &Options, assumed: &mut Vec<String>) -> Vec<Room> {
    let mut unlimited = Vec::new();
    let mut kept = Vec::new();
    let each = profile.tiers.iter().enumerate().map(|(place, known)| {
        let tier = Tier::at(place).expect("a profile has at most 16 tiers");
        let given = options.capacity.get(&tier).copied();
        let capacity = given.or_else(|| {
            let most = known.capacity.get()?;
            Some(u32::try_from(most.0).unwrap_or(u32::MAX).max(1))
        });
        if capacity.is_none() {
            unlimited.push(known.name.name());
        }
        let retention = options.retention.get(&tier).or(known.retention.get());
        if retention.is_none() {
            kept.push(known.name.name());
        }
        Room {
            capacity,
            retention: retention.copied(),
            own: false,
        }
    });
    let rooms = each.collect();
    if !unlimited.is_empty() {
        assumed.push(format!(
            "How many calls run at once is not known of {}; no call waits there.",
            unlimited.join(", ")
        ));
    }
    if !kept.is_empty() {
        assumed.push(format!(
            "How long an idle instance stays is not known of {}; it stays there.",
            kept.join(", ")
        ));
    }
    rooms
}
