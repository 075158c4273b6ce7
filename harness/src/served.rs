//! A subject that serves HTTP: started, and asked on the stateless wire, or in a session once it was greeted.

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

/// The revision that every request states outside of a session.
const REVISION: &str = "2026-07-28";

/// A process that listens.
pub struct Served {
    listening: Listening,
    runtime: tokio::runtime::Runtime,
    http: reqwest::Client,
    /// The session's name, where one was opened.
    session: Option<String>,
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
            session: None,
        }))
    }

    /// Opens a session of the 2025-11-25 wire, in which everything is asked from then on.
    ///
    /// # Errors
    /// When the server does not accept it.
    pub fn greet(&mut self) -> Result<(), Failure> {
        let failed = |error: reqwest::Error| Failure::Malformed(error.to_string());
        let hello = client::Request::initialize(0);
        let greeted = self.post(hello.line().trim_ascii_end().to_vec());
        let answer = async {
            let response = greeted.send().await?;
            let name = response.headers().get("mcp-session-id").cloned();
            Ok((name, answered(response, hello.id()).await?))
        };
        let (name, line) = self.runtime.block_on(answer).map_err(failed)?;
        client::agreed(&client::Reply {
            took: record::Nanos(0),
            line,
        })?;
        let name = name.and_then(|name| Some(name.to_str().ok()?.to_owned()));
        self.session = Some(name.unwrap_or_default());
        let ready = br#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#.to_vec();
        let ready = self.in_session(self.post(ready));
        self.runtime
            .block_on(async { ready.send().await })
            .map_err(failed)?;
        Ok(())
    }

    fn post(&self, body: Vec<u8>) -> reqwest::RequestBuilder {
        let Listening {
            address,
            host,
            path,
            ..
        } = &self.listening;
        self.http
            .post(format!("http://{address}{path}"))
            .header("host", host)
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .body(body)
    }

    fn in_session(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        let request = request.header("mcp-protocol-version", client::REVISION);
        match self.session.as_deref() {
            None | Some("") => request,
            Some(name) => request.header("mcp-session-id", name),
        }
    }

    /// The body of a request.
    pub fn body(&self, method: &str, params: &Value) -> String {
        let mut params = params.clone();
        if self.session.is_some() {
            return json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
                .to_string();
        }
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
        let mut request = self.post(self.body(method, params).into_bytes());
        if self.session.is_some() {
            request = self.in_session(request);
        } else {
            request = request
                .header("mcp-protocol-version", REVISION)
                .header("mcp-method", method);
            if let Some(name) = params.get("name").and_then(Value::as_str) {
                request = request.header("mcp-name", name);
            }
        }
        let answer = async {
            let response = request.send().await?;
            answered(response, 1).await
        };
        client::result(&self.runtime.block_on(answer).map_err(failed)?)
    }

    /// Ends it. A server that listens has no other end than being ended.
    pub fn end(self, clock: &dyn Clock) -> Box<Evidence> {
        let Served {
            mut listening,
            runtime,
            http,
            ..
        } = self;
        // Connections are closed while a container is there to take note: the next one with its address would wait for the kernel to forget them.
        drop((http, runtime));
        let end = listening.process.close(Duration::from_millis(200), clock);
        evidence(&end, &mut listening.process)
    }
}

/// The answer to this request, as a body or as an event of a stream. A stream without it is given as it is, for whoever complains of it.
async fn answered(response: reqwest::Response, id: u64) -> reqwest::Result<Vec<u8>> {
    let kind = response.headers().get("content-type").cloned();
    let streams = kind.is_some_and(|kind| kind.as_bytes().starts_with(client::STREAM));
    let body = response.bytes().await?.to_vec();
    let found = streams.then(|| client::of_stream(&body, id)).flatten();
    Ok(found.unwrap_or(body))
}
