//! One HTTP exchange between the thread that works and the task that owns the connection.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use hyper::{
    Response, StatusCode,
    body::{Body, Bytes, Frame},
    header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue},
};
use mcp_wire::http::{Rejection, sse};
use tokio::sync::mpsc::{Receiver, Sender, error::TrySendError};

use crate::http::Respond;

/// A piece of an answer.
#[derive(Debug)]
pub(super) enum Piece {
    /// The session that the answer opens; goes before the others.
    Session(String),
    /// The whole answer.
    Whole {
        status: u16,
        body: Vec<u8>,
        allow: Option<&'static str>,
    },
    /// The head of a stream, or one more part of it.
    Part(Vec<u8>),
}

/// How often it is looked whether a client has read the last piece, and how long before each time; half a minute in all.
const LOOKS: u32 = 15_000;
const PAUSE: Duration = Duration::from_millis(2);

/// The working side. Sending waits while the client reads more slowly than the server writes.
#[derive(Clone, Debug)]
pub(super) struct Exchange(pub(super) Sender<Piece>);

impl Exchange {
    /// Sends a piece; `false` where the client went away, or does not read.
    pub(super) fn send(&self, mut piece: Piece) -> bool {
        for _ in 0..LOOKS {
            match self.0.try_send(piece) {
                Ok(()) => return true,
                Err(TrySendError::Closed(_)) => return false,
                Err(TrySendError::Full(unsent)) => piece = unsent,
            }
            std::thread::sleep(PAUSE);
        }
        false
    }

    pub(super) fn reject(&self, rejection: Rejection) {
        self.send(Piece::Whole {
            status: rejection.status,
            body: rejection.body,
            allow: rejection.allow,
        });
    }
}

impl Respond for Exchange {
    fn whole(&mut self, status: u16, body: &[u8], allow: Option<&'static str>) {
        self.send(Piece::Whole {
            status,
            body: body.to_vec(),
            allow,
        });
    }

    fn part(&mut self, event: &[u8]) -> bool {
        self.send(Piece::Part(event.to_vec()))
    }

    fn gone(&self) -> bool {
        self.0.is_closed()
    }
}

/// The body of an answer: what is there already, then what comes.
#[derive(Debug)]
pub(super) struct Parts {
    first: Option<Bytes>,
    rest: Option<Receiver<Piece>>,
}

impl Parts {
    fn of(body: Vec<u8>) -> Parts {
        Parts {
            first: (!body.is_empty()).then(|| body.into()),
            rest: None,
        }
    }
}

impl Body for Parts {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        let Some(rest) = &mut self.rest else {
            return Poll::Ready(None);
        };
        rest.poll_recv(cx).map(|piece| match piece {
            Some(Piece::Part(part)) => Some(Ok(Frame::data(part.into()))),
            Some(Piece::Whole { .. } | Piece::Session(_)) | None => None,
        })
    }

    fn is_end_stream(&self) -> bool {
        self.first.is_none() && self.rest.is_none()
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        match (&self.first, &self.rest) {
            (first, None) => hyper::body::SizeHint::with_exact(
                first.as_ref().map_or(0, |first| first.len() as u64),
            ),
            _ => hyper::body::SizeHint::default(),
        }
    }
}

/// The answer to a request that is rejected before anything works on it.
pub(super) fn rejected(rejection: Rejection) -> Response<Parts> {
    whole(rejection.status, rejection.body, rejection.allow)
}

/// Waits for the first pieces and makes an answer of them.
pub(super) async fn response(mut pieces: Receiver<Piece>) -> Response<Parts> {
    let mut session = None;
    let mut response = loop {
        match pieces.recv().await {
            Some(Piece::Session(id)) => session = Some(id),
            Some(Piece::Whole {
                status,
                body,
                allow,
            }) => break whole(status, body, allow),
            Some(Piece::Part(first)) => break stream(first, pieces),
            None => break whole(500, Vec::new(), None),
        }
    };
    if let Some(id) = session.and_then(|id| HeaderValue::from_str(&id).ok()) {
        response.headers_mut().insert("mcp-session-id", id);
    }
    response
}

fn whole(status: u16, body: Vec<u8>, allow: Option<&'static str>) -> Response<Parts> {
    let typed = !body.is_empty();
    let mut response = Response::new(Parts::of(body));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if typed {
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    if let Some(allow) = allow {
        response
            .headers_mut()
            .insert(ALLOW, HeaderValue::from_static(allow));
    }
    response
}

/// The answer that is a stream; `first` is sent at once, so that the client knows the stream is open.
pub(super) fn stream(first: Vec<u8>, rest: Receiver<Piece>) -> Response<Parts> {
    let mut response = Response::new(Parts {
        first: Some(first.into()),
        rest: Some(rest),
    });
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(sse::STREAM));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    // Without this a proxy may hold events back until the stream ends.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}
