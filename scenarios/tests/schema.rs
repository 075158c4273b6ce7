//! The published JSON Schema says what the reader does: the same fields, bounds and words.

use std::collections::BTreeSet;

use record::{Packaging, Transport};
use scenario::{FORMAT, Trace, Way};
use serde_json::{Value, json};

fn schema() -> Value {
    serde_json::from_str(include_str!("../trace.schema.json")).expect("JSON")
}

/// The fields that an object of the schema may have and has to have.
fn fields(pointer: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let schema = schema();
    let object = schema.pointer(pointer).expect("an object of the schema");
    assert_eq!(object["additionalProperties"], json!(false), "{pointer}");
    let known = object["properties"].as_object().expect("properties");
    let required = object.get("required").and_then(Value::as_array);
    let required = required.into_iter().flatten();
    (
        known.keys().cloned().collect(),
        required
            .map(|name| name.as_str().expect("a name").to_owned())
            .collect(),
    )
}

/// A trace that has everything.
fn full() -> Value {
    let digest = scenario::digest(&json!({}));
    json!({
        "$schema": "../trace.schema.json", "format": FORMAT, "scenario": "x", "title": "X",
        "origin": {"way": "written", "source": "a test", "command": "none", "data": digest.as_str()},
        "calls": [{
            "server": "s", "tool": "t", "arguments": {}, "input_bytes": 1, "output_bytes": 2, "depends_on": [],
            "returned": {"digest": digest.as_str(), "error": true, "literal": {}},
            "ran": {"packaging": "native", "transport": "stdio", "tier": "edge", "began_ns": 0, "took_ns": 1},
        }],
    })
}

#[test]
fn the_reader_takes_the_fields_of_the_schema_and_no_others() {
    for (there, here) in [
        ("", ""),
        ("/properties/origin", "/origin"),
        ("/$defs/call", "/calls/0"),
        ("/$defs/call/properties/returned", "/calls/0/returned"),
        ("/$defs/call/properties/ran", "/calls/0/ran"),
    ] {
        let (known, required) = fields(there);
        let whole = full();
        let object = whole
            .pointer(here)
            .expect("a place")
            .as_object()
            .expect("an object");
        assert_eq!(
            object.keys().cloned().collect::<BTreeSet<_>>(),
            known,
            "{there}"
        );
        for name in known {
            let mut less = full();
            let place = less.pointer_mut(here).and_then(Value::as_object_mut);
            place.expect("an object").remove(&name);
            let read = Trace::parse("x.json", &less.to_string());
            assert_eq!(
                read.is_err(),
                required.contains(&name),
                "{there} without {name}: {read:?}"
            );
        }
    }
}

#[test]
fn the_words_and_bounds_of_the_schema_are_the_reader_s() {
    let schema = schema();
    let words = |pointer: &str| -> Vec<String> {
        let listed = schema
            .pointer(pointer)
            .and_then(Value::as_array)
            .expect("words");
        listed
            .iter()
            .map(|word| word.as_str().expect("a word").to_owned())
            .collect()
    };
    assert_eq!(
        words("/properties/origin/properties/way/enum"),
        Way::ALL.map(Way::name)
    );
    let packagings: Vec<_> = Packaging::ALL
        .iter()
        .map(|packaging| packaging.name())
        .collect();
    assert_eq!(
        words("/$defs/call/properties/ran/properties/packaging/enum"),
        packagings
    );
    let transports: Vec<_> = Transport::ALL
        .iter()
        .map(|transport| transport.name())
        .collect();
    assert_eq!(
        words("/$defs/call/properties/ran/properties/transport/enum"),
        transports
    );

    let number = |pointer: &str| {
        schema
            .pointer(pointer)
            .and_then(Value::as_u64)
            .expect("a number")
    };
    let judge = |value: &Value| Trace::parse("x.json", &value.to_string()).is_ok();
    // At its bound each is accepted, and one above it refused.
    let name = usize::try_from(number("/$defs/name/maxLength")).expect("small");
    let sentence = usize::try_from(number("/properties/title/maxLength")).expect("small");
    for (pointer, most) in [
        ("/scenario", name),
        ("/calls/0/tool", name),
        ("/title", sentence),
        ("/origin/source", sentence),
    ] {
        for (length, accepted) in [(most, true), (most + 1, false)] {
            let mut value = full();
            *value.pointer_mut(pointer).expect("a place") = json!("é".repeat(length));
            assert_eq!(judge(&value), accepted, "{pointer} of {length}");
        }
    }
    let whole = number("/$defs/whole/maximum");
    for (size, accepted) in [(whole, true), (whole + 1, false)] {
        let mut value = full();
        value["calls"][0]["input_bytes"] = json!(size);
        assert_eq!(judge(&value), accepted, "{size}");
    }
    let calls = usize::try_from(number("/properties/calls/maxItems")).expect("small");
    for (count, accepted) in [(calls, true), (calls + 1, false)] {
        let mut value = full();
        let call = json!({"server": "s", "tool": "t", "arguments": {}, "depends_on": []});
        value["calls"] = json!(vec![call; count]);
        assert_eq!(judge(&value), accepted, "{count} calls");
    }
    let on = usize::try_from(number("/$defs/call/properties/depends_on/maxItems")).expect("small");
    for (count, accepted) in [(on, true), (on + 1, false)] {
        let mut value = full();
        let call = |depends_on: Vec<usize>| json!({"server": "s", "tool": "t", "arguments": {}, "depends_on": depends_on});
        let mut list = vec![call(vec![]); count];
        list.push(call((0..count).collect()));
        value["calls"] = json!(list);
        assert_eq!(judge(&value), accepted, "{count} dependencies");
    }
    let blob = number("/$defs/reference/properties/$blob/properties/bytes/maximum");
    for (bytes, accepted) in [(blob, true), (blob + 1, false)] {
        let mut value = full();
        let digest = scenario::digest(&json!({}));
        value["calls"][0]["arguments"]["x"] =
            json!({"$blob": {"digest": digest.as_str(), "bytes": bytes, "kind": "text"}});
        assert_eq!(judge(&value), accepted, "a blob of {bytes}");
    }
}
