//! A client that sends what no client should, to `run` and to `serve`: each message has its error, the next request its
//! answer, and memory its bound.

#[path = "../../../guest-sdk/wire/tests/faults/mod.rs"]
mod faults;
mod kit;

use faults::faults;
use kit::Client;
use kit::served::{Served, modern, read};
use std::io::Write;

const HUGE: usize = 100 << 20;
const NEXT: &str = r#"{"jsonrpc":"2.0","id":"next","method":"ping"}"#;

/// Asserts that the next line is this error, and that a request after it is answered.
fn refuses(client: &mut Client, code: i64, id: &str, name: &str) {
    let answer = client.line();
    assert_eq!(answer["error"]["code"], code, "{name}: {answer}");
    assert_eq!(answer["id"].to_string(), id, "{name}: {answer}");
    client.send(NEXT);
    let answer = client.line();
    assert_eq!(
        answer,
        serde_json::json!({"jsonrpc": "2.0", "id": "next", "result": {}}),
        "{name}"
    );
}

#[test]
fn over_stdio_every_fault_is_answered_and_so_is_the_next_request() {
    let Some(plain) = kit::plain() else { return };
    let mut client = Client::run(plain, &["--timeout", "10 s"], &[]);
    for fault in faults() {
        client.send(&fault.text);
        refuses(&mut client, fault.code, fault.id, fault.name);
    }
    let ended = client.end();
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
}

#[test]
fn over_stdio_a_guest_that_reads_nothing_of_it_is_spared_what_is_no_message() {
    let Some(mut client) = Client::start(&["--timeout", "10 s"], &[]) else {
        return;
    };
    // The guest is one that answers whatever looks like a request; a long line's end the host does not read.
    for fault in faults().iter().filter(|fault| fault.text.len() < 4096) {
        client.send(&fault.text);
        refuses(&mut client, fault.code, fault.id, fault.name);
    }
    assert_eq!(client.end().code, Some(0));
}

#[test]
fn over_stdio_a_hundred_megabytes_in_a_line_are_refused_without_being_held() {
    let Some(plain) = kit::plain() else { return };
    let mut client = Client::run(plain, &[], &[]);
    let huge = vec![b'x'; HUGE];
    for _ in 0..2 {
        client.send(&huge);
        refuses(&mut client, -32600, "null", "100 MB");
    }
    let peak = client.peak();
    assert!(peak < HUGE as u64, "it held {peak} bytes");
    assert_eq!(client.end().code, Some(0));
}

#[test]
fn over_http_every_fault_has_its_status_and_code() {
    let Some(served) = Served::start(&[]) else {
        return;
    };
    let session = served.open().expect("a session");
    for fault in faults() {
        for headers in [modern("ok"), kit::served::within(&session)] {
            let mut request = kit::served::post("/hostile/mcp", &headers, "")
                .replace(
                    "content-length: 0",
                    &format!("content-length: {}", fault.text.len()),
                )
                .into_bytes();
            request.extend_from_slice(&fault.text);
            let answer = read(&mut served.begin(&request));
            assert_eq!(answer.status, 400, "{}: {answer:?}", fault.name);
            let body: serde_json::Value = serde_json::from_str(&answer.body)
                .unwrap_or_else(|error| panic!("{}: {error}: {answer:?}", fault.name));
            assert_eq!(body["error"]["code"], fault.code, "{}: {body}", fault.name);
            assert_eq!(body["id"].to_string(), fault.id, "{}: {body}", fault.name);
        }
    }
    assert_eq!(served.call(1, "ok")["result"]["content"][0]["text"], "ok");
    assert_eq!(served.text(&session, 2, "ok"), "ok");
}

#[test]
fn over_http_a_hundred_megabytes_are_refused_announced_or_not() {
    let Some(served) = Served::start(&[]) else {
        return;
    };
    let request = kit::served::post("/hostile/mcp", &modern("ok"), "");
    let announced = request.replace("content-length: 0", &format!("content-length: {HUGE}"));
    assert_eq!(served.send(&announced).status, 413);
    // In chunks: as much as is too much, then the answer, and what is sent after that goes nowhere.
    let chunked = request.replace("content-length: 0", "transfer-encoding: chunked");
    let mut stream = served.begin(chunked.as_bytes());
    let chunk = [b"100000\r\n".as_slice(), &vec![b' '; 1 << 20], b"\r\n"].concat();
    for _ in 0..5 {
        stream.write_all(&chunk).expect("it reads");
    }
    assert_eq!(read(&mut stream).status, 413);
    // A client that does not wait for the answer.
    let mut stream = served.begin(chunked.as_bytes());
    for _ in 0..HUGE >> 20 {
        if stream.write_all(&chunk).is_err() {
            break;
        }
    }
    let peak = served.peak();
    assert!(peak < HUGE as u64, "it held {peak} bytes");
    assert_eq!(served.call(1, "ok")["result"]["content"][0]["text"], "ok");
}
