//! The lines of JSON-RPC between client and guest: which are protocol, which requests wait for an answer.

mod frame;
mod ledger;
mod splitter;

pub use frame::{Frame, Kind, frame};
pub use ledger::{Cause, Counts, Ledger, Verdict};
pub use splitter::{Splitter, TooLong};
