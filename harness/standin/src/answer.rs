//! Answers: whole ones, and those that come in pieces, slowly, or never to an end.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

/// What a handler gives back.
pub type Answer = Response<UnsyncBoxBody<Bytes, Broken>>;

/// A body that ends before its length, on purpose.
#[derive(Debug)]
pub struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the body ends early, as it was asked to")
    }
}

impl std::error::Error for Broken {}

/// A whole body of this type.
pub fn whole(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut answer = untyped(status, body);
    let kind = header::HeaderValue::from_static(kind);
    answer.headers_mut().insert(header::CONTENT_TYPE, kind);
    answer
}

/// A whole body that says of no type to be.
pub fn untyped(status: StatusCode, body: impl Into<Bytes>) -> Answer {
    let never = |never: Infallible| match never {};
    let body = Full::new(body.into()).map_err(never).boxed_unsync();
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    answer
}

/// A body that is made while it is sent.
pub fn pieces(kind: &'static str, pieces: Pieces) -> Answer {
    let mut answer = Response::new(pieces.boxed_unsync());
    let kind = header::HeaderValue::from_static(kind);
    answer.headers_mut().insert(header::CONTENT_TYPE, kind);
    answer
}

/// The same piece again and again.
pub struct Pieces {
    piece: Bytes,
    /// Bytes that are still to come; none for ever.
    left: Option<u64>,
    /// What the length is said to be, where that is more than there is.
    said: Option<u64>,
    between: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Pieces {
    /// So many bytes of it, or without end.
    pub fn of(piece: impl Into<Bytes>, bytes: Option<u64>) -> Pieces {
        Pieces {
            piece: piece.into(),
            left: bytes,
            said: None,
            between: Duration::ZERO,
            waiting: None,
        }
    }

    /// With a pause before each.
    pub fn every(mut self, between: Duration) -> Pieces {
        self.between = between;
        self
    }

    /// With a length that is not true: the connection ends early.
    pub fn saying(mut self, bytes: u64) -> Pieces {
        self.said = Some(bytes);
        self
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        let over = self.left == Some(0);
        if over && self.said.is_none() {
            return Poll::Ready(None);
        }
        // before a body breaks off as well: what was written is sent while nothing comes
        if !self.between.is_zero() {
            let between = self.between;
            let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(between)));
            ready!(waiting.as_mut().poll(context));
            self.waiting = None;
        }
        if over {
            self.said = None;
            return Poll::Ready(Some(Err(Broken)));
        }
        let mut piece = self.piece.clone();
        if let Some(left) = &mut self.left {
            let most = usize::try_from(*left).unwrap_or(usize::MAX);
            piece.truncate(most);
            *left -= piece.len() as u64;
        }
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn size_hint(&self) -> SizeHint {
        match (self.said, self.left) {
            (Some(said), _) => SizeHint::with_exact(said),
            (None, Some(left)) => SizeHint::with_exact(left),
            (None, None) => SizeHint::default(),
        }
    }
}
