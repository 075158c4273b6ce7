//! On this machine: a trial beside a busy loop is marked, and the same trial alone is not.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use harness::clock::{Clock, Monotonic};
use harness::noise::{Proc, Source, Watch};
use harness::process::{Launch, Process};
use record::{Disturbance, Nanos};

const LONG: Duration = Duration::from_secs(60);

/// Longer than the window over which a trial is judged.
const TRIAL: Nanos = Nanos(1_500_000_000);

fn shell(script: &str, folder: &Path) -> Process {
    Process::start(&Launch {
        program: "/bin/sh".into(),
        arguments: vec!["-c".into(), script.into(), "sh".into(), folder.into()],
        environment: vec![("PATH".into(), "/usr/bin:/bin".into())],
    })
    .expect("a shell")
}

/// A subject that computes for a moment at each line: about half of a processor is ours meanwhile, and none of it is foreign.
fn subject(folder: &Path) -> Process {
    shell(
        "while read line; do i=0; while [ $i -lt 3000 ]; do i=$((i+1)); done; echo done; done",
        folder,
    )
}

/// One trial, during which the subject is kept busy.
fn trial(watch: &mut Watch, subject: &mut Process, clock: &dyn Clock) -> Option<Disturbance> {
    watch.begin();
    let end = clock.now().0 + TRIAL.0;
    while clock.now().0 < end {
        subject
            .exchange(b"go\n", LONG, clock, |_| true)
            .expect("an answer");
    }
    watch.end()
}

/// Ticks that each process of the machine has used, by its number.
fn ticks() -> BTreeMap<u32, u64> {
    let used = |pid: &u32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_ascii_whitespace().collect();
        Some(fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?)
    };
    fs::read_dir("/proc")
        .expect("it was read before")
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(|pid| Some((pid, used(&pid)?)))
        .collect()
}

#[test]
fn a_trial_beside_a_busy_loop_is_marked_and_the_same_alone_is_not() {
    if Proc::new().read().is_none() {
        println!("skipped: this system does not tell what its processors do");
        return;
    }
    let clock = Monotonic::new();
    let folder = tempfile::tempdir().expect("a folder");
    let mut own = subject(folder.path());

    let before = ticks();
    let mut watch = Watch::new(&clock, Box::new(Proc::new()));
    let alone = trial(&mut watch, &mut own, &clock);
    let after = ticks();
    let ours = [std::process::id(), own.id()];
    // Counted another way than the watch does: what each other process used by itself.
    let others: u64 = after
        .iter()
        .filter(|(pid, _)| !ours.contains(pid))
        .map(|(pid, used)| used.saturating_sub(before.get(pid).copied().unwrap_or(0)))
        .sum();
    // A tick is 10 ms, so this is a tenth of a processor.
    if others > TRIAL.0 / 100_000_000 {
        println!(
            "skipped: this machine is not quiet, so a trial alone cannot be had: other processes used {others} ticks"
        );
    } else {
        assert_eq!(alone, None, "others used {others} ticks");
    }

    let sign = folder.path().join("run");
    fs::write(&sign, b"").expect("written");
    // The loop's parent ends at once, so that it belongs to nobody; it runs until the sign is removed with its folder.
    let parent = shell(
        "(while [ -e \"$1/run\" ]; do :; done) >/dev/null 2>&1 & echo on",
        folder.path(),
    );
    assert_eq!(parent.end(LONG, &clock).words(), "exit code 0");
    let mut watch = Watch::new(&clock, Box::new(Proc::new()));
    let beside = trial(&mut watch, &mut own, &clock);
    fs::remove_file(&sign).expect("it was there");
    assert_eq!(beside, Some(Disturbance::Busy));
}
