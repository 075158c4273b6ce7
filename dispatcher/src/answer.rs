//! Whether an answer is one: a tier for every call, and each where the filter lets it be.

use scheduler::filter::{self, Verdict};
use scheduler::plan::{Placement, Why};
use scheduler::problem::Problem;
use scheduler::tier::Tier;

use crate::fault::Fault;

/// The placements of an answer. `verdicts` is what the rules say of each call of the problem.
///
/// # Errors
/// At the first call that has no tier, one that there is not, or one that the rules forbid; and where the answer goes on after
/// the last call.
pub(crate) fn placements(
    problem: &Problem<'_>,
    verdicts: &[Verdict],
    answer: &[u32],
) -> Result<Vec<Placement>, Fault> {
    let calls = problem.calls.len();
    let mut placements = Vec::with_capacity(calls);
    for (index, call) in problem.calls.iter().enumerate() {
        let named = || format!("{}.{}", call.server, call.tool);
        let Some(given) = answer.get(index) else {
            return Err(Fault::Missing {
                index,
                call: named(),
                given: answer.len(),
                calls,
            });
        };
        let place = usize::try_from(*given).ok();
        let known = place.filter(|place| *place < problem.tiers());
        let Some(tier) = known.and_then(Tier::at) else {
            return Err(Fault::Unknown {
                index,
                call: named(),
                tier: *given,
                tiers: problem.tiers(),
            });
        };
        let allowed = problem.allowed[index];
        if !allowed.contains(tier) {
            return Err(Fault::Forbidden {
                index,
                call: named(),
                tier: problem.view.profile.tier_name(tier).to_owned(),
                rules: problem.rules.name(),
                why: filter::told(&verdicts[index], tier, call, problem.view),
            });
        }
        placements.push(Placement {
            tier,
            why: match allowed.single() {
                Some(_) => Why::OnlyFeasible,
                None => Why::Plugin,
            },
        });
    }
    if answer.len() > calls {
        return Err(Fault::Surplus { calls });
    }
    Ok(placements)
}
