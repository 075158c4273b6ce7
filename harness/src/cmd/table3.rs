//! `table3`: the paper's Table III, measured here, beside what was published.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use harness::backend::Worker;
use harness::clock::{Clock, Monotonic, wall};
use harness::estimate::{self, Costs};
use harness::exit::{Exit, Told};
use harness::launch::Made;
use harness::measure::Measuring;
use harness::noise::{Lock, Proc, Watch, preflight};
use harness::plan::{Cell, Setting};
use harness::server::Server;
use harness::standin::{Standing, Up};
use harness::subject::{self, Built, CONTAINERS};
use harness::{input, interrupt, machine, place};
use record::{
    Count, Dataset, Metric, Nanos, Outcome, PUBLISHED_TABLE3, Packaging, Published, Record,
    Recorder, Run, Sample, Subject, Timestamp, Trial,
};

use super::choice::{Choice, Question};
use super::{Beside, Global, draw, forecast, verify};

/// Measures cold start, execution, memory and size of every server, and draws Table III.
///
/// Builds what is not built, verifies every answer, then measures. The record goes to
/// results/runs/, its table and figures beside it; results/latest points there. Ctrl-C finishes
/// the trial and draws what there is, twice stops now; --resume goes on.
///
/// Examples:
///   harness table3 --quick                                      the paper's servers, in two minutes
///   harness table3 --dry-run                                    what would be done, how long
///   harness table3 --server log_parser --start-class warm --precision 2%
///   harness table3 --tool parse_logs --packaging component,native --budget 5m
///   harness table3 --run latest                                 draws again, measures nothing
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    #[command(flatten)]
    choice: Choice,
    /// Prints what would be measured and how long it takes, and builds and measures nothing.
    #[arg(long)]
    dry_run: bool,
    /// Takes up the newest interrupted run instead of starting one; it is asked with the same words as then.
    #[arg(long)]
    resume: bool,
    /// Decides the order of trials: --seed 7.
    #[arg(long, value_name = "N", default_value_t = 42)]
    seed: u64,
    /// Draws the tables and figures of a run that was measured before, and measures nothing: its folder, its id, what only
    /// one id begins or ends with, or `latest`. Several stand side by side in one table.
    #[arg(long, value_name = "RUN", conflicts_with_all = ["dry_run", "resume", "tool", "packaging", "start_class", "transport", "metric", "quick", "samples", "precision", "budget"])]
    run: Vec<String>,
}

/// Builds, verifies, measures, draws; or only draws, or only tells.
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
    let mut servers = global.measured(&root)?;
    if own.choice.quick && global.server.is_empty() {
        let published = Published::parse(PUBLISHED_TABLE3)?;
        let compared = |server: &Server| published.iter().any(|of| of.server == server.name);
        servers.retain(|server| server.name == "noop" || compared(server));
    }
    let question = own.choice.question(global, &servers)?;
    let known = forecast::known(&results, &root);
    let cache = place::cache()?;
    let mut foreseen = subject::foreseen(&root, &cache, &servers);
    foreseen.retain(|subject| question.wants(subject.packaging));
    let cells = question.cells(&servers, &foreseen)?;
    let expected = estimate::total(&estimate::stages(&cells, &question.stopping, &known.costs));
    let mut stopping = question.stopping.fitted(expected);
    if own.dry_run {
        let whose = (&servers[..], &foreseen[..]);
        return forecast::show(global, &cells, whose, &stopping, &known);
    }
    let taken_up = if own.resume {
        let (folder, run) = interrupted(&results, &question)?;
        stopping = stopping.shrunk(run.shrink.map_or(1, |shrink| shrink.0));
        Some(folder)
    } else {
        None
    };
    let _lock = Lock::take(&cache, "table3", Timestamp::from(wall()))?;
    let warnings = preflight(&mut Proc::new());
    for warning in &warnings {
        eprintln!("warning: {warning}");
    }
    let (data, generated) = global.data(&servers, &cache)?;
    let beside = Beside {
        references: question.wants(Packaging::Reference)
            || question.wants(Packaging::ContainerReference),
        containers: CONTAINERS
            .into_iter()
            .filter(|&packaging| question.wants(packaging))
            .collect(),
        stock: question.wants(Packaging::ComponentWasmtime),
    };
    let mut built = global.build(&root, &servers, &cache, beside)?;
    built.subjects.retain(|made| question.wants(made.packaging));
    built
        .missing
        .retain(|absent| question.wants(absent.packaging));
    let clock = Monotonic::new();
    let mut costs = Costs::default();
    verified(&built, &servers, &data, generated, (&clock, &mut costs))?;
    let cells = available(&question, &servers, &built)?;
    interrupt::listen()?;
    let mut described = describe(own.seed, &root, &built, (&data, generated))?;
    described.selection.clone_from(&question.words);
    described.shrink = Some(Count(stopping.shrink())).filter(|shrink| shrink.0 > 1);
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
    let mut up = Up::start(built.standin.as_deref(), &servers, &data, &clock)?;
    let setting = Setting {
        root,
        data,
        generated,
        cache: built.cache.clone(),
        programs: built.programs.clone(),
        subjects: built.subjects.clone(),
        seed: own.seed,
        standins: up.standins.clone(),
    };
    let mut worker = Standing {
        backend: Worker::start(&built.worker, &setting, &clock)?,
        up: &mut up,
    };
    let measuring = Measuring {
        cells: &cells,
        seed: own.seed,
        stopping,
        costs: &known.costs,
        clock: &clock,
        interrupted: &interrupt::interrupted,
    };
    let mut watch = Watch::new(&clock, Box::new(Proc::new()));
    let measured = measuring.run(&mut worker, &mut watch, &mut recorder, &before)?;
    drop(worker);
    let folder = recorder.folder().to_owned();
    costs.or(measured.costs);
    costs.or(Costs::read(&folder).unwrap_or_default());
    recorder.write_beside(estimate::COSTS, &costs.written())?;
    if measured.whole {
        recorder.finish(Timestamp::from(wall()))?;
    } else {
        drop(recorder);
    }
    draw::draw(global, &folder, measured.whole)
}

/// Verifies every answer, and counts what that takes.
fn verified(
    built: &Built,
    servers: &[Server],
    data: &Path,
    generated: bool,
    (clock, costs): (&dyn Clock, &mut Costs),
) -> Result<()> {
    let begin = clock.now();
    let (right, wrong) = verify::before_timing(built, servers, data, generated)?;
    let took = Nanos(clock.now().0 - begin.0);
    costs.add(forecast::VERIFYING, right + wrong, took);
    if wrong > 0 {
        let message = "an answer is wrong, and what answers wrongly is not timed; `harness verify` shows each";
        return Err(Told {
            message: message.to_owned(),
            exit: Exit::Wrong,
        }
        .into());
    }
    Ok(())
}

/// The cells that are asked for and that this machine can fill.
fn available(question: &Question, servers: &[Server], built: &Built) -> Result<Vec<Cell>> {
    let subjects: Vec<Subject> = built.subjects.iter().map(Made::subject).collect();
    question
        .cells(servers, &subjects)
        .map_err(|told| match built.missing.first() {
            Some(absent) => Told::lacking(absent.to_string()).into(),
            None => told.into(),
        })
}

/// Everything that a reader must know of the run.
fn describe(
    seed: u64,
    root: &Path,
    built: &Built,
    (data, generated): (&Path, bool),
) -> Result<Run> {
    let mut run = Run::new("table3", seed, Timestamp::from(wall()));
    run.argv = asked();
    run.git = machine::revision(root);
    run.lockfile = machine::lockfile(root);
    run.toolchain = machine::toolchain(root, built);
    run.subjects = built.subjects.iter().map(Made::subject).collect();
    let name = if generated {
        "generated"
    } else {
        "the user's own"
    };
    run.datasets = vec![Dataset {
        name: name.to_owned(),
        digest: input::digest(data, &harness::server::read_all(root)?),
    }];
    run.machine = machine::machine();
    run.missing = built
        .missing
        .iter()
        .map(|absent| absent.missing.clone())
        .collect();
    Ok(run)
}

/// A row for each cell that this machine cannot fill. Their trials are numbered from the far end, apart from the plan's.
fn unavailable(built: &Built, servers: &[Server], recorder: &mut Recorder) -> Result<()> {
    let mut number = u64::MAX;
    for absent in &built.missing {
        for server in servers.iter().filter(|server| {
            absent.concerns(&server.name) && server.is_shipped_as(absent.packaging)
        }) {
            let trial = Trial(number);
            number -= 1;
            if recorder.done().contains(&trial) {
                continue;
            }
            let subject = Subject {
                server: server.name.clone(),
                packaging: absent.packaging,
                digest: None,
            };
            let outcome = Outcome::Unavailable {
                why: absent.missing.why.clone(),
                remedy: absent.missing.remedy.clone(),
            };
            recorder.append(&[Sample::failed(trial, subject, Metric::FirstAnswer, outcome)])?;
        }
    }
    Ok(())
}

/// The newest run of this command that was interrupted, if it was asked the same.
fn interrupted(results: &Path, question: &Question) -> Result<(PathBuf, Run)> {
    let none = || {
        Told::usage(
            "there is no interrupted table3 run to resume; run the command without --resume",
        )
    };
    let runs = record::list(results)?;
    let runs = runs
        .into_iter()
        .filter_map(|listed| Some((listed.folder, listed.run.ok()?)));
    // Not the last by name: of one day's runs the ninth would come after the tenth.
    let (folder, run) = runs
        .filter(|(_, run)| run.command == "table3" && run.end.is_none())
        .max_by_key(|(_, run)| run.start)
        .ok_or_else(none)?;
    // Trials are numbered by the plan, and these words decide it.
    if run.selection != question.words {
        let words = |words: &BTreeMap<String, String>| {
            let words: Vec<String> = words
                .iter()
                .map(|(flag, word)| format!("{flag} {word}"))
                .collect();
            match words.len() {
                0 => "everything".to_owned(),
                _ => words.join(", "),
            }
        };
        return Err(Told::usage(format!(
            "{} was asked for {}, and now for {}; give the same words as then and --resume, or start a new run without --resume",
            run.id,
            words(&run.selection),
            words(&question.words)
        ))
        .into());
    }
    Ok((folder, run))
}

/// The command's words. A resumed run is the same run: the flag that resumes it is no part of its question.
fn asked() -> Vec<String> {
    std::env::args()
        .filter(|argument| argument != "--resume")
        .collect()
}
