//! `all_device`, `all_edge`, `all_cloud`: every call on one tier, whatever the rules say. To be compared with.

use crate::Scheduler;
use crate::call::Call;
use crate::plan::{Infeasible, Placement, Plan, Why};
use crate::view::View;

/// Every call on the tier of this name.
#[derive(Clone, Debug)]
pub struct All {
    tier: String,
    name: String,
}

impl All {
    /// On the tier of this name.
    pub fn on(tier: &str) -> Self {
        Self {
            tier: tier.to_owned(),
            name: format!("all_{tier}"),
        }
    }
}

impl Scheduler for All {
    fn name(&self) -> &str {
        &self.name
    }

    fn plan(&self, calls: &[Call], view: &View<'_>) -> Result<Plan, Infeasible> {
        let Some(tier) = view.profile.tier(&self.tier) else {
            return Err(Infeasible::Unfit(format!(
                "the profile {} has no tier {}; choose another scheduler or profile",
                view.profile.name, self.tier
            )));
        };
        let placement = Placement {
            tier,
            why: Why::AllOnOne,
        };
        Ok(Plan {
            placements: vec![placement; calls.len()],
            total: None,
            search_space: Some(1),
        })
    }
}
