//! A planted run: every value is made up, so that each cell of a table can be told beforehand.

use std::path::{Path, PathBuf};

use record::{
    Bytes, Count, Input, InputSize, Metric, Missing, Nanos, Outcome, Packaging, PerSecond,
    Quantity, Recorder, Redactor, Run, Sample, StartClass, Subject, Timestamp, Transport, Trial,
    Wire,
};

/// Writes the planted run below this folder.
pub fn run(results: &Path) -> PathBuf {
    run_on(results, "Planted(R) Processor", 1_000, 4)
}

/// Writes the run of a machine on which all times are so many thousandths as long, of so many servers.
pub fn run_on(results: &Path, cpu: &str, permille: u64, servers: usize) -> PathBuf {
    let mut run = Run::new("table3", 42, Timestamp(1_795_250_400));
    run.machine.cpu = cpu.to_owned();
    run.machine.processors = Count(2);
    run.machine.memory = Bytes(8_000_000_000);
    run.machine.kernel = "Linux 6.18".to_owned();
    run.toolchain.wasmtime = "48.0.8".to_owned();
    run.missing.push(Missing {
        what: "containers".into(),
        why: "no Docker engine".into(),
        remedy: "install one, or run with --setup".into(),
    });
    let mut plant = Plant {
        recorder: Recorder::create(results, run, Redactor::new()).expect("a run"),
        trial: 0,
        permille,
    };
    let names = ["noop", "filesystem", "image_resize", "log_parser"];
    for (place, server) in (0..).zip(names.into_iter().take(servers)) {
        plant.server(place, server);
    }
    plant
        .recorder
        .finish(Timestamp(1_795_250_460))
        .expect("sealed")
}

struct Plant {
    recorder: Recorder,
    trial: u64,
    permille: u64,
}

impl Plant {
    fn server(&mut self, place: u64, server: &str) {
        use Packaging::{Component, ComponentWasmtime, Native};
        for (packaging, base) in [(Component, 2_300_000), (Native, 900_000)] {
            let subject = Subject {
                server: server.into(),
                packaging,
                digest: None,
            };
            for repetition in 0..11 {
                let value = base + place * 150_000 + repetition * 20_000;
                // The last one lost its page cache.
                let value = if repetition == 10 { value * 9 } else { value };
                self.start(&subject, StartClass::ProcessCold, value, Outcome::Ok);
            }
            let observed = StartClass::ProcessCompile;
            self.start(
                &subject,
                StartClass::ProcessCold,
                90_000_000,
                Outcome::WrongClass { observed },
            );
            if packaging == Component {
                for repetition in 0..3 {
                    self.start(
                        &subject,
                        StartClass::ProcessCompile,
                        85_000_000 + place * 30_000_000 + repetition * 1_000_000,
                        Outcome::Ok,
                    );
                }
            }
            let tools: &[&str] = match server {
                "noop" => &["noop", "echo"],
                "filesystem" => &["read_text_file", "list_directory", "directory_tree"],
                "log_parser" => &["parse_logs", "filter_logs"],
                _ => &["resize_image", "compute_image_hash"],
            };
            for (index, tool) in (0..).zip(tools) {
                self.tool(
                    &subject,
                    tool,
                    40_000 + place * 60_000 + index * 30_000,
                    index,
                );
            }
            let (memory, size) = if packaging == Component {
                (5_300_000, 250_000)
            } else {
                (1_100_000, 420_000)
            };
            self.single(
                &subject,
                Metric::PeakResident,
                Bytes(memory + place * 800_000),
            );
            self.single(
                &subject,
                Metric::PeakResidentLarge,
                Bytes(memory * 2 + place * 800_000),
            );
            self.single(&subject, Metric::SizeRaw, Bytes(size + place * 210_000));
            self.single(&subject, Metric::SizeZstd, Bytes(size / 3 + place * 70_000));
        }
        let component = Subject {
            server: server.into(),
            packaging: Component,
            digest: None,
        };
        self.density(&component, place);
        if server == "noop" {
            self.resident(&component);
        }
        let stock = Subject {
            server: server.into(),
            packaging: ComponentWasmtime,
            digest: None,
        };
        let outcome = Outcome::Unavailable {
            why: "the wasmtime command is not installed".into(),
            remedy: "cargo install wasmtime-cli --version 48".into(),
        };
        self.record(Sample::failed(
            Trial(0),
            stock,
            Metric::FirstAnswer,
            outcome,
        ));
    }

    /// One more instance and one more server in a host, as the worker writes them.
    fn density(&mut self, component: &Subject, place: u64) {
        for repetition in 0..7 {
            let more = place * 3_000 + repetition * 100;
            for (metric, value) in [
                (Metric::NextInstancePss, 41_000),
                (Metric::NextInstanceAnonymous, 40_000),
                (Metric::NextInstanceUsedPss, 93_000),
                (Metric::NextServerPss, 620_000),
                (Metric::NextServerAnonymous, 210_000),
                (Metric::NextServerMapped, 410_000),
            ] {
                let sample = Sample::new(Trial(0), component.clone(), metric, Bytes(value + more));
                self.record(Sample {
                    transport: Some(Transport::InProcess),
                    wire: Some(Wire::V2025_11_25),
                    start: Some(StartClass::InstanceCold),
                    ..sample
                });
            }
        }
    }

    /// Fresh instances, in process and over HTTP, alone and under load; and phases of a start.
    fn resident(&mut self, component: &Subject) {
        for repetition in 0..9 {
            let sample =
                |metric: Metric, transport: Transport, concurrency: u64, value: Quantity| Sample {
                    tool: Some("noop".into()),
                    input: Some(Input {
                        name: "noop-small".into(),
                        size: InputSize::Small,
                        bytes: Bytes(1_000),
                    }),
                    transport: Some(transport),
                    start: Some(StartClass::InstanceCold),
                    wire: Some(Wire::V2026_07_28),
                    concurrency: Count(concurrency),
                    ..Sample::new(Trial(0), component.clone(), metric, value)
                };
            self.record(sample(
                Metric::Execution,
                Transport::InProcess,
                1,
                Nanos(36_000 + repetition * 400).into(),
            ));
            self.record(sample(
                Metric::Execution,
                Transport::Http,
                1,
                Nanos(160_000 + repetition * 900).into(),
            ));
            self.record(sample(
                Metric::LatencyUnderLoad,
                Transport::Http,
                16,
                Nanos(1_000_000 + repetition * 9_000).into(),
            ));
            self.record(sample(
                Metric::Throughput,
                Transport::Http,
                16,
                PerSecond(15_500 + repetition * 90).into(),
            ));
            for (metric, value) in [
                (Metric::FirstAnswerSpawn, 900_000),
                (Metric::FirstAnswerLoad, 300_000),
                (Metric::FirstAnswerRun, 160_000),
            ] {
                let sample = Sample::new(
                    Trial(0),
                    component.clone(),
                    metric,
                    Nanos(value + repetition),
                );
                self.record(Sample {
                    start: Some(StartClass::ProcessCold),
                    transport: Some(Transport::Stdio),
                    ..sample
                });
            }
        }
    }

    fn tool(&mut self, subject: &Subject, tool: &str, base: u64, index: u64) {
        for (size, factor) in [(InputSize::Small, 1), (InputSize::Large, 12)] {
            if tool == "filter_logs"
                && size == InputSize::Large
                && subject.packaging == Packaging::Native
            {
                self.call(
                    subject,
                    tool,
                    size,
                    None,
                    Outcome::Timeout {
                        after: Nanos(30_000_000_000),
                    },
                );
                continue;
            }
            for repetition in 0..20 {
                let native = base * factor + repetition * 300;
                let value = match subject.packaging {
                    Packaging::Component => native * (11 + index * 6) / 10,
                    _ => native,
                };
                self.call(subject, tool, size, Some(value), Outcome::Ok);
            }
        }
        if tool == "filter_logs" && subject.packaging == Packaging::Component {
            self.call(
                subject,
                tool,
                InputSize::Large,
                None,
                Outcome::Crashed {
                    how: "trap: unreachable".into(),
                },
            );
        }
    }

    fn call(
        &mut self,
        subject: &Subject,
        tool: &str,
        size: InputSize,
        value: Option<u64>,
        outcome: Outcome,
    ) {
        let sample = Sample::failed(Trial(0), subject.clone(), Metric::Execution, outcome);
        let bytes = Bytes(if size == InputSize::Small {
            1_000
        } else {
            12_000
        });
        self.record(Sample {
            tool: Some(tool.into()),
            input: Some(Input {
                name: format!("{tool}-{size}"),
                size,
                bytes,
            }),
            transport: Some(Transport::Stdio),
            wire: Some(Wire::V2025_11_25),
            start: Some(StartClass::Warm),
            value: value.map(|value| Nanos(value).into()),
            ..sample
        });
    }

    fn start(&mut self, subject: &Subject, start: StartClass, value: u64, outcome: Outcome) {
        let sample = Sample::new(Trial(0), subject.clone(), Metric::FirstAnswer, Nanos(value));
        self.record(Sample {
            start: Some(start),
            transport: Some(Transport::Stdio),
            outcome,
            ..sample
        });
    }

    fn single(&mut self, subject: &Subject, metric: Metric, value: impl Into<Quantity>) {
        self.record(Sample::new(Trial(0), subject.clone(), metric, value));
    }

    fn record(&mut self, sample: Sample) {
        self.trial += 1;
        let value = match sample.value {
            Some(Quantity::Nanos(Nanos(value))) => {
                Some(Nanos(value * self.permille / 1_000).into())
            }
            other => other,
        };
        self.recorder
            .append(&[Sample {
                trial: Trial(self.trial),
                value,
                ..sample
            }])
            .expect("recorded");
    }
}
