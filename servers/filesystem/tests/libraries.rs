//! Patterns and diffs mean what the official server's libraries mean by them (recorded by golden/patterns.mjs).

use std::path::PathBuf;

use filesystem::{diff, glob::Glob};
use serde_json::Value;

fn golden(name: &str) -> Value {
    // another folder of recordings can be tried by naming it
    let folder = std::env::var_os("FILESYSTEM_GOLDEN").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/golden")),
        PathBuf::from,
    );
    let text = std::fs::read_to_string(folder.join(name)).expect("the recording is committed");
    serde_json::from_str(&text).expect("the recording is JSON")
}

#[test]
fn patterns_match_what_the_library_matches() {
    let golden = golden("patterns.json");
    let names: Vec<&str> = golden["names"]
        .as_array()
        .expect("names")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let mut wrong = Vec::new();
    for (pattern, expected) in golden["table"].as_object().expect("table") {
        let glob = Glob::new(pattern).expect("no pattern is too long");
        let ours: String = names
            .iter()
            .map(|name| if glob.matches(name) { '1' } else { '0' })
            .collect();
        let expected = expected.as_str().expect("a row of digits");
        if ours != expected {
            let differing: Vec<_> = names
                .iter()
                .zip(ours.chars().zip(expected.chars()))
                .filter(|(_, (ours, theirs))| ours != theirs)
                .map(|(name, (ours, _))| format!("{name}={ours}"))
                .collect();
            wrong.push(format!("{pattern:?}: {}", differing.join(" ")));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} patterns differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn diffs_are_those_of_the_library() {
    for case in golden("diffs.json").as_array().expect("a list") {
        let text = |key: &str| case[key].as_str().expect("a text");
        assert_eq!(
            diff::unified("/f", text("before"), text("after")),
            text("diff")
        );
    }
}
