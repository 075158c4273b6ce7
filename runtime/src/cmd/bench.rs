//! `bench`: a quick look at what fresh instances and warm calls cost here. Measurements for the record are the harness's.

use super::Failure;
use super::options::{Caching, Granting, server_name};
use crate::clock;
use crate::host::{Host, HostError, HostOptions, Loaded, ServerSpec};
use bytes::Bytes;
use clap::Args;
use std::path::PathBuf;
use std::time::Duration;

/// Measure fresh-instance calls and warm calls of one server in this process.
#[derive(Args)]
pub(crate) struct Bench {
    /// How many calls of each kind.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    calls: u32,
    /// The tool to call; without it the request is `ping` (warm) and `tools/list` (fresh).
    #[arg(long)]
    tool: Option<String>,
    /// The tool's arguments as JSON.
    #[arg(long, default_value = "{}")]
    tool_arguments: String,
    #[command(flatten)]
    granting: Granting,
    #[command(flatten)]
    caching: Caching,
    /// The component.
    component: PathBuf,
    /// The server's own arguments.
    #[arg(last = true)]
    arguments: Vec<String>,
}

impl Bench {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let arguments: serde_json::Value =
            serde_json::from_str(&self.tool_arguments).map_err(|error| {
                Failure::usage(format!(
                    "--tool-arguments is not JSON: {error}; write such as '{{\"a\": 1}}'"
                ))
            })?;
        let host =
            Host::new(HostOptions { instances: 100 }).map_err(|error| Failure::new(4, error))?;
        let loaded = host
            .load(ServerSpec {
                name: server_name(&self.component),
                component: self.component.clone(),
                arguments: self.arguments.clone(),
                grants: self.granting.grants()?,
                limits: self.granting.limits(),
                cache: self.caching.choice(),
            })
            .map_err(|error| match error {
                HostError::Load(error) => Failure::from(error),
                error => Failure::usage(error),
            })?;
        let (http, stdio) = loaded.worlds();
        let phases = loaded.phases();
        println!(
            "compile {:>12}   load {:>12}",
            us(phases.compile),
            us(phases.load)
        );
        if http {
            self.fresh(&loaded, &arguments)?;
        }
        if stdio {
            self.warm(&loaded, &arguments)?;
        }
        Ok(())
    }

    fn fresh(&self, loaded: &Loaded, arguments: &serde_json::Value) -> Result<(), Failure> {
        let meta = serde_json::json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        let (method, params) = match &self.tool {
            Some(tool) => (
                "tools/call",
                serde_json::json!({"name": tool, "arguments": arguments, "_meta": meta}),
            ),
            None => ("tools/list", serde_json::json!({"_meta": meta})),
        };
        let body = Bytes::from(
            serde_json::json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
                .to_string(),
        );
        let mut totals = Vec::new();
        let mut instantiations = Vec::new();
        for _ in 0..self.calls {
            let mut request = http::Request::post(format!("/{}/mcp", loaded.name()))
                .header("host", "localhost")
                .header("content-type", "application/json")
                .header("accept", "application/json, text/event-stream")
                .header("mcp-protocol-version", "2026-07-28")
                .header("mcp-method", method);
            if let Some(tool) = &self.tool {
                request = request.header("mcp-name", tool);
            }
            let request = request.body(body.clone()).map_err(|error| {
                Failure::usage(format!(
                    "cannot call {:?}: {error}; name a tool of the server",
                    self.tool
                ))
            })?;
            let (response, phases) = loaded
                .call(request)
                .map_err(|error| Failure::new(3, error))?;
            if !response.status().is_success() {
                let said = String::from_utf8_lossy(response.body()).into_owned();
                return Err(Failure::new(
                    3,
                    format!(
                        "the server answered {}: {said}; see its tools with tools/list",
                        response.status()
                    ),
                ));
            }
            totals.push(phases.total);
            instantiations.push(phases.instantiate);
        }
        report("fresh instance", &mut instantiations);
        report("fresh call", &mut totals);
        Ok(())
    }

    fn warm(&self, loaded: &Loaded, arguments: &serde_json::Value) -> Result<(), Failure> {
        let mut session = loaded.session().map_err(|error| Failure::new(3, error))?;
        let ended = |error: crate::host::SessionEnd| Failure::new(3, error);
        let opening = serde_json::json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
            "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "bench", "version": "0"}}});
        session.send(opening.to_string().as_bytes());
        session.recv().map_err(ended)?;
        session.send(br#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
        let message = match &self.tool {
            Some(tool) => serde_json::json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}),
            None => serde_json::json!({"jsonrpc": "2.0", "id": 1, "method": "ping"}),
        }
        .to_string();
        let mut times = Vec::new();
        for _ in 0..self.calls {
            let begun = clock::now();
            session.send(message.as_bytes());
            session.recv().map_err(ended)?;
            times.push(clock::now() - begun);
        }
        report("warm call", &mut times);
        Ok(())
    }
}

fn report(what: &str, times: &mut [Duration]) {
    times.sort_unstable();
    let at = |percent: usize| us(times[(times.len() - 1) * percent / 100]);
    println!(
        "{what:<15} p5 {:>12}   median {:>12}   p95 {:>12}   p99 {:>12}",
        at(5),
        at(50),
        at(95),
        at(99)
    );
}

fn us(time: Duration) -> String {
    format!("{:.1} µs", time.as_secs_f64() * 1e6)
}
