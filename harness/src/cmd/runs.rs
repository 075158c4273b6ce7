//! `runs`: what was measured before, and what becomes of it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use harness::clock::wall;
use harness::exit::{Exit, Told};
use harness::machine;
use record::{Listed, Record, Retention, Run, Sample, State, StopReason, Timestamp};
use serde_json::json;

use super::Global;

/// Lists, shows, exports and removes the runs that were measured before.
///
/// A run is named by its folder, its id, what only one id begins or ends with, or `latest`.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// One line a run, the newest first.
    List,
    /// What a run is: how it was asked, where, on what, how it ended, and what failed.
    Show {
        /// The run.
        #[arg(default_value = "latest")]
        run: String,
    },
    /// Writes every sample as CSV: one line a sample, one column a field.
    Export {
        /// The run.
        #[arg(default_value = "latest")]
        run: String,
        /// The file to write; standard output unless given.
        #[arg(long, value_name = "FILE")]
        csv: Option<PathBuf>,
    },
    /// Removes old runs. Without --yes it only says which.
    ///
    /// Stays in any case: what is being measured, what cannot be read, and, without --even-latest, what `latest` leads to.
    Prune {
        /// Keeps so many of the newest.
        #[arg(long, value_name = "N")]
        keep: Option<usize>,
        /// Removes only what began longer ago, for example 30d, 12h or 2w.
        #[arg(long, value_name = "AGE", value_parser = age)]
        older_than: Option<u64>,
        /// Also removes the run that `latest` leads to.
        #[arg(long)]
        even_latest: bool,
        /// Really removes.
        #[arg(long)]
        yes: bool,
    },
}

/// Does what was asked.
pub fn run(global: &Global, own: &Arguments) -> Result<Exit> {
    let results = global.results()?;
    match &own.what {
        What::List => list(global, &results),
        What::Show { run } => show(global, &record::find(&results, run)?),
        What::Export { run, csv } => export(&record::find(&results, run)?, csv.as_deref()),
        What::Prune {
            keep,
            older_than,
            even_latest,
            yes,
        } => {
            let now = Timestamp::from(wall());
            let retention = Retention {
                keep: *keep,
                before: older_than.map(|age| Timestamp(now.0.saturating_sub(age))),
                even_latest: *even_latest,
            };
            prune(global, &results, retention, *yes)
        }
    }
}

fn list(global: &Global, results: &Path) -> Result<Exit> {
    let mut runs = record::list(results)?;
    runs.sort_by_key(|listed| std::cmp::Reverse(listed.run.as_ref().ok().map(|run| run.start)));
    if global.json {
        let runs: Vec<serde_json::Value> = runs.iter().map(described).collect();
        println!("{}", serde_json::to_string_pretty(&runs)?);
        return Ok(Exit::Done);
    }
    if runs.is_empty() {
        eprintln!(
            "there are no runs in {}; measure one with `harness table3`",
            results.display()
        );
    }
    let width = runs.iter().map(|listed| id(&listed.folder).len()).max();
    let width = width.unwrap_or(0).max(3);
    let mut out = String::new();
    if !runs.is_empty() {
        writeln!(
            out,
            "{:width$}  {:20}  {:11}  {:>9}  {:10}  servers",
            "run", "began", "state", "samples", "sources"
        )?;
    }
    for listed in &runs {
        let id = id(&listed.folder);
        match &listed.run {
            Ok(run) => {
                let subjects = run.subjects.iter();
                let servers: BTreeSet<&str> =
                    subjects.map(|subject| subject.server.as_str()).collect();
                let samples = run.end.as_ref().map(|end| end.samples.to_string());
                writeln!(
                    out,
                    "{id:width$}  {}  {:11}  {:>9}  {:10}  {}",
                    run.start,
                    state(&listed.folder, run),
                    samples.as_deref().unwrap_or("–"),
                    revision(run),
                    servers.into_iter().collect::<Vec<_>>().join(", ")
                )?;
            }
            Err(error) => writeln!(out, "{id:width$}  unreadable: {error}")?,
        }
    }
    super::print(&out);
    Ok(Exit::Done)
}

/// A run as a line of the list for programs.
fn described(listed: &Listed) -> serde_json::Value {
    match &listed.run {
        Ok(run) => json!({
            "id": id(&listed.folder),
            "folder": listed.folder,
            "command": run.command,
            "start": run.start,
            "state": state(&listed.folder, run),
            "samples": run.end.as_ref().map(|end| end.samples),
            "format": run.format,
            "revision": run.git,
            "subjects": run.subjects,
            "warnings": run.warnings,
        }),
        Err(error) => json!({
            "id": id(&listed.folder),
            "folder": listed.folder,
            "state": "unreadable",
            "why": error.to_string(),
        }),
    }
}

fn show(global: &Global, folder: &Path) -> Result<Exit> {
    let record = Record::read(folder)?;
    let elsewhere = machine::is_another(&record.run.machine);
    if global.json {
        let failed: Vec<&Sample> = record
            .samples
            .iter()
            .filter(|one| one.outcome.is_failure())
            .collect();
        let shown = json!({
            "folder": folder,
            "state": state(folder, &record.run),
            "another_machine": elsewhere,
            "run": record.run,
            "failed": failed,
        });
        println!("{}", serde_json::to_string_pretty(&shown)?);
        return Ok(Exit::Done);
    }
    super::print(&text(folder, &record, elsewhere));
    Ok(Exit::Done)
}

/// A run for people.
fn text(folder: &Path, record: &Record, elsewhere: bool) -> String {
    let run = &record.run;
    let mut out = String::new();
    let mut line = |name: &str, what: String| {
        if !what.is_empty() {
            writeln!(out, "{name:12} {what}").expect("memory takes every write");
        }
    };
    let plain = |text: &str| -> String {
        text.chars()
            .map(|next| if next.is_control() { ' ' } else { next })
            .collect()
    };
    line("run", id(folder));
    line("folder", folder.display().to_string());
    line("asked", plain(&run.argv.join(" ")));
    for (name, value) in &run.selection {
        line("", format!("{}: {}", plain(name), plain(value)));
    }
    line("began", run.start.to_string());
    for resumed in &run.resumed {
        line("taken up", resumed.to_string());
    }
    line(
        "state",
        match (&record.state, &run.end) {
            (State::Finished, Some(end)) => {
                format!(
                    "finished {}; its samples are the ones it was sealed with",
                    end.time
                )
            }
            (State::Interrupted { cut: true }, _) => {
                format!(
                    "{}; one trial was cut short and is left out",
                    state(folder, run)
                )
            }
            _ => state(folder, run).to_owned(),
        },
    );
    let failures: Vec<&Sample> = record
        .samples
        .iter()
        .filter(|one| one.outcome.is_failure())
        .collect();
    let disturbed = record
        .samples
        .iter()
        .filter(|sample| sample.disturbed.is_some());
    line(
        "samples",
        format!(
            "{}; {} of failed trials; {} disturbed",
            record.samples.len(),
            failures.len(),
            disturbed.count()
        ),
    );
    line("sources", revision(run));
    let machine = &run.machine;
    let mark = if elsewhere {
        "  ← NOT THIS MACHINE: compare ratios, not times"
    } else {
        ""
    };
    line(
        "machine",
        format!(
            "{}, {} processors, {}, {}{mark}",
            plain(&machine.cpu),
            machine.processors,
            machine.memory,
            plain(&machine.kernel)
        ),
    );
    line(
        "toolchain",
        format!(
            "{}; wasmtime {}",
            plain(&run.toolchain.rustc),
            plain(&run.toolchain.wasmtime)
        ),
    );
    line("format", run.format.to_string());
    for subject in &run.subjects {
        let digest = subject
            .digest
            .as_ref()
            .map_or("–", |digest| digest.as_str());
        line(
            "subject",
            format!(
                "{} as {}  {:.23}…",
                subject.server, subject.packaging, digest
            ),
        );
    }
    for missing in &run.missing {
        line(
            "missing",
            format!(
                "{}: {}; {}",
                plain(&missing.what),
                plain(&missing.why),
                plain(&missing.remedy)
            ),
        );
    }
    for warning in &run.warnings {
        line("warning", plain(&warning.to_string()));
    }
    for &why in StopReason::ALL {
        let count = run.stops.iter().filter(|stop| stop.why == why).count();
        if count > 0 {
            line("stopped", format!("{count} cells by {why}"));
        }
    }
    for sample in failures.iter().take(FAILURES) {
        let what = sample.tool.as_deref().unwrap_or(sample.metric.name());
        line(
            "failed",
            format!(
                "trial {}: {} as {}, {what}: {}",
                sample.trial.0,
                sample.subject.server,
                sample.subject.packaging,
                plain(&sample.outcome.to_string())
            ),
        );
        let evidence = sample.evidence.as_ref();
        for said in evidence.iter().flat_map(|evidence| &evidence.stderr) {
            line("", format!("| {}", plain(said)));
        }
    }
    if failures.len() > FAILURES {
        line(
            "",
            format!("and {} more; --json shows all", failures.len() - FAILURES),
        );
    }
    if !failures.is_empty() {
        line(
            "",
            "`harness rerun TRIAL` repeats one and shows request, answer and verdict".to_owned(),
        );
    }
    out
}

/// So many failed trials are shown to people.
const FAILURES: usize = 10;

fn export(folder: &Path, file: Option<&Path>) -> Result<Exit> {
    let record = Record::read(folder)?;
    match file {
        Some(path) => {
            let out = std::fs::File::create(path).map_err(|error| {
                Told::lacking(format!(
                    "cannot write {}: {error}; name a file in a folder that may be written",
                    path.display()
                ))
            })?;
            record::export(&record, std::io::BufWriter::new(out))
                .with_context(|| format!("cannot write {}", path.display()))?;
            eprintln!("{} samples in {}", record.samples.len(), path.display());
        }
        None => {
            // A reader that has seen enough, as `head` has, is no failure.
            let written = record::export(&record, std::io::stdout().lock());
            let is_gone = |error: &csv::Error| matches!(error.kind(), csv::ErrorKind::Io(io) if io.kind() == std::io::ErrorKind::BrokenPipe);
            written.or_else(|error| if is_gone(&error) { Ok(()) } else { Err(error) })?;
        }
    }
    Ok(Exit::Done)
}

fn prune(global: &Global, results: &Path, retention: Retention, yes: bool) -> Result<Exit> {
    if retention.keep.is_none() && retention.before.is_none() {
        return Err(Told::usage(
            "nothing says which runs may go; give --keep N, --older-than 30d, or both",
        )
        .into());
    }
    let runs = record::prunable(results, retention)?;
    let mut gone = Vec::new();
    for run in &runs {
        if yes {
            record::remove(run)?;
        }
        gone.push(id(&run.folder));
        if !global.json {
            let done = if yes { "removed" } else { "would remove" };
            let open = if run.whole { "" } else { ", interrupted" };
            println!(
                "{done} {}  ({}, {}{open})",
                id(&run.folder),
                run.start,
                run.size
            );
        }
    }
    if global.json {
        println!("{}", json!({"removed": yes, "runs": gone}));
    } else if runs.is_empty() {
        eprintln!("nothing to remove");
    } else if !yes {
        eprintln!("nothing was removed; add --yes to remove");
    }
    Ok(Exit::Done)
}

fn id(folder: &Path) -> String {
    folder.file_name().map_or_else(
        || folder.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    )
}

fn state(folder: &Path, run: &Run) -> &'static str {
    if run.end.is_some() {
        "finished"
    } else if record::is_measuring(folder) {
        "measuring"
    } else {
        "interrupted"
    }
}

/// The commit's first digits, with `+` where the sources were changed.
fn revision(run: &Run) -> String {
    run.git.as_ref().map_or("–".to_owned(), |git| {
        let changed = if git.dirty { "+" } else { " " };
        format!("{:.9}{changed}", git.commit)
    })
}

/// An age in seconds.
fn age(text: &str) -> Result<u64, String> {
    let scale = |unit: char| match unit {
        'h' => Some(3_600),
        'd' => Some(86_400),
        'w' => Some(604_800),
        _ => None,
    };
    let parsed = text.char_indices().next_back().and_then(|(at, unit)| {
        let number: u64 = text[..at].parse().ok()?;
        number.checked_mul(scale(unit)?)
    });
    parsed.ok_or_else(|| "give a number and h, d or w, for example 30d".to_owned())
}
