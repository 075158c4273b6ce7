//! The command's exit codes.
use std::path::Path;
use std::process::{Command, Output};

use crate::WHOLE;

#[expect(
    clippy::disallowed_methods,
    reason = "the one place of these tests that starts a process"
)]
fn dataset(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dataset"))
        .args(arguments)
        .output()
        .expect("cargo has built the command")
}

fn check(arguments: &[&str], code: i32, says: &str) {
    let output = dataset(arguments);
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert!(said.contains(says), "{said}");
}

fn as_text(path: &Path) -> &str {
    path.to_str()
        .expect("cargo's folder is UTF-8 where tests run")
}

#[test]
fn exit_codes_are_the_documented_ones() {
    check(&["verify", as_text(&WHOLE.folder)], 0, "4830 files");
    check(&["--help"], 0, "Exit codes");
    check(&["verify"], 2, "<DIR>");
    check(&["verify", "/nonexistent"], 2, "Write the data set anew");
    check(
        &["generate", "x", "--seed", "minus one"],
        2,
        "invalid value",
    );

    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let whole = folder.path().join("whole");
    check(&["generate", as_text(&whole), "--seed", "7"], 0, "seed 7");
    std::fs::write(whole.join("files/empty.txt"), "no longer").expect("the folder is ours");
    check(&["verify", as_text(&whole)], 3, "files/empty.txt (changed)");
}
