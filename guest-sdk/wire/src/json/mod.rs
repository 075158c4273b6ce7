//! JSON text as bytes: one validating pass, borrowed spans, fast escaping; never a tree of values.

mod escape;
mod find;
mod nested;
mod raw;
mod scan;
mod unescape;

pub use escape::{string, string_body};
pub use find::{line_feed, one_line, special};
pub use nested::nested;
pub use raw::{Member, Raw};
pub(crate) use raw::{distinct, find};
pub use scan::{DEPTH, Malformed, Scan};
pub use unescape::unescape;
