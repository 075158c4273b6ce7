//! The way back to the client while a call runs.

use mcp_wire::message::Id;

/// What a transport offers to a call that runs.
pub trait Link {
    /// Sends one message (without a line end). What cannot be sent any more is dropped.
    fn send(&mut self, message: &[u8]);

    /// Whether the client took back the request, as far as it is known without waiting.
    fn cancelled(&mut self, request: &Id<'_>) -> bool;

    /// Sends a request of ours and waits for the answer to `id`; the client's other messages are served meanwhile.
    fn request(&mut self, during: &Id<'_>, id: &Id<'_>, message: &[u8]) -> Answer;
}

/// What came back for a request of ours.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// The result as JSON text.
    Result(String),
    /// The client's error as JSON text.
    Error(String),
    /// The call that asked was taken back, or the client went away.
    Cancelled,
    /// There is no way back on this connection.
    Unsupported,
}

/// A connection without a way back.
#[derive(Debug)]
pub struct Nowhere;

impl Link for Nowhere {
    fn send(&mut self, _: &[u8]) {}

    fn cancelled(&mut self, _: &Id<'_>) -> bool {
        false
    }

    fn request(&mut self, _: &Id<'_>, _: &Id<'_>, _: &[u8]) -> Answer {
        Answer::Unsupported
    }
}
