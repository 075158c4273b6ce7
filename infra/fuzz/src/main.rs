//! Feeds the targets for as long as is asked, and keeps a log of what came of it.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Parser;
use fuzz::log::{self, Row};
use fuzz::run::Built;
use fuzz::seeds;
use fuzz::target::{TARGETS, Target, named};
use harness::place;

/// Feeds what reads a stranger's words with inputs that nobody meant, guided by coverage.
///
/// Each target runs twice: as it is, and with a planted fault that must be found. What breaks a rule is kept, and its place is told.
#[derive(Debug, Parser)]
struct Options {
    /// The targets to feed; all of them where none is named
    targets: Vec<String>,
    /// For how many seconds each is fed
    #[arg(long, default_value_t = 20)]
    seconds: u32,
    /// Put a row for each target into this file
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Keep seeds, grown inputs and what was found in this folder
    #[arg(long, value_name = "DIR", default_value = "target/fuzzed")]
    work: PathBuf,
    /// Feed this program, a copy of one that was built here, in place of a new one: a long run goes on while code changes
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(3),
        Err(error) => {
            eprintln!("fuzz: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(options: &Options) -> Result<bool> {
    let targets: Vec<&Target> = match options.targets.as_slice() {
        [] => TARGETS.iter().collect(),
        names => names
            .iter()
            .map(|name| known(name))
            .collect::<Result<_>>()?,
    };
    let root = place::root().map_err(|told| anyhow::anyhow!("{told}"))?;
    let cache = place::cache().map_err(|told| anyhow::anyhow!("{told}"))?;
    let data = dataset::ensure(&cache).context("the data set cannot be generated")?;
    let seeds = seeds::of(&root, &data)?;
    let built = match &options.program {
        Some(program) => Built::before(program)?,
        None => {
            eprintln!("building with coverage");
            Built::new(&root)?
        }
    };
    let mut good = true;
    for target in targets {
        let own = seeds.get(target.name).map_or(&[][..], Vec::as_slice);
        let work = options.work.join(target.name);
        let fed = |planted: bool, folder: &str| {
            let work = work.join(folder);
            std::fs::create_dir_all(&work)
                .with_context(|| format!("{} cannot be made", work.display()))?;
            let work = work.canonicalize()?;
            built.feed(target, planted, options.seconds, own, &work)
        };
        eprintln!("{}: fed for {} s", target.name, options.seconds);
        let tried = fed(false, "plain")?;
        let planted = fed(true, "planted")?;
        println!(
            "{}: {} inputs, {} edges, {} kept of {} seeds, {} MB; planted fault {}",
            target.name,
            tried.executions,
            tried.edges,
            tried.corpus,
            own.len(),
            tried.megabytes,
            match &planted.found {
                Some(_) => format!("found after {} inputs", planted.executions),
                None => "NOT FOUND".to_owned(),
            }
        );
        if let Some((input, why)) = &tried.found {
            println!("{}: FOUND {why}\n  {}", target.name, input.display());
        }
        good &= tried.found.is_none() && planted.found.is_some();
        if let Some(file) = &options.log {
            log::keep(file, Row::of(target.name, own.len(), &tried, &planted))?;
        }
    }
    Ok(good)
}

fn known(name: &str) -> Result<&'static Target> {
    let Some(target) = named(name) else {
        let all: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
        bail!("there is no target {name}; there are {}", all.join(", "));
    };
    Ok(target)
}
