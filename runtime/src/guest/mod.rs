//! One guest: its state in the host, what it may import, and how its end is read.

mod ending;
mod imports;
mod link;
mod listing;
mod metadata;
mod outbound;
mod state;

pub use ending::{LongLine, TimedOut, cause};
pub use link::{Program, ProgramError, Surface, surface};
pub use state::{Guest, Setup, StandardStreams};
