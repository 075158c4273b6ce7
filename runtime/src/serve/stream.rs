//! Bodies that come piece by piece: a guest's own stream, and a session's events.

use crate::host::CallError;
use bytes::Bytes;
use mcp_wire::http::sse::{KEEP_ALIVE, event};
use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Interval, MissedTickBehavior, Sleep, interval};

/// Pieces of a guest's answer on their way out.
pub type Pieces = Arc<Mutex<VecDeque<Bytes>>>;
/// A call that is driven as its answer is read.
pub type Running = Pin<Box<dyn Future<Output = Result<(), CallError>> + Send>>;

/// A guest's stream. Who stops reading it drops the guest, which is how a stateless call is cancelled.
pub struct Driven {
    running: Option<Running>,
    pieces: Pieces,
    late: Pin<Box<Sleep>>,
    request: Bytes,
}

impl Driven {
    /// A stream whose first pieces may be there already.
    pub fn new(running: Running, pieces: Pieces, late: Pin<Box<Sleep>>, request: Bytes) -> Driven {
        Driven {
            running: Some(running),
            pieces,
            late,
            request,
        }
    }

    pub(super) fn poll_data(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let piece = |pieces: &Pieces| {
            pieces
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .pop_front()
        };
        loop {
            if let Some(piece) = piece(&self.pieces) {
                return Poll::Ready(Some(piece));
            }
            let Some(running) = &mut self.running else {
                return Poll::Ready(None);
            };
            let ended = match running.as_mut().poll(cx) {
                Poll::Ready(ended) => ended,
                Poll::Pending => {
                    if let Some(piece) = piece(&self.pieces) {
                        return Poll::Ready(Some(piece));
                    }
                    match self.late.as_mut().poll(cx) {
                        Poll::Ready(()) => Err(CallError::Guest(crate::line::Cause::Timeout)),
                        Poll::Pending => return Poll::Pending,
                    }
                }
            };
            self.running = None;
            if let Err(error) = ended {
                let mut last = Vec::new();
                event(&error.answer(&self.request), &mut last);
                self.pieces
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push_back(last.into());
            }
        }
    }
}

/// How often a quiet stream says that it is still there.
const QUIET: Duration = Duration::from_secs(15);

/// The events of one POST, which end with its answer, or of a session's GET, which end with the session.
pub struct Events {
    waiting: VecDeque<Bytes>,
    events: mpsc::Receiver<Bytes>,
    answer: Option<oneshot::Receiver<Bytes>>,
    over: bool,
    quiet: Interval,
}

impl Events {
    /// A stream that begins with `first`.
    pub fn new(
        first: Option<Bytes>,
        events: mpsc::Receiver<Bytes>,
        answer: Option<oneshot::Receiver<Bytes>>,
    ) -> Events {
        let mut quiet = interval(QUIET);
        quiet.set_missed_tick_behavior(MissedTickBehavior::Delay);
        quiet.reset();
        Events {
            waiting: first.map(|first| framed(&first)).into_iter().collect(),
            events,
            answer,
            over: false,
            quiet,
        }
    }

    pub(super) fn poll_data(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if let Some(waiting) = self.waiting.pop_front() {
            return Poll::Ready(Some(waiting));
        }
        if self.over {
            return Poll::Ready(None);
        }
        // Events come before the answer that they belong to.
        match self.events.poll_recv(cx) {
            Poll::Ready(Some(event)) => return Poll::Ready(Some(framed(&event))),
            Poll::Ready(None) if self.answer.is_none() => return Poll::Ready(None),
            _ => {}
        }
        if let Some(answer) = &mut self.answer
            && let Poll::Ready(answer) = Pin::new(answer).poll(cx)
        {
            self.over = true;
            return Poll::Ready(answer.ok().map(|answer| framed(&answer)));
        }
        if self.quiet.poll_tick(cx).is_ready() {
            return Poll::Ready(Some(Bytes::from_static(KEEP_ALIVE)));
        }
        Poll::Pending
    }
}

fn framed(message: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(message.len() + 32);
    event(message, &mut out);
    out.into()
}
