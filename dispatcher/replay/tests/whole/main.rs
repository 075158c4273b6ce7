//! The virtual clock against what queueing theory and arithmetic say.

mod queue;
