//! A run that is killed loses at most the trial in flight, and never repeats or counts one twice.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use harness::clock::Monotonic;
use harness::effort::Effort;
use harness::plan::{Cell, Scope};
use harness::process::{Launch, Process};
use harness::stop::Stopping;
use record::{Record, Recorder, Redactor, State, Trial};

use crate::mock::{Laboratory, only};

/// Names the folder to the process that is killed; without it that process's test has nothing to do.
const FOLDER: &str = "HARNESS_TEST_KILLED_FOLDER";

fn plant(cell: &Cell, repetition: u64) -> u64 {
    cell.number * 1_000 + repetition
}

fn stopping() -> Stopping {
    Stopping::new(Effort::FULL, Some(5), None, None)
}

fn trials(record: &Record) -> BTreeSet<Trial> {
    record.samples.iter().map(|sample| sample.trial).collect()
}

/// The process that is killed: measures into the folder that it is told, and says each trial.
#[test]
fn measures_where_it_is_told() {
    let Some(results) = std::env::var_os(FOLDER) else {
        return;
    };
    let laboratory = Laboratory::new(Scope::default());
    let recorder = Recorder::create(Path::new(&results), laboratory.described(), Redactor::new());
    let said = || {
        // Straight to the pipe: the test's own output is held back until it ends.
        let line = format!("trial {}\n", laboratory.asked.borrow().len());
        let told = std::fs::OpenOptions::new()
            .append(true)
            .open("/proc/self/fd/1")
            .and_then(|mut pipe| pipe.write_all(line.as_bytes()));
        told.expect("the pipe is open");
        false
    };
    let measured = laboratory.measure(&mut recorder.expect("a run"), &[], stopping(), plant, &said);
    measured.expect("measured");
}

/// Starts the process above and kills it once it has said so many trials, wherever it is by then.
fn killed_after(trial: usize, results: &Path) {
    let clock = Monotonic::new();
    let mut environment: Vec<(String, String)> = std::env::vars().collect();
    environment.push((FOLDER.to_owned(), results.to_string_lossy().into_owned()));
    let mut process = Process::start(&Launch {
        program: std::env::current_exe().expect("this test"),
        arguments: [
            "--exact",
            "killed::measures_where_it_is_told",
            "--nocapture",
        ]
        .map(Into::into)
        .into(),
        environment,
    })
    .expect("started");
    let wanted = format!("trial {trial}").into_bytes();
    let said = process
        .exchange(b"", Duration::from_secs(60), &clock, |line| *line == wanted)
        .map(|_| ());
    assert!(said.is_ok(), "{said:?}: {}", process.last_words());
    // Dropping it kills it by signal 9.
    drop(process);
}

#[test]
fn killed_at_fifty_moments_and_resumed_the_trials_are_those_of_an_undisturbed_run() {
    let laboratory = Laboratory::new(Scope::default());
    let results = tempfile::tempdir().expect("a temporary folder");
    let undisturbed = laboratory.run(results.path(), stopping(), plant);
    let count = laboratory.asked.borrow().len();
    let mut cut = 0;
    for moment in 0..50 {
        let results = tempfile::tempdir().expect("a temporary folder");
        // Prime to the count, so that the moments are spread over the whole run; where within a trial it dies is chance.
        let after = 1 + (moment * 7919 + 13) % (count - 10);
        killed_after(after, results.path());
        let folder = only(results.path());
        let before = Record::read(&folder).expect("what is whole is read");
        let State::Interrupted { cut: ragged } = before.state else {
            panic!("it was killed before its end");
        };
        cut += usize::from(ragged);
        assert!(trials(&before).len() + 1 >= after, "more than one is lost");
        let laboratory = Laboratory::new(Scope::default());
        let resumed = laboratory.resume(&folder, stopping(), plant);
        assert_eq!(trials(&resumed), trials(&undisturbed));
        assert_eq!(resumed.samples.len(), undisturbed.samples.len());
        let repeated = laboratory.asked.borrow().len() + trials(&before).len();
        assert_eq!(repeated, count, "none was repeated");
    }
    println!("of 50, {cut} died within an append");
}
