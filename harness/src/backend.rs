//! Does one trial: the worker's process for real, or whatever stands in for it in a test.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use record::Sample;
use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::interrupt;
use crate::place;
use crate::plan::{Planned, Setting};
use crate::process::{Launch, Process};

/// The longest that the worker may be silent: a slow compile, seven times over.
const PATIENCE: Duration = Duration::from_secs(900);
/// The longest that it may take to end what it keeps up.
const FAREWELL: Duration = Duration::from_secs(10);

/// What came of a trial: one line of the worker's standard output.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// All that the trial gave.
    pub samples: Vec<Sample>,
    /// The exact request that it failed at, if it failed at one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
}

/// What does trials.
pub trait Backend {
    /// Does one. Another round or another server than before is answered by fresh processes.
    ///
    /// # Errors
    /// When no further trial can be done; a trial that fails is no error but a sample.
    fn trial(&mut self, planned: &Planned) -> Result<Done>;
}

/// The worker's process, first of a group that subjects belong to: the terminal's Ctrl-C does not reach them. It does what a line asks for and then waits for the next, so that recording disturbs nothing.
pub struct Worker<'a> {
    process: Process,
    clock: &'a dyn Clock,
    // Holds the setting, which the worker and the processes of its own read, and each trial's folder. It goes after them.
    _folder: tempfile::TempDir,
}

impl<'a> Worker<'a> {
    /// Starts the worker and tells it of everything but the trials.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(program: &Path, setting: &Setting, clock: &'a dyn Clock) -> Result<Worker<'a>> {
        let folder = place::scratch().context("no temporary folder can be made")?;
        let file = folder.path().join("setting.json");
        std::fs::write(&file, serde_json::to_vec(setting)?)?;
        // The worker is no subject: what its servers are granted by name comes through it.
        let mut environment: Vec<_> = std::env::vars().collect();
        let compiler = setting.programs.compiler.to_string_lossy().into_owned();
        environment.push(("WASMMCP_COMPILER".to_owned(), compiler));
        let launch = Launch {
            program: program.to_owned(),
            arguments: vec!["measure".into(), file.into()],
            environment,
        };
        let process = Process::start_group(&launch)
            .with_context(|| format!("{} cannot be started", program.display()))?;
        interrupt::takes(process.id(), folder.path());
        Ok(Worker {
            process,
            clock,
            _folder: folder,
        })
    }

    /// The worker's process id; subjects descend from it.
    pub fn id(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Worker<'_> {
    /// It is told that there is no further trial, and so ends its processes; whoever does not end is killed.
    fn drop(&mut self) {
        interrupt::spares();
        self.process.close(FAREWELL, self.clock);
    }
}

impl Backend for Worker<'_> {
    fn trial(&mut self, planned: &Planned) -> Result<Done> {
        let mut line = serde_json::to_vec(planned)?;
        line.push(b'\n');
        match self.process.exchange(&line, PATIENCE, self.clock, |_| true) {
            Ok(line) => serde_json::from_slice(line)
                .context("the worker's report is not understood; build again"),
            Err(silence) => {
                let said = self.process.last_words();
                bail!(
                    "the worker ended early ({silence}); it said: {said}\nwhat was measured is kept; go on with --resume"
                )
            }
        }
    }
}
