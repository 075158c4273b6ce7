//! Calls over HTTP from several connections at once, each sending its next call when the last is answered.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use harness::clock::Clock;
use harness::launch;
use harness::peer::Failed;
use harness::plan::Planned;
use harness::process::Process;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use record::{Metric, Nanos, Outcome, PerSecond, Sample, StartClass, Transport, Wire};
use serde_json::Value;

use crate::bench::{Bench, Conditions, input};
use crate::stage::instance::request;

/// How long calls are counted, after as long a tenth that is not.
const COUNTED: Duration = Duration::from_millis(1_500);
const WARM_UP: Duration = Duration::from_millis(150);
/// Latencies that a trial keeps, evenly spaced over its calls.
const KEPT: usize = 100;

/// One burst.
pub fn trial(bench: &Bench, planned: &Planned, connections: u32) -> Result<Vec<Sample>> {
    let (made, server) = bench.subject(planned);
    let call = server
        .timed()
        .find(|call| call.before.is_empty())
        .context("the server has no call without preparation")?;
    let places = bench.places()?;
    let arguments = places.resolve(&call.arguments)?;
    let conditions = Conditions {
        call: Some(input(call, &arguments)),
        transport: Some(Transport::Http),
        wire: Some(Wire::V2026_07_28),
        // A component answers each call of the stateless wire in a fresh instance; a native process is one instance.
        start: Some(if made.is_component() {
            StartClass::InstanceCold
        } else {
            StartClass::Warm
        }),
        concurrency: u64::from(connections),
        ..Conditions::default()
    };
    let failed = |outcome| {
        Ok(vec![bench.failed(
            planned,
            &conditions,
            Metric::Throughput,
            outcome,
        )])
    };
    let launch = launch::http(
        made,
        server,
        &bench.setting.programs,
        &places,
        &bench.setting.cache,
    );
    let mut process = Process::start(&launch)?;
    let patience = bench.peer(planned).patience();
    let address = match process.exchange(b"", patience, &bench.clock, |line| {
        line.starts_with(b"listening on http://")
    }) {
        Ok(line) => address(line)?,
        Err(silence) => {
            let failed = Failed::of(process, None, &bench.clock, |end, said| Outcome::Crashed {
                how: format!("{silence}; {}; it said: {said}", end.words()),
            });
            let metric = Metric::Throughput;
            return Ok(vec![bench.fail(planned, &conditions, metric, failed)]);
        }
    };
    let request = request(&server.name, &call.tool, &arguments)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let burst = runtime.block_on(burst(&bench.clock, &address, &request, connections));
    let burst = match burst {
        Ok(burst) => burst,
        Err(error) => {
            return failed(Outcome::WrongAnswer {
                why: format!("{error:#}"),
            });
        }
    };
    if let Err(wrong) = bench.peer(planned).judge(call, &places, &burst.answer) {
        return failed(Outcome::WrongAnswer { why: wrong.0 });
    }
    let per_second = u128::from(burst.calls) * 1_000_000_000 / u128::from(burst.took.0.max(1));
    let mut samples = vec![bench.sample(
        planned,
        &conditions,
        Metric::Throughput,
        PerSecond(u64::try_from(per_second)?),
    )];
    let step = (burst.latencies.len() / KEPT).max(1);
    let kept = burst.latencies.iter().step_by(step);
    samples.extend(
        kept.map(|&latency| bench.sample(planned, &conditions, Metric::LatencyUnderLoad, latency)),
    );
    Ok(samples)
}

/// `127.0.0.1:PORT` of a line that says where a server listens.
fn address(line: &[u8]) -> Result<String> {
    let line = std::str::from_utf8(line)?;
    let rest = line
        .strip_prefix("listening on http://")
        .context("the server does not say where it listens")?;
    Ok(rest.split('/').next().unwrap_or(rest).trim().to_owned())
}

struct Burst {
    calls: u64,
    took: Nanos,
    latencies: Vec<Nanos>,
    answer: Value,
}

async fn burst(
    clock: &harness::clock::Monotonic,
    address: &str,
    request: &http::Request<Bytes>,
    connections: u32,
) -> Result<Burst> {
    let begin = clock.now().0 + nanos(WARM_UP);
    let end = begin + nanos(COUNTED);
    let latencies = Rc::new(RefCell::new(Vec::new()));
    let local = tokio::task::LocalSet::new();
    let clients: Vec<_> = (0..connections)
        .map(|_| {
            local.spawn_local(client(
                *clock,
                address.to_owned(),
                request.clone(),
                (begin, end),
                Rc::clone(&latencies),
            ))
        })
        .collect();
    let mut answer = None;
    local
        .run_until(async {
            for client in clients {
                answer = Some(client.await??);
            }
            anyhow::Ok(())
        })
        .await?;
    let latencies = latencies.take();
    Ok(Burst {
        calls: u64::try_from(latencies.len())?,
        took: Nanos(end - begin),
        latencies,
        answer: answer.context("there was no connection")?,
    })
}

/// One connection's calls; only answers that came within the counted time count.
async fn client(
    clock: harness::clock::Monotonic,
    address: String,
    request: http::Request<Bytes>,
    (begin, end): (u64, u64),
    latencies: Rc<RefCell<Vec<Nanos>>>,
) -> Result<Value> {
    let stream = tokio::net::TcpStream::connect(&address)
        .await
        .with_context(|| format!("{address} cannot be reached"))?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::task::spawn_local(connection);
    let mut first: Option<Bytes> = None;
    loop {
        let sent = clock.now().0;
        if sent >= end {
            break;
        }
        let response = sender.send_request(request.clone().map(Full::new)).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        let got = clock.now().0;
        ensure!(
            status.is_success(),
            "HTTP {status}: {}",
            String::from_utf8_lossy(&body)
        );
        match &first {
            None => first = Some(body),
            // Timing in `_meta` makes answers differ in a few digits; a wrong answer differs in more.
            Some(first) if first.len().abs_diff(body.len()) > 64 => bail!(
                "an answer of {} bytes after one of {}",
                body.len(),
                first.len()
            ),
            Some(_) => {}
        }
        if sent >= begin && got <= end {
            latencies.borrow_mut().push(Nanos(got - sent));
        }
    }
    Ok(harness::client::result(
        &first.context("no call was answered in time")?,
    )?)
}

fn nanos(duration: Duration) -> u64 {
    Nanos::from(duration).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_read_with_and_without_a_path() {
        for line in [
            "listening on http://127.0.0.1:80",
            "listening on http://127.0.0.1:80/noop/mcp",
        ] {
            assert_eq!(address(line.as_bytes()).expect(line), "127.0.0.1:80");
        }
        assert!(address(b"hello").is_err());
    }
}
