//! Makes one call of a trial again, by hand: what is asked, what is answered, and what the judge says of it.

use std::path::Path;

use anyhow::{Context, Result};
use record::{Evidence, Transport};
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::input::Places;
use crate::judge::Wrong;
use crate::peer::{Peer, Subject, Trouble, prepare};
use crate::served::Served;
use crate::server::Call;

/// Everything about one call.
#[derive(Debug)]
pub struct Again {
    /// The exact request; none where it did not come to one.
    pub request: Option<String>,
    /// The result that was answered.
    pub answer: Option<Value>,
    /// What the judge that every trial has says of it, or why there is no answer.
    pub verdict: Result<(), String>,
    /// How the subject ended and what it said.
    pub evidence: Box<Evidence>,
}

/// Starts a subject, prepares the call, makes it and judges it. In-process calls go over HTTP: both are answered by a fresh instance.
///
/// # Errors
/// When nothing can be started here at all, or the call's arguments name a file that is not there.
pub fn call(
    subject: &Subject<'_>,
    call: &Call,
    data: &Path,
    transport: Transport,
    clock: &dyn Clock,
) -> Result<Again> {
    let folder = crate::place::scratch().context("no temporary folder can be made")?;
    let places = subject
        .housed(Places::new(data, folder.path(), subject.standins))
        .context("the temporary folder cannot be given to a container's user")?;
    match transport {
        Transport::Stdio => stdio(subject, call, places, clock),
        Transport::Http | Transport::InProcess => {
            http(subject, call, places, transport == Transport::Http, clock)
        }
    }
}

fn stdio(subject: &Subject<'_>, call: &Call, places: Places, clock: &dyn Clock) -> Result<Again> {
    let arguments = places.resolve(&call.arguments)?;
    let mut peer = match Peer::start(subject, places, clock) {
        Ok(peer) => peer,
        Err(failed) => {
            return Ok(Again {
                request: failed.request.map(|request| text(&request)),
                answer: None,
                verdict: Err(format!("it did not start: {}", failed.outcome)),
                evidence: failed.evidence,
            });
        }
    };
    if let Err(trouble) = peer.prepare(call, clock) {
        return Ok(Again {
            request: None,
            answer: None,
            verdict: Err(unprepared(&trouble)),
            evidence: peer.farewell(clock),
        });
    }
    let request = peer.render(&call.tool, &arguments);
    let answer = peer
        .ask(&request, clock)
        .and_then(|reply| reply.result())
        .map_err(|failure| failure.to_string());
    Ok(Again {
        request: Some(text(request.line())),
        verdict: judged(subject, call, &peer.places, &answer),
        answer: answer.ok(),
        evidence: peer.farewell(clock),
    })
}

fn http(
    subject: &Subject<'_>,
    call: &Call,
    places: Places,
    session: bool,
    clock: &dyn Clock,
) -> Result<Again> {
    let mut served = match Served::start(subject, places.clone(), clock)? {
        Ok(served) => served,
        Err(failed) => {
            return Ok(Again {
                request: None,
                answer: None,
                verdict: Err(format!("it did not start: {}", failed.outcome)),
                evidence: failed.evidence,
            });
        }
    };
    // A process that is up, or is started, is asked in a session, as its trials are.
    if session && let Err(failure) = served.greet() {
        return Ok(Again {
            request: None,
            answer: None,
            verdict: Err(format!("it did not open a session: {failure}")),
            evidence: served.end(clock),
        });
    }
    let prepared: Result<(), Trouble> = prepare(call, &places, |tool, arguments| {
        Ok(served.ask("tools/call", &params(tool, arguments))?)
    });
    if let Err(trouble) = prepared {
        return Ok(Again {
            request: None,
            answer: None,
            verdict: Err(unprepared(&trouble)),
            evidence: served.end(clock),
        });
    }
    let params = params(&call.tool, &places.resolve(&call.arguments)?);
    let answer = served
        .ask("tools/call", &params)
        .map_err(|failure| failure.to_string());
    Ok(Again {
        request: Some(served.body("tools/call", &params)),
        verdict: judged(subject, call, &places, &answer),
        answer: answer.ok(),
        evidence: served.end(clock),
    })
}

fn judged(
    subject: &Subject<'_>,
    call: &Call,
    places: &Places,
    answer: &Result<Value, String>,
) -> Result<(), String> {
    let result = answer.as_ref().map_err(Clone::clone)?;
    let judged = subject.judge(call, places, result);
    judged.map_err(|Wrong(why)| why)
}

fn unprepared(trouble: &Trouble) -> String {
    format!("the calls before it failed: {trouble}")
}

fn params(tool: &str, arguments: &Value) -> Value {
    json!({"name": tool, "arguments": arguments})
}

fn text(request: &[u8]) -> String {
    String::from_utf8_lossy(request).trim_end().to_owned()
}
