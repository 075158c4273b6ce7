//! What is planted comes out: median, interval, tail and verdict, in tables and figures, against golden files.

use std::path::Path;

use expect_test::{ExpectFile, expect_file};
use harness::effort::Effort;
use harness::plan::{Cell, Kind, Scope, Stage};
use harness::stop::Stopping;
use record::{Groups, Metric, Packaging, Record, Spread, Transport, Unit, Verdict, compare};

use crate::mock::Laboratory;

/// Every cell has as many.
const SAMPLES: u64 = 40;

/// The least value of a cell: for a time some microseconds or milliseconds, for the rest what its number tells.
fn least(cell: &Cell) -> u64 {
    let component = cell.packaging == Packaging::Component;
    let large = cell.input == Some(harness::server::Input::Large);
    let base = match cell.kind.stage() {
        Stage::ProcessCold => 900_000,
        Stage::ProcessCompile => 90_000_000,
        Stage::Warm | Stage::InstanceCold => 50_000,
        Stage::Size | Stage::Memory | Stage::Density | Stage::Idle => 4_000_000,
        Stage::Load => 10_000,
    };
    base * if component { 2 } else { 1 } * if large { 10 } else { 1 }
}

/// A thousandth of the least value lies between two neighbours; of forty, the two longest took ten times as long.
/// The order is mixed, so that rounds are alike.
fn plant(cell: &Cell, repetition: u64) -> u64 {
    let place = repetition * 7 % SAMPLES;
    let value = least(cell) + place * step(cell);
    if place >= SAMPLES - 2 && is_time(cell) {
        value * 10
    } else {
        value
    }
}

fn step(cell: &Cell) -> u64 {
    least(cell) / 1_000
}

fn is_time(cell: &Cell) -> bool {
    cell.kind.metrics()[0].unit() == Unit::Nanos
}

/// The same, but one tool of one packaging is ten per cent slower.
fn slower(cell: &Cell, repetition: u64) -> u64 {
    let value = plant(cell, repetition);
    if is_slow(cell) {
        value * 11 / 10
    } else {
        value
    }
}

fn is_slow(cell: &Cell) -> bool {
    cell.tool.as_deref() == Some("parse_logs")
        && cell.packaging == Packaging::Component
        && matches!(cell.kind, Kind::Warm { .. })
}

fn run(laboratory: &Laboratory, results: &Path, plant: crate::mock::Plant) -> Record {
    let stopping = Stopping::new(Effort::FULL, Some(SAMPLES), None, None);
    laboratory.run(results, stopping, plant)
}

#[test]
fn median_interval_and_tail_are_those_that_were_planted() {
    let laboratory = Laboratory::new(Scope::default());
    let results = tempdir();
    let record = run(&laboratory, results.path(), plant);
    let groups = Groups::of(&record);
    let mut checked = 0;
    for cell in laboratory.cells.iter().filter(|cell| is_time(cell)) {
        let found = groups.all.iter().find(|(key, _)| {
            let input = key.input.as_ref().map(|input| input.name.as_str());
            let call = match &cell.kind {
                Kind::Warm { call, .. } | Kind::Instance { call } => Some(call.as_str()),
                _ => None,
            };
            key.server == cell.server
                && key.packaging == cell.packaging
                && key.metric == cell.kind.metrics()[0]
                && key.start == cell.start()
                && key.transport == cell.transport()
                && input == call
        });
        let (key, group) = found.expect("every cell of the plan is a cell of the record");
        let summary = group.summary(key.metric).expect("there are samples");
        let (least, step) = (least(cell), step(cell));
        assert_eq!(
            summary.median,
            least + (39 * step).div_ceil(2),
            "{}",
            cell.name()
        );
        // Of the rounds' medians: around the middle, and narrow because the rounds were planted alike.
        let Spread::Interval { low, high } = summary.spread else {
            panic!("{} has no interval", cell.name());
        };
        assert!(low < summary.median && summary.median < high);
        assert!(high - low < 20 * step, "{}: {low} to {high}", cell.name());
        assert_eq!(summary.p95, least + 37 * step);
        assert_eq!(summary.p99, (least + 39 * step) * 10);
        assert_eq!(summary.outliers, 2);
        checked += 1;
    }
    assert!(checked > 15, "{checked}");
}

#[test]
fn a_planted_change_is_named_and_nothing_else_is() {
    let laboratory = Laboratory::new(Scope::default());
    let (one, other) = (tempdir(), tempdir());
    let before = run(&laboratory, one.path(), plant);
    let after = run(&laboratory, other.path(), slower);
    let comparison = compare(&before, &after, &[]);
    let mut named = 0;
    for compared in &comparison.cells {
        let tool = compared.cell.tool.as_deref();
        let slow = tool == Some("parse_logs")
            && compared.cell.packaging == Packaging::Component
            && compared.cell.metric == Metric::Execution
            && compared.cell.start == Some(record::StartClass::Warm);
        if slow {
            assert_eq!(compared.verdict, Verdict::Slower, "{:?}", compared.cell);
            let ratio = compared.effect.as_ref().expect("an effect").ratio;
            assert!((1.09..1.11).contains(&ratio), "{ratio}");
            named += 1;
        } else {
            assert!(!compared.verdict.is_worse() && !compared.verdict.is_better());
        }
    }
    assert_eq!(named, 2, "at small and at large input");
}

#[test]
fn tables_and_figures_are_the_golden_ones() {
    let mut laboratory = Laboratory::new(Scope::default());
    // What stands in these tables; load and density have their own.
    laboratory.cells.retain(|cell| {
        cell.transport() != Some(Transport::Http)
            && !matches!(cell.kind.stage(), Stage::Load | Stage::Idle)
    });
    let results = tempdir();
    let record = run(&laboratory, results.path(), plant);
    let report = figures::report(&record).expect("drawn");
    let check = |table: &str, expected: ExpectFile| {
        let (table, _) = report.page(table).expect("a page of this name");
        expected.assert_eq(&table.csv());
    };
    check("table3", expect_file!["golden/table3.csv"]);
    check("table3-ratio", expect_file!["golden/ratio.csv"]);
    check("table3-calls", expect_file!["golden/calls.csv"]);
    expect_file!["golden/cold-start.csv"].assert_eq(&report.cold_start.csv());
    let slow = run(&laboratory, tempdir().path(), slower);
    let compared = figures::comparison(&compare(&record, &slow, &[]));
    expect_file!["golden/comparison.csv"].assert_eq(&compared.csv());
}

fn tempdir() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}
