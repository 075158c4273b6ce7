//! Traces replayed in virtual time.
//!
//! Nothing here reads a clock or a file: equal inputs give equal results to the byte, on every machine.

mod arrival;
mod chain;
mod cost;
mod engine;
mod handing;
mod histogram;
mod instances;
mod load;
mod online;
mod place;
mod question;
mod timeline;

pub use arrival::Arrivals;
pub use chain::{Chain, ChainError, MOST_CALLS};
pub use cost::{Cell, CostError, Costs, Sizes, calls};
pub use engine::{Answered, Ended, Fixed, MOST_AT_ONCE, Placer, Ran, Seen, Sink, Step, World, run};
pub use handing::Handing;
pub use histogram::Histogram;
pub use instances::Instances;
pub use load::{Load, Nothing, TierLoad, load};
pub use online::{Learning, Memory, Online, asked};
pub use place::{Place, Room};
pub use question::{Answer, Options, Placed, Question, QuestionError, regret};
pub use timeline::{Pace, Part, Sum, Timed, Timeline, chain, servers};
