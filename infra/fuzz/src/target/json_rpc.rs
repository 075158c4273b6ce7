//! Messages of the protocol: whatever arrives, each is answered by one JSON object, or owes no answer.

use serde_json::Value;
use serde_json::value::RawValue;
use wasmmcp::engine::{Engine, Outcome};
use wasmmcp::link::Nowhere;

use super::{Target, planted};

pub(super) const TARGET: Target = Target {
    name: "json_rpc",
    feed,
    longest: 4096,
    compares: true,
    words: &[
        r#""jsonrpc":"2.0""#,
        r#""id":"#,
        r#""method":""#,
        r#""params":{"#,
        "initialize",
        "notifications/initialized",
        "notifications/cancelled",
        "server/discover",
        "subscriptions/listen",
        "tools/list",
        "tools/call",
        "ping",
        r#""_meta":{"#,
        "io.modelcontextprotocol/protocolVersion",
        "io.modelcontextprotocol/clientCapabilities",
        "2026-07-28",
        "2025-06-18",
        r#""arguments":{"#,
        "extract_time_range",
        r"\ud83d\ude00",
    ],
};

/// Lines of one session, on whichever wire each is written.
fn feed(data: &[u8]) {
    let mut engine = Engine::new(&log_parser::SERVER);
    for line in data.split(|byte| *byte == b'\n') {
        let mut answer = Vec::new();
        let outcome = engine.handle_bytes(line, &mut Nowhere, &mut answer);
        // By the grammar alone: half a surrogate pair is JSON, though no text can hold it.
        let is_json = serde_json::from_slice::<&RawValue>(line).is_ok();
        let asked = serde_json::from_slice::<Value>(line).ok();
        if outcome == Outcome::Silent {
            assert!(answer.is_empty(), "a silent outcome with an answer");
            assert!(is_json, "what is no JSON is met with silence");
            let request =
                asked.filter(|asked| asked.get("id").is_some() && asked.get("method").is_some());
            assert!(request.is_none(), "a request is met with silence");
            continue;
        }
        assert!(!answer.contains(&b'\n'), "an answer of two lines");
        let answer: Value = serde_json::from_slice(&answer).expect("an answer is JSON");
        assert_eq!(answer["jsonrpc"], "2.0");
        let (result, error) = (answer.get("result"), answer.get("error"));
        assert!(result.is_some() != error.is_some(), "{answer}");
        assert_eq!(result.is_some(), outcome == Outcome::Result);
        if result.is_some() {
            assert!(is_json, "what is no JSON has a result");
            if let Some(asked) = asked {
                assert_eq!(asked.get("id"), answer.get("id"), "the answer to another");
            }
        }
        // Behind parsing, the table of methods and the reading of arguments: the seeds' calls all have another id.
        planted(|| result.is_some_and(|result| result["content"].is_array()) && answer["id"] != 1);
    }
}
