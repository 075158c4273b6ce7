//! What each call of a trace costs on each tier by a profile, and what of it is not known.

use record::{Bytes, Nanos, Packaging};
use scheduler::call::Call;
use scheduler::profile::{Handoff, Hosted, Known, LinkSet, Profile};
use scheduler::tier::Tier;

use crate::engine::Step;
use crate::handing::Handing;

/// Whose sizes of requests and answers count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sizes {
    /// The profile's, which its execution times are of; the trace's where the profile has none.
    #[default]
    Profile,
    /// The trace's, as the calls were made; the profile's where the trace has none.
    Trace,
}

/// Why a trace cannot be replayed by a profile.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CostError {
    /// Nobody knows how large a message is.
    #[error(
        "calls[{call}] ({tool}): how large its {what} is stands neither in the trace nor in the profile; write `{what}_bytes` into the trace"
    )]
    Size {
        /// Which call, from 0.
        call: usize,
        /// Its tool.
        tool: String,
        /// `input` or `output`.
        what: &'static str,
    },
}

/// What one call costs on one tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Request from home to the tier.
    pub up: Known<Nanos>,
    /// Starting an instance where none is up.
    pub cold_start: Known<Nanos>,
    /// Running the tool.
    pub execution: Known<Nanos>,
    /// Answer from the tier to home.
    pub down: Known<Nanos>,
    /// How the server is shipped there; none where it is not there.
    pub packaging: Option<Packaging>,
    /// What crosses a link, where both go from home and back.
    pub moved: Bytes,
}

impl Cell {
    /// What is known, for the engine; the rest is nothing.
    pub fn step(&self) -> Step {
        let known = |part: &Known<Nanos>| part.get().copied().unwrap_or_default();
        Step {
            up: known(&self.up),
            cold_start: known(&self.cold_start),
            execution: known(&self.execution),
            down: known(&self.down),
        }
    }
}

/// What the calls of a trace cost, by call and tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Costs {
    tiers: usize,
    cells: Vec<Cell>,
    handing: Option<Handing>,
}

impl Costs {
    /// Of these calls, whose sizes are those of the messages.
    pub fn of(calls: &[Call], profile: &Profile, links: &LinkSet) -> Self {
        let tiers = profile.tiers.len();
        let cells = calls
            .iter()
            .flat_map(|call| Tier::first(tiers).map(move |tier| cell(call, tier, profile, links)));
        let direct = profile.handoff == Handoff::Direct;
        Self {
            tiers,
            cells: cells.collect(),
            handing: direct.then(|| Handing::of(calls, profile, links)),
        }
    }

    /// How answers go straight on from tier to tier; none where each goes home and out again.
    pub fn handing(&self) -> Option<&Handing> {
        self.handing.as_ref()
    }

    /// What a call costs on a tier.
    pub fn cell(&self, call: usize, tier: Tier) -> &Cell {
        &self.cells[call * self.tiers + tier.place()]
    }

    /// All of them, for the engine.
    pub fn steps(&self) -> Vec<Step> {
        self.cells.iter().map(Cell::step).collect()
    }

    /// How long each call runs on each tier, as an oracle is told.
    pub fn executions(&self) -> Vec<Vec<Option<Nanos>>> {
        let rows = self.cells.chunks(self.tiers.max(1));
        rows.map(|row| {
            let each = row.iter();
            each.map(|cell| cell.execution.get().copied()).collect()
        })
        .collect()
    }
}

/// The trace's calls as schedulers see them.
///
/// # Errors
/// When nobody knows how large a message is.
pub fn calls(
    trace: &[scenario::Call],
    profile: &Profile,
    sizes: Sizes,
) -> Result<Vec<Call>, CostError> {
    let each = trace.iter().enumerate().map(|(index, call)| {
        let tool = profile.tool(&call.server, &call.tool).and_then(Known::get);
        let size = |what, profiled: Option<Bytes>, traced: Option<Bytes>| {
            let (first, second) = match sizes {
                Sizes::Profile => (profiled, traced),
                Sizes::Trace => (traced, profiled),
            };
            first.or(second).ok_or_else(|| CostError::Size {
                call: index,
                tool: call.tool.clone(),
                what,
            })
        };
        let profiled = |size: fn(&scheduler::profile::ToolProfile) -> &Known<Bytes>| {
            tool.and_then(|tool| size(tool).get().copied())
        };
        Ok(Call {
            server: call.server.clone(),
            tool: call.tool.clone(),
            arguments: call.arguments.clone(),
            input: size("input", profiled(|tool| &tool.input), call.input)?,
            output: size("output", profiled(|tool| &tool.output), call.output)?,
            depends_on: call.depends_on.clone(),
        })
    });
    each.collect()
}

fn cell(call: &Call, tier: Tier, profile: &Profile, links: &LinkSet) -> Cell {
    let name = |tier: Tier| profile.tier_name(tier).to_owned();
    let home = profile.home;
    let transfer = |from: Tier, to: Tier, size: Bytes| match links.transfer(from, to, size, name) {
        Ok(time) => Known::Is(time),
        Err(unknown) => Known::Not(unknown.to_string()),
    };
    let hosted = profile
        .servers
        .get(&call.server)
        .and_then(|server| server.hosted.get(&tier));
    let away = tier != home;
    let size = call.input.0.saturating_add(call.output.0);
    Cell {
        up: transfer(home, tier, call.input),
        cold_start: scaled(cold_start(hosted), profile, tier),
        execution: scaled(execution(call, tier, profile, hosted), profile, tier),
        down: transfer(tier, home, call.output),
        packaging: hosted.map(|hosted| hosted.packaging),
        moved: Bytes(if away { size } else { 0 }),
    }
}

fn cold_start(hosted: Option<&Hosted>) -> Known<Nanos> {
    match hosted {
        Some(hosted) => hosted.start(hosted.cold_class()),
        None => Known::Not("the server is not there".to_owned()),
    }
}

fn execution(call: &Call, tier: Tier, profile: &Profile, hosted: Option<&Hosted>) -> Known<Nanos> {
    let tool = match profile.tool(&call.server, &call.tool) {
        Some(Known::Is(tool)) => tool,
        Some(Known::Not(why)) => return Known::Not(why.clone()),
        None => return Known::Not(format!("the profile does not name {}", call.tool)),
    };
    let Some(hosted) = hosted else {
        return Known::Not(format!(
            "{} is not on {}",
            call.server,
            profile.tier_name(tier)
        ));
    };
    match tool.timing(tier, hosted.packaging) {
        Some(timing) => timing.map(|timing| timing.of(call.input)),
        None => Known::Not(format!(
            "the profile has no time of {} on {} as {}",
            call.tool,
            profile.tier_name(tier),
            hosted.packaging
        )),
    }
}

/// Times of a profile are multiplied by how much slower a tier is.
fn scaled(time: Known<Nanos>, profile: &Profile, tier: Tier) -> Known<Nanos> {
    let speed = profile.tier_profile(tier).speed;
    time.map(|&time| match speed {
        // Exactly what was measured stays exactly that.
        1.0 => time,
        speed => Nanos(scheduler::quantity::whole(
            scheduler::quantity::real(time.0) * speed,
        )),
    })
}
