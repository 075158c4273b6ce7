//! What one more idle server costs in a host that is up, measured in a process that holds nothing else.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use harness::client::Request;
use harness::input::Places;
use harness::launch::Made;
use harness::plan::Planned;
use harness::process::{Launch, Process};
use harness::server::Server;
use record::{Bytes, Metric, Outcome, Sample, StartClass, Transport, Wire};
use serde::{Deserialize, Serialize};
use wasmmcp_runtime::{Host, HostOptions, Session};

use crate::bench::{Bench, Conditions};
use crate::memory::rollup;
use crate::stage::instance::load;

/// Idle instances after the first; their mean is one sample.
const MORE: u64 = 50;

/// The longest that it may take to end.
const FAREWELL: Duration = Duration::from_secs(10);

/// What the process that was filled found, in bytes.
#[derive(Serialize, Deserialize)]
struct Found {
    next_instance_pss: u64,
    next_instance_anonymous: u64,
    next_instance_used_pss: u64,
    next_server_pss: u64,
    next_server_anonymous: u64,
    next_server_mapped: u64,
}

/// One process filled and read.
pub fn trial(bench: &Bench, planned: &Planned) -> Result<Vec<Sample>> {
    let places = bench.places(planned)?;
    let launch = Launch {
        program: std::env::current_exe().context("this program cannot be found again")?,
        arguments: vec![
            "density".into(),
            bench.file.clone().into(),
            planned.subject.to_string().into(),
            places.scratch.into(),
        ],
        environment: Vec::new(),
    };
    let conditions = Conditions {
        transport: Some(Transport::InProcess),
        wire: Some(Wire::V2025_11_25),
        start: Some(StartClass::InstanceCold),
        ..Conditions::default()
    };
    let mut process = Process::start(&launch)?;
    let line = process.exchange(b"", bench.peer(planned).patience(), &bench.clock, |line| {
        line.starts_with(b"{")
    });
    let found = line.map(serde_json::from_slice::<Found>);
    let end = process.close(FAREWELL, &bench.clock);
    let found = match found {
        Ok(Ok(found)) => found,
        _ => {
            let how = format!(
                "the filled host gave no account: {}; it said: {}",
                end.words(),
                process.last_words()
            );
            return Ok(vec![bench.failed(
                planned,
                &conditions,
                Metric::NextInstancePss,
                Outcome::Crashed { how },
            )]);
        }
    };
    Ok([
        (Metric::NextInstancePss, found.next_instance_pss),
        (Metric::NextInstanceAnonymous, found.next_instance_anonymous),
        (Metric::NextInstanceUsedPss, found.next_instance_used_pss),
        (Metric::NextServerPss, found.next_server_pss),
        (Metric::NextServerAnonymous, found.next_server_anonymous),
        (Metric::NextServerMapped, found.next_server_mapped),
    ]
    .map(|(metric, bytes)| bench.sample(planned, &conditions, metric, Bytes(bytes)))
    .into())
}

/// Fills this process and prints what each step cost.
pub fn fill(setting: &Path, subject: usize, scratch: &Path) -> Result<()> {
    let bench = Bench::read(setting)?;
    let places = Places::new(&bench.setting.data, scratch, &bench.setting.standins);
    let host = Host::new(HostOptions::default())?;
    let made = bench
        .setting
        .subjects
        .get(subject)
        .context("the setting has no such subject")?;
    // Another server goes first, so that what the host itself needs is not counted as the subject's.
    let other = bench
        .setting
        .subjects
        .iter()
        .find(|other| other.is_hosted() && other.server != made.server);
    let loaded = |made: &Made| {
        load(
            &host,
            &bench,
            server(&bench, made)?,
            &made.file,
            &places,
            None,
        )
    };
    let _other = other.map(|other| greeted(&loaded(other)?)).transpose()?;
    let before = reading()?;
    let own = loaded(made)?;
    let _first = greeted(&own)?;
    let one = reading()?;
    let mut more = (0..MORE)
        .map(|_| greeted(&own))
        .collect::<Result<Vec<_>>>()?;
    let many = reading()?;
    let call = server(&bench, made)?
        .timed()
        .find(|call| call.is_unprepared())
        .context("the server has no call")?;
    let call = Request::call(2, &call.tool, &places.resolve(&call.arguments)?);
    for session in &mut more {
        ask(session, &call)?;
    }
    let used = reading()?;
    let found = Found {
        next_instance_pss: many.pss.saturating_sub(one.pss) / MORE,
        next_instance_anonymous: many.anonymous.saturating_sub(one.anonymous) / MORE,
        next_instance_used_pss: used.pss.saturating_sub(one.pss) / MORE,
        next_server_pss: one.pss.saturating_sub(before.pss),
        next_server_anonymous: one.anonymous.saturating_sub(before.anonymous),
        next_server_mapped: one.file.saturating_sub(before.file),
    };
    println!("{}", serde_json::to_string(&found)?);
    Ok(())
}

struct Reading {
    pss: u64,
    anonymous: u64,
    file: u64,
}

fn reading() -> Result<Reading> {
    let me = std::process::id();
    let line = |field: &str| {
        rollup(me, field)
            .with_context(|| format!("/proc tells no {field}; measure on Linux with /proc mounted"))
    };
    Ok(Reading {
        pss: line("Pss")?.0,
        anonymous: line("Anonymous")?.0,
        file: line("Pss_File")?.0,
    })
}

/// The server of a subject.
pub fn server<'a>(bench: &'a Bench, made: &Made) -> Result<&'a Server> {
    bench
        .servers
        .get(&made.server)
        .context("the setting names a server that is not in this checkout")
}

/// A session that has answered `initialize` and `tools/list`, the same of every server, and waits.
fn greeted(loaded: &wasmmcp_runtime::Loaded) -> Result<Session> {
    let mut session = loaded.session()?;
    ask(&mut session, &Request::initialize(0))?;
    ask(
        &mut session,
        &Request::new(1, "tools/list", &serde_json::json!({})),
    )?;
    Ok(session)
}

fn ask(session: &mut Session, request: &Request) -> Result<()> {
    session.send(request.line().trim_ascii_end());
    match harness::client::result(&session.recv()?) {
        Ok(_) => Ok(()),
        Err(failure) => bail!("a session did not answer: {failure}"),
    }
}
