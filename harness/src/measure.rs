//! Drives the worker through a plan and appends what it reports to the record.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use record::Recorder;

use crate::clock::Clock;
use crate::plan::Plan;
use crate::process::{Launch, Process};
use crate::progress::{Done, Progress};

/// The longest that the worker may be silent: a slow compile, seven times over.
const PATIENCE: Duration = Duration::from_secs(900);

static INTERRUPTS: AtomicU32 = AtomicU32::new(0);

/// Listens for Ctrl-C: once finishes the trial and keeps the record, twice stops at once.
///
/// # Errors
/// When the handler cannot be installed.
pub fn listen() -> Result<()> {
    ctrlc::set_handler(|| {
        if INTERRUPTS.fetch_add(1, Ordering::SeqCst) > 0 {
            std::process::exit(130);
        }
        eprintln!("\nstopping after this trial; press Ctrl-C again to stop now");
    })
    .context("Ctrl-C cannot be listened for")
}

/// Whether Ctrl-C was pressed.
pub fn interrupted() -> bool {
    INTERRUPTS.load(Ordering::SeqCst) > 0
}

/// Does the plan's trials. False when it was interrupted before the last.
///
/// # Errors
/// When the worker ends early or the record cannot be written.
pub fn measure(
    plan: &Plan,
    worker: &std::path::Path,
    recorder: &mut Recorder,
    clock: &dyn Clock,
) -> Result<bool> {
    let folder = tempfile::tempdir().context("no temporary folder can be made")?;
    let file = folder.path().join("plan.json");
    std::fs::write(&file, serde_json::to_vec(plan)?)?;
    let done = u64::try_from(recorder.done().len())?;
    let mut progress = Progress::new();
    progress.begin(done + u64::try_from(plan.trials.len())?, done);
    // The worker is no subject: what its servers are granted by name comes through it.
    let mut environment: Vec<_> = std::env::vars().collect();
    let compiler = plan.programs.compiler.to_string_lossy().into_owned();
    environment.push(("WASMMCP_COMPILER".to_owned(), compiler));
    let launch = Launch {
        program: worker.to_owned(),
        arguments: vec!["measure".into(), file.into()],
        environment,
    };
    let mut process = Process::start(&launch)
        .with_context(|| format!("{} cannot be started", worker.display()))?;
    let mut answer: &[u8] = b"";
    for _ in &plan.trials {
        let line = match process.exchange(answer, PATIENCE, clock, |_| true) {
            Ok(line) => line,
            Err(silence) => {
                progress.end();
                let said = process.last_words();
                bail!(
                    "the worker ended early ({silence}); it said: {said}\nwhat was measured is kept; go on with --resume"
                );
            }
        };
        let done: Done = serde_json::from_slice(&line)
            .context("the worker's report is not understood; build again")?;
        recorder.append(&done.samples)?;
        progress.step(&done.stage, done.trouble.as_deref());
        if interrupted() {
            // The worker may have ended by itself already.
            let _gone = process.send(b"stop\n", Duration::from_secs(1), clock);
            break;
        }
        answer = b"\n";
    }
    progress.end();
    recorder.sync()?;
    Ok(!interrupted())
}
