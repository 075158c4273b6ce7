//! What a process holds: peak after each tool once at small input, then at large; the idle state between.

use anyhow::Result;
use harness::client::Failure;
use harness::plan::Planned;
use harness::server::{Input, Server};
use record::{Bytes, Metric, Outcome, Sample, Transport, Wire};

use crate::bench::{Bench, Conditions};
use crate::memory::{Watch, rollup, status};
use crate::stage::talk::{Peer, outcome, right};
use crate::stage::warm::FAREWELL;

/// One process's life.
pub fn trial(bench: &Bench, planned: &Planned) -> Result<Vec<Sample>> {
    let (made, server) = bench.subject(planned);
    let conditions = Conditions {
        transport: Some(Transport::Stdio),
        wire: Some(Wire::V2025_11_25),
        start: Some(record::StartClass::ProcessCold),
        ..Conditions::default()
    };
    let failed = |outcome| vec![bench.failed(planned, &conditions, Metric::PeakResident, outcome)];
    let mut peer = match Peer::start(bench, made, server)? {
        Ok(peer) => peer,
        Err(outcome) => return Ok(failed(outcome)),
    };
    let id = peer.process.id();
    let watch = Watch::start(id);
    let mut readings: Vec<(Metric, Option<Bytes>)> = Vec::new();
    for size in [Input::Small, Input::Large] {
        match each_tool_once(bench, server, &mut peer, size)? {
            Ok(()) => {}
            Err(Trouble::Wrong(outcome)) => return Ok(failed(outcome)),
            Err(Trouble::Failed(failure)) => return Ok(failed(outcome(failure, peer.process, bench))),
        }
        if size == Input::Small {
            readings.extend([
                (Metric::PeakResident, status(id, "VmHWM")),
                (Metric::PeakAnonymous, status(id, "RssAnon")),
                (Metric::IdlePss, rollup(id, "Pss")),
                (Metric::IdleAnonymous, rollup(id, "Anonymous")),
            ]);
        } else {
            readings.push((Metric::PeakResidentLarge, status(id, "VmHWM")));
        }
    }
    readings.push((Metric::PeakChild, Some(watch.end())));
    peer.process.end(FAREWELL, &bench.clock);
    let reading = |(metric, bytes): (Metric, Option<Bytes>)| match bytes {
        Some(bytes) => bench.sample(planned, &conditions, metric, bytes),
        None => {
            let why = "this kernel has no such line in /proc".to_owned();
            let remedy = "measure on Linux with /proc mounted".to_owned();
            bench.failed(planned, &conditions, metric, Outcome::Unavailable { why, remedy })
        }
    };
    Ok(readings.into_iter().map(reading).collect())
}

enum Trouble {
    Wrong(Outcome),
    Failed(Failure),
}

fn each_tool_once(bench: &Bench, server: &Server, peer: &mut Peer, size: Input) -> Result<Result<(), Trouble>> {
    for tool in server.tools() {
        let call = server.calls.iter().find(|call| call.tool == tool && call.input == size);
        let call = call.expect("every tool has a call of each timed size: server.toml was checked");
        let arguments = peer.places.resolve(&call.arguments)?;
        let request = peer.render(&call.tool, &arguments);
        let reply = match peer.prepare(bench, server, call).and_then(|()| peer.ask(bench, server, &request)) {
            Ok(reply) => reply,
            Err(failure) => return Ok(Err(Trouble::Failed(failure))),
        };
        if let Err(wrong) = right(bench, &peer.places, call, &reply) {
            return Ok(Err(Trouble::Wrong(wrong)));
        }
    }
    Ok(Ok(()))
}
