//! `oracle`: the best plan for what came true, for one agent. What regret is measured against.

use crate::Scheduler;
use crate::call::Call;
use crate::cost::{Cost, Model};
use crate::filter::Rules;
use crate::plan::{Infeasible, Plan};
use crate::problem::{Groups, Problem};
use crate::schedule::brute_force::{MOST_PLANS, best, plan};
use crate::schedule::dp::solve;
use crate::view::View;

/// Every plan, call by call, where there are few enough; `dp` where there are not.
#[derive(Clone, Copy, Debug)]
pub struct Oracle {
    cost: Cost,
    rules: Rules,
}

impl Oracle {
    /// Under `latency` or `latency-warm` (any other cost model counts as `latency`) and rules.
    pub fn under(cost: Cost, rules: Rules) -> Self {
        Self { cost, rules }
    }
}

impl Scheduler for Oracle {
    fn name(&self) -> &str {
        "oracle"
    }

    fn plan(&self, calls: &[Call], view: &View<'_>) -> Result<Plan, Infeasible> {
        let problem = Problem::of(calls, view, self.rules)?;
        let model = Model::of_truth(&problem, self.cost)?;
        // What came true differs from call to call, so calls of a tool do not stay together.
        let alone = Groups {
            first: (0..calls.len()).collect(),
            of_call: (0..calls.len()).collect(),
        };
        let space = problem.search_space(&alone);
        let (tiers, total) = match space {
            Some(0..=MOST_PLANS) => best(&problem, &alone, &model),
            _ => solve(&problem, &model),
        };
        Ok(plan(&problem, &tiers, Some(total), space))
    }
}
