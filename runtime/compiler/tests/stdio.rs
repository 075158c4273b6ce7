//! `run` between a client and a guest that misbehaves: each request gets an answer, and nothing else gets through.

mod kit;

use kit::{Client, assert_failed, call};

#[test]
fn a_session_is_answered_and_ends_with_its_input() {
    let Some(mut client) = Client::start(&[], &[]) else {
        return;
    };
    client.initialize();
    assert_eq!(client.text(1, "ok"), "ok");
    let ended = client.end();
    assert_eq!(
        (ended.code, ended.rest.as_str(), ended.stderr.as_str()),
        (Some(0), "", "")
    );
}

#[test]
fn every_way_to_fail_becomes_an_error_with_the_id_and_the_session_goes_on() {
    let Some(mut client) = Client::start(&["--timeout", "300 ms", "--memory", "32 MiB"], &[])
    else {
        return;
    };
    client.initialize();
    let ways = [
        ("loop", "timeout"),
        ("sleep", "timeout"),
        ("silent", "timeout"),
        ("grow", "out-of-memory"),
        ("trap", "trap"),
        ("recurse", "trap"),
        ("exit", "exited"),
        ("exit-7", "exited"),
    ];
    for (id, (way, cause)) in (1..).step_by(2).zip(ways) {
        assert_failed(&client.call(id, way), id, cause);
        assert_eq!(client.text(id + 1, "ok"), "ok", "after {way}");
    }
    let ended = client.end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("(out-of-memory); ask for less"),
        "{}",
        ended.stderr
    );
}

#[test]
fn a_guest_that_reads_nothing_is_not_started_for_ever() {
    let Some(mut client) = Client::start(&[], &["--end-at-once"]) else {
        return;
    };
    for id in 1..=8 {
        assert_failed(&client.call(id, "ok"), id, "exited");
    }
    assert_eq!(client.end().code, Some(3), "it is given up");
}

#[test]
fn a_line_without_end_ends_its_guest() {
    let Some(mut client) = Client::start(&[], &[]) else {
        return;
    };
    client.initialize();
    assert_failed(&client.call(1, "endless-line"), 1, "long-line");
    assert_eq!(client.text(2, "ok"), "ok");
    assert_eq!(client.end().code, Some(0));
}

#[test]
fn requests_that_the_guest_never_reached_are_done_by_the_next_instance() {
    let Some(mut client) = Client::start(&[], &[]) else {
        return;
    };
    client.initialize();
    client.send(
        [
            call(1, "trap"),
            call(2, "ok"),
            call(3, "trap"),
            call(4, "ok"),
        ]
        .join("\n"),
    );
    let mut answers: Vec<_> = (0..4).map(|_| client.line()).collect();
    answers.sort_by_key(|answer| answer["id"].as_u64());
    assert_failed(&answers[0], 1, "trap");
    assert_failed(&answers[2], 3, "trap");
    for (at, id) in [(1, 2), (3, 4)] {
        assert_eq!(answers[at]["id"], id);
        assert_eq!(answers[at]["result"]["content"][0]["text"], "ok");
    }
    assert_eq!(client.end().code, Some(0));
}

#[test]
fn garbage_and_answers_that_nobody_asked_for_do_not_reach_the_client() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let report = folder.path().join("report.jsonl");
    let Some(mut client) = Client::start(&["--report", report.to_str().expect("UTF-8")], &[])
    else {
        return;
    };
    client.initialize();
    assert_eq!(client.text(1, "garbage"), "after garbage");
    assert_eq!(client.text(2, "wrong-id"), "after a wrong id");
    let ended = client.end();
    assert_eq!((ended.code, ended.rest.as_str()), (Some(0), ""));
    assert!(
        ended.stderr.contains("this is no protocol"),
        "{}",
        ended.stderr
    );
    assert!(ended.stderr.contains("987654"), "{}", ended.stderr);
    let report = std::fs::read_to_string(report).expect("written");
    let lines: Vec<serde_json::Value> = report
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(lines[0]["event"], "load");
    assert!(
        lines[0]["instantiate_ns"].as_u64().is_some_and(|ns| ns > 0),
        "{report}"
    );
    assert_eq!(lines[1]["dropped_lines"], 3, "{report}");
    assert_eq!(lines[1]["dropped_answers"], 1, "{report}");
}

#[test]
fn a_guest_that_only_fails_is_given_up() {
    let Some(mut client) = Client::start(&[], &[]) else {
        return;
    };
    for id in 1..=8 {
        assert_failed(&client.call(id, "trap"), id, "trap");
    }
    let ended = client.end();
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("failed too often"),
        "{}",
        ended.stderr
    );
}

#[test]
fn a_guest_that_computes_sees_a_new_line_by_polling() {
    let Some(mut client) = Client::start(&[], &[]) else {
        return;
    };
    client.initialize();
    client.send(call(1, "until-told"));
    client.send(r#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#);
    assert_eq!(client.line()["result"]["content"][0]["text"], "told");
    assert_eq!(client.line()["id"], 2);
    // What is no message is answered without the guest, which must not take it for one and wait for it.
    client.send(call(3, "until-told"));
    client.send("{broken");
    assert_eq!(client.line()["error"]["code"], -32700);
    client.send(r#"{"jsonrpc":"2.0","id":4,"method":"ping"}"#);
    assert_eq!(client.line()["id"], 3);
    assert_eq!(client.line()["id"], 4);
    assert_eq!(client.end().code, Some(0));
}

#[test]
fn a_call_that_is_taken_back_is_not_answered() {
    let Some(mut client) = Client::start(&["--timeout", "500 ms"], &[]) else {
        return;
    };
    client.initialize();
    let cancel = r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#;
    // This guest answers all the same; the host holds it back.
    client.send(call(1, "until-told"));
    client.send(cancel);
    assert_eq!(client.text(2, "ok"), "ok");
    // One that has gone on and says nothing is in nobody's debt.
    client.send(call(1, "silent"));
    client.send(cancel);
    assert_eq!(client.text(3, "ok"), "ok");
    // One that does not heed it is ended by its deadline, and whoever asks next is answered by a fresh instance.
    client.send(call(1, "loop"));
    client.send(cancel);
    assert_failed(&client.line(), 1, "timeout");
    assert_eq!(client.text(4, "ok"), "ok");
    let ended = client.end();
    assert_eq!((ended.code, ended.rest.as_str()), (Some(0), ""));
}

#[test]
fn a_guest_that_answers_and_never_comes_back_is_ended() {
    let Some(mut client) = Client::start(&["--timeout", "300 ms"], &["linger"]) else {
        return;
    };
    client.initialize();
    for (id, way) in [(1, "answer-and-loop"), (3, "answer-and-flood")] {
        assert_eq!(client.text(id, way), "answered");
        client.send(call(id + 1, "ok"));
        let answer = std::iter::repeat_with(|| client.line())
            .find(|line| line["id"] == id + 1)
            .expect("endless");
        assert_eq!(answer["result"]["content"][0]["text"], "ok", "after {way}");
    }
    // Nor does it outlive its client.
    let ended = client.end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(
        ended.stderr.matches("(timeout)").count(),
        3,
        "{}",
        ended.stderr
    );
}

#[test]
fn to_ask_is_no_excuse_for_a_guest_that_does_not_wait() {
    let Some(mut client) = Client::start(&["--timeout", "300 ms"], &[]) else {
        return;
    };
    client.initialize();
    let ways = ["ask-and-loop", "ask-and-look", "ask-and-flood", "ask-null"];
    for (id, way) in (1..).step_by(2).zip(ways) {
        client.send(call(id, way));
        assert_eq!(client.line()["method"], "roots/list", "{way}");
        let answer = std::iter::repeat_with(|| client.line())
            .find(|line| line["id"] == id)
            .expect("endless");
        assert_failed(&answer, id, "timeout");
        assert_eq!(client.text(id + 1, "ok"), "ok", "after {way}");
    }
    // One that waits for the client has time, until it is told that the client wants no answer.
    client.send(call(100, "ask"));
    assert_eq!(client.line()["id"], "q");
    client
        .send(r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":100}}"#);
    assert_failed(&client.call(101, "silent"), 101, "timeout");
    assert_eq!(client.end().code, Some(0));
}

#[test]
fn a_guest_that_never_begins_to_read_is_ended() {
    let Some(client) = Client::start(&["--timeout", "300 ms"], &["loop-first"]) else {
        return;
    };
    let ended = client.end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stderr.contains("(timeout)"), "{}", ended.stderr);
}

#[test]
fn a_line_that_was_only_looked_at_is_left_to_the_next_instance() {
    let Some(mut client) = Client::start(&[], &[]) else {
        return;
    };
    client.initialize();
    client.send(call(1, "look-and-trap"));
    client.send(call(2, "ok"));
    assert_failed(&client.line(), 1, "trap");
    let answer = client.line();
    assert_eq!(answer["id"], 2, "{answer}");
    assert_eq!(answer["result"]["content"][0]["text"], "ok", "{answer}");
    assert_eq!(client.end().code, Some(0));
}

#[test]
fn what_was_not_granted_is_denied() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("note.txt");
    std::fs::write(&file, "secret").expect("written");
    let read = format!("read\",\"path\":\"{}", file.display());
    let Some(mut client) = Client::start(&[], &["one", "two"]) else {
        return;
    };
    client.initialize();
    assert!(client.text(1, &read).starts_with("Err("));
    assert_eq!(client.text(2, "env"), "");
    assert_eq!(client.text(3, "args"), "hostile one two");
    assert!(
        client
            .text(4, "connect\",\"to\":\"127.0.0.1:9")
            .starts_with("Err(")
    );
    assert!(
        client
            .text(5, "fetch\",\"to\":\"127.0.0.1:9")
            .contains("HttpRequestDenied")
    );
    assert_eq!(client.end().code, Some(0));
}

#[test]
fn a_grant_gives_exactly_what_it_names() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let outside = folder.path().canonicalize().expect("there");
    let inside = outside.join("granted");
    std::fs::create_dir(&inside).expect("made");
    std::fs::write(outside.join("secret.txt"), "secret").expect("written");
    std::fs::write(inside.join("note.txt"), "note").expect("written");
    std::os::unix::fs::symlink(outside.join("secret.txt"), inside.join("link.txt"))
        .expect("linked");
    let at = |tool: &str, path: &str| format!("{tool}\",\"path\":\"{}/{path}", inside.display());
    for (access, write) in [("ro", "Err("), ("rw", "Ok(")] {
        let grant = format!("{}:{access}", inside.display());
        let Some(mut client) = Client::start(&["--dir", &grant, "--env", "MARKER=seen"], &[])
        else {
            return;
        };
        client.initialize();
        assert_eq!(client.text(1, &at("read", "note.txt")), "Ok('note')");
        assert!(
            client
                .text(2, &at("read", "../secret.txt"))
                .starts_with("Err(")
        );
        assert!(client.text(3, &at("read", "link.txt")).starts_with("Err("));
        assert!(
            client.text(4, &at("write", "new.txt")).starts_with(write),
            "{access}"
        );
        assert_eq!(client.text(5, "env"), "MARKER=seen");
        assert_eq!(client.end().code, Some(0));
    }
}

#[test]
fn private_addresses_need_a_grant_of_their_own() {
    // A listener that is never asked is proof enough: the first is denied before any connection, the second connects.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let to = listener.local_addr().expect("bound").to_string();
    let tool = format!("fetch\",\"to\":\"{to}");
    let Some(mut client) = Client::start(&["--outbound", &to], &[]) else {
        return;
    };
    assert!(client.text(1, &tool).contains("DestinationIpProhibited"));
    assert_eq!(client.end().code, Some(0));
    let server = std::thread::spawn(move || {
        use std::io::{Read, Write};
        let (mut stream, _) = listener.accept().expect("the guest connects");
        let mut head = [0; 4096];
        let length = stream.read(&mut head).expect("a request");
        stream
            .write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
            .expect("answered");
        String::from_utf8_lossy(&head[..length]).into_owned()
    });
    let Some(mut client) = Client::start(&["--outbound", &to, "--private-addresses"], &[]) else {
        return;
    };
    assert_eq!(client.text(1, &tool), "status 204");
    assert!(server.join().expect("served").starts_with("GET / HTTP/1.1"));
    assert_eq!(client.end().code, Some(0));
}

#[test]
fn a_session_asks_as_often_as_it_likes() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let to = listener.local_addr().expect("bound").to_string();
    let Some(mut client) = Client::start(&["--outbound", &to, "--private-addresses"], &[]) else {
        return;
    };
    std::thread::spawn(move || {
        use std::io::{Read, Write};
        for stream in listener.incoming() {
            let mut stream = stream.expect("the guest connects");
            let _ = stream.read(&mut [0; 4096]).expect("a request");
            stream
                .write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
                .expect("answered");
        }
    });
    let tool = format!("fetch\",\"to\":\"{to}");
    // More than twice as many as there may be of everything that a request is made of.
    for id in 1..=600 {
        assert_eq!(client.text(id, &tool), "status 204", "request {id}");
    }
    assert_eq!(client.end().code, Some(0));
}

#[test]
fn a_star_is_every_host_but_no_other_port() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let to = listener.local_addr().expect("bound");
    let tool = |to: &str| format!("fetch\",\"to\":\"{to}");
    let every = format!("*:{}", to.port());
    let Some(mut client) = Client::start(&["--outbound", &every], &[]) else {
        return;
    };
    assert!(
        client
            .text(1, &tool(&to.to_string()))
            .contains("DestinationIpProhibited"),
        "granted, and still a private address"
    );
    assert!(
        client
            .text(2, &tool("127.0.0.1:9"))
            .contains("HttpRequestDenied")
    );
    assert!(
        client
            .text(3, &tool(&format!("169.254.169.254:{}", to.port())))
            .contains("DestinationIpProhibited")
    );
    assert_eq!(client.end().code, Some(0));
}
