//! Asks subjects what they offer: their own `tools/list`, every page of it.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result};
use record::Offer;
use serde_json::{Value, json};

use crate::client::Failure;
use crate::clock::Clock;
use crate::input::Places;
use crate::judge::excerpt;
use crate::peer::{Peer, Subject};

/// Most tools that a list may have, and most bytes of their definitions.
const TOOLS: usize = 1_000;
const BYTES: usize = 16 << 20;
/// Most pages that a list may have: a server that never comes to its end is not believed.
const PAGES: usize = 100;

/// What a subject answers over stdio. That it does not answer is no error, and stands in the offer.
///
/// # Errors
/// When no folder can be made for its process.
pub fn ask(subject: &Subject<'_>, data: &Path, clock: &dyn Clock) -> Result<Offer> {
    let folder = crate::place::scratch().context("no temporary folder can be made")?;
    let places = Places::new(data, folder.path(), subject.standins);
    let asked = match Peer::start(subject, places, clock) {
        Ok(mut peer) => {
            let asked = pages(&mut peer, clock);
            peer.end(clock);
            asked
        }
        Err(failed) => Err(failed.outcome.to_string()),
    };
    let (tools, failed) = match asked {
        Ok(tools) => (tools, None),
        Err(why) => (Vec::new(), Some(why)),
    };
    Ok(Offer {
        subject: subject.made.subject(),
        tools,
        failed,
    })
}

/// All pages. Every tool has a name, and no two have the same.
///
/// # Errors
/// When it does not answer, or says what nobody can use, in words.
pub(crate) fn pages(peer: &mut Peer, clock: &dyn Clock) -> Result<Vec<Value>, String> {
    let mut tools: Vec<Value> = Vec::new();
    let mut bytes = 0;
    let mut params = json!({});
    for _ in 0..PAGES {
        let request = peer.request("tools/list", &params);
        let said = |failure: Failure| failure.to_string();
        let reply = peer.ask(&request, clock).map_err(said)?;
        let page = reply.result().map_err(said)?;
        let listed = page.get("tools").and_then(Value::as_array);
        tools.extend_from_slice(listed.ok_or("its answer to tools/list has no list of tools")?);
        bytes += reply.line.len();
        if tools.len() > TOOLS || bytes > BYTES {
            return Err(format!(
                "it lists {} tools in {bytes} bytes so far, and no more than {TOOLS} in {BYTES} are read",
                tools.len()
            ));
        }
        match page.get("nextCursor") {
            None | Some(Value::Null) => return named(tools),
            Some(cursor) => params = json!({"cursor": cursor}),
        }
    }
    Err(format!("its list of tools has no end after {PAGES} pages"))
}

fn named(tools: Vec<Value>) -> Result<Vec<Value>, String> {
    let mut names = BTreeSet::new();
    for tool in &tools {
        let name = tool.get("name").and_then(Value::as_str);
        let name = name.ok_or_else(|| {
            format!(
                "it lists a tool without a name: {}",
                excerpt(&tool.to_string())
            )
        })?;
        if !names.insert(name.to_owned()) {
            return Err(format!("it lists {} twice", excerpt(name)));
        }
    }
    Ok(tools)
}
