//! Subjects over HTTP: a process that serves, connections to it, and a session on one of them.
//!
//! Connections are waited for by `poll` and not by a reactor: its timers tick in milliseconds, and calls are shorter.

use std::cell::Cell;
use std::collections::VecDeque;
use std::future::Future;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use bytes::Bytes;
use harness::client::Failure;
use harness::clock::{Clock, Monotonic};
use harness::process::Silence;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use record::Nanos;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::carrier::{Answer, Carrier};

/// A request with its whole body.
pub type Request = http::Request<Full<Bytes>>;
/// An answer with its whole body.
pub type Response = http::Response<Bytes>;

/// A connection's socket; its other end is polled for by whoever owns the connection.
struct Socket {
    stream: TcpStream,
    /// Whether a write waits for room.
    full: Cell<bool>,
}

/// The side of the socket that `hyper` reads and writes.
struct Io(Rc<Socket>);

/// Pending where the socket is not ready: the owner polls the socket, so no waker is kept.
fn ready<T>(done: std::io::Result<T>, cx: &Context<'_>) -> Poll<std::io::Result<T>> {
    match done {
        Err(error) if error.kind() == ErrorKind::WouldBlock => Poll::Pending,
        Err(error) if error.kind() == ErrorKind::Interrupted => {
            cx.waker().wake_by_ref();
            Poll::Pending
        }
        done => Poll::Ready(done),
    }
}

impl hyper::rt::Read for Io {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut into: hyper::rt::ReadBufCursor<'_>,
    ) -> Poll<std::io::Result<()>> {
        let mut chunk = [0; 16 << 10];
        let room = into.remaining().min(chunk.len());
        let read = ready((&self.0.stream).read(&mut chunk[..room]), cx);
        read.map_ok(|read| into.put_slice(&chunk[..read]))
    }
}

impl hyper::rt::Write for Io {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        let written = ready((&self.0.stream).write(bytes), cx);
        self.0.full.set(written.is_pending());
        written
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        // The other end may be gone already.
        let _gone = self.0.stream.shutdown(Shutdown::Write);
        Poll::Ready(Ok(()))
    }
}

/// Remembers that something moved.
#[derive(Default)]
struct Moved(AtomicBool);

impl Wake for Moved {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

type Sender = SendRequest<Full<Bytes>>;
type Exchange = Pin<Box<dyn Future<Output = hyper::Result<(Sender, Response)>>>>;

/// One connection, with at most one request under way.
pub struct Connection {
    socket: Rc<Socket>,
    driver: Pin<Box<dyn Future<Output = hyper::Result<()>>>>,
    /// The driver ended: the server closed.
    over: bool,
    idle: Option<Sender>,
    exchange: Option<Exchange>,
    moved: Arc<Moved>,
    waker: Waker,
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// When nobody listens there.
    pub fn open(address: &str) -> Result<Connection, Failure> {
        let stream = TcpStream::connect(address).map_err(|error| broken(&error))?;
        let ready = stream
            .set_nodelay(true)
            .and_then(|()| stream.set_nonblocking(true));
        ready.map_err(|error| broken(&error))?;
        let full = Cell::new(false);
        let socket = Rc::new(Socket { stream, full });
        let moved = Arc::new(Moved::default());
        let waker = Waker::from(Arc::clone(&moved));
        // The handshake of HTTP/1.1 says nothing and is done when it is first looked at.
        let made = pin!(handshake(Io(Rc::clone(&socket)))).poll(&mut Context::from_waker(&waker));
        let Poll::Ready(made) = made else {
            return Err(broken(&"it cannot be used"));
        };
        let (sender, driver) = made.map_err(|error| broken(&error))?;
        Ok(Connection {
            socket,
            driver: Box::pin(driver),
            over: false,
            idle: Some(sender),
            exchange: None,
            moved,
            waker,
        })
    }

    /// Sends a request. Its answer, if that is there at once.
    ///
    /// # Errors
    /// When one is under way, or the server closed the connection.
    fn send(&mut self, request: Request) -> Result<Option<Response>, Failure> {
        let Some(mut sender) = self.idle.take() else {
            return Err(broken(&"it is in use"));
        };
        self.exchange = Some(Box::pin(async move {
            sender.ready().await?;
            let (head, body) = sender.send_request(request).await?.into_parts();
            let body = body.collect().await?.to_bytes();
            Ok((sender, http::Response::from_parts(head, body)))
        }));
        self.advance()
    }

    /// Does all that can be done now. The answer, where it is whole.
    fn advance(&mut self) -> Result<Option<Response>, Failure> {
        let mut cx = Context::from_waker(&self.waker);
        loop {
            self.moved.0.store(false, Ordering::Relaxed);
            if !self.over && self.driver.as_mut().poll(&mut cx).is_ready() {
                self.over = true;
            }
            if let Some(exchange) = &mut self.exchange
                && let Poll::Ready(done) = exchange.as_mut().poll(&mut cx)
            {
                self.exchange = None;
                let (sender, response) = done.map_err(|error| broken(&error))?;
                self.idle = Some(sender);
                return Ok(Some(response));
            }
            if !self.moved.0.load(Ordering::Relaxed) {
                return Ok(None);
            }
        }
    }

    /// Sends a request and waits for its answer.
    ///
    /// # Errors
    /// When none comes in time.
    pub fn ask(
        &mut self,
        request: Request,
        patience: Duration,
        clock: &dyn Clock,
    ) -> Result<Response, Failure> {
        let deadline = Nanos(clock.now().0 + Nanos::from(patience).0);
        let mut answer = self.send(request)?;
        loop {
            if let Some(response) = answer {
                return Ok(response);
            }
            let left = deadline.0.saturating_sub(clock.now().0);
            if left == 0 {
                return Err(Silence::Timeout(patience).into());
            }
            readable([&*self].into_iter(), left)?;
            answer = self.advance()?;
        }
    }
}

/// Waits until one of the connections can go on. For each, whether it can.
fn readable<'a>(
    connections: impl Iterator<Item = &'a Connection>,
    left: u64,
) -> Result<Vec<bool>, Failure> {
    let mut waits: Vec<PollFd<'_>> = connections
        .map(|connection| {
            let mut flags = PollFlags::IN;
            if connection.socket.full.get() {
                flags |= PollFlags::OUT;
            }
            PollFd::new(&connection.socket.stream, flags)
        })
        .collect();
    let left = Timespec::try_from(Duration::from_nanos(left)).map_err(|error| broken(&error))?;
    match poll(&mut waits, Some(&left)) {
        Ok(_) | Err(rustix::io::Errno::INTR) => {}
        Err(error) => return Err(broken(&error)),
    }
    Ok(waits
        .iter()
        .map(|wait| !wait.revents().is_empty())
        .collect())
}

fn broken(why: &dyn std::fmt::Display) -> Failure {
    Silence::Pipe(format!("the connection failed: {why}")).into()
}

/// An answer's body, where the status says that it is one.
///
/// # Errors
/// The status and what was said.
pub fn body(response: Response) -> Result<Bytes, Failure> {
    if response.status().is_success() {
        return Ok(response.into_body());
    }
    let said = String::from_utf8_lossy(response.body()).into_owned();
    let why = format!("HTTP {}: {said}", response.status());
    Err(Failure::Malformed(why))
}

/// Several connections to one server, each with one call under way at most, all calls the same.
pub struct Web<'a> {
    connections: Vec<Connection>,
    /// The call that each connection has under way.
    calls: Vec<Option<u64>>,
    request: Request,
    answers: VecDeque<Answer>,
    clock: &'a Monotonic,
}

impl<'a> Web<'a> {
    /// Connects.
    ///
    /// # Errors
    /// When nobody listens there.
    pub fn open(
        address: &str,
        connections: u32,
        request: Request,
        clock: &'a Monotonic,
    ) -> Result<Web<'a>, Failure> {
        let connections = (0..connections.max(1)).map(|_| Connection::open(address));
        let connections = connections.collect::<Result<Vec<_>, _>>()?;
        Ok(Web {
            calls: vec![None; connections.len()],
            connections,
            request,
            answers: VecDeque::new(),
            clock,
        })
    }

    fn take(&mut self, at: usize, response: Option<Response>) -> Result<(), Failure> {
        if let Some(response) = response
            && let Some(call) = self.calls[at].take()
        {
            self.answers.push_back(Answer {
                call,
                at: self.clock.now(),
                body: body(response)?,
            });
        }
        Ok(())
    }
}

impl Carrier for Web<'_> {
    fn now(&self) -> Nanos {
        self.clock.now()
    }

    fn send(&mut self, call: u64) -> Result<(), Failure> {
        let Some(free) = self.calls.iter().position(Option::is_none) else {
            return Err(broken(&"all are in use"));
        };
        self.calls[free] = Some(call);
        let response = self.connections[free].send(self.request.clone())?;
        self.take(free, response)
    }

    fn wait(&mut self, until: Nanos) -> Result<Option<Answer>, Failure> {
        loop {
            if let Some(answer) = self.answers.pop_front() {
                return Ok(Some(answer));
            }
            let left = until.0.saturating_sub(self.clock.now().0);
            if left == 0 {
                return Ok(None);
            }
            let busy: Vec<usize> = (0..self.calls.len())
                .filter(|&at| self.calls[at].is_some())
                .collect();
            let ready = readable(busy.iter().map(|&at| &self.connections[at]), left)?;
            for (at, _) in busy.into_iter().zip(ready).filter(|(_, ready)| *ready) {
                let response = self.connections[at].advance()?;
                self.take(at, response)?;
            }
        }
    }
}
