//! The virtual clock against what queueing theory and arithmetic say.

mod agree;
mod handed;
mod predicted;
mod queue;
mod schedulers;
