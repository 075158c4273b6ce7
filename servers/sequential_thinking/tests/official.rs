//! One process is asked what the official server was asked, in the same order: text, structure and failure are the same, but for what is listed.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

#[test]
fn answers_are_the_official_servers() {
    let cases: Vec<Value> =
        serde_json::from_str(include_str!("../golden/answers.json")).expect("JSON");
    #[expect(
        clippy::disallowed_methods,
        reason = "a test of the program starts the program"
    )]
    let mut server = Command::new(env!("CARGO_BIN_EXE_sequential_thinking"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut input = server.stdin.take().expect("piped");
    let mut output = BufReader::new(server.stdout.take().expect("piped"));
    let (mut equal, mut otherwise) = (0, 0);
    for case in &cases {
        let params = json!({"name": "sequentialthinking", "arguments": case["arguments"]});
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
        writeln!(input, "{request}").expect("it reads");
        let mut line = String::new();
        output.read_line(&mut line).expect("it answers");
        let answer: Value = serde_json::from_str(&line).expect("JSON");
        let shown = |result: &Value| {
            let is_error = result["isError"].as_bool().unwrap_or(false);
            json!([is_error, result["content"], result["structuredContent"]])
        };
        let (ours, theirs) = (shown(&answer["result"]), shown(&case["result"]));
        if case.get("otherwise").is_some() {
            assert_ne!(
                ours, theirs,
                "it is equal now, so it is no difference: {case}"
            );
            otherwise += 1;
        } else {
            assert_eq!(ours, theirs, "{case}");
            equal += 1;
        }
    }
    drop(input);
    assert!(server.wait().expect("it ends").success());
    assert_eq!((equal, otherwise), (cases.len() - 4, 4));
    assert!(equal > 40);
}
