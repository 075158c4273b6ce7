//! Predicted nanoseconds from the first request to the last answer: waiting, start, links and execution, played through in
//! virtual time.
//!
//! What was started before matters: a server that is not warm on a tier is started by the first call that comes, later ones
//! wait for the same start, and it stays warm for the tier's retention after its last call. Calls are taken in their order; on a
//! tier that is full a call waits for the first place that becomes free. Numbers are floats of whole nanoseconds, exact below
//! 104 days. Since all is sums and maxima of durations, scaling every duration by one constant scales every prediction by it.

use std::collections::BTreeMap;

use super::score;
use crate::call::Call;
use crate::cost::{Cost, Terms};
use crate::plan::Infeasible;
use crate::problem::Problem;
use crate::profile::{Handoff, Hosted, Known, Timing, ToolProfile, Unknown};
use crate::quantity::real;
use crate::tier::{MOST_TIERS, Tier, TierSet};
use crate::view::{Pace, Truth};

/// The parts of a problem that a prediction adds up.
#[derive(Clone, Debug)]
pub struct Prediction<'a> {
    calls: &'a [Call],
    tiers: usize,
    pace: Pace,
    handoff: Handoff,
    home: Tier,
    /// Where each call may run.
    allowed: Vec<TierSet>,
    /// By call and tier, in nanoseconds; infinite where the profile has no such place. Four tables, because `dp` runs along rows.
    pub(crate) start: Vec<f64>,
    pub(crate) link_in: Vec<f64>,
    pub(crate) execution: Vec<f64>,
    pub(crate) link_out: Vec<f64>,
    /// Whether anything is ever started.
    pub(crate) starts: bool,
    /// Each call's server, numbered by first use.
    pub(crate) server: Vec<usize>,
    /// By server and tier: until when it is warm, from the view's now.
    pub(crate) warm: Vec<f64>,
    /// By tier.
    pub(crate) waiting: [f64; MOST_TIERS],
    pub(crate) retention: [f64; MOST_TIERS],
    places: [usize; MOST_TIERS],
    /// By pair: the delay, and nanoseconds a byte. Only for `Handoff::Direct`.
    pub(crate) delay: Vec<f64>,
    pub(crate) per_byte: Vec<f64>,
    /// Whether another call needs each call's answer.
    is_needed: Vec<bool>,
}

/// What is the same for every call of a tool: its timing and its server's start on each tier that has it.
struct Row<'a> {
    tiers: [Option<(&'a Timing, f64)>; MOST_TIERS],
}

/// How far a chain has come in virtual time.
#[derive(Clone, Debug)]
pub struct Progress {
    clock: f64,
    placed: usize,
    /// When each call's answer was back and where it ran; kept only where later calls look back.
    history: Vec<(f64, Tier)>,
    /// By server and tier: since when it is up, and until when it is kept.
    up: Vec<f64>,
    until: Vec<f64>,
    /// By tier: when each of its places is free; empty where calls come one by one.
    places: Vec<Vec<f64>>,
}

/// One call's prediction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Predicted {
    /// What its time is made of.
    pub terms: Terms,
    /// When its answer is back, in nanoseconds from the view's now.
    pub finished: f64,
    begun: f64,
    run: f64,
    is_started: bool,
}

pub fn model<'a>(
    problem: &Problem<'a>,
    cost: Cost,
    truth: Option<&Truth>,
) -> Result<Prediction<'a>, Infeasible> {
    let refused = |unknown| Infeasible::Unknown {
        model: cost.name(),
        unknown,
    };
    let view = problem.view;
    let size = problem.calls.len() * problem.tiers();
    let table = || Vec::with_capacity(size);
    let mut prediction = Prediction {
        calls: problem.calls,
        tiers: problem.tiers(),
        pace: view.pace,
        handoff: view.profile.handoff,
        home: view.profile.home,
        allowed: problem.allowed.clone(),
        start: table(),
        link_in: table(),
        execution: table(),
        link_out: table(),
        starts: cost == Cost::Latency,
        server: Vec::with_capacity(problem.calls.len()),
        warm: Vec::new(),
        waiting: view.load.waiting.map(|waiting| real(waiting.0)),
        retention: [0.0; MOST_TIERS],
        places: [usize::MAX; MOST_TIERS],
        delay: Vec::new(),
        per_byte: Vec::new(),
        is_needed: vec![false; problem.calls.len()],
    };
    prediction.number_servers(problem);
    prediction.links(problem).map_err(refused)?;
    for (index, call) in problem.calls.iter().enumerate() {
        for before in call.depends_on.iter().filter(|before| **before < index) {
            prediction.is_needed[*before] = true;
        }
    }
    prediction.parts(problem, truth).map_err(refused)?;
    let places: TierSet = problem
        .servers
        .iter()
        .flat_map(|server| server.hosted.keys().copied())
        .collect();
    for tier in places.iter() {
        prediction.tier(problem, tier).map_err(refused)?;
    }
    Ok(prediction)
}

impl<'a> Prediction<'a> {
    fn number_servers(&mut self, problem: &Problem<'_>) {
        let mut names: Vec<&str> = Vec::new();
        for (index, call) in self.calls.iter().enumerate() {
            let again = index > 0 && self.calls[index - 1].server == call.server;
            let at = if again {
                self.server[index - 1]
            } else {
                let known = names.iter().position(|name| *name == call.server);
                known.unwrap_or_else(|| {
                    names.push(&call.server);
                    names.len() - 1
                })
            };
            self.server.push(at);
        }
        let now = problem.view.now.0;
        for name in names {
            for tier in Tier::first(self.tiers) {
                let until = problem.view.load.warm_until(name, tier);
                let left = until.and_then(|until| until.0.checked_sub(now));
                self.warm.push(left.map_or(f64::NEG_INFINITY, real));
            }
        }
    }

    /// What matters of a tier only if calls come side by side or servers are started.
    fn tier(&mut self, problem: &Problem<'_>, tier: Tier) -> Result<(), Unknown> {
        let known = problem.view.profile.tier_profile(tier);
        if self.pace == Pace::AsReady {
            let capacity = known
                .capacity
                .need(|| format!("capacity of tier {}", known.name))?;
            self.places[tier.place()] = usize::try_from(capacity.0).unwrap_or(usize::MAX).max(1);
        }
        if self.starts {
            let retention = known
                .retention
                .need(|| format!("retention of tier {}", known.name))?;
            self.retention[tier.place()] = real(retention.0);
        }
        Ok(())
    }

    /// Delays and times a byte between all tiers, where answers go from one to the next.
    fn links(&mut self, problem: &Problem<'_>) -> Result<(), Unknown> {
        if self.handoff == Handoff::Home {
            return Ok(());
        }
        for from in Tier::first(self.tiers) {
            for to in Tier::first(self.tiers) {
                let (delay, per_byte) = way(problem, from, to)?;
                self.delay.push(delay);
                self.per_byte.push(per_byte);
            }
        }
        Ok(())
    }

    /// Fills the four tables.
    fn parts(&mut self, problem: &Problem<'a>, truth: Option<&Truth>) -> Result<(), Unknown> {
        let mut ways: [Option<(f64, f64)>; MOST_TIERS] = [None; MOST_TIERS];
        let mut rows: Vec<Row<'a>> = Vec::new();
        let mut made: BTreeMap<*const ToolProfile, usize> = BTreeMap::new();
        for (index, call) in problem.calls.iter().enumerate() {
            let tool = std::ptr::from_ref(problem.tools[index]);
            let at = match made.get(&tool) {
                Some(at) => *at,
                None => {
                    rows.push(self.row(problem, index, truth.is_some())?);
                    made.insert(tool, rows.len() - 1);
                    rows.len() - 1
                }
            };
            let truth = truth.map(|truth| truth.execution.get(index));
            for tier in Tier::first(self.tiers) {
                let profile = problem.view.profile.tier_profile(tier);
                let mut parts = [f64::INFINITY; 4];
                if let Some((timing, start)) = rows[at].tiers[tier.place()] {
                    let execution = match truth {
                        None => Some(real(timing.of(call.input).0) * profile.speed),
                        Some(row) => row
                            .and_then(|row| row.get(tier.place()).copied().flatten())
                            .map(|execution| real(execution.0)),
                    };
                    if let Some(execution) = execution {
                        let (delay, per_byte) = match ways[tier.place()] {
                            Some(way) => way,
                            None => *ways[tier.place()].insert(way(problem, self.home, tier)?),
                        };
                        let link_in = delay + per_byte * real(call.input.0);
                        let link_out = delay + per_byte * real(call.output.0);
                        parts = [start, link_in, execution, link_out];
                    }
                }
                self.start.push(parts[0]);
                self.link_in.push(parts[1]);
                self.execution.push(parts[2]);
                self.link_out.push(parts[3]);
            }
        }
        Ok(())
    }

    /// A tool's timing and its server's start, tier by tier. A timing is needed, unless what came true is known.
    fn row(&self, problem: &Problem<'a>, index: usize, is_told: bool) -> Result<Row<'a>, Unknown> {
        static UNTIMED: Timing = Timing {
            typical: record::Nanos(0),
            spread: Known::Not(String::new()),
            growth: None,
        };
        let profile = problem.view.profile;
        let server = &self.calls[index].server;
        let mut row = Row {
            tiers: [None; MOST_TIERS],
        };
        for (tier, hosted) in &problem.servers[index].hosted {
            let timing = match timing(problem, index, *tier, hosted) {
                Ok(timing) => timing,
                Err(_) if is_told => &UNTIMED,
                Err(unknown) => return Err(unknown),
            };
            let mut start = 0.0;
            if self.starts {
                let class = hosted.cold_class();
                let name = profile.tier_name(*tier);
                let field = || format!("start.{class} of server {server} on {name}");
                let known = hosted.start(class);
                start = real(known.need(field)?.0) * profile.tier_profile(*tier).speed;
            }
            row.tiers[tier.place()] = Some((timing, start));
        }
        Ok(row)
    }

    /// Whether calls come one by one and look back no further than to the call before.
    pub(crate) fn is_sequential(&self) -> bool {
        let looks_far = |(index, call): (usize, &Call)| {
            let mut before = call.depends_on.iter().filter(|before| **before < index);
            before.any(|before| before + 1 != index)
        };
        self.pace == Pace::OneByOne
            && (self.handoff == Handoff::Home || !self.calls.iter().enumerate().any(looks_far))
    }

    /// The answer that goes straight from the call before to this one, in bytes.
    pub(crate) fn handed_on(&self, index: usize) -> Option<f64> {
        let before = index.checked_sub(1)?;
        let straight =
            self.handoff == Handoff::Direct && self.calls[index].depends_on.contains(&before);
        straight.then(|| real(self.calls[before].output.0))
    }

    /// Whether a call's answer goes home.
    pub(crate) fn goes_home(&self, index: usize) -> bool {
        self.handoff == Handoff::Home || !self.is_needed[index]
    }

    /// How many calls.
    pub fn calls(&self) -> usize {
        self.calls.len()
    }

    /// How many tiers.
    pub fn tiers(&self) -> usize {
        self.tiers
    }

    /// Where a call may run.
    pub fn allowed(&self, call: usize) -> TierSet {
        self.allowed[call]
    }

    /// What the tool alone takes.
    pub fn execution(&self, call: usize, tier: Tier) -> f64 {
        self.execution[call * self.tiers + tier.place()]
    }

    /// Before the first call.
    pub fn begin(&self) -> Progress {
        let side_by_side = self.pace == Pace::AsReady;
        Progress {
            clock: 0.0,
            placed: 0,
            history: Vec::new(),
            up: vec![0.0; self.warm.len()],
            until: self.warm.clone(),
            places: if side_by_side {
                vec![Vec::new(); self.tiers]
            } else {
                Vec::new()
            },
        }
    }

    /// What a call would take on a tier if it were the first of the chain.
    pub fn alone(&self, call: usize, tier: Tier) -> Terms {
        let progress = Progress {
            placed: call,
            ..self.begin()
        };
        self.predict(&progress, tier).terms
    }

    /// What the next call would take on a tier.
    pub fn predict(&self, progress: &Progress, tier: Tier) -> Predicted {
        let index = progress.placed;
        let here = index * self.tiers + tier.place();
        let asked = match self.pace {
            Pace::OneByOne => progress.clock,
            Pace::AsReady => self.calls[index]
                .depends_on
                .iter()
                .filter_map(|before| progress.history.get(*before))
                .fold(0.0, |latest, (finished, _)| f64::max(latest, *finished)),
        };
        let (link_in, link_out) = self.ways(progress, index, tier);
        let arrived = asked + link_in;
        let mut free = arrived + self.waiting[tier.place()];
        if let Some(places) = progress.places.get(tier.place())
            && places.len() >= self.places[tier.place()]
        {
            let first = places.iter().copied().fold(f64::INFINITY, f64::min);
            free = free.max(first);
        }
        let at = self.server[index] * self.tiers + tier.place();
        let is_started = free > progress.until[at];
        let begun = if is_started {
            free + self.start[here]
        } else {
            free.max(progress.up[at])
        };
        let run = begun + self.execution[here];
        Predicted {
            terms: Terms::Latency {
                waiting: free - arrived,
                start: begun - free,
                link_in,
                execution: self.execution[here],
                link_out,
            },
            finished: run + link_out,
            begun,
            run,
            is_started,
        }
    }

    fn ways(&self, progress: &Progress, index: usize, tier: Tier) -> (f64, f64) {
        let here = index * self.tiers + tier.place();
        let (home_in, home_out) = (self.link_in[here], self.link_out[here]);
        if self.handoff == Handoff::Home {
            return (home_in, home_out);
        }
        let mut way_in = None;
        for before in &self.calls[index].depends_on {
            let Some((_, from)) = progress.history.get(*before) else {
                continue;
            };
            let pair = from.place() * self.tiers + tier.place();
            let size = real(self.calls[*before].output.0);
            let way = self.delay[pair] + self.per_byte[pair] * size;
            way_in = Some(f64::max(way_in.unwrap_or(0.0), way));
        }
        let way_out = if self.goes_home(index) { home_out } else { 0.0 };
        (way_in.unwrap_or(home_in), way_out)
    }

    /// Places the next call on a tier; its prediction.
    pub fn place(&self, progress: &mut Progress, tier: Tier) -> Predicted {
        let predicted = self.predict(progress, tier);
        let index = progress.placed;
        let at = self.server[index] * self.tiers + tier.place();
        if predicted.is_started {
            progress.up[at] = predicted.begun;
        }
        let kept = predicted.run + self.retention[tier.place()];
        progress.until[at] = progress.until[at].max(kept);
        if let Some(places) = progress.places.get_mut(tier.place()) {
            let full = places.len() >= self.places[tier.place()];
            let first = places.iter_mut().min_by(|a, b| a.total_cmp(b));
            match first {
                Some(first) if full => *first = predicted.run,
                _ => places.push(predicted.run),
            }
        }
        progress.clock = predicted.finished;
        progress.placed += 1;
        if self.pace == Pace::AsReady || self.handoff == Handoff::Direct {
            progress.history.push((predicted.finished, tier));
        }
        predicted
    }

    /// From now to the last answer under a plan, filtered or not.
    pub fn total(&self, tiers: &[Tier]) -> f64 {
        let mut progress = self.begin();
        let mut last: f64 = 0.0;
        for tier in tiers {
            last = last.max(self.place(&mut progress, *tier).finished);
        }
        last
    }
}

/// What is known of a call's tool on a tier.
fn timing<'a>(
    problem: &Problem<'a>,
    index: usize,
    tier: Tier,
    hosted: &Hosted,
) -> Result<&'a Timing, Unknown> {
    let call = &problem.calls[index];
    let field = || {
        format!(
            "execution.{}.{} of tool {}.{}",
            problem.view.profile.tier_name(tier),
            hosted.packaging,
            call.server,
            call.tool
        )
    };
    let timing = problem.tools[index].timing(tier, hosted.packaging);
    let timing = timing.ok_or_else(|| Unknown {
        field: field(),
        reason: "the profile does not speak of it".to_owned(),
    })?;
    timing.need(field)
}

/// What a call's tool takes on a tier for a request of its size, in nanoseconds.
///
/// # Errors
/// When the time is unknown.
pub fn execution(
    problem: &Problem<'_>,
    index: usize,
    tier: Tier,
    hosted: &Hosted,
) -> Result<f64, Unknown> {
    let timing = timing(problem, index, tier, hosted)?;
    let measured = real(timing.of(problem.calls[index].input).0);
    Ok(measured * problem.view.profile.tier_profile(tier).speed)
}

/// Delay, and nanoseconds a byte, between two tiers in force.
fn way(problem: &Problem<'_>, from: Tier, to: Tier) -> Result<(f64, f64), Unknown> {
    if from == to {
        return Ok((0.0, 0.0));
    }
    let delay = score::link(problem, from, to, "one_way", |link| &link.one_way)?;
    let bandwidth = score::link(problem, from, to, "bandwidth", |link| &link.bandwidth)?;
    Ok((real(delay.0), 8e9 / real(bandwidth.0)))
}
