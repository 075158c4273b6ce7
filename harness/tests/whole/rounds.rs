//! Rounds and stopping: what is done when, in which process, and until when.

use std::collections::{BTreeMap, BTreeSet};

use harness::effort::Effort;
use harness::plan::{Cell, Kind, Scope, Stage, decoded};
use harness::server::Input;
use harness::stop::Stopping;
use record::{Packaging, Recorder, Redactor, StopReason, Warning};

use crate::mock::{Laboratory, only};

/// Ten per cent around a value that the cell's number tells.
fn wide(cell: &Cell, repetition: u64) -> u64 {
    cell.number * 1_000_000 * (90 + repetition * 7 % 21) / 100
}

/// The same always.
fn narrow(cell: &Cell, _: u64) -> u64 {
    cell.number * 1_000_000
}

fn fixed(samples: u64) -> Stopping {
    Stopping::new(Effort::FULL, Some(samples), None, None)
}

#[test]
fn a_round_meets_fresh_processes_and_every_unfinished_cell_once_a_block() {
    let laboratory = Laboratory::new(Scope::default());
    let results = tempfile::tempdir().expect("a temporary folder");
    laboratory.run(results.path(), fixed(20), wide);
    let asked = laboratory.asked.borrow();
    let warm = asked
        .iter()
        .filter(|(planned, _)| planned.kind.stage() == Stage::Warm);
    let mut rounds: BTreeMap<u64, BTreeMap<u64, usize>> = BTreeMap::new();
    let mut processes: BTreeMap<u64, BTreeSet<(u64, u64)>> = BTreeMap::new();
    for (planned, process) in warm {
        let (cell, repetition) = decoded(planned.trial);
        // Twenty are taken by threes.
        assert_eq!(planned.round, repetition / 3 + 1);
        *rounds
            .entry(planned.round)
            .or_default()
            .entry(cell)
            .or_default() += 1;
        processes
            .entry(cell)
            .or_default()
            .insert((planned.round, *process));
    }
    assert_eq!(rounds.len(), 7);
    for (round, cells) in &rounds {
        let block = if *round == 7 { 2 } else { 3 };
        assert!(cells.values().all(|&times| times == block), "{cells:?}");
    }
    for of_cell in processes.values() {
        let distinct: BTreeSet<u64> = of_cell.iter().map(|(_, process)| *process).collect();
        assert_eq!((of_cell.len(), distinct.len()), (7, 7));
    }
}

#[test]
fn a_sample_knows_its_round_and_a_cell_why_it_ended() {
    let laboratory = Laboratory::new(Scope::default());
    let results = tempfile::tempdir().expect("a temporary folder");
    let record = laboratory.run(results.path(), fixed(20), wide);
    assert!(record.samples.iter().all(|sample| sample.round.is_some()));
    assert_eq!(record.run.stops.len(), laboratory.cells.len());
    let warm = record.run.stops.iter();
    let warm = warm.filter(|stop| stop.name.starts_with("warm "));
    for stop in warm {
        assert_eq!(
            (stop.samples.0, stop.warm_up.0, stop.why),
            (20, 3, StopReason::Samples)
        );
        assert!(stop.width_permille.is_some_and(|width| width.0 > 0));
    }
    assert_eq!(record.run.warnings, []);
}

#[test]
fn precision_ends_what_is_steady_and_goes_on_with_the_rest() {
    fn half(cell: &Cell, repetition: u64) -> u64 {
        if cell.server == "noop" {
            narrow(cell, repetition)
        } else {
            wide(cell, repetition)
        }
    }
    let laboratory = Laboratory::new(Scope::default());
    let results = tempfile::tempdir().expect("a temporary folder");
    let two = Some("2%".parse().expect("a precision"));
    let stopping = Stopping::new(Effort::QUICK, None, two, None);
    let record = laboratory.run(results.path(), stopping, half);
    for stop in &record.run.stops {
        if !["warm ", "instance-cold ", "process-"]
            .iter()
            .any(|stage| stop.name.starts_with(stage))
        {
            assert_eq!(stop.why, StopReason::Samples, "{}", stop.name);
            continue;
        }
        assert_eq!(stop.why, StopReason::Precision, "{}", stop.name);
        assert!(stop.width_permille.is_some_and(|width| width.0 <= 20));
        // Three rounds of two, or six of one: nothing is believed before there are six, and three rounds.
        let steady = stop.name.contains("noop");
        assert!(stop.samples.0 >= 6, "{}", stop.name);
        assert!(
            stop.samples.0 == 6 || !steady,
            "{}: {}",
            stop.name,
            stop.samples
        );
    }
    assert!(matches!(record.run.warnings[..], [Warning::Few { .. }]));
}

#[test]
fn a_budget_is_kept_and_every_cell_has_something() {
    let laboratory = Laboratory::new(Scope::default());
    let results = tempfile::tempdir().expect("a temporary folder");
    let budget = record::Nanos(5_000_000_000);
    let stopping = Stopping::new(Effort::FULL, None, None, Some(budget));
    let record = laboratory.run(results.path(), stopping.fitted(budget), wide);
    let took = harness::clock::Clock::now(&laboratory.clock);
    assert!(took.0 <= budget.0 * 12 / 10, "{took}");
    let mut reasons = BTreeMap::new();
    for stop in &record.run.stops {
        assert!(stop.samples.0 > 0, "{}", stop.name);
        *reasons.entry(stop.why).or_insert(0) += 1;
    }
    assert!(reasons.contains_key(&StopReason::Budget), "{reasons:?}");
}

/// Calls at large input take a second, everything else a millisecond.
fn slow_where_large(cell: &Cell, _: u64) -> u64 {
    match cell.input {
        Some(Input::Large) => 1_000_000_000,
        _ => 1_000_000,
    }
}

#[test]
fn where_nobody_asks_slow_calls_are_fewer_and_the_fourth_round_is_for_what_is_compared() {
    let stopping = Stopping::new(Effort::FULL, None, None, None);
    let whole = Laboratory::new(Scope::default());
    let results = tempfile::tempdir().expect("a temporary folder");
    let record = whole.run(results.path(), stopping, slow_where_large);
    let calls = |name: &str| name.starts_with("warm ") || name.starts_with("instance-cold ");
    let mut seen = BTreeSet::new();
    for stop in record.run.stops.iter().filter(|stop| calls(&stop.name)) {
        let cell = &whole.cells[usize::try_from(stop.cell).expect("few") - 1];
        let most = stopping.most(cell);
        seen.insert(stop.why);
        match cell.input {
            // One of each round, of which there are eight.
            Some(Input::Large) => assert_eq!(
                (stop.samples.0, stop.why),
                (8, StopReason::Time),
                "{}",
                stop.name
            ),
            _ => assert_eq!(
                (stop.samples.0, stop.why),
                (most, StopReason::Samples),
                "{}",
                stop.name
            ),
        }
    }
    assert_eq!(seen.len(), 2, "both kinds are there");
    let asked = whole.asked.borrow();
    let fourth: Vec<_> = asked
        .iter()
        .filter(|(planned, _)| planned.round == 4)
        .collect();
    assert!(!fourth.is_empty());
    for (planned, _) in fourth {
        let packaging = whole.subjects[planned.subject].packaging;
        assert_eq!(packaging, Packaging::Component, "{planned:?}");
        assert!(
            matches!(planned.kind, Kind::Start { .. } | Kind::Warm { .. }),
            "{planned:?}"
        );
    }
    // Cut in two in the midst of a round, it has what it had, and no trial twice.
    let half = asked.len() / 2;
    let laboratory = Laboratory::new(Scope::default());
    let results = tempfile::tempdir().expect("a temporary folder");
    let mut recorder =
        Recorder::create(results.path(), laboratory.described(), Redactor::new()).expect("a run");
    let interrupted = || laboratory.asked.borrow().len() >= half;
    let measured = laboratory.measure(&mut recorder, &[], stopping, slow_where_large, &interrupted);
    assert!(!measured.expect("measured").whole);
    drop(recorder);
    let resumed = laboratory.resume(&only(results.path()), stopping, slow_where_large);
    let trials: BTreeSet<_> = resumed.samples.iter().map(|sample| sample.trial).collect();
    assert_eq!(trials.len(), resumed.samples.len());
    let of = |record: &record::Record| -> Vec<(String, StopReason)> {
        let stops = record.run.stops.iter();
        stops.map(|stop| (stop.name.clone(), stop.why)).collect()
    };
    assert_eq!(of(&resumed), of(&record));
}

#[test]
fn an_interrupted_run_is_taken_up_and_ends_as_if_it_had_not_been() {
    let whole = Laboratory::new(Scope::default());
    let results = tempfile::tempdir().expect("a temporary folder");
    let undisturbed = whole.run(results.path(), fixed(9), wide);
    let count = whole.asked.borrow().len();
    for stop_after in [1, 7, count / 3, count / 2, count - 1] {
        let results = tempfile::tempdir().expect("a temporary folder");
        let laboratory = Laboratory::new(Scope::default());
        let mut recorder =
            Recorder::create(results.path(), laboratory.described(), Redactor::new())
                .expect("a run");
        let interrupted = || laboratory.asked.borrow().len() >= stop_after;
        let measured = laboratory.measure(&mut recorder, &[], fixed(9), wide, &interrupted);
        assert!(!measured.expect("measured").whole);
        let interrupted = |stop: &record::Stop| stop.why == StopReason::Interrupted;
        assert!(recorder.run().stops.iter().any(interrupted));
        drop(recorder);
        let resumed = laboratory.resume(&only(results.path()), fixed(9), wide);
        let sorted = |record: &record::Record| {
            let mut samples = record.samples.clone();
            samples.sort_by_key(|sample| sample.trial);
            samples
        };
        assert_eq!(sorted(&resumed), sorted(&undisturbed));
        assert_eq!(resumed.run.stops, undisturbed.run.stops);
        assert_eq!(laboratory.asked.borrow().len(), count, "none was repeated");
    }
}
