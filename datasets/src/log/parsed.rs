//! Entries as `parse_logs` answers them, for the tools that are handed entries: the truth with the parser's `_level`.
use serde::Serialize;

use super::truth::{Access, Error};

#[derive(Serialize)]
struct AccessEntry<'a> {
    ip: &'a str,
    time: &'a str,
    method: &'a str,
    path: &'a str,
    status: &'a str,
    size: &'a str,
    referrer: &'a str,
    agent: &'a str,
    _level: &'static str,
}

/// Apache 2.0 writes no process number into its error log: `pid` is null.
#[derive(Serialize)]
struct ErrorEntry<'a> {
    time: &'a str,
    level: &'a str,
    pid: Option<u32>,
    client: Option<&'a str>,
    message: &'a str,
    _level: &'a str,
}

/// Of an access log, where the status gives the level.
pub(super) fn access(entries: &[Access]) -> Vec<u8> {
    array(entries.iter().map(|entry| AccessEntry {
        ip: &entry.ip,
        time: &entry.time,
        method: &entry.method,
        path: &entry.path,
        status: &entry.status,
        size: &entry.size,
        referrer: &entry.referrer,
        agent: &entry.agent,
        _level: match entry.status.as_bytes()[0] {
            b'5' => "error",
            b'4' => "warning",
            _ => "info",
        },
    }))
}

/// Of an error log.
pub(super) fn error(entries: &[Error]) -> Vec<u8> {
    array(entries.iter().map(|entry| ErrorEntry {
        time: &entry.time,
        level: &entry.level,
        pid: None,
        client: entry.client.as_deref(),
        message: &entry.message,
        _level: &entry.level,
    }))
}

/// One line of JSON without white space.
fn array(entries: impl Iterator<Item = impl Serialize>) -> Vec<u8> {
    let mut json =
        serde_json::to_vec(&entries.collect::<Vec<_>>()).expect("entries are structs of strings");
    json.push(b'\n');
    json
}
