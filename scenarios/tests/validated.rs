//! The committed and imported traces are valid by the published JSON Schema, and so is whatever the reader accepts.
//!
//! A validator of the keywords that the schema has, by the specification (draft 2020-12) alone: one that it does not know fails.

use proptest::prelude::*;
use regex_lite::Regex;
use scenario::import::{Format, Taken, import};
use scenario::{Trace, digest};
use serde_json::{Map, Value, json};

fn schema() -> Value {
    serde_json::from_str(include_str!("../trace.schema.json")).expect("JSON")
}

/// Why a value is not valid, with the place.
fn judge(root: &Value, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    let Value::Object(keywords) = schema else {
        return match schema {
            Value::Bool(true) => Ok(()),
            _ => Err(format!("{at} may not be there")),
        };
    };
    keywords.iter().try_for_each(|(keyword, said)| {
        let holds = holds(root, keywords, (keyword.as_str(), said), value, at)?;
        match holds {
            true => Ok(()),
            false => Err(format!("{at} is not of {keyword} {said}")),
        }
    })
}

/// Whether a keyword holds of a value. One about another type holds.
fn holds(
    root: &Value,
    beside: &Map<String, Value>,
    (keyword, said): (&str, &Value),
    value: &Value,
    at: &str,
) -> Result<bool, String> {
    let length = |most: bool, length: Option<usize>| {
        let bound = said.as_u64().and_then(|bound| usize::try_from(bound).ok());
        let bound = bound.expect("a number");
        length.is_none_or(|length| {
            if most {
                length <= bound
            } else {
                length >= bound
            }
        })
    };
    let letters = || value.as_str().map(|text| text.chars().count());
    let items = || value.as_array().map(Vec::len);
    Ok(match keyword {
        "$schema" | "$id" | "$defs" | "title" | "description" | "default" | "then" => true,
        "type" => match said.as_str().expect("one type") {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_u64() || value.is_i64(),
            other => panic!("this validator has no type {other}"),
        },
        "const" => value == said,
        "enum" => said.as_array().expect("a list").contains(value),
        "minLength" => length(false, letters()),
        "maxLength" => length(true, letters()),
        "minItems" => length(false, items()),
        "maxItems" => length(true, items()),
        "minimum" => value
            .as_f64()
            .is_none_or(|number| number >= said.as_f64().expect("a number")),
        "maximum" => value
            .as_f64()
            .is_none_or(|number| number <= said.as_f64().expect("a number")),
        "pattern" => {
            let pattern = Regex::new(said.as_str().expect("a text")).expect("a pattern");
            value.as_str().is_none_or(|text| pattern.is_match(text))
        }
        "uniqueItems" => value.as_array().is_none_or(|items| {
            let mut each = items.iter().enumerate();
            each.all(|(index, item)| !items[..index].contains(item))
        }),
        "items" => {
            for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                judge(root, said, item, &format!("{at}/{index}"))?;
            }
            true
        }
        "required" => value.as_object().is_none_or(|fields| {
            let mut names = said.as_array().expect("names").iter();
            names.all(|name| fields.contains_key(name.as_str().expect("a name")))
        }),
        "properties" => {
            let known = said.as_object().expect("schemas by name");
            for (name, field) in value.as_object().into_iter().flatten() {
                if let Some(own) = known.get(name) {
                    judge(root, own, field, &format!("{at}/{name}"))?;
                }
            }
            true
        }
        "additionalProperties" => {
            let known = beside.get("properties").and_then(Value::as_object);
            for (name, field) in value.as_object().into_iter().flatten() {
                if !known.is_some_and(|known| known.contains_key(name)) {
                    judge(root, said, field, &format!("{at}/{name}"))?;
                }
            }
            true
        }
        "$ref" => {
            let pointer = said.as_str().and_then(|word| word.strip_prefix('#'));
            let own = root
                .pointer(pointer.expect("within the file"))
                .expect("it is there");
            judge(root, own, value, at)?;
            true
        }
        "if" => {
            if judge(root, said, value, at).is_ok() {
                judge(root, &beside["then"], value, at)?;
            }
            true
        }
        other => panic!("this validator has no keyword {other}"),
    })
}

/// Why a text is no valid trace.
fn check(text: &str) -> Result<(), String> {
    let root = schema();
    let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    judge(&root, &root, &value, "")
}

#[test]
fn every_committed_and_imported_trace_is_valid() {
    let traces = concat!(env!("CARGO_MANIFEST_DIR"), "/traces");
    let names = scenario::names(traces.as_ref(), "json");
    assert_eq!(names.len(), 4);
    for name in names {
        let text = std::fs::read_to_string(format!("{traces}/{name}.json")).expect("it is there");
        assert_eq!(check(&text), Ok(()), "{name}");
    }
    let taken = Taken {
        scenario: "x".to_owned(),
        server: Some("s".to_owned()),
        without_arguments: true,
        ..Taken::default()
    };
    for (text, format) in [
        (include_str!("foreign/tape.ndjson"), Format::Tape),
        (include_str!("foreign/spans.otlp.jsonl"), Format::Otlp),
        (include_str!("foreign/spans.console.json"), Format::Otlp),
        (include_str!("foreign/spans.plain.jsonl"), Format::Otlp),
    ] {
        let imported = import("x", text, format, &taken).expect("a trace");
        assert_eq!(check(&imported.trace.text()), Ok(()));
    }
}

/// A trace that has everything.
fn full() -> Value {
    let blob = json!({"$blob": {"digest": digest(&json!(1)).as_str(), "bytes": 1, "kind": "json"}});
    json!({
        "$schema": "../trace.schema.json", "format": 1, "scenario": "x", "title": "X",
        "origin": {"way": "written", "source": "a test", "command": "none", "data": digest(&json!({})).as_str()},
        "calls": [
            {"server": "s", "tool": "t", "arguments": {"a": 1}, "input_bytes": 1, "output_bytes": 2, "depends_on": []},
            {"server": "s", "tool": "t", "arguments": {"b": blob}, "depends_on": [0],
             "returned": {"digest": digest(&json!({})).as_str(), "error": true, "literal": {}},
             "ran": {"packaging": "native", "transport": "stdio", "tier": "edge", "began_ns": 0, "took_ns": 1}},
        ],
    })
}

/// Every place of a value, as a pointer.
fn places(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                places(
                    field,
                    format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")),
                    found,
                );
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
    found.push(at);
}

#[test]
fn the_validator_finds_faults() {
    assert_eq!(check(&full().to_string()), Ok(()));
    for (place, to) in [
        ("/format", json!(2)),
        ("/title", json!("")),
        ("/scenario", json!("a\nb")),
        ("/origin/way", json!("dreamt")),
        ("/origin/data", json!("blake3:0")),
        ("/calls", json!([])),
        ("/calls/0/input_bytes", json!(-1)),
        ("/calls/0/output_bytes", json!(9_007_199_254_740_992_u64)),
        ("/calls/1/depends_on", json!([0, 0])),
        ("/calls/1/arguments/b/$blob/kind", json!("picture")),
        ("/calls/1/ran/tier", json!("Edge")),
        ("/calls/1/ran", json!({"where": 1})),
        ("/calls/1/returned", json!({})),
    ] {
        let mut value = full();
        *value.pointer_mut(place).expect("a place") = to;
        let why = check(&value.to_string()).expect_err(place);
        assert!(why.starts_with(place), "{place}: {why}");
        assert!(Trace::parse("x", &value.to_string()).is_err(), "{place}");
    }
}

proptest! {
    /// What the reader accepts is valid; the schema cannot say all that the reader asks for.
    #[test]
    fn what_is_accepted_is_valid(place: prop::sample::Index, to in prop::sample::select(vec![
        json!(null), json!(true), json!(0), json!(1), json!(-1), json!(1.5), json!(""), json!("x"), json!("a\u{9f}"), json!("a\nb"),
        json!("edge"), json!("http"), json!("json"), json!("tape"), json!([]), json!([0]), json!([1]), json!({}), json!({"$blob": 1}),
        json!({"x": {"$blob": {}}}), json!(9_007_199_254_740_991_u64), json!("sha256:0000000000000000000000000000000000000000000000000000000000000000"),
    ])) {
        let mut value = full();
        let mut all = Vec::new();
        places(&value, String::new(), &mut all);
        let place: &String = place.get(&all);
        *value.pointer_mut(place).expect("a place") = to;
        let text = value.to_string();
        if Trace::parse("x", &text).is_ok() {
            prop_assert_eq!(check(&text), Ok(()), "{}", text);
        }
    }
}
