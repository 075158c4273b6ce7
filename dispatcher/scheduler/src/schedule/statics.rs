//! `static`: each server where a mapping made by hand puts it, whatever the rules say. To be compared with.

use crate::Scheduler;
use crate::call::Call;
use crate::plan::{Infeasible, Placement, Plan, Why};
use crate::view::View;

/// The mapping of the profile; home for servers that it does not name, as in the reference.
#[derive(Clone, Copy, Debug, Default)]
pub struct Static;

impl Scheduler for Static {
    fn name(&self) -> &str {
        "static"
    }

    fn plan(&self, calls: &[Call], view: &View<'_>) -> Result<Plan, Infeasible> {
        let place = |call: &Call| {
            let server = view.profile.servers.get(&call.server);
            match server.and_then(|server| server.static_tier) {
                Some(tier) => Placement {
                    tier,
                    why: Why::StaticMapping,
                },
                None => Placement {
                    tier: view.profile.home,
                    why: Why::DefaultHome,
                },
            }
        };
        Ok(Plan {
            placements: calls.iter().map(place).collect(),
            total: None,
            search_space: Some(1),
        })
    }
}
