//! Where costs are sums: exact.

use crate::cost::Additive;
use crate::tier::Tier;

/// From the last call to the first, so that walking forward finds the lexicographically first of equal plans.
pub fn solve(sum: &Additive) -> Vec<Tier> {
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
