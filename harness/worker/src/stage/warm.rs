//! The warm call: same process and same instance as an earlier call, timed by the client.

use std::collections::btree_map::{BTreeMap, Entry};
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, Result};
use harness::client::{self, Reply, Request};
use harness::clock::Clock as _;
use harness::known::Known;
use harness::peer::Trouble;
use harness::plan::{Last, Long, Planned, warm};
use harness::server::{Call, Server};
use record::{Metric, Nanos, Sample, Transport};
use serde_json::Value;

use crate::bench::{Bench, Conditions};
use crate::link::Link;
use crate::memory;
use crate::stage::in_a_row;

/// Before each call the subject comes to rest, as between the calls of an agent. Without that it was chance, on a virtual machine, whether
/// the same short call took 12 or 60 µs: how long a processor has had nothing to do decides how fast it is woken.
const REST: Duration = Duration::from_millis(1);

/// The processes that are up: all packagings of one server over each transport, side by side.
#[derive(Default)]
pub struct Stage {
    server: String,
    up: BTreeMap<(usize, Transport), Up>,
    known: Known,
    long: Long,
    /// What was asked last, if that was answered.
    last: Option<(usize, Transport, String)>,
}

struct Up {
    peer: Link,
    /// The parameters of each call that was asked, rendered.
    asked: BTreeMap<String, Rc<str>>,
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
        let (made, server) = bench.subject(planned);
        if self.server != server.name {
            self.end();
            self.server.clone_from(&server.name);
        }
        let call = find(server, id)?;
        let conditions = Conditions {
            call: Some(bench.input(call)),
            transport: Some(transport),
            wire: Some(bench.wire(planned)),
            start: Some(warm(made.packaging)),
            ..Conditions::default()
        };
        let up = match self.up.entry((planned.subject, transport)) {
            Entry::Occupied(up) => up.into_mut(),
            Entry::Vacant(free) => {
                match Link::start(
                    &bench.peer(planned),
                    transport,
                    bench.places(planned)?,
                    &bench.clock,
                ) {
                    Ok(peer) => free.insert(Up {
                        peer,
                        asked: BTreeMap::new(),
                    }),
                    Err(failed) => {
                        let metric = Metric::Execution;
                        return Ok(vec![bench.fail(planned, &conditions, metric, failed)]);
                    }
                }
            }
        };
        let first = !up.asked.contains_key(id);
        if first {
            let arguments = up.peer.places().resolve(&call.arguments)?;
            let params = client::params(&call.tool, &arguments);
            up.asked.insert(id.to_owned(), params.into());
        }
        let params = up.asked[id].clone();
        let this = Some((planned.subject, transport, id.to_owned()));
        let last = Last::of(first, self.last == this);
        let before = self.long.before(planned.subject, id, last);
        let begin = bench.clock.now();
        let timed = up.timed(bench, planned, call, &params, before, &mut self.known);
        let all = Nanos(bench.clock.now().0 - begin.0);
        self.long.took(planned.subject, id, before + 1, all);
        self.last = this.filter(|_| timed.is_ok());
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
        let timing = timed.meta.get("dev.wasmmcp/timing");
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
    meta: Value,
}

/// An answer that is not judged yet.
struct Answered {
    request: Request,
    reply: Reply,
    cpu: Nanos,
}

impl Up {
    /// Makes a call some times and then once more, which is the one that counts.
    fn timed(
        &mut self,
        bench: &Bench,
        planned: &Planned,
        call: &Call,
        params: &str,
        before: u64,
        known: &mut Known,
    ) -> Result<Timed, Trouble> {
        let (counts, meta) = in_a_row(
            self,
            before,
            |up| up.once(bench, call, params),
            |up, answered| up.judge(bench, planned, call, answered, known),
        )?;
        Ok(Timed {
            meta,
            took: counts.reply.took,
            cpu: counts.cpu,
        })
    }

    /// Prepares and calls.
    fn once(&mut self, bench: &Bench, call: &Call, params: &str) -> Result<Answered, Trouble> {
        self.peer.prepare(call, &bench.clock)?;
        let request = self.peer.prepared(params);
        std::thread::sleep(REST);
        let before = memory::cpu(self.peer.id());
        let reply = self.peer.ask(&request, &bench.clock)?;
        let cpu = Nanos(memory::cpu(self.peer.id()).saturating_sub(before));
        Ok(Answered {
            request,
            reply,
            cpu,
        })
    }

    /// Judges an answer and gives back its `_meta`.
    fn judge(
        &mut self,
        bench: &Bench,
        planned: &Planned,
        call: &Call,
        answered: &Answered,
        known: &mut Known,
    ) -> Result<Value, Trouble> {
        let line = &answered.reply.line;
        let subject = bench.peer(planned);
        let (server, places) = (&subject.server.name, self.peer.places());
        if let Some(meta) = known.again(server, call, places, line) {
            return Ok(meta);
        }
        let judged = answered.reply.result().map_err(Trouble::from);
        let judged = judged.and_then(|mut result| {
            subject.judge(call, places, &result)?;
            Ok(result.get_mut("_meta").map(Value::take))
        });
        match judged {
            Ok(meta) => {
                known.keep(server, call, places, line);
                Ok(meta.unwrap_or_default())
            }
            Err(trouble) => {
                self.peer.blame(&answered.request);
                Err(trouble)
            }
        }
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
