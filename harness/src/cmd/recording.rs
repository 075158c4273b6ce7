//! `record`: the calls of a scenario, really made, kept as a trace; or somebody else's, imported.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use harness::clock::Monotonic;
use harness::exit::{Exit, Told};
use harness::{place, server, subject, trace};
use scenario::{Scenario, Trace};
use serde_json::json;

use super::Global;

/// Makes a scenario's calls against native servers and keeps them as a trace: arguments, sizes, answers' digests, times.
///
///   harness record --scenario s4                    renews scenarios/traces/s4.json
///   harness record --scenario s4 --out /tmp/x.json  keeps it elsewhere
///   harness record --scenario mine.toml --data mine/ --out mine.json
///
/// Later calls are made from earlier answers, as the scenario's file says (scenarios/s4.toml is one to start from). The data set is
/// generated unless --data names another; the web and the language model are stood in for, so no call leaves this machine. The trace
/// names no folder of it: <data>, <scratch>, <site> and <model> stand for what differs. Ends with 3 where a tool fails, or an answer
/// is not what the scenario goes on with.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// The scenario: s1, s2, s3, s4, or a file.
    #[arg(long, value_name = "NAME|FILE")]
    scenario: String,
}

/// Records and says what came of it.
pub fn run(global: &Global, own: &Arguments) -> Result<Exit> {
    let root = place::root()?;
    let scenario = Scenario::open(&scenario::find_scenario(&root, &own.scenario)?)?;
    let file = match (&global.out, &global.data) {
        (Some(file), _) => file.clone(),
        (None, None) => root
            .join("scenarios/traces")
            .join(format!("{}.json", scenario.name)),
        (None, Some(_)) => {
            return Err(Told::usage("the traces of the checkout are of the generated data; name a file for one of your own with --out").into());
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
    trace::write(&recorded, &file)?;
    // What was written is what will be read.
    told(global, &file, &Trace::open(&file)?);
    Ok(Exit::Done)
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
fn asked(root: &std::path::Path, scenario: &Scenario) -> Result<Vec<server::Server>> {
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
fn told(global: &Global, file: &std::path::Path, trace: &Trace) {
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
