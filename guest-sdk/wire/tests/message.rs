//! Messages: what is a request, and with which code everything else is refused.

mod faults;

use expect_test::{Expect, expect};
use mcp_wire::{
    code::Code,
    message::{self, Message},
    revision::{Revision, Wire},
};
use proptest::prelude::*;

fn check(bytes: impl AsRef<[u8]>, expected: impl std::borrow::Borrow<Expect>) {
    let shown = match message::parse(bytes.as_ref()) {
        Ok(Message::Request { id, method, params }) => {
            let names: Vec<&str> = params
                .arguments()
                .iter()
                .map(|member| member.key.as_ref())
                .collect();
            format!(
                "request {} {method} {:?} {names:?}",
                id.get(),
                params.raw.map(|raw| raw.get())
            )
        }
        Ok(Message::Notification { method, .. }) => format!("notification {method}"),
        Ok(Message::Response { id, outcome }) => {
            format!("response {} {}", id.get(), outcome.is_ok())
        }
        Err(fault) => String::from_utf8(fault.answer()).unwrap(),
    };
    expected.borrow().assert_eq(&shown);
}

#[test]
fn requests_notifications_and_responses() {
    check(
        r#" {"params" : {"arguments":{"b":1,"a":{"c":[]}},"name":"t"}, "jsonrpc":"2.0","method":"tools/call","id":7} "#,
        expect![[
            r#"request 7 tools/call Some("{\"arguments\":{\"b\":1,\"a\":{\"c\":[]}},\"name\":\"t\"}") ["b", "a"]"#
        ]],
    );
    check(
        r#"{"jsonrpc":"2.0","id":"a\u0062","method":"ping"}"#,
        expect![[r#"request "ab" ping None []"#]],
    );
    check(
        r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
        expect!["notification notifications/initialized"],
    );
    check(
        r#"{"jsonrpc":"2.0","id":-3,"result":{}}"#,
        expect!["response -3 true"],
    );
    check(
        r#"{"jsonrpc":"2.0","id":3,"error":{}}"#,
        expect!["response 3 false"],
    );
}

#[test]
fn text_that_is_no_json_is_a_parse_error() {
    let answer = expect![[
        r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"the message is not valid JSON; send one JSON-RPC message"}}"#
    ]];
    check("nonsense", &answer);
    check(r#"{"jsonrpc":"2.0","id":1,"method":"ping""#, &answer);
    check(r#"{"jsonrpc":"2.0","id":1,"method":"ping"} x"#, &answer);
    check("[1,", answer);
    check(
        "",
        expect![[
            r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"the message is empty; send one JSON-RPC message"}}"#
        ]],
    );
}

#[test]
fn bytes_that_are_no_utf8_are_a_parse_error() {
    check(
        b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}",
        expect![[
            r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"the message is not UTF-8; send JSON encoded as UTF-8"}}"#
        ]],
    );
}

#[test]
fn deep_nesting_is_a_parse_error() {
    let deep = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"m","params":{{"a":{}1{}}}}}"#,
        "[".repeat(200),
        "]".repeat(200)
    );
    check(
        deep,
        expect![[
            r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"the message is nested deeper than 128 levels; flatten it"}}"#
        ]],
    );
    check(
        "[".repeat(2_000_000),
        expect![[
            r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"the message is nested deeper than 128 levels; flatten it"}}"#
        ]],
    );
}

#[test]
fn invalid_requests_carry_their_id() {
    check(
        r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#,
        expect![[
            r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"batches are not accepted; send each message by itself"}}"#
        ]],
    );
    check(
        "3",
        expect![[
            r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"the message is not a JSON object; send one JSON-RPC message"}}"#
        ]],
    );
    check(
        r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#,
        expect![[
            r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"jsonrpc is not \"2.0\"; send JSON-RPC 2.0"}}"#
        ]],
    );
    let endless = "9".repeat(309);
    for id in ["null", "1.5", "true", "[]", "{}", "1e3", &endless] {
        check(
            format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#),
            expect![[
                r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"id is neither a string nor an integer of up to 308 digits; send one of the two"}}"#
            ]],
        );
    }
    check(
        r#"{"jsonrpc":"2.0","id":"x","method":5}"#,
        expect![[
            r#"{"jsonrpc":"2.0","id":"x","error":{"code":-32600,"message":"method is not a string; name the method"}}"#
        ]],
    );
    check(
        r#"{"jsonrpc":"2.0","id":"x","method":"m","params":[]}"#,
        expect![[
            r#"{"jsonrpc":"2.0","id":"x","error":{"code":-32600,"message":"params is not an object; send named parameters"}}"#
        ]],
    );
    check(
        r#"{"jsonrpc":"2.0","id":"x","result":1,"error":{}}"#,
        expect![[
            r#"{"jsonrpc":"2.0","id":"x","error":{"code":-32600,"message":"neither a request (method) nor a response (id and one of result, error); send one of them"}}"#
        ]],
    );
}

#[test]
fn a_key_twice_is_refused_at_every_level_that_is_read() {
    let expected = expect![[
        r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"a key occurs twice in one object, or there are more than 1024; send each key once"}}"#
    ]];
    check(
        r#"{"jsonrpc":"2.0","id":1,"method":"a","method":"b"}"#,
        &expected,
    );
    check(
        r#"{"jsonrpc":"2.0","id":1,"method":"a","params":{"name":"x","na\u006de":"y"}}"#,
        &expected,
    );
    check(
        r#"{"jsonrpc":"2.0","id":1,"method":"a","params":{"arguments":{"p":1,"p":2}}}"#,
        &expected,
    );
    check(
        r#"{"jsonrpc":"2.0","id":1,"method":"a","params":{},"params":{"name":"x"}}"#,
        expected,
    );
}

#[test]
fn each_code_has_its_status() {
    let statuses: Vec<(i32, u16)> = [
        Code::PARSE,
        Code::INVALID_REQUEST,
        Code::METHOD_NOT_FOUND,
        Code::INVALID_PARAMS,
        Code::INTERNAL,
        Code::RESOURCE_NOT_FOUND,
        Code::HEADER_MISMATCH,
        Code::MISSING_CAPABILITY,
        Code::UNSUPPORTED_VERSION,
    ]
    .map(|code| (code.0, code.status()))
    .into();
    expect![[r#"[(-32700, 400), (-32600, 400), (-32601, 404), (-32602, 400), (-32603, 200), (-32002, 200), (-32020, 400), (-32021, 400), (-32022, 400)]"#]]
        .assert_eq(&format!("{statuses:?}"));
}

#[test]
fn revisions_are_negotiated() {
    for revision in Revision::ALL {
        assert_eq!(Revision::named(revision.name()), Some(revision));
        let expected = if revision.wire() == Wire::Handshake {
            revision
        } else {
            Revision::V2025_11_25
        };
        assert_eq!(Revision::negotiate(revision.name()), expected);
    }
    assert_eq!(Revision::negotiate("1999-01-01"), Revision::V2025_11_25);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = message::parse(&bytes);
    }

    #[test]
    fn no_mutation_makes_it_panic(at in 0_usize..120, byte in any::<u8>()) {
        let mut text = br#"{"jsonrpc":"2.0","id":"a\u00e4","method":"tools/call","params":{"name":"x","arguments":{"a":[1,{"b":null}]},"_meta":{}}}"#.to_vec();
        let at = at % text.len();
        text[at] = byte;
        let ours = message::parse(&text);
        if ours.is_ok() {
            prop_assert!(serde_json::from_slice::<serde::de::IgnoredAny>(&text).is_ok());
        }
    }
}

#[test]
fn each_fault_has_its_code_and_id() {
    for fault in faults::faults() {
        let found = message::parse(&fault.text).expect_err(fault.name);
        let id = found.id.as_ref().map_or("null", message::Id::get);
        assert_eq!(
            (found.code.0 as i64, id),
            (fault.code, fault.id),
            "{}",
            fault.name
        );
    }
}
