//! What disturbs a measurement: one run at a time, and what else the machine did while it ran.
//!
//! `lock` keeps a second measuring run away, `preflight` looks at the machine before the run, `watch` judges each trial by what
//! the kernel counted around it, and `drift` asks `noop` afterwards whether the machine stayed the same. All of it decides over
//! readings that a `Source` hands in, so that the decisions are tested without a machine.

mod drift;
mod interval;
mod lock;
mod preflight;
mod proc;
mod source;
mod tree;
mod watch;

pub use drift::drift;
pub use interval::Interval;
pub use lock::Lock;
pub use preflight::preflight;
pub use proc::Proc;
pub use source::{Facts, Reading, Source, Still};
pub use watch::Watch;
