//! The fresh instance: the host is up, in this process, and each call gets an instance of its own.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use bytes::Bytes;
use harness::clock::Clock;
use harness::input::Places;
use harness::peer::prepare;
use harness::plan::{LEAD_IN, Planned, WARM_UP};
use harness::server::{Access, Server};
use record::{Input, Metric, Nanos, Outcome, Sample, StartClass, Transport, Wire};
use serde_json::{Value, json};
use wasmmcp_runtime::{CacheChoice, Grants, Host, HostOptions, Limits, Loaded, Phases, ServerSpec};

use crate::bench::{Bench, Conditions, input};
use crate::stage::warm::find;

/// The host with one server loaded.
#[derive(Default)]
pub struct Stage {
    up: BTreeMap<usize, Up>,
}

struct Up {
    loaded: Loaded,
    places: Places,
    arguments: BTreeMap<String, (Value, (String, Input))>,
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
        if !self.up.contains_key(&planned.subject) {
            self.up.clear();
            let places = bench.places()?;
            let host = Host::new(HostOptions::default()).context("the host cannot be made")?;
            let loaded = load(&host, bench, server, &made.file, &places, None)?;
            self.up.insert(
                planned.subject,
                Up {
                    loaded,
                    places,
                    arguments: BTreeMap::new(),
                    _host: host,
                },
            );
        }
        let up = self
            .up
            .get_mut(&planned.subject)
            .expect("it was loaded above");
        let first = !up.arguments.contains_key(id);
        if first {
            let arguments = up.places.resolve(&call.arguments)?;
            let named = input(call, &arguments);
            up.arguments.insert(id.to_owned(), (arguments, named));
        }
        let (arguments, named) = &up.arguments[id];
        let conditions = Conditions {
            call: Some(named.clone()),
            transport: Some(Transport::InProcess),
            wire: Some(Wire::V2026_07_28),
            start: Some(StartClass::InstanceCold),
            ..Conditions::default()
        };
        let failed = |outcome| {
            Ok(vec![bench.failed(
                planned,
                &conditions,
                Metric::Execution,
                outcome,
            )])
        };
        let mut timed = None;
        // After these the pool's pages and the allocator are in use.
        for _ in 0..=if first { WARM_UP } else { LEAD_IN } {
            let prepared = prepare(call, &up.places, |tool, arguments| {
                let request =
                    request(&server.name, tool, arguments).map_err(|why| crashed(&why))?;
                answer(&up.loaded, request)
            });
            if let Err(outcome) = prepared {
                return failed(outcome);
            }
            let request = request(&server.name, &call.tool, arguments)?;
            let start = bench.clock.now();
            let answered = up.loaded.call(request);
            let took = Nanos(bench.clock.now().0 - start.0);
            let (result, phases) = match answered
                .map_err(|error| crashed(&error))
                .and_then(|(response, phases)| Ok((read(response)?, phases)))
            {
                Ok(answer) => answer,
                Err(outcome) => return failed(outcome),
            };
            if let Err(wrong) = bench.peer(planned).judge(call, &up.places, &result) {
                return failed(Outcome::WrongAnswer { why: wrong.0 });
            }
            timed = Some((took, phases, result));
        }
        let (took, phases, result) = timed.expect("at least one call was made");
        Ok(samples(bench, planned, &conditions, took, &phases, &result))
    }
}

fn samples(
    bench: &Bench,
    planned: &Planned,
    conditions: &Conditions,
    took: Nanos,
    phases: &Phases,
    result: &Value,
) -> Vec<Sample> {
    let sample = |metric, nanos: Nanos| bench.sample(planned, conditions, metric, nanos);
    let mut samples = vec![
        sample(Metric::Execution, took),
        sample(Metric::HostInstantiate, phases.instantiate.into()),
        sample(Metric::HostRun, phases.run.into()),
        sample(Metric::HostTotal, phases.total.into()),
    ];
    let tool = result
        .pointer("/_meta/dev.wasmmcp~1timing/tool_ns")
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
    read(loaded.call(request).map_err(|error| crashed(&error))?.0)
}

fn crashed(error: &dyn std::fmt::Display) -> Outcome {
    Outcome::Crashed {
        how: error.to_string(),
    }
}

fn read(response: http::Response<Bytes>) -> Result<Value, Outcome> {
    harness::client::result(response.body()).map_err(|failure| Outcome::WrongAnswer {
        why: format!("HTTP {}: {failure}", response.status()),
    })
}
