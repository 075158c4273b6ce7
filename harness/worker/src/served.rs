//! A subject's process that serves HTTP, and one client's session with it.

use std::time::Duration;

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

/// A process that listens.
pub struct Served {
    listening: Listening,
    /// Its folders.
    pub places: Places,
    patience: Duration,
}

impl Served {
    /// Starts a process and waits until it listens.
    ///
    /// # Errors
    /// When it cannot be started or does not listen.
    pub fn start(
        subject: &Subject<'_>,
        places: Places,
        code: Code<'_>,
        clock: &dyn Clock,
    ) -> Result<Served, Failed> {
        Ok(Served {
            listening: Listening::start(subject, &places, code, clock)?,
            places,
            patience: subject.patience(),
        })
    }

    /// Where it listens: `127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        &self.listening.address
    }

    /// The process's id.
    pub fn id(&self) -> u32 {
        self.listening.process.id()
    }

    /// How long one answer may take.
    pub fn patience(&self) -> Duration {
        self.patience
    }

    /// What its trouble is called in the record. The process is ended.
    pub fn trouble(self, trouble: Trouble, request: Option<Vec<u8>>, clock: &dyn Clock) -> Failed {
        Failed::by(self.listening.process, request, trouble, clock)
    }

    /// Ends the process, which serves until it is told to stop.
    pub fn end(self, clock: &dyn Clock) -> End {
        self.listening.process.end(Duration::ZERO, clock)
    }
}

/// A session of the 2025-11-25 wire over one connection: the same instance answers all of its calls.
pub struct Session {
    /// The process.
    pub served: Served,
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
        let served = Served::start(subject, places, code, clock)?;
        match Connection::open(served.address()) {
            Ok(connection) => Ok(Session {
                served,
                connection,
                name: None,
                agreed: false,
                asked: 0,
                last: None,
            }),
            Err(failure) => Err(served.trouble(failure.into(), None, clock)),
        }
    }

    /// Renders a call with the next id.
    pub fn render(&mut self, tool: &str, arguments: &Value) -> Request {
        self.asked += 1;
        Request::call(self.asked, tool, arguments)
    }

    /// Posts a request that was rendered before and waits for its answer.
    ///
    /// # Errors
    /// When none comes.
    pub fn ask(&mut self, request: &Request, clock: &dyn Clock) -> Result<Reply, Failure> {
        self.last = Some(request.clone());
        let post = self.post(request.line().trim_ascii_end())?;
        let start = clock.now();
        let response = self.connection.ask(post, self.served.patience, clock)?;
        let took = Nanos(clock.now().0 - start.0);
        if let Some(name) = response.headers().get("mcp-session-id") {
            self.name = Some(name.clone());
        }
        let line = web::body(response)?.to_vec();
        self.agreed = true;
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
        let response = self.connection.ask(post, self.served.patience, clock)?;
        web::body(response).map(|_| ())
    }

    /// Makes the calls that prepare one.
    ///
    /// # Errors
    /// When one of them has no answer, or fails and may not.
    pub fn prepare(&mut self, call: &Call, clock: &dyn Clock) -> Result<(), Trouble> {
        let places = self.served.places.clone();
        prepare(call, &places, |tool, arguments| {
            let request = self.render(tool, arguments);
            self.ask(&request, clock)?.result()
        })
    }

    /// What a trouble is called in the record, with the evidence for it. The process is ended.
    pub fn trouble(self, trouble: Trouble, clock: &dyn Clock) -> Failed {
        let request = self.last.map(|request| request.line().to_vec());
        self.served.trouble(trouble, request, clock)
    }

    fn post(&self, body: &[u8]) -> Result<web::Request, Failure> {
        let mut post = http::Request::post(&self.served.listening.path)
            .header("host", self.served.address())
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
