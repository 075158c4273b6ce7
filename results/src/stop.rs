//! Why no more samples of a cell were taken.

use serde::{Deserialize, Serialize};

use crate::Count;
use crate::variable::names;

names! {
    /// What ended the sampling of a cell.
    StopReason {
        Precision, "precision", "The interval of the median was as narrow as asked.";
        Budget, "budget", "The time allowed was spent.";
        Samples, "samples", "As many samples as asked were taken.";
        Time, "time", "Its calls took as long together as one cell is given.";
        Interrupted, "interrupted", "The run was interrupted.";
    }
}

/// How the sampling of one cell of the plan ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// The cell's number in the plan; its trials are numbered from a hundred thousand times this on.
    pub cell: u64,
    /// The cell's name, for people.
    pub name: String,
    /// How many trials counted.
    pub samples: Count,
    /// How many went before the first that counted, in each round.
    pub warm_up: Count,
    /// What ended it.
    pub why: StopReason,
    /// Half the width of the median's interval against the median, in thousandths; none where there is no interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width_permille: Option<Count>,
}
