//! The traces of the repository are what a recording gives, but for times; and a scenario that cannot go on says where and why.

use std::path::{Path, PathBuf};

use expect_test::{Expect, expect};
use harness::clock::Monotonic;
use harness::{server, subject, trace};
use scenario::{Scenario, Trace};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Records a scenario on the generated data.
fn record(scenario: &Scenario) -> anyhow::Result<trace::Recorded> {
    let root = root();
    let mut servers = server::read_all(&root)?;
    servers.retain(|server| scenario.servers.contains(&server.name));
    let mut said = |line: &str| eprintln!("{line}");
    let natives = subject::natives(&root, &servers, &mut said)?;
    let stage = trace::Stage {
        servers: &servers,
        subjects: &natives.subjects,
        standin: natives.standin.as_deref(),
        data: &dataset::ensure(&harness::place::cache()?)?,
        source: trace::source(&format!("the generated data set {}", dataset::GENERATOR)),
    };
    trace::record(scenario, &stage, &Monotonic::new(), &mut said)
}

#[test]
fn what_is_recorded_again_differs_in_times_alone() {
    let room = root().join("scenarios");
    for name in scenario::names(&room, "toml") {
        let scenario = Scenario::open(&room.join(format!("{name}.toml"))).expect("a scenario");
        let recorded = record(&scenario).unwrap_or_else(|error| panic!("{name}: {error:#}"));
        let file = room.join("traces").join(format!("{name}.json"));
        let text = scenario::read_text(&file).expect("there");
        let kept = Trace::parse(&name, &text).expect("a trace");
        let now = recorded.trace.without_times();
        assert_eq!(
            now.text(),
            kept.without_times().text(),
            "{name}: record it again: cargo run -p harness -- record --scenario {name}"
        );
        for (blob, bytes) in recorded.blobs {
            let path = file.with_file_name("blobs").join(&blob);
            assert_eq!(std::fs::read(path).ok(), Some(bytes), "{name}: {blob}");
        }
    }
}

/// What comes of a scenario with this one call after a listing of the directories.
fn check(call: &str, expected: Expect) {
    let text = format!(
        r#"
        name = "x"
        title = "X"
        question = "?"
        sources = []
        servers = ["filesystem"]
        data = ["files/text-1k.txt"]
        calls = 2

        [[call]]
        name = "first"
        why = "To have an answer."
        server = "filesystem"
        tool = "read_text_file"
        arguments = {{ path = "<data>/files/text-1k.txt" }}

        [[call]]
        name = "second"
        why = "To fail."
        server = "filesystem"
        {call}
        "#
    );
    let scenario = Scenario::parse("x.toml", &text).expect("a scenario");
    let came = match record(&scenario) {
        Ok(recorded) => format!("{} calls", recorded.trace.calls.len()),
        Err(error) => format!("{} {error:#}", harness::exit::of(&error).code()),
    };
    expected.assert_eq(&came);
}

#[test]
fn a_scenario_that_cannot_go_on_says_where_and_why() {
    check(
        r#"tool = "read_text_file"
        arguments = { path = "<data>/files/missing.txt" }"#,
        expect![[
            r#"3 call 1 (second, filesystem.read_text_file): the tool failed: {"content":[{"text":"ENOENT: no such file or directory, open '<data>/files/missing.txt'","type":"text"}],"isError":true}"#
        ]],
    );
    check(
        r#"tool = "read_text_file"
        arguments = { path = { "$answer" = "first", at = "/path" } }"#,
        expect![[
            r#"3 call 1 (second) cannot be made: the answer of first, an object with "content", has nothing at "/path"; look at what the calls before it answered, and at [[call]] second"#
        ]],
    );
    check(
        r#"tool = "reed_file"
        arguments = {}"#,
        expect![[
            r#"3 call 1 (second, filesystem.reed_file): error -32602: unknown tool reed_file; tools/list names those there are"#
        ]],
    );
    check(
        r#"tool = "read_text_file"
        each = { "$answer" = "first" }
        arguments = { path = { "$item" = "" } }"#,
        expect![[
            r#"3 call 1 (second) cannot be made: "{\"$answer\":\"first\"}" is no list; look at what the calls before it answered, and at [[call]] second"#
        ]],
    );
    check(
        r#"tool = "write_file"
        arguments = { path = "<scratch>/x.txt", content = "see <data>" }"#,
        expect!["2 calls"],
    );
}
