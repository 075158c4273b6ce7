//! Messages that no client should send, and what each is answered with, whoever reads them and over whatever transport.

/// A message with something wrong in it.
pub struct Fault {
    /// What is wrong.
    pub name: &'static str,
    /// The message, without a line end.
    pub text: Vec<u8>,
    /// The error's code.
    pub code: i64,
    /// The answer's id, as JSON.
    pub id: &'static str,
}

/// A call with these parameters as text.
fn call(params: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{params}}}"#)
}

/// Every kind of fault, short and longer than what a host reads to the end.
pub fn faults() -> Vec<Fault> {
    let ping = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let pad = "x".repeat(10_000);
    let fault = |name, text: String, code, id| Fault {
        name,
        text: text.into_bytes(),
        code,
        id,
    };
    let not_utf8 = |name, text: String| Fault {
        name,
        text: text
            .into_bytes()
            .iter()
            .map(|byte| if *byte == b'?' { 0xff } else { *byte })
            .collect(),
        code: -32700,
        id: "null",
    };
    vec![
        fault("no JSON", "hello".into(), -32700, "null"),
        fault("cut", ping[..30].into(), -32700, "null"),
        fault(
            "a comma too many",
            call("{\"name\":\"x\",}"),
            -32700,
            "null",
        ),
        fault(
            "a comma too many, late",
            call(&format!("{{\"a\":\"{pad}\",}}")),
            -32700,
            "null",
        ),
        not_utf8("a method that is not UTF-8", ping.replace("ping", "p?ng")),
        not_utf8("a value that is not UTF-8", call("{\"name\":\"?\"}")),
        not_utf8(
            "a value that is not UTF-8, late",
            call(&format!("{{\"a\":\"{pad}?\"}}")),
        ),
        fault("a batch", format!("[{ping},{ping}]"), -32600, "null"),
        fault("a batch of nothing", "[]".into(), -32600, "null"),
        fault(
            "a long batch",
            format!("[{}{ping}]", format!("{ping},").repeat(1000)),
            -32600,
            "null",
        ),
        fault("a number", "7".into(), -32600, "null"),
        fault(
            "nested",
            call(&format!("{{\"arguments\":{{\"a\":{}}}}}", nested(200))),
            -32700,
            "null",
        ),
        fault(
            "nested deeply",
            call(&format!("{{\"a\":{}}}", nested(100_000))),
            -32700,
            "null",
        ),
        fault(
            "nested deeply and open",
            "[".repeat(1 << 20),
            -32700,
            "null",
        ),
        fault(
            "nested deeply in objects",
            "{\"a\":".repeat(100_000),
            -32700,
            "null",
        ),
        fault(
            "two ids",
            ping.replace("\"id\":1", "\"id\":1,\"id\":2"),
            -32600,
            "1",
        ),
        fault(
            "two methods",
            ping.replace("\"id\":1", "\"id\":1,\"method\":\"x\""),
            -32600,
            "1",
        ),
        fault(
            "a parameter twice",
            call(r#"{"name":"a","name":"b"}"#),
            -32600,
            "1",
        ),
        fault(
            "an argument twice",
            call(r#"{"name":"a","arguments":{"b":1,"b":2}}"#),
            -32600,
            "1",
        ),
        fault(
            "an argument twice, late",
            call(&format!(
                r#"{{"name":"a","arguments":{{"b":"{pad}","b":2}}}}"#
            )),
            -32600,
            "1",
        ),
        fault("another version", ping.replace("2.0", "1.0"), -32600, "1"),
        fault(
            "no version",
            ping.replace("\"jsonrpc\":\"2.0\",", ""),
            -32600,
            "1",
        ),
        fault(
            "a broken id",
            ping.replace("\"id\":1", "\"id\":1.5"),
            -32600,
            "null",
        ),
        fault(
            "an object for an id",
            ping.replace("\"id\":1", "\"id\":{}"),
            -32600,
            "null",
        ),
        fault(
            "a number for a method",
            ping.replace("\"ping\"", "7"),
            -32600,
            "1",
        ),
        fault("a list for parameters", call("[]"), -32600, "1"),
        fault(
            "neither question nor answer",
            r#"{"jsonrpc":"2.0","id":1}"#.into(),
            -32600,
            "1",
        ),
    ]
}
