//! The cold start: from before the spawn to the whole answer to `initialize`, and to the first `tools/call`.

use std::time::Duration;

use anyhow::Result;
use harness::clock::Clock;
use harness::launch::{self, Code};
use harness::plan::Planned;
use harness::process::Process;
use harness::client::{self, Request};
use record::{Metric, Nanos, Outcome, Sample, StartClass, Transport, Wire};
use serde::Deserialize;

use crate::bench::{Bench, Conditions, input};
use crate::stage::talk::{Peer, outcome, right};

/// The host's own account of its start: the first line of its report.
#[derive(Default, Deserialize)]
struct Load {
    cache: Option<String>,
    spawn_ns: Option<u64>,
    engine_ns: Option<u64>,
    compile_ns: Option<u64>,
    load_ns: Option<u64>,
    link_ns: Option<u64>,
    instantiate_ns: Option<u64>,
}

/// One start.
pub fn trial(bench: &Bench, planned: &Planned, class: StartClass) -> Result<Vec<Sample>> {
    let (made, server) = bench.subject(planned);
    let conditions =
        Conditions { transport: Some(Transport::Stdio), wire: Some(Wire::V2025_11_25), start: Some(class), ..Conditions::default() };
    let failed = |outcome| vec![bench.failed(planned, &conditions, Metric::FirstAnswer, outcome)];
    let places = bench.places()?;
    let report = bench.report();
    let code = if class == StartClass::ProcessCompile { Code::Fresh } else { Code::Cached(&bench.plan.cache) };
    let launch = launch::stdio(made, server, &bench.plan.programs, &places, code, Some(&report));
    let patience = bench.patience(server);
    // The simplest timed call: the first answer to a tool must not depend on what the tool does.
    let call = server.timed().find(|call| call.before.is_empty());
    let arguments = call.map(|call| places.resolve(&call.arguments)).transpose()?;
    let hello = Request::initialize(0);

    let start = bench.clock.now();
    let mut process = match Process::start(&launch) {
        Ok(process) => process,
        Err(error) => return Ok(failed(Outcome::Crashed { how: format!("cannot be started: {error}") })),
    };
    let answer = client::ask(&mut process, &hello, patience, &bench.clock);
    let first = Nanos(bench.clock.now().0 - start.0);
    let answer = answer.and_then(|reply| reply.result());
    if let Err(failure) = answer.and_then(|_| client::initialized(&mut process, patience, &bench.clock)) {
        return Ok(failed(outcome(failure, process, bench)));
    }
    let mut peer = Peer::new(process, places);
    let mut samples = vec![bench.sample(planned, &conditions, Metric::FirstAnswer, first)];
    if let (Some(call), Some(arguments)) = (call, arguments) {
        let conditions = Conditions { call: Some(input(call, &arguments)), ..conditions.clone() };
        let request = peer.render(&call.tool, &arguments);
        let gap = bench.clock.now();
        let reply = match peer.ask(bench, server, &request) {
            Ok(reply) => reply,
            Err(failure) => return Ok(failed(outcome(failure, peer.process, bench))),
        };
        // Judging `initialize` and rendering the call happened outside of the clock.
        let first_call = Nanos(first.0 + (bench.clock.now().0 - gap.0));
        if let Err(outcome) = right(bench, &peer.places, call, &reply) {
            return Ok(failed(outcome));
        }
        samples.push(bench.sample(planned, &conditions, Metric::FirstCallAnswer, first_call));
    }
    let end = peer.process.end(Duration::from_secs(10), &bench.clock);
    if !end.status.success() {
        return Ok(failed(Outcome::Crashed { how: format!("after its answers: {}", end.words()) }));
    }
    samples.push(bench.sample(planned, &conditions, Metric::CpuTime, end.cpu));
    let load = read(&report);
    let phases = [
        (Metric::FirstAnswerSpawn, load.spawn_ns),
        (Metric::FirstAnswerEngine, load.engine_ns),
        (Metric::FirstAnswerCompile, load.compile_ns),
        (Metric::FirstAnswerLoad, load.load_ns),
        (Metric::FirstAnswerLink, load.link_ns),
        (Metric::FirstAnswerInstantiate, load.instantiate_ns),
    ];
    let phase = |(metric, nanos): (Metric, Option<u64>)| Some(bench.sample(planned, &conditions, metric, Nanos(nanos?)));
    samples.extend(phases.into_iter().filter_map(phase));
    let observed = match load.cache.as_deref() {
        Some("hit") => StartClass::ProcessCold,
        Some(_) => StartClass::ProcessCompile,
        None => class,
    };
    if observed != class {
        for sample in &mut samples {
            sample.outcome = Outcome::WrongClass { observed };
        }
    }
    Ok(samples)
}

fn read(report: &std::path::Path) -> Load {
    let text = std::fs::read_to_string(report).unwrap_or_default();
    // A host without a report (native, stock wasmtime) has no phases to tell.
    text.lines().next().and_then(|line| serde_json::from_str(line).ok()).unwrap_or_default()
}
