//! Proves every call of a `server.toml` on every packaging and transport, before anything is timed.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use record::Packaging;
use serde_json::{Value, json};

use crate::client::{self, Failure};
use crate::clock::Clock;
use crate::input::Places;
use crate::judge::Wrong;
use crate::launch;
use crate::peer::{Peer, Subject};
use crate::process::Process;
use crate::server::{Call, Input, Server};

/// The longest that one answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What came of one call.
#[derive(Debug)]
pub struct Checked {
    /// The call's id, or the method that was asked instead.
    pub call: String,
    /// Right, or why not.
    pub verdict: Result<(), Wrong>,
}

/// Makes every call over stdio, in one process.
///
/// # Errors
/// When the process or its folder cannot be made; a wrong answer is no error but a verdict.
pub fn stdio(subject: &Subject<'_>, data: &Path, clock: &dyn Clock) -> Result<Vec<Checked>> {
    let folder = crate::place::scratch().context("no temporary folder can be made")?;
    let places = Places {
        data: data.to_owned(),
        scratch: folder.path().to_owned(),
    };
    let mut peer = match Peer::start(subject, places.clone(), clock) {
        Ok(peer) => peer,
        Err(failed) => return Ok(vec![never("initialize", format!("{:?}", failed.outcome))]),
    };
    let mut ask = |method: &str, params: &Value| {
        let request = peer.request(method, params);
        peer.ask(&request, clock)?.result()
    };
    all(subject, &places, &mut ask)
}

/// Makes every call over HTTP on the stateless wire, against one serving process.
///
/// # Errors
/// When the process cannot be made.
pub fn http(subject: &Subject<'_>, data: &Path, clock: &dyn Clock) -> Result<Vec<Checked>> {
    let folder = crate::place::scratch().context("no temporary folder can be made")?;
    let places = Places {
        data: data.to_owned(),
        scratch: folder.path().to_owned(),
    };
    let launch = launch::http(
        subject.made,
        subject.server,
        subject.programs,
        &places,
        subject.cache,
    );
    let mut process = Process::start(&launch)
        .with_context(|| format!("{} cannot be started", launch.program.display()))?;
    let line = match process.exchange(b"", PATIENCE, clock, |line| {
        line.starts_with(b"listening on http://")
    }) {
        Ok(line) => String::from_utf8_lossy(line).into_owned(),
        Err(silence) => {
            return Ok(vec![never(
                "listening",
                format!("{silence}; it said: {}", process.last_words()),
            )]);
        }
    };
    let address = line
        .trim_start_matches("listening on http://")
        .split('/')
        .next()
        .unwrap_or_default()
        .trim()
        .to_owned();
    let endpoint = format!("http://{address}/{}/mcp", subject.server.name);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let http = reqwest::Client::builder()
        .timeout(PATIENCE)
        .no_proxy()
        .build()?;
    let mut ask =
        |method: &str, params: &Value| runtime.block_on(post(&http, &endpoint, method, params));
    all(subject, &places, &mut ask)
}

fn never(call: &str, why: String) -> Checked {
    Checked {
        call: call.to_owned(),
        verdict: Err(Wrong(why)),
    }
}

type Ask<'a> = &'a mut dyn FnMut(&str, &Value) -> Result<Value, Failure>;

/// Asks for the tools and makes every call.
fn all(subject: &Subject<'_>, places: &Places, ask: Ask<'_>) -> Result<Vec<Checked>> {
    let listed = ask("tools/list", &json!({})).map_err(|failure| Wrong(failure.to_string()));
    let verdict = listed.and_then(|listed| tools(subject.server, &listed));
    let mut checked = vec![Checked {
        call: "tools/list".to_owned(),
        verdict,
    }];
    // Edge cases are about generated files; a user's own data has none of them.
    let judged = |call: &&Call| subject.generated || call.input != Input::Edge;
    for call in subject.server.calls.iter().filter(judged) {
        let verdict = one(subject, call, places, ask)?;
        checked.push(Checked {
            call: call.id.clone(),
            verdict,
        });
    }
    Ok(checked)
}

/// Whether exactly the tools that have calls are listed.
fn tools(server: &Server, listed: &Value) -> Result<(), Wrong> {
    let listed = listed.get("tools").and_then(Value::as_array);
    let names = listed
        .into_iter()
        .flatten()
        .filter_map(|tool| tool.get("name").and_then(Value::as_str));
    let (mut names, mut wanted) = (names.collect::<Vec<_>>(), server.tools());
    names.sort_unstable();
    wanted.sort_unstable();
    if names == wanted {
        return Ok(());
    }
    Err(Wrong(format!(
        "lists {}, but server.toml calls {}",
        names.join(", "),
        wanted.join(", ")
    )))
}

fn one(
    subject: &Subject<'_>,
    call: &Call,
    places: &Places,
    ask: Ask<'_>,
) -> Result<Result<(), Wrong>> {
    for before in &call.before {
        let arguments = places.resolve(&before.arguments)?;
        let prepared = ask(
            "tools/call",
            &json!({"name": before.tool, "arguments": arguments}),
        );
        let failed = match &prepared {
            Ok(result) => result.get("isError") == Some(&Value::Bool(true)) && !before.may_fail,
            Err(_) => true,
        };
        if failed {
            return Ok(Err(Wrong(format!(
                "the call before it, {}, failed: {prepared:?}",
                before.tool
            ))));
        }
    }
    let arguments = places.resolve(&call.arguments)?;
    let result = ask(
        "tools/call",
        &json!({"name": call.tool, "arguments": arguments}),
    );
    Ok(result
        .map_err(|failure| Wrong(failure.to_string()))
        .and_then(|result| subject.judge(call, places, &result)))
}

/// Packagings that also speak HTTP by themselves.
pub fn serves_http(packaging: Packaging) -> bool {
    matches!(packaging, Packaging::Component | Packaging::Native)
}

/// One request of the 2026-07-28 wire.
async fn post(
    http: &reqwest::Client,
    endpoint: &str,
    method: &str,
    params: &Value,
) -> Result<Value, Failure> {
    const REVISION: &str = "2026-07-28";
    let failed = |error: reqwest::Error| Failure::Malformed(error.to_string());
    let mut params = params.clone();
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": REVISION,
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let mut request = http
        .post(endpoint)
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", REVISION)
        .header("mcp-method", method);
    if let Some(name) = params.get("name").and_then(Value::as_str) {
        request = request.header("mcp-name", name);
    }
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string();
    let response = request.body(body).send().await.map_err(failed)?;
    client::result(&response.bytes().await.map_err(failed)?)
}
