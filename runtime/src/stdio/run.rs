//! One server over this process's stdio, from the first line to the last, across the failures of its instances.

use super::alarm;
use super::descriptors::Descriptors;
use super::wire::{Front, Wire};
use crate::clock;
use crate::guest::{Guest, Setup, StandardStreams, TimedOut, cause};
use crate::line::{Cause, Counts, Ledger};
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;
use wasmtime::{Engine, UpdateDeadline};
use wasmtime_wasi::I32Exit;
use wasmtime_wasi::p2::bindings::CommandPre;

/// After so many failures without a good answer between them the guest is given up.
const PATIENCE: u32 = 8;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunEnd {
    /// The client closed stdin, and the guest ended well.
    Done,
    /// The guest failed too often.
    GivenUp,
}

/// What was seen over a run.
#[derive(Clone, Copy, Debug)]
pub struct RunReport {
    /// How it ended.
    pub end: RunEnd,
    /// Lines counted.
    pub counts: Counts,
    /// Fresh instances after the first.
    pub restarts: u32,
    /// Time for the first instance to be made.
    pub instantiate: Duration,
}

/// Why a run could not begin or go on, through no fault of a call.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Stdin, stdout or a reactor is not to be had.
    #[error("stdin and stdout cannot be used: {0}; start with both open")]
    Stdio(#[from] std::io::Error),
    /// The component cannot be instantiated within its grants and limits.
    #[error("no instance can be made: {0}; raise --memory, or check the granted directories")]
    Instance(String),
}

/// Runs a program over stdio until the client closes it. `started` is called when the first instance stands.
///
/// # Errors
///
/// What is not the guest's fault: stdio is closed, a granted directory is gone, no instance can be made.
pub fn run(
    engine: &Engine,
    program: &CommandPre<Guest>,
    setup: &Setup,
    started: impl FnOnce(Duration),
) -> Result<RunReport, RunError> {
    let wire = Wire::new(
        Descriptors::take()?,
        Ledger::new(setup.limits.timeout),
        setup.limits.message,
    );
    let reactor = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()?;
    alarm::install(engine);
    let mut started = Some(started);
    let mut report = RunReport {
        end: RunEnd::Done,
        counts: Counts::default(),
        restarts: 0,
        instantiate: Duration::ZERO,
    };
    let mut failures = 0;
    loop {
        let begun = clock::now();
        let mut ready = |took: Duration| {
            if let Some(started) = started.take() {
                report.instantiate = took;
                started(took);
            }
        };
        let ended = reactor.block_on(instance(engine, program, setup, &wire, &mut ready, begun))?;
        wire.forget_partial();
        wire.give_up_unread();
        let owed = wire.ledger(|ledger| ledger.owes());
        if let Some(cause) = ended.or(owed.then_some(Cause::Exited)) {
            for line in wire.ledger(|ledger| ledger.fail(cause)) {
                wire.answer(line);
            }
            wire.front(|front| {
                front.note(&format!(
                    "{} ({}); {}",
                    cause.message(),
                    cause.word(),
                    cause.remedy()
                ));
            });
            let good = wire.ledger(|ledger| ledger.take_good());
            failures = if good > 0 { 1 } else { failures + 1 };
        }
        if failures >= PATIENCE {
            report.end = RunEnd::GivenUp;
            break;
        }
        if !wire.wait() {
            break;
        }
        report.restarts += 1;
        wire.renew(clock::now());
    }
    report.counts = wire.ledger(|ledger| ledger.counts());
    Ok(report)
}

/// One instance, from its making to its end; none where it ended well.
async fn instance(
    engine: &Engine,
    program: &CommandPre<Guest>,
    setup: &Setup,
    wire: &Wire<Descriptors>,
    ready: &mut impl FnMut(Duration),
    begun: std::time::Instant,
) -> Result<Option<Cause>, RunError> {
    let (stdin, stdout) = wire.streams();
    let streams = StandardStreams {
        stdin: Some(Box::new(stdin)),
        stdout: Some(Box::new(stdout)),
    };
    let mut store = Guest::store(engine, setup, streams).map_err(ours)?;
    let ticks = wire.clone();
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(move |_| {
        ticks.tick(clock::now()).map_err(wasmtime::Error::new)?;
        Ok(UpdateDeadline::Continue(1))
    });
    let command = program.instantiate_async(&mut store).await.map_err(ours)?;
    let now = clock::now();
    ready(now - begun);
    wire.begins(now);
    let result = {
        let guest = pin!(command.wasi_cli_run().call_run(&mut store));
        watched(guest, wire).await
    };
    Ok(match result {
        Ok(Ok(())) => None,
        Ok(Err(())) => Some(Cause::Exited),
        Err(error)
            if error
                .downcast_ref::<I32Exit>()
                .is_some_and(|exit| exit.0 == 0) =>
        {
            None
        }
        Err(error) => Some(cause(&error, &store)),
    })
}

fn ours(error: wasmtime::Error) -> RunError {
    RunError::Instance(format!("{error:#}"))
}

/// Drives a guest, and ends it when it sleeps past its deadline. (While it computes, the epoch does that.)
async fn watched<T, F: Front>(
    mut guest: Pin<&mut impl Future<Output = wasmtime::Result<T>>>,
    wire: &Wire<F>,
) -> wasmtime::Result<T> {
    let mut sleep = None;
    poll_fn(|cx| {
        if let Poll::Ready(result) = guest.as_mut().poll(cx) {
            return Poll::Ready(result);
        }
        match wire.deadline() {
            None => Poll::Pending,
            Some(deadline) => {
                let sleep = sleep.insert(Box::pin(tokio::time::sleep_until(deadline.into())));
                match sleep.as_mut().poll(cx) {
                    Poll::Ready(()) => Poll::Ready(Err(wasmtime::Error::new(TimedOut))),
                    Poll::Pending => Poll::Pending,
                }
            }
        }
    })
    .await
}
