//! What the stages that drive a process have in common: a call, judged, and the outcome of one that failed.

use harness::client::{self, Failure, Reply, Request};
use harness::input::Places;
use harness::judge::judge;
use harness::launch::{self, Code};
use harness::process::{Process, Silence};
use harness::server::{Call, Server};
use record::{Nanos, Outcome};
use serde_json::Value;

use crate::bench::Bench;

/// A process with its folder and a count of what it was asked.
pub struct Peer {
    /// The process, after its handshake.
    pub process: Process,
    /// Its data and scratch folders.
    pub places: Places,
    asked: u64,
}

/// An answer that was judged to be right.
pub struct Right {
    /// The client's time.
    pub took: Nanos,
    /// The `CallToolResult`.
    pub result: Value,
}

impl Peer {
    /// A process whose handshake has been made.
    pub fn new(process: Process, places: Places) -> Peer {
        Peer { process, places, asked: 0 }
    }

    /// Starts a subject from precompiled code and makes the handshake.
    pub fn start(bench: &Bench, made: &harness::launch::Made, server: &Server) -> anyhow::Result<Result<Peer, Outcome>> {
        let places = bench.places()?;
        let launch = launch::stdio(made, server, &bench.plan.programs, &places, Code::Cached(&bench.plan.cache), None);
        let mut process = match Process::start(&launch) {
            Ok(process) => process,
            Err(error) => return Ok(Err(Outcome::Crashed { how: format!("cannot be started: {error}") })),
        };
        Ok(match client::handshake(&mut process, bench.patience(server), &bench.clock) {
            Ok(_) => Ok(Peer::new(process, places)),
            Err(failure) => Err(outcome(failure, process, bench)),
        })
    }

    /// Renders a call, outside of any clock.
    pub fn render(&mut self, tool: &str, arguments: &Value) -> Request {
        self.asked += 1;
        Request::call(self.asked, tool, arguments)
    }

    /// Makes the calls that prepare one.
    pub fn prepare(&mut self, bench: &Bench, server: &Server, call: &Call) -> Result<(), Failure> {
        for before in &call.before {
            let arguments = self.places.resolve(&before.arguments).map_err(|error| Failure::Malformed(error.to_string()))?;
            let request = self.render(&before.tool, &arguments);
            let result = client::ask(&mut self.process, &request, bench.patience(server), &bench.clock)?.result()?;
            if result.get("isError") == Some(&Value::Bool(true)) && !before.may_fail {
                return Err(Failure::Malformed(format!("the call before it, {}, failed: {result}", before.tool)));
            }
        }
        Ok(())
    }

    /// Asks, and leaves judging to the caller.
    pub fn ask(&mut self, bench: &Bench, server: &Server, request: &Request) -> Result<Reply, Failure> {
        client::ask(&mut self.process, request, bench.patience(server), &bench.clock)
    }
}

/// Judges an answer to a call.
pub fn right(bench: &Bench, places: &Places, call: &Call, reply: &Reply) -> Result<Right, Outcome> {
    let wrong = |why: String| Outcome::WrongAnswer { why };
    let result = reply.result().map_err(|failure| wrong(failure.to_string()))?;
    verdict(bench, places, call, &result)?;
    Ok(Right { took: reply.took, result })
}

/// Judges a result.
pub fn verdict(bench: &Bench, places: &Places, call: &Call, result: &Value) -> Result<(), Outcome> {
    let wrong = |why: String| Outcome::WrongAnswer { why };
    if bench.plan.generated {
        return judge(&call.expect, places, result).map_err(|error| wrong(error.0));
    }
    // Right answers are known for generated data alone; of a user's own data, that the tool did not fail is asked.
    let failed = result.get("isError").and_then(Value::as_bool).unwrap_or(false);
    if failed == call.expect.error { Ok(()) } else { Err(wrong(format!("isError is {failed}"))) }
}

/// What a failure is called in the record. The process is ended.
pub fn outcome(failure: Failure, mut process: Process, bench: &Bench) -> Outcome {
    let said = process.last_words();
    let end = process.end(std::time::Duration::from_secs(2), &bench.clock);
    match failure {
        Failure::Silence(Silence::Timeout(after)) => Outcome::Timeout { after: Nanos::from(after) },
        Failure::Silence(silence) => Outcome::Crashed { how: format!("{silence}; {}; it said: {said}", end.words()) },
        other => Outcome::WrongAnswer { why: other.to_string() },
    }
}
