//! The watchdog and the reader, against shell scripts that hang, shout, and end badly.

use std::cell::Cell;

use super::*;

/// Short, because a test waits it out; only ever asserted to end, never how long it took.
const PATIENCE: Duration = Duration::from_millis(120);

fn shell(script: &str) -> Step {
    Step::new(Path::new("/bin/sh"), &Commands::of_this_process())
        .arg("-c")
        .arg(script)
}

fn still() -> u64 {
    0
}

#[test]
fn output_and_errors_are_kept_apart() {
    let mut said = Vec::new();
    let output = shell("echo one; echo two >&2; printf three")
        .run(None, &mut |line| said.push(line.to_owned()))
        .expect("the script succeeds");
    assert_eq!(output, "one\nthree\n");
    assert_eq!(said, ["two"]);
}

#[test]
fn a_failure_names_the_command_and_its_last_words() {
    let failure = shell("echo 'no such mirror' >&2; exit 3")
        .run(None, &mut |_| {})
        .expect_err("it fails");
    let text = failure.to_string();
    assert!(text.starts_with("`sh "), "{text}");
    assert!(text.contains("exit status: 3"), "{text}");
    assert!(text.ends_with("no such mirror"), "{text}");
}

#[test]
fn of_many_last_words_the_complaints_are_told() {
    let script = "echo Get:1 >&2; echo 'E: not signed.' >&2; echo Reading >&2; exit 1";
    let failure = shell(script).run(None, &mut |_| {}).expect_err("it fails");
    assert!(
        failure.to_string().ends_with(": E: not signed"),
        "{failure}"
    );
    let failure = shell("for i in 1 2 3 4 5; do echo $i; done; exit 1")
        .run(None, &mut |_| {})
        .expect_err("it fails");
    assert!(failure.to_string().ends_with(": 3 | 4 | 5"), "{failure}");
}

#[test]
fn a_program_that_hangs_is_given_up_and_killed() {
    let watch = Watch {
        // Time enough for the shell to begin on a busy machine.
        patience: Duration::from_secs(2),
        gauge: &still,
    };
    let failure = shell("echo begun; exec sleep 600")
        .show(Some(watch), &mut |_| {})
        .expect_err("it hangs");
    assert!(matches!(failure, Failure::Stalled { .. }), "{failure}");
    assert!(failure.to_string().ends_with("begun"), "{failure}");
}

#[test]
fn a_growing_download_is_progress_though_nothing_is_printed() {
    // The gauge moves for twenty looks, five times the patience, and the program ends only after that.
    let folder = tempfile::tempdir().expect("temporary folder");
    let flag = folder.path().join("done");
    let looks = Cell::new(0);
    let gauge = || {
        looks.set(looks.get() + 1);
        if looks.get() == 20 {
            std::fs::write(&flag, "").expect("flag");
        }
        looks.get()
    };
    let watch = Watch {
        patience: PATIENCE,
        gauge: &gauge,
    };
    shell(&format!(
        "while ! [ -e '{}' ]; do sleep 0.01; done",
        flag.display()
    ))
    .show(Some(watch), &mut |_| {})
    .expect("it was never given up");
    assert!(looks.get() >= 20);
}

#[test]
fn output_without_a_line_end_is_progress_and_is_cut() {
    let watch = Watch {
        patience: Duration::from_secs(20),
        gauge: &still,
    };
    let output = shell("head -c 3000000 /dev/zero | tr '\\0' x")
        .run(Some(watch), &mut |_| {})
        .expect("it ends");
    assert_eq!(output.len(), LONGEST_LINE + 1);
}

#[test]
fn a_program_that_is_not_there_is_said_so() {
    let step = Step::new(Path::new("/nowhere/tool"), &Commands::of_this_process());
    let failure = step.run(None, &mut |_| {}).expect_err("nothing to start");
    assert!(matches!(failure, Failure::Unstartable { .. }));
    assert!(
        failure
            .to_string()
            .starts_with("`tool` could not be started"),
        "{failure}"
    );
}

#[test]
fn variables_are_set_and_removed() {
    let step = shell("echo ${KEPT-gone} ${HOME-gone}")
        .env("KEPT", "yes")
        .without_env(["HOME"]);
    assert_eq!(step.run(None, &mut |_| {}).expect("echo"), "yes gone\n");
}
