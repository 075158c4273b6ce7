//! The native program over HTTP, byte by byte: sessions, streams, limits, and starts that fail.

mod process;

use std::io::{BufRead as _, BufReader, Write as _};

use process::{Http, command};

const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{"elicitation":{}},"clientInfo":{"name":"t","version":"1"}}}"#;
const ELICIT: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"test_elicitation","arguments":{"message":"Who?"}}}"#;

fn open(http: &Http) -> String {
    let reply = http.post(None, INITIALIZE);
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.header("content-type"), Some("application/json"));
    reply
        .header("mcp-session-id")
        .expect("initialize opens a session")
        .to_owned()
}

fn end(http: &Http, session: &str) -> u16 {
    let headers = [("Mcp-Session-Id", session)];
    http.ask("DELETE", "/everything/mcp", &headers, b"").status
}

/// Sends a request of a session and reads the answer line by line, as it comes.
fn stream(
    http: &Http,
    verb: &str,
    session: &str,
    accept: &str,
    body: &str,
) -> impl Iterator<Item = String> {
    let headers = [
        ("Content-Type", "application/json"),
        ("Accept", accept),
        ("Mcp-Session-Id", session),
    ];
    BufReader::new(http.send(verb, "/everything/mcp", &headers, body.as_bytes()))
        .lines()
        .map_while(Result::ok)
}

#[test]
fn sessions_open_serve_and_end() {
    let http = Http::start();
    let session = open(&http);
    assert_ne!(session, open(&http), "each session has a name of its own");
    let reply = http.post(
        Some(&session),
        r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
    );
    assert_eq!((reply.status, reply.body.as_str()), (202, ""));
    let reply = http.post(
        Some(&session),
        r#"{"jsonrpc":"2.0","id":"p","method":"ping"}"#,
    );
    assert_eq!(
        (reply.status, reply.body.as_str()),
        (200, r#"{"jsonrpc":"2.0","id":"p","result":{}}"#)
    );
    let ping = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    assert_eq!(http.post(None, ping).status, 400);
    assert_eq!(http.post(Some("nobody"), ping).status, 404);
    assert_eq!(http.ask("DELETE", "/everything/mcp", &[], b"").status, 400);
    assert_eq!(end(&http, &session), 200);
    assert_eq!(end(&http, &session), 404);
    assert_eq!(http.post(Some(&session), ping).status, 404);
}

#[test]
fn a_question_comes_in_the_stream_and_its_answer_by_another_post() {
    let http = Http::start();
    let session = open(&http);
    let mut stream = stream(
        &http,
        "POST",
        &session,
        "application/json, text/event-stream",
        ELICIT,
    );
    let head: Vec<String> = stream
        .by_ref()
        .take_while(|line| !line.is_empty())
        .collect();
    assert!(
        head[0].contains("200")
            && head
                .iter()
                .any(|line| line.eq_ignore_ascii_case("content-type: text/event-stream")),
        "{head:?}"
    );
    let question = stream
        .by_ref()
        .find(|line| line.starts_with("data: "))
        .expect("a question");
    assert!(
        question.contains(r#""method":"elicitation/create""#),
        "{question}"
    );
    let reply = http.post(
        Some(&session),
        r#"{"jsonrpc":"2.0","id":1,"result":{"action":"accept","content":{"username":"ada"}}}"#,
    );
    assert_eq!(reply.status, 202);
    let answer = stream
        .by_ref()
        .find(|line| line.starts_with("data: "))
        .expect("an answer");
    assert!(answer.contains("ada"), "{answer}");
    assert!(
        !stream.any(|line| line.starts_with("data: ")),
        "the answer ends the stream"
    );
}

#[test]
fn a_session_that_is_deleted_ends_the_call_that_waits() {
    let http = Http::start();
    let session = open(&http);
    let mut stream = stream(&http, "POST", &session, "*/*", ELICIT);
    assert!(
        stream.by_ref().any(|line| line.starts_with("data: ")),
        "the question"
    );
    assert_eq!(end(&http, &session), 200);
    assert!(
        stream.any(|line| line.contains("cancelled") || line.contains("ended")),
        "an end"
    );
}

#[test]
fn a_get_stream_opens_at_once() {
    let http = Http::start();
    let session = open(&http);
    let mut stream = stream(&http, "GET", &session, "text/event-stream", "");
    assert!(stream.next().is_some_and(|line| line.contains("200")));
    assert!(
        stream.any(|line| line.starts_with(':')),
        "a line that means nothing shows that it is open"
    );
    assert_eq!(
        http.ask(
            "GET",
            "/everything/mcp",
            &[("Accept", "text/event-stream")],
            b""
        )
        .status,
        400
    );
    assert_eq!(
        http.ask(
            "GET",
            "/everything/mcp",
            &[("Mcp-Session-Id", &session), ("Accept", "text/html")],
            b""
        )
        .status,
        406
    );
}

#[test]
fn a_call_whose_client_leaves_ends_though_it_had_said_nothing() {
    let http = Http::start();
    let headers = |tool| {
        [
            ("Content-Type", "application/json"),
            ("Accept", "application/json, text/event-stream"),
            ("MCP-Protocol-Version", "2026-07-28"),
            ("Mcp-Method", "tools/call"),
            ("Mcp-Name", tool),
        ]
    };
    let body = |tool| {
        format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{tool}","_meta":{{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{{}}}}}}}}"#
        )
    };
    // As many as there are threads for calls: were they kept, the call after them would never be made.
    let (counts, text) = ("count_until_cancelled", "test_simple_text");
    let leave: Vec<_> = (0..64)
        .map(|_| {
            http.send(
                "POST",
                "/everything/mcp",
                &headers(counts),
                body(counts).as_bytes(),
            )
        })
        .collect();
    let all_run = (0..1_000_000).any(|_| {
        std::thread::yield_now();
        http.threads().is_none_or(|threads| threads > 64)
    });
    assert!(all_run, "each call has its thread");
    drop(leave);
    let reply = http.ask(
        "POST",
        "/everything/mcp",
        &headers(text),
        body(text).as_bytes(),
    );
    assert_eq!(reply.status, 200, "{reply:?}");
}

#[test]
fn strangers_are_refused() {
    let http = Http::start();
    let typed = ("Content-Type", "application/json");
    let ask = |headers: &[(&str, &str)], body: &[u8]| {
        http.ask("POST", "/everything/mcp", headers, body).status
    };
    assert_eq!(ask(&[typed, ("Host", "evil.example")], b"{}"), 421);
    assert_eq!(ask(&[typed, ("Origin", "http://evil.example")], b"{}"), 403);
    assert_eq!(ask(&[("Content-Type", "text/plain")], b"{}"), 415);
    assert_eq!(ask(&[typed, ("Accept", "image/png")], b"{}"), 406);
    assert_eq!(ask(&[typed], b"nonsense"), 400);
    assert_eq!(ask(&[typed], b"[]"), 400);
    assert_eq!(ask(&[typed], b"\xff"), 400);
    assert_eq!(
        http.ask("PUT", "/everything/mcp", &[typed], b"{}").status,
        405
    );
    assert_eq!(http.ask("POST", "/", &[typed], b"{}").status, 404);
    assert_eq!(http.ask("POST", "/other/mcp", &[typed], b"{}").status, 404);
    assert_eq!(open(&http).len(), 32, "and the server is as well as before");
}

#[test]
fn a_hundred_megabytes_are_refused_announced_or_not() {
    let http = Http::start();
    let typed = ("Content-Type", "application/json");
    assert_eq!(
        http.ask("POST", "/everything/mcp", &[typed], &vec![b' '; 100 << 20])
            .status,
        413
    );
    // Chunked, so that no length is announced.
    let mut stream = http.send(
        "POST",
        "/everything/mcp",
        &[typed, ("Transfer-Encoding", "chunked")],
        b"",
    );
    let chunk = [b"100000\r\n".as_slice(), &vec![b' '; 1 << 20], b"\r\n"].concat();
    for _ in 0..100 {
        if stream.write_all(&chunk).is_err() {
            break;
        }
    }
    assert_eq!(open(&http).len(), 32, "and the server is as well as before");
}

#[test]
fn a_start_that_fails_says_why_and_exits_with_two() {
    let http = Http::start();
    for (arguments, message) in [
        (
            vec!["--http"],
            "--http names no address; write --http 127.0.0.1:3000",
        ),
        (
            vec!["--http", "nowhere"],
            "--http nowhere: not an address; write it as 127.0.0.1:3000",
        ),
        (vec!["--http", http.address.as_str()], "choose another port"),
    ] {
        let output = command()
            .args(&arguments)
            .output()
            .expect("the program starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(message), "{said}");
    }
}
