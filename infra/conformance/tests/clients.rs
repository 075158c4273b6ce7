//! Real clients against real servers: both packagings, both transports, both wires, and what they see is right and the same.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result};
use conformance::python::{self, LANGCHAIN, OFFICIAL};
use conformance::stage::Stage;
use conformance::target::{Seen, Target, Way};
use conformance::wire::Wire;
use harness::clock::Monotonic;
use harness::standin::Up;
use rmcp::model::{CallToolRequestParams, ProtocolVersion};
use rmcp::service::{ClientLifecycleMode, serve_client_with_lifecycle};
use rmcp::transport::{StreamableHttpClientTransport, TokioChildProcess};
use rmcp::{RoleClient, service::RunningService};
use serde_json::Value;

/// The servers, each with the calls of its `server.toml` that clients make: texts, structured results, failures.
const TABLE: &[(&str, &[&str])] = &[
    (
        "filesystem",
        &[
            "read_text_file-small",
            "read_text_file-unicode",
            "read_text_file-missing",
            "read_text_file-outside",
            "read_media_file-small",
            "read_multiple_files-errors",
            "list_directory-names",
            "directory_tree-small",
            "write_file-small",
            "read_text_file-written",
            "edit_file-dry-run",
            "move_file-onto-a-file",
        ],
    ),
    (
        "git",
        &[
            "git_status-small",
            "git_status-missing",
            "git_status-no-repository",
            "git_diff_unstaged-small",
            "git_diff_staged-small",
            "git_diff-small",
            "git_log-small",
            "git_log-packed",
            "git_show-small",
            "git_branch-small",
            "git_add-small",
        ],
    ),
];

/// The stage with the table's servers.
fn stage(clock: &Monotonic) -> (Stage, Up<'_>) {
    let named = |name: &str| TABLE.iter().any(|(server, _)| *server == name);
    let staged = Stage::set(|server| named(&server.name), clock);
    let (stage, standins) = staged.expect("everything builds");
    if let Some(why) = stage.lacking() {
        println!("skipped: components, because {why}");
    }
    (stage, standins)
}

/// Every target of these wires.
fn targets<'a>(stage: &'a Stage, wires: &[Wire], clock: &Monotonic) -> Result<Vec<Target<'a>>> {
    let mut targets = Vec::new();
    for subject in stage.subjects() {
        let row = TABLE.iter().find(|(name, _)| *name == subject.server.name);
        let (_, ids) = row.context("only the table's servers are built")?;
        for over_http in [false, true] {
            for wire in wires {
                targets.push(Target::of(stage, subject, over_http, *wire, ids, clock)?);
            }
        }
    }
    Ok(targets)
}

/// Judges each target, and compares those of one server with each other: their answers, and their tools as this client passes them on.
fn compare(client: &str, targets: &[Target<'_>], seen: &[Seen]) -> Result<()> {
    let mut first: BTreeMap<&str, (String, Vec<Value>, &Vec<Value>)> = BTreeMap::new();
    let mut compared = 0;
    for (target, seen) in targets.iter().zip(seen) {
        let name = format!("{client}: {}", target.name());
        let essences = target.judge(seen).context(client.to_owned())?;
        compared += essences.len();
        let (other, answers, tools) = first
            .entry(&target.subject.server.name)
            .or_insert_with(|| (name.clone(), essences.clone(), &seen.tools));
        for (one, another) in answers.iter().zip(&essences) {
            assert_eq!(one, another, "{other} against {name}");
        }
        assert_eq!(*tools, &seen.tools, "{other} against {name}");
    }
    println!(
        "{client}: {compared} answers right and the same over {} targets",
        targets.len()
    );
    Ok(())
}

fn in_python(client: &python::Client) {
    let said = &mut |line: &str| eprintln!("{line}");
    let installed: Result<PathBuf, String> = original::for_tests().and_then(|store| {
        let python = client.install(&store, said);
        python.map_err(|missing| missing.to_string())
    });
    let python = match installed {
        Ok(python) => python,
        Err(why) => return println!("skipped: {why}"),
    };
    let clock = Monotonic::new();
    let (stage, _standins) = stage(&clock);
    let targets = targets(&stage, client.wires, &clock).expect("targets");
    let each: Vec<&Target<'_>> = targets.iter().collect();
    let seen = client.ask(&python, &each, &clock).expect("answers");
    compare(client.name, &targets, &seen).expect("the right answers");
}

#[test]
fn the_official_python_client_sees_the_same_everywhere() {
    in_python(&OFFICIAL);
}

#[test]
fn langchain_sees_the_same_everywhere() {
    in_python(&LANGCHAIN);
}

type Client = RunningService<RoleClient, ()>;

async fn connected(target: &Target<'_>) -> Result<Client> {
    let wire = match target.wire {
        Wire::Sessions => ClientLifecycleMode::Initialize,
        Wire::Stateless => ClientLifecycleMode::Discover {
            preferred_versions: vec![ProtocolVersion::LATEST],
        },
    };
    Ok(match &target.way {
        Way::Stdio(launch) => {
            let mut command = tokio::process::Command::new(&launch.program);
            command
                .args(&launch.arguments)
                .env_clear()
                .envs(launch.environment.iter().map(|(name, value)| (name, value)))
                .kill_on_drop(true);
            let pipes = TokioChildProcess::new(command)?;
            serve_client_with_lifecycle((), pipes, wire).await?
        }
        Way::Http(_) => {
            let address = target.address().context("it is served")?;
            let http = StreamableHttpClientTransport::from_uri(address);
            serve_client_with_lifecycle((), http, wire).await?
        }
    })
}

/// Lists, calls, and ends.
async fn asked(target: &Target<'_>) -> Result<Seen> {
    let client = connected(target).await?;
    let tools = client.list_all_tools().await?;
    let mut seen = Seen {
        tools: tools
            .iter()
            .map(serde_json::to_value)
            .collect::<Result<_, _>>()?,
        answers: Vec::new(),
    };
    for asked in target.asked()? {
        let mut call = CallToolRequestParams::new(asked.tool);
        call.arguments = asked.arguments.as_object().cloned();
        let result = client.call_tool(call).await?;
        seen.answers.push(serde_json::to_value(&result)?);
    }
    client.cancel().await?;
    Ok(seen)
}

#[tokio::test]
async fn the_rust_client_sees_the_same_everywhere() {
    let clock = Monotonic::new();
    let (stage, _standins) = stage(&clock);
    let targets = targets(&stage, &Wire::ALL, &clock).expect("targets");
    let mut seen = Vec::new();
    for target in &targets {
        let patience = std::time::Duration::from_secs(60);
        let answered = tokio::time::timeout(patience, asked(target)).await;
        let answered = answered.unwrap_or_else(|_| panic!("{}: no end", target.name()));
        seen.push(answered.unwrap_or_else(|error| panic!("{}: {error:#}", target.name())));
    }
    compare("rmcp", &targets, &seen).expect("the right answers");
}
