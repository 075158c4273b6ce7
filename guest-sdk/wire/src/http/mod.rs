//! What Streamable HTTP demands of a request, as pure checks: head first, then body.

mod decide;
mod header;
mod origin;
mod rejection;
mod rules;
pub mod sse;

pub use decide::{Decision, Mirror, mirrored};
pub use header::{Header, NotOne, decoded, one};
pub use origin::host_name;
pub use rejection::Rejection;
pub use rules::{BODY, Head, Rules, Verb};
