//! How long a run will take, from what earlier ones took: what `--dry-run` prints.

use std::path::Path;

use anyhow::Result;
use harness::estimate::{self, Costs, words};
use harness::exit::Exit;
use harness::machine;
use harness::plan::Cell;
use harness::server::Server;
use harness::stop::Stopping;
use record::{Machine, Nanos, Subject};

use super::{Global, print};

/// The name under which what verifying takes is kept among the costs of cells.
pub const VERIFYING: &str = "verifying";
/// One verified call, where no run has told.
const ONE: Nanos = Nanos(20_000_000);

/// What is known of costs, and from where.
pub struct Known {
    /// By cell.
    pub costs: Costs,
    /// In words.
    source: String,
}

/// What the newest runs on this machine took, or else the reference run.
pub fn known(results: &Path, root: &Path) -> Known {
    let still = |machine: Machine| Machine {
        load_milli: None,
        ..machine
    };
    let here = still(machine::machine());
    let runs = record::list(results).unwrap_or_default();
    let ours = runs
        .into_iter()
        .filter(|listed| {
            let run = listed.run.as_ref();
            run.is_ok_and(|run| still(run.machine.clone()) == here)
        })
        .map(|listed| listed.folder);
    let mut newest: Vec<_> = ours.collect();
    newest.sort_by_key(|folder| {
        let costs = std::fs::metadata(folder.join(estimate::COSTS));
        std::cmp::Reverse(costs.and_then(|file| file.modified()).ok())
    });
    let mut known = Known {
        costs: Costs::default(),
        source: String::new(),
    };
    for folder in newest.iter().take(10) {
        if let Some(costs) = Costs::read(folder) {
            if known.source.is_empty() {
                let name = folder.file_name().unwrap_or_default().to_string_lossy();
                known.source = format!("by what run {name} took here");
            }
            known.costs.or(costs);
        }
    }
    if known.source.is_empty() {
        known.source = "by what the reference run took on another machine".to_owned();
    }
    let reference = Costs::read(&root.join("results/reference/table3"));
    known.costs.or(reference.unwrap_or_default());
    known
}

/// Prints the plan. Nothing was built and nothing is measured.
pub fn show(
    global: &Global,
    cells: &[Cell],
    (servers, subjects): (&[Server], &[Subject]),
    stopping: &Stopping,
    known: &Known,
) -> Result<Exit> {
    let stages = estimate::stages(cells, stopping, &known.costs);
    let answers = answers(servers, subjects);
    let one = known.costs.mean(VERIFYING).unwrap_or(ONE);
    let verifying = Nanos(one.0.saturating_mul(answers));
    let measuring = estimate::total(&stages);
    let first = estimate::first(cells, stopping, &known.costs);
    let bounded = stopping.lasts(measuring, first);
    let all = Nanos(verifying.0.saturating_add(bounded.0));
    if global.json {
        let names: Vec<String> = cells.iter().map(Cell::name).collect();
        let json = serde_json::json!({
            "stages": stages, "cells": names, "verifying_nanos": verifying, "measuring_nanos": bounded, "total_nanos": all,
        });
        print(&format!("{json}\n"));
        return Ok(Exit::Done);
    }
    let mut text = format!(
        "{:16} {:>6} {:>8}  {}\n",
        "stage", "cells", "trials", "about"
    );
    let mut line = |stage: &str, cells: String, trials: u64, time: Nanos| {
        let row = format!("{stage:16} {cells:>6} {trials:>8}  {}\n", words(time));
        text.push_str(&row);
    };
    line("verifying", String::new(), answers, verifying);
    for stage in &stages {
        let name = stage.stage.name();
        line(name, stage.cells.to_string(), stage.trials, stage.nanos);
    }
    let trials = stages.iter().map(|stage| stage.trials).sum();
    line("together", cells.len().to_string(), trials, all);
    print(&text);
    let budget = stopping.deadline().map_or(String::new(), |budget| {
        format!("; measuring stops after {}", words(budget))
    });
    eprintln!(
        "{}{budget}; building comes first where something has changed",
        known.source
    );
    Ok(Exit::Done)
}

/// How many answers are verified before anything is timed.
fn answers(servers: &[Server], subjects: &[Subject]) -> u64 {
    let of = |subject: &Subject| {
        let server = servers.iter().find(|server| server.name == subject.server);
        server.map_or(0, |server| server.calls.len() + 1)
    };
    u64::try_from(subjects.iter().map(of).sum::<usize>()).expect("a count fits")
}
