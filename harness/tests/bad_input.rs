//! What a user can get wrong: each has a message that names the thing and the remedy, and its exit code.

use std::path::Path;
use std::process::Output;

#[expect(
    clippy::disallowed_methods,
    reason = "a test of the program starts the program"
)]
fn harness(folder: &Path, arguments: &[&str]) -> Output {
    std::process::Command::new(env!("CARGO_BIN_EXE_harness"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("it starts")
}

#[track_caller]
fn check(folder: &Path, arguments: &[&str], code: i32, named: &[&str]) {
    let output = harness(folder, arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
    for name in named {
        assert!(
            said.contains(name),
            "{arguments:?} does not say {name}: {said}"
        );
    }
}

fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the crate lies in the checkout")
}

#[test]
fn words_that_are_off_are_named_with_what_there_is() {
    check(checkout(), &["table4"], 2, &["table4"]);
    check(
        checkout(),
        &["verify", "--sever", "noop"],
        2,
        &["--sever", "--server"],
    );
    check(
        checkout(),
        &["verify", "--server", "nope"],
        2,
        &["no server nope", "noop, "],
    );
    for (flag, word, named) in [
        ("--seed", "x", "--seed"),
        ("--tool", "nope", "parse_logs"),
        ("--packaging", "jar", "component-wasmtime"),
        ("--metric", "nope", "first-answer"),
        ("--start-class", "nope", "instance-cold"),
        ("--transport", "nope", "stdio"),
        ("--samples", "0", "1..="),
        ("--precision", "0%", "2%"),
        ("--budget", "5", "90s"),
    ] {
        check(
            checkout(),
            &["table3", "--dry-run", flag, word],
            2,
            &[word, named],
        );
    }
}

#[test]
fn a_folder_that_is_no_data_set_is_refused_before_anything_is_built() {
    let empty = tempfile::tempdir().expect("a folder");
    let empty = empty.path().to_str().expect("a plain name");
    check(
        checkout(),
        &["verify", "--data", "/no/such/folder"],
        2,
        &["/no/such/folder", "cargo run -p dataset"],
    );
    check(
        checkout(),
        &["verify", "--data", empty],
        2,
        &["files", "more are missing", empty, "leave out --data"],
    );
}

#[test]
fn nothing_to_resume_is_said_before_anything_is_built() {
    let empty = tempfile::tempdir().expect("a folder");
    let out = empty.path().to_str().expect("a plain name");
    check(
        checkout(),
        &["table3", "--resume", "--out", out],
        2,
        &["no interrupted table3 run", "without --resume"],
    );
}

#[test]
fn a_records_folder_that_cannot_be_written_is_the_machines_lack() {
    let place = tempfile::tempdir().expect("a folder");
    let file = place.path().join("a-file");
    std::fs::write(&file, "").expect("written");
    check(
        checkout(),
        &["table3", "--out", file.to_str().expect("plain")],
        2,
        &["a-file", "--out"],
    );
}

#[test]
fn a_recording_or_an_import_says_what_it_lacks() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (out, tape, spans) = (at("x.json"), at("tape"), at("spans"));
    let call = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":{"path":"/mine/a"}}}"#;
    std::fs::write(&tape, call).expect("written");
    std::fs::write(&spans, "{}").expect("written");
    std::fs::write(at("s.toml"), "name = \"s\"\ncalls = 1").expect("written");
    let import = |format: &'static str, file: &str| {
        let words = [
            "record", "--out", &out, "--format", format, "--import", file,
        ];
        words.map(str::to_owned).to_vec()
    };
    let check = |arguments: &[String], named: &[&str]| {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        check(checkout(), &arguments, 2, named);
    };
    let plain = |words: &[&str]| {
        words
            .iter()
            .map(|word| (*word).to_owned())
            .collect::<Vec<_>>()
    };
    check(&plain(&["record"]), &["--scenario", "--import"]);
    check(
        &plain(&["record", "--scenario", "s9"]),
        &["s9", "s1, s2, s3, s4"],
    );
    check(
        &plain(&["record", "--scenario", &at("s.toml")]),
        &["s.toml", "title", "is missing"],
    );
    check(
        &plain(&["record", "--scenario", "s4", "--data", "."]),
        &["--out"],
    );
    check(
        &plain(&["record", "--scenario", "s4", "--server", "git"]),
        &["--server"],
    );
    check(&plain(&["record", "--import", &tape]), &["--format"]);
    check(
        &plain(&["record", "--import", &tape, "--format", "tape"]),
        &["--out"],
    );
    check(&import("otlp", &spans), &["object 1", "resourceSpans"]);
    check(&import("tape", &at("none")), &["none", "No such file"]);
    check(
        &import("tape", &tape),
        &["line 1", "server's name", "--server"],
    );

    let named = [
        import("tape", &tape),
        plain(&["--server", "files", "--data", "/mine"]),
    ]
    .concat();
    let named: Vec<&str> = named.iter().map(String::as_str).collect();
    let output = harness(checkout(), &named);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("no answer on the tape: 1"), "{said}");
    let trace = scenario::Trace::open(Path::new(&out)).expect("a trace");
    assert_eq!(trace.calls[0].arguments["path"], "<data>/a");
    assert_eq!(trace.calls[0].output, None);
}
