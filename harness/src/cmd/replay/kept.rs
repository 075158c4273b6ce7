//! What a replay leaves behind: its record, with every decision.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;
use harness::clock::wall;
use harness::replay::{Choices, Chosen, Crowd, Pass};
use harness::{machine, place};
use record::{DECISIONS, Decision, Recorder, Redactor, Run, Sample, Timestamp};
use scenario::Trace;

use crate::cmd::Global;

/// A record that is being written. Its folder is made when there is something to write: a fault found before leaves nothing behind.
pub struct Recording {
    results: PathBuf,
    begun: Run,
    redactor: Redactor,
    recorder: Option<Recorder>,
    /// Trials that are not written yet.
    kept: Vec<Vec<Sample>>,
    decisions: Vec<Decision>,
    trials: u64,
    /// What was taken for granted, each once.
    assumed: Vec<String>,
    choices: Vec<Choices>,
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
            results,
            begun: run,
            redactor,
            recorder: None,
            kept: Vec::new(),
            decisions: Vec::new(),
            trials: 0,
            assumed: Vec::new(),
            choices: Vec::new(),
        })
    }

    fn recorder(&mut self) -> Result<&mut Recorder> {
        if self.recorder.is_none() {
            let (run, redactor) = (self.begun.clone(), self.redactor.clone());
            self.recorder = Some(Recorder::create(&self.results, run, redactor)?);
        }
        Ok(self.recorder.as_mut().expect("it was just made"))
    }

    /// Replays one agent of a trace, to be written down at the end. Returns which schedulers break the rules that were asked for.
    pub fn take(&mut self, pass: &Pass, trace: &Trace) -> Result<Vec<(String, usize)>> {
        let passed = pass.one(trace, self.trials)?;
        self.trials += u64::try_from(passed.trials.len())?;
        self.kept.extend(passed.trials);
        self.decisions.extend(passed.decisions);
        self.choices.extend(passed.choices);
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
            self.recorder()?.append(&trial)?;
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

    /// What `pareto` chose from so far.
    pub(super) fn choices(&mut self) -> Vec<Choices> {
        std::mem::take(&mut self.choices)
    }

    pub(super) fn beside(&mut self, name: &str, text: &[u8]) -> Result<()> {
        self.recorder()?.write_beside(name, text)?;
        Ok(())
    }

    /// Ends the run. Returns its folder.
    pub fn finish(mut self) -> Result<PathBuf> {
        let (kept, decisions) = (
            std::mem::take(&mut self.kept),
            std::mem::take(&mut self.decisions),
        );
        let assumed = self.assumed.join(" ");
        let recorder = self.recorder()?;
        for trial in &kept {
            recorder.append(trial)?;
        }
        if !assumed.is_empty() {
            recorder.amend(|run| {
                run.selection.insert(figures::ASSUMED.to_owned(), assumed);
            })?;
        }
        if !decisions.is_empty() {
            recorder.write_beside(DECISIONS, &Decision::write(&decisions))?;
        }
        let recorder = self.recorder.take().expect("it was made above");
        Ok(recorder.finish(Timestamp::from(wall()))?)
    }
}
