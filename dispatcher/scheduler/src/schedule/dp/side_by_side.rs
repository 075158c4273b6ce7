//! Where calls overlap in time, or an answer is needed later than by the next call.

use crate::cost::{Prediction, Progress};
use crate::problem::Problem;
use crate::tier::{MOST_TIERS, Tier};

/// From the first call to the last: for each tier the earliest end with this call there, and what was started on the way.
pub fn solve(problem: &Problem<'_>, prediction: &Prediction<'_>) -> Vec<Tier> {
    let mut states: Vec<State> = vec![State {
        tier: Tier::DEVICE,
        last: 0.0,
        progress: prediction.begin(),
    }];
    // Of each call on each tier, where the call before was.
    let mut came_from: Vec<[Tier; MOST_TIERS]> = Vec::with_capacity(problem.calls.len());
    for allowed in &problem.allowed {
        let mut next: Vec<State> = Vec::with_capacity(allowed.len());
        let mut from = [Tier::DEVICE; MOST_TIERS];
        for tier in allowed.iter() {
            let mut best: Option<(&State, f64)> = None;
            for state in &states {
                let end = state
                    .last
                    .max(prediction.predict(&state.progress, tier).finished);
                if best.is_none_or(|(_, least)| end < least) {
                    best = Some((state, end));
                }
            }
            let (before, last) = best.expect("there is a state before each call");
            let mut progress = before.progress.clone();
            prediction.place(&mut progress, tier);
            from[tier.place()] = before.tier;
            next.push(State {
                tier,
                last,
                progress,
            });
        }
        came_from.push(from);
        states = next;
    }
    let mut best = &states[0];
    for state in &states {
        if state.last < best.last {
            best = state;
        }
    }
    let mut tier = best.tier;
    let mut plan: Vec<Tier> = Vec::with_capacity(came_from.len());
    for from in came_from.iter().rev() {
        plan.push(tier);
        tier = from[tier.place()];
    }
    plan.reverse();
    plan
}

/// The best way to have the last call on a tier.
struct State {
    tier: Tier,
    last: f64,
    progress: Progress,
}
