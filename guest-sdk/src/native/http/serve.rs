//! The listener: connections, paths, bodies.

use std::{convert::Infallible, net::SocketAddr, pin::Pin, sync::Arc, time::Duration};

use hyper::{
    Request, Response,
    body::{Body as _, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use mcp_wire::{
    bridge,
    code::Code,
    http::{Decision, Header, Rejection, Rules, Verb, sse},
    revision::Wire,
};
use tokio::{
    net::TcpListener,
    sync::{Semaphore, mpsc::channel},
};

use super::{
    exchange::{self, Exchange, Parts, Piece},
    session::Sessions,
};
use crate::{Server, http};

/// How many connections are open at once; more wait to be accepted.
const CONNECTIONS: usize = 1024;
/// How many calls run at once, each on a thread of its own.
const CALLS: usize = 64;
/// How many pieces of an answer may wait for a slow client.
const PIECES: usize = 64;
/// How long a client may take for a request's head, and again for its body.
const PATIENCE: Duration = Duration::from_secs(30);

struct Endpoint {
    server: &'static Server,
    rules: Rules,
    sessions: Sessions,
}

/// Serves HTTP at an address until the process ends; gives why it cannot.
pub(in crate::native) fn serve(server: &'static Server, address: &str) -> Result<(), String> {
    let address: SocketAddr = address
        .parse()
        .map_err(|_| format!("--http {address}: not an address; write it as 127.0.0.1:3000"))?;
    let endpoint = Arc::new(Endpoint {
        server,
        rules: http::rules(true),
        sessions: Sessions::new(server),
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(CALLS)
        .build();
    let runtime = runtime.map_err(|error| {
        format!("cannot start the event loop: {error}; raise the limit of open files")
    })?;
    runtime.block_on(listen(endpoint, address))
}

async fn listen(endpoint: Arc<Endpoint>, address: SocketAddr) -> Result<(), String> {
    let listener = TcpListener::bind(address).await.map_err(|error| {
        format!("--http {address}: cannot listen: {error}; choose another port")
    })?;
    let bound = listener
        .local_addr()
        .map_err(|error| format!("--http {address}: {error}; choose another address"))?;
    println!("listening on http://{bound}/{}/mcp", endpoint.server.name);
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(permit) = room.clone().acquire_owned().await else {
            return Ok(());
        };
        let Ok((stream, _)) = listener.accept().await else {
            // Out of descriptors, most likely: those that close make room.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        // Answers are written whole; waiting for more to send would only delay them.
        let _ = stream.set_nodelay(true);
        let endpoint = endpoint.clone();
        tokio::spawn(async move {
            let service = service_fn(|request| handle(endpoint.clone(), request));
            let mut connection = http1::Builder::new();
            connection
                .timer(TokioTimer::new())
                .header_read_timeout(PATIENCE);
            // A connection that breaks concerns its client alone.
            let _ = connection
                .serve_connection(TokioIo::new(stream), service)
                .await;
            drop(permit);
        });
    }
}

async fn handle(
    endpoint: Arc<Endpoint>,
    request: Request<Incoming>,
) -> Result<Response<Parts>, Infallible> {
    Ok(answer(endpoint, request)
        .await
        .unwrap_or_else(exchange::rejected))
}

async fn answer(
    endpoint: Arc<Endpoint>,
    request: Request<Incoming>,
) -> Result<Response<Parts>, Rejection> {
    let path = request.uri().path();
    if path != "/mcp"
        && path
            .strip_prefix('/')
            .and_then(|path| path.strip_suffix("/mcp"))
            != Some(endpoint.server.name)
    {
        let message = format!(
            "nothing is served here; the endpoint is /{}/mcp",
            endpoint.server.name
        );
        return Err(Rejection::new(404, Code::INVALID_REQUEST, &message, None));
    }
    let (head, body) = request.into_parts();
    let entries: Vec<(String, Vec<u8>)> = head
        .headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
        .collect();
    let headers = borrowed(&entries);
    let passed = endpoint.rules.head(head.method.as_str(), &headers)?;
    let (sender, pieces) = channel(PIECES);
    let to = Exchange(sender);
    match passed.verb {
        Verb::Post => {
            let read = tokio::time::timeout(PATIENCE, read(&endpoint.rules, body));
            let body = read.await.map_err(|_| {
                let message = "the body took too long; send it again";
                Rejection::new(408, Code::INVALID_REQUEST, message, None)
            })??;
            tokio::task::spawn_blocking(move || post(&endpoint, &entries, &body, to));
            Ok(exchange::response(pieces).await)
        }
        Verb::Get => {
            endpoint.sessions.listen(passed.session, to)?;
            Ok(exchange::stream(sse::KEEP_ALIVE.to_vec(), pieces))
        }
        Verb::Delete => {
            endpoint.sessions.delete(passed.session)?;
            let whole = Piece::Whole {
                status: 200,
                body: Vec::new(),
                allow: None,
            };
            let _ = to.0.try_send(whole);
            Ok(exchange::response(pieces).await)
        }
    }
}

fn borrowed(entries: &[(String, Vec<u8>)]) -> Vec<Header<'_>> {
    entries
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_slice()))
        .collect()
}

async fn read(rules: &Rules, mut body: Incoming) -> Result<Vec<u8>, Rejection> {
    let mut bytes = Vec::new();
    while let Some(frame) = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let broken = || Rejection::new(400, Code::PARSE, "the body broke off; send it again", None);
        if let Ok(data) = frame.map_err(|_| broken())?.into_data() {
            if bytes.len() + data.len() > rules.body_limit {
                return Err(rules.too_large());
            }
            bytes.extend_from_slice(&data);
        }
    }
    Ok(bytes)
}

/// Runs on a thread that may block.
fn post(endpoint: &Endpoint, entries: &[(String, Vec<u8>)], body: &[u8], mut to: Exchange) {
    let headers = borrowed(entries);
    let head = match endpoint.rules.head("POST", &headers) {
        Ok(head) => head,
        Err(rejection) => return to.reject(rejection),
    };
    match endpoint.rules.body(&head, body) {
        Decision::Stateless(message) => {
            http::answer(
                endpoint.server,
                &message,
                Wire::Stateless,
                &headers,
                head.streams,
                &mut to,
            );
        }
        Decision::Handshake(message, _) => {
            endpoint
                .sessions
                .post(bridge::route(&head, &message), &message, body, to)
        }
        Decision::Reject(rejection) => to.reject(rejection),
    }
}
