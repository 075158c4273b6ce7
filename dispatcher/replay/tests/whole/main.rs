//! The virtual clock against what queueing theory and arithmetic say.

mod predicted;
mod queue;
mod schedulers;
