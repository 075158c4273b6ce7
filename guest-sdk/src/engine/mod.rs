//! One server's answers: a message in, an answer out, whatever carries them.

mod call;
mod session;
mod stateless;

pub use session::Engine;

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing is to be sent.
    Silent,
    /// A result was written.
    Result,
    /// An error was written.
    Error(mcp_wire::code::Code),
}
