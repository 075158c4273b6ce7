//! Real runs of the program: one is killed and taken up, and what is estimated of the next is held against what it takes.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitStatus, Output, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use record::{Outcome, Record, Trial};
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::Value;

/// One run measures at a time, and the other would be skipped.
static MEASURING: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    // What a failed test left does not matter to the next.
    MEASURING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a look has of `noop` over pipes: load and density are other tests'.
const WIDE: [&str; 8] = [
    "table3",
    "--quick",
    // So many that there is time to end it.
    "--samples",
    "20",
    "--server",
    "noop",
    "--transport",
    "stdio,in-process",
];

#[expect(
    clippy::disallowed_methods,
    reason = "a test of the program starts the program"
)]
fn harness(more: &[&str], out: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_harness"));
    command
        .args(WIDE)
        .args(more)
        .arg("--out")
        .arg(out)
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

/// The output, unless this machine cannot do it now: another run measures, or there is no target.
fn ended(more: &[&str], out: &Path) -> Option<Output> {
    let output = harness(more, out).output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(4) {
        println!("skipped: {}", said.lines().last().unwrap_or_default());
        return None;
    }
    assert!(output.status.success(), "{more:?}: {said}");
    Some(output)
}

/// Sends a signal to a run at the first line that says it is so far, as a terminal would: to the whole group of processes. Tells
/// how it ended.
fn told(signal: Signal, tenth: &str, out: &Path) -> ExitStatus {
    let mut child = harness(&[], out)
        .process_group(0)
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("it starts");
    let lines = BufReader::new(child.stderr.take().expect("stderr was piped")).lines();
    let mut lines = lines.map_while(Result::ok);
    lines.find(|line| line.trim_start().starts_with(tenth));
    // It may have ended by itself, and then there is nothing to resume, which shows in its record.
    let _gone = kill_process_group(Pid::from_child(&child), signal);
    lines.for_each(drop);
    child.wait().expect("it was started")
}

fn trials(record: &Record) -> BTreeSet<Trial> {
    record.samples.iter().map(|sample| sample.trial).collect()
}

fn latest(out: &Path) -> Record {
    let folder = record::latest(out).expect("a run");
    Record::read(&folder).expect("a record")
}

/// What all trials of a run took, by its own account.
fn took(out: &Path) -> u64 {
    let folder = record::latest(out).expect("a run");
    let text = std::fs::read(folder.join("costs.json")).expect("written");
    let costs: BTreeMap<String, BTreeMap<String, u64>> =
        serde_json::from_slice(&text).expect("a map");
    let cells = costs.iter().filter(|(name, _)| *name != "verifying");
    cells.map(|(_, cost)| cost["nanos"]).sum()
}

#[test]
fn a_killed_run_is_taken_up_and_the_next_takes_what_was_estimated() {
    let _alone = alone();
    let results = tempfile::tempdir().expect("a temporary folder");
    let out = results.path();
    // Builds what is not built, so that the killed one is killed while it measures.
    if ended(&[], out).is_none() {
        return;
    }
    let (whole, took_first) = (latest(out), took(out));
    for tenth in ["10 %", "50 %", "80 %"] {
        told(Signal::KILL, tenth, out);
        let cut = latest(out);
        assert!(cut.run.end.is_none(), "it ended before it was killed");
        assert!(trials(&cut).len() < trials(&whole).len());
        if ended(&["--resume"], out).is_none() {
            return;
        }
        let resumed = latest(out);
        assert_eq!(resumed.run.id, cut.run.id);
        assert_eq!(trials(&resumed), trials(&whole), "killed at {tenth}");
    }
    let Some(told) = ended(&["--dry-run", "--json"], out) else {
        return;
    };
    let told: Value = serde_json::from_slice(&told.stdout).expect("JSON");
    let estimate = told["measuring_nanos"].as_u64().expect("a number");
    if ended(&[], out).is_none() {
        return;
    }
    let took = took(out);
    println!("estimated {estimate} ns, took {took} ns, and {took_first} ns before");
    assert!(
        estimate < 2 * took && took < 2 * estimate,
        "estimated {estimate} ns, took {took} ns"
    );
}

#[test]
fn ctrl_c_finishes_the_trial_in_flight() {
    let _alone = alone();
    let results = tempfile::tempdir().expect("a temporary folder");
    let out = results.path();
    let ended = told(Signal::INT, "10 %", out);
    if ended.code() == Some(4) {
        println!("skipped: another run measures, or there is no target");
        return;
    }
    assert_eq!(ended.code(), Some(130));
    let cut = latest(out);
    assert!(cut.run.end.is_none(), "it ended before it was interrupted");
    for sample in &cut.samples {
        let hurt = matches!(sample.outcome, Outcome::Crashed { .. });
        assert!(!hurt, "{sample:?}");
    }
}
