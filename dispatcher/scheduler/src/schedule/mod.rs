//! The schedulers, one a file, and where they are listed by name.

mod adaptive;
mod all;
mod brute_force;
mod dp;
mod greedy;
mod heuristic;
mod oracle;
mod pareto;
mod statics;

pub use adaptive::{Adaptive, Bound, PERIOD};
pub use all::All;
pub use brute_force::{BruteForce, MOST_PLANS};
pub use dp::Dp;
pub use greedy::Greedy;
pub(crate) use greedy::cheapest;
pub use heuristic::Heuristic;
pub use oracle::Oracle;
pub use pareto::{Axis, Front, Pareto, Point};
pub use statics::Static;

use crate::Scheduler;
use crate::cost::Cost;
use crate::filter::Rules;

/// Every scheduler's name, baselines first.
pub const NAMES: [&str; 11] = [
    "all_device",
    "all_edge",
    "all_cloud",
    "static",
    "heuristic",
    "brute_force",
    "greedy",
    "dp",
    "pareto",
    "adaptive",
    "oracle",
];

/// Those that no rule set filters, because they are there to be compared with.
pub const UNFILTERED: [&str; 4] = ["all_device", "all_edge", "all_cloud", "static"];

/// The scheduler of this name, under a cost model and rules where it has any.
///
/// # Errors
/// When there is none of this name, with all names.
pub fn by_name(
    name: &str,
    cost: Cost,
    rules: Rules,
) -> Result<Box<dyn Scheduler + Send + Sync>, String> {
    Ok(match name {
        "all_device" => Box::new(All::on("device")),
        "all_edge" => Box::new(All::on("edge")),
        "all_cloud" => Box::new(All::on("cloud")),
        "static" => Box::new(Static),
        "heuristic" => Box::new(Heuristic::under(rules)),
        "brute_force" => Box::new(BruteForce::under(cost, rules)),
        "greedy" => Box::new(Greedy::under(cost, rules)),
        "dp" => Box::new(Dp::under(cost, rules)),
        "pareto" => Box::new(Pareto::under(cost, rules)),
        "adaptive" => Box::new(Adaptive::under(rules)),
        "oracle" => Box::new(Oracle::under(cost, rules)),
        _ => {
            return Err(format!(
                "no scheduler {name:?}; give one of {}",
                NAMES.join(", ")
            ));
        }
    })
}
