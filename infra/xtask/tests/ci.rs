//! `.ci/run` against imitations: its last line, computed from what a test runner prints, and what it calls.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Output;

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.ci/run")
}

/// Runs a line of bash that has sourced the script, with a folder of commands before all others.
#[expect(
    clippy::disallowed_methods,
    reason = "the script under test is a program"
)]
fn bash(line: &str, commands: &Path) -> Output {
    let search = std::env::var("PATH").unwrap_or_default();
    std::process::Command::new("bash")
        .args(["-c", &format!("source \"$1\"; {line}"), "bash"])
        .arg(script())
        .env("PATH", format!("{}:{search}", commands.display()))
        .env("FAKES", commands)
        .output()
        .expect("bash is there, as .ci/run needs it")
}

/// The last line for this log, which cargo ended with this status.
fn totals(log: &str, status: u8) -> String {
    let folder = Scratch::new(&format!("totals-{status}-{}", log.len()));
    fs::write(folder.0.join("log"), log).expect("the log can be written");
    let output = bash(&format!("totals \"$FAKES/log\" {status}"), &folder.0);
    String::from_utf8(output.stdout).expect("plain text")
}

/// A folder that is gone when the test ends.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("wasmmcp-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a temporary folder");
        Self(folder)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A folder left behind in the system's temporary one harms nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
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
    let log = "error: could not compile `x`\n";
    assert_eq!(totals(log, 101), "0 passed, 1 failed, 0 skipped\n");
}

/// Runs the whole script with a `cargo` that fails at one of its commands; the calls, the last line, the exit code.
fn run(fails_at: &str) -> (String, String, Option<i32>) {
    let folder = Scratch::new(&format!("run-{fails_at}"));
    let cargo = folder.0.join("cargo");
    let text = format!(
        "#!/bin/sh\necho \"$*\" >> \"$FAKES/calls\"\n\
         case $1 in test) echo 'test result: ok. 2 passed; 0 failed; 0 ignored';; esac\n\
         [ \"$1\" != '{fails_at}' ]\n"
    );
    fs::write(&cargo, text).expect("script");
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).expect("chmod");
    // Nothing is to be installed by a test.
    let output = bash(
        "packages() { :; }; interpreters() { :; }; components() { :; }; engine() { :; }; main",
        &folder.0,
    );
    let calls = fs::read_to_string(folder.0.join("calls")).expect("cargo was called");
    let printed = String::from_utf8(output.stdout).expect("plain text");
    let last = printed.lines().last().unwrap_or_default().to_owned();
    (calls, last, output.status.code())
}

#[test]
fn everything_is_run_though_something_fails_and_the_exit_code_tells() {
    let expected = [
        ("nothing", "2 passed, 0 failed, 0 skipped", 0),
        ("fetch", "2 passed, 0 failed, 0 skipped", 1),
        ("fmt", "2 passed, 0 failed, 0 skipped", 1),
        ("clippy", "2 passed, 0 failed, 0 skipped", 1),
        ("test", "2 passed, 1 failed, 0 skipped", 1),
    ];
    for (fails_at, line, code) in expected {
        let (calls, last, status) = run(fails_at);
        assert_eq!((last.as_str(), status), (line, Some(code)), "{fails_at}");
        assert_eq!(
            calls,
            "fetch --locked\nfmt --all --check\n\
             clippy --workspace --all-targets -- -D warnings\ntest --workspace\n"
        );
    }
}

/// What is said and installed where commands are missing, with an `apt-get` that ends so.
fn interpreters(here: &str, apt: &str) -> (String, String, Option<i32>) {
    let folder = Scratch::new(&format!("interpreters-{}-{}", here.len(), apt.len()));
    let program = folder.0.join("apt-get");
    let text = format!("#!/bin/sh\necho \"$*\" >> \"$FAKES/calls\"\n{apt}\n");
    fs::write(&program, text).expect("script");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("chmod");
    let line = format!(
        "command() {{ case \"$2\" in {here}) true;; *) false;; esac; }}; python3() {{ command -v venv; }}; id() {{ echo 0; }}; interpreters"
    );
    let output = bash(&line, &folder.0);
    let calls = fs::read_to_string(folder.0.join("calls")).unwrap_or_default();
    let printed = String::from_utf8(output.stdout).expect("plain text");
    (calls, printed, output.status.code())
}

#[test]
fn interpreters_are_installed_where_they_are_missing_and_end_nothing_where_they_cannot_be() {
    let install = "install -y -qq --no-install-recommends";
    let (calls, printed, code) = interpreters("node|npm|python3|venv|apt-get", "true");
    assert_eq!((calls.as_str(), printed.as_str(), code), ("", "", Some(0)));
    let (calls, _, code) = interpreters("node|python3|apt-get", "true");
    assert_eq!(calls, format!("update -qq\n{install} npm python3-venv\n"));
    assert_eq!(code, Some(0));
    for (here, apt) in [("apt-get", "false"), ("nothing", "true")] {
        let (_, printed, code) = interpreters(here, apt);
        let said = "without nodejs npm python3 python3-venv, tests that need them are skipped\n";
        assert!(printed.ends_with(said), "{printed}");
        assert_eq!(code, Some(0));
    }
}

/// What is said by the step that sets up an engine, for this user and with a `cargo` that ends so.
fn engine(user: u32, cargo: &str) -> (String, String, Option<i32>) {
    let folder = Scratch::new(&format!("engine-{user}-{}", cargo.len()));
    let program = folder.0.join("cargo");
    let text = format!("#!/bin/sh\necho \"$*\" >> \"$FAKES/calls\"\n{cargo}\n");
    fs::write(&program, text).expect("script");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("chmod");
    let output = bash(&format!("id() {{ echo {user}; }}; engine"), &folder.0);
    let calls = fs::read_to_string(folder.0.join("calls")).unwrap_or_default();
    let printed = String::from_utf8(output.stdout).expect("plain text");
    (calls, printed, output.status.code())
}

#[test]
fn an_engine_is_set_up_by_root_alone_and_ends_nothing_where_it_cannot_be() {
    let set_up = "run --quiet --package container --example setup\n";
    let skipped = "without a Docker engine, tests that need one are skipped\n";
    let told = |calls: &str, printed: &str| (calls.to_owned(), printed.to_owned(), Some(0));
    assert_eq!(engine(0, "true"), told(set_up, ""));
    assert_eq!(engine(0, "false"), told(set_up, skipped));
    assert_eq!(engine(1000, "true"), told("", skipped));
}
