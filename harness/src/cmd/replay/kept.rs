//! What a replay leaves behind: its record, with every decision.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;
use harness::clock::wall;
use harness::replay::{Chosen, Crowd, Pass};
use harness::{machine, place};
use record::{DECISIONS, Decision, Recorder, Run, Timestamp};
use scenario::Trace;

use crate::cmd::Global;

/// A record that is being written.
pub struct Recording {
    recorder: Recorder,
    decisions: Vec<Decision>,
    trials: u64,
    /// What was taken for granted, each once.
    assumed: Vec<String>,
}

impl Recording {
    /// Begins a run.
    pub fn begin(
        global: &Global,
        root: &Path,
        command: &str,
        seed: u64,
        selection: BTreeMap<String, String>,
    ) -> Result<Self> {
        let results = global.out.clone().unwrap_or_else(|| root.join("results"));
        let mut run = Run::new(command, seed, Timestamp::from(wall()));
        run.argv = std::env::args().collect();
        run.selection = selection;
        run.git = machine::revision(root);
        run.lockfile = machine::lockfile(root);
        run.machine = machine::machine();
        let redactor = machine::redactor(root, &root.join("datasets"), &place::cache()?);
        Ok(Self {
            recorder: Recorder::create(&results, run, redactor)?,
            decisions: Vec::new(),
            trials: 0,
            assumed: Vec::new(),
        })
    }

    /// Replays one agent of a trace and writes it down. Returns which schedulers break the rules that were asked for.
    pub fn take(&mut self, pass: &Pass, trace: &Trace) -> Result<Vec<(String, usize)>> {
        let passed = pass.one(trace, self.trials)?;
        for trial in &passed.trials {
            self.recorder.append(trial)?;
            self.trials += 1;
        }
        self.decisions.extend(passed.decisions);
        for note in passed.assumed {
            if !self.assumed.contains(&note) {
                self.assumed.push(note);
            }
        }
        Ok(passed.broken)
    }

    /// Replays many agents and writes every call down.
    pub(super) fn many(
        &mut self,
        pass: &Pass,
        trace: &Trace,
        chosen: &Chosen,
        crowd: Crowd,
    ) -> Result<harness::replay::LoadRow> {
        let mut rows = harness::replay::Rows::default();
        let row = pass.many(trace, chosen, crowd, &mut rows)?;
        for trial in rows.samples(pass, trace, chosen, self.trials) {
            self.recorder.append(&trial)?;
            self.trials += 1;
        }
        Ok(row)
    }

    /// The decisions of a scheduler so far.
    pub(super) fn of(&self, scheduler: &str) -> Vec<Decision> {
        let own = self
            .decisions
            .iter()
            .filter(|one| one.scheduler == scheduler);
        own.cloned().collect()
    }

    pub(super) fn beside(&self, name: &str, text: &[u8]) -> Result<()> {
        self.recorder.write_beside(name, text)?;
        Ok(())
    }

    /// Ends the run. Returns its folder.
    pub fn finish(mut self) -> Result<PathBuf> {
        if !self.assumed.is_empty() {
            let assumed = self.assumed.join(" ");
            self.recorder.amend(|run| {
                run.selection.insert(figures::ASSUMED.to_owned(), assumed);
            })?;
        }
        if !self.decisions.is_empty() {
            self.recorder
                .write_beside(DECISIONS, &Decision::write(&self.decisions))?;
        }
        Ok(self.recorder.finish(Timestamp::from(wall()))?)
    }
}
