//! Requests over HTTP: what passes the table of rules says the same in its headers and in its body.

use mcp_wire::http::{Decision, Header, Rules};
use mcp_wire::message::Message;
use serde_json::Value;
use serde_json::value::RawValue;

use super::{Target, planted};

pub(super) const TARGET: Target = Target {
    name: "http_headers",
    feed,
    longest: 4096,
    compares: true,
    words: &[
        "POST",
        "GET",
        "DELETE",
        "host: localhost",
        "origin: http://localhost",
        "content-type: application/json",
        "accept: application/json, text/event-stream",
        "mcp-protocol-version: ",
        "2026-07-28",
        "2025-11-25",
        "mcp-method: ",
        "mcp-name: ",
        "=?base64?ZWNobw==?=",
        "=?base64?",
        "?=",
        "mcp-session-id: ",
        "content-length: ",
    ],
};

/// A method on the first line, headers until an empty one, then the body.
fn feed(data: &[u8]) {
    let (head, body) = match data.windows(2).position(|two| two == b"\n\n") {
        Some(at) => (&data[..at], &data[at + 2..]),
        None => (data, &[][..]),
    };
    let mut lines = head.split(|byte| *byte == b'\n');
    let method = lines.next().and_then(|line| std::str::from_utf8(line).ok());
    let headers: Vec<Header<'_>> = lines.filter_map(header).collect();
    for sessions in [false, true] {
        let rules = Rules {
            sessions,
            ..Rules::default()
        };
        judge(
            rules.decide(method.unwrap_or_default(), &headers, body),
            &headers,
            body,
        );
    }
}

fn header(line: &[u8]) -> Option<Header<'_>> {
    let at = line.iter().position(|byte| *byte == b':')?;
    Some((std::str::from_utf8(&line[..at]).ok()?, &line[at + 1..]))
}

fn judge(decision: Decision<'_>, headers: &[Header<'_>], body: &[u8]) {
    let all = |name: &str| {
        let own = headers
            .iter()
            .filter(|(other, _)| other.eq_ignore_ascii_case(name));
        own.map(|(_, value)| value.trim_ascii()).collect::<Vec<_>>()
    };
    match decision {
        Decision::Reject(rejection) => {
            let told: Value = serde_json::from_slice(&rejection.body).expect("a refusal is JSON");
            assert!(told["error"]["code"].is_i64(), "{told}");
            assert!((400..500).contains(&rejection.status));
        }
        Decision::Handshake(..) => {
            grammatical(body);
            assert!(all("mcp-protocol-version").len() < 2, "two revisions");
        }
        Decision::Stateless(message) => {
            assert_eq!(all("mcp-protocol-version"), [b"2026-07-28"]);
            grammatical(body);
            // A number beyond every double and half a surrogate pair are JSON, though no value can hold them.
            let Ok(written) = serde_json::from_slice::<Value>(body) else {
                return;
            };
            let (Message::Request { method, .. } | Message::Notification { method, .. }) = &message
            else {
                panic!("a response on the stateless wire");
            };
            assert_eq!(all("mcp-method"), [method.as_bytes()]);
            assert_eq!(written["method"], method.as_ref());
            if let ("tools/call", Some(name)) =
                (method.as_ref(), written["params"]["name"].as_str())
            {
                let told = all("mcp-name");
                assert!(
                    told == [name.as_bytes()] || told.len() == 1 && told[0].starts_with(b"=?"),
                    "the header names another tool than the body"
                );
                // Behind the head, the body and the comparison of the two: the seeds all have another id.
                planted(|| written["id"] != 1);
            }
        }
    }
}

fn grammatical(body: &[u8]) {
    serde_json::from_slice::<&RawValue>(body).expect("what passes is JSON");
}
