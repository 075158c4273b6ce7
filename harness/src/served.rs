//! A subject that serves HTTP: started, and asked on the stateless wire.

use std::time::Duration;

use anyhow::{Context, Result};
use record::Evidence;
use serde_json::{Value, json};

use crate::client::{self, Failure};
use crate::clock::Clock;
use crate::input::Places;
use crate::launch::{self, Code};
use crate::peer::{Subject, evidence};
use crate::process::Process;

/// The longest that one answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// The revision that every request states.
const REVISION: &str = "2026-07-28";

/// A process that listens.
pub struct Served {
    process: Process,
    runtime: tokio::runtime::Runtime,
    http: reqwest::Client,
    endpoint: String,
}

impl Served {
    /// Starts a subject and waits until it listens. Says why it does not, if it does not.
    ///
    /// # Errors
    /// When nothing can be started here at all.
    pub fn start(
        subject: &Subject<'_>,
        places: &Places,
        clock: &dyn Clock,
    ) -> Result<Result<Served, String>> {
        let launch = launch::http(
            subject.made,
            subject.server,
            subject.programs,
            places,
            Code::Cached(subject.cache),
        );
        let mut process = Process::start(&launch)
            .with_context(|| format!("{} cannot be started", launch.program.display()))?;
        let line = match process.exchange(b"", PATIENCE, clock, |line| {
            line.starts_with(b"listening on http://")
        }) {
            Ok(line) => String::from_utf8_lossy(line).into_owned(),
            Err(silence) => {
                return Ok(Err(format!("{silence}; it said: {}", process.last_words())));
            }
        };
        let address = line
            .trim_start_matches("listening on http://")
            .split('/')
            .next()
            .unwrap_or_default()
            .trim();
        Ok(Ok(Served {
            endpoint: format!("http://{address}/{}/mcp", subject.server.name),
            process,
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?,
            http: reqwest::Client::builder()
                .timeout(PATIENCE)
                .no_proxy()
                .build()?,
        }))
    }

    /// The body of a request.
    pub fn body(method: &str, params: &Value) -> String {
        let mut params = params.clone();
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": REVISION,
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string()
    }

    /// Asks, and waits for the result.
    ///
    /// # Errors
    /// When there is none.
    pub fn ask(&self, method: &str, params: &Value) -> Result<Value, Failure> {
        let failed = |error: reqwest::Error| Failure::Malformed(error.to_string());
        let mut request = self
            .http
            .post(&self.endpoint)
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", REVISION)
            .header("mcp-method", method);
        if let Some(name) = params.get("name").and_then(Value::as_str) {
            request = request.header("mcp-name", name);
        }
        let body = Served::body(method, params);
        let answer = async {
            let response = request.body(body).send().await?;
            response.bytes().await
        };
        client::result(&self.runtime.block_on(answer).map_err(failed)?)
    }

    /// Ends it. A server that listens has no other end than being ended.
    pub fn end(mut self, clock: &dyn Clock) -> Box<Evidence> {
        let end = self.process.close(Duration::from_millis(200), clock);
        evidence(&end, &mut self.process)
    }
}
