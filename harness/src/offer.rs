//! Asks subjects what they offer: their own `tools/list`, every page of it.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result};
use record::Offer;
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::input::Places;
use crate::peer::{Peer, Subject};

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
fn pages(peer: &mut Peer, clock: &dyn Clock) -> Result<Vec<Value>, String> {
    let mut tools: Vec<Value> = Vec::new();
    let mut params = json!({});
    for _ in 0..PAGES {
        let request = peer.request("tools/list", &params);
        let page = peer
            .ask(&request, clock)
            .and_then(|reply| reply.result())
            .map_err(|failure| failure.to_string())?;
        let listed = page.get("tools").and_then(Value::as_array);
        tools.extend_from_slice(listed.ok_or("its answer to tools/list has no list of tools")?);
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
        let name = name.ok_or_else(|| format!("it lists a tool without a name: {tool}"))?;
        if !names.insert(name.to_owned()) {
            return Err(format!("it lists {name} twice"));
        }
    }
    Ok(tools)
}
