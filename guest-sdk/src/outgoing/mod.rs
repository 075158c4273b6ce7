//! Requests of a server to the outside: blocking, bounded in time and size, and only to what was granted.
//!
//! In a component the host judges each destination (`wasi:http/outgoing-handler`); a native program judges by the same code
//! (`mcp_wire::guard`) and reads its grants from the environment: `WASMMCP_OUTBOUND` (comma-separated `host:port`, either may be `*`)
//! and `WASMMCP_PRIVATE_ADDRESSES=1`. Redirects are answers like all others: who follows one sends a new request, which is judged anew.

mod failure;
#[cfg(not(target_arch = "wasm32"))]
mod native;
mod target;
#[cfg(target_arch = "wasm32")]
mod wasi;

use std::{borrow::Cow, time::Duration};

#[cfg(not(target_arch = "wasm32"))]
use native as way;
#[cfg(target_arch = "wasm32")]
use wasi as way;

pub use failure::{Failure, Step};
pub use mcp_wire::guard::{Class, classify};
pub use target::{NotTarget, Target};

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// A document.
    Get,
    /// An answer to a body.
    Post,
}

/// How long each step may take.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Finding the host, connecting, and agreeing on a key.
    pub connect: Duration,
    /// From there to the head of the answer.
    pub first_byte: Duration,
    /// From there to the end of the body, however many pieces it comes in.
    pub body: Duration,
}

impl Patience {
    /// The same time for each step.
    pub const fn each(time: Duration) -> Patience {
        Patience {
            connect: time,
            first_byte: time,
            body: time,
        }
    }
}

/// A request.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// What is asked for.
    pub method: Method,
    /// Of whom.
    pub to: &'a Target,
    /// Headers besides `Host` and `Content-Length`, which are set.
    pub headers: &'a [(&'a str, &'a str)],
    /// What is sent with it.
    pub body: &'a [u8],
    /// How long it may take.
    pub patience: Patience,
    /// Whether inner addresses may be reached although the environment does not say so. A component cannot open what its host closes.
    pub private: bool,
}

/// The head of an answer, and the way to its body.
pub struct Response {
    /// The status, such as 200.
    pub status: u16,
    headers: Vec<(String, Vec<u8>)>,
    body: way::Body,
}

impl std::fmt::Debug for Response {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl Request<'_> {
    /// Sends it and waits for the head of the answer.
    ///
    /// # Errors
    ///
    /// [`Failure`] says which step failed; a status such as 404 is an answer and no failure.
    pub fn send(&self) -> Result<Response, Failure> {
        // A header is one line; what a caller took from elsewhere may hold more.
        let clean = |text: &str| !text.bytes().any(|byte| byte < b' ' || byte == 0x7f);
        if !self
            .headers
            .iter()
            .all(|(name, value)| clean(name) && clean(value))
        {
            return Err(Failure::Unusable("a header holds a control character"));
        }
        way::send(self)
    }
}

impl Response {
    /// The first header of this name, which is compared without case; bytes that are not UTF-8 are replaced.
    pub fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        self.headers
            .iter()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| String::from_utf8_lossy(value))
    }

    /// Reads the body to its end.
    ///
    /// # Errors
    ///
    /// [`Failure::TooLarge`] as soon as there are more than `limit` bytes; otherwise what happened on the way.
    pub fn body(mut self, limit: usize) -> Result<Vec<u8>, Failure> {
        let announced = self
            .header("content-length")
            .and_then(|length| length.trim().parse::<u64>().ok());
        if announced.is_some_and(|announced| announced > limit as u64) {
            return Err(Failure::TooLarge { limit });
        }
        let mut bytes = Vec::new();
        while self.body.read(&mut bytes)? {
            if bytes.len() > limit {
                return Err(Failure::TooLarge { limit });
            }
        }
        Ok(bytes)
    }
}

impl Response {
    /// Reads the body up to `limit` bytes, and leaves the rest unread.
    ///
    /// # Errors
    ///
    /// What happened on the way.
    pub fn start(mut self, limit: usize) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        while bytes.len() < limit && self.body.read(&mut bytes)? {}
        bytes.truncate(limit);
        Ok(bytes)
    }
}

/// Rests, without using the processor.
pub fn rest(time: Duration) {
    way::rest(time);
}
