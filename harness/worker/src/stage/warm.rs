//! The warm call: same process and same instance as an earlier call, timed by the client.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Context, Result};
use harness::client::Failure;
use harness::plan::Planned;
use harness::server::{Call, Server};
use record::{Input, Metric, Nanos, Outcome, Sample, StartClass, Transport, Wire};
use serde_json::Value;

use crate::bench::{Bench, Conditions, input};
use crate::memory;
use crate::stage::talk::{Peer, outcome, right};

/// Calls of a kind that go before the first that counts.
const WARM_UP: usize = 3;

/// The processes that are up: all packagings of one server, side by side.
#[derive(Default)]
pub struct Stage {
    server: String,
    up: BTreeMap<usize, Up>,
}

struct Up {
    peer: Peer,
    arguments: BTreeMap<String, (Value, (String, Input))>,
    warmed: BTreeSet<String>,
}

impl Stage {
    /// Ends the processes.
    pub fn end(&mut self) {
        self.up.clear();
        self.server.clear();
    }

    /// One call.
    pub fn trial(&mut self, bench: &Bench, planned: &Planned, id: &str) -> Result<Vec<Sample>> {
        let (made, server) = bench.subject(planned);
        if self.server != server.name {
            self.end();
            self.server.clone_from(&server.name);
        }
        let call = find(server, id)?;
        let mut conditions = Conditions {
            call: Some(input(call, &call.arguments)),
            transport: Some(Transport::Stdio),
            wire: Some(Wire::V2025_11_25),
            start: Some(StartClass::Warm),
            ..Conditions::default()
        };
        if !self.up.contains_key(&planned.subject) {
            match Peer::start(bench, made, server)? {
                Ok(peer) => {
                    self.up.insert(planned.subject, Up { peer, arguments: BTreeMap::new(), warmed: BTreeSet::new() });
                }
                Err(outcome) => return Ok(vec![bench.failed(planned, &conditions, Metric::Execution, outcome)]),
            }
        }
        let up = self.up.get_mut(&planned.subject).expect("it was started above");
        if !up.arguments.contains_key(id) {
            let arguments = up.peer.places.resolve(&call.arguments)?;
            let named = input(call, &arguments);
            up.arguments.insert(id.to_owned(), (arguments, named));
        }
        let (arguments, named) = up.arguments[id].clone();
        conditions.call = Some(named);
        let warm_up = if up.warmed.insert(id.to_owned()) { WARM_UP } else { 0 };
        let mut timed = Err(Failure::Malformed("no call was made".to_owned()));
        for _ in 0..=warm_up {
            timed = up.once(bench, server, call, &arguments);
            if timed.is_err() {
                break;
            }
        }
        let (right, cpu) = match timed {
            Ok(Ok(right)) => right,
            Ok(Err(outcome)) => return Ok(vec![bench.failed(planned, &conditions, Metric::Execution, outcome)]),
            Err(failure) => {
                let up = self.up.remove(&planned.subject).expect("it is up");
                return Ok(vec![bench.failed(planned, &conditions, Metric::Execution, outcome(failure, up.peer.process, bench))]);
            }
        };
        let timing = right.result.pointer("/_meta/dev.wasmmcp~1timing");
        let guest = |metric, key: &str| {
            let nanos = timing.and_then(|timing| timing.get(key)).and_then(Value::as_u64)?;
            Some(bench.sample(planned, &conditions, metric, Nanos(nanos)))
        };
        let mut samples = vec![
            bench.sample(planned, &conditions, Metric::Execution, right.took),
            bench.sample(planned, &conditions, Metric::CpuTime, cpu),
        ];
        samples.extend(guest(Metric::GuestTotal, "total_ns"));
        samples.extend(guest(Metric::GuestTool, "tool_ns"));
        Ok(samples)
    }
}

type Timed = (crate::stage::talk::Right, Nanos);

impl Up {
    /// Prepares, calls and judges. The outer error ends the process, the inner one is a wrong answer.
    fn once(&mut self, bench: &Bench, server: &Server, call: &Call, arguments: &Value) -> Result<Result<Timed, Outcome>, Failure> {
        self.peer.prepare(bench, server, call)?;
        let request = self.peer.render(&call.tool, arguments);
        let id = self.peer.process.id();
        let before = memory::cpu(id);
        let reply = self.peer.ask(bench, server, &request)?;
        let cpu = Nanos(memory::cpu(id).saturating_sub(before));
        Ok(right(bench, &self.peer.places, call, &reply).map(|right| (right, cpu)))
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        // A process is killed when it is dropped; scratch folders of large trials should not pile up until the end.
        let _kept = std::fs::remove_dir_all(&self.peer.places.scratch);
    }
}

/// The server's call of this name.
pub fn find<'a>(server: &'a Server, id: &str) -> Result<&'a Call> {
    server.calls.iter().find(|call| call.id == id).with_context(|| format!("{} has no call {id}; plan again", server.name))
}

/// The longest that a process may take to end by itself.
pub const FAREWELL: Duration = Duration::from_secs(10);
