//! Runs whose true values are known, with processes that differ and calls that are late now and then.

use record::{
    Bytes, Count, Digest, Input, InputSize, Metric, Nanos, Packaging, Record, Run, Sample,
    StartClass, State, Subject, Timestamp, Transport, Trial,
};

/// Counter-based (SplitMix64), so that every planted run is the same each time.
pub struct Chance(pub u64);

impl Chance {
    /// In [0, 1).
    pub fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let high = u32::try_from(mixed >> 32).expect("32 bits remain of 64 shifted by 32");
        f64::from(high) / 4_294_967_296.0
    }

    /// Standard normal (Box and Muller 1958).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// What one sample differs from its process, in logarithms: 5 %, and each twentieth is late by a heavy tail.
    pub fn sample(&mut self) -> f64 {
        let usual = 0.05 * self.normal();
        if self.uniform() < 0.05 {
            usual + 0.1 - 0.7 * (1.0 - self.uniform()).ln()
        } else {
            usual
        }
    }
}

/// How processes differ among themselves, in logarithms.
pub const BETWEEN: f64 = 0.02;
/// The planted run has these.
pub const SERVERS: [&str; 2] = ["noop", "log_parser"];
pub const PACKAGINGS: [Packaging; 2] = [Packaging::Component, Packaging::Native];
pub const TOOLS: u8 = 6;

/// How a run is planted.
pub struct Plan {
    pub rounds: u64,
    pub per_round: u64,
    /// Everything takes so many times as long.
    pub all: f64,
    /// This cell, by server, packaging and tool, takes so many times as long.
    pub one: Option<(&'static str, Packaging, u8, f64)>,
}

pub const PLAN: Plan = Plan {
    rounds: 8,
    per_round: 10,
    all: 1.0,
    one: None,
};

pub fn whole(value: f64) -> u64 {
    format!("{value:.0}").parse().expect("a whole number")
}

pub fn subject(server: &str, packaging: Packaging) -> Subject {
    Subject {
        server: server.to_owned(),
        packaging,
        digest: Some(Digest::of(server.as_bytes())),
    }
}

pub fn execution(server: &str, packaging: Packaging, tool: u8, value: u64) -> Sample {
    let name = format!("tool_{tool}");
    Sample {
        input: Some(Input {
            name: format!("{name}-small"),
            size: InputSize::Small,
            bytes: Bytes(1_000),
        }),
        tool: Some(name),
        transport: Some(Transport::Stdio),
        start: Some(StartClass::Warm),
        ..Sample::new(
            Trial(0),
            subject(server, packaging),
            Metric::Execution,
            Nanos(value),
        )
    }
}

pub fn record(samples: Vec<Sample>) -> Record {
    Record {
        run: Run::new("table3", 42, Timestamp(1_795_250_400)),
        samples,
        state: State::Finished,
    }
}

pub fn plant(chance: &mut Chance, plan: &Plan) -> Record {
    let mut samples = Vec::new();
    for server in SERVERS {
        for packaging in PACKAGINGS {
            for tool in 0..TOOLS {
                let base = 50_000.0 * 3_f64.powi(i32::from(tool)) * plan.all;
                let base = match plan.one {
                    Some((of, shipped, named, times))
                        if (of, shipped, named) == (server, packaging, tool) =>
                    {
                        base * times
                    }
                    _ => base,
                };
                for round in 0..plan.rounds {
                    let process = BETWEEN * chance.normal();
                    for _ in 0..plan.per_round {
                        let value = base * (process + chance.sample()).exp();
                        samples.push(Sample {
                            round: Some(Count(round)),
                            ..execution(server, packaging, tool, whole(value))
                        });
                    }
                }
            }
        }
    }
    record(samples)
}
