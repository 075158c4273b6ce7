//! Compares one server with its original by hand: while it is written, before it is whole.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::Parser;
use harness::launch::{Made, Programs};
use harness::place;
use harness::server::Server;
use original::Store;
use parity::answer::side_by_side;
use parity::report::{self, Row};
use parity::run::{NoRun, Run, Workshop, run};
use parity::suite::Suite;
use record::{Digest, Packaging};

/// Asks the original and ours every case of `servers/<server>/parity.toml`, and prints what differs.
#[derive(Parser)]
struct Arguments {
    /// The server.
    server: String,
    /// A native program that is built already; nothing is built then.
    #[arg(long)]
    native: Option<PathBuf>,
    /// A component that is built already; nothing is built then.
    #[arg(long, requires_all = ["runtime", "compiler"])]
    component: Option<PathBuf>,
    /// The `wasmmcp-runtime` that runs it.
    #[arg(long)]
    runtime: Option<PathBuf>,
    /// The `wasmmcp-compiler` beside it.
    #[arg(long)]
    compiler: Option<PathBuf>,
    /// Another file of cases than `servers/<server>/parity.toml`.
    #[arg(long)]
    suite: Option<PathBuf>,
    /// Asks the original alone and prints its answers.
    #[arg(long)]
    original: bool,
    /// Prints the answers to these cases in full.
    #[arg(long = "case")]
    cases: Vec<String>,
    /// Writes the table in the server's DIFFERENCES.md, and its row in the report that is kept.
    #[arg(long)]
    update: bool,
}

fn main() -> ExitCode {
    match compare(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(3),
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(1)
        }
    }
}

fn compare(arguments: &Arguments) -> Result<bool> {
    let (root, cache) = (place::root()?, place::cache()?);
    let folder = root.join("servers").join(&arguments.server);
    let server = Server::read(&folder)?;
    let path = arguments
        .suite
        .clone()
        .unwrap_or_else(|| folder.join("parity.toml"));
    let suite = Suite::read(&path, &arguments.server, &folder)?;
    if let Err(few) = suite.check(&server.tools()) {
        eprintln!("{few:#}");
    }
    let said = &mut |line: &str| eprintln!("{line}");
    let (subjects, programs, components) = subjects(arguments, &root, &cache, &server, said)?;
    let workshop = Workshop {
        root: &root,
        data: &dataset::ensure(&cache)?,
        subjects: &subjects,
        programs: &programs,
        cache: &components,
    };
    let run = match run(&suite, &server, workshop, &Store::below(&cache), said) {
        Ok(run) => run,
        Err(NoRun::Missing(missing)) => bail!("{missing}"),
        Err(NoRun::Failed(error)) => return Err(error),
    };
    show(&run, arguments);
    println!("{}", report::table(&[Row::of(&run, &suite)]));
    if arguments.update {
        report::update(&run, &suite)?;
        report::merge(&root.join(report::KEPT), vec![Row::of(&run, &suite)])?;
    }
    let faults = run.faults(&suite);
    faults.iter().for_each(|fault| println!("{fault}"));
    Ok(faults.is_empty())
}

/// What of ours is asked: what was named, or what cargo builds.
fn subjects(
    arguments: &Arguments,
    root: &Path,
    cache: &Path,
    server: &Server,
    said: &mut dyn FnMut(&str),
) -> Result<(Vec<Made>, Programs, PathBuf)> {
    let named = [
        (Packaging::Native, &arguments.native),
        (Packaging::Component, &arguments.component),
    ];
    if !arguments.original && named.iter().all(|(_, file)| file.is_none()) {
        let built =
            harness::subject::build(root, std::slice::from_ref(server), false, cache, said)?;
        let mut subjects = built.subjects;
        subjects.retain(|made| matches!(made.packaging, Packaging::Native | Packaging::Component));
        return Ok((subjects, built.programs, built.cache));
    }
    let mut subjects = Vec::new();
    for (packaging, file) in named {
        if let Some(file) = file {
            let file = file
                .canonicalize()
                .with_context(|| format!("{} cannot be found", file.display()))?;
            let digest = Digest::of(&std::fs::read(&file)?);
            subjects.push(Made {
                server: server.name.clone(),
                packaging,
                digest,
                file,
                precompiled: None,
                interpreted: None,
                own: None,
                image: None,
                web: harness::launch::Web::Own,
            });
        }
    }
    let programs = Programs {
        runtime: arguments.runtime.clone().unwrap_or_default(),
        compiler: arguments.compiler.clone().unwrap_or_default(),
        wasmtime: None,
        docker: None,
    };
    Ok((subjects, programs, cache.join("components")))
}

fn show(run: &Run, arguments: &Arguments) {
    for one in &run.compared {
        if arguments.cases.contains(&one.id) {
            println!("{}\n  original {:#?}", one.id, one.original);
            for (packaging, ours) in &one.ours {
                println!("  {packaging} {ours:#?}");
            }
        } else if arguments.original && arguments.cases.is_empty() {
            println!(
                "{}: {:?}",
                one.id,
                side_by_side(&one.original, &one.original).0
            );
        }
    }
}
