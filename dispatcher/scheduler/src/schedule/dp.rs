//! `dp`: dynamic programming over the chain, in O(calls · tiers²).
//!
//! Exact where costs are sums over calls and steps (`reference`, `paper`, `chain`). Under `latency` a tier's past matters
//! beyond the last call, because servers that were started stay warm and tiers fill up: there each state remembers what its own
//! best way started, calls are taken one after another, and the answer may miss the optimum. `tests/gap.rs` says by how much.

use crate::Scheduler;
use crate::call::Call;
use crate::cost::{Additive, Cost, Model, Prediction, Progress};
use crate::filter::Rules;
use crate::plan::{Infeasible, Plan};
use crate::problem::Problem;
use crate::schedule::brute_force::plan;
use crate::tier::{MOST_TIERS, Tier};
use crate::view::View;

/// The optimum of the chain.
#[derive(Clone, Copy, Debug)]
pub struct Dp {
    cost: Cost,
    rules: Rules,
}

impl Dp {
    /// Under a cost model and rules.
    pub fn under(cost: Cost, rules: Rules) -> Self {
        Self { cost, rules }
    }
}

impl Scheduler for Dp {
    fn name(&self) -> &str {
        "dp"
    }

    fn plan(&self, calls: &[Call], view: &View<'_>) -> Result<Plan, Infeasible> {
        let problem = Problem::of(calls, view, self.rules)?;
        let (tiers, total) = solve(&problem, &problem.model(self.cost)?);
        Ok(plan(&problem, &tiers, Some(total), None))
    }
}

/// The plan and its cost.
pub(super) fn solve(problem: &Problem<'_>, model: &Model<'_>) -> (Vec<Tier>, f64) {
    let tiers = match model {
        Model::Additive(sum) => by_sum(sum),
        Model::Latency(prediction) => by_time(problem, prediction),
    };
    let total = model.total(&tiers);
    (tiers, total)
}

/// From the last call to the first, so that walking forward finds the lexicographically first of equal plans.
fn by_sum(sum: &Additive) -> Vec<Tier> {
    let tiers = sum.tiers;
    let calls = sum.calls();
    if calls == 0 {
        return Vec::new();
    }
    // rest[call * tiers + tier]: what this call there and all after it cost.
    let mut rest = sum.node.clone();
    for call in (0..calls - 1).rev() {
        let (here, after) = rest.split_at_mut((call + 1) * tiers);
        let here = &mut here[call * tiers..];
        let after = &after[..tiers];
        if sum.step.is_empty() {
            let least = after.iter().copied().fold(f64::INFINITY, f64::min);
            here.iter_mut().for_each(|cost| *cost += least);
            continue;
        }
        let weight = sum.weight[call + 1];
        for (cost, steps) in here.iter_mut().zip(sum.step.chunks_exact(tiers)) {
            let mut least = f64::INFINITY;
            for (after, step) in after.iter().zip(steps) {
                least = least.min(weight * step + after);
            }
            *cost += least;
        }
    }
    let mut plan: Vec<Tier> = Vec::with_capacity(calls);
    for call in 0..calls {
        let row = &rest[call * tiers..(call + 1) * tiers];
        let before = plan.last().copied();
        let costs = Tier::first(tiers).zip(row);
        let costs = costs.map(|(tier, rest)| {
            let step = before.map_or(0.0, |before| sum.step(call, before, tier));
            (tier, step + rest)
        });
        let mut best = (Tier::DEVICE, f64::INFINITY);
        for (tier, cost) in costs {
            if cost < best.1 {
                best = (tier, cost);
            }
        }
        plan.push(best.0);
    }
    plan
}

/// From the first call to the last: for each tier the earliest end with this call there, and what was started on the way.
fn by_time(problem: &Problem<'_>, prediction: &Prediction<'_>) -> Vec<Tier> {
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
