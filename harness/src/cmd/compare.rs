//! `compare`: what is better, worse or the same in a second run.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use harness::exit::{Exit, Told};
use record::{Comparison, Metric, Record};
use serde_json::json;

use super::Global;

/// Compares two runs cell by cell: effect first, and a word only where it is at least 5 % and surely not chance.
///
/// A run is named by its folder, its id, what only one id begins or ends with, or `latest`. With --fail-above, ends with
/// exit code 6 if a cell, or all times together, became worse by more than that.
#[derive(Args)]
pub struct Arguments {
    /// The run to compare against.
    before: String,
    /// The run to judge.
    after: String,
    /// Fails with exit code 6 if anything became surely worse by more than this, for example 10%. Below 5% no cell is named.
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    fail_above: Option<f64>,
    /// Compares these metrics instead of the headlines; `all` compares all.
    #[arg(long, value_name = "METRIC", value_delimiter = ',', value_parser = metric)]
    metric: Vec<Chosen>,
    /// Prints a summary for a pull request.
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// Also writes every cell as CSV, values in base units.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Prints every cell, those that stayed the same among them.
    #[arg(long)]
    all: bool,
}

/// What `--metric` can say.
#[derive(Clone, Copy)]
enum Chosen {
    All,
    One(Metric),
}

/// Compares and prints.
pub fn run(global: &Global, own: &Arguments) -> Result<Exit> {
    let results = global.results()?;
    let (before, after) = (read(&results, &own.before)?, read(&results, &own.after)?);
    if before.0.canonicalize().ok() == after.0.canonicalize().ok() {
        let message = format!(
            "{} and {} are the same run; name two",
            own.before, own.after
        );
        return Err(Told::usage(message).into());
    }
    let comparison = record::compare(&before.1, &after.1, &own.metrics());
    let comparison = of_servers(comparison, &global.server);
    if comparison.cells.is_empty() {
        return Err(Told::usage(nothing(&comparison, &global.server)).into());
    }
    let table = figures::comparison(&comparison);
    if let Some(path) = &own.csv {
        std::fs::write(path, table.csv()).map_err(|error| {
            Told::lacking(format!(
                "cannot write {}: {error}; name a file in a folder that may be written",
                path.display()
            ))
        })?;
    }
    if global.json {
        let worse = own.fail_above.map(|share| failures(&comparison, share));
        println!(
            "{}",
            json!({"comparison": comparison, "fails": worse.unwrap_or_default()})
        );
    } else if own.markdown {
        super::print(&figures::comparison_markdown(&table));
    } else {
        let sheet = figures::comparison_sheet(&table, own.all);
        super::print(&sheet.terminal(super::WIDTH, super::colour()));
        if !own.all {
            eprintln!("--all shows every cell, --markdown a summary for a pull request");
        }
    }
    let unjudged = comparison.cells.iter();
    let unjudged = unjudged.filter(|compared| compared.is_unjudged()).count();
    if unjudged > 0 {
        eprintln!(
            "{unjudged} cells are 5 % or more apart and were too disturbed to judge; measure again while nothing else runs"
        );
    }
    let Some(share) = own.fail_above else {
        return Ok(Exit::Done);
    };
    let failures = failures(&comparison, share);
    for failure in &failures {
        eprintln!("worse: {failure}");
    }
    Ok(if failures.is_empty() {
        Exit::Done
    } else {
        Exit::Regressed
    })
}

impl Arguments {
    fn metrics(&self) -> Vec<Metric> {
        let mut metrics = Vec::new();
        for chosen in &self.metric {
            match chosen {
                Chosen::All => return Metric::ALL.to_vec(),
                Chosen::One(metric) => metrics.push(*metric),
            }
        }
        metrics
    }
}

fn read(results: &Path, name: &str) -> Result<(PathBuf, Record)> {
    let folder = record::find(results, name)?;
    let record = Record::read(&folder)?;
    Ok((folder, record))
}

/// The cells of the chosen servers. All were tested together, so choosing afterwards makes none surer than it is.
fn of_servers(mut comparison: Comparison, servers: &[String]) -> Comparison {
    let chosen = |server: &String| servers.is_empty() || servers.contains(server);
    comparison
        .cells
        .retain(|compared| chosen(&compared.cell.server));
    comparison.gone.retain(|cell| chosen(&cell.server));
    comparison.new.retain(|cell| chosen(&cell.server));
    comparison
}

/// Why there is nothing to compare.
fn nothing(comparison: &Comparison, servers: &[String]) -> String {
    let has = |cells: &[record::Cell]| {
        let mut names: Vec<&str> = cells.iter().map(|cell| cell.server.as_str()).collect();
        names.dedup();
        match names.is_empty() {
            true => "none".to_owned(),
            false => names.join(", "),
        }
    };
    let of = match servers.is_empty() {
        true => String::new(),
        false => format!(" of {}", servers.join(", ")),
    };
    format!(
        "the two runs have no cell{of} in common; servers in {} alone: {}; in {} alone: {}; measure the same ones in both, or choose others with --server or --metric",
        comparison.before.id,
        has(&comparison.gone),
        comparison.after.id,
        has(&comparison.new)
    )
}

/// What is worse by more than this share, in words.
fn failures(comparison: &Comparison, share: f64) -> Vec<String> {
    let mut failures = Vec::new();
    if comparison.shifted_by_more_than(share)
        && let Some(shift) = comparison.shift
    {
        failures.push(format!(
            "all times together, {:+.1} %",
            (shift.ratio - 1.0) * 100.0
        ));
    }
    failures.extend(comparison.worse_than(share).into_iter().map(|compared| {
        let cell = &compared.cell;
        let change = compared.effect.map_or_else(
            || "no right answer any more".to_owned(),
            |effect| format!("{:+.1} %", (effect.ratio - 1.0) * 100.0),
        );
        let input = cell.input.as_ref().map(|input| input.name.as_str());
        let call = input.or(cell.tool.as_deref()).unwrap_or("start");
        format!(
            "{} of {} as {}, {call}: {change}",
            cell.metric, cell.server, cell.packaging
        )
    }));
    failures
}

fn percent(text: &str) -> Result<f64, String> {
    let number = text.trim().trim_end_matches('%').trim_end();
    match number.parse::<f64>() {
        Ok(percent) if percent.is_finite() && percent >= 0.0 => Ok(percent / 100.0),
        _ => Err("give a percentage from 0 up, for example 10%".to_owned()),
    }
}

fn metric(text: &str) -> Result<Chosen, String> {
    match text {
        "all" => Ok(Chosen::All),
        name => name.parse().map(Chosen::One),
    }
}
