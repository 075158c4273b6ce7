//! Goes through the cells in rounds until each has enough, and appends what the backend reports to the record.
//!
//! A round is one of the whole run: some trials of every unfinished cell of every stage. What the machine does meanwhile, a
//! neighbour's load or another clock, so meets all cells of a round alike.

use std::collections::BTreeMap;

use anyhow::Result;
use record::{Count, Good, Nanos, Recorder, Sample, Stop, StopReason, Warning};

use crate::backend::{Backend, Done};
use crate::clock::Clock;
use crate::estimate::{self, Costs};
use crate::noise::{self, Watch};
use crate::plan::{self, Cell, Last, Planned, Stage};
use crate::progress::Progress;
use crate::stop::{FEWEST, Stopping, width};

/// What is measured, and by which rules.
pub struct Measuring<'a> {
    /// The cells, in the order of their numbers.
    pub cells: &'a [Cell],
    /// Decides the order of trials.
    pub seed: u64,
    /// When a cell has enough.
    pub stopping: Stopping,
    /// What cells took before: a budget is shared, and the time left told, by it.
    pub costs: &'a Costs,
    /// Time.
    pub clock: &'a dyn Clock,
    /// Whether the person at the keyboard has had enough.
    pub interrupted: &'a dyn Fn() -> bool,
}

/// How measuring ended.
#[derive(Debug)]
pub struct Measured {
    /// Whether every cell came to its end.
    pub whole: bool,
    /// What the cells took now.
    pub costs: Costs,
}

/// What a cell has so far: its headline's good values, by repetition.
#[derive(Default)]
struct Taken {
    good: BTreeMap<u64, Good>,
    /// How many trials were made.
    tried: u64,
}

impl Taken {
    fn add(&mut self, cell: &Cell, repetition: u64, samples: &[Sample]) {
        self.tried += 1;
        let headline = cell.kind.headline();
        let sample = samples.iter().find(|sample| sample.metric == headline);
        let good = sample.and_then(|sample| {
            Some(Good {
                value: sample.good()?.value(),
                round: sample.round,
                disturbed: sample.disturbed.is_some(),
            })
        });
        if let Some(good) = good {
            self.good.insert(repetition, good);
        }
    }

    /// Those of the repetitions before this one: those that were there when it was decided on.
    fn before(&self, repetition: u64) -> Vec<Good> {
        self.good
            .range(..repetition)
            .map(|(_, &good)| good)
            .collect()
    }
}

/// Where a run stands.
struct State<'a> {
    measuring: &'a Measuring<'a>,
    begun: Nanos,
    taken: BTreeMap<u64, Taken>,
    stops: BTreeMap<u64, Stop>,
    /// What is expected of the trials that a cell has before it.
    ahead: BTreeMap<u64, Nanos>,
    costs: Costs,
    progress: Progress,
}

impl Measuring<'_> {
    /// Measures. `before` are the samples that a resumed run has already.
    ///
    /// # Errors
    /// When the backend ends early or the record cannot be written.
    pub fn run(
        &self,
        backend: &mut dyn Backend,
        watch: &mut Watch<'_>,
        recorder: &mut Recorder,
        before: &[Sample],
    ) -> Result<Measured> {
        let expected = estimate::stages(self.cells, &self.stopping, self.costs);
        let mut state = State {
            measuring: self,
            begun: self.clock.now(),
            taken: BTreeMap::new(),
            stops: BTreeMap::new(),
            ahead: BTreeMap::new(),
            costs: Costs::default(),
            progress: Progress::new(
                estimate::total(&expected),
                estimate::first(self.cells, &self.stopping, self.costs),
                self.stopping,
            ),
        };
        state.take_up(recorder, before);
        for round in 1.. {
            let mut asked = false;
            for stage in &expected {
                let went = state.round(stage.stage, round, backend, watch, recorder);
                if went.is_err() {
                    state.progress.end();
                }
                asked |= went?;
                if (self.interrupted)() {
                    break;
                }
            }
            if !asked || (self.interrupted)() {
                break;
            }
            state.write_stops(recorder)?;
        }
        state.progress.end();
        let whole = state.settle();
        state.write_stops(recorder)?;
        state.write_warnings(recorder, watch)?;
        recorder.sync()?;
        Ok(Measured {
            whole,
            costs: state.costs,
        })
    }
}

impl State<'_> {
    /// Learns what a resumed run knows.
    fn take_up(&mut self, recorder: &Recorder, before: &[Sample]) {
        let Measuring {
            stopping, costs, ..
        } = self.measuring;
        for cell in self.measuring.cells {
            let (_, ahead) = estimate::cell(cell, stopping, costs);
            self.ahead.insert(cell.number, ahead);
        }
        let mut trials: BTreeMap<u64, Vec<Sample>> = BTreeMap::new();
        for sample in before {
            trials
                .entry(sample.trial.0)
                .or_default()
                .push(sample.clone());
        }
        for (trial, samples) in trials {
            let (number, repetition) = plan::decoded(record::Trial(trial));
            let cells = self.measuring.cells;
            if let Some(cell) = cells.iter().find(|cell| cell.number == number) {
                let taken = self.taken.entry(number).or_default();
                taken.add(cell, repetition, &samples);
                self.pass(number, costs.next(cell, Last::Itself));
            }
        }
        let over = |stop: &&Stop| stop.why != StopReason::Interrupted;
        let stops = recorder.run().stops.iter().filter(over);
        self.stops = stops.map(|stop| (stop.cell, stop.clone())).collect();
        let over: Vec<u64> = self.stops.keys().copied().collect();
        over.into_iter().for_each(|number| self.end(number));
    }

    /// So much of what is expected of a cell was done in an earlier sitting.
    fn pass(&mut self, number: u64, expected: Nanos) {
        if let Some(ahead) = self.ahead.get_mut(&number) {
            let passed = Nanos(expected.0.min(ahead.0));
            ahead.0 -= passed.0;
            self.progress.forgo(passed);
        }
    }

    /// Nothing more is expected of a cell.
    fn end(&mut self, number: u64) {
        let ahead = self.ahead.remove(&number);
        self.progress.forgo(ahead.unwrap_or_default());
    }

    /// One round of one stage. Whether there was anything left to do.
    fn round(
        &mut self,
        stage: Stage,
        round: u64,
        backend: &mut dyn Backend,
        watch: &mut Watch<'_>,
        recorder: &mut Recorder,
    ) -> Result<bool> {
        let measuring = self.measuring;
        let cells = measuring.cells.iter();
        let mut asked: Vec<(&Cell, Vec<u64>)> = Vec::new();
        for cell in cells.filter(|cell| cell.kind.stage() == stage) {
            let repetitions = measuring.stopping.repetitions(cell, round);
            self.judge(cell, repetitions.start);
            if !self.stops.contains_key(&cell.number) {
                asked.push((cell, repetitions.collect()));
            }
        }
        if asked.is_empty() {
            return Ok(false);
        }
        let now = measuring.clock.now().0 - self.begun.0;
        let ahead: u64 = asked.iter().map(|asked| self.foreseen(asked)).sum();
        // A round that would end nearer to the deadline than its beginning is still done; the first always is.
        let late = |budget: Nanos| now + ahead / 2 > budget.0;
        if round > 1 && measuring.stopping.deadline().is_some_and(late) {
            for (cell, _) in asked {
                self.stop(cell, StopReason::Budget);
            }
            return Ok(false);
        }
        let mut spent: BTreeMap<u64, (u64, Nanos)> = BTreeMap::new();
        let mut before = None;
        for planned in plan::round(stage, round, &asked, measuring.seed) {
            if recorder.done().contains(&planned.trial) {
                continue;
            }
            let (number, repetition) = plan::decoded(planned.trial);
            let cell = asked.iter().find(|(cell, _)| cell.number == number);
            let (cell, _) = cell.expect("the trials of a round are of its cells");
            let last = Last::of(!spent.contains_key(&number), before == Some(number));
            let (trials, time) = spent.entry(number).or_default();
            let share = measuring.stopping.share(cell);
            if share.is_some_and(|share| *trials >= share.fewest && time.0 >= share.time.0) {
                self.pass(number, measuring.costs.next(cell, Last::Itself));
                continue;
            }
            before = Some(number);
            let (done, took) = self.trial(cell, &planned, last, backend, watch, recorder)?;
            *trials += 1;
            time.0 += took.0;
            let taken = self.taken.entry(number).or_default();
            taken.add(cell, repetition, &done.samples);
            if (measuring.interrupted)() {
                break;
            }
        }
        Ok(true)
    }

    /// How many nanoseconds these trials of a round will take, by what such trials took in this run.
    fn foreseen(&self, (cell, repetitions): &(&Cell, Vec<u64>)) -> u64 {
        let Ok(trials @ 1..) = u64::try_from(repetitions.len()) else {
            return 0;
        };
        let expected = self.costs.expect(cell, trials, 1).0;
        match self.measuring.stopping.share(cell) {
            Some(share) => expected.min(share.time.0 + self.costs.expect(cell, share.fewest, 1).0),
            None => expected,
        }
    }

    /// One trial, watched and recorded, and how long it took with all that stands before it.
    fn trial(
        &mut self,
        cell: &Cell,
        planned: &Planned,
        last: Last,
        backend: &mut dyn Backend,
        watch: &mut Watch<'_>,
        recorder: &mut Recorder,
    ) -> Result<(Done, Nanos)> {
        let clock = self.measuring.clock;
        let begin = clock.now();
        watch.begin();
        let mut done = backend.trial(planned)?;
        let disturbed = watch.end();
        let end = clock.now();
        for sample in &mut done.samples {
            sample.round = Some(Count(planned.round));
            sample.disturbed = disturbed;
        }
        recorder.append_with(&done.samples, done.request.as_deref().map(str::as_bytes))?;
        let took = Nanos(end.0 - begin.0);
        self.costs.trial(cell, last, took);
        let expected = self.measuring.costs.next(cell, last);
        if let Some(ahead) = self.ahead.get_mut(&cell.number) {
            ahead.0 = ahead.0.saturating_sub(expected.0);
        }
        let trouble = done.samples.iter().find_map(trouble);
        let gone = Nanos(end.0 - self.begun.0);
        self.progress
            .step(&cell.name(), expected, gone, trouble.as_deref());
        Ok((done, took))
    }

    /// Stops a cell that has enough before this repetition.
    fn judge(&mut self, cell: &Cell, repetition: u64) {
        let good = self
            .taken
            .entry(cell.number)
            .or_default()
            .before(repetition);
        let enough = self.measuring.stopping.enough(cell, repetition, &good);
        if let (Some(why), false) = (enough, self.stops.contains_key(&cell.number)) {
            self.stop(cell, why);
        }
    }

    fn stop(&mut self, cell: &Cell, why: StopReason) {
        let stopping = &self.measuring.stopping;
        let taken = self.taken.entry(cell.number).or_default();
        let good = taken.before(u64::MAX);
        // Where all its rounds are over and trials are missing, they were passed over for their time.
        let why = match why {
            StopReason::Samples
                if stopping.share(cell).is_some() && taken.tried < stopping.most(cell) =>
            {
                StopReason::Time
            }
            other => other,
        };
        let stop = Stop {
            cell: cell.number,
            name: cell.name(),
            samples: Count(u64::try_from(good.len()).expect("a length fits")),
            warm_up: Count(cell.kind.warm_up()),
            why,
            width_permille: width(cell.kind.headline(), &good).map(Count),
        };
        self.stops.insert(cell.number, stop);
        self.end(cell.number);
    }

    /// Gives every cell an end. Whether each came to its own.
    fn settle(&mut self) -> bool {
        for cell in self.measuring.cells {
            if !self.stops.contains_key(&cell.number) {
                self.stop(cell, StopReason::Interrupted);
            }
        }
        let own = |stop: &Stop| stop.why != StopReason::Interrupted;
        self.stops.values().all(own)
    }

    /// Puts on record why each cell ended.
    fn write_stops(&self, recorder: &mut Recorder) -> Result<()> {
        let stops: Vec<Stop> = self.stops.values().cloned().collect();
        recorder.amend(|run| run.stops = stops)?;
        Ok(())
    }

    /// Puts on record what a reader should know before believing it, beside what was known before the run.
    fn write_warnings(&self, recorder: &mut Recorder, watch: &Watch<'_>) -> Result<()> {
        let mut warnings = watch.warnings();
        warnings.extend(noise::drift(self.noop()));
        warnings.extend(self.few());
        recorder.amend(|run| {
            // Of a resumed run these are known anew, from all of its samples.
            run.warnings
                .retain(|warning| !matches!(warning, Warning::Few { .. } | Warning::Drift { .. }));
            for warning in warnings {
                if !run.warnings.contains(&warning) {
                    run.warnings.push(warning);
                }
            }
        })?;
        Ok(())
    }

    /// The times of the server that does the same all the time: cell, round and value.
    fn noop(&self) -> impl Iterator<Item = (u64, Count, u64)> {
        let cells = self.measuring.cells.iter();
        let noop = cells.filter(|cell| cell.server == "noop" && cell.kind.is_timed());
        noop.flat_map(|cell| {
            let good = self.taken.get(&cell.number).map(|taken| &taken.good);
            good.into_iter()
                .flatten()
                .filter_map(|(_, good)| Some((cell.number, good.round?, good.value)))
        })
    }

    /// Whether some cells have too few samples for an interval.
    fn few(&self) -> Option<Warning> {
        let cells = self.measuring.cells.iter();
        let poor: Vec<u64> = cells
            .filter(|cell| cell.kind.stage() != Stage::Size)
            .filter_map(|cell| self.stops.get(&cell.number))
            .map(|stop| stop.samples.0)
            .filter(|&samples| samples < FEWEST)
            .collect();
        Some(Warning::Few {
            cells: Count(u64::try_from(poor.len()).expect("a count fits")),
            samples: Count(poor.iter().min().copied()?),
        })
    }
}

/// What went wrong, for people.
fn trouble(sample: &Sample) -> Option<String> {
    let failed = sample.outcome.is_failure();
    failed.then(|| sample.outcome.to_string())
}
