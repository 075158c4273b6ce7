//! `dp`: dynamic programming over the chain, in O(calls · tiers²).
//!
//! Exact where costs are sums over calls and steps (`reference`, `paper`, `chain`). Under `latency` a tier's past matters
//! beyond the last call, because servers that were started stay warm and tiers fill up: there each state remembers what its own
//! best way started, calls are taken in their order, and the answer may miss the optimum. `tests/gap.rs` says by how much. Where
//! calls overlap, or look further back than to the call before, a state also remembers the calls, which costs O(calls² · tiers).

mod sequence;
mod side_by_side;
mod sum;

use crate::Scheduler;
use crate::call::Call;
use crate::cost::{Cost, Model};
use crate::filter::Rules;
use crate::plan::{Infeasible, Plan};
use crate::problem::Problem;
use crate::schedule::brute_force::plan;
use crate::tier::Tier;
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
        Model::Additive(sum) => sum::solve(sum),
        Model::Latency(prediction) if prediction.is_sequential() => sequence::solve(prediction),
        Model::Latency(prediction) => side_by_side::solve(problem, prediction),
    };
    let total = model.total(&tiers);
    (tiers, total)
}
