//! The command that makes profiles: what it writes, that the same run gives the same bytes, and what it refuses.

use std::path::Path;

#[expect(
    clippy::disallowed_methods,
    reason = "a test of the program starts the program"
)]
fn profile(arguments: &[&str]) -> (Option<i32>, String, String) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_harness"))
        .arg("profile")
        .args(arguments)
        .current_dir(root)
        .stdin(std::process::Stdio::null())
        .output()
        .expect("it starts");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn both_editions_are_written_where_they_are_asked_for_and_are_what_is_committed() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("measured.toml");
    let place = file.to_str().expect("a plain name");
    let (code, out, said) = profile(&["--out", place, "--json"]);
    assert_eq!(code, Some(0), "{said}");
    let told: serde_json::Value = serde_json::from_str(&out).expect("it prints JSON");
    assert_eq!(told["files"].as_array().map(Vec::len), Some(2), "{out}");
    assert_eq!(told["speeds"][0]["speed"], 6.7, "{out}");
    let rooms = Path::new(env!("CARGO_MANIFEST_DIR")).join("../dispatcher/profiles");
    for name in ["measured.toml", "measured-unscaled.toml"] {
        let read = |room: &Path| std::fs::read(room.join(name)).expect(name);
        let is_equal = read(folder.path()) == read(&rooms);
        assert!(
            is_equal,
            "{name} is not of the committed run; `cargo run -p harness -- profile` renews it"
        );
    }
}

#[test]
fn what_cannot_be_done_is_told_before_a_run_is_read() {
    for (arguments, named) in [
        (["--out", "my profile.toml"], "without a space"),
        (["--run", "nope"], "there is no run nope"),
    ] {
        let (code, _, said) = profile(&arguments);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(named), "{named}: {said}");
    }
}
