//! Puts the spans of one call together: an agent's own span holds the arguments, the client's the time, the server's the name.

use std::collections::BTreeMap;

use crate::Refused;
use crate::import::span::{Side, Span};
use crate::import::{Came, Seen};

/// How far up a span's parents are followed.
const UP: usize = 64;

type Id<'a> = (&'a str, &'a str);

/// What is known of one call.
#[derive(Default)]
struct Parts<'a> {
    agent: Option<&'a Span>,
    client: Option<&'a Span>,
    server: Option<&'a Span>,
}

/// The calls that spans tell of.
pub(crate) fn of(
    file: &str,
    spans: Vec<Span>,
    notes: &mut Vec<String>,
) -> Result<Vec<Seen>, Refused> {
    let mut by_id: BTreeMap<Id<'_>, &Span> = BTreeMap::new();
    for span in &spans {
        if by_id.insert((&span.trace, &span.id), span).is_some() {
            let remedy =
                "give each span once; a file that two exporters wrote holds every span twice";
            return Err(Refused::new(file, span.at(), "stands twice", remedy));
        }
    }
    let above = |span: &Span, wanted: &dyn Fn(&Span) -> bool| -> Option<&Span> {
        let mut at = span
            .parent
            .as_deref()
            .map(|parent| (span.trace.clone(), parent.to_owned()));
        for _ in 0..UP {
            let (trace, id) = at?;
            let found = *by_id.get(&(trace.as_str(), id.as_str()))?;
            if wanted(found) {
                return Some(found);
            }
            at = found
                .parent
                .as_deref()
                .map(|parent| (found.trace.clone(), parent.to_owned()));
        }
        None
    };
    // A call is one client's span; a server's belongs to the client's above it, and is a call itself where there is none.
    let mut calls: BTreeMap<Id<'_>, Parts<'_>> = BTreeMap::new();
    for span in spans.iter().filter(|span| span.is_call()) {
        let of_client = |span: &Span| span.is_call() && span.side == Side::Client;
        match (span.side, above(span, &of_client)) {
            (Side::Server, Some(client)) => {
                calls.entry((&client.trace, &client.id)).or_default().server = Some(span)
            }
            (Side::Server, None) => {
                calls.entry((&span.trace, &span.id)).or_default().server = Some(span)
            }
            _ => calls.entry((&span.trace, &span.id)).or_default().client = Some(span),
        }
    }
    // An agent's span above exactly one call is about that call; one above several is about something larger.
    let mut about: BTreeMap<Id<'_>, Vec<Id<'_>>> = BTreeMap::new();
    for (id, parts) in &calls {
        let Some(outer) = parts.client.or(parts.server) else {
            continue;
        };
        let same = |span: &Span| span.is_about_a_tool();
        if let Some(agent) = above(outer, &same) {
            about
                .entry((&agent.trace, &agent.id))
                .or_default()
                .push(*id);
        }
    }
    for (agent, ids) in about {
        if let [only] = ids[..]
            && let Some(parts) = calls.get_mut(&only)
        {
            parts.agent = by_id.get(&agent).copied();
        }
    }
    let others = spans.iter().filter(|span| span.is_about_a_tool()).count();
    let used = calls.values().filter(|parts| parts.agent.is_some()).count();
    if others > used {
        notes.push(format!("spans that are left out, because they are about several calls, or about tools that no MCP server was asked for: {}", others - used));
    }
    let seen: Result<Vec<Seen>, Refused> = calls.values().map(|parts| seen(file, parts)).collect();
    let seen = seen?;
    let failed = |parts: &&Parts<'_>| parts.all().any(|span| span.failed);
    let failed = calls
        .values()
        .zip(&seen)
        .filter(|(parts, seen)| failed(parts) && seen.came == Came::Unknown)
        .count();
    if failed > 0 {
        notes.push(format!(
            "calls that failed, and of which it is not known what they returned: {failed}"
        ));
    }
    Ok(seen)
}

impl<'a> Parts<'a> {
    /// Its spans; the first is what the caller saw.
    fn all(&self) -> impl Iterator<Item = &'a Span> {
        [self.client, self.server, self.agent].into_iter().flatten()
    }
}

fn seen(file: &str, parts: &Parts<'_>) -> Result<Seen, Refused> {
    let all = || {
        [parts.client, parts.server, parts.agent]
            .into_iter()
            .flatten()
    };
    let outer = all()
        .next()
        .ok_or_else(|| Refused::whole(file, "holds a call without spans", "give whole spans"))?;
    let refuse = |what: &str, why: &str, remedy: &str| {
        Err(Refused::new(
            file,
            format!("{}, {what}", outer.at()),
            why,
            remedy,
        ))
    };
    let Some(tool) = all().find_map(Span::tool) else {
        let remedy =
            "the span needs gen_ai.tool.name, or the tool's name behind tools/call in its own";
        return refuse("gen_ai.tool.name", "is missing", remedy);
    };
    if outer.end < outer.start {
        return refuse(
            "its times",
            "end before they start",
            "give spans whose clocks agree",
        );
    }
    let result = all().find_map(|span| span.json("gen_ai.tool.call.result"));
    // Only a whole result has a size on the wire; an excerpt has none.
    let came = result.filter(|result| {
        result
            .get("content")
            .is_some_and(serde_json::Value::is_array)
    });
    Ok(Seen {
        at: outer.at(),
        server: all()
            .filter(|span| span.side == Side::Server)
            .chain(all())
            .find_map(Span::server)
            .map(str::to_owned),
        tool: tool.to_owned(),
        arguments: all().find_map(|span| span.json("gen_ai.tool.call.arguments")),
        came: came.map_or(Came::Unknown, Came::Result),
        began: outer.start,
        ended: Some(outer.end),
        timed: true,
    })
}
