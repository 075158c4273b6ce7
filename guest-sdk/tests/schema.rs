//! What the macros make of source: schemas and list entries as constants.

use std::collections::BTreeMap;

use expect_test::{Expect, expect};
use wasmmcp::{Any, engine::Engine, link::Nowhere, prelude::*};

/// One of three.
#[derive(Deserialize, Serialize, Schema)]
#[serde(rename_all = "kebab-case")]
#[allow(dead_code, reason = "its schema is what is tested")]
enum Choice {
    FirstOne,
    #[serde(rename = "2nd")]
    Second,
    #[serde(skip)]
    Hidden,
}

#[derive(Deserialize, Serialize, Schema)]
#[serde(untagged)]
enum Either {
    Text(String),
    Number(f64),
}

/// A name.
#[derive(Deserialize, Serialize, Schema)]
struct Name(String);

/// A point.
#[derive(Deserialize, Serialize, Schema)]
#[serde(rename_all = "camelCase")]
struct Point {
    /// How far east.
    east_west: i32,
    #[schema(minimum = -90, maximum = 90)]
    north: f64,
    /// Who lives
    /// there.
    ///
    /// If anybody.
    name: Option<Name>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(skip)]
    #[allow(dead_code, reason = "its schema is what is tested")]
    cache: u8,
    neighbours: BTreeMap<String, Vec<Option<u32>>>,
    #[schema(raw = r##"{"$ref":"#"}"##)]
    any: Any,
}

#[derive(Serialize, Schema)]
struct Wrapped<'a, T> {
    value: T,
    text: &'a str,
}

/// Takes everything.
///
/// A second "paragraph".
#[tool(
    name = "take.everything",
    title = "Take \"it\"",
    writes,
    destructive,
    non_idempotent,
    open_world,
    icons = r#"[{"src":"https://example.org/i.png"}]"#,
    meta = r#"{"dev.wasmmcp/placement":
      {"tier":"edge"}}"#
)]
fn take(
    cx: &mut Context,
    /// A text, "quoted".
    #[arg(min_length = 1, max_length = 10, pattern = "^[a-z]+$")]
    text: String,
    #[arg(default = -1.5)] number: f64,
    #[arg(default = true)] flag: bool,
    #[arg(default = "2nd")] choice: Choice,
    #[arg(name = "someList", min_items = 1, max_items = 3, default = ["a", "b"])] list: Vec<String>,
    /// Where.
    point: Option<Point>,
    either: Either,
    #[arg(header = "Region")] region: Option<String>,
    anything: Any,
    #[arg(default = usize::MAX)] computed: usize,
) -> Json<BTreeMap<String, String>> {
    let _ = (cx.cancelled(), number, flag, point.is_some(), computed);
    let either = match either {
        Either::Text(text) => text,
        Either::Number(number) => number.to_string(),
    };
    let choice = serde_json::to_string(&choice).unwrap_or_default();
    let pairs = [
        ("text", text),
        ("choice", choice),
        ("list", list.join("+")),
        ("either", either),
        ("anything", anything.get().to_owned()),
        ("region", region.unwrap_or_default()),
    ];
    Json::new(
        pairs
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
    )
}

/// Gives a generic type back.
#[tool]
fn give() -> Result<Json<Wrapped<'static, Point>>, ToolError> {
    Err("nothing to give".into())
}

/// Gives what it wrote.
#[tool]
fn wrote() -> Json<Wrapped<'static, u8>> {
    Json::written("{\"value\": 1,\n \"text\": \"a\\nb\"}".to_owned())
}

/// Gives a result put together by hand.
#[tool]
fn by_hand() -> Result<ToolResult, ToolError> {
    let link = Content::link("x://y", "y").annotate(&serde_json::json!({"priority": 1}));
    ToolResult::structured(&[1, 2])?
        .with_content(vec![link, Content::image(b"abcd", "image/png")])
        .error()
        .meta("dev.wasmmcp/x", &"y")
}

/// Gives nothing.
#[tool]
fn nothing() {}

/// Takes one of two, which parameters cannot say.
#[tool(
    input_schema = r#"{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},
"oneOf":[{"required":["a"]},{"required":["b"]}]}"#
)]
fn either(a: Option<String>, b: Option<String>) -> String {
    a.or(b).unwrap_or_default()
}

static SERVER: Server = Server::new("schema", "1.0.0")
    .description("D")
    .website("https://example.org")
    .icons(&[wasmmcp::Icon::new("data:,", "image/png")])
    .tools(tools![take, give, wrote, by_hand, nothing, either]);

fn ask(method: &str, params: &str) -> serde_json::Value {
    let message = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}"#);
    let mut out = Vec::new();
    Engine::new(&SERVER).handle_bytes(message.as_bytes(), &mut Nowhere, &mut out);
    let mut answer: serde_json::Value = serde_json::from_slice(&out).expect("an answer is JSON");
    let times = answer
        .pointer_mut("/result/_meta")
        .and_then(serde_json::Value::as_object_mut);
    if let Some(times) = times {
        assert!(times.remove("dev.wasmmcp/timing").is_some());
    }
    answer["result"].take()
}

fn check(tool: usize, expected: Expect) {
    let mut entry = ask("tools/list", "{}")["tools"][tool].take();
    for place in POINTS {
        entry.pointer_mut(place).map(cut);
    }
    expected.assert_eq(&serde_json::to_string_pretty(&entry).expect("JSON"));
}

/// Where entries hold the schema of `Point`, which is checked once, by itself.
const POINTS: [&str; 2] = [
    "/inputSchema/properties/point",
    "/outputSchema/properties/value",
];

/// Takes a schema out and leaves its description.
fn cut(schema: &mut serde_json::Value) -> serde_json::Value {
    let members = schema.as_object_mut().expect("a schema is an object");
    let description = members.remove("description");
    std::mem::replace(schema, serde_json::json!({ "description": description }))
}

#[test]
fn a_derived_schema_is_the_same_in_arguments_and_results() {
    let mut list = ask("tools/list", "{}");
    for (tool, place) in POINTS.into_iter().enumerate() {
        let point = list["tools"][tool].pointer_mut(place).expect("a point");
        point_schema().assert_eq(&serde_json::to_string_pretty(&cut(point)).expect("JSON"));
    }
}

fn point_schema() -> Expect {
    expect![[r##"
        {
          "properties": {
            "any": {
              "$ref": "#"
            },
            "eastWest": {
              "description": "How far east.",
              "type": "integer"
            },
            "name": {
              "anyOf": [
                {
                  "type": "string"
                },
                {
                  "type": "null"
                }
              ],
              "description": "Who lives there.\n\nIf anybody."
            },
            "neighbours": {
              "additionalProperties": {
                "items": {
                  "anyOf": [
                    {
                      "minimum": 0,
                      "type": "integer"
                    },
                    {
                      "type": "null"
                    }
                  ]
                },
                "type": "array"
              },
              "type": "object"
            },
            "north": {
              "maximum": 90,
              "minimum": -90,
              "type": "number"
            },
            "note": {
              "type": "string"
            },
            "tags": {
              "items": {
                "type": "string"
              },
              "type": "array"
            }
          },
          "required": [
            "eastWest",
            "north",
            "neighbours",
            "any"
          ],
          "type": "object"
        }"##]]
}

#[test]
fn entries_equal_the_source() {
    check(
        0,
        expect![[r##"
        {
          "_meta": {
            "dev.wasmmcp/placement": {
              "tier": "edge"
            }
          },
          "annotations": {
            "destructiveHint": true,
            "idempotentHint": false,
            "openWorldHint": true,
            "readOnlyHint": false
          },
          "description": "Takes everything.\n\nA second \"paragraph\".",
          "icons": [
            {
              "src": "https://example.org/i.png"
            }
          ],
          "inputSchema": {
            "properties": {
              "anything": {},
              "choice": {
                "default": "2nd",
                "description": "One of three.",
                "enum": [
                  "first-one",
                  "2nd"
                ],
                "type": "string"
              },
              "computed": {
                "minimum": 0,
                "type": "integer"
              },
              "either": {
                "anyOf": [
                  {
                    "type": "string"
                  },
                  {
                    "type": "number"
                  }
                ]
              },
              "flag": {
                "default": true,
                "type": "boolean"
              },
              "number": {
                "default": -1.5,
                "type": "number"
              },
              "point": {
                "description": "Where."
              },
              "region": {
                "type": "string",
                "x-mcp-header": "Region"
              },
              "someList": {
                "default": [
                  "a",
                  "b"
                ],
                "items": {
                  "type": "string"
                },
                "maxItems": 3,
                "minItems": 1,
                "type": "array"
              },
              "text": {
                "description": "A text, \"quoted\".",
                "maxLength": 10,
                "minLength": 1,
                "pattern": "^[a-z]+$",
                "type": "string"
              }
            },
            "required": [
              "text",
              "either",
              "anything"
            ],
            "type": "object"
          },
          "name": "take.everything",
          "outputSchema": {
            "additionalProperties": {
              "type": "string"
            },
            "type": "object"
          },
          "title": "Take \"it\""
        }"##]],
    );
    check(
        1,
        expect![[r##"
        {
          "description": "Gives a generic type back.",
          "inputSchema": {
            "properties": {},
            "type": "object"
          },
          "name": "give",
          "outputSchema": {
            "properties": {
              "text": {
                "type": "string"
              },
              "value": {
                "description": "A point."
              }
            },
            "required": [
              "value",
              "text"
            ],
            "type": "object"
          }
        }"##]],
    );
    check(
        4,
        expect![[r#"
        {
          "description": "Gives nothing.",
          "inputSchema": {
            "properties": {},
            "type": "object"
          },
          "name": "nothing"
        }"#]],
    );
}

#[test]
fn a_schema_by_hand_stands_in_place_of_the_one_that_parameters_make() {
    let listed = ask("tools/list", "{}");
    assert_eq!(
        listed["tools"][5]["inputSchema"],
        serde_json::json!({
            "type": "object",
            "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
            "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
        })
    );
    let called = ask("tools/call", r#"{"name":"either","arguments":{"b":"2"}}"#);
    assert_eq!(called["content"][0]["text"], "2");
}

#[test]
fn results_are_written_as_they_were_meant() {
    let call = |name: &str| ask("tools/call", &format!(r#"{{"name":"{name}"}}"#)).to_string();
    expect![[r#"{"_meta":{},"content":[{"text":"{\"value\": 1,\n \"text\": \"a\\nb\"}","type":"text"}],"structuredContent":{"text":"a\nb","value":1}}"#]].assert_eq(&call("wrote"));
    expect![[r#"{"_meta":{"dev.wasmmcp/x":"y"},"content":[{"annotations":{"priority":1},"name":"y","type":"resource_link","uri":"x://y"},{"data":"YWJjZA==","mimeType":"image/png","type":"image"}],"isError":true,"structuredContent":[1,2]}"#]].assert_eq(&call("by_hand"));
    expect![[r#"{"_meta":{},"content":[]}"#]].assert_eq(&call("nothing"));
    expect![[
        r#"{"_meta":{},"content":[{"text":"nothing to give","type":"text"}],"isError":true}"#
    ]]
    .assert_eq(&call("give"));
}

#[test]
fn arguments_are_read_defaulted_and_judged() {
    let call = |arguments: &str| {
        let result = ask(
            "tools/call",
            &format!(r#"{{"name":"take.everything","arguments":{arguments}}}"#),
        );
        match result.get("structuredContent") {
            Some(value) => value.to_string(),
            None => result["content"][0]["text"]
                .as_str()
                .expect("a text")
                .to_owned(),
        }
    };
    expect![[r#"{"anything":"{\"a\":[1, 2]}","choice":"\"2nd\"","either":"x","list":"a+b","region":"","text":"ä\"b"}"#]].assert_eq(&call(
        r#"{"text":"\u00e4\"b","either":"x","anything": {"a":[1, 2]},"unknown":1}"#,
    ));
    expect![[r#"{"anything":"null","choice":"\"first-one\"","either":"2.5","list":"x","region":"eu","text":"ab"}"#]].assert_eq(&call(r#"{"text":"ab","either":2.5,"anything":null,"choice":"first-one","someList":["x"],"region":"eu","flag":null}"#));
    expect!["tool take.everything: argument text is missing; pass it as the input schema says"]
        .assert_eq(&call(r#"{"either":"x","anything":1}"#));
    expect!["tool take.everything: argument text: its length in characters must be at least 1; pass a value that fits the input schema"].assert_eq(&call(r#"{"text":"","either":"x","anything":1}"#));
    expect!["tool take.everything: argument text: its length in characters must be at most 10; pass a value that fits the input schema"].assert_eq(&call(
        r#"{"text":"abcdefghijkl","either":"x","anything":1}"#,
    ));
    expect!["tool take.everything: argument text: expected a string; pass a value that fits the input schema"].assert_eq(&call(r#"{"text":"\ud800","either":"x","anything":1}"#));
    expect!["tool take.everything: argument choice: unknown variant `third`, expected `first-one` or `2nd`; pass a value that fits the input schema"].assert_eq(&call(
        r#"{"text":"a","either":"x","anything":1,"choice":"third"}"#,
    ));
    expect!["tool take.everything: argument someList: its number of items must be at least 1; pass a value that fits the input schema"].assert_eq(&call(
        r#"{"text":"a","either":"x","anything":1,"someList":[]}"#,
    ));
    expect!["tool take.everything: argument someList: its number of items must be at most 3; pass a value that fits the input schema"].assert_eq(&call(
        r#"{"text":"a","either":"x","anything":1,"someList":["a","b","c","d"]}"#,
    ));
    expect!["tool take.everything: argument either: data did not match any variant of untagged enum Either; pass a value that fits the input schema"].assert_eq(&call(r#"{"text":"a","either":[],"anything":1}"#));
    expect!["tool take.everything: argument point: duplicate field `eastWest`; pass a value that fits the input schema"].assert_eq(&call(
        r#"{"text":"a","either":"x","anything":1,"point":{"eastWest":1,"eastWest":2}}"#,
    ));
    expect![[r#"tool take.everything: argument number: invalid type: string "1", expected f64; pass a value that fits the input schema"#]].assert_eq(&call(
        r#"{"text":"a","either":"x","anything":1,"number":"1"}"#,
    ));
}
