//! The warm call: same process and same instance as an earlier call, timed by the client.

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};

use anyhow::{Context, Result};
use harness::peer::Trouble;
use harness::plan::{LEAD_IN, Planned, WARM_UP};
use harness::server::{Call, Server};
use record::{Input, Metric, Nanos, Sample, StartClass, Transport, Wire};
use serde_json::Value;

use crate::bench::{Bench, Conditions, input};
use crate::link::Link;
use crate::memory;

/// The processes that are up: all packagings of one server over each transport, side by side.
#[derive(Default)]
pub struct Stage {
    server: String,
    up: BTreeMap<(usize, Transport), Up>,
}

struct Up {
    peer: Link,
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
    pub fn trial(
        &mut self,
        bench: &Bench,
        planned: &Planned,
        id: &str,
        transport: Transport,
    ) -> Result<Vec<Sample>> {
        let (_, server) = bench.subject(planned);
        if self.server != server.name {
            self.end();
            self.server.clone_from(&server.name);
        }
        let call = find(server, id)?;
        let mut conditions = Conditions {
            call: Some(input(call, &call.arguments)),
            transport: Some(transport),
            wire: Some(Wire::V2025_11_25),
            start: Some(StartClass::Warm),
            ..Conditions::default()
        };
        let up = match self.up.entry((planned.subject, transport)) {
            Entry::Occupied(up) => up.into_mut(),
            Entry::Vacant(free) => {
                match Link::start(
                    &bench.peer(planned),
                    transport,
                    bench.places()?,
                    &bench.clock,
                ) {
                    Ok(peer) => free.insert(Up {
                        peer,
                        arguments: BTreeMap::new(),
                        warmed: BTreeSet::new(),
                    }),
                    Err(failed) => {
                        let metric = Metric::Execution;
                        return Ok(vec![bench.fail(planned, &conditions, metric, failed)]);
                    }
                }
            }
        };
        if !up.arguments.contains_key(id) {
            let arguments = up.peer.places().resolve(&call.arguments)?;
            let named = input(call, &arguments);
            up.arguments.insert(id.to_owned(), (arguments, named));
        }
        let (arguments, named) = up.arguments[id].clone();
        conditions.call = Some(named);
        let warm_up = if up.warmed.insert(id.to_owned()) {
            WARM_UP
        } else {
            LEAD_IN
        };
        let mut timed = up.once(bench, planned, call, &arguments);
        for _ in 0..warm_up {
            if timed.is_ok() {
                timed = up.once(bench, planned, call, &arguments);
            }
        }
        let timed = match timed {
            Ok(timed) => timed,
            Err(trouble) => {
                // What failed once is not asked again: the next trial starts a new process.
                let up = self.up.remove(&(planned.subject, transport));
                let up = up.expect("it is up");
                let failed = up.peer.trouble(trouble, &bench.clock);
                let metric = Metric::Execution;
                return Ok(vec![bench.fail(planned, &conditions, metric, failed)]);
            }
        };
        let timing = timed.result.pointer("/_meta/dev.wasmmcp~1timing");
        let guest = |metric, key: &str| {
            let nanos = timing
                .and_then(|timing| timing.get(key))
                .and_then(Value::as_u64)?;
            Some(bench.sample(planned, &conditions, metric, Nanos(nanos)))
        };
        let mut samples = vec![
            bench.sample(planned, &conditions, Metric::Execution, timed.took),
            bench.sample(planned, &conditions, Metric::CpuTime, timed.cpu),
        ];
        samples.extend(guest(Metric::GuestTotal, "total_ns"));
        samples.extend(guest(Metric::GuestTool, "tool_ns"));
        Ok(samples)
    }
}

/// A right answer and what it cost.
struct Timed {
    took: Nanos,
    cpu: Nanos,
    result: Value,
}

impl Up {
    /// Prepares, calls and judges.
    fn once(
        &mut self,
        bench: &Bench,
        planned: &Planned,
        call: &Call,
        arguments: &Value,
    ) -> Result<Timed, Trouble> {
        let clock = &bench.clock;
        self.peer.prepare(call, clock)?;
        let request = self.peer.render(&call.tool, arguments);
        let before = memory::cpu(self.peer.id());
        let reply = self.peer.ask(&request, clock)?;
        let cpu = Nanos(memory::cpu(self.peer.id()).saturating_sub(before));
        let result = reply.result()?;
        bench
            .peer(planned)
            .judge(call, self.peer.places(), &result)?;
        Ok(Timed {
            took: reply.took,
            cpu,
            result,
        })
    }
}

/// The server's call of this name.
pub fn find<'a>(server: &'a Server, id: &str) -> Result<&'a Call> {
    server
        .calls
        .iter()
        .find(|call| call.id == id)
        .with_context(|| format!("{} has no call {id}; plan again", server.name))
}
