//! Planted runs to compare: rounds that differ a little from one another, as processes do, and what was changed on purpose.

use std::path::Path;

use record::{
    Bytes, Count, Digest, Disturbance, Input, InputSize, Metric, Nanos, Outcome, Packaging, Record,
    Recorder, Redactor, Run, Sample, StartClass, Subject, Timestamp, Transport, Trial, Warning,
    Wire,
};

const TOOLS: [&str; 6] = ["noop", "echo", "sort", "filter", "hash", "count"];

/// What a run has that is not as before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    None,
    /// One tool slower, one faster, a larger file, one that crashes, one disturbed, one gone; another compiler.
    Build,
    /// Every time is nine hundredths longer.
    Machine,
}

/// Writes and reads a run.
pub fn run(results: &Path, seed: u64, change: Change) -> Record {
    let mut run = Run::new("table3", 42, Timestamp(1_795_250_400 + seed * 3_600));
    run.machine.cpu = "Planted(R) Processor".to_owned();
    run.toolchain.rustc = "rustc 1.96.0".to_owned();
    if change == Change::Build {
        run.toolchain.rustc = "rustc 1.97.0".to_owned();
        run.warnings.push(Warning::Governor {
            name: "powersave".to_owned(),
        });
    }
    let subjects = [Packaging::Component, Packaging::Native].map(|packaging| Subject {
        server: "tools".into(),
        packaging,
        digest: Some(Digest::of(format!("{packaging} {change:?}").as_bytes())),
    });
    run.subjects = subjects.clone().into();
    let mut pair = Pair {
        recorder: Recorder::create(results, run, Redactor::new()).expect("a run"),
        trial: 0,
        state: seed,
        change,
    };
    for subject in &subjects {
        for (place, tool) in (1..).zip(TOOLS) {
            pair.tool(subject, tool, place * 40_000);
        }
        let size = match (change, subject.packaging) {
            (Change::Build, Packaging::Component) => 271_000,
            _ => 250_000,
        };
        pair.record(Sample::new(
            Trial(0),
            subject.clone(),
            Metric::SizeRaw,
            Bytes(size),
        ));
    }
    let folder = pair
        .recorder
        .finish(Timestamp(1_795_260_000))
        .expect("sealed");
    Record::read(&folder).expect("readable")
}

struct Pair {
    recorder: Recorder,
    trial: u64,
    state: u64,
    change: Change,
}

impl Pair {
    fn tool(&mut self, subject: &Subject, tool: &str, base: u64) {
        let of = (self.change, subject.packaging, tool);
        let permille = match of {
            (Change::Machine, _, _) => 1_090,
            (Change::Build, Packaging::Component, "echo") => 1_130,
            (Change::Build, Packaging::Native, "sort") => 800,
            _ => 1_000,
        };
        if of == (Change::Build, Packaging::Native, "count") {
            return;
        }
        for round in 0..8 {
            // A process is some per mille faster or slower than another, its calls less so.
            let process = 990 + self.next() % 20;
            for _ in 0..10 {
                let call = 995 + self.next() % 10;
                let value = base * permille / 1_000 * process / 1_000 * call / 1_000;
                let mut sample = Sample {
                    tool: Some(tool.into()),
                    input: Some(Input {
                        name: format!("{tool}-small"),
                        size: InputSize::Small,
                        bytes: Bytes(1_000),
                    }),
                    start: Some(StartClass::Warm),
                    transport: Some(Transport::Stdio),
                    wire: Some(Wire::V2025_11_25),
                    round: Some(Count(round)),
                    ..Sample::new(Trial(0), subject.clone(), Metric::Execution, Nanos(value))
                };
                match of {
                    (Change::Build, Packaging::Component, "hash") => {
                        sample.value = None;
                        sample.outcome = Outcome::Crashed {
                            how: "trap: unreachable".into(),
                        };
                    }
                    (Change::Build, Packaging::Component, "filter") if round > 4 => {
                        sample.disturbed = Some(Disturbance::Busy);
                    }
                    _ => {}
                }
                self.record(sample);
            }
        }
    }

    /// A linear congruence (Knuth, MMIX): enough for noise, and the same everywhere.
    fn next(&mut self) -> u64 {
        self.state = self
            .state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.state >> 33
    }

    fn record(&mut self, sample: Sample) {
        self.trial += 1;
        let trial = Trial(self.trial);
        self.recorder
            .append(&[Sample { trial, ..sample }])
            .expect("recorded");
    }
}
