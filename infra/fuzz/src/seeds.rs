//! What each target starts from: the calls of every `server.toml`, written the way that the target reads, files of the data set, and
//! what is committed of the formats that people hand in.

mod written;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use harness::input::Places;
use harness::server::{Call, read_all};
use harness::standin::Standins;
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
    // No stand-in runs: what would go to one is read all the same.
    let places = Places::new(data, "/none", &Standins::default());
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
    for part in site(&data.join("site")).context("the data set has no site")? {
        keep("html", part);
    }
    for part in repository(&data.join("git/small")).context("the data set has no repository")? {
        keep("git", part);
    }
    for (target, input) in written::seeds(root)? {
        keep(target, input);
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
    const ENDINGS: [&str; 7] = ["jpg", "jpeg", "png", "gif", "webp", "bmp", "tiff"];
    let mut found = files(&data.join("images"), &ENDINGS)?;
    found.extend(files(&data.join("edge"), &ENDINGS)?);
    Ok(found)
}

/// Parts of a site behind the byte that says which each is: a packed body, one in another character set, rules for robots, and
/// pieces of the smaller pages, with long lines cut off: what is short is tried more often.
fn site(folder: &Path) -> std::io::Result<Vec<Vec<u8>>> {
    const SMALL: usize = 20_000;
    const PIECE: usize = 400;
    let mut parts = vec![
        // What `gzip` makes of `<p>a`.
        b"\0\x1f\x8b\x08\0\0\0\0\0\0\x03\xb3\x29\xb0\x4b\x04\0\xe6\xba\x38\xb4\x04\0\0\0".to_vec(),
        b"\x01iso-8859-1\ncaf\xe9".to_vec(),
        b"\x01\n<meta charset=windows-1251>\xef".to_vec(),
        [&[2], std::fs::read(folder.join("robots.txt"))?.as_slice()].concat(),
    ];
    for page in files(folder, &["html"])? {
        if page.len() > SMALL {
            continue;
        }
        let mut piece = vec![3];
        for line in page.split_inclusive(|byte| *byte == b'\n') {
            let line = &line[..line.len().min(PIECE)];
            if piece.len() > 1 && piece.len() + line.len() > PIECE {
                parts.push(std::mem::replace(&mut piece, vec![3]));
            }
            piece.extend_from_slice(line);
        }
        parts.push(piece);
    }
    Ok(parts)
}

/// Parts of a repository behind the byte that says which each is: the index, objects of every kind, names, settings.
fn repository(folder: &Path) -> std::io::Result<Vec<Vec<u8>>> {
    use git::object::Kind;
    use git::oid::Oid;
    use git::store::loose;

    let own = folder.join(".git");
    let index = std::fs::read(own.join("index"))?;
    let mut parts = vec![
        [&[0], &index[..index.len().saturating_sub(20)]].concat(),
        b"\x01\x03abc\x03\x04\x90\x03\x01x".to_vec(),
        b"\x04main~1\n".to_vec(),
        b"\x04HEAD:a.txt\n".to_vec(),
        [&[5], std::fs::read(own.join("config"))?.as_slice()].concat(),
    ];
    let objects = own.join("objects");
    for bucket in std::fs::read_dir(&objects)? {
        let bucket = bucket?;
        for object in std::fs::read_dir(bucket.path())? {
            let name = format!(
                "{}{}",
                bucket.file_name().to_string_lossy(),
                object?.file_name().to_string_lossy()
            );
            let Some(oid) = Oid::from_hex(name.as_bytes()) else {
                continue;
            };
            let Ok((kind, bytes)) = loose::read(objects.as_os_str().as_encoded_bytes(), &oid)
            else {
                continue;
            };
            let kinds = [Kind::Commit, Kind::Tree, Kind::Blob, Kind::Tag];
            let place = kinds.iter().position(|own| *own == kind).unwrap_or(0);
            let place = u8::try_from(place).unwrap_or(0);
            parts.push([&[2, place], bytes.as_slice()].concat());
        }
    }
    parts.sort();
    Ok(parts)
}

/// The files below a folder that end in one of these.
fn files(folder: &Path, endings: &[&str]) -> std::io::Result<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    let mut entries = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::path);
    for entry in entries {
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            found.extend(files(&path, endings)?);
        } else if path
            .extension()
            .is_some_and(|ending| endings.iter().any(|own| ending == *own))
        {
            found.push(std::fs::read(path)?);
        }
    }
    Ok(found)
}
