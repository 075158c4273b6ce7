//! A planted run of load, density and noise: every value is made up from a formula that a reader can follow.

use std::path::{Path, PathBuf};

use record::{
    Bytes, Count, Disturbance, Input, InputSize, Metric, Nanos, Outcome, Packaging, PerSecond,
    Quantity, Recorder, Redactor, Run, Sample, StartClass, Stop, StopReason, Subject, Timestamp,
    Transport, Trial, Warning, Wire,
};

/// Connections, or calls in flight.
const CROWDS: [u64; 5] = [1, 2, 4, 8, 16];
/// Two processors answer no more than so many calls at once.
const PROCESSORS: u64 = 2;

/// Writes the planted run below this folder.
pub fn run(results: &Path) -> PathBuf {
    let mut run = Run::new("table3", 7, Timestamp(1_795_250_400));
    run.machine.cpu = "Crowded(R) Processor".to_owned();
    run.machine.processors = Count(PROCESSORS);
    run.machine.memory = Bytes(8_000_000_000);
    run.machine.kernel = "Linux 6.18".to_owned();
    run.toolchain.wasmtime = "48.0.8".to_owned();
    run.warnings = vec![
        Warning::Busy { milli: Count(640) },
        Warning::Drift { permille: 41 },
    ];
    run.stops = [
        (
            0,
            "noop component first-answer",
            StopReason::Precision,
            Some(18),
        ),
        (
            1,
            "noop native first-answer",
            StopReason::Precision,
            Some(20),
        ),
        (
            2,
            "noop component noop-small warm",
            StopReason::Budget,
            Some(34),
        ),
        (3, "noop component idle 1000", StopReason::Samples, None),
    ]
    .map(|(cell, name, why, width)| Stop {
        cell,
        name: name.to_owned(),
        samples: Count(12),
        warm_up: Count(3),
        why,
        width_permille: width.map(Count),
    })
    .into();
    let mut crowd = Crowd {
        recorder: Recorder::create(results, run, Redactor::new()).expect("a run"),
        trial: 0,
    };
    for packaging in [Packaging::Component, Packaging::Native] {
        crowd.starts(packaging);
        for transport in [Transport::Stdio, Transport::Http] {
            for connections in CROWDS {
                crowd.closed(packaging, transport, connections);
                for load in [50, 80] {
                    crowd.open(packaging, transport, connections, load);
                }
            }
        }
        for idle in [1, 10, 100, 1_000] {
            crowd.idle(packaging, idle);
        }
    }
    crowd
        .recorder
        .finish(Timestamp(1_795_250_460))
        .expect("sealed")
}

struct Crowd {
    recorder: Recorder,
    trial: u64,
}

/// How long one call takes when it is alone.
fn alone(packaging: Packaging, transport: Transport) -> u64 {
    match (packaging, transport) {
        (Packaging::Component, Transport::Stdio) => 14_000,
        (_, Transport::Stdio) => 9_000,
        (Packaging::Component, _) => 95_000,
        _ => 61_000,
    }
}

/// How long it takes among so many: they queue for the processors.
fn among(packaging: Packaging, transport: Transport, connections: u64) -> u64 {
    let alone = alone(packaging, transport);
    alone.max(alone * connections / PROCESSORS) + 900 * connections
}

impl Crowd {
    /// Cold starts, of which the last two of a component were disturbed, and the processor time of each.
    fn starts(&mut self, packaging: Packaging) {
        let base = if packaging == Packaging::Component {
            2_300_000
        } else {
            900_000
        };
        for round in 0..12 {
            let disturbed = match round {
                10 => Some(Disturbance::Busy),
                11 => Some(Disturbance::Stolen),
                _ => None,
            };
            let sample = |metric, value: u64| Sample {
                start: Some(StartClass::ProcessCold),
                transport: Some(Transport::Stdio),
                round: Some(Count(round / 2)),
                disturbed: disturbed.filter(|_| packaging == Packaging::Component),
                ..plain(packaging, metric, Nanos(value).into())
            };
            self.record(vec![
                sample(Metric::FirstAnswer, base + round * 10_000),
                sample(Metric::CpuTime, base / 2 + round * 4_000),
            ]);
        }
    }

    fn closed(&mut self, packaging: Packaging, transport: Transport, connections: u64) {
        let among = among(packaging, transport, connections);
        for round in 0..8 {
            let rate = 1_000_000_000 * connections / among + round * 10;
            let mut samples = vec![called(
                packaging,
                Metric::Throughput,
                PerSecond(rate).into(),
            )];
            samples.extend(
                tail(among + round * 50).map(|latency| {
                    called(packaging, Metric::LatencyUnderLoad, Nanos(latency).into())
                }),
            );
            self.place(samples, transport, connections, None, round);
        }
    }

    fn open(&mut self, packaging: Packaging, transport: Transport, connections: u64, load: u64) {
        let outcome = Outcome::Timeout {
            after: Nanos(30_000_000_000),
        };
        if (packaging, transport, connections, load) == (Packaging::Native, Transport::Http, 16, 80)
        {
            let failed = Sample {
                value: None,
                outcome,
                ..called(packaging, Metric::Throughput, PerSecond(0).into())
            };
            return self.place(vec![failed], transport, connections, Some(load), 0);
        }
        let capacity = 1_000_000_000 * connections / among(packaging, transport, connections);
        for round in 0..8 {
            let offered = capacity * load / 100;
            // A queue at this load: one over what is left.
            let waited = alone(packaging, transport) * 100 / (100 - load) + round * 50;
            let mut samples = vec![
                called(packaging, Metric::OfferedRate, PerSecond(offered).into()),
                called(
                    packaging,
                    Metric::Throughput,
                    PerSecond(offered - round).into(),
                ),
            ];
            samples.extend(
                tail(waited).map(|latency| {
                    called(packaging, Metric::LatencyUnderLoad, Nanos(latency).into())
                }),
            );
            self.place(samples, transport, connections, Some(load), round);
        }
    }

    /// The samples of one trial, all in the same place.
    fn place(
        &mut self,
        samples: Vec<Sample>,
        transport: Transport,
        connections: u64,
        load: Option<u64>,
        round: u64,
    ) {
        let fresh =
            transport == Transport::Http && samples[0].subject.packaging == Packaging::Component;
        let samples = samples.into_iter().map(|sample| Sample {
            transport: Some(transport),
            start: Some(if fresh {
                StartClass::InstanceCold
            } else {
                StartClass::Warm
            }),
            wire: Some(if transport == Transport::Http {
                Wire::V2026_07_28
            } else {
                Wire::V2025_11_25
            }),
            concurrency: Count(connections),
            load: load.map(Count),
            round: Some(Count(round)),
            ..sample
        });
        self.record(samples.collect());
    }

    fn idle(&mut self, packaging: Packaging, idle: u64) {
        let native = packaging == Packaging::Native;
        if native && idle == 1_000 {
            let outcome = Outcome::Unavailable {
                why: "1,000 processes need more than the memory that is free".into(),
                remedy: "free 2 GB".into(),
            };
            let failed = Sample {
                value: None,
                outcome,
                ..plain(packaging, Metric::ResidentAmongIdle, Bytes(0).into())
            };
            return self.record(vec![Sample {
                idle: Some(Count(idle)),
                ..failed
            }]);
        }
        let memory = if native {
            1_100_000 * idle
        } else {
            6_200_000 + 52_000 * idle
        };
        let latency = if native {
            9_000 + 4 * idle
        } else {
            14_000 + 6 * idle
        };
        for round in 0..8 {
            let resident = plain(
                packaging,
                Metric::ResidentAmongIdle,
                Bytes(memory + round * 4_096).into(),
            );
            let mut samples = vec![resident];
            samples.extend(
                tail(latency + round * 20).map(|latency| {
                    called(packaging, Metric::LatencyAmongIdle, Nanos(latency).into())
                }),
            );
            let of_round = |sample| Sample {
                idle: Some(Count(idle)),
                round: Some(Count(round)),
                ..sample
            };
            self.record(samples.into_iter().map(of_round).collect());
        }
    }

    fn record(&mut self, samples: Vec<Sample>) {
        self.trial += 1;
        let trial = Trial(self.trial);
        let samples: Vec<Sample> = samples
            .into_iter()
            .map(|sample| Sample { trial, ..sample })
            .collect();
        self.recorder.append(&samples).expect("recorded");
    }
}

/// Latencies around this one: nineteen of twenty near it, the last far above.
fn tail(typical: u64) -> impl Iterator<Item = u64> {
    (0..20).map(move |place| match place {
        19 => typical * 4,
        _ => typical - typical / 40 + place * typical / 400,
    })
}

fn plain(packaging: Packaging, metric: Metric, value: Quantity) -> Sample {
    let subject = Subject {
        server: "noop".into(),
        packaging,
        digest: None,
    };
    Sample::new(Trial(0), subject, metric, value)
}

fn called(packaging: Packaging, metric: Metric, value: Quantity) -> Sample {
    Sample {
        tool: Some("noop".into()),
        input: Some(Input {
            name: "noop-small".into(),
            size: InputSize::Small,
            bytes: Bytes(1_000),
        }),
        ..plain(packaging, metric, value)
    }
}
