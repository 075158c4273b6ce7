//! Tables and figures of a record: after it was measured, or of one that was measured before.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;
use figures::Report;
use harness::exit::{Exit, Told};
use harness::{machine, place};
use record::{Record, State};
use serde_json::{Value, json};

use super::Global;

/// Draws everything of the run that was just measured beside its record, and prints the tables.
pub fn draw(global: &Global, folder: &Path, whole: bool) -> Result<Exit> {
    let report = figures::report(&Record::read(folder)?)?;
    let files = figures::draw_report(&report, folder)?;
    if global.json {
        println!("{}", described(folder, whole, &report, &files)?);
    } else {
        show(&report, &files);
    }
    if !whole {
        eprintln!(
            "interrupted: what was measured is kept in {}; go on with --resume",
            shown(folder)
        );
        return Ok(Exit::Interrupted);
    }
    Ok(Exit::Done)
}

/// Draws runs that were measured before, and says of each what keeps its numbers from being this machine's of today.
pub fn redraw(global: &Global, names: &[String]) -> Result<Exit> {
    let results = global.results()?;
    // Of several, none is drawn if one cannot be read.
    let runs = names
        .iter()
        .map(|name| {
            let folder = record::find(&results, name)?;
            let record = Record::read(&folder)?;
            Ok((folder, record))
        })
        .collect::<Result<Vec<(PathBuf, Record)>>>()?;
    for (_, record) in &runs {
        if record.run.command == "table1" {
            return Err(Told::usage(format!(
                "{} asked servers for their tools and measured nothing; draw it with `harness table1 --run`, or name a run of table3",
                record.run.id
            ))
            .into());
        }
        if ["replay", "figure8", "figure9", "table2"].contains(&record.run.command.as_str()) {
            return Err(Told::usage(format!(
                "{} was replayed in virtual time and measured nothing; draw it with `cargo run -p figures --`, or name a run of table3",
                record.run.id
            ))
            .into());
        }
        for mark in marks(record) {
            eprintln!("{}: {mark}", record.run.id);
        }
    }
    let [(folder, record)] = &runs[..] else {
        let records: Vec<Record> = runs.into_iter().map(|(_, record)| record).collect();
        return side_by_side(global, &records);
    };
    let report = figures::report(record)?;
    if global.json {
        let files = figures::draw_report(&report, folder)?;
        let whole = record.state == State::Finished;
        println!("{}", described(folder, whole, &report, &files)?);
    } else {
        // The tables are shown even where the folder may not be written.
        show(&report, &[]);
        show_files(&figures::draw_report(&report, folder)?);
    }
    Ok(Exit::Done)
}

/// Several runs in one table, a column each. It belongs to none of them, so it is only printed.
fn side_by_side(global: &Global, records: &[Record]) -> Result<Exit> {
    let (table, sheet) = figures::side_by_side(records)?;
    if global.json {
        let runs: Vec<&str> = records
            .iter()
            .map(|record| record.run.id.as_str())
            .collect();
        println!(
            "{}",
            json!({"runs": runs, "tables": {table.name: rows(&table.csv())?}})
        );
    } else {
        super::print(&sheet.terminal(super::WIDTH, super::colour()));
    }
    Ok(Exit::Done)
}

/// What a reader must know before believing an old run.
fn marks(record: &Record) -> Vec<String> {
    let mut marks = Vec::new();
    if machine::is_another(&record.run.machine) {
        let cpu = &record.run.machine.cpu;
        marks.push(format!(
            "measured on another machine ({cpu}); compare its ratios with this one's, not its times"
        ));
    }
    if let State::Interrupted { .. } = record.state {
        marks.push("it did not end; the numbers are of the trials that it has".to_owned());
    }
    marks.extend(record.run.warnings.iter().map(ToString::to_string));
    marks
}

fn show(report: &Report, files: &[PathBuf]) {
    super::print(&report.terminal(super::WIDTH, super::colour()));
    super::print("\n");
    show_files(files);
}

pub fn show_files(files: &[PathBuf]) {
    for file in files {
        super::print(&format!("{}\n", shown(file)));
    }
}

/// A run's tables and files for programs.
fn described(folder: &Path, whole: bool, report: &Report, files: &[PathBuf]) -> Result<Value> {
    let tables: Result<BTreeMap<&str, Vec<BTreeMap<String, String>>>> = report
        .pages
        .iter()
        .map(|(table, _)| Ok((table.name, rows(&table.csv())?)))
        .collect();
    let files: Vec<String> = files.iter().map(|file| shown(file)).collect();
    Ok(json!({"run": shown(folder), "whole": whole, "tables": tables?, "files": files}))
}

/// A table's rows by the names of their columns.
pub fn rows(csv: &str) -> Result<Vec<BTreeMap<String, String>>> {
    Ok(csv::Reader::from_reader(csv.as_bytes())
        .deserialize()
        .collect::<Result<_, _>>()?)
}

/// A path, relative to the checkout where it lies in one.
pub fn shown(path: &Path) -> String {
    path.strip_prefix(place::root().unwrap_or_default())
        .unwrap_or(path)
        .display()
        .to_string()
}
