//! Sessions as state machines: who waits for what, and what a hostile instance or client cannot do.

use mcp_wire::{
    bridge::{Delivery, IN_FLIGHT, Posted, Route, Session, route},
    http::{Header, Rules},
    json::Raw,
    message::{self, Id, Message},
};

fn post(session: &mut Session, text: &str, ticket: u64) -> Posted {
    session.post(
        &message::parse(text.as_bytes()).expect("a message"),
        text.as_bytes(),
        ticket,
    )
}

fn request(id: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"_meta":{{"progressToken":"p{id}"}}}}}}"#
    )
}

#[test]
fn an_answer_reaches_the_post_that_waits() {
    let mut session = Session::new();
    let text = "{\"jsonrpc\":\"2.0\",\n\"id\":1,\"method\":\"ping\"}";
    assert_eq!(
        post(&mut session, text, 7),
        Posted::Wait(b"{\"jsonrpc\":\"2.0\", \"id\":1,\"method\":\"ping\"}\n".to_vec())
    );
    assert_eq!(
        session.line(br#"{"jsonrpc":"2.0","id":1,"result":{}}"#),
        Delivery::Answer(7)
    );
    assert_eq!(session.under_way(), 0);
    assert_eq!(
        session.line(br#"{"jsonrpc":"2.0","id":1,"result":{}}"#),
        Delivery::Dropped,
        "answered once"
    );
}

#[test]
fn wrong_ids_and_garbage_of_an_instance_are_dropped_and_counted() {
    let mut session = Session::new();
    post(&mut session, &request("1"), 1);
    for line in [
        &br#"{"jsonrpc":"2.0","id":2,"result":{}}"#[..],
        br#"{"jsonrpc":"2.0","id":"1","result":{}}"#,
        b"hello",
        b"[]",
        b"",
        b"\xff",
        br#"{"jsonrpc":"2.0","id":null,"result":{}}"#,
    ] {
        assert_eq!(session.line(line), Delivery::Dropped, "{line:?}");
    }
    assert_eq!(session.dropped(), 7);
    assert_eq!(
        session.line(br#"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":""}}"#),
        Delivery::Answer(1)
    );
}

#[test]
fn events_go_to_the_call_they_name_else_to_the_oldest_else_to_nobody() {
    let mut session = Session::new();
    let log = br#"{"jsonrpc":"2.0","method":"notifications/message","params":{}}"#;
    assert_eq!(session.line(log), Delivery::Unrelated);
    post(&mut session, &request("1"), 1);
    post(&mut session, &request("2"), 2);
    assert_eq!(session.line(log), Delivery::Event(1));
    assert_eq!(session.line(br#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"p2","progress":1}}"#), Delivery::Event(2));
    assert!(session.forget(1).is_empty());
    assert_eq!(session.line(log), Delivery::Event(2));
    assert_eq!(
        session.line(br#"{"jsonrpc":"2.0","id":1,"result":{}}"#),
        Delivery::Dropped,
        "its client went away"
    );
}

#[test]
fn only_what_was_asked_can_be_answered_by_the_client() {
    let mut session = Session::new();
    post(&mut session, &request("1"), 1);
    let answer = r#"{"jsonrpc":"2.0","id":9,"result":{}}"#;
    assert_eq!(post(&mut session, answer, 2), Posted::Ignored);
    assert_eq!(
        session.line(br#"{"jsonrpc":"2.0","id":9,"method":"roots/list"}"#),
        Delivery::Event(1)
    );
    assert!(matches!(post(&mut session, answer, 3), Posted::Accepted(_)));
    assert_eq!(
        post(&mut session, answer, 4),
        Posted::Ignored,
        "answered once"
    );
    assert!(matches!(
        post(
            &mut session,
            r#"{"jsonrpc":"2.0","method":"notifications/cancelled"}"#,
            5
        ),
        Posted::Accepted(_)
    ));
}

#[test]
fn a_session_is_bounded() {
    let mut session = Session::new();
    for id in 0..IN_FLIGHT {
        assert!(matches!(
            post(&mut session, &request(&id.to_string()), id as u64),
            Posted::Wait(_)
        ));
    }
    assert!(
        matches!(post(&mut session, &request("0"), 99), Posted::Reject(rejection) if rejection.status == 400),
        "an id twice"
    );
    assert!(
        matches!(post(&mut session, &request("999"), 99), Posted::Reject(rejection) if rejection.status == 429)
    );
    for id in 0..1000 {
        session
            .line(format!(r#"{{"jsonrpc":"2.0","id":"q{id}","method":"roots/list"}}"#).as_bytes());
    }
    assert_eq!(
        session.dropped(),
        1000 - 64,
        "questions beyond the bound are dropped"
    );
}

#[test]
fn a_request_that_is_taken_back_ends_its_post_and_nothing_else() {
    let mut session = Session::new();
    post(&mut session, &request("1"), 1);
    post(&mut session, &request("2"), 2);
    let mut take_back =
        |text: &str| session.take_back(&message::parse(text.as_bytes()).expect("a message"));
    let cancel = |params: &str| {
        format!(r#"{{"jsonrpc":"2.0","method":"notifications/cancelled","params":{params}}}"#)
    };
    for nobody in [
        "{}",
        r#"{"requestId":3}"#,
        r#"{"requestId":"2"}"#,
        r#"{"requestId":{}}"#,
    ] {
        assert_eq!(take_back(&cancel(nobody)), None, "{nobody}");
    }
    let other = cancel(r#"{"requestId":2}"#).replace("cancelled", "other");
    assert_eq!(take_back(&other), None);
    let (ticket, answer) = take_back(&cancel(r#"{"requestId":2}"#)).expect("it waits");
    let answer = String::from_utf8(answer).expect("text");
    assert_eq!(ticket, 2);
    assert!(
        answer.starts_with(r#"{"jsonrpc":"2.0","id":2,"error":{"code":-32603,"#),
        "{answer}"
    );
    assert_eq!(take_back(&cancel(r#"{"requestId":2}"#)), None);
    assert_eq!(
        session.line(br#"{"jsonrpc":"2.0","id":2,"result":{}}"#),
        Delivery::Dropped
    );
    assert_eq!(
        session.line(br#"{"jsonrpc":"2.0","id":1,"result":{}}"#),
        Delivery::Answer(1)
    );
}

#[test]
fn what_was_asked_for_a_call_goes_with_the_call() {
    let mut session = Session::new();
    let question =
        |id: u64| format!(r#"{{"jsonrpc":"2.0","id":"q{id}","method":"roots/list"}}"#).into_bytes();
    // More of them than may be open at once.
    for call in 0..200 {
        post(&mut session, &request(&call.to_string()), call);
        assert_eq!(session.line(&question(call)), Delivery::Event(call));
        if call % 2 == 0 {
            let told = session.forget(call).concat();
            let named = format!(r#""id":"q{call}","error":"#);
            assert!(String::from_utf8_lossy(&told).contains(&named), "{told:?}");
        } else {
            let cancel = format!(
                r#"{{"jsonrpc":"2.0","method":"notifications/cancelled","params":{{"requestId":{call}}}}}"#
            );
            let cancel = message::parse(cancel.as_bytes()).expect("a message");
            assert!(session.take_back(&cancel).is_some());
        }
        let late = format!(r#"{{"jsonrpc":"2.0","id":"q{call}","result":{{}}}}"#);
        assert_eq!(post(&mut session, &late, 999), Posted::Ignored);
    }
    // One that was asked on another call's stream stays.
    post(&mut session, &request("1"), 1);
    assert_eq!(session.line(&question(1)), Delivery::Event(1));
    post(&mut session, &request("2"), 2);
    assert!(session.forget(2).is_empty());
    let answer = r#"{"jsonrpc":"2.0","id":"q1","result":{}}"#;
    assert!(matches!(post(&mut session, answer, 3), Posted::Accepted(_)));
    let long = format!(
        r#"{{"jsonrpc":"2.0","id":"{}","method":"roots/list"}}"#,
        "x".repeat(300)
    );
    assert_eq!(session.line(long.as_bytes()), Delivery::Dropped);
}

#[test]
fn an_instance_is_told_of_a_question_that_nobody_can_be_asked() {
    let mut session = Session::new();
    let question = br#"{"jsonrpc":"2.0","id":"q","method":"roots/list"}"#;
    assert_eq!(session.line(question), Delivery::Unrelated);
    let told = session.undelivered(question).expect("it waits");
    assert!(matches!(
        message::parse(told.trim_ascii()),
        Ok(Message::Response { id, .. }) if id.get() == r#""q""#
    ));
    assert_eq!(session.undelivered(question), None, "once");
    let log = br#"{"jsonrpc":"2.0","method":"notifications/message","params":{}}"#;
    assert_eq!(session.undelivered(log), None);
}

#[test]
fn who_waits_for_what_is_no_message_is_answered() {
    let mut session = Session::new();
    post(&mut session, &request("1"), 5);
    let id = Id::from_raw(Raw::new("1").expect("JSON")).expect("an id");
    let (ticket, answer) = session.spoilt(&id).expect("it waits");
    assert_eq!(ticket, 5);
    assert!(String::from_utf8_lossy(&answer).contains("-32603"));
    assert_eq!(session.spoilt(&id), None);
}

#[test]
fn the_end_of_an_instance_answers_whoever_waits() {
    let mut session = Session::new();
    post(&mut session, &request("1"), 5);
    let ended = session.end("gone");
    assert_eq!(
        ended,
        [(
            5,
            br#"{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"gone"}}"#.to_vec()
        )]
    );
    assert!(session.end("gone").is_empty());
}

#[test]
fn messages_find_their_session() {
    let rules = Rules {
        sessions: true,
        ..Rules::default()
    };
    let base: Vec<Header<'_>> = vec![
        ("host", b"localhost"),
        ("content-type", b"application/json"),
    ];
    let named: Vec<Header<'_>> = base
        .iter()
        .copied()
        .chain([("mcp-session-id", b"s1" as &[u8])])
        .collect();
    let initialize = message::parse(br#"{"jsonrpc":"2.0","id":1,"method":"initialize"}"#).unwrap();
    let ping = message::parse(br#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#).unwrap();
    let (bare, with) = (
        rules.head("POST", &base).unwrap(),
        rules.head("POST", &named).unwrap(),
    );
    assert_eq!(route(&bare, &initialize), Route::Open);
    assert_eq!(route(&with, &ping), Route::Session("s1"));
    assert!(
        matches!(route(&with, &initialize), Route::Reject(rejection) if rejection.status == 400)
    );
    assert!(matches!(route(&bare, &ping), Route::Reject(rejection) if rejection.status == 400));
    assert_eq!(Route::unknown(None).status, 404);
}
