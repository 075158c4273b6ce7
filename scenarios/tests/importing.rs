//! Other people's files become traces: what the official Python client and the OpenTelemetry Python SDK wrote (`foreign/make.py`).

use expect_test::{Expect, expect};
use proptest::prelude::*;
use scenario::import::{Format, Imported, Taken, import};
use scenario::{DATA, Places, Trace, blob::Blobs};

const TAPE: &str = include_str!("foreign/tape.ndjson");
const OTLP: &str = include_str!("foreign/spans.otlp.jsonl");
const CONSOLE: &str = include_str!("foreign/spans.console.json");
const PLAIN: &str = include_str!("foreign/spans.plain.jsonl");

fn taken() -> Taken {
    Taken {
        scenario: "x".to_owned(),
        places: Places::none().with(DATA, "/tmp/example-data"),
        ..Taken::default()
    }
}

/// One line a call, without times, which differ whenever the files are made again; then the notes.
fn shown(imported: &Imported) -> String {
    let mut text = String::new();
    for (index, call) in imported.trace.calls.iter().enumerate() {
        let size =
            |size: Option<record::Bytes>| size.map_or("?".to_owned(), |size| size.0.to_string());
        let returned =
            call.returned.as_ref().map_or(
                "unknown",
                |returned| if returned.error { "failed" } else { "ok" },
            );
        let arguments: String = call.arguments.to_string().chars().take(60).collect();
        let timed = call.ran.as_ref().is_some_and(|ran| ran.took.is_some());
        text.push_str(&format!(
            "{index} {}.{} {arguments} {}→{} after {:?} {returned}{}\n",
            call.server,
            call.tool,
            size(call.input),
            size(call.output),
            call.depends_on,
            if timed { " timed" } else { "" },
        ));
    }
    for note in &imported.notes {
        text.push_str(&format!("note: {note}\n"));
    }
    text
}

fn check(text: &str, format: Format, taken: &Taken, expected: Expect) {
    let came = match import("x.jsonl", text, format, taken) {
        Ok(imported) => {
            let again = Trace::parse("again", &imported.trace.text())
                .expect("what was imported is a trace");
            assert_eq!(again, imported.trace);
            shown(&imported)
        }
        Err(refused) => refused.to_string(),
    };
    expected.assert_eq(&came);
}

#[test]
fn a_connection_of_the_official_client_is_a_trace() {
    check(
        TAPE,
        Format::Tape,
        &taken(),
        expect![[
            r#"0 filesystem.list_directory {"path":"<data>"} 112→213 after [] ok
1 filesystem.read_text_file {"path":"<data>/notes.txt"} 122→143 after [0] ok
2 filesystem.read_text_file {"path":"<data>/other.txt"} 122→143 after [1] ok
3 filesystem.read_text_file {"path":"<data>/missing.txt"} 124→149 after [2] failed
4 filesystem.write_file {"content":{"$blob":{"bytes":3910,"digest":"blake3:ea3b96e8b 4043→185 after [3] ok
"#
        ]],
    );
    // Another name for the server, and the paths of the machine as they are.
    let taken = Taken {
        scenario: "x".to_owned(),
        server: Some("files".to_owned()),
        ..Taken::default()
    };
    let imported = import("x", TAPE, Format::Tape, &taken).expect("a tape");
    assert_eq!(imported.trace.calls[0].server, "files");
    expect![[r#"arguments that name a path of a machine, the first "/tmp/example-data": 5; mask the folder of the data with --data DIR"#]].assert_eq(&imported.notes.join("\n"));
}

#[test]
fn a_large_argument_of_a_tape_is_a_blob() {
    let imported = import("x", TAPE, Format::Tape, &taken()).expect("a tape");
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, bytes) in &imported.blobs {
        std::fs::write(folder.path().join(name), bytes).expect("written");
    }
    let whole = Blobs::at(folder.path())
        .fill("x", imported.trace)
        .expect("whole");
    let written = whole.calls[4].arguments["content"]
        .as_str()
        .expect("a text");
    assert_eq!((imported.blobs.len(), written.len()), (1, 10 + 13 * 300));
}

#[test]
fn spans_of_agent_client_and_server_are_one_call() {
    check(
        OTLP,
        Format::Otlp,
        &taken(),
        expect![[
            r#"0 words.count_words {"text":"to be or not to be"} 121→166 after [] ok timed
1 words.shout {"text":"quiet"} 102→158 after [0] ok timed
2 words.shout {"text":"louder"} 103→160 after [0] ok timed
3 words.shout {"text":""} 97→139 after [1, 2] failed timed
"#
        ]],
    );
    let of = |text: &str| {
        import("x", text, Format::Otlp, &taken())
            .expect("spans")
            .trace
    };
    // The SDK prints times in microseconds; nothing else differs.
    assert_eq!(
        of(CONSOLE).without_times().calls,
        of(OTLP).without_times().calls
    );
}

#[test]
fn spans_without_arguments_are_taken_on_request_alone() {
    check(
        PLAIN,
        Format::Otlp,
        &taken(),
        expect![[
            r#"x.jsonl: span ebcab27b6c14ad4d, the server's name: is not in the file; say whose tools they are with --server NAME"#
        ]],
    );
    let named = Taken {
        server: Some("words".to_owned()),
        ..taken()
    };
    check(
        PLAIN,
        Format::Otlp,
        &named,
        expect![[
            r#"x.jsonl: span ebcab27b6c14ad4d, arguments: are not in the file; have the client record gen_ai.tool.call.arguments, import the connection's lines with --format tape, or take the calls without arguments with --without-arguments"#
        ]],
    );
    let named = Taken {
        without_arguments: true,
        ..named
    };
    check(
        PLAIN,
        Format::Otlp,
        &named,
        expect![[r#"0 words.count_words {} ?→? after [] unknown timed
1 words.shout {} ?→? after [0] unknown timed
2 words.shout {} ?→? after [0] unknown timed
3 words.shout {} ?→? after [1, 2] unknown timed
note: calls whose arguments are not known, which stand as {} and without their sizes: 4
note: calls whose answers are not known, which stand without their sizes, as a replay will say: 4
"#]],
    );
}

#[test]
fn each_fault_of_a_file_is_said_with_place_and_remedy() {
    let tape = |text: &str, expected| check(text, Format::Tape, &taken(), expected);
    tape(
        "",
        expect![[
            r#"x.jsonl: the file: holds no tools/call; give the lines of an MCP connection on which tools were called, both directions"#
        ]],
    );
    tape(
        "{\"jsonrpc\":\"2.0\"\n",
        expect![[
            r#"x.jsonl: line 1 column 16: EOF while parsing an object; write JSON (RFC 8259) with every key once, within the bounds of scenarios/trace.schema.json"#
        ]],
    );
    tape(
        "\n[1]\n",
        expect![[r#"x.jsonl: line 2: is no JSON-RPC message; give JSON-RPC messages, one a line"#]],
    );
    tape(
        r#"{"id":1,"method":"tools/call"}"#,
        expect![[
            r#"x.jsonl: line 1, jsonrpc: is not "2.0"; give JSON-RPC 2.0 messages, one a line"#
        ]],
    );
    tape(
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"arguments":{}}}"#,
        expect![[
            r#"x.jsonl: line 1, params.name: is no string; a tools/call has params with the tool's name"#
        ]],
    );
    tape(
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t"}}"#,
        expect![[
            r#"x.jsonl: line 1, the server's name: is not in the file; say whose tools they are with --server NAME"#
        ]],
    );
    let call =
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":{}}}"#;
    tape(
        &format!("{call}\n{call}"),
        expect![[
            r#"x.jsonl: line 2, id: is "1", as a call's that has no answer yet; give one connection a file"#
        ]],
    );
    tape(
        &format!("{call}\n{{\"at_ns\":1,\"message\":{call}}}"),
        expect![[
            r#"x.jsonl: line 2: has a time where others have none, or none where others have one; write it on every line, or on none"#
        ]],
    );
    tape(
        &format!(
            "{{\"at_ns\":2,\"message\":{call}}}\n{{\"at_ns\":1,\"message\":{{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{{}}}}}}"
        ),
        expect![[
            r#"x.jsonl: line 2: is earlier than the line before it; sort the lines by at_ns"#
        ]],
    );
    tape(
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":[]}}"#,
        expect![[
            r#"x.jsonl: line 1, the server's name: is not in the file; say whose tools they are with --server NAME"#
        ]],
    );
    let spans = |text: &str, expected| check(text, Format::Otlp, &taken(), expected);
    spans(
        "{}",
        expect![[
            r#"x.jsonl: object 1: is neither OTLP nor a span; give OTLP as JSON (resourceSpans), or spans as the OpenTelemetry Python SDK prints them"#
        ]],
    );
    spans(
        r#"{"resourceSpans":[]}"#,
        expect![[
            r#"x.jsonl: the file: holds no tools/call; give spans with mcp.method.name = tools/call, as MCP clients and servers make them"#
        ]],
    );
    spans(
        r#"{"resourceSpans":{}}"#,
        expect![[
            r#"x.jsonl: object 1.resourceSpans: is no list; give OTLP as JSON (resourceSpans), or spans as the OpenTelemetry Python SDK prints them"#
        ]],
    );
    spans(
        r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"a","spanId":"b","name":"n"}]}]}]}"#,
        expect![[
            r#"x.jsonl: object 1, resourceSpans[0].scopeSpans[0].spans[0].startTimeUnixNano: is no time in nanoseconds; give OTLP as JSON (resourceSpans), or spans as the OpenTelemetry Python SDK prints them"#
        ]],
    );
    let first = OTLP.lines().next().expect("a line");
    spans(
        &format!("{first}\n{first}"),
        expect![[
            r#"x.jsonl: span 8bae1beb7367a0e3: stands twice; give each span once; a file that two exporters wrote holds every span twice"#
        ]],
    );
    spans(
        &CONSOLE.replace(":09", ":99").replace("T09", "T99"),
        expect![[
            r#"x.jsonl: object 1.start_time: is "2026-11-22T99:01:39.002354Z", no time; write UTC as 2026-11-22T09:01:04.438461Z"#
        ]],
    );
}

#[test]
fn requests_of_the_server_are_not_taken_for_answers() {
    let tape = [
        r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{}}"#,
        r#"{"jsonrpc":"2.0","id":0,"result":{"serverInfo":{"name":"s","version":"1"}}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ask","arguments":{}}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"sampling/createMessage","params":{}}"#,
        r#"{"jsonrpc":"2.0","id":1,"result":{"role":"assistant","content":[{"type":"text","text":"x"}],"model":"m"}}"#,
        r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{}}"#,
        r#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"later","arguments":{"n":1}}}"#,
        r#"{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"answer"}]}}"#,
        r#"{"jsonrpc":"2.0","id":2,"error":{"code":-32602,"message":"no"}}"#,
        r#"{"jsonrpc":"2.0","id":"3","method":"tools/call","params":{"name":"never"}}"#,
        r#"{"jsonrpc":"2.0","id":9,"result":{"content":[]}}"#,
    ];
    check(
        &tape.join("\n"),
        Format::Tape,
        &taken(),
        expect![[r#"0 s.ask {} 86→80 after [] ok
1 s.later {"n":1} 93→64 after [] failed
2 s.never {} 88→? after [0, 1] unknown
note: calls that have no answer on the tape: 1
note: answers to requests that are not on the tape: 1
note: calls whose answers are not known, which stand without their sizes, as a replay will say: 1
"#]],
    );
}

/// OTLP of these spans: id, parent, kind, attributes as `key=value`, in a process of this name.
fn otlp(service: &str, spans: &[(&str, &str, &str, &[&str])]) -> String {
    let spans: Vec<serde_json::Value> = spans
        .iter()
        .enumerate()
        .map(|(index, (id, parent, kind, attributes))| {
            let attributes = attributes.iter().map(|attribute| {
                let (key, value) = attribute.split_once('=').expect("a pair");
                serde_json::json!({"key": key, "value": {"stringValue": value}})
            });
            serde_json::json!({
                "traceId": "t", "spanId": id, "parentSpanId": parent, "name": format!("tools/call from-{id}"), "kind": kind,
                "startTimeUnixNano": index * 10, "endTimeUnixNano": (index * 10 + 5).to_string(),
                "attributes": attributes.collect::<Vec<_>>(),
            })
        })
        .collect();
    let resource = serde_json::json!({"attributes": [{"key": "service.name", "value": {"stringValue": service}}]});
    serde_json::json!({"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": spans}]}]})
        .to_string()
}

#[test]
fn spans_of_one_side_and_of_larger_steps_are_told_apart() {
    let call = "mcp.method.name=tools/call";
    let about = "gen_ai.operation.name=execute_tool";
    let given = "gen_ai.tool.call.arguments={\"a\":1}";
    let text = otlp(
        "files",
        &[
            // an agent's step that is two calls: its arguments are neither's
            ("a", "", "SPAN_KIND_INTERNAL", &[about, given]),
            (
                "b",
                "a",
                "SPAN_KIND_CLIENT",
                &[call, given, "server.address=far.example"],
            ),
            (
                "c",
                "a",
                "SPAN_KIND_CLIENT",
                &[
                    call,
                    given,
                    "gen_ai.tool.name=named",
                    "mcp.server.name=near",
                ],
            ),
            // a server's span whose client is not in the file
            ("d", "gone", "SPAN_KIND_SERVER", &[call, given]),
            // a tool of the agent's own
            ("e", "", "SPAN_KIND_INTERNAL", &[about, given]),
            // parents that go round
            (
                "f",
                "g",
                "SPAN_KIND_CLIENT",
                &[call, given, "server.address=far.example"],
            ),
            ("g", "f", "SPAN_KIND_INTERNAL", &[]),
        ],
    );
    check(
        &text,
        Format::Otlp,
        &taken(),
        expect![[r#"0 far.example.from-b {"a":1} 94→? after [] unknown timed
1 near.named {"a":1} 93→? after [0] unknown timed
2 files.from-d {"a":1} 94→? after [1] unknown timed
3 far.example.from-f {"a":1} 94→? after [2] unknown timed
note: spans that are left out, because they are about several calls, or about tools that no MCP server was asked for: 2
note: calls whose answers are not known, which stand without their sizes, as a replay will say: 4
"#]],
    );
}

#[test]
fn a_tape_with_times_has_them_and_its_calls_may_overlap() {
    let line = |at: u64, message: serde_json::Value| {
        serde_json::json!({"at_ns": at, "message": message}).to_string()
    };
    let ask = |id: u64| serde_json::json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": "t"}});
    let tell = |id: u64| serde_json::json!({"jsonrpc": "2.0", "id": id, "result": {"content": []}});
    let hello = serde_json::json!({"jsonrpc": "2.0", "id": 0, "method": "server/discover"});
    let named =
        serde_json::json!({"jsonrpc": "2.0", "id": 0, "result": {"serverInfo": {"name": "s"}}});
    let lines = [
        line(5, hello),
        line(6, named),
        line(100, ask(1)),
        line(110, ask(2)),
        line(150, tell(2)),
        line(160, tell(1)),
        line(160, ask(3)),
        line(1_000, tell(3)),
    ];
    let imported = import("x", &lines.join("\n"), Format::Tape, &taken()).expect("a tape");
    let calls = imported.trace.calls.iter().map(|call| {
        let ran = call.ran.as_ref().expect("times");
        (
            call.server.as_str(),
            ran.began.map(|at| at.0),
            ran.took.map(|took| took.0),
            call.depends_on.clone(),
        )
    });
    let expected = vec![
        ("s", Some(0), Some(60), vec![]),
        ("s", Some(10), Some(40), vec![]),
        ("s", Some(60), Some(840), vec![0, 1]),
    ];
    assert_eq!(calls.collect::<Vec<_>>(), expected);
}

/// Imported and read again, or refused with file, place and remedy.
fn judged(text: &str, format: Format) -> Result<(), TestCaseError> {
    let taken = Taken {
        without_arguments: true,
        server: Some("s".to_owned()),
        ..taken()
    };
    match import("f", text, format, &taken) {
        Ok(imported) => {
            let again = Trace::parse("again", &imported.trace.text());
            prop_assert!(again.is_ok(), "{again:?}");
        }
        Err(refused) => {
            prop_assert_eq!(refused.file, "f");
            prop_assert!(
                !refused.at.is_empty() && !refused.why.is_empty() && !refused.remedy.is_empty()
            );
            prop_assert!(refused.why.len() + refused.at.len() < 2_000);
        }
    }
    Ok(())
}

/// A text with a stretch of it replaced.
fn altered(text: &str, cut: prop::sample::Index, length: usize, put: &str) -> String {
    let mut at = cut.index(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let mut end = (at + length).min(text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    format!("{}{put}{}", &text[..at], &text[end..])
}

proptest! {
    #[test]
    fn any_file_is_judged(which in 0usize..4, cut: prop::sample::Index, length in 0usize..60, put in "(null|0|\"\"|\\[\\]|\\{\\}|\"<data>\"|18446744073709551615|[ -~é]{0,8}|\n)") {
        let (text, format) = [(TAPE, Format::Tape), (OTLP, Format::Otlp), (CONSOLE, Format::Otlp), (PLAIN, Format::Otlp)][which];
        judged(&altered(text, cut, length, &put), format)?;
        judged(&put, format)?;
    }

    #[test]
    fn lines_in_any_order_are_judged(order in Just((0..15usize).collect::<Vec<_>>()).prop_shuffle(), kept in 0usize..15) {
        for (text, format) in [(TAPE, Format::Tape), (OTLP, Format::Otlp)] {
            let lines: Vec<&str> = text.lines().collect();
            let some: Vec<&str> = order.iter().take(kept).map(|&index| lines[index % lines.len()]).collect();
            judged(&some.join("\n"), format)?;
        }
    }
}
