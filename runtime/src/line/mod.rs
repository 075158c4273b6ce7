//! The lines of JSON-RPC between client and guest: which are protocol, which requests wait for an answer.

mod cause;
mod frame;
mod ledger;
mod splitter;
mod waiting;

pub use cause::Cause;
pub use frame::{Frame, Kind, frame};
pub use ledger::{Counts, Ledger, Told, Verdict};
pub use splitter::{Splitter, TooLong};
