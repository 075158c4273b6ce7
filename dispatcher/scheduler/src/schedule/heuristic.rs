//! `heuristic`: the reference's rules of thumb, first match wins (specification 2.3), within what the rule set leaves.

use crate::Scheduler;
use crate::call::Call;
use crate::filter::{Rules, path_rule};
use crate::plan::{Infeasible, Placement, Plan, Why};
use crate::problem::Problem;
use crate::profile::{Locality, ToolProfile};
use crate::tier::Tier;
use crate::view::View;

/// Locality, then the world outside, GPU, WASI, privacy, home.
#[derive(Clone, Copy, Debug)]
pub struct Heuristic {
    rules: Rules,
}

impl Heuristic {
    /// Under these rules. Under the published ones it is the reference's.
    pub fn under(rules: Rules) -> Self {
        Self { rules }
    }

    fn wish(self, call: &Call, tool: &ToolProfile, home: Tier, cloud: Option<Tier>) -> (Tier, Why) {
        let cloud = cloud.unwrap_or(home);
        if tool.locality == Locality::Local {
            // Without arguments the path rule says device. The edge may hold only components.
            let tier = match self.rules {
                Rules::PublishedAgent => path_rule(&call.arguments),
                Rules::Published | Rules::Strict => home,
            };
            let moved = tier == Tier::EDGE && !tool.wasi;
            return (if moved { home } else { tier }, Why::LocalData);
        }
        if tool.locality == Locality::External {
            (cloud, Why::ExternalDataCloud)
        } else if tool.gpu {
            (cloud, Why::RequiresGpu)
        } else if !tool.wasi {
            (home, Why::WasiIncompatible)
        } else if tool.private {
            (home, Why::PrivacyConstraint)
        } else {
            (home, Why::DefaultHome)
        }
    }
}

impl Scheduler for Heuristic {
    fn name(&self) -> &str {
        "heuristic"
    }

    fn plan(&self, calls: &[Call], view: &View<'_>) -> Result<Plan, Infeasible> {
        let problem = Problem::of(calls, view, self.rules)?;
        let home = view.profile.home;
        let cloud = view.profile.tier("cloud");
        let mut placements = Vec::with_capacity(calls.len());
        for (index, call) in calls.iter().enumerate() {
            let allowed = problem.allowed[index];
            let (tier, why) = self.wish(call, problem.tools[index], home, cloud);
            let placement = if allowed.contains(tier) {
                Placement { tier, why }
            } else {
                let tier = if allowed.contains(home) {
                    Some(home)
                } else {
                    allowed.iter().next()
                };
                Placement {
                    tier: tier.expect("a problem has a tier for each call"),
                    why: Why::OnlyFeasible,
                }
            };
            placements.push(placement);
        }
        Ok(Plan {
            search_space: u64::try_from(calls.len()).ok(),
            placements,
            total: None,
        })
    }
}
