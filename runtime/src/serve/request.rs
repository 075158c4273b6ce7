//! One request, from its head to its answer.

use super::answer::{Answer, json, refused, rejected};
use super::sessions::Sessions;
use super::stream::{Driven, Pieces};
use crate::host::{CallError, Loaded, Phases, Step};
use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use mcp_wire::http::{Decision, Header, Rules, Verb, sse::STREAM};
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

/// How long a client may take to send a body.
const PATIENCE: Duration = Duration::from_secs(30);

/// Everything that requests are answered with.
pub struct App {
    /// What is checked before a guest runs.
    pub rules: Rules,
    /// The bearer token that clients must send.
    pub token: Option<blake3::Hash>,
    /// The servers by name.
    pub servers: BTreeMap<String, (Loaded, Sessions)>,
}

impl App {
    /// Answers one request.
    pub async fn answer(&self, request: Request<Incoming>) -> Response<Answer> {
        let (parts, body) = request.into_parts();
        let headers: Vec<Header<'_>> = parts
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
            .collect();
        if !self.permitted(&parts.headers) {
            let mut response = refused(
                401,
                "a bearer token is needed here; send it as Authorization: Bearer",
            );
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            return response;
        }
        let name = parts
            .uri
            .path()
            .strip_prefix('/')
            .and_then(|path| path.strip_suffix("/mcp"));
        let Some((server, sessions)) = name.and_then(|name| self.servers.get(name)) else {
            return refused(404, "no server has this path; each is under /<server>/mcp");
        };
        let head = match self.rules.head(parts.method.as_str(), &headers) {
            Ok(head) => head,
            Err(rejection) => return rejected(rejection),
        };
        if head.verb != Verb::Post {
            return sessions.other(&head).await;
        }
        let collected = tokio::time::timeout(
            PATIENCE,
            Limited::new(body, self.rules.body_limit).collect(),
        )
        .await;
        let body = match collected {
            Ok(Ok(collected)) => collected.to_bytes(),
            Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => {
                return rejected(self.rules.too_large());
            }
            Ok(Err(_)) => return refused(400, "the body broke off; send it again"),
            Err(_) => return refused(408, "the body took too long; send it again"),
        };
        match self.rules.body(&head, &body) {
            Decision::Reject(rejection) => rejected(rejection),
            Decision::Handshake(message, _) => sessions.post(&head, &message, body.clone()).await,
            Decision::Stateless(_) => call(server, &parts, body.clone()).await,
        }
    }

    fn permitted(&self, headers: &http::HeaderMap) -> bool {
        let Some(token) = &self.token else {
            return true;
        };
        // Compared as digests, which takes the same time wherever they differ.
        headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.as_bytes().strip_prefix(b"Bearer "))
            .is_some_and(|sent| blake3::hash(sent) == *token)
    }
}

/// One call of the newer wire, in an instance of its own.
async fn call(server: &Loaded, parts: &http::request::Parts, body: Bytes) -> Response<Answer> {
    let mut request = Request::new(body.clone());
    *request.method_mut() = parts.method.clone();
    *request.uri_mut() = parts.uri.clone();
    *request.headers_mut() = parts.headers.clone();
    let headers = request.headers_mut();
    // Who may call, and under which name, was judged here; the guest gets neither the token nor names that it does not know.
    headers.remove(header::AUTHORIZATION);
    headers.remove(header::ORIGIN);
    headers.insert(header::HOST, HeaderValue::from_static("localhost"));
    let prepared = match server.prepare(request) {
        Ok(prepared) => prepared,
        Err(error) => return failed(&error, &body),
    };
    let mut late = Box::pin(tokio::time::sleep_until(prepared.deadline().into()));
    let pieces = Pieces::default();
    let head = Arc::new(Mutex::new(None));
    let (filled, pushed) = (head.clone(), pieces.clone());
    let mut running = Box::pin(async move {
        let mut phases = Phases::default();
        let exchange = prepared.exchange(&mut phases, |step| match step {
            Step::Head(parts) => {
                *filled.lock().unwrap_or_else(PoisonError::into_inner) = Some(parts)
            }
            Step::Data(data) => pushed
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push_back(data),
        });
        exchange.await
    });
    // Until the call is over, or its answer turns out to be a stream.
    let ended = poll_fn(|cx| {
        if let Poll::Ready(ended) = running.as_mut().poll(cx) {
            return Poll::Ready(Some(ended));
        }
        let head = head.lock().unwrap_or_else(PoisonError::into_inner);
        let kind = head
            .as_ref()
            .and_then(|head: &http::response::Parts| head.headers.get(header::CONTENT_TYPE));
        if kind.is_some_and(|kind| kind.as_bytes().starts_with(STREAM.as_bytes())) {
            return Poll::Ready(None);
        }
        late.as_mut()
            .poll(cx)
            .map(|()| Some(Err(CallError::Guest(crate::line::Cause::Timeout))))
    })
    .await;
    let head = head.lock().unwrap_or_else(PoisonError::into_inner).take();
    match (ended, head) {
        (Some(Ok(())), Some(mut head)) => {
            let mut pieces =
                std::mem::take(&mut *pieces.lock().unwrap_or_else(PoisonError::into_inner));
            let body = match pieces.len() {
                0 => None,
                1 => pieces.pop_front(),
                _ => Some(
                    pieces
                        .iter()
                        .flat_map(|piece| piece.iter().copied())
                        .collect::<Vec<u8>>()
                        .into(),
                ),
            };
            head.headers.remove(header::CONTENT_LENGTH);
            Response::from_parts(head, Answer::Whole(body))
        }
        (None, Some(head)) => Response::from_parts(
            head,
            Answer::Driven(Driven::new(running, pieces, late, body)),
        ),
        (Some(Err(error)), _) => failed(&error, &body),
        (_, None) => failed(&CallError::Guest(crate::line::Cause::Exited), &body),
    }
}

fn failed(error: &CallError, body: &[u8]) -> Response<Answer> {
    let status = match error {
        CallError::Busy | CallError::Host(_) => StatusCode::SERVICE_UNAVAILABLE,
        CallError::NoHttp => StatusCode::NOT_IMPLEMENTED,
        // The exchange worked, the call did not: clients read the error of a 200 and give up on anything else.
        CallError::Guest(_) => StatusCode::OK,
    };
    json(status, error.answer(body))
}
