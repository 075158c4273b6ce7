//! The stdio transport: one JSON-RPC message a line.

mod lines;
mod serve;

pub use lines::{LINE, Line, Lines, Pipe};
pub use serve::serve;
