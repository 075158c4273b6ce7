//! Where one call follows another: what matters of the past is the tier of the call before and until when servers are warm.

use crate::cost::Prediction;
use crate::tier::{MOST_TIERS, Tier};

/// So many rows are kept before those that no state has any more are dropped; small enough to stay in the first cache.
const MOST_ROWS: usize = 256;

/// From the first call to the last: for each tier the earliest end with this call there, and until when each server would then be
/// warm. The same numbers as `Prediction::place` gives, in the same order of operations, in loops along rows of tables.
pub fn solve(prediction: &Prediction<'_>) -> Vec<Tier> {
    let tiers = prediction.tiers();
    let mut warmth = Warmth::of(prediction);
    let mut clock = [f64::INFINITY; MOST_TIERS];
    clock[0] = 0.0;
    let mut came_from: Vec<[u8; MOST_TIERS]> = Vec::with_capacity(prediction.calls());
    for call in 0..prediction.calls() {
        let mut step = Step::of(prediction, call);
        for (before, number) in (0..tiers).zip(0_u8..) {
            if clock[before] < f64::INFINITY {
                let until = warmth.of_state(before, prediction.server[call]);
                step.try_from_tier(before, number, clock[before], until);
            }
        }
        let allowed = prediction.allowed(call);
        for tier in Tier::first(tiers).filter(|tier| !allowed.contains(*tier)) {
            step.end[tier.place()] = f64::INFINITY;
        }
        if !step.end.iter().any(|end| end.is_finite()) {
            // Allowed, but the profile does not have the server there: as bad everywhere, and still to be placed by the rules.
            let some = (0..tiers)
                .zip(0_u8..)
                .find(|(before, _)| clock[*before] < f64::INFINITY);
            for tier in allowed.iter() {
                step.end[tier.place()] = f64::MAX;
                step.from[tier.place()] = some.map(|(_, number)| number).unwrap_or_default();
            }
        }
        if prediction.starts {
            let kept = allowed.iter().map(|tier| {
                let from = usize::from(step.from[tier.place()]);
                let until = warmth.of_state(from, step.server);
                let run = step.run(tier.place(), from, clock[from], until);
                (tier.place(), from, run + prediction.retention[tier.place()])
            });
            let kept: Vec<(usize, usize, f64)> = kept.collect();
            warmth.advance(step.server, &kept);
        }
        clock = step.end;
        came_from.push(step.from);
    }
    trace_back(&came_from, &clock[..tiers])
}

/// The plan that leads to the earliest end.
fn trace_back(came_from: &[[u8; MOST_TIERS]], clock: &[f64]) -> Vec<Tier> {
    let mut best = 0;
    for (tier, end) in clock.iter().enumerate() {
        if *end < clock[best] {
            best = tier;
        }
    }
    let mut plan = Vec::with_capacity(came_from.len());
    for from in came_from.iter().rev() {
        plan.push(Tier::at(best).expect("a place in the profile"));
        best = usize::from(from[best]);
    }
    plan.reverse();
    plan
}

/// One call's rows, and the best way to each tier that was found so far.
struct Step<'a> {
    server: usize,
    waiting: &'a [f64],
    start: &'a [f64],
    link_in: &'a [f64],
    execution: &'a [f64],
    link_out: &'a [f64],
    /// By pair of tiers, and how many bytes go from one to the other; where the answer of the call before does.
    handed_on: Option<(&'a [f64], &'a [f64], f64)>,
    end: [f64; MOST_TIERS],
    from: [u8; MOST_TIERS],
}

impl<'a> Step<'a> {
    fn of(prediction: &'a Prediction<'_>, call: usize) -> Self {
        const NOTHING: [f64; MOST_TIERS] = [0.0; MOST_TIERS];
        let tiers = prediction.tiers();
        let here = call * tiers..(call + 1) * tiers;
        let goes_home = prediction.goes_home(call);
        let size = prediction.handed_on(call);
        Self {
            server: prediction.server[call],
            waiting: &prediction.waiting[..tiers],
            start: &prediction.start[here.clone()],
            link_in: &prediction.link_in[here.clone()],
            execution: &prediction.execution[here.clone()],
            link_out: if goes_home {
                &prediction.link_out[here]
            } else {
                &NOTHING[..tiers]
            },
            handed_on: size.map(|size| (&prediction.delay[..], &prediction.per_byte[..], size)),
            end: [f64::INFINITY; MOST_TIERS],
            from: [0; MOST_TIERS],
        }
    }

    /// Tries the way to every tier from the state that has the call before on this one. Without branches, because which way is
    /// better is as good as random.
    fn try_from_tier(&mut self, before: usize, number: u8, asked: f64, until: &[f64]) {
        let tiers = self.waiting.len();
        let mut way = [0.0; MOST_TIERS];
        match self.handed_on {
            Some((delay, per_byte, size)) => {
                let pair = before * tiers..(before + 1) * tiers;
                let rows = delay[pair.clone()].iter().zip(&per_byte[pair]);
                for (way, (delay, per_byte)) in way.iter_mut().zip(rows) {
                    *way = delay + per_byte * size;
                }
            }
            None => way[..tiers].copy_from_slice(self.link_in),
        }
        let (waiting, start) = (&self.waiting[..tiers], &self.start[..tiers]);
        let (execution, link_out) = (&self.execution[..tiers], &self.link_out[..tiers]);
        let (way, until) = (&way[..tiers], &until[..tiers]);
        let (end, from) = (&mut self.end[..tiers], &mut self.from[..tiers]);
        for tier in 0..tiers {
            let free = asked + way[tier] + waiting[tier];
            let start = if free <= until[tier] {
                0.0
            } else {
                start[tier]
            };
            let finished = free + start + execution[tier] + link_out[tier];
            let is_better = finished < end[tier];
            end[tier] = if is_better { finished } else { end[tier] };
            from[tier] = if is_better { number } else { from[tier] };
        }
    }

    /// When the tool has run on a tier, the call before having been on that one.
    fn run(&self, tier: usize, before: usize, asked: f64, until: &[f64]) -> f64 {
        let way = match self.handed_on {
            Some((delay, per_byte, size)) => {
                let pair = before * self.waiting.len() + tier;
                delay[pair] + per_byte[pair] * size
            }
            None => self.link_in[tier],
        };
        let free = asked + way + self.waiting[tier];
        let start = if free <= until[tier] {
            0.0
        } else {
            self.start[tier]
        };
        free + start + self.execution[tier]
    }
}

/// Until when servers are warm in each state: rows by tier, written once and shared by states that do not change them.
struct Warmth {
    tiers: usize,
    servers: usize,
    cells: Vec<f64>,
    /// By state and server, the row.
    states: Vec<usize>,
    spare: Vec<usize>,
}

impl Warmth {
    fn of(prediction: &Prediction<'_>) -> Self {
        let tiers = prediction.tiers();
        let servers = prediction.warm.len() / tiers.max(1);
        let states: Vec<usize> = (0..tiers).flat_map(|_| 0..servers).collect();
        Self {
            tiers,
            servers,
            cells: prediction.warm.clone(),
            spare: states.clone(),
            states,
        }
    }

    fn of_state(&self, state: usize, server: usize) -> &[f64] {
        let row = self.states[state * self.servers + server];
        &self.cells[row * self.tiers..(row + 1) * self.tiers]
    }

    /// Moves on: each of these tiers' states comes from another state, with this server warm on the tier at least until then.
    fn advance(&mut self, server: usize, kept: &[(usize, usize, f64)]) {
        for (tier, from, until) in kept {
            let old = from * self.servers..(from + 1) * self.servers;
            let new = tier * self.servers;
            self.spare[new..new + self.servers].copy_from_slice(&self.states[old]);
            let row = self.spare[new + server];
            let copy = self.cells.len() / self.tiers;
            self.cells
                .extend_from_within(row * self.tiers..(row + 1) * self.tiers);
            let cell = &mut self.cells[copy * self.tiers + tier];
            *cell = cell.max(*until);
            self.spare[new + server] = copy;
        }
        std::mem::swap(&mut self.states, &mut self.spare);
        if self.cells.len() > MOST_ROWS.max(2 * self.states.len()) * self.tiers {
            self.drop_unused();
        }
    }

    fn drop_unused(&mut self) {
        let mut moved = vec![usize::MAX; self.cells.len() / self.tiers];
        let mut cells = Vec::with_capacity(self.cells.len());
        for row in &mut self.states {
            if moved[*row] == usize::MAX {
                moved[*row] = cells.len() / self.tiers;
                cells.extend_from_slice(&self.cells[*row * self.tiers..(*row + 1) * self.tiers]);
            }
            *row = moved[*row];
        }
        self.cells = cells;
        // What is left there of tiers that no call was placed on lately must be rows that there are.
        self.spare.copy_from_slice(&self.states);
    }
}
