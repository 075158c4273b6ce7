//! One call in a fresh instance through `wasi:http`.

use super::drive::drive;
use super::loaded::{Loaded, Server};
use super::spec::Phases;
use super::ticker::Running;
use crate::clock;
use crate::guest::{Guest, StandardStreams, TimedOut, cause};
use crate::line::{Cause, frame};
use bytes::{Bytes, BytesMut};
use http_body_util::Full;
use hyper::body::Body;
use mcp_wire::http::sse::STREAM;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Instant;
use wasmtime::{Store, UpdateDeadline};
use wasmtime_wasi_http::WasiHttpView;
use wasmtime_wasi_http::p2::bindings::http::types::{ErrorCode, Scheme};
use wasmtime_wasi_http::p2::body::HyperOutgoingBody;

/// Why a call has no answer of the guest's own.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The guest ended before it answered.
    #[error("{}; {}", .0.message(), .0.remedy())]
    Guest(Cause),
    /// As many calls as this server may have are under way.
    #[error(
        "as many calls of this server are under way as it is allowed; try again, or raise its `concurrency`"
    )]
    Busy,
    /// The component has no HTTP side.
    #[error("this component exports no wasi:http/incoming-handler; use a session")]
    NoHttp,
    /// The request cannot be handed to the guest, or no instance be made.
    #[error("no instance could be made for this call: {0}; fewer at once may help")]
    Host(String),
}

impl CallError {
    /// The JSON-RPC error that stands for this, for the request in `body`.
    pub fn answer(&self, body: &[u8]) -> Vec<u8> {
        let id = frame(body).and_then(|frame| frame.id).unwrap_or(b"null");
        match self {
            CallError::Guest(cause) => cause.answer(id),
            other => {
                let mut line = br#"{"jsonrpc":"2.0","id":"#.to_vec();
                line.extend_from_slice(id);
                let text = serde_json::to_string(&other.to_string()).expect("text is always JSON");
                line.extend_from_slice(
                    format!(r#","error":{{"code":-32603,"message":{text}}}}}"#).as_bytes(),
                );
                line
            }
        }
    }
}

type Outcome = Result<http::Response<HyperOutgoingBody>, ErrorCode>;
type Slot = Arc<Mutex<Option<Outcome>>>;

/// A call that stands ready to be driven: the instance is made by the first poll.
pub struct Prepared {
    server: Arc<Server>,
    store: Store<Guest>,
    slot: Slot,
    request: wasmtime::component::Resource<wasmtime_wasi_http::p2::types::HostIncomingRequest>,
    out: wasmtime::component::Resource<wasmtime_wasi_http::p2::types::HostResponseOutparam>,
    deadline: Instant,
    begun: Instant,
    _permit: Permit,
    _running: Running,
}

struct Permit(Arc<Server>);

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::Release);
    }
}

/// Something that happened while a call was driven.
pub(crate) enum Step {
    /// Status and headers are there.
    Head(http::response::Parts),
    /// A piece of the body.
    Data(Bytes),
}

impl Loaded {
    /// Makes a fresh instance, hands it the request, and returns its whole answer; all on the calling thread, which waits.
    ///
    /// # Errors
    ///
    /// A [`CallError`]; [`CallError::answer`] turns it into what the client gets.
    pub fn call(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<(http::Response<Bytes>, Phases), CallError> {
        let _reactor = self.server.host.enter();
        let prepared = self.prepare(request)?;
        let (begun, deadline) = (prepared.begun, prepared.deadline);
        let (mut head, mut first, mut rest) = (None, None, BytesMut::new());
        let mut phases = self.phases();
        let driven = {
            let exchange = prepared.exchange(&mut phases, |step| match step {
                Step::Head(parts) => head = Some(parts),
                Step::Data(data) if first.is_none() => first = Some(data),
                Step::Data(data) => rest.extend_from_slice(&data),
            });
            drive(pin!(exchange), || Some(deadline))
        };
        driven.unwrap_or(Err(CallError::Guest(Cause::Timeout)))?;
        let body = match (first, rest.is_empty()) {
            (Some(first), true) => first,
            (Some(first), false) => [&first[..], &rest[..]].concat().into(),
            (None, _) => Bytes::new(),
        };
        phases.total = clock::now() - begun;
        let head = head.ok_or(CallError::Guest(Cause::Exited))?;
        Ok((http::Response::from_parts(head, body), phases))
    }

    /// Prepares a call without running anything of the guest.
    ///
    /// # Errors
    ///
    /// [`CallError::Busy`], [`CallError::NoHttp`], [`CallError::Host`].
    pub fn prepare(&self, request: http::Request<Bytes>) -> Result<Prepared, CallError> {
        let begun = clock::now();
        let server = self.server.clone();
        if server.program.proxy.is_none() {
            return Err(CallError::NoHttp);
        }
        let limits = &server.setup.limits;
        let before = server.running.fetch_add(1, Ordering::Acquire);
        let permit = Permit(server.clone());
        if before >= limits.concurrency {
            return Err(CallError::Busy);
        }
        let deadline = begun + limits.timeout;
        let host = |error: wasmtime::Error| CallError::Host(format!("{error:#}"));
        let mut store = Guest::store(
            &server.host.engine,
            &server.setup,
            StandardStreams::default(),
        )
        .map_err(host)?;
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(move |_| {
            if clock::now() >= deadline {
                return Err(wasmtime::Error::new(TimedOut));
            }
            // Whoever drives this sees to its other work meanwhile: pieces of the answer that are there, other guests.
            Ok(UpdateDeadline::Yield(1))
        });
        let slot = Slot::default();
        let filled = slot.clone();
        let mut http = store.data_mut().http();
        let request = http
            .new_incoming_request(Scheme::Http, request.map(Full::new))
            .map_err(host)?;
        let out = http
            .new_response_outparam_from_callback(move |outcome| {
                *filled.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
            })
            .map_err(host)?;
        let running = server.host.ticker.running();
        Ok(Prepared {
            server,
            store,
            slot,
            request,
            out,
            deadline,
            begun,
            _permit: permit,
            _running: running,
        })
    }
}

impl Prepared {
    /// When the call must be over.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Runs the guest to its end, handing out its answer as it comes.
    pub(crate) async fn exchange(
        self,
        phases: &mut Phases,
        mut each: impl FnMut(Step),
    ) -> Result<(), CallError> {
        let Prepared {
            server,
            mut store,
            slot,
            request,
            out,
            begun,
            _permit,
            _running,
            ..
        } = self;
        let proxy = server.program.proxy.as_ref().ok_or(CallError::NoHttp)?;
        let instance = proxy.instantiate_async(&mut store).await;
        let instance = instance.map_err(|error| CallError::Host(format!("{error:#}")))?;
        let instantiated = clock::now();
        phases.instantiate = instantiated - begun;

        let mut body: Option<HyperOutgoingBody> = None;
        let mut answered = false;
        // A stream is handed on as it comes, anything else is kept until it is whole.
        let mut room = server.setup.limits.message;
        let mut too_long = false;
        let ended = {
            let mut guest = pin!(
                instance
                    .wasi_http_incoming_handler()
                    .call_handle(&mut store, request, out)
            );
            let mut ended = None;
            poll_fn(|cx| {
                loop {
                    if ended.is_none()
                        && let Poll::Ready(result) = guest.as_mut().poll(cx)
                    {
                        ended = Some(result);
                    }
                    if !answered
                        && let Some(outcome) =
                            slot.lock().unwrap_or_else(PoisonError::into_inner).take()
                    {
                        answered = true;
                        if let Ok(response) = outcome {
                            let (parts, content) = response.into_parts();
                            let kind = parts.headers.get(http::header::CONTENT_TYPE);
                            if kind
                                .is_some_and(|kind| kind.as_bytes().starts_with(STREAM.as_bytes()))
                            {
                                room = usize::MAX;
                            }
                            each(Step::Head(parts));
                            body = Some(content);
                        }
                    }
                    let Some(content) = &mut body else {
                        return if ended.is_some() {
                            Poll::Ready(())
                        } else {
                            Poll::Pending
                        };
                    };
                    match Pin::new(&mut *content).poll_frame(cx) {
                        Poll::Ready(Some(Ok(piece))) => {
                            if let Ok(data) = piece.into_data() {
                                let Some(left) = room.checked_sub(data.len()) else {
                                    too_long = true;
                                    return Poll::Ready(());
                                };
                                room = left;
                                each(Step::Data(data));
                            }
                        }
                        Poll::Ready(Some(Err(_)) | None) => body = None,
                        // A guest that is gone writes no more.
                        Poll::Pending if ended.is_some() => body = None,
                        Poll::Pending => return Poll::Pending,
                    }
                }
            })
            .await;
            ended
        };
        phases.run = clock::now() - instantiated;
        match ended {
            _ if too_long => Err(CallError::Guest(Cause::LongLine)),
            Some(Err(error)) => Err(CallError::Guest(cause(&error, &store))),
            _ if !answered => Err(CallError::Guest(Cause::Exited)),
            _ => Ok(()),
        }
    }
}
