//! `table3`: the paper's Table III, measured here, beside what was published.

use anyhow::Result;
use clap::Args;
use harness::clock::wall;
use harness::estimate;
use harness::exit::Exit;
use harness::noise::{Lock, Proc, preflight};
use harness::place;
use harness::server::is_published;
use harness::subject::{self, CONTAINERS};
use record::{Packaging, Timestamp};

use super::choice::Choice;
use super::conduct::{self, Conduct};
use super::{Beside, Global, draw, forecast};

/// Measures cold start, execution, memory and size of every server, and draws Table III.
///
/// Builds what is not built, verifies every answer, then measures. The record goes to
/// results/runs/, its table and figures beside it; results/latest points there. Ctrl-C finishes
/// the trial and draws what there is, twice stops now; --resume goes on.
///
/// Examples:
///   harness table3 --quick                                      the paper's servers, six samples a cell
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
    let results = conduct::results(global, &root)?;
    let mut servers = global.measured(&root)?;
    if own.choice.quick && global.server.is_empty() {
        servers.retain(|server| is_published(&server.name) || server.name == "noop");
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
        let (folder, run) = conduct::interrupted(&results, "table3", &question)?;
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
    Conduct {
        command: "table3",
        root: &root,
        results: &results,
        cache: &cache,
        data: (&data, generated),
        seed: own.seed,
        question: &question,
        stopping,
        known: &known,
        servers: &servers,
        built: &built,
        own: None,
        warnings,
        taken_up,
    }
    .run(global)
}
