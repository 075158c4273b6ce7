//! What a trace may be: strictly, within bounds, and with a field and a remedy for everything that is refused.

use expect_test::{Expect, expect};
use proptest::prelude::*;
use record::{Bytes, Digest, Nanos, Packaging, Tier, Transport};
use scenario::blob::{self, Blobs};
use scenario::{Call, Origin, Ran, Returned, Trace, Way};
use serde_json::{Value, json};

fn small() -> Value {
    json!({
        "format": 1,
        "scenario": "s4",
        "title": "Pictures",
        "origin": {"way": "written", "source": "a test"},
        "calls": [
            {"server": "image_resize", "tool": "scan_directory", "arguments": {"directory": "<data>/images/set"}, "input_bytes": 120, "output_bytes": 4000, "depends_on": []},
            {"server": "image_resize", "tool": "compute_image_hash", "arguments": {"image_path": "<data>/images/set/1.jpg"}, "depends_on": [0],
             "returned": {"digest": Digest::of(b"{\"a\":1}").as_str(), "literal": {"a": 1}},
             "ran": {"packaging": "native", "transport": "stdio", "tier": "edge", "began_ns": 1, "took_ns": 2}},
        ],
    })
}

/// What is said of the small trace with one place changed; `absent` takes the place out.
fn check(pointer: &str, to: Option<Value>, expected: Expect) {
    let mut value = small();
    let (parent, field) = pointer.rsplit_once('/').expect("a pointer");
    let parent = value.pointer_mut(parent).expect("a place");
    match (parent, to) {
        (Value::Object(fields), Some(to)) => drop(fields.insert(field.to_owned(), to)),
        (Value::Object(fields), None) => drop(fields.remove(field)),
        (Value::Array(items), Some(to)) => items[field.parse::<usize>().expect("an index")] = to,
        (other, _) => panic!("{other} has no {field}"),
    }
    let read = Trace::parse("s4.json", &value.to_string());
    expected.assert_eq(&read.map_or_else(|refused| refused.to_string(), |_| "accepted".to_owned()));
}

#[test]
fn a_trace_is_read_whole() {
    let trace = Trace::parse("s4.json", &small().to_string()).expect("a trace");
    let expected = Ran {
        packaging: Some(Packaging::Native),
        transport: Some(Transport::Stdio),
        tier: Some("edge".parse::<Tier>().expect("a tier")),
        began: Some(Nanos(1)),
        took: Some(Nanos(2)),
    };
    assert_eq!(trace.calls[1].ran, Some(expected));
    assert_eq!(trace.calls[0].output, Some(Bytes(4000)));
    let unknown = trace.sizes("s4.json").expect_err("the second is not known");
    expect!["s4.json: calls[1].input_bytes: is not known; write the number of bytes, or record the calls with `harness record`"].assert_eq(&unknown.to_string());
    let again = Trace::parse("again", &trace.text()).expect("what was written is read");
    assert_eq!(again, trace);
    assert_ne!(trace.clone().without_times(), trace);
    assert_eq!(
        trace.clone().without_times().without_times().digest(),
        trace.without_times().digest()
    );
}

#[test]
fn each_fault_is_said_with_field_and_remedy() {
    check("/format", Some(json!(1)), expect!["accepted"]);
    check(
        "/format",
        Some(json!(2)),
        expect![
            "s4.json: format: is 2; this reader knows format 1; use the version that wrote it, or record it again"
        ],
    );
    check(
        "/format",
        None,
        expect![[
            r#"s4.json: format: is missing; write "format": 1; spans and tapes are read with `harness record --import`"#
        ]],
    );
    check(
        "/extra",
        Some(json!(1)),
        expect![
            "s4.json: extra: is no field of this format; remove it, or write one of $schema, format, scenario, title, origin, calls"
        ],
    );
    check(
        "/scenario",
        Some(json!("a\nb")),
        expect![[
            r#"s4.json: scenario: holds a control character: "a\nb"; write a string of 1 to 128 characters that can be printed"#
        ]],
    );
    check(
        "/title",
        Some(json!("")),
        expect![
            "s4.json: title: is empty; write a string of 1 to 2000 characters that can be printed"
        ],
    );
    check(
        "/origin",
        Some(json!([])),
        expect![
            "s4.json: origin: is a list, not an object; write an object with way, source, command, data"
        ],
    );
    check(
        "/origin/way",
        Some(json!("dreamt")),
        expect![
            "s4.json: origin.way: is none of the ways; give one of recorded, opentelemetry, tape, written"
        ],
    );
    check(
        "/origin/data",
        Some(json!("blake3:0")),
        expect![[
            r#"s4.json: origin.data: "blake3:0" is no digest; write blake3: or sha256: and 64 lower-case hexadecimal digits"#
        ]],
    );
    check(
        "/calls",
        Some(json!([])),
        expect!["s4.json: calls: is empty; write at least one call"],
    );
    check(
        "/calls",
        Some(json!({})),
        expect!["s4.json: calls: is an object, not a list; write a list of calls"],
    );
    check(
        "/calls/1",
        Some(json!(7)),
        expect![
            "s4.json: calls[1]: is a number, not an object; write an object with server, tool, arguments, input_bytes, output_bytes, depends_on, returned, ran"
        ],
    );
    check(
        "/calls/1/server",
        None,
        expect!["s4.json: calls[1].server: is missing; write a string"],
    );
    check(
        "/calls/1/tool",
        Some(json!("x".repeat(129))),
        expect![
            "s4.json: calls[1].tool: has more than 128 characters; write a string of 1 to 128 characters that can be printed"
        ],
    );
    check(
        "/calls/1/argument",
        Some(json!({})),
        expect![
            "s4.json: calls[1].argument: is no field of this format; remove it, or write one of server, tool, arguments, input_bytes, output_bytes, depends_on, returned, ran"
        ],
    );
    check(
        "/calls/1/arguments",
        Some(json!([1])),
        expect![
            "s4.json: calls[1].arguments: is a list, not an object; write an object, {} where there are none"
        ],
    );
    check(
        "/calls/1/arguments/x",
        Some(json!({"$blob": 1})),
        expect![[
            r#"s4.json: calls[1].arguments["x"]: has a $blob that is a number; write {"$blob": {"digest": "blake3:…", "bytes": …, "kind": "text" or "json"}}"#
        ]],
    );
    check(
        "/calls/1/input_bytes",
        Some(json!(-1)),
        expect![[
            r#"s4.json: calls[1].input_bytes: is "-1"; write a whole number from 0 to 9007199254740991, or leave it out where it is not known"#
        ]],
    );
    check(
        "/calls/1/output_bytes",
        Some(json!(1.5)),
        expect![[
            r#"s4.json: calls[1].output_bytes: is "1.5"; write a whole number from 0 to 9007199254740991, or leave it out where it is not known"#
        ]],
    );
    check(
        "/calls/1/depends_on",
        None,
        expect![
            "s4.json: calls[1].depends_on: is missing; write a list of earlier calls by index from 0, [] where there are none"
        ],
    );
    check(
        "/calls/0/depends_on",
        Some(json!([0])),
        expect![
            "s4.json: calls[0].depends_on[0]: is 0, which call 0 does not come after; leave the list of the first call empty"
        ],
    );
    check(
        "/calls/1/depends_on",
        Some(json!([1])),
        expect![
            "s4.json: calls[1].depends_on[0]: is 1, which call 1 does not come after; name a call from 0 to 0"
        ],
    );
    check(
        "/calls/1/depends_on",
        Some(json!([0, 0])),
        expect![
            "s4.json: calls[1].depends_on[1]: is 0, which is not above the one before it; name each call once, in ascending order"
        ],
    );
    check(
        "/calls/1/depends_on",
        Some(json!(["0"])),
        expect![[
            r#"s4.json: calls[1].depends_on[0]: is "\"0\""; write the index of an earlier call, from 0"#
        ]],
    );
    check(
        "/calls/1/returned/digest",
        None,
        expect![
            "s4.json: calls[1].returned.digest: is missing; write blake3: and the digest of the result as canonical JSON, or leave `returned` out"
        ],
    );
    check(
        "/calls/1/returned/literal",
        Some(json!({"a": 2})),
        expect![
            "s4.json: calls[1].returned.literal: has the digest blake3:5fda73cb9b78d27ae30f2d84d0e26372e383616ea1315611b8cf320e7d7c5653, not the one beside it; write one of both as it was"
        ],
    );
    check(
        "/calls/1/ran/packaging",
        Some(json!("image")),
        expect![[
            r#"s4.json: calls[1].ran.packaging: "image" is none of them; give one of component, component-wasmtime, native, container-native, container-component, container-reference, reference"#
        ]],
    );
    check(
        "/calls/1/ran/tier",
        Some(json!("A B")),
        expect![[
            r#"s4.json: calls[1].ran.tier: "A B" cannot name a tier; use up to 32 of a-z, 0-9 and -, a letter first"#
        ]],
    );
    check(
        "/calls/1/ran/took_ns",
        Some(json!(null)),
        expect![[
            r#"s4.json: calls[1].ran.took_ns: is "null"; write a whole number from 0 to 9007199254740991, or leave it out where it is not known"#
        ]],
    );
}

/// A trace of two calls, the second with these arguments.
fn with(arguments: Value) -> Trace {
    let call = |arguments, depends_on| Call {
        server: "s".to_owned(),
        tool: "t".to_owned(),
        arguments,
        input: None,
        output: None,
        depends_on,
        returned: Some(Returned::of(json!({"x": 1}), false)),
        ran: None,
    };
    Trace {
        scenario: "x".to_owned(),
        title: "X".to_owned(),
        origin: Origin {
            way: Way::Written,
            source: "a test".to_owned(),
            command: None,
            data: None,
        },
        calls: vec![call(json!({}), vec![]), call(arguments, vec![0])],
    }
}

#[test]
fn large_arguments_are_kept_beside_the_trace() {
    let whole = with(json!({
        "text": "é".repeat(2_000),
        "list": vec![json!({"k": [1, 2.5, null]}); 200],
        "small": "<data>/x",
        "odd": {"$blob": "my own"},
    }));
    let mut blobs = blob::Written::new();
    let mut out = whole.clone();
    for call in &mut out.calls {
        call.arguments =
            blob::take_out(call.arguments.clone(), &mut blobs).expect("none is too large");
    }
    assert_eq!(blobs.len(), 3);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("x.json");
    std::fs::create_dir(folder.path().join("blobs")).expect("made");
    for (name, bytes) in &blobs {
        std::fs::write(folder.path().join("blobs").join(name), bytes).expect("written");
    }
    std::fs::write(&file, out.text()).expect("written");
    assert_eq!(Trace::open(&file).expect("whole"), whole);

    // A blob that is not what its digest says, one of another length, and none.
    let (name, bytes) = blobs.iter().next().expect("one");
    let path = folder.path().join("blobs").join(name);
    let mut other = bytes.clone();
    other[0] ^= 1;
    for (content, said) in [
        (Some(&other[..]), "has the digest"),
        (Some(b""), "is no file of"),
        (None, "cannot be read"),
    ] {
        match content {
            Some(content) => std::fs::write(&path, content).expect("written"),
            None => std::fs::remove_file(&path).expect("removed"),
        }
        let refused = Blobs::beside(&file)
            .fill("x.json", out.clone())
            .expect_err("a bad blob");
        assert!(
            refused.why.contains(said) && refused.at.starts_with("calls[1].arguments["),
            "{refused}"
        );
        assert!(!refused.remedy.is_empty());
    }
}

#[test]
fn a_file_that_is_none_is_said() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("x.json");
    let refused = Trace::open(folder.path()).expect_err("a folder");
    assert_eq!(refused.why, "is not a file");
    std::fs::write(&file, b"{\"\xff\"").expect("written");
    let refused = Trace::open(&file).expect_err("no UTF-8");
    assert_eq!(
        (refused.at.as_str(), refused.why.as_str()),
        ("byte 2", "is not UTF-8")
    );
}

/// Anything that JSON can be, small.
fn a_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[ -~é<>]{0,12}".prop_map(Value::from),
        Just(json!(1)),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(
                prop_oneof![
                    "[a-z_$]{1,6}",
                    Just("$blob".to_owned()),
                    Just("depends_on".to_owned())
                ],
                inner,
                0..4
            )
            .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Every place of a value, as a pointer.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(index, item)| pointers(item, &format!("{at}/{index}"), found)),
        Value::Object(fields) => fields
            .iter()
            .for_each(|(key, item)| pointers(item, &format!("{at}/{key}"), found)),
        _ => {}
    }
}

/// Accepted and read again as it was, or refused with file, field and remedy.
fn judged(text: &str) -> Result<(), TestCaseError> {
    match Trace::parse("f.json", text) {
        Ok(trace) => {
            let again = Trace::parse("again", &trace.text());
            let again = again.map_err(|refused| TestCaseError::fail(refused.to_string()))?;
            prop_assert_eq!(again.calls.len(), trace.calls.len());
        }
        Err(refused) => {
            prop_assert_eq!(refused.file, "f.json");
            prop_assert!(
                !refused.at.is_empty() && !refused.why.is_empty() && !refused.remedy.is_empty()
            );
            prop_assert!(refused.why.len() + refused.at.len() < 2_000);
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_change_of_a_trace_is_judged(place in any::<prop::sample::Index>(), to in a_value()) {
        let mut value = small();
        let mut places = Vec::new();
        pointers(&value, "", &mut places);
        let place = place.get(&places).clone();
        *value.pointer_mut(&place).expect("a place") = to;
        judged(&value.to_string())?;
    }

    #[test]
    fn any_text_is_judged(cut in any::<prop::sample::Index>(), put in "[\\[\\]{}\",:0-9a-z\\\\ \\x00-\\x7f]{0,8}", length in 0usize..40) {
        let text = small().to_string();
        let at = cut.index(text.len());
        let end = (at + length).min(text.len());
        judged(&format!("{}{put}{}", &text[..at], &text[end..]))?;
        judged(&put)?;
    }

    #[test]
    fn arguments_survive_their_way_through_blobs(arguments in prop::collection::btree_map("[a-z]{1,4}", a_value(), 0..4)) {
        let arguments = Value::Object(arguments.into_iter().collect());
        let mut blobs = blob::Written::new();
        let out = blob::take_out(arguments.clone(), &mut blobs).expect("small");
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, bytes) in &blobs {
            std::fs::write(folder.path().join(name), bytes).expect("written");
        }
        let filled = Blobs::at(folder.path()).fill("x.json", with(out)).expect("all are there");
        prop_assert_eq!(&filled.calls[1].arguments, &arguments);
    }
}
