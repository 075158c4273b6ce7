//! `table3`: the paper's Table III, measured here, beside what was published.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use harness::backend::Worker;
use harness::clock::{Monotonic, wall};
use harness::estimate::{self, Costs};
use harness::exit::{Exit, Told};
use harness::measure::Measuring;
use harness::noise::{Lock, Proc, Watch, preflight};
use harness::plan::{self, Scope, Setting};
use harness::server::Server;
use harness::stop::{Effort, Stopping};
use harness::subject::Built;
use harness::{launch, machine, measure, place};
use record::{
    Dataset, Digest, Metric, Outcome, Record, Recorder, Run, Sample, Subject, Timestamp, Trial,
};

use super::{Global, draw, verify};

/// Measures cold start, execution, memory and size of every server, and draws Table III.
///
/// Builds what is not built, verifies every answer, then measures. The record goes to results/runs/, its table and
/// figures beside it; results/latest points there. Ctrl-C keeps what was measured, and --resume goes on.
#[derive(Args)]
pub struct Arguments {
    /// Draws the tables and figures of a run that was measured before, and measures nothing: its folder, its id, what only
    /// one id begins or ends with, or `latest`. Several stand side by side in one table.
    #[arg(long, value_name = "RUN")]
    run: Vec<String>,
}

/// Builds, verifies, measures, draws; or only draws.
pub fn run(global: &Global, own: &Arguments) -> Result<Exit> {
    if !own.run.is_empty() {
        return draw::redraw(global, &own.run);
    }
    let root = place::root()?;
    let results = global.out.clone().unwrap_or_else(|| root.join("results"));
    // What would end the command is found before minutes of building.
    if results.exists() && !results.is_dir() {
        return Err(Told::usage(format!(
            "--out {} is no folder; name one that can be written",
            results.display()
        ))
        .into());
    }
    let cache = place::cache()?;
    let _lock = Lock::take(&cache, "table3", Timestamp::from(wall()))?;
    let warnings = preflight(&mut Proc::new());
    for warning in &warnings {
        eprintln!("warning: {warning}");
    }
    let taken_up = if global.resume {
        Some(interrupted(&results)?)
    } else {
        None
    };
    let servers = global.servers(&root)?;
    let (data, generated) = global.data(&servers, &cache)?;
    let built = global.build(&root, &servers, &cache)?;
    if !verify::before_timing(&built, &servers, &data, generated)? {
        let message = "an answer is wrong, and what answers wrongly is not timed; `harness verify` shows each";
        return Err(Told {
            message: message.to_owned(),
            exit: Exit::Wrong,
        }
        .into());
    }
    measure::listen()?;
    let effort = if global.quick {
        Effort::QUICK
    } else {
        Effort::FULL
    };
    let scope = Scope {
        quick: global.quick,
        http: false,
    };
    let subjects: Vec<Subject> = built.subjects.iter().map(launch::Made::subject).collect();
    let cells = plan::table3(&servers, &subjects, scope);
    let costs = Costs::default();
    let mut described = describe(global, &root, &servers, &built, &data, generated)?;
    described.warnings = warnings;
    let redactor = machine::redactor(&root, &data, &cache);
    let (mut recorder, before) = match &taken_up {
        Some(folder) => (
            Recorder::resume(folder, described, redactor)?,
            Record::read(folder)?.samples,
        ),
        None => (Recorder::create(&results, described, redactor)?, Vec::new()),
    };
    unavailable(&built, &servers, &mut recorder)?;
    let setting = Setting {
        root: root.clone(),
        data,
        generated,
        cache: built.cache.clone(),
        programs: built.programs.clone(),
        subjects: built.subjects.clone(),
        seed: global.seed,
    };
    let clock = Monotonic::new();
    let mut worker = Worker::start(&built.worker, &setting, &clock)?;
    let measuring = Measuring {
        cells: &cells,
        seed: global.seed,
        stopping: Stopping::new(effort, None, None, None),
        costs: &costs,
        clock: &clock,
        interrupted: &measure::interrupted,
    };
    let mut watch = Watch::new(&clock, Box::new(Proc::new()));
    let measured = measuring.run(&mut worker, &mut watch, &mut recorder, &before)?;
    drop(worker);
    recorder.write_beside(estimate::COSTS, &measured.costs.written())?;
    let folder = recorder.folder().to_owned();
    if measured.whole {
        recorder.finish(Timestamp::from(wall()))?;
    } else {
        drop(recorder);
    }
    draw::draw(global, &folder, measured.whole)
}

/// Everything that a reader must know of the run.
fn describe(
    global: &Global,
    root: &Path,
    servers: &[Server],
    built: &Built,
    data: &Path,
    generated: bool,
) -> Result<Run> {
    let mut run = Run::new("table3", global.seed, Timestamp::from(wall()));
    run.argv = question();
    run.git = machine::revision(root);
    run.lockfile = machine::lockfile(root);
    run.toolchain = machine::toolchain(root, built);
    run.subjects = built.subjects.iter().map(launch::Made::subject).collect();
    let manifest = std::fs::read(data.join("manifest.json")).unwrap_or_default();
    let name = if generated {
        "generated"
    } else {
        "the user's own"
    };
    run.datasets = vec![Dataset {
        name: name.to_owned(),
        digest: Digest::of(&manifest),
    }];
    run.machine = machine::machine();
    run.missing = built
        .missing
        .iter()
        .map(|(_, missing)| missing.clone())
        .collect();
    let table = servers.iter().filter(|server| server.table).count();
    anyhow::ensure!(
        table > 0,
        "none of the chosen servers stands in Table III; choose another with --server"
    );
    Ok(run)
}

/// A row for each cell that this machine cannot fill. Their trials are numbered from the far end, apart from the plan's.
fn unavailable(built: &Built, servers: &[Server], recorder: &mut Recorder) -> Result<()> {
    let mut number = u64::MAX;
    for (packaging, missing) in &built.missing {
        for server in servers {
            let trial = Trial(number);
            number -= 1;
            if recorder.done().contains(&trial) {
                continue;
            }
            let subject = Subject {
                server: server.name.clone(),
                packaging: *packaging,
                digest: None,
            };
            let outcome = Outcome::Unavailable {
                why: missing.why.clone(),
                remedy: missing.remedy.clone(),
            };
            recorder.append(&[Sample::failed(trial, subject, Metric::FirstAnswer, outcome)])?;
        }
    }
    Ok(())
}

/// The newest run of this command that was interrupted, if it was asked the same.
fn interrupted(results: &Path) -> Result<PathBuf> {
    let none = || {
        Told::usage(
            "there is no interrupted table3 run to resume; run the command without --resume",
        )
    };
    let mut runs = record::list(results)?
        .into_iter()
        .rev()
        .filter_map(|listed| Some((listed.folder, listed.run.ok()?)));
    let (folder, run) = runs
        .find(|(_, run)| run.command == "table3" && run.end.is_none())
        .ok_or_else(none)?;
    // Trials are numbered by the plan, and these flags decide it.
    let quick = |argv: &[String]| argv.iter().any(|flag| flag == "--quick");
    let asked = question();
    if quick(&run.argv) != quick(&asked) {
        let flag = if quick(&asked) { "without" } else { "with" };
        return Err(Told::usage(format!(
            "{} was started {flag} --quick; give the same flags and --resume",
            run.id
        ))
        .into());
    }
    Ok(folder)
}

/// The command's words. A resumed run is the same run: the flag that resumes it is no part of its question.
fn question() -> Vec<String> {
    std::env::args()
        .filter(|argument| argument != "--resume")
        .collect()
}
