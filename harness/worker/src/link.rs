//! A subject's process that is up and is asked one call after the other, over its pipes or over HTTP.

use std::path::Path;

use anyhow::Result;
use harness::client::{self, Failure, Reply, Request};
use harness::clock::Clock;
use harness::docker::Phases;
use harness::input::Places;
use harness::launch::Code;
use harness::peer::{Failed, Peer, Subject, Trouble};
use harness::process::End;
use harness::server::Call;
use record::{Outcome, Transport};
use serde_json::Value;

use crate::session::Session;

/// One client's way to one process. Both ways speak the 2025-11-25 wire, so that the same instance answers every call.
pub enum Link {
    /// Its standard input and output.
    Pipes(Box<Peer>),
    /// A connection.
    Http(Box<Session>),
}

impl Link {
    /// Starts a process and says nothing to it yet.
    ///
    /// # Errors
    /// When it cannot be started or reached.
    pub fn spawn(
        subject: &Subject<'_>,
        transport: Transport,
        places: Places,
        code: Code<'_>,
        report: &Path,
        clock: &dyn Clock,
    ) -> Result<Link, Failed> {
        if transport == Transport::Http {
            let session = Session::spawn(subject, places, code, clock)?;
            return Ok(Link::Http(Box::new(session)));
        }
        match Peer::spawn(subject, places, code, Some(report), clock) {
            Ok(peer) => Ok(Link::Pipes(Box::new(peer))),
            Err(failure) => {
                let how = failure.to_string();
                Err(Outcome::Crashed { how }.into())
            }
        }
    }

    /// Starts a process from precompiled code and makes the handshake.
    ///
    /// # Errors
    /// When it cannot be started or does not accept the handshake.
    pub fn start(
        subject: &Subject<'_>,
        transport: Transport,
        places: Places,
        clock: &dyn Clock,
    ) -> Result<Link, Failed> {
        if transport != Transport::Http {
            return Peer::start(subject, places, clock).map(|peer| Link::Pipes(Box::new(peer)));
        }
        let code = Code::Cached(subject.cache);
        let mut session = Session::spawn(subject, places, code, clock)?;
        let greeted = session
            .ask(&Request::initialize(0), clock)
            .and_then(|reply| client::agreed(&reply))
            .and_then(|()| session.initialized(clock));
        match greeted {
            Ok(()) => Ok(Link::Http(Box::new(session))),
            Err(failure) => Err(session.trouble(failure.into(), clock)),
        }
    }

    /// The process's id.
    pub fn id(&self) -> u32 {
        match self {
            Link::Pipes(peer) => peer.id(),
            Link::Http(session) => session.listening.id(),
        }
    }

    /// What its engine took, where it runs in a container.
    pub fn phases(&self) -> Option<Phases> {
        match self {
            Link::Pipes(peer) => peer.phases,
            Link::Http(session) => session.listening.phases,
        }
    }

    /// Its data and scratch folders.
    pub fn places(&self) -> &Places {
        match self {
            Link::Pipes(peer) => &peer.places,
            Link::Http(session) => &session.listening.places,
        }
    }

    /// Renders a call with the next id.
    pub fn render(&mut self, tool: &str, arguments: &Value) -> Request {
        match self {
            Link::Pipes(peer) => peer.render(tool, arguments),
            Link::Http(session) => session.render(tool, arguments),
        }
    }

    /// A call with the next id, whose parameters were rendered before.
    pub fn prepared(&mut self, params: &str) -> Request {
        match self {
            Link::Pipes(peer) => peer.prepared(params),
            Link::Http(session) => session.prepared(params),
        }
    }

    /// Names the request that a trouble is about, where it is not the last.
    pub fn blame(&mut self, request: &Request) {
        match self {
            Link::Pipes(peer) => peer.blame(request),
            Link::Http(session) => session.blame(request),
        }
    }

    /// Sends a request that was rendered before and waits for its answer.
    ///
    /// # Errors
    /// When none comes.
    pub fn ask(&mut self, request: &Request, clock: &dyn Clock) -> Result<Reply, Failure> {
        match self {
            Link::Pipes(peer) => peer.ask(request, clock),
            Link::Http(session) => session.ask(request, clock),
        }
    }

    /// Says that the handshake is over.
    ///
    /// # Errors
    /// When the process does not take it.
    pub fn initialized(&mut self, clock: &dyn Clock) -> Result<(), Failure> {
        match self {
            Link::Pipes(peer) => peer.initialized(clock),
            Link::Http(session) => session.initialized(clock),
        }
    }

    /// Makes the calls that prepare one.
    ///
    /// # Errors
    /// When one of them has no answer, or fails and may not.
    pub fn prepare(&mut self, call: &Call, clock: &dyn Clock) -> Result<(), Trouble> {
        match self {
            Link::Pipes(peer) => peer.prepare(call, clock),
            Link::Http(session) => session.prepare(call, clock),
        }
    }

    /// What a trouble is called in the record, with the evidence for it. The process is ended.
    pub fn trouble(self, trouble: Trouble, clock: &dyn Clock) -> Failed {
        match self {
            Link::Pipes(peer) => peer.trouble(trouble, clock),
            Link::Http(session) => session.trouble(trouble, clock),
        }
    }

    /// Ends the process: one on pipes has to end well, one that serves would not end by itself.
    ///
    /// # Errors
    /// When it does not end well, although it gave its answers.
    pub fn finish(self, clock: &dyn Clock) -> Result<End, Failed> {
        match self {
            Link::Pipes(peer) => peer.finish(clock),
            Link::Http(session) => session.end(clock),
        }
    }
}
