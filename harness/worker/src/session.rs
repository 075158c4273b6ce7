//! One client's session with a subject's process that serves HTTP.

use bytes::Bytes;
use harness::client::{self, Failure, REVISION, Reply, Request};
use harness::clock::Clock;
use harness::input::Places;
use harness::launch::Code;
use harness::listening::Listening;
use harness::peer::{Failed, Subject, Trouble, prepare};
use harness::process::End;
use harness::server::Call;
use http_body_util::Full;
use record::Nanos;
use serde_json::Value;

use crate::web::{self, Connection};

/// A session of the 2025-11-25 wire over one connection: the same instance answers all of its calls.
pub struct Session {
    /// The process.
    pub listening: Listening,
    connection: Connection,
    /// What the server named the session, if it named it.
    name: Option<http::HeaderValue>,
    /// Whether the handshake was answered.
    agreed: bool,
    asked: u64,
    last: Option<Request>,
}

impl Session {
    /// Starts a process, and connects to it as soon as it listens. Nothing is said yet.
    ///
    /// # Errors
    /// When it cannot be started or reached.
    pub fn spawn(
        subject: &Subject<'_>,
        places: Places,
        code: Code<'_>,
        clock: &dyn Clock,
    ) -> Result<Session, Failed> {
        let listening = Listening::start(subject, places, code, clock)?;
        match Connection::open(&listening.address) {
            Ok(connection) => Ok(Session {
                listening,
                connection,
                name: None,
                agreed: false,
                asked: 0,
                last: None,
            }),
            Err(failure) => Err(listening.trouble(failure.into(), None, clock)),
        }
    }

    /// Renders a call with the next id.
    pub fn render(&mut self, tool: &str, arguments: &Value) -> Request {
        self.prepared(&client::params(tool, arguments))
    }

    /// A call with the next id, whose parameters were rendered before.
    pub fn prepared(&mut self, params: &str) -> Request {
        self.asked += 1;
        Request::prepared(self.asked, params)
    }

    /// Names the request that a trouble is about, where it is not the last.
    pub fn blame(&mut self, request: &Request) {
        self.last = Some(request.clone());
    }

    /// Posts a request that was rendered before and waits for its answer.
    ///
    /// # Errors
    /// When none comes.
    pub fn ask(&mut self, request: &Request, clock: &dyn Clock) -> Result<Reply, Failure> {
        self.last = Some(request.clone());
        let post = self.post(request.line().trim_ascii_end())?;
        let start = clock.now();
        let response = self.connection.ask(post, self.listening.patience, clock)?;
        let took = Nanos(clock.now().0 - start.0);
        let headers = response.headers();
        if let Some(name) = headers.get("mcp-session-id") {
            self.name = Some(name.clone());
        }
        let kind = headers.get("content-type");
        let streams = kind.is_some_and(|kind| kind.as_bytes().starts_with(client::STREAM));
        let body = web::body(response)?.to_vec();
        self.agreed = true;
        let found = streams.then(|| client::of_stream(&body, request.id()));
        let line = found.flatten().unwrap_or(body);
        if client::answered(&line) != Some(request.id()) {
            let said = String::from_utf8_lossy(&line).into_owned();
            let why = format!("it is no answer to request {}: {said}", request.id());
            return Err(Failure::Malformed(why));
        }
        Ok(Reply { took, line })
    }

    /// Says that the handshake is over.
    ///
    /// # Errors
    /// When the server does not take it.
    pub fn initialized(&mut self, clock: &dyn Clock) -> Result<(), Failure> {
        let post = self.post(br#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)?;
        let response = self.connection.ask(post, self.listening.patience, clock)?;
        web::body(response).map(|_| ())
    }

    /// Makes the calls that prepare one.
    ///
    /// # Errors
    /// When one of them has no answer, or fails and may not.
    pub fn prepare(&mut self, call: &Call, clock: &dyn Clock) -> Result<(), Trouble> {
        let places = self.listening.places.clone();
        prepare(call, &places, |tool, arguments| {
            let request = self.render(tool, arguments);
            Ok(self.ask(&request, clock)?.result()?)
        })
    }

    /// What a trouble is called in the record, with the evidence for it. The process is ended.
    pub fn trouble(self, trouble: Trouble, clock: &dyn Clock) -> Failed {
        let request = self.last.as_ref();
        let request = request.map(|request| request.line().to_vec());
        self.closed().trouble(trouble, request, clock)
    }

    /// Ends the process.
    ///
    /// # Errors
    /// When it ended before.
    pub fn end(self, clock: &dyn Clock) -> Result<End, Failed> {
        self.closed().end(clock)
    }

    /// Closes the connection while its other end is there to take note.
    ///
    /// A farewell to a container that is gone is sent again and again, and while the kernel looks for who has that address, the next container,
    /// which gets it, is not found for up to a second.
    fn closed(self) -> Listening {
        let Session {
            listening,
            connection,
            ..
        } = self;
        drop(connection);
        listening
    }

    fn post(&self, body: &[u8]) -> Result<web::Request, Failure> {
        let mut post = http::Request::post(&self.listening.path)
            .header("host", &self.listening.host)
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream");
        if let Some(name) = &self.name {
            post = post.header("mcp-session-id", name);
        }
        // Before `initialize` is answered no revision is agreed on.
        if self.agreed {
            post = post.header("mcp-protocol-version", REVISION);
        }
        post.body(Full::new(Bytes::copy_from_slice(body)))
            .map_err(|error| Failure::Malformed(format!("the request cannot be made: {error}")))
    }
}
