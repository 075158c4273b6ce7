//! What calls go over: the pipes of a process, or connections to a server, with many calls under way.

use bytes::Bytes;
use harness::client::{Failure, Request};
use harness::clock::{Clock, Monotonic};
use harness::peer::Peer;
use record::Nanos;

/// The answer to a call.
#[derive(Debug)]
pub struct Answer {
    /// The call's number.
    pub call: u64,
    /// When it was there, whole.
    pub at: Nanos,
    /// What it says.
    pub body: Bytes,
}

/// Sends calls and takes their answers, in whichever order those come. It keeps the time too: a test winds it by hand.
pub trait Carrier {
    /// The time.
    fn now(&self) -> Nanos;

    /// Sends a call under a number that was not used before.
    ///
    /// # Errors
    /// When the server can no longer be asked.
    fn send(&mut self, call: u64) -> Result<(), Failure>;

    /// The next answer, if one comes before that moment.
    ///
    /// # Errors
    /// When none can come any more.
    fn wait(&mut self, until: Nanos) -> Result<Option<Answer>, Failure>;
}

/// One process's pipes: every call under way goes through the same two.
pub struct Pipe<'a> {
    /// The process, which is past the handshake.
    pub peer: &'a mut Peer,
    /// The parameters of each call, rendered.
    pub params: String,
    /// Time.
    pub clock: &'a Monotonic,
}

impl Carrier for Pipe<'_> {
    fn now(&self) -> Nanos {
        self.clock.now()
    }

    fn send(&mut self, call: u64) -> Result<(), Failure> {
        self.peer.offer(&Request::prepared(call, &self.params))
    }

    fn wait(&mut self, until: Nanos) -> Result<Option<Answer>, Failure> {
        let answer = self.peer.answer(until, self.clock)?;
        Ok(answer.map(|(call, at, line)| Answer {
            call,
            at,
            body: line.into(),
        }))
    }
}
