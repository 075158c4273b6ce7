//! The table of what Streamable HTTP demands, line by line: a request in, a decision out.

use expect_test::{Expect, expect};
use mcp_wire::http::{Decision, Header, Rules, Verb, host_name, mirrored};
use mcp_wire::json::Raw;

const META: &str = r#""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#;

/// A good request of the stateless wire, to be spoilt.
fn good() -> Vec<(&'static str, &'static str)> {
    vec![
        ("Host", "localhost:3000"),
        ("Content-Type", "application/json; charset=utf-8"),
        ("Accept", "application/json, text/event-stream"),
        ("MCP-Protocol-Version", "2026-07-28"),
        ("Mcp-Method", "tools/call"),
        ("Mcp-Name", "echo"),
    ]
}

fn call() -> String {
    format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"echo",{META}}}}}"#)
}

fn decide(rules: &Rules, method: &str, headers: &[(&str, &str)], body: &[u8]) -> String {
    let headers: Vec<Header<'_>> = headers
        .iter()
        .map(|(name, value)| (*name, value.as_bytes()))
        .collect();
    match rules.decide(method, &headers, body) {
        Decision::Stateless(_) => "stateless".to_owned(),
        Decision::Handshake(_, revision) => format!("handshake {}", revision.name()),
        Decision::Reject(rejection) => {
            let body: serde_json::Value =
                serde_json::from_slice(&rejection.body).expect("a rejection is JSON");
            let allow = rejection
                .allow
                .map(|allow| format!(" allow {allow}"))
                .unwrap_or_default();
            format!(
                "{}{allow} {} {} id {}",
                rejection.status, body["error"]["code"], body["error"]["message"], body["id"]
            )
        }
    }
}

/// Changes the good request's headers (an empty value takes one away) and gives the decision.
fn check(change: &[(&'static str, &'static str)], body: &str, expected: Expect) {
    let mut headers = good();
    for (name, value) in change {
        headers.retain(|(own, _)| own != name);
        if !value.is_empty() {
            headers.push((name, value));
        }
    }
    expected.assert_eq(&decide(
        &Rules::default(),
        "POST",
        &headers,
        body.as_bytes(),
    ));
}

#[test]
fn a_good_request_passes() {
    check(&[], &call(), expect!["stateless"]);
    check(&[("Accept", "")], &call(), expect!["stateless"]);
    check(&[("Accept", "*/*")], &call(), expect!["stateless"]);
    check(
        &[("Mcp-Method", "  tools/call\t")],
        &call(),
        expect!["stateless"],
    );
    check(
        &[("Mcp-Name", "=?base64?ZWNobw==?=")],
        &call(),
        expect!["stateless"],
    );
    check(
        &[("Host", "[::1]:80"), ("Origin", "http://localhost:5173")],
        &call(),
        expect!["stateless"],
    );
}

#[test]
fn other_verbs_are_not_allowed() {
    for verb in ["GET", "DELETE", "PUT", "OPTIONS", "HEAD"] {
        expect![[r#"405 allow POST -32600 "this endpoint does not take the verb; send messages by POST" id null"#]]
            .assert_eq(&decide(&Rules::default(), verb, &good(), b""));
    }
    let rules = Rules {
        sessions: true,
        ..Rules::default()
    };
    let headers: Vec<Header<'_>> = vec![("host", b"localhost"), ("mcp-session-id", b"s")];
    assert_eq!(
        rules
            .head("GET", &headers)
            .map(|head| (head.verb, head.session)),
        Ok((Verb::Get, Some("s")))
    );
    assert_eq!(
        rules.head("DELETE", &headers).map(|head| head.verb),
        Ok(Verb::Delete)
    );
    for (revision, expected) in [
        ("2025-11-25", None),
        ("1999-01-01", Some((400, None))),
        ("2026-07-28", Some((405, Some("POST")))),
    ] {
        let mut headers = headers.clone();
        headers.push(("mcp-protocol-version", revision.as_bytes()));
        let rejected = rules.head("DELETE", &headers).err();
        assert_eq!(
            rejected.map(|rejection| (rejection.status, rejection.allow)),
            expected,
            "{revision}"
        );
    }
    expect![[r#"405 allow POST, GET, DELETE -32600 "this endpoint does not take the verb; send messages by POST" id null"#]]
        .assert_eq(&decide(&rules, "PUT", &good(), b""));
}

#[test]
fn host_and_origin_are_judged() {
    check(
        &[("Host", "evil.example")],
        &call(),
        expect![[
            r#"421 -32600 "this host name is not served here; allow it in the server's configuration" id null"#
        ]],
    );
    check(
        &[("Host", "localhost.evil.example")],
        &call(),
        expect![[
            r#"421 -32600 "this host name is not served here; allow it in the server's configuration" id null"#
        ]],
    );
    check(
        &[("Host", "")],
        &call(),
        expect![[r#"400 -32600 "Host is missing; send it" id null"#]],
    );
    check(
        &[("Host", "a b")],
        &call(),
        expect![[r#"400 -32600 "Host is malformed; send host or host:port" id null"#]],
    );
    for origin in [
        "http://evil.example",
        "null",
        "https://localhost.evil.example",
        "localhost",
        "file://localhost",
        "http://localhost:x",
    ] {
        check(
            &[("Origin", origin)],
            &call(),
            expect![[
                r#"403 -32600 "this origin may not call; allow it in the server's configuration" id null"#
            ]],
        );
    }
    let open = Rules {
        hosts: None,
        origins: vec!["https://app.example".to_owned()],
        ..Rules::default()
    };
    let mut headers = good();
    headers[0] = ("Host", "anything.example");
    assert_eq!(
        decide(&open, "POST", &headers, call().as_bytes()),
        "stateless"
    );
    headers.push(("Origin", "https://app.example"));
    assert_eq!(
        decide(&open, "POST", &headers, call().as_bytes()),
        "stateless"
    );
    headers.pop();
    headers.push(("Origin", "https://anything.example"));
    assert!(decide(&open, "POST", &headers, call().as_bytes()).starts_with("403"));
}

#[test]
fn host_names_are_read() {
    assert_eq!(host_name("LocalHost:80").as_deref(), Some("localhost"));
    assert_eq!(host_name("[::1]:80").as_deref(), Some("[::1]"));
    for bad in [
        "", ":80", "a:b", "[::1", "[::1]x", "a/b", "a@b", "a:99999", "::1",
    ] {
        assert_eq!(host_name(bad), None, "{bad}");
    }
}

#[test]
fn media_types_are_judged() {
    check(
        &[("Content-Type", "text/plain")],
        &call(),
        expect![[r#"415 -32600 "the body is not application/json; set Content-Type" id null"#]],
    );
    check(
        &[("Content-Type", "")],
        &call(),
        expect![[r#"415 -32600 "the body is not application/json; set Content-Type" id null"#]],
    );
    check(
        &[("Accept", "text/html")],
        &call(),
        expect![[
            r#"406 -32600 "answers are application/json or text/event-stream; accept both" id null"#
        ]],
    );
    check(
        &[("Accept", "application/json;q=0")],
        &call(),
        expect![[
            r#"406 -32600 "answers are application/json or text/event-stream; accept both" id null"#
        ]],
    );
    let headers: Vec<Header<'_>> = vec![
        ("host", b"localhost"),
        ("content-type", b"application/json"),
        ("accept", b"application/json"),
    ];
    assert_eq!(
        Rules::default()
            .head("POST", &headers)
            .map(|head| head.streams),
        Ok(false)
    );
}

#[test]
fn bodies_are_bounded_before_and_after_they_are_read() {
    check(
        &[("Content-Length", "104857600")],
        &call(),
        expect![[
            r#"413 -32600 "the body is larger than 4194304 bytes; send less, or raise the server's limit" id null"#
        ]],
    );
    let large = vec![b' '; 100 << 20];
    expect![[r#"413 -32600 "the body is larger than 4194304 bytes; send less, or raise the server's limit" id null"#]]
        .assert_eq(&decide(&Rules::default(), "POST", &good(), &large));
}

#[test]
fn bodies_that_are_no_message_are_refused() {
    check(
        &[],
        "nonsense",
        expect![[
            r#"400 -32700 "the message is not valid JSON; send one JSON-RPC message" id null"#
        ]],
    );
    check(
        &[],
        "[]",
        expect![[r#"400 -32600 "batches are not accepted; send each message by itself" id null"#]],
    );
    check(
        &[],
        r#"{"jsonrpc":"2.0","id":9,"method":"a","method":"a"}"#,
        expect![[
            r#"400 -32600 "a key occurs twice in one object, or there are more than 1024; send each key once" id 9"#
        ]],
    );
}

#[test]
fn the_revision_stands_in_header_and_body() {
    check(
        &[("MCP-Protocol-Version", "")],
        &call(),
        expect![[r#"400 -32020 "MCP-Protocol-Version is missing; send what _meta names" id 1"#]],
    );
    check(
        &[("MCP-Protocol-Version", "2025-11-25")],
        &call(),
        expect![[
            r#"400 -32020 "MCP-Protocol-Version differs from _meta; send one revision" id 1"#
        ]],
    );
    let unknown = call().replace("2026-07-28", "2030-01-01");
    check(
        &[("MCP-Protocol-Version", "2030-01-01")],
        &unknown,
        expect![[
            r#"400 -32022 "this revision is not served statelessly; use one of the supported ones" id 1"#
        ]],
    );
    let bare = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}}"#;
    check(
        &[],
        bare,
        expect![[
            r#"400 -32602 "_meta needs io.modelcontextprotocol/protocolVersion (a string) and io.modelcontextprotocol/clientCapabilities (an object); send both" id 1"#
        ]],
    );
    check(
        &[("MCP-Protocol-Version", "1999-01-01")],
        bare,
        expect![[
            r#"400 -32022 "this revision is not served statelessly; use one of the supported ones" id 1"#
        ]],
    );
    let half = call().replace(r#","io.modelcontextprotocol/clientCapabilities":{}"#, "");
    check(
        &[],
        &half,
        expect![[
            r#"400 -32602 "_meta needs io.modelcontextprotocol/protocolVersion (a string) and io.modelcontextprotocol/clientCapabilities (an object); send both" id 1"#
        ]],
    );
    let number = call().replace(r#""2026-07-28""#, "7");
    check(
        &[],
        &number,
        expect![[
            r#"400 -32602 "_meta needs io.modelcontextprotocol/protocolVersion (a string) and io.modelcontextprotocol/clientCapabilities (an object); send both" id 1"#
        ]],
    );
}

#[test]
fn an_unknown_revision_is_told_which_are_known() {
    let headers: Vec<(&str, &str)> = good()
        .into_iter()
        .filter(|(name, _)| *name != "MCP-Protocol-Version")
        .chain([("MCP-Protocol-Version", "2030-01-01")])
        .collect();
    let headers: Vec<Header<'_>> = headers
        .iter()
        .map(|(name, value)| (*name, value.as_bytes()))
        .collect();
    let body = call().replace("2026-07-28", "2030-01-01");
    let Decision::Reject(rejection) = Rules::default().decide("POST", &headers, body.as_bytes())
    else {
        panic!("was let through")
    };
    expect![[r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"this revision is not served statelessly; use one of the supported ones","data":{"supported":["2026-07-28","2025-11-25","2025-06-18","2025-03-26","2024-11-05"],"requested":"2030-01-01"}}}"#]]
        .assert_eq(std::str::from_utf8(&rejection.body).expect("a rejection is text"));
}

#[test]
fn mirrored_headers_equal_the_body() {
    check(
        &[("Mcp-Method", "")],
        &call(),
        expect![[r#"400 -32020 "Mcp-Method is missing; send the method in it" id 1"#]],
    );
    check(
        &[("Mcp-Method", "TOOLS/CALL")],
        &call(),
        expect![[r#"400 -32020 "Mcp-Method differs from the method; send the same" id 1"#]],
    );
    check(
        &[("Mcp-Name", "")],
        &call(),
        expect![[r#"400 -32020 "Mcp-Name is missing; send the name or address in it" id 1"#]],
    );
    check(
        &[("Mcp-Name", "Echo")],
        &call(),
        expect![[r#"400 -32020 "Mcp-Name differs from the name in the body; send the same" id 1"#]],
    );
    check(
        &[("Mcp-Name", "=?base64?!?=")],
        &call(),
        expect![[r#"400 -32020 "Mcp-Name is malformed Base64; encode it again" id 1"#]],
    );
    let mut twice = good();
    twice.push(("mcp-name", "echo"));
    expect![[r#"400 -32020 "Mcp-Name occurs twice or is not text; send it once" id 1"#]].assert_eq(
        &decide(&Rules::default(), "POST", &twice, call().as_bytes()),
    );
    let read = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{{"uri":"test://ä",{META}}}}}"#
    );
    check(
        &[
            ("Mcp-Method", "resources/read"),
            ("Mcp-Name", "=?base64?dGVzdDovL8Ok?="),
        ],
        &read,
        expect!["stateless"],
    );
    check(
        &[("Mcp-Method", "resources/read"), ("Mcp-Name", "echo")],
        &read,
        expect![[r#"400 -32020 "Mcp-Name differs from the name in the body; send the same" id 1"#]],
    );
    let list = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{{{META}}}}}"#);
    check(
        &[("Mcp-Method", "tools/list"), ("Mcp-Name", "")],
        &list,
        expect!["stateless"],
    );
}

#[test]
fn declared_parameters_are_mirrored() {
    let judge = |headers: &[Header<'_>], value: Option<&str>| {
        let value = value.map(|text| Raw::new(text).expect("JSON"));
        mirrored(headers, &[("Region", value)], None)
            .map_err(|rejection| String::from_utf8(rejection.body).unwrap())
    };
    assert_eq!(
        judge(&[("mcp-param-region", b"eu")], Some("\"eu\"")),
        Ok(())
    );
    assert_eq!(
        judge(&[("mcp-param-region", b"=?base64?w6Q=?=")], Some("\"ä\"")),
        Ok(())
    );
    assert_eq!(judge(&[("mcp-param-region", b"7")], Some("7.0")), Ok(()));
    assert_eq!(
        judge(&[("mcp-param-region", b"true")], Some("true")),
        Ok(())
    );
    assert_eq!(judge(&[], None), Ok(()));
    assert_eq!(judge(&[], Some("null")), Ok(()));
    for (headers, value) in [
        (&[][..], Some("\"eu\"")),
        (&[("mcp-param-region", b"us" as &[u8])][..], Some("\"eu\"")),
        (&[("mcp-param-region", b"EU" as &[u8])][..], Some("\"eu\"")),
        (&[("mcp-param-region", b"eu" as &[u8])][..], None),
        (
            &[
                ("mcp-param-region", b"eu" as &[u8]),
                ("Mcp-Param-Region", b"eu"),
            ][..],
            Some("\"eu\""),
        ),
    ] {
        assert!(judge(headers, value).unwrap_err().contains("-32020"));
    }
}

#[test]
fn the_older_wire_is_told_by_its_header_or_by_none() {
    let initialize = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}"#;
    check(
        &[("MCP-Protocol-Version", "")],
        initialize,
        expect!["handshake 2025-03-26"],
    );
    check(
        &[("MCP-Protocol-Version", "2025-06-18")],
        initialize,
        expect!["handshake 2025-06-18"],
    );
    check(
        &[("MCP-Protocol-Version", "2025-11-25")],
        r#"{"jsonrpc":"2.0","id":1,"result":{}}"#,
        expect!["handshake 2025-11-25"],
    );
    check(
        &[],
        r#"{"jsonrpc":"2.0","id":1,"result":{}}"#,
        expect![[
            r#"400 -32600 "the stateless wire has no requests of the server's; answer by inputResponses" id null"#
        ]],
    );
    check(
        &[("MCP-Protocol-Version", "")],
        r#"{"jsonrpc":"2.0","id":1,"method":"server/discover"}"#,
        expect![[
            r#"400 -32602 "_meta needs io.modelcontextprotocol/protocolVersion (a string) and io.modelcontextprotocol/clientCapabilities (an object); send both" id 1"#
        ]],
    );
}
