//! Traces replayed in virtual time.
//!
//! Nothing here reads a clock or a file: equal inputs give equal results to the byte, on every machine.

mod arrival;
mod chain;
mod cost;
mod engine;
mod histogram;
mod load;
mod place;
mod timeline;

pub use arrival::Arrivals;
pub use chain::{Chain, ChainError, MOST_CALLS};
pub use cost::{Cell, CostError, Costs, Sizes, calls};
pub use engine::{Answered, Ended, Fixed, Placer, Ran, Sink, Step, World, run};
pub use histogram::Histogram;
pub use load::{Load, Nothing, TierLoad, load};
pub use place::{Place, Room};
pub use timeline::{Pace, Part, Sum, Timed, Timeline, chain, servers};
