//! What each target starts from: the calls of every `server.toml`, written the way that the target reads.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use harness::input::Places;
use harness::server::{Call, read_all};
use serde_json::{Value, json};

use crate::target::TARGETS;

/// Inputs by target name.
pub type Seeds = BTreeMap<&'static str, Vec<Vec<u8>>>;

/// The calls of the checkout's servers, with their arguments filled in from the data set.
///
/// # Errors
/// When a `server.toml` or a data file cannot be read.
pub fn of(root: &Path, data: &Path) -> Result<Seeds> {
    let mut seeds = Seeds::new();
    let places = Places {
        data: data.to_owned(),
        scratch: "/none".into(),
    };
    let mut keep = |target: &'static str, input: Vec<u8>| {
        seeds.entry(target).or_default().push(input);
    };
    for server in read_all(root)? {
        for call in &server.calls {
            let arguments = places.resolve(&call.arguments)?;
            keep("json_rpc", session(call, &arguments));
            keep("http_headers", stateless(call, &arguments));
            match (server.name.as_str(), call.tool.as_str()) {
                ("log_parser", "parse_logs") => {
                    keep("log_line", lines(&arguments));
                }
                ("filesystem", "edit_file") => {
                    keep("edit_file", passages(&arguments));
                }
                _ => {}
            }
        }
    }
    for file in pictures(data).context("the data set has no pictures")? {
        keep("image", file);
    }
    for target in TARGETS {
        let own = seeds.entry(target.name).or_default();
        // What is cut off is damaged, and damage is what the mutations are for.
        own.retain(|seed| seed.len() <= target.longest);
        anyhow::ensure!(
            !own.is_empty(),
            "no seed of {} is short enough",
            target.name
        );
    }
    Ok(seeds)
}

/// A handshake and the call, on the older wire.
fn session(call: &Call, arguments: &Value) -> Vec<u8> {
    let hello = json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "f", "version": "1"}}});
    let asked = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": call.tool, "arguments": arguments}});
    format!("{hello}\n{asked}").into_bytes()
}

/// The call as one request of the stateless wire over HTTP.
fn stateless(call: &Call, arguments: &Value) -> Vec<u8> {
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
        "name": call.tool, "arguments": arguments, "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {}}}});
    let tool = &call.tool;
    format!(
        "POST\nhost: localhost:3000\ncontent-type: application/json\naccept: application/json, text/event-stream\n\
         mcp-protocol-version: 2026-07-28\nmcp-method: tools/call\nmcp-name: {tool}\n\n{body}"
    )
    .into_bytes()
}

/// A byte that leaves the format open, and the first lines.
fn lines(arguments: &Value) -> Vec<u8> {
    let content = arguments["log_content"].as_str().unwrap_or_default();
    let first: Vec<&str> = content.split_inclusive('\n').take(4).collect();
    [b"\0", first.concat().as_bytes()].concat()
}

/// A file that holds the passages, then the passages and what replaces them.
fn passages(arguments: &Value) -> Vec<u8> {
    let edits = arguments["edits"].as_array();
    let pairs: Vec<[&str; 2]> = edits
        .into_iter()
        .flatten()
        .filter_map(|edit| Some([edit["oldText"].as_str()?, edit["newText"].as_str()?]))
        .collect();
    let content: Vec<&str> = pairs
        .iter()
        .flat_map(|[old, _]| ["before\n", *old, "\nafter\n"])
        .collect();
    let parts = [content.concat()]
        .into_iter()
        .chain(pairs.iter().flatten().map(|text| (*text).to_owned()));
    parts.collect::<Vec<_>>().join("\0").into_bytes()
}

/// Pictures of every format, the small ones.
fn pictures(data: &Path) -> std::io::Result<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    for folder in ["images", "edge"] {
        collect(&data.join(folder), &mut found)?;
    }
    Ok(found)
}

fn collect(folder: &Path, found: &mut Vec<Vec<u8>>) -> std::io::Result<()> {
    const ENDINGS: [&str; 7] = ["jpg", "jpeg", "png", "gif", "webp", "bmp", "tiff"];
    let mut entries = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::path);
    for entry in entries {
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            collect(&path, found)?;
        } else if path
            .extension()
            .is_some_and(|ending| ENDINGS.iter().any(|own| ending == *own))
        {
            found.push(std::fs::read(path)?);
        }
    }
    Ok(())
}
