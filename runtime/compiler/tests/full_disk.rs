//! A disk without space: the runtime goes without what it cannot keep, says so, and answers; where it cannot, it names the lack.

mod kit;

use kit::{Client, finish, hostile, runtime, said};
use std::path::Path;
use std::process::{Command, Stdio};

/// Mounts a tiny file system at `$1`, in which everything after it then runs.
const TINY: &str = "mount -t tmpfs -o size=64k,mode=700 tmpfs \"$1\" && shift && exec \"$@\"";

/// A command behind a shell, in a name space of its own that holds the mount; none, said, where this machine does not allow that.
#[expect(clippy::disallowed_methods, reason = "tests start processes here")]
fn within(tiny: &Path, then: &Command) -> Option<Command> {
    let wrap = || {
        let mut command = Command::new("unshare");
        command.args([
            "--user",
            "--map-root-user",
            "--mount",
            "sh",
            "-c",
            TINY,
            "sh",
        ]);
        command.arg(tiny);
        command
    };
    let tried = wrap().arg("true").stderr(Stdio::piped()).output();
    match tried {
        Ok(output) if output.status.success() => {}
        Ok(output) => {
            println!(
                "skipped: no file system can be mounted here: {}",
                said(&output).trim()
            );
            return None;
        }
        Err(error) => {
            println!("skipped: unshare cannot be started: {error}");
            return None;
        }
    }
    let mut command = wrap();
    command.arg(then.get_program()).args(then.get_args());
    for (name, value) in then.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    Some(command)
}

#[test]
fn a_cache_without_space_is_gone_without() {
    let Some(component) = hostile() else { return };
    let tiny = tempfile::tempdir().expect("a temporary folder");
    let mut run = runtime();
    run.arg("run")
        .arg("--cache")
        .arg(tiny.path())
        .arg(component);
    let Some(mut run) = within(tiny.path(), &run) else {
        return;
    };
    let mut client = Client::of(&mut run);
    client.initialize();
    assert_eq!(client.text(1, "ok"), "ok");
    let ended = client.end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    for wanted in [
        "running without a cache",
        "No space left on device",
        "name another folder with --cache",
    ] {
        assert!(ended.stderr.contains(wanted), "{}", ended.stderr);
    }
}

#[test]
fn no_space_anywhere_is_the_machines_lack() {
    let Some(component) = hostile() else { return };
    let tiny = tempfile::tempdir().expect("a temporary folder");
    let mut run = runtime();
    run.env("TMPDIR", tiny.path())
        .arg("run")
        .arg("--cache")
        .arg(tiny.path())
        .arg(component);
    let output = tiny.path().join("hostile.cwasm");
    let mut compile = runtime();
    compile.arg("compile").arg("-o").arg(&output).arg(component);
    for (command, remedy) in [
        (run, "or name a folder that has some in TMPDIR"),
        (
            compile,
            "; name a file in a folder that you may write to and that has room",
        ),
    ] {
        let Some(mut command) = within(tiny.path(), &command) else {
            return;
        };
        let ended = finish(&mut command);
        let told = said(&ended);
        assert_eq!(ended.status.code(), Some(4), "{told}");
        let last = told.lines().last().unwrap_or_default();
        for wanted in [
            "error: ",
            "No space left on device",
            &tiny.path().display().to_string(),
            remedy,
        ] {
            assert!(last.contains(wanted), "{told}");
        }
    }
}
