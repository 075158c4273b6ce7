//! Where one call follows another: what matters of the past is the tier of the call before and until when servers are warm.

use crate::cost::Prediction;
use crate::tier::{MOST_TIERS, Tier};

/// From the first call to the last: for each tier the earliest end with this call there, and until when each server would then be
/// warm. The same numbers as `Prediction::place` gives, in the same order of operations, in loops along rows of tables.
pub fn solve(prediction: &Prediction<'_>) -> Vec<Tier> {
    let tiers = prediction.tiers();
    let calls = prediction.calls();
    let servers = prediction.warm.len() / tiers.max(1);
    // A server's row says by tier until when it is warm. A state has one row a server; states share rows that they do not change.
    let mut rows = Rows {
        tiers,
        cells: prediction.warm.clone(),
    };
    let first: Vec<usize> = (0..servers).collect();
    let mut states = vec![first; tiers];
    let mut clock = [f64::INFINITY; MOST_TIERS];
    clock[0] = 0.0;
    let mut came_from: Vec<[u8; MOST_TIERS]> = Vec::with_capacity(calls);
    for call in 0..calls {
        let server = prediction.server[call];
        let here = call * tiers..(call + 1) * tiers;
        let start = &prediction.start[here.clone()];
        let link_in = &prediction.link_in[here.clone()];
        let execution = &prediction.execution[here.clone()];
        let link_out = &prediction.link_out[here];
        let handed_on = prediction.handed_on(call);
        let goes_home = prediction.goes_home(call);
        let mut end = [f64::INFINITY; MOST_TIERS];
        let mut ran = [f64::INFINITY; MOST_TIERS];
        let mut from = [0_u8; MOST_TIERS];
        for (before, number) in (0..tiers).zip(0_u8..) {
            if clock[before] == f64::INFINITY {
                continue;
            }
            let until = rows.of(&states[before], server);
            let pair = before * tiers..(before + 1) * tiers;
            let asked = clock[before];
            for tier in 0..tiers {
                let way = match handed_on {
                    Some(size) => {
                        let (delay, per_byte) = (
                            prediction.delay[pair.start + tier],
                            prediction.per_byte[pair.start + tier],
                        );
                        delay + per_byte * size
                    }
                    None => link_in[tier],
                };
                let free = asked + way + prediction.waiting[tier];
                let begun = if free <= until[tier] {
                    free
                } else {
                    free + start[tier]
                };
                let out = if goes_home { link_out[tier] } else { 0.0 };
                let run = begun + execution[tier];
                let finished = run + out;
                if finished < end[tier] {
                    end[tier] = finished;
                    ran[tier] = run;
                    from[tier] = number;
                }
            }
        }
        let allowed = prediction.allowed(call);
        for tier in Tier::first(tiers).filter(|tier| !allowed.contains(*tier)) {
            end[tier.place()] = f64::INFINITY;
        }
        if !end.iter().any(|end| end.is_finite()) {
            // Allowed, but the profile does not have the server there: as bad everywhere, and still to be placed by the rules.
            let before = (0..tiers)
                .zip(0_u8..)
                .find(|(before, _)| clock[*before] < f64::INFINITY);
            let before = before.map(|(_, number)| number).unwrap_or_default();
            for tier in allowed.iter() {
                end[tier.place()] = f64::MAX;
                from[tier.place()] = before;
            }
        }
        if prediction.starts {
            let before = states.clone();
            for tier in allowed.iter() {
                let place = tier.place();
                let kept = ran[place] + prediction.retention[place];
                states[place].copy_from_slice(&before[usize::from(from[place])]);
                states[place][server] = rows.changed(states[place][server], place, kept);
            }
        }
        clock = end;
        came_from.push(from);
    }
    let mut best = 0;
    for (tier, end) in clock.iter().enumerate().take(tiers) {
        if *end < clock[best] {
            best = tier;
        }
    }
    let mut plan = Vec::with_capacity(calls);
    for from in came_from.iter().rev() {
        plan.push(Tier::at(best).expect("a place in the profile"));
        best = usize::from(from[best]);
    }
    plan.reverse();
    plan
}

/// Rows that are written once and shared.
struct Rows {
    tiers: usize,
    cells: Vec<f64>,
}

impl Rows {
    fn of(&self, state: &[usize], server: usize) -> &[f64] {
        match state.get(server) {
            Some(row) => &self.cells[row * self.tiers..(row + 1) * self.tiers],
            None => &[],
        }
    }

    /// The number of a copy of a row in which one cell is no less than this.
    fn changed(&mut self, row: usize, cell: usize, least: f64) -> usize {
        let new = self.cells.len() / self.tiers;
        self.cells
            .extend_from_within(row * self.tiers..(row + 1) * self.tiers);
        let cell = &mut self.cells[new * self.tiers + cell];
        *cell = cell.max(least);
        new
    }
}
