//! Sessions of `serve`: how many there are, how long they are kept, what their streams carry, and that none grows without bound.

mod kit;

use kit::call;
use kit::served::{Answer, Served, read};
use std::io::{BufRead, BufReader, Lines};
use std::net::TcpStream;
use std::time::{Duration, Instant};

const PING: &str = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;

/// Asks until there is an answer; a minute is for ever.
#[expect(clippy::disallowed_methods, reason = "a test that polls needs an end")]
#[track_caller]
fn until<T>(mut ask: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "it never came");
        std::thread::yield_now();
    }
}

/// A stream's lines; a read that takes a minute is a failure.
fn lines(stream: TcpStream) -> Lines<BufReader<TcpStream>> {
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .expect("a socket");
    BufReader::new(stream).lines()
}

fn served(configured: &str) -> Option<Served> {
    Some(Served::configured(kit::hostile()?, configured))
}

fn session(served: &Served) -> String {
    served.open().expect("a session")
}

#[test]
fn a_session_that_is_not_used_ends() {
    let Some(served) = served("session_idle = \"50 ms\"\nsessions = 1") else {
        return;
    };
    let first = session(&served);
    // Asking it would be a use; that there is room for another says that it is gone.
    let second = until(|| served.open().ok());
    assert_ne!(first, second);
    let answer = served.within(&first, PING);
    assert_eq!(answer.status, 404, "{answer:?}");
    assert!(
        answer.body.contains("begin again with initialize"),
        "{answer:?}"
    );
    // Who listens learns of the end by the stream's. It may have come before there was anybody to listen.
    let mut stream = lines(served.verb("GET", &second, ""));
    assert!(stream.next().is_some_and(|line| line.is_ok()));
    assert!(stream.all(|line| line.is_ok()), "it ended and was not cut");
}

#[test]
fn a_call_under_way_is_a_use() {
    let Some(served) = served("session_idle = \"50 ms\"\ntimeout = \"700 ms\"") else {
        return;
    };
    let session = until(|| {
        let session = session(&served);
        let answer = served.within(&session, &call(1, "sleep"));
        // On a slow machine it is gone before it is used.
        (answer.status != 404).then_some(answer)
    });
    assert!(session.body.contains("\"timeout\""), "{session:?}");
}

#[test]
fn there_are_no_more_sessions_than_are_allowed() {
    let Some(served) = served("sessions = 2") else {
        return;
    };
    let (one, two) = (session(&served), session(&served));
    let refused = served.open().expect_err("there are two");
    assert_eq!(refused.status, 503, "{refused:?}");
    assert!(
        refused
            .body
            .contains("as many sessions as it is allowed; end one, or raise its `sessions`"),
        "{refused:?}"
    );
    // The others are as well as before, and a place that is given back is given out.
    assert_eq!(served.text(&two, 1, "ok"), "ok");
    assert_eq!(read(&mut served.verb("DELETE", &one, "")).status, 204);
    let three = until(|| served.open().ok());
    assert_eq!(served.text(&three, 1, "ok"), "ok");
    assert_eq!(served.within(&one, PING).status, 404);
}

#[test]
fn the_stream_of_a_session_carries_what_belongs_to_no_call() {
    let Some(served) = served("") else { return };
    let session = session(&served);
    let tell = r#"{"jsonrpc":"2.0","method":"notifications/tell"}"#;
    let told = |line: &str| line.starts_with("data: ") && line.contains("notifications/told");
    let listen = |headers: &str| {
        let mut stream = lines(served.verb("GET", &session, headers)).map_while(Result::ok);
        let head: Vec<String> = stream
            .by_ref()
            .take_while(|line| !line.is_empty())
            .collect();
        assert!(head[0].contains("200"), "{head:?}");
        assert!(
            head.iter()
                .any(|line| line.eq_ignore_ascii_case("content-type: text/event-stream")),
            "{head:?}"
        );
        stream
    };
    // What is said while nobody listens is not kept.
    assert_eq!(served.within(&session, tell).status, 202);
    assert_eq!(served.text(&session, 1, "ok"), "ok");
    let mut first = listen("");
    for _ in 0..2 {
        assert_eq!(served.within(&session, tell).status, 202);
        assert!(first.by_ref().any(|line| told(&line)));
    }
    // Events have no ids here, so a stream cannot be taken up again: a second one goes on from now, and ends the first.
    let mut second = listen("last-event-id: 1\r\n");
    assert!(!first.any(|line| told(&line)));
    assert_eq!(served.within(&session, tell).status, 202);
    assert!(second.by_ref().any(|line| told(&line)));
    // An answer goes to its call and to nobody else, and the session's end is the stream's.
    assert_eq!(served.text(&session, 7, "ok"), "ok");
    assert_eq!(read(&mut served.verb("DELETE", &session, "")).status, 204);
    assert!(!second.any(|line| line.starts_with("data: ")));
    let status = |session: &str| read(&mut served.verb("GET", session, "")).status;
    assert_eq!(status(&session), 404);
    assert_eq!(status("nobody"), 404);
}

/// An answer's error message.
fn error(answer: &Answer) -> String {
    let body: serde_json::Value =
        serde_json::from_str(&answer.body).unwrap_or_else(|error| panic!("{error}: {answer:?}"));
    body["error"]["message"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn a_call_that_is_taken_back_ends_its_post() {
    let Some(served) = served("timeout = \"5 s\"") else {
        return;
    };
    let cancel = r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#;
    let session = session(&served);
    // It says nothing of its own accord, so without the host its post would be open for good.
    for way in ["until-told", "silent"] {
        let post = kit::served::post(
            "/hostile/mcp",
            &kit::served::within(&session),
            &call(1, way),
        );
        let mut waiting = served.begin(post.as_bytes());
        // Before the call is known there is nothing to take back; then it is taken back more than once.
        let answer = std::thread::scope(|scope| {
            let answer = scope.spawn(|| read(&mut waiting));
            until(|| {
                assert_eq!(served.within(&session, cancel).status, 202);
                answer.is_finished().then_some(())
            });
            answer.join().expect("answered")
        });
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(
            error(&answer),
            "the call was taken back; nobody should wait for it"
        );
        assert_eq!(served.text(&session, 2, "ok"), "ok", "after {way}");
    }
}

#[test]
fn a_guest_that_never_comes_back_ends_its_session() {
    let Some(served) = served("timeout = \"300 ms\"") else {
        return;
    };
    for way in ["answer-and-loop", "answer-and-flood", "answer-and-look"] {
        let session = session(&served);
        // The end of this stream is the session's. To ask whether it is over would be a line that it has to take.
        let stream = lines(served.verb("GET", &session, ""));
        assert_eq!(served.text(&session, 1, way), "answered");
        for line in stream {
            line.unwrap_or_else(|error| panic!("{way}: {error}"));
        }
        assert_eq!(served.within(&session, PING).status, 404);
    }
    for way in ["ask-and-loop", "ask-and-look", "ask-and-flood", "ask-null"] {
        let session = session(&served);
        let answer = served.within(&session, &call(1, way));
        let data = &answer.message()["error"]["data"];
        assert_eq!(data["cause"], "timeout", "{way}: {data}");
        until(|| (served.within(&session, PING).status == 404).then_some(()));
    }
    assert_eq!(served.call(1, "ok")["result"]["content"][0]["text"], "ok");
}

#[test]
fn a_guest_that_never_begins_to_read_ends_its_session() {
    let Some(served) = served("timeout = \"300 ms\"\narguments = [\"loop-first\"]") else {
        return;
    };
    let initialize = r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}"#;
    let answer = served.post("/hostile/mcp", "", initialize);
    assert!(error(&answer).contains("took longer"), "{answer:?}");
}

#[test]
fn a_session_whose_client_does_not_answer_ends() {
    let Some(served) = served("session_idle = \"50 ms\"\nsessions = 1") else {
        return;
    };
    // On a slow machine it is gone before it is used.
    let answer = until(|| {
        let session = served.open().ok()?;
        let answer = served.within(&session, &call(1, "ask"));
        (answer.status == 200).then_some(answer)
    });
    assert!(answer.body.contains("roots/list"), "{answer:?}");
    let message = answer.message();
    let text = message["error"]["message"].as_str().unwrap_or_default();
    assert!(text.contains("the client did not answer"), "{answer:?}");
    until(|| served.open().ok());
}

#[test]
fn a_question_goes_with_the_call_that_is_taken_back() {
    let Some(served) = served("timeout = \"5 s\"") else {
        return;
    };
    let session = session(&served);
    // More often than questions may be open at once, and each by the same id.
    for id in 1..=70 {
        let post = kit::served::post(
            "/hostile/mcp",
            &kit::served::within(&session),
            &call(id, "ask"),
        );
        let mut stream = lines(served.begin(post.as_bytes())).map_while(Result::ok);
        assert!(
            stream.by_ref().any(|line| line.contains("roots/list")),
            "{id}"
        );
        let cancel = format!(
            r#"{{"jsonrpc":"2.0","method":"notifications/cancelled","params":{{"requestId":{id}}}}}"#
        );
        assert_eq!(served.within(&session, &cancel).status, 202);
        assert!(stream.any(|line| line.contains("taken back")), "{id}");
    }
    assert_eq!(served.text(&session, 71, "ok"), "ok");
}

#[test]
fn what_waits_for_a_guest_that_does_not_read_is_bounded() {
    let Some(served) = served("timeout = \"20 s\"") else {
        return;
    };
    let session = session(&served);
    let post = kit::served::post(
        "/hostile/mcp",
        &kit::served::within(&session),
        &call(1, "loop"),
    );
    let _waiting = served.begin(post.as_bytes());
    let note = format!(
        r#"{{"jsonrpc":"2.0","method":"notifications/x","params":{{"a":"{}"}}}}"#,
        "x".repeat(3 << 20)
    );
    // The first ones may overtake the call; a hundred megabytes never get in.
    let refused = (0..40)
        .map(|_| served.within(&session, &note))
        .find(|answer| answer.status != 202)
        .expect("a bound");
    assert_eq!(refused.status, 429, "{refused:?}");
    assert!(
        error(&refused).contains("wait for its answers"),
        "{refused:?}"
    );
    let peak = served.peak();
    assert!(peak < 100 << 20, "it held {peak} bytes");
}
