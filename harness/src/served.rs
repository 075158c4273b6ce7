//! A subject that serves HTTP: started, and asked on the stateless wire.

use std::time::Duration;

use anyhow::Result;
use record::Evidence;
use serde_json::{Value, json};

use crate::client::{self, Failure};
use crate::clock::Clock;
use crate::input::Places;
use crate::launch::Code;
use crate::listening::Listening;
use crate::peer::{Failed, Subject, evidence};

/// The revision that every request states.
const REVISION: &str = "2026-07-28";

/// A process that listens.
pub struct Served {
    listening: Listening,
    runtime: tokio::runtime::Runtime,
    http: reqwest::Client,
}

impl Served {
    /// Starts a subject from precompiled code and waits until it listens. Says why it does not, if it does not.
    ///
    /// # Errors
    /// When this machine cannot make a client.
    pub fn start(
        subject: &Subject<'_>,
        places: Places,
        clock: &dyn Clock,
    ) -> Result<Result<Served, Failed>> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let http = reqwest::Client::builder()
            .timeout(subject.patience())
            .no_proxy()
            .build()?;
        let listening = Listening::start(subject, places, Code::Cached(subject.cache), clock);
        Ok(listening.map(|listening| Served {
            listening,
            runtime,
            http,
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
        let Listening { address, path, .. } = &self.listening;
        let failed = |error: reqwest::Error| Failure::Malformed(error.to_string());
        let mut request = self
            .http
            .post(format!("http://{address}{path}"))
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
        let end = self
            .listening
            .process
            .close(Duration::from_millis(200), clock);
        evidence(&end, &mut self.listening.process)
    }
}
