//! Proves every call of a `server.toml` on every packaging and transport, before anything is timed.

use std::path::Path;

use anyhow::{Context, Result};
use record::Packaging;
use serde_json::{Value, json};

use crate::client::Failure;
use crate::clock::Clock;
use crate::input::Places;
use crate::judge::Wrong;
use crate::launch::{Made, Web};
use crate::peer::{Failed, Peer, Subject, Trouble, prepare};
use crate::served::Served;
use crate::server::{Call, Input, Server};

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
    let places = subject
        .housed(Places::new(data, folder.path(), subject.standins))
        .context("the temporary folder cannot be given to a container's user")?;
    let mut peer = match Peer::start(subject, places.clone(), clock) {
        Ok(peer) => peer,
        Err(failed) => return Ok(vec![never("initialize", &failed)]),
    };
    let mut ask = |method: &str, params: &Value| {
        let request = peer.request(method, params);
        peer.ask(&request, clock)?.result()
    };
    all(subject, &places, &mut ask)
}

/// Makes every call over HTTP, against one serving process: on the stateless wire, or, of what is in a container, in a session as it is measured,
/// since a reference knows no other.
///
/// # Errors
/// When the process cannot be made.
pub fn http(subject: &Subject<'_>, data: &Path, clock: &dyn Clock) -> Result<Vec<Checked>> {
    let folder = crate::place::scratch().context("no temporary folder can be made")?;
    let places = subject
        .housed(Places::new(data, folder.path(), subject.standins))
        .context("the temporary folder cannot be given to a container's user")?;
    let mut served = match Served::start(subject, places.clone(), clock)? {
        Ok(served) => served,
        Err(failed) => return Ok(vec![never("listening", &failed)]),
    };
    if subject.made.image.is_some()
        && let Err(failure) = served.greet()
    {
        let verdict = Err(Wrong(failure.to_string()));
        let call = "initialize".to_owned();
        return Ok(vec![Checked { call, verdict }]);
    }
    let mut ask = |method: &str, params: &Value| served.ask(method, params);
    all(subject, &places, &mut ask)
}

fn never(call: &str, failed: &Failed) -> Checked {
    Checked {
        call: call.to_owned(),
        verdict: Err(Wrong(failed.outcome.to_string())),
    }
}

type Ask<'a> = &'a mut dyn FnMut(&str, &Value) -> Result<Value, Failure>;

/// Asks for the tools and makes every call.
fn all(subject: &Subject<'_>, places: &Places, ask: Ask<'_>) -> Result<Vec<Checked>> {
    let listed = ask("tools/list", &json!({})).map_err(|failure| Wrong(failure.to_string()));
    // Of somebody's own not every tool need be asked.
    let own = subject.server.own;
    let exactly = !subject.made.packaging.is_reference() && !own;
    let verdict = listed.and_then(|listed| tools(subject.server, &listed, exactly));
    let mut checked = vec![Checked {
        call: "tools/list".to_owned(),
        verdict,
    }];
    // Edge cases are about generated files; a user's own data has none of them. Where the original differs in one is told by parity.
    let edges = subject.generated && exactly || own;
    let judged = |call: &&Call| edges || call.input != Input::Edge;
    for call in subject.server.calls.iter().filter(judged) {
        let verdict = one(subject, call, places, ask)?;
        checked.push(Checked {
            call: call.id.clone(),
            verdict,
        });
    }
    Ok(checked)
}

/// Whether the tools that `server.toml` knows are listed, and, where it is to be exact, no others.
fn tools(server: &Server, listed: &Value, exactly: bool) -> Result<(), Wrong> {
    let listed = listed.get("tools").and_then(Value::as_array);
    let names = listed
        .into_iter()
        .flatten()
        .filter_map(|tool| tool.get("name").and_then(Value::as_str));
    let unasked = server.unasked.iter().map(String::as_str);
    let mut names: Vec<&str> = names.collect();
    let mut wanted: Vec<&str> = server.tools().into_iter().chain(unasked).collect();
    names.sort_unstable();
    wanted.sort_unstable();
    if !exactly {
        names.retain(|name| wanted.contains(name));
    }
    if names == wanted {
        return Ok(());
    }
    Err(Wrong(format!(
        "lists {}, but server.toml knows {}",
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
    let mut made = |tool: &str, arguments: &Value| {
        ask("tools/call", &json!({"name": tool, "arguments": arguments}))
    };
    let prepared: Result<(), Trouble> =
        prepare(call, places, |tool, arguments| Ok(made(tool, arguments)?));
    if let Err(trouble) = prepared {
        return Ok(Err(Wrong(trouble.to_string())));
    }
    let arguments = places.resolve(&call.arguments)?;
    Ok(made(&call.tool, &arguments)
        .map_err(|failure| Wrong(failure.to_string()))
        .and_then(|result| subject.judge(call, places, &result)))
}

/// Whether a subject can be asked over HTTP.
pub fn asked_over_http(made: &Made) -> bool {
    let carried = made.packaging.is_contained() && !matches!(made.web, Web::Never(_));
    serves_http(made.packaging) || carried
}

/// Packagings that also speak HTTP by themselves as processes.
pub fn serves_http(packaging: Packaging) -> bool {
    matches!(packaging, Packaging::Component | Packaging::Native)
}
