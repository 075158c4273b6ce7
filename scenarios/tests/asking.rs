//! Scenarios are read strictly, and turned into calls that are made from earlier answers.

use expect_test::{Expect, expect};
use proptest::prelude::*;
use scenario::{Scenario, Script, answer};
use serde_json::{Value, json};

const S3: &str = include_str!("../s3.toml");
const S4: &str = include_str!("../s4.toml");

/// A scenario of these calls after a first one, `find`, and a repeated one, `look`.
fn with(calls: &str) -> String {
    format!(
        r#"
name = "x"
title = "X"
question = "What is it?"
sources = ["a test"]
servers = ["s"]
data = ["a.json"]
calls = 3

[[call]]
name = "find"
why = "To have a list."
server = "s"
tool = "find"
arguments = {{}}

[[call]]
name = "look"
why = "To have one for each."
server = "s"
tool = "look"
each = {{ "$answer" = "find", at = "/found" }}
arguments = {{ at = {{ "$item" = "/name" }} }}

{calls}"#
    )
}

/// The calls that a scenario makes where every call answers what `world` says of it.
fn played(text: &str, world: &dyn Fn(&str, usize, &Value) -> Value) -> String {
    let scenario = match Scenario::parse("x.toml", text) {
        Ok(scenario) => scenario,
        Err(refused) => return refused.to_string(),
    };
    let data = |file: &str| Ok(json!([{"file": file}, 2, 3]));
    let mut script = Script::new(&scenario, &data);
    let mut lines = String::new();
    loop {
        match script.next_call() {
            Ok(Some(due)) => {
                let arguments: String = due.arguments.to_string().chars().take(300).collect();
                lines.push_str(&format!(
                    "{} {} {arguments} after {:?}\n",
                    script.made(),
                    due.tool,
                    due.depends_on
                ));
                script.answered(world(&due.tool, script.made(), &due.arguments));
            }
            Ok(None) => return lines,
            Err(stuck) => return format!("{lines}{stuck}\n"),
        }
    }
}

fn world(tool: &str, index: usize, _: &Value) -> Value {
    match tool {
        "find" => json!({"found": [{"name": "a"}, {"name": "b"}], "text": "größer"}),
        _ => json!({"n": index}),
    }
}

fn check(calls: &str, expected: Expect) {
    expected.assert_eq(&played(&with(calls), &world));
}

/// A last call with these arguments.
fn last(arguments: &str) -> String {
    format!(
        "[[call]]\nname = \"last\"\nwhy = \"To end.\"\nserver = \"s\"\ntool = \"last\"\n{arguments}\n"
    )
}

#[test]
fn later_calls_are_made_from_earlier_answers() {
    check(
        &last(
            r#"
[call.arguments]
literal = [1, { a = "<data>/x" }]
all = { "$answer" = "look", at = "/n" }
two = { "$answer" = "look", at = "/n", first = 1 }
text = { "$text" = ["found ", { "$answer" = "find", at = "/text", first = 3 }, " ", { "$answer" = "find", at = "/found/0" }] }
file = { "$data" = "a.json", at = "/0/file" }
each = { "$each" = { "$data" = "a.json", first = 2 }, to = { was = { "$item" = "" }, is = { "$answer" = "look", at = "/n", item = true } } }
"#,
        ),
        expect![[r#"0 find {} after []
1 look {"at":"a"} after [0]
2 look {"at":"b"} after [0]
3 last {"all":[1,2],"each":[{"is":1,"was":{"file":"a.json"}},{"is":2,"was":2}],"file":"a.json","literal":[1,{"a":"<data>/x"}],"text":"found grö {\"name\":\"a\"}","two":[1]} after [0, 1, 2]
"#]],
    );
    // A call for each answer of a repeated call depends on that answer alone.
    check(
        &last(
            r#"each = { "$answer" = "look" }
arguments = { n = { "$item" = "/n" }, same = { "$answer" = "look", item = true } }"#,
        ),
        expect![[r#"0 find {} after []
1 look {"at":"a"} after [0]
2 look {"at":"b"} after [0]
3 last {"n":1,"same":{"n":1}} after [1]
4 last {"n":2,"same":{"n":2}} after [2]
"#]],
    );
}

#[test]
fn an_answer_that_is_not_as_expected_ends_it_with_a_reason() {
    check(
        &last(r#"arguments = { x = { "$answer" = "find", at = "/none" } }"#),
        expect![[r#"0 find {} after []
1 look {"at":"a"} after [0]
2 look {"at":"b"} after [0]
call 3 (last) cannot be made: the answer of find, an object with "found", "text", has nothing at "/none"; look at what the calls before it answered, and at [[call]] last
"#]],
    );
    check(
        &last(
            r#"each = { "$answer" = "find" }
arguments = {}"#,
        ),
        expect![[r#"0 find {} after []
1 look {"at":"a"} after [0]
2 look {"at":"b"} after [0]
call 3 (last) cannot be made: "{\"$answer\":\"find\"}" is no list; look at what the calls before it answered, and at [[call]] last
"#]],
    );
    check(
        &last(
            r#"arguments = { x = { "$each" = { "$data" = "a.json" }, to = { "$answer" = "look", item = true } } }"#,
        ),
        expect![[r#"0 find {} after []
1 look {"at":"a"} after [0]
2 look {"at":"b"} after [0]
call 3 (last) cannot be made: look has no answer for item 2; look at what the calls before it answered, and at [[call]] last
"#]],
    );
    let empty = |tool: &str, index: usize, arguments: &Value| match tool {
        "find" => json!({"found": []}),
        _ => world(tool, index, arguments),
    };
    expect![[r#"0 find {} after []
call 1 (look) cannot be made: its list is empty; look at what the calls before it answered, and at [[call]] look
"#]].assert_eq(&played(&with(""), &empty));
    // Lists of lists of long answers are stopped before they fill the memory.
    let long = |tool: &str, index: usize, arguments: &Value| match tool {
        "find" => json!({"found": vec![json!({"name": "x".repeat(1_000)}); 1_000]}),
        _ => world(tool, index, arguments),
    };
    let nested = last(
        r#"arguments = { x = { "$each" = { "$answer" = "find", at = "/found" }, to = { "$answer" = "find", at = "/found" } } }"#,
    );
    let said = played(&with(&nested), &long);
    expect![[r#"call 1001 (last) cannot be made: it copies more than 64 MiB, or all calls together more than 1024 MiB; look at what the calls before it answered, and at [[call]] last"#]].assert_eq(said.lines().last().expect("a line"));
    // So are lists of lists of nothing.
    let zeros = vec!["0"; 200].join(", ");
    let nested = (0..5).fold("[]".to_owned(), |to, _| {
        format!(r#"{{ "$each" = [{zeros}], to = {to} }}"#)
    });
    let said = played(
        &with(&last(&format!("arguments = {{ x = {nested} }}"))),
        &world,
    );
    assert!(said.contains("it copies more than 64 MiB"), "{said}");
}

#[test]
fn each_fault_of_a_scenario_is_said_with_field_and_remedy() {
    let refused = |text: &str, expected: Expect| expected.assert_eq(&played(text, &world));
    refused(
        "name = ",
        expect![[
            r#"x.toml: line 1: string values must be quoted, expected literal string; write TOML 1.0, as scenarios/s4.toml does"#
        ]],
    );
    refused(
        "name = \"x\"\n",
        expect![[r#"x.toml: title: is missing; write a string"#]],
    );
    refused(
        &with("").replace("name = \"x\"", "name = \"../x\""),
        expect![[r#"x.toml: name: is "../x"; use letters, digits, - and _: it names files"#]],
    );
    refused(
        &with("").replace("a.json", "../a.json"),
        expect![[
            r#"x.toml: data[0]: is "../a.json"; name files and folders relative to the data set, without .."#
        ]],
    );
    refused(
        &with("").replace("calls = 3", "calls = 0"),
        expect![[
            r#"x.toml: calls: is no number from 1 to 65536; write how many calls the steps come to, so that a recording can be held to it"#
        ]],
    );
    refused(
        &with("").replace("servers = [\"s\"]", "servers = [\"s\", \"t\"]"),
        expect![[r#"x.toml: servers: names "t", which no call asks; remove it, or add the call"#]],
    );
    refused(
        &with("").replace("title = \"X\"", "title = 1979-05-27"),
        expect![[r#"x.toml: title: is a date; write it as a string"#]],
    );
    refused(
        &with(&last("arguments = { x = [0, { \"a\\u001bb\" = inf }] }")),
        expect![[
            r#"x.toml: call[2].arguments.x[1].a\u{1b}b: is a number that JSON has not; write a finite number"#
        ]],
    );
    refused(
        &with("").replace("question", "\"q\\u001b\""),
        expect!["x.toml: question: is missing; write a string"],
    );
    let last = |arguments: &str, expected: Expect| refused(&with(&last(arguments)), expected);
    last(
        "",
        expect![[
            r#"x.toml: call[2].arguments: is missing; write a table, {} where there are none"#
        ]],
    );
    last(
        "arguments = []",
        expect![[
            r#"x.toml: call[2].arguments: is no table; write a table, {} where there are none"#
        ]],
    );
    last(
        "argument = {}\narguments = {}",
        expect![[
            r#"x.toml: call[2].argument: is no field of this format; remove it, or write one of name, why, server, tool, each, arguments"#
        ]],
    );
    last(
        r#"arguments = { x = { "$answer" = "lost" } }"#,
        expect![[
            r#"x.toml: call[2].arguments.x: asks for the answer of "lost", no earlier call; name one of the calls before it: find, look"#
        ]],
    );
    last(
        r#"arguments = { x = [0, { "$item" = "" }] }"#,
        expect![[
            r#"x.toml: call[2].arguments.x[1]: asks for the current item outside of a list; give the call an `each`, or write $each"#
        ]],
    );
    last(
        r#"arguments = { x = { "$answer" = "look", item = true } }"#,
        expect![[
            r#"x.toml: call[2].arguments.x: asks for the current item's answer where there is none; take `item` away; it belongs into a repeated call, about a repeated call"#
        ]],
    );
    last(
        r#"arguments = { x = { "$anwser" = "look" } }"#,
        expect![[
            r#"x.toml: call[2].arguments.x: is the unknown expression "$anwser"; write one of $answer, $item, $data, $each, $text"#
        ]],
    );
    last(
        r#"arguments = { x = { "$answer" = "look", of = 1 } }"#,
        expect![[
            r#"x.toml: call[2].arguments.x: has "of", which $answer does not take; $answer takes at, first, item"#
        ]],
    );
    last(
        r#"arguments = { x = { "$answer" = "look", at = "n" } }"#,
        expect![[
            r#"x.toml: call[2].arguments.x: has at = "n"; write a JSON pointer: "", or "/field/0""#
        ]],
    );
    last(
        r#"arguments = { x = { "$answer" = "look", first = -1 } }"#,
        expect![[r#"x.toml: call[2].arguments.x: has first = "-1"; write a whole number"#]],
    );
    last(
        r#"arguments = { x = { "$data" = "b.json" } }"#,
        expect![[
            r#"x.toml: call[2].arguments.x: reads "b.json", which `data` does not name; add the file to `data`"#
        ]],
    );
    last(
        r#"arguments = { x = { "$each" = [] } }"#,
        expect![[r#"x.toml: call[2].arguments.x: has no `to`; write what each item becomes"#]],
    );
    last(
        r#"arguments = { x = { "$text" = "a" } }"#,
        expect![[
            r#"x.toml: call[2].arguments.x: has a $text that is no list; write a list of strings and expressions"#
        ]],
    );
    last(
        "each = [1]\narguments = {}",
        expect![[
            r#"x.toml: call[2].each: is no expression; write { "$answer" = …, at = … } or { "$data" = … }"#
        ]],
    );
    refused(
        &with(&self::last("arguments = {}")).replace("name = \"last\"", "name = \"look\""),
        expect![[
            r#"x.toml: call[2].name: is "look", as an earlier call's; give each call a name of its own"#
        ]],
    );
    refused(
        &with(&self::last("arguments = {}"))
            .replace("tool = \"last\"", "tool = \"last\"\nextra = 1"),
        expect![[
            r#"x.toml: call[2].extra: is no field of this format; remove it, or write one of name, why, server, tool, each, arguments"#
        ]],
    );
}

#[test]
fn an_agent_reads_a_result_as_the_reference_s_scripts_do() {
    for (result, expected) in [
        (
            json!({"structuredContent": {"a": 1}, "content": []}),
            json!({"a": 1}),
        ),
        (
            json!({"content": [{"type": "text", "text": "{\"a\":1}"}]}),
            json!({"a": 1}),
        ),
        (
            json!({"content": [{"type": "image"}, {"type": "text", "text": "[1"}]}),
            json!("[1"),
        ),
        (
            json!({"content": [{"type": "text", "text": "7"}]}),
            json!("7"),
        ),
        (json!({}), json!("")),
    ] {
        assert_eq!(answer(&result), expected, "{result}");
    }
}

proptest! {
    #[test]
    fn any_scenario_is_read_or_refused(which in any::<bool>(), cut: prop::sample::Index, length in 0usize..50, put in "(\\$answer|\\$item|\\[\\[call\\]\\]|=|\"|1e999|[ -~\n]{0,10})") {
        let text = if which { S3 } else { S4 };
        let at = cut.index(text.len());
        let end = (at + length).min(text.len());
        let altered = format!("{}{put}{}", &text[..at], &text[end..]);
        match Scenario::parse("f.toml", &altered) {
            Ok(scenario) => {
                // Whatever the answers are, it ends, or says what it lacks.
                let none = |_: &str| Ok(Value::Null);
                let mut script = Script::new(&scenario, &none);
                while let Ok(Some(_)) = script.next_call() {
                    script.answered(json!({"image_paths": ["a"], "images": []}));
                    prop_assert!(script.made() < 100);
                }
            }
            Err(refused) => {
                prop_assert_eq!(refused.file, "f.toml");
                prop_assert!(!refused.at.is_empty() && !refused.why.is_empty() && !refused.remedy.is_empty());
            }
        }
    }
}
