//! `record`: the calls of a scenario, really made, kept as a trace; or somebody else's, imported.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use harness::clock::Monotonic;
use harness::exit::{Exit, Told};
use harness::{place, server, subject, trace};
use scenario::import::{self, Taken};
use scenario::{DATA, Places, Scenario, Trace};
use serde_json::json;

use super::Global;

/// Makes a scenario's calls against native servers and keeps them as a trace, or turns somebody else's calls into one.
///
///   harness record --scenario s4                    renews scenarios/traces/s4.json
///   harness record --scenario s4 --out /tmp/x.json  keeps it elsewhere
///   harness record --scenario mine.toml --data mine/ --out mine.json
///   harness record --import spans.jsonl --format otlp --out mine.json
///   harness record --import connection.ndjson --format tape --data mine/ --out mine.json
///
/// A trace holds each call's arguments, sizes, digest of the answer, and time. Later calls are made from earlier answers, as the scenario's file says (scenarios/s4.toml is one to start from). The data set is generated unless --data names another; the web and the language model are stood in for, so no call leaves this machine. The trace names no folder of it: <data>, <scratch>, <site> and <model> stand for what differs. Ends with 3 where a tool fails, or an answer is not what the scenario goes on with.
///
/// An import reads OpenTelemetry spans (otlp: OTLP as JSON, an export a line or whole, or spans as the Python SDK prints them; arguments and results are gen_ai.tool.call.arguments and gen_ai.tool.call.result), or the lines of one MCP connection (tape: JSON-RPC of both directions in the order in which they passed, or {"at_ns": N, "message": {…}} with times). Nobody wrote down what depends on what, so a call depends on what had been answered when it was made. The folder that --data names is masked as <data>; --server says whose tools they are where the file does not. --out names the trace's file.
#[derive(Args)]
#[command(verbatim_doc_comment)]
#[command(group = clap::ArgGroup::new("what").required(true).multiple(true))]
pub struct Arguments {
    /// The scenario: s1, s2, s3, s4, or a file. With --import, what the trace's scenario is called.
    #[arg(long, value_name = "NAME|FILE", group = "what")]
    scenario: Option<String>,
    /// The file to import.
    #[arg(long, value_name = "FILE", group = "what", requires = "format")]
    import: Option<PathBuf>,
    /// What the file to import is.
    #[arg(long, value_enum, requires = "import")]
    format: Option<Format>,
    /// Takes calls whose arguments the file does not hold. They stand as {}, their sizes are left out, and the trace says so.
    #[arg(long, requires = "import")]
    without_arguments: bool,
}

/// Whose format.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Format {
    /// OpenTelemetry spans.
    Otlp,
    /// The lines of an MCP connection.
    Tape,
}

/// Records or imports, and says what came of it.
pub fn run(global: &Global, own: &Arguments) -> Result<Exit> {
    let written = match (&own.import, &own.scenario) {
        (Some(file), _) => imported(global, own, file)?,
        (None, Some(word)) => recorded(global, word)?,
        (None, None) => {
            return Err(Told::usage(
                "say what to record with --scenario s4, or --import FILE --format otlp",
            )
            .into());
        }
    };
    // What was written is what will be read.
    told(global, &written, &Trace::open(&written)?);
    Ok(Exit::Done)
}

/// Makes a scenario's calls; the trace's file.
fn recorded(global: &Global, word: &str) -> Result<PathBuf> {
    let root = place::root()?;
    let scenario = Scenario::open(&scenario::find_scenario(&root, word)?)?;
    if !global.server.is_empty() {
        return Err(Told::usage(
            "a recording asks the servers that its scenario names; leave --server out",
        )
        .into());
    }
    let file = match (&global.out, &global.data) {
        (Some(file), _) => trace_file(file)?,
        (None, None) => {
            let name = format!("{}.json", scenario.name);
            root.join("scenarios/traces").join(name)
        }
        (None, Some(_)) => {
            return Err(Told::usage("the traces of the checkout are of the generated data; name a file for one of your own with --out mine.json").into());
        }
    };
    let (data, source) = data(global, &scenario)?;
    let servers = asked(&root, &scenario)?;
    let mut said = |line: &str| eprintln!("{line}");
    let natives = subject::natives(&root, &servers, &mut said)?;
    let stage = trace::Stage {
        servers: &servers,
        subjects: &natives.subjects,
        standin: natives.standin.as_deref(),
        data: &data,
        source: trace::source(&source),
    };
    let recorded = trace::record(&scenario, &stage, &Monotonic::new(), &mut said)?;
    trace::write(&recorded.trace, &recorded.blobs, &file)?;
    Ok(file)
}

/// Turns a file into a trace; the trace's file.
fn imported(global: &Global, own: &Arguments, file: &Path) -> Result<PathBuf> {
    let usage = |message: &str| Err(Told::usage(message).into());
    let format = match own.format {
        Some(Format::Otlp) => import::Format::Otlp,
        Some(Format::Tape) => import::Format::Tape,
        None => return usage("say what the file is: --format otlp, or --format tape"),
    };
    let Some(out) = &global.out else {
        return usage("name the trace's file with --out mine.json");
    };
    let out = trace_file(out)?;
    let stem = out.file_stem().unwrap_or_default().to_string_lossy();
    let server = match &global.server[..] {
        [] => None,
        [one] => Some(one.clone()),
        _ => {
            return usage(
                "a file is of one server, where it does not say of which; give --server one name",
            );
        }
    };
    let mut places = Places::none();
    if let Some(folder) = &global.data {
        // As it was written, too: the folder may be another machine's.
        places = places.with(DATA, &folder.to_string_lossy());
        if let Ok(real) = folder.canonicalize() {
            places = places.with(DATA, &real.to_string_lossy());
        }
    }
    let taken = Taken {
        scenario: own.scenario.clone().unwrap_or_else(|| stem.into_owned()),
        server,
        places,
        without_arguments: own.without_arguments,
    };
    let name = file.display().to_string();
    let imported = import::import(&name, &scenario::read_text(file)?, format, &taken)?;
    for note in &imported.notes {
        eprintln!("{note}");
    }
    trace::write(&imported.trace, &imported.blobs, &out)?;
    Ok(out)
}

/// A file for a trace. `--out` names a folder to other commands.
fn trace_file(out: &Path) -> Result<PathBuf> {
    match out.is_dir() || out.file_name().is_none() {
        true => Err(Told::usage(format!(
            "--out {} is a folder; name the trace's file, such as {}",
            out.display(),
            out.join("mine.json").display()
        ))
        .into()),
        false => Ok(out.to_owned()),
    }
}

/// The data set, and what it is in words.
fn data(global: &Global, scenario: &Scenario) -> Result<(PathBuf, String)> {
    match &global.data {
        None => {
            let made = format!("the generated data set {}", dataset::GENERATOR);
            Ok((dataset::ensure(&place::cache()?)?, made))
        }
        Some(folder) => {
            dataset::require(folder, &scenario.data)?;
            Ok((folder.clone(), "a data set of the user's own".to_owned()))
        }
    }
}

/// The descriptions of the servers that a scenario asks.
fn asked(root: &Path, scenario: &Scenario) -> Result<Vec<server::Server>> {
    let mut servers = server::read_all(root)?;
    let known: Vec<String> = servers.iter().map(|server| server.name.clone()).collect();
    if let Some(unknown) = scenario.servers.iter().find(|name| !known.contains(name)) {
        return Err(Told::usage(format!(
            "scenario {} asks the server {unknown}, which there is not; choose from {}",
            scenario.name,
            known.join(", ")
        ))
        .into());
    }
    servers.retain(|server| scenario.servers.contains(&server.name));
    Ok(servers)
}

/// One line about a trace that was written.
fn told(global: &Global, file: &Path, trace: &Trace) {
    let calls = trace.calls.len();
    if global.json {
        println!(
            "{}",
            json!({"trace": file, "calls": calls, "digest": trace.digest().as_str()})
        );
    } else {
        println!("{}: {calls} calls", file.display());
    }
}
