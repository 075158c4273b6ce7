//! Many servers in one process: a pool of instances, a fresh one for each call, long-lived ones for sessions.

mod call;
mod drive;
mod loaded;
mod session;
mod spec;
mod ticker;

pub(crate) use call::Step;
pub use call::{CallError, Prepared};
pub use loaded::{Host, HostError, Loaded};
pub use session::{OpenError, Session, SessionEnd};
pub use spec::{HostOptions, Phases, ServerSpec};
