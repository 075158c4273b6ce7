//! `verify`: every call of every server, judged, on every packaging and transport.

use std::path::Path;

use anyhow::Result;
use clap::Args;
use harness::clock::Monotonic;
use harness::peer::Subject;
use harness::server::Server;
use harness::standin::Up;
use harness::subject::{Built, CONTAINERS};
use harness::verify::{self, Checked, asked_over_http};
use harness::{exit::Exit, place};
use rayon::prelude::*;
use record::Transport;
use serde::Serialize;

use super::{Beside, Global};

/// Makes every call in every `server.toml` on every packaging, over stdio and HTTP, and judges each answer.
///
/// Nothing is timed. Ends with 3 when an answer is wrong.
#[derive(Args)]
pub struct Arguments {
    /// Over stdio alone, in half the time.
    #[arg(long)]
    quick: bool,
}

/// One wrong answer.
#[derive(Serialize)]
struct Fault {
    subject: String,
    transport: Transport,
    call: String,
    why: String,
}

/// Builds, verifies and reports.
pub fn run(global: &Global, own: &Arguments) -> Result<Exit> {
    let root = place::root()?;
    let servers = global.servers(&root)?;
    let cache = place::cache()?;
    let (data, generated) = global.data(&servers, &cache)?;
    let beside = Beside {
        references: true,
        containers: CONTAINERS.to_vec(),
        stock: false,
    };
    let built = global.build(&root, &servers, &cache, beside)?;
    let transports: &[Transport] = if own.quick {
        &[Transport::Stdio]
    } else {
        &[Transport::Stdio, Transport::Http]
    };
    let (right, faults) = all(&built, &servers, &data, generated, transports)?;
    if global.json {
        println!("{}", serde_json::json!({"right": right, "wrong": faults}));
    } else {
        println!("{right} answers right, {} wrong", faults.len());
    }
    Ok(if faults.is_empty() {
        Exit::Done
    } else {
        Exit::Wrong
    })
}

/// Verifies every subject before it is timed. How many answers were right, and how many wrong.
pub fn before_timing(
    built: &Built,
    servers: &[Server],
    data: &Path,
    generated: bool,
) -> Result<(u64, u64)> {
    let (right, faults) = all(built, servers, data, generated, &[Transport::Stdio])?;
    eprintln!("{right} answers right, {} wrong", faults.len());
    Ok((right, u64::try_from(faults.len())?))
}

fn all(
    built: &Built,
    servers: &[Server],
    data: &Path,
    generated: bool,
    transports: &[Transport],
) -> Result<(u64, Vec<Fault>)> {
    let clock = Monotonic::new();
    let mut up = Up::start(built.standin.as_deref(), servers, data, &clock)?;
    let mut asked: Vec<(Subject<'_>, Transport)> = Vec::new();
    for made in &built.subjects {
        let Some(server) = servers.iter().find(|server| server.name == made.server) else {
            continue;
        };
        let subject = Subject {
            made,
            server,
            programs: &built.programs,
            cache: &built.cache,
            generated,
            standins: &up.standins,
        };
        let carried = transports
            .iter()
            .filter(|&&transport| transport != Transport::Http || asked_over_http(made));
        asked.extend(carried.map(|&transport| (subject, transport)));
    }
    // Nothing here is timed, so as many are asked at once as there are processors.
    let checked = asked
        .par_iter()
        .with_max_len(1)
        .map(|(subject, transport)| {
            let checked = match transport {
                Transport::Http => verify::http(subject, data, &clock)?,
                _ => verify::stdio(subject, data, &clock)?,
            };
            eprint!("{}", told(subject, *transport, &checked));
            Ok(checked)
        });
    let checked: Vec<Vec<Checked>> = checked.collect::<Result<_>>()?;
    let (mut right, mut faults) = (0, Vec::new());
    for ((subject, transport), checked) in asked.iter().zip(checked) {
        for checked in checked {
            match checked.verdict {
                Ok(()) => right += 1,
                Err(wrong) => faults.push(Fault {
                    subject: format!("{} {}", subject.made.server, subject.made.packaging),
                    transport: *transport,
                    call: checked.call,
                    why: wrong.0,
                }),
            }
        }
    }
    up.check()?;
    Ok((right, faults))
}

/// A line about a subject, and one for each wrong answer.
fn told(subject: &Subject<'_>, transport: Transport, checked: &[Checked]) -> String {
    let wrong = checked.iter().filter_map(|checked| {
        let wrong = checked.verdict.as_ref().err()?;
        Some(format!("  WRONG {}: {wrong}\n", checked.call))
    });
    let wrong: Vec<String> = wrong.collect();
    format!(
        "verifying {:14} {:20} {transport:5}  {} of {} right\n{}",
        subject.made.server,
        subject.made.packaging.name(),
        checked.len() - wrong.len(),
        checked.len(),
        wrong.concat()
    )
}
