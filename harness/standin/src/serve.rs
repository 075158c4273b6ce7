//! One listener, a task a connection, until standard input ends.

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::rc::Rc;

use anyhow::{Context, Result};
use bytes::Bytes;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::answer::Answer;

/// Most bytes of a request's body that are read.
pub const LONGEST: usize = 16 << 20;

/// What answers requests.
pub trait Handle: 'static {
    /// Answers one.
    fn handle(&self, request: Request<Incoming>) -> impl Future<Output = Answer>;
}

/// Listens, says where, and answers until standard input ends; for ever, if it is to stay.
pub fn serve(listen: SocketAddr, stay: bool, handler: impl Handle) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let tasks = tokio::task::LocalSet::new();
    tasks.block_on(&runtime, async {
        let listener = TcpListener::bind(listen).await.with_context(|| {
            format!("cannot listen on {listen}; name an address of this machine and a free port")
        })?;
        println!("listening on http://{}", listener.local_addr()?);
        std::io::stdout().flush()?;
        if !stay {
            std::thread::spawn(end_with_input);
        }
        let handler = Rc::new(handler);
        loop {
            // one that cannot be accepted (too many files are open) is no reason to end
            let Ok((stream, _)) = listener.accept().await else {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
                continue;
            };
            let _late = stream.set_nodelay(true);
            let handler = Rc::clone(&handler);
            tokio::task::spawn_local(async move {
                let service = service_fn(|request| {
                    let handler = Rc::clone(&handler);
                    async move { Ok::<_, std::convert::Infallible>(handler.handle(request).await) }
                });
                // a client that goes away is nobody's fault
                let _gone = http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    })
}

/// Whoever started this holds the other end of its input: when that is gone, killed or not, so is this.
fn end_with_input() {
    let mut input = std::io::stdin().lock();
    let mut some = [0; 256];
    while input.read(&mut some).is_ok_and(|read| read > 0) {}
    std::process::exit(0);
}

/// The whole body, or none if it is too long or breaks off.
pub async fn body(request: Request<Incoming>) -> Option<Bytes> {
    use http_body_util::{BodyExt, Limited};
    let read = Limited::new(request.into_body(), LONGEST).collect().await;
    read.ok().map(http_body_util::Collected::to_bytes)
}
