//! The cold start: from before the spawn to the whole answer to `initialize`, and to the first `tools/call`, over
//! its pipes or over HTTP, with its files in memory or on the disk.

use anyhow::Result;
use harness::client::Request;
use harness::clock::Clock;
use harness::launch::{Code, Web};
use harness::listening;
use harness::peer::{Failed, Subject, Trouble};
use harness::plan::Planned;
use record::{Metric, Nanos, Outcome, PageCache, Sample, StartClass, Transport};
use serde::Deserialize;

use crate::bench::{Bench, Conditions};
use crate::link::Link;
use crate::page_cache;

/// The host's own account of its start: the first line of its report.
#[derive(Default, Deserialize)]
struct Load {
    cache: Option<String>,
    compile_ns: Option<u64>,
    load_ns: Option<u64>,
    instantiate_ns: Option<u64>,
}

/// What is asked of a start.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// How warm it is to be.
    pub class: StartClass,
    /// How it is asked.
    pub transport: Transport,
    /// Whether its files are in memory.
    pub page_cache: PageCache,
}

/// One start.
pub fn trial(bench: &Bench, planned: &Planned, asked: Asked) -> Result<Vec<Sample>> {
    let Asked {
        class,
        transport,
        page_cache,
    } = asked;
    let subject = bench.peer(planned);
    let conditions = Conditions {
        transport: Some(transport),
        wire: Some(bench.wire(planned)),
        start: Some(class),
        dropped: page_cache == PageCache::Dropped,
        ..Conditions::default()
    };
    let failed =
        |failed: Failed| vec![bench.fail(planned, &conditions, Metric::FirstAnswer, failed)];
    let places = bench.places(planned)?;
    let report = bench.report();
    let code = if class == StartClass::ProcessCompile {
        Code::Fresh
    } else {
        Code::Cached(&bench.setting.cache)
    };
    // The simplest timed call: the first answer to a tool must not depend on what the tool does.
    let call = subject.server.timed().find(|call| call.is_unprepared());
    let arguments = call
        .map(|call| places.resolve(&call.arguments))
        .transpose()?;
    let hello = Request::initialize(0);
    let clock = &bench.clock;
    if transport == Transport::Http {
        if let Web::Never(missing) = &subject.made.web {
            let outcome = Outcome::Unavailable {
                why: missing.why.clone(),
                remedy: missing.remedy.clone(),
            };
            return Ok(failed(outcome.into()));
        }
        if let Err(why) = listening::paved(&subject) {
            return Ok(failed(why));
        }
    }
    // Last, for all that is read before would be in memory again.
    if conditions.dropped
        && let Err(outcome) = emptied(&subject)
    {
        return Ok(failed(outcome.into()));
    }

    let start = clock.now();
    let mut peer = match Link::spawn(&subject, transport, places, code, &report, clock) {
        Ok(peer) => peer,
        Err(why) => return Ok(failed(why)),
    };
    let answer = peer.ask(&hello, clock);
    let first = Nanos(clock.now().0 - start.0);
    let answer = answer.and_then(|reply| reply.result());
    if let Err(failure) = answer.and_then(|_| peer.initialized(clock)) {
        return Ok(failed(peer.trouble(failure.into(), clock)));
    }
    let mut samples = vec![bench.sample(planned, &conditions, Metric::FirstAnswer, first)];
    if let (Some(call), Some(arguments)) = (call, arguments) {
        let conditions = Conditions {
            call: Some(bench.input(call)),
            ..conditions.clone()
        };
        let request = peer.render(&call.tool, &arguments);
        let reply = match peer.ask(&request, clock) {
            Ok(reply) => reply,
            Err(failure) => return Ok(failed(peer.trouble(failure.into(), clock))),
        };
        let judged = reply.result().map_err(Trouble::from).and_then(|result| {
            let judged = subject.judge(call, peer.places(), &result);
            judged.map_err(Trouble::from)
        });
        if let Err(trouble) = judged {
            return Ok(failed(peer.trouble(trouble, clock)));
        }
        // Judging `initialize` and rendering the call happened outside of the clock.
        samples.push(bench.sample(
            planned,
            &conditions,
            Metric::FirstCallAnswer,
            Nanos(first.0 + reply.took.0),
        ));
    }
    let contained = peer.phases();
    let end = match peer.finish(clock) {
        Ok(end) => end,
        Err(why) => return Ok(failed(why)),
    };
    // What ran in a container was no child of ours: what it used is told by nobody when it has ended.
    let cpu = contained.is_none().then_some(end.cpu.0);
    let load = read(&report);
    let phases = [
        (Metric::CpuTime, cpu),
        (
            Metric::FirstAnswerCreate,
            contained.map(|phases| phases.create.0),
        ),
        (
            Metric::FirstAnswerStart,
            contained.map(|phases| phases.start.0),
        ),
        (Metric::FirstAnswerCompile, load.compile_ns),
        (Metric::FirstAnswerLoad, load.load_ns),
        (Metric::FirstAnswerInstantiate, load.instantiate_ns),
    ];
    let phase = |(metric, nanos): (Metric, Option<u64>)| {
        Some(bench.sample(planned, &conditions, metric, Nanos(nanos?)))
    };
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

/// Drops the page cache of the machine that the subject runs on, which has to be this one.
fn emptied(subject: &Subject<'_>) -> Result<(), Outcome> {
    let docker = subject.programs.docker.as_ref();
    let engine = docker.filter(|_| subject.made.image.is_some());
    if engine.is_some_and(|docker| !docker.engine.description().here) {
        return Err(Outcome::Unavailable {
            why: "engine is not on this host".to_owned(),
            remedy: "Run the command on the engine's host, or unset DOCKER_HOST.".to_owned(),
        });
    }
    page_cache::drop_all()
}

fn read(report: &std::path::Path) -> Load {
    let text = std::fs::read_to_string(report).unwrap_or_default();
    // A host without a report (native, stock wasmtime, over HTTP) has no phases to tell.
    text.lines()
        .next()
        .and_then(|line| serde_json::from_str(line).ok())
        .unwrap_or_default()
}
