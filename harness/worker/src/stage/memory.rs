//! What a process holds: peak after each tool once at small input, then at large; the idle state between.

use harness::judge::Wrong;
use harness::peer::{Failed, Peer, Subject, Trouble};
use harness::plan::{Planned, cold};
use harness::server::Input;
use record::{Bytes, Metric, Outcome, Sample, Transport};

use crate::bench::{Bench, Conditions};
use crate::memory::{Watch, rollup, status};

/// One process's life.
pub fn trial(bench: &Bench, planned: &Planned) -> anyhow::Result<Vec<Sample>> {
    let subject = bench.peer(planned);
    let conditions = Conditions {
        transport: Some(Transport::Stdio),
        wire: Some(bench.wire(planned)),
        start: Some(cold(subject.made.packaging)),
        ..Conditions::default()
    };
    let failed =
        |failed: Failed| vec![bench.fail(planned, &conditions, Metric::PeakResident, failed)];
    let mut peer = match Peer::start(&subject, bench.places(planned)?, &bench.clock) {
        Ok(peer) => peer,
        Err(why) => return Ok(failed(why)),
    };
    let id = peer.id();
    let watch = Watch::start(id);
    let mut readings: Vec<(Metric, Option<Bytes>)> = Vec::new();
    for size in [Input::Small, Input::Large] {
        if let Err(trouble) = each_tool_once(bench, &subject, &mut peer, size) {
            return Ok(failed(peer.trouble(trouble, &bench.clock)));
        }
        if size == Input::Small {
            readings.extend([
                (Metric::PeakResident, status(id, "VmHWM")),
                (Metric::PeakAnonymous, status(id, "RssAnon")),
                (Metric::IdlePss, rollup(id, "Pss")),
                (Metric::IdleAnonymous, rollup(id, "Anonymous")),
            ]);
        } else if subject.server.timed().any(|call| call.input == size) {
            readings.push((Metric::PeakResidentLarge, status(id, "VmHWM")));
        }
    }
    readings.push((Metric::PeakChild, Some(watch.end())));
    peer.end(&bench.clock);
    let reading = |(metric, bytes): (Metric, Option<Bytes>)| match bytes {
        Some(bytes) => bench.sample(planned, &conditions, metric, bytes),
        None => {
            let why = "this kernel has no such line in /proc".to_owned();
            let remedy = "measure on Linux with /proc mounted".to_owned();
            bench.failed(
                planned,
                &conditions,
                metric,
                Outcome::Unavailable { why, remedy },
            )
        }
    };
    Ok(readings.into_iter().map(reading).collect())
}

fn each_tool_once(
    bench: &Bench,
    subject: &Subject<'_>,
    peer: &mut Peer,
    size: Input,
) -> Result<(), Trouble> {
    let server = subject.server;
    for tool in server.tools() {
        let call = server
            .calls
            .iter()
            .find(|call| call.tool == tool && call.input == size);
        // Of our own servers every tool has one, which is checked; of somebody else's nobody may know a large input.
        let Some(call) = call else { continue };
        let arguments = peer
            .places
            .resolve(&call.arguments)
            .map_err(|error| Wrong(error.to_string()))?;
        peer.prepare(call, &bench.clock)?;
        let request = peer.render(&call.tool, &arguments);
        let result = peer.ask(&request, &bench.clock)?.result()?;
        subject.judge(call, &peer.places, &result)?;
    }
    Ok(())
}
