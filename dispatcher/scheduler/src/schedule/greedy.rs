//! `greedy`: each call on the tier that is cheapest for it, given where the calls before it were placed.

use crate::Scheduler;
use crate::call::Call;
use crate::cost::{Additive, Cost, Model, Prediction};
use crate::filter::Rules;
use crate::plan::{Infeasible, Placement, Plan, Why};
use crate::problem::Problem;
use crate::tier::{Tier, TierSet};
use crate::view::View;

/// The cheapest tier, call by call; of equal ones the profile's first.
#[derive(Clone, Copy, Debug)]
pub struct Greedy {
    cost: Cost,
    rules: Rules,
}

impl Greedy {
    /// Under a cost model and rules.
    pub fn under(cost: Cost, rules: Rules) -> Self {
        Self { cost, rules }
    }
}

impl Scheduler for Greedy {
    fn name(&self) -> &str {
        "greedy"
    }

    fn plan(&self, calls: &[Call], view: &View<'_>) -> Result<Plan, Infeasible> {
        let problem = Problem::of(calls, view, self.rules)?;
        let (tiers, total) = match problem.model(self.cost)? {
            Model::Additive(sum) => by_sum(&problem, &sum),
            Model::Latency(prediction) => by_time(&problem, &prediction),
        };
        let placements = tiers.iter().zip(&problem.allowed);
        let placements = placements.map(|(tier, allowed)| Placement {
            tier: *tier,
            why: if allowed.single().is_some() {
                Why::OnlyFeasible
            } else {
                Why::Cheapest
            },
        });
        Ok(Plan {
            placements: placements.collect(),
            total: Some(total),
            search_space: None,
        })
    }
}

fn by_sum(problem: &Problem<'_>, sum: &Additive) -> (Vec<Tier>, f64) {
    let mut tiers: Vec<Tier> = Vec::with_capacity(problem.calls.len());
    for (index, allowed) in problem.allowed.iter().enumerate() {
        let before = tiers.last().copied();
        let cost = |tier| {
            let step = before.map_or(0.0, |before| sum.step(index, before, tier));
            step + sum.unfiltered(index, tier)
        };
        tiers.push(cheapest(*allowed, cost));
    }
    let total = sum.total(&tiers);
    (tiers, total)
}

fn by_time(problem: &Problem<'_>, prediction: &Prediction<'_>) -> (Vec<Tier>, f64) {
    let mut tiers = Vec::with_capacity(problem.calls.len());
    let mut progress = prediction.begin();
    let mut last: f64 = 0.0;
    for allowed in &problem.allowed {
        let tier = cheapest(*allowed, |tier| {
            prediction.predict(&progress, tier).finished
        });
        last = last.max(prediction.place(&mut progress, tier).finished);
        tiers.push(tier);
    }
    (tiers, last)
}

/// The first of the tiers that cost least.
pub(crate) fn cheapest(allowed: TierSet, cost: impl Fn(Tier) -> f64) -> Tier {
    let mut best: Option<(Tier, f64)> = None;
    for tier in allowed.iter() {
        let cost = cost(tier);
        if best.is_none_or(|(_, least)| cost < least) {
            best = Some((tier, cost));
        }
    }
    best.expect("a problem has a tier for each call").0
}
