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
