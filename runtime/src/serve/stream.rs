//! Bodies that come piece by piece: a guest's own stream, and a session's events.

use crate::host::CallError;
use crate::line::Cause;
use bytes::Bytes;
use mcp_wire::http::sse::{KEEP_ALIVE, event};
use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Interval, MissedTickBehavior, Sleep, interval};

/// Pieces of a guest's answer on their way out.
pub type Pieces = Arc<Mutex<VecDeque<Bytes>>>;
/// A call that is driven as its answer is read.
pub type Running = Pin<Box<dyn Future<Output = Result<(), CallError>> + Send>>;

/// A guest's stream. Who stops reading it drops the guest, which is how a stateless call is cancelled; who neither reads nor goes away
/// holds it until its time is over, because a body is not asked for more while its client's buffers are full.
pub struct Driven {
    drive: Arc<Mutex<Drive>>,
    pieces: Pieces,
    watch: JoinHandle<()>,
    request: Bytes,
}

struct Drive {
    running: Option<Running>,
    /// Whoever waits for the next piece.
    reader: Option<Waker>,
}

impl Driven {
    /// A stream whose first pieces may be there already. It is made where tasks may be started that stay on this thread.
    pub fn new(running: Running, pieces: Pieces, late: Pin<Box<Sleep>>, request: Bytes) -> Driven {
        let drive = Arc::new(Mutex::new(Drive {
            running: Some(running),
            reader: None,
        }));
        let (watched, own, asked) = (drive.clone(), pieces.clone(), request.clone());
        let watch = tokio::task::spawn_local(async move {
            late.await;
            let mut drive = watched.lock().unwrap_or_else(PoisonError::into_inner);
            if drive.running.take().is_some() {
                last(&own, &CallError::Guest(Cause::Timeout), &asked);
            }
            if let Some(reader) = drive.reader.take() {
                reader.wake();
            }
        });
        Driven {
            drive,
            pieces,
            watch,
            request,
        }
    }

    pub(super) fn poll_data(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let piece = || {
            self.pieces
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .pop_front()
        };
        loop {
            if let Some(piece) = piece() {
                return Poll::Ready(Some(piece));
            }
            let mut drive = self.drive.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(running) = &mut drive.running else {
                return Poll::Ready(None);
            };
            match running.as_mut().poll(cx) {
                Poll::Ready(ended) => {
                    drive.running = None;
                    if let Err(error) = ended {
                        last(&self.pieces, &error, &self.request);
                    }
                }
                Poll::Pending => {
                    if let Some(piece) = piece() {
                        return Poll::Ready(Some(piece));
                    }
                    drive.reader = Some(cx.waker().clone());
                    return Poll::Pending;
                }
            }
        }
    }
}

impl Drop for Driven {
    fn drop(&mut self) {
        // Else the guest would be kept until its time is over.
        self.watch.abort();
        let running = self
            .drive
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .running
            .take();
        drop(running);
    }
}

/// Why a stream ends without an answer, as its last event.
fn last(pieces: &Pieces, error: &CallError, request: &[u8]) {
    let mut last = Vec::new();
    event(&error.answer(request), &mut last);
    pieces
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push_back(last.into());
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
