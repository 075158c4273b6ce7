//! `wasi:cli/run` over stdio: lines in, lines out, with the ledger between them.

mod alarm;
mod descriptors;
mod queues;
mod run;
mod stderr;
mod wire;

pub use queues::Queues;
pub use run::{RunEnd, RunError, RunReport, run};
pub use stderr::Stderr;
pub use wire::{Fill, Front, GuestInput, GuestOutput, Wire};
