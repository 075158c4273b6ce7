//! The last line of `.ci/run`, computed from what a test runner prints.

use std::path::Path;

/// Runs the script's own function over a log that cargo ended with this status.
#[expect(
    clippy::disallowed_methods,
    reason = "the script under test is a program"
)]
fn totals(log: &str, status: u8) -> String {
    let folder = std::env::temp_dir().join(format!(
        "wasmmcp-totals-{}-{status}-{}",
        std::process::id(),
        log.len()
    ));
    std::fs::write(&folder, log).expect("the log can be written");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.ci/run");
    let output = std::process::Command::new("bash")
        .args(["-c", r#"source "$1" && totals "$2" "$3""#, "bash"])
        .args([
            script.as_os_str(),
            folder.as_os_str(),
            status.to_string().as_ref(),
        ])
        .output()
        .expect("bash is there, as .ci/run needs it");
    std::fs::remove_file(folder).expect("the log was there");
    String::from_utf8(output.stdout).expect("plain text")
}

const GREEN: &str = "\
running 3 tests
test a ... ok
skipped: no engine
test b ... skipped: no root
ok
test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.40s
the harness skipped:nothing and said so
test result: ok. 40 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 1.00s
";

#[test]
fn a_skipped_test_is_counted_once_and_not_as_passed() {
    assert_eq!(totals(GREEN, 0), "41 passed, 0 failed, 4 skipped\n");
}

#[test]
fn failures_are_added_up() {
    let log = format!("{GREEN}test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured\n");
    assert_eq!(totals(&log, 101), "42 passed, 2 failed, 4 skipped\n");
}

#[test]
fn a_program_that_dies_without_a_result_is_a_failure() {
    assert_eq!(totals(GREEN, 101), "41 passed, 1 failed, 4 skipped\n");
    assert_eq!(
        totals("error: could not compile `x`\n", 101),
        "0 passed, 1 failed, 0 skipped\n"
    );
}
