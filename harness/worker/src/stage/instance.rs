//! The fresh instance: the host is up, in this process, and each call gets an instance of its own.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use bytes::Bytes;
use harness::clock::Clock;
use harness::input::Places;
use harness::known::Known;
use harness::launch;
use harness::peer::{Failed, prepare};
use harness::plan::{Last, Long, Planned};
use harness::server::{Access, Call, Server};
use record::{Metric, Nanos, Outcome, Sample, StartClass, Transport, Wire};
use serde_json::{Value, json};
use wasmmcp_runtime::{CacheChoice, Grants, Host, HostOptions, Limits, Loaded, Phases, ServerSpec};

use crate::bench::{Bench, Conditions};
use crate::memory;
use crate::stage::in_a_row;
use crate::stage::warm::find;

/// The host with one server loaded.
#[derive(Default)]
pub struct Stage {
    up: BTreeMap<usize, Up>,
    known: Known,
    long: Long,
    /// What was asked last, if that was answered.
    last: Option<(usize, String)>,
}

struct Up {
    loaded: Loaded,
    places: Places,
    /// Each call that was asked, as a request.
    asked: BTreeMap<String, http::Request<Bytes>>,
    // Dropped after what was loaded into it.
    _host: Host,
}

impl Stage {
    /// Ends the host.
    pub fn end(&mut self) {
        self.up.clear();
    }

    /// One call in a fresh instance.
    pub fn trial(&mut self, bench: &Bench, planned: &Planned, id: &str) -> Result<Vec<Sample>> {
        let (made, server) = bench.subject(planned);
        let call = find(server, id)?;
        let conditions = Conditions {
            call: Some(bench.input(call)),
            transport: Some(Transport::InProcess),
            wire: Some(Wire::V2026_07_28),
            start: Some(StartClass::InstanceCold),
            ..Conditions::default()
        };
        let failed = |failed: Failed| {
            Ok(vec![bench.fail(
                planned,
                &conditions,
                Metric::Execution,
                failed,
            )])
        };
        if !self.up.contains_key(&planned.subject) {
            self.up.clear();
            let places = bench.places(planned)?;
            let host = Host::new(HostOptions::default()).context("the host cannot be made")?;
            let loaded = match load(&host, bench, server, &made.file, &places, None) {
                Ok(loaded) => loaded,
                Err(error) => {
                    let how = format!("{error:#}");
                    return failed(Outcome::Crashed { how }.into());
                }
            };
            self.up.insert(
                planned.subject,
                Up {
                    loaded,
                    places,
                    asked: BTreeMap::new(),
                    _host: host,
                },
            );
        }
        let up = self
            .up
            .get_mut(&planned.subject)
            .expect("it was loaded above");
        let first = !up.asked.contains_key(id);
        if first {
            let arguments = up.places.resolve(&call.arguments)?;
            let request = request(&server.name, &call.tool, &arguments)?;
            up.asked.insert(id.to_owned(), request);
        }
        let request = up.asked[id].clone();
        // After the first of these the pool's pages and the allocator are in use.
        let this = Some((planned.subject, id.to_owned()));
        let last = Last::of(first, self.last == this);
        let before = self.long.before(planned.subject, id, last);
        let begin = bench.clock.now();
        let timed = up.timed(bench, planned, call, &request, before, &mut self.known);
        let all = Nanos(bench.clock.now().0 - begin.0);
        self.long.took(planned.subject, id, before + 1, all);
        self.last = this.filter(|_| timed.is_ok());
        match timed {
            Ok(timed) => Ok(samples(bench, planned, &conditions, &timed)),
            Err(outcome) => failed(Failed {
                request: Some(request.body().to_vec()),
                ..outcome.into()
            }),
        }
    }
}

/// A right answer and what it cost.
struct Timed {
    took: Nanos,
    cpu: Nanos,
    phases: Phases,
    meta: Value,
}

/// An answer that is not judged yet.
struct Answered {
    response: http::Response<Bytes>,
    took: Nanos,
    /// Of this thread, which runs host and guest.
    cpu: Nanos,
    phases: Phases,
}

impl Up {
    /// Makes a call some times and then once more, which is the one that counts.
    fn timed(
        &mut self,
        bench: &Bench,
        planned: &Planned,
        call: &Call,
        request: &http::Request<Bytes>,
        before: u64,
        known: &mut Known,
    ) -> Result<Timed, Outcome> {
        let (counts, meta) = in_a_row(
            self,
            before,
            |up| up.once(bench, planned, call, request),
            |up, answered| up.judge(bench, planned, call, &answered.response, known),
        )?;
        Ok(Timed {
            meta,
            took: counts.took,
            cpu: counts.cpu,
            phases: counts.phases,
        })
    }

    /// Prepares and calls.
    fn once(
        &self,
        bench: &Bench,
        planned: &Planned,
        call: &Call,
        asked: &http::Request<Bytes>,
    ) -> Result<Answered, Outcome> {
        let (_, server) = bench.subject(planned);
        prepare(call, &self.places, |tool, arguments| {
            let request = request(&server.name, tool, arguments).map_err(|why| crashed(&why))?;
            answer(&self.loaded, request)
        })?;
        let asked = asked.clone();
        let before = memory::own_cpu();
        let start = bench.clock.now();
        let answered = self.loaded.call(asked);
        let took = Nanos(bench.clock.now().0 - start.0);
        let cpu = Nanos(memory::own_cpu().saturating_sub(before));
        let (response, phases) = answered.map_err(|error| crashed(&error))?;
        Ok(Answered {
            response,
            took,
            cpu,
            phases,
        })
    }

    /// Judges an answer and gives back its `_meta`.
    fn judge(
        &self,
        bench: &Bench,
        planned: &Planned,
        call: &Call,
        response: &http::Response<Bytes>,
        known: &mut Known,
    ) -> Result<Value, Outcome> {
        let subject = bench.peer(planned);
        let (server, line) = (&subject.server.name, response.body());
        if let Some(meta) = known.again(server, call, &self.places, line) {
            return Ok(meta);
        }
        let mut result = read(response)?;
        subject.judge(call, &self.places, &result)?;
        known.keep(server, call, &self.places, line);
        Ok(result.get_mut("_meta").map(Value::take).unwrap_or_default())
    }
}

fn samples(
    bench: &Bench,
    planned: &Planned,
    conditions: &Conditions,
    timed: &Timed,
) -> Vec<Sample> {
    let sample = |metric, nanos: Nanos| bench.sample(planned, conditions, metric, nanos);
    let mut samples = vec![
        sample(Metric::Execution, timed.took),
        sample(Metric::CpuTime, timed.cpu),
        sample(Metric::HostInstantiate, timed.phases.instantiate.into()),
        sample(Metric::HostRun, timed.phases.run.into()),
        sample(Metric::HostTotal, timed.phases.total.into()),
    ];
    let tool = timed
        .meta
        .pointer("/dev.wasmmcp~1timing/tool_ns")
        .and_then(Value::as_u64);
    samples.extend(tool.map(|nanos| sample(Metric::GuestTool, Nanos(nanos))));
    samples
}

/// Loads a server into a host with the grants that its description states, and room for so many sessions.
pub fn load(
    host: &Host,
    bench: &Bench,
    server: &Server,
    component: &Path,
    places: &Places,
    sessions: Option<usize>,
) -> Result<Loaded> {
    let mut limits = limits(server)?;
    if let Some(sessions) = sessions {
        limits.sessions = sessions;
    }
    let directories = server.grants.directories.iter().map(|directory| {
        let access = match directory.access {
            Access::Read => wasmmcp_runtime::Access::Read,
            Access::ReadWrite => wasmmcp_runtime::Access::ReadWrite,
        };
        wasmmcp_runtime::Directory::new(Path::new(&places.fill(&directory.path)), access)
    });
    let spec = ServerSpec {
        name: server.name.clone(),
        component: component.to_owned(),
        arguments: server
            .arguments
            .iter()
            .map(|argument| places.fill(argument))
            .collect(),
        grants: Grants {
            directories: directories.collect::<Result<_, _>>()?,
            environment: launch::environment(server, places),
            outbound: launch::outbound(server, places)
                .iter()
                .map(|place| place.parse().with_context(|| format!("{place} is granted")))
                .collect::<Result<_>>()?,
            private_addresses: launch::private_addresses(server),
            ..Grants::default()
        },
        limits,
        cache: CacheChoice::Folder(bench.setting.cache.clone()),
    };
    host.load(spec)
        .with_context(|| format!("{} cannot be loaded", server.name))
}

/// What the description bounds; the rest as the host has it by default.
fn limits(server: &Server) -> Result<Limits> {
    let mut limits = Limits::default();
    if let Some(bytes) = server.limits.memory_bytes().map_err(anyhow::Error::msg)? {
        limits.memory = usize::try_from(bytes)?;
    }
    if let Some(timeout) = server.limits.call_timeout().map_err(anyhow::Error::msg)? {
        limits.timeout = timeout;
    }
    Ok(limits)
}

/// A `tools/call` of the stateless wire, as an HTTP request.
pub fn request(server: &str, tool: &str, arguments: &Value) -> Result<http::Request<Bytes>> {
    let revision = "2026-07-28";
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": revision,
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let body = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments, "_meta": meta},
    });
    Ok(http::Request::post(format!("/{server}/mcp"))
        .header("host", "localhost")
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", revision)
        .header("mcp-method", "tools/call")
        .header("mcp-name", tool)
        .body(Bytes::from(body.to_string()))?)
}

fn answer(loaded: &Loaded, request: http::Request<Bytes>) -> Result<Value, Outcome> {
    read(&loaded.call(request).map_err(|error| crashed(&error))?.0)
}

fn crashed(error: &dyn std::fmt::Display) -> Outcome {
    Outcome::Crashed {
        how: error.to_string(),
    }
}

fn read(response: &http::Response<Bytes>) -> Result<Value, Outcome> {
    harness::client::result(response.body()).map_err(|failure| Outcome::WrongAnswer {
        why: format!("HTTP {}: {failure}", response.status()),
    })
}
