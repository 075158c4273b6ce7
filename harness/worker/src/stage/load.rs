//! Calls from several clients at once, over one process's pipes or over HTTP: as many as can be answered, or a share of that.

use std::num::NonZeroU64;
use std::time::Duration;

use anyhow::{Context, Result};
use bytes::Bytes;
use harness::client;
use harness::clock::Monotonic;
use harness::input::Places;
use harness::launch::Code;
use harness::listening::Listening;
use harness::peer::{Failed, Peer, Subject, Trouble};
use harness::plan::Planned;
use harness::server::Call;
use http_body_util::Full;
use record::{Metric, Nanos, Outcome, PerSecond, Sample, StartClass, Transport, Wire};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::bench::{Bench, Conditions};
use crate::burst::{Burst, Load, arrivals, rate};
use crate::carrier::{Carrier, Pipe};
use crate::memory;
use crate::stage::instance::request;
use crate::web::Web;

/// How long calls are made before any counts.
const WARM_UP: Nanos = Nanos(100_000_000);
/// How long they are counted in the closed loop.
const CLOSED: Nanos = Nanos(300_000_000);
/// How long the capacity is measured of which the open loop offers a share, each time;
const CAPACITY: Nanos = Nanos(100_000_000);
/// how often, the least counts: client and server fall into step for a while and are faster than they stay;
const BURSTS: usize = 3;
/// and how long the share is offered.
const OPEN: Nanos = Nanos(200_000_000);
/// Latencies that a trial keeps: the upper ends of a hundred equal parts of all, so that a rank among them is that rank among all.
const KEPT: usize = 100;

/// What is asked of one trial.
#[derive(Clone, Copy)]
pub struct Asked {
    /// How the clients reach the server.
    pub transport: Transport,
    /// How many calls may be under way.
    pub connections: u32,
    /// The share of the capacity that is offered, in percent; none for a closed loop.
    pub load: Option<u32>,
}

/// One burst.
pub fn trial(bench: &Bench, planned: &Planned, asked: Asked) -> Result<Vec<Sample>> {
    let (made, server) = bench.subject(planned);
    let call = server
        .timed()
        .find(|call| call.is_unprepared())
        .context("the server has no call without preparation")?;
    let places = bench.places(planned)?;
    let arguments = places.resolve(&call.arguments)?;
    let http = asked.transport == Transport::Http;
    let conditions = Conditions {
        call: Some(bench.input(call)),
        transport: Some(asked.transport),
        wire: Some(if http {
            Wire::V2026_07_28
        } else {
            Wire::V2025_11_25
        }),
        // A component answers each call of the stateless wire in a fresh instance; a native process is one instance.
        start: Some(if http && made.is_component() {
            StartClass::InstanceCold
        } else {
            StartClass::Warm
        }),
        concurrency: u64::from(asked.connections),
        load: asked.load.map(u64::from),
        ..Conditions::default()
    };
    let subject = bench.peer(planned);
    let seed = bench.setting.seed.wrapping_add(planned.trial.0);
    let bursts = if http {
        over_http(
            &subject,
            places,
            call,
            &arguments,
            asked,
            seed,
            &bench.clock,
        )?
    } else {
        over_pipes(
            &subject,
            places,
            call,
            &arguments,
            asked,
            seed,
            &bench.clock,
        )
    };
    Ok(match bursts {
        Ok(measured) => samples(bench, planned, &conditions, &measured),
        Err(failed) => vec![bench.fail(planned, &conditions, Metric::Throughput, failed)],
    })
}

/// What counts of a trial.
struct Measured {
    burst: Burst,
    /// What was sent, where that was decided beforehand.
    offered: Option<PerSecond>,
    /// Whether more came than was answered: the calls waited in a queue that grew as long as it was measured.
    overloaded: bool,
    /// Processor time of a call.
    cpu: Nanos,
}

fn samples(
    bench: &Bench,
    planned: &Planned,
    conditions: &Conditions,
    measured: &Measured,
) -> Vec<Sample> {
    let Measured {
        burst,
        offered,
        overloaded,
        cpu,
    } = measured;
    let sample = |metric, value| bench.sample(planned, conditions, metric, value);
    let mut samples = Vec::new();
    samples.extend(offered.map(|offered| sample(Metric::OfferedRate, offered)));
    samples.push(sample(Metric::Throughput, burst.throughput()));
    samples.push(bench.sample(planned, conditions, Metric::CpuTime, *cpu));
    let metric = Metric::LatencyUnderLoad;
    if *overloaded {
        // How long the queue had grown when it ended is no property of the server.
        let why = format!(
            "overloaded: {} were offered and {} answered",
            offered.unwrap_or_default(),
            burst.throughput()
        );
        let remedy = "offer a smaller share of the capacity".to_owned();
        let outcome = Outcome::Unavailable { why, remedy };
        samples.push(bench.failed(planned, conditions, metric, outcome));
        return samples;
    }
    let latency = |took| bench.sample(planned, conditions, metric, took);
    samples.extend(upper_ends(&burst.latencies, KEPT).map(latency));
    samples
}

/// The upper ends of so many equal parts of all latencies: the nearest rank of a percentile of these is that of all.
fn upper_ends(latencies: &[Nanos], parts: usize) -> impl Iterator<Item = Nanos> {
    let mut sorted = latencies.to_vec();
    sorted.sort_unstable();
    let kept = parts.min(sorted.len());
    (1..=kept).map(move |part| sorted[(part * sorted.len()).div_ceil(kept) - 1])
}

/// Whether fewer than 99 of 100 calls that came within the time were answered within it. Those that were under way when it
/// ended, no more than there are lanes, are not behind.
fn is_overloaded(sent: u64, answered: u64, lanes: u32) -> bool {
    let behind = sent.saturating_sub(answered).saturating_sub(lanes.into());
    behind * 100 > sent
}

/// One process on its pipes, and its calls.
fn over_pipes(
    subject: &Subject<'_>,
    places: Places,
    call: &Call,
    arguments: &Value,
    asked: Asked,
    seed: u64,
    clock: &Monotonic,
) -> Result<Measured, Failed> {
    let mut peer = Peer::start(subject, places.clone(), clock)?;
    let (process, patience) = (peer.id(), peer.patience());
    let mut pipe = Pipe {
        peer: &mut peer,
        params: json!({"name": call.tool, "arguments": arguments}).to_string(),
        clock,
    };
    let judge = |bodies: &[Bytes]| judged(subject, call, &places, bodies);
    let measured = measure(&mut pipe, asked, patience, seed, process, judge);
    measured.map_err(|trouble| peer.trouble(trouble, clock))
}

/// One process that serves, connections to it, and their calls.
fn over_http(
    subject: &Subject<'_>,
    places: Places,
    call: &Call,
    arguments: &Value,
    asked: Asked,
    seed: u64,
    clock: &Monotonic,
) -> Result<Result<Measured, Failed>> {
    let request = request(&subject.server.name, &call.tool, arguments)?;
    let body = request.body().to_vec();
    let code = Code::Cached(subject.cache);
    let listening = match Listening::start(subject, places.clone(), code, clock) {
        Ok(listening) => listening,
        Err(failed) => return Ok(Err(failed)),
    };
    let judge = |bodies: &[Bytes]| judged(subject, call, &places, bodies);
    let web = Web::open(
        &listening.address,
        asked.connections,
        request.map(Full::new),
        clock,
    );
    let measured = web.map_err(Trouble::from).and_then(|mut web| {
        measure(
            &mut web,
            asked,
            listening.patience,
            seed,
            listening.id(),
            judge,
        )
    });
    Ok(measured.map_err(|trouble| listening.trouble(trouble, Some(body), clock)))
}

/// Warms up and measures, in whichever loop is asked for.
fn measure<C: Carrier>(
    carrier: &mut C,
    asked: Asked,
    patience: Duration,
    seed: u64,
    process: u32,
    judge: impl Fn(&[Bytes]) -> Result<(), Trouble>,
) -> Result<Measured, Trouble> {
    let mut load = Load::new(carrier, asked.connections, patience);
    judge(&load.closed(WARM_UP)?.bodies)?;
    let (sent, cpu, burst) = match asked.load {
        None => {
            let cpu = memory::cpu(process);
            (None, cpu, load.closed(CLOSED)?)
        }
        Some(percent) => {
            let mut capacity = PerSecond(u64::MAX);
            for _ in 0..BURSTS {
                let alone = load.closed(CAPACITY)?;
                judge(&alone.bodies)?;
                capacity = capacity.min(alone.throughput());
            }
            let share = PerSecond(capacity.0.saturating_mul(u64::from(percent)) / 100);
            let moments = arrivals(share, OPEN, seed);
            let sent = u64::try_from(moments.len()).expect("a length fits");
            let _exact = Exact::begin();
            let cpu = memory::cpu(process);
            (Some(sent), cpu, load.open(&moments, OPEN)?)
        }
    };
    let cpu = memory::cpu(process).saturating_sub(cpu);
    judge(&burst.bodies)?;
    let calls = u64::try_from(burst.bodies.len()).expect("a length fits");
    let late = |sent| is_overloaded(sent, burst.counted, asked.connections);
    Ok(Measured {
        offered: sent.map(|sent| rate(sent, OPEN)),
        overloaded: sent.is_some_and(late),
        burst,
        cpu: Nanos(cpu / calls.max(1)),
    })
}

/// While it lives, this thread is woken when it asked to be. The kernel rounds by 50 µs otherwise, as long as a small call.
struct Exact;

impl Exact {
    fn begin() -> Exact {
        // Where the kernel does not offer it, calls go out a little late, which their latency shows.
        let _coarse = rustix::thread::set_current_timer_slack(NonZeroU64::new(1_000));
        Exact
    }
}

impl Drop for Exact {
    fn drop(&mut self) {
        // Processes that are started later inherit what is set.
        let _coarse = rustix::thread::set_current_timer_slack(None);
    }
}

/// What is judged of an answer: all but its timing.
#[derive(Deserialize)]
struct Said<'a> {
    #[serde(borrow)]
    result: Option<Essence<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Essence<'a> {
    #[serde(borrow)]
    content: &'a RawValue,
    #[serde(borrow)]
    structured_content: Option<&'a RawValue>,
    is_error: Option<bool>,
}

impl Essence<'_> {
    fn key(&self) -> (&str, Option<&str>, Option<bool>) {
        let structured = self.structured_content.map(RawValue::get);
        (self.content.get(), structured, self.is_error)
    }
}

/// Judges every answer; those that say what a right one said are right.
fn judged(
    subject: &Subject<'_>,
    call: &Call,
    places: &Places,
    bodies: &[Bytes],
) -> Result<(), Trouble> {
    let mut right: Option<Essence<'_>> = None;
    for body in bodies {
        let said = serde_json::from_slice::<Said<'_>>(body).ok();
        let essence = said.and_then(|said| said.result);
        if let (Some(essence), Some(right)) = (&essence, &right)
            && essence.key() == right.key()
        {
            continue;
        }
        let result = client::result(body)?;
        subject.judge(call, places, &result)?;
        right = essence;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rank_among_those_that_are_kept_is_that_rank_among_all() {
        for length in [0, 1, 7, 99, 100, 101, 250, 11_437] {
            let all: Vec<Nanos> = (1..=length).rev().map(Nanos).collect();
            let kept: Vec<Nanos> = upper_ends(&all, KEPT).collect();
            assert_eq!(kept.len(), all.len().min(KEPT));
            assert_eq!(kept.last(), all.first(), "the longest is one of them");
            if kept.len() == KEPT {
                let rank = |percent: u64| Nanos((percent * length).div_ceil(100));
                assert_eq!((kept[49], kept[98]), (rank(50), rank(99)));
            }
        }
    }

    #[test]
    fn a_queue_that_grew_is_told_from_calls_under_way() {
        // As many as there are lanes are under way when the time ends, and one in a hundred may be late beside them.
        assert!(!is_overloaded(10_000, 10_000, 1));
        assert!(!is_overloaded(10_000, 9_836, 64));
        assert!(is_overloaded(10_000, 9_835, 64));
        // A slow server that is asked little has one call in hand, which is no queue.
        assert!(!is_overloaded(20, 19, 1));
        assert!(is_overloaded(20, 18, 1));
        assert!(!is_overloaded(0, 0, 1));
    }
}
