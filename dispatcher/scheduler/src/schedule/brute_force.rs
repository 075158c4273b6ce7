//! `brute_force`: every plan told apart, over distinct tools, as the reference does.

use crate::Scheduler;
use crate::call::Call;
use crate::cost::{Cost, Model};
use crate::filter::Rules;
use crate::plan::{Infeasible, Placement, Plan, Why};
use crate::problem::{Groups, Problem};
use crate::tier::Tier;
use crate::view::View;

/// More plans than this are refused: 3^12, which takes a second and not a morning.
pub const MOST_PLANS: u64 = 531_441;

const NAME: &str = "brute_force";

/// All plans in which calls of a tool stay together.
#[derive(Clone, Copy, Debug)]
pub struct BruteForce {
    cost: Cost,
    rules: Rules,
}

impl BruteForce {
    /// Under a cost model and rules.
    pub fn under(cost: Cost, rules: Rules) -> Self {
        Self { cost, rules }
    }
}

impl Scheduler for BruteForce {
    fn name(&self) -> &str {
        NAME
    }

    fn plan(&self, calls: &[Call], view: &View<'_>) -> Result<Plan, Infeasible> {
        let problem = Problem::of(calls, view, self.rules)?;
        let groups = problem.groups();
        let space = countable(&problem, &groups, NAME)?;
        let model = problem.model(self.cost)?;
        let (tiers, total) = best(&problem, &groups, &model);
        Ok(plan(&problem, &tiers, Some(total), Some(space)))
    }
}

/// How many plans there are.
///
/// # Errors
/// When there are more than [`MOST_PLANS`].
pub(super) fn countable(
    problem: &Problem<'_>,
    groups: &Groups,
    scheduler: &'static str,
) -> Result<u64, Infeasible> {
    match problem.search_space(groups) {
        Some(space) if space <= MOST_PLANS => Ok(space),
        space => Err(Infeasible::TooLarge {
            scheduler,
            plans: space.map_or_else(|| "more than 2^64".to_owned(), |space| space.to_string()),
            most: MOST_PLANS,
        }),
    }
}

/// Calls `f` with every plan in which groups stay together, in lexicographic order of the groups.
pub(super) fn each_plan(problem: &Problem<'_>, groups: &Groups, mut f: impl FnMut(&[Tier])) {
    let choices: Vec<Vec<Tier>> = groups
        .first
        .iter()
        .map(|first| problem.allowed[*first].iter().collect())
        .collect();
    let mut at = vec![0_usize; choices.len()];
    let mut tiers = problem.first_plan(groups);
    loop {
        f(&tiers);
        // The last group turns fastest.
        let Some(turned) = (0..at.len())
            .rev()
            .find(|group| at[*group] + 1 < choices[*group].len())
        else {
            return;
        };
        at[turned] += 1;
        at[turned + 1..].fill(0);
        for (tier, group) in tiers.iter_mut().zip(&groups.of_call) {
            *tier = choices[*group][at[*group]];
        }
    }
}

/// The cheapest plan; of equal ones the lexicographically first.
pub(super) fn best(problem: &Problem<'_>, groups: &Groups, model: &Model<'_>) -> (Vec<Tier>, f64) {
    let mut found: Option<(Vec<Tier>, f64)> = None;
    each_plan(problem, groups, |tiers| {
        let total = model.total(tiers);
        match &mut found {
            Some((best, least)) if total < *least => {
                best.copy_from_slice(tiers);
                *least = total;
            }
            Some(_) => {}
            None => found = Some((tiers.to_vec(), total)),
        }
    });
    found.unwrap_or_default()
}

/// The answer, with the pinned calls told from the chosen ones.
pub(super) fn plan(
    problem: &Problem<'_>,
    tiers: &[Tier],
    total: Option<f64>,
    search_space: Option<u64>,
) -> Plan {
    let placements = tiers.iter().zip(&problem.allowed);
    Plan {
        placements: placements
            .map(|(tier, allowed)| Placement {
                tier: *tier,
                why: if allowed.single().is_some() {
                    Why::OnlyFeasible
                } else {
                    Why::Optimal
                },
            })
            .collect(),
        total,
        search_space,
    }
}
