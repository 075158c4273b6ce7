//! Table I: asked of servers that answer, answer in pages, or do not; and drawn again from a record.

use std::path::Path;
use std::process::Output;

use harness::clock::Monotonic;
use harness::launch::{Made, Programs};
use harness::offer;
use harness::peer::Subject;
use harness::server::Server;
use harness::standin::Standins;
use record::{
    Digest, Offer, Packaging, Recorder, Redactor, Run, Subject as Named, TOOLS, Timestamp,
};
use serde_json::{Value, json};

/// What a shell that accepts the handshake and then does this offers.
fn offered(then: &str) -> Offer {
    let accept = r#"read hello; echo '{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2025-11-25"}}'; read initialized; read list"#;
    let mut server: Server =
        toml::from_str("name = \"mock\"\ntitle = \"Mock\"\npackage = \"mock\"").expect("a server");
    server.arguments = vec!["-c".to_owned(), format!("{accept}; {then}; read end")];
    let made = Made {
        server: "mock".to_owned(),
        packaging: Packaging::Native,
        digest: Digest::of(b"mock"),
        file: "/bin/sh".into(),
        precompiled: None,
        interpreted: None,
        own: None,
        image: None,
        web: harness::launch::Web::Own,
    };
    let programs = Programs {
        runtime: "/none".into(),
        compiler: "/none".into(),
        wasmtime: None,
        docker: None,
    };
    let subject = Subject {
        made: &made,
        server: &server,
        programs: &programs,
        cache: Path::new("/none"),
        generated: true,
        standins: &Standins::default(),
    };
    offer::ask(&subject, Path::new("/none"), &Monotonic::new()).expect("a folder")
}

fn answer(id: u32, result: &str) -> String {
    format!(r#"echo '{{"jsonrpc":"2.0","id":{id},"result":{result}}}'"#)
}

#[test]
fn every_page_of_a_list_is_asked_for() {
    let first = answer(1, r#"{"tools":[{"name":"a"}],"nextCursor":"p2"}"#);
    let second = answer(2, r#"{"tools":[{"name":"b","inputSchema":{}}]}"#);
    // the second page only for who names the cursor
    let offer = offered(&format!(
        r#"{first}; read next; case "$next" in *'"cursor":"p2"'*) {second};; esac"#
    ));
    assert_eq!(offer.failed, None);
    assert_eq!(offer.names().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(offer.tools[1], json!({"name": "b", "inputSchema": {}}));
}

#[test]
fn who_does_not_answer_well_is_named_with_the_reason() {
    for (then, why) in [
        ("exit 3".to_owned(), "closed its output"),
        (answer(1, r#"{"tools":"none"}"#), "no list of tools"),
        (answer(1, r#"{"tools":[{}]}"#), "a tool without a name"),
        (
            answer(1, r#"{"tools":[{"name":"a"},{"name":"a"}]}"#),
            "lists \"a\" twice",
        ),
    ] {
        let offer = offered(&then);
        assert!(offer.tools.is_empty());
        let failed = offer.failed.expect(why);
        assert!(failed.contains(why), "{failed}");
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place of these tests that starts the command"
)]
fn table1(run: &Path, more: &[&str]) -> Output {
    std::process::Command::new(env!("CARGO_BIN_EXE_harness"))
        .args(["table1", "--run"])
        .arg(run)
        .args(more)
        .output()
        .expect("cargo has built it")
}

/// A run of these offers.
fn recorded(results: &Path, offers: Option<&[Offer]>) -> std::path::PathBuf {
    let run = Run::new("table1", 0, Timestamp(1_764_000_000));
    let recorder = Recorder::create(results, run, Redactor::new()).expect("a folder");
    if let Some(offers) = offers {
        recorder
            .write_beside(TOOLS, &Offer::write(offers))
            .expect("written");
    }
    recorder.finish(Timestamp(1_764_000_060)).expect("sealed")
}

fn offer(server: &str, names: &[&str], failed: Option<&str>) -> Offer {
    Offer {
        subject: Named {
            server: server.to_owned(),
            packaging: Packaging::Component,
            digest: None,
        },
        tools: names.iter().map(|name| json!({"name": name})).collect(),
        failed: failed.map(str::to_owned),
    }
}

#[test]
fn a_run_is_drawn_again_and_its_difference_told() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let parse = [
        "parse_logs",
        "filterEntries",
        "compute_log_statistics",
        "extract_time_range",
    ];
    let offers = [
        offer("log_parser", &parse, None),
        offer("noop", &["noop"], None),
    ];
    let run = recorded(folder.path(), Some(&offers));
    let output = table1(&run, &[]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("log_parser: edge (Preprocessing)"), "{said}");

    let output = table1(&run, &["--json"]);
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let difference = told["tables"]["table1-difference"]
        .as_array()
        .expect("rows");
    let of = |server: &str| {
        let row = difference
            .iter()
            .find(|row| row["server"] == server)
            .expect("a row");
        ["listed", "published", "equal", "more", "missing", "renamed"]
            .map(|key| row[key].as_str().expect("a number").to_owned())
    };
    assert_eq!(of("log_parser"), ["4", "4", "2", "1", "1", "1"]);
    assert_eq!(of("git"), ["0", "12", "0", "0", "12", "0"]);
    assert_eq!(of("noop"), ["1", "0", "0", "0", "0", "0"]);
    assert_eq!(told["offers"], json!(offers));
    for file in ["table1.csv", "table1.md", "table1-difference.csv"] {
        assert!(run.join(file).is_file(), "{file}");
    }
}

#[test]
fn exit_codes_are_the_documented_ones() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let silent = recorded(
        folder.path(),
        Some(&[offer("git", &[], Some("it crashed"))]),
    );
    let output = table1(&silent, &[]);
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("1 subjects did not answer"), "{said}");

    let never = recorded(folder.path(), None);
    let output = table1(&never, &[]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("did not ask its servers for their tools"),
        "{said}"
    );

    std::fs::write(never.join(TOOLS), "[").expect("written");
    let output = table1(&never, &["--json"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    assert_eq!(
        table1(Path::new("/no/such/run"), &[]).status.code(),
        Some(2)
    );
}
