//! What is made of schemas, good and hostile.

use expect_test::{Expect, expect};
use proptest::prelude::*;
use serde_json::json;

use super::*;

fn check(schema: Value, expected: Expect) {
    let said = match arguments(&schema, None) {
        Ok(made) => made.to_string(),
        Err(why) => format!("none: {why}"),
    };
    expected.assert_eq(&said);
}

/// An object with one required property.
fn one(schema: Value) -> Value {
    json!({"type": "object", "properties": {"x": schema, "other": {"type": "string"}}, "required": ["x"]})
}

#[test]
fn only_what_is_required_is_made_and_of_that_the_simplest() {
    check(json!({"type": "object"}), expect!["{}"]);
    check(
        json!({}),
        expect!["none: its inputSchema does not ask for an object"],
    );
    check(json!(true), expect!["none: its inputSchema is no object"]);
    check(one(json!({"type": "string"})), expect![[r#"{"x":"a"}"#]]);
    check(
        one(json!({"type": "integer", "minimum": 5})),
        expect![[r#"{"x":5}"#]],
    );
    check(
        one(json!({"type": "number", "exclusiveMinimum": 0, "maximum": 0.5})),
        expect![[r#"{"x":0.5}"#]],
    );
    check(
        one(json!({"type": "integer", "multipleOf": 7, "minimum": 8})),
        expect![[r#"{"x":14}"#]],
    );
    check(
        one(json!({"type": ["null", "boolean"]})),
        expect![[r#"{"x":false}"#]],
    );
    check(
        one(json!({"type": "array", "items": {"type": "integer"}})),
        expect![[r#"{"x":[]}"#]],
    );
    check(
        one(json!({"type": "array", "items": {"enum": ["b", "c"]}, "minItems": 2})),
        expect![[r#"{"x":["b","b"]}"#]],
    );
    check(
        one(json!({"type": "string", "format": "date"})),
        expect![[r#"{"x":"2025-01-31"}"#]],
    );
    check(
        one(json!({"type": "string", "minLength": 3})),
        expect![[r#"{"x":"aaa"}"#]],
    );
    check(
        one(json!({"type": "string", "pattern": "^[A-Z]{2}[0-9]$"})),
        expect![[
            r#"none: arguments.x: no text was found that its pattern "^[A-Z]{2}[0-9]$" takes"#
        ]],
    );
    check(
        one(json!({"type": "string", "pattern": "^[0-9]{4}-"})),
        expect![[r#"{"x":"2025-01-31"}"#]],
    );
}

#[test]
fn what_the_schema_says_itself_is_taken() {
    check(
        one(json!({"type": "string", "default": "UTC"})),
        expect![[r#"{"x":"UTC"}"#]],
    );
    check(
        one(json!({"examples": [{"deep": 1}], "default": 2})),
        expect![[r#"{"x":{"deep":1}}"#]],
    );
    check(one(json!({"const": 7})), expect![[r#"{"x":7}"#]]);
    check(
        one(json!({"anyOf": [{"type": "null"}, {"type": "string"}]})),
        expect![[r#"{"x":"a"}"#]],
    );
    check(
        one(json!({"oneOf": [{"type": "string", "pattern": "^never$"}, {"type": "integer"}]})),
        expect![[r#"{"x":1}"#]],
    );
    check(
        json!({"allOf": [
            {"properties": {"a": {"type": "boolean"}}, "required": ["a"]},
            {"properties": {"b": {"type": "string"}}, "required": ["b"]},
        ]}),
        expect![[r#"{"a":false,"b":"a"}"#]],
    );
    check(
        json!({"$defs": {"t": {"type": "integer"}}, "properties": {"x": {"$ref": "#/$defs/t"}}, "required": ["x"]}),
        expect![[r#"{"x":1}"#]],
    );
}

#[test]
fn a_path_is_the_folder_that_was_granted() {
    let schema = json!({"type": "object", "properties": {
        "path": {"type": "string"}, "cwd": {"type": "string", "default": "/"}, "pathology": {"type": "string"},
    }, "required": ["path", "cwd", "pathology"]});
    let made = arguments(&schema, Some("{dir}")).expect("made");
    assert_eq!(made, json!({"path": "{dir}", "cwd": "/", "pathology": "a"}));
}

#[test]
fn a_hostile_schema_comes_to_an_end() {
    check(
        one(json!({"$ref": "#"})),
        expect!["none: arguments.x.x.x.x.x.x.x.x.x: the schema is nested more than 16 deep"],
    );
    check(
        one(json!({"$ref": "https://example.com/x"})),
        expect!["none: arguments.x: its $ref leads nowhere in the schema"],
    );
    check(
        one(json!({"type": "string", "minLength": 1e15})),
        expect![[r#"{"x":"a"}"#]],
    );
    check(
        one(json!({"type": "string", "minLength": 1_000_000_000})),
        expect!["none: arguments.x: it wants 1000000000 characters"],
    );
    check(
        one(json!({"type": "array", "minItems": 4_000})),
        expect!["none: arguments.x[998]: the schema asks for more than 1000 values"],
    );
    check(
        one(json!({"pattern": "(((a{100}){100}){100})"})),
        expect!["none: arguments.x: its pattern is no expression that is read here"],
    );
    check(
        one(json!({"type": "integer", "minimum": 2, "maximum": 1})),
        expect!["none: arguments.x: no number was found within its bounds"],
    );
    check(
        one(json!(false)),
        expect!["none: arguments.x: nothing satisfies its schema"],
    );
    check(
        one(json!({"type": "moon"})),
        expect!["none: arguments.x: its type is none of JSON's"],
    );
    // Choices within choices would be tried without end.
    let mut wide = json!({"type": "string", "pattern": "^never$"});
    for _ in 0..12 {
        wide = json!({"anyOf": [wide, wide, wide]});
    }
    let why = arguments(&one(wide), None).expect_err("none fits");
    assert!(why.contains("more than 1000 values"), "{why}");
}

fn schemas() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        (-1e6..1e6f64, 0.0..1e3f64, any::<bool>()).prop_map(|(low, more, whole)| {
            let kind = if whole { "integer" } else { "number" };
            json!({"type": kind, "minimum": low, "maximum": low + more})
        }),
        (0..20u64, 0..20u64).prop_map(|(least, more)| {
            json!({"type": "string", "minLength": least, "maxLength": least + more})
        }),
        Just(json!({"type": "boolean"})),
        any::<String>().prop_map(|text| json!({"enum": [text]})),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            proptest::collection::btree_map("[a-z]{1,3}", inner.clone(), 0..4).prop_map(|fields| {
                let required: Vec<String> = fields.keys().cloned().collect();
                json!({"type": "object", "properties": fields, "required": required})
            }),
            (inner, 0..3u64).prop_map(
                |(items, least)| json!({"type": "array", "items": items, "minItems": least})
            ),
        ]
    })
}

/// Whether a value is what a schema of those above asks for.
fn satisfies(value: &Value, schema: &Value) -> bool {
    if let Some(choices) = schema.get("enum").and_then(Value::as_array) {
        return choices.contains(value);
    }
    let bound = |name: &str| schema.get(name).and_then(Value::as_f64);
    match schema["type"].as_str().expect("a type") {
        kind @ ("integer" | "number") => value.as_f64().is_some_and(|number| {
            bound("minimum").is_none_or(|least| number >= least)
                && bound("maximum").is_none_or(|most| number <= most)
                && (kind == "number" || value.is_i64())
        }),
        "string" => value.as_str().is_some_and(|text| {
            let length = characters(text);
            schema["minLength"].as_u64() <= Some(length)
                && schema["maxLength"].as_u64() >= Some(length)
        }),
        "boolean" => value.is_boolean(),
        "array" => value.as_array().is_some_and(|items| {
            u64::try_from(items.len()).ok() == schema["minItems"].as_u64()
                && items.iter().all(|item| satisfies(item, &schema["items"]))
        }),
        _ => value.as_object().is_some_and(|fields| {
            let properties = schema["properties"].as_object().expect("properties");
            properties.iter().all(|(name, schema)| {
                fields
                    .get(name)
                    .is_some_and(|value| satisfies(value, schema))
            })
        }),
    }
}

proptest! {
    #[test]
    fn what_is_made_satisfies_its_schema(schema in schemas()) {
        // Of integers between two neighbours there may be none.
        if let Ok(made) = arguments(&one(schema.clone()), None) {
            prop_assert!(satisfies(&made["x"], &schema), "{made} {schema}");
        }
    }

    #[test]
    fn no_words_of_a_stranger_are_too_much(text in "\\PC{0,60}", number in any::<f64>()) {
        for name in ["type", "pattern", "format", "$ref", "minLength", "required", "anyOf", "allOf", "items"] {
            let _made = arguments(&one(json!({name: text})), None);
            let _made = arguments(&one(json!({"type": "number", name: number, "multipleOf": number, "minimum": number})), None);
        }
    }
}
