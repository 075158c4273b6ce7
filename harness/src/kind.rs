//! What a trial does, and in which stage of a run it is done.

use std::collections::BTreeSet;

use record::{Count, Metric, Nanos, PageCache, Sample, StartClass, Transport};
use serde::{Deserialize, Serialize};

/// Untimed calls of a kind that go before the first that counts, in each process or host.
pub const WARM_UP: u64 = 3;
/// Calls of the same kind directly before one that counts and that follows another kind. Trials are shuffled, so without it a short call would
/// be measured by what ran before it on the same processor, and by how long that was idle.
pub const LEAD_IN: u64 = 1;
/// So many trials of one cell follow each other, each led in by the one before: shuffled one by one, every second call would be thrown away.
pub const BURST: usize = 5;
/// With its preparation, a call that takes so long is not changed by a millisecond of something else before it.
const LONG: Nanos = Nanos(50_000_000);

/// What a process or host was asked before a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Last {
    /// Never this call.
    None,
    /// This call, and since then another, or another was asked elsewhere.
    Another,
    /// This call, and nothing was asked anywhere since.
    Itself,
}

impl Last {
    /// What it was of a call that is asked for the `first` time, or of one that was asked last of all, `itself`.
    pub fn of(first: bool, itself: bool) -> Last {
        match (first, itself) {
            (true, _) => Last::None,
            (false, true) => Last::Itself,
            (false, false) => Last::Another,
        }
    }
}

/// Calls that took long, by subject and name. They are led in by none, and once that is known a new process is warmed up by one.
#[derive(Debug, Default)]
pub struct Long(BTreeSet<(usize, String)>);

impl Long {
    /// How many calls go before the next one that counts.
    pub fn before(&self, subject: usize, call: &str, last: Last) -> u64 {
        match (self.0.contains(&(subject, call.to_owned())), last) {
            (_, Last::Itself) | (true, Last::Another) => 0,
            (true, Last::None) => 1,
            (false, Last::None) => WARM_UP,
            (false, Last::Another) => LEAD_IN,
        }
    }

    /// So many calls took so long, each with its preparation.
    pub fn took(&mut self, subject: usize, call: &str, calls: u64, all: Nanos) {
        if all.0 / calls.max(1) >= LONG.0 {
            self.0.insert((subject, call.to_owned()));
        }
    }
}

/// What a trial does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Weighs the file.
    Size,
    /// Weighs the image.
    Image,
    /// Starts a process and asks for the first answer.
    Start {
        /// How warm it is when it is started.
        class: StartClass,
        /// How it is asked.
        transport: Transport,
        /// Whether its files are in memory.
        page_cache: PageCache,
    },
    /// Starts a process, calls each tool, and reads its memory.
    Memory,
    /// One call in a process that has answered it before.
    Warm {
        /// The server's call.
        call: String,
        /// How it is asked.
        transport: Transport,
    },
    /// One call in a fresh instance of a resident host.
    Instance {
        /// The server's call.
        call: String,
    },
    /// Memory of idle instances in one host process.
    Density,
    /// Memory and latency of a server among idle ones.
    Idle {
        /// How many servers are up.
        servers: u32,
    },
    /// Many calls at once.
    Load {
        /// How they reach the server.
        transport: Transport,
        /// How many may be in flight.
        connections: u32,
        /// The share of the capacity that is offered, in percent; none where each next call waits for the last one.
        load: Option<u32>,
    },
}

/// A part of the run in which the same is done of everything. The order of the variants is the order of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Weighing.
    Size,
    /// Starts from precompiled code, and of containers.
    ProcessCold,
    /// Starts that compile.
    ProcessCompile,
    /// Memory of one process.
    Memory,
    /// Calls in a process that is up.
    Warm,
    /// Calls in fresh instances.
    InstanceCold,
    /// Memory of one more instance.
    Density,
    /// Many idle servers.
    Idle,
    /// Many calls.
    Load,
}

impl Stage {
    /// Every stage, in the order of the run.
    pub const ALL: &'static [Stage] = &[
        Stage::Size,
        Stage::ProcessCold,
        Stage::ProcessCompile,
        Stage::Memory,
        Stage::Warm,
        Stage::InstanceCold,
        Stage::Density,
        Stage::Idle,
        Stage::Load,
    ];

    /// The word for people.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Size => "size",
            Stage::ProcessCold => "process-cold",
            Stage::ProcessCompile => "process-compile",
            Stage::Memory => "memory",
            Stage::Warm => "warm",
            Stage::InstanceCold => "instance-cold",
            Stage::Density => "density",
            Stage::Idle => "idle",
            Stage::Load => "load",
        }
    }

    /// Its place in the run, from 0.
    pub(crate) fn place(self) -> u64 {
        let before = Stage::ALL.iter().take_while(|&&other| other != self);
        u64::try_from(before.count()).expect("there are few stages")
    }

    /// Whether processes or hosts stay up between its trials.
    pub(crate) fn keeps_up(self) -> bool {
        matches!(self, Stage::Warm | Stage::InstanceCold)
    }
}

impl Kind {
    /// What a trial did, told by the first of its samples; none where no trial of ours gives such a sample.
    pub fn of(sample: &Sample) -> Option<Kind> {
        let number = |count: Count| u32::try_from(count.0).ok();
        let call = || sample.input.as_ref().map(|input| input.name.clone());
        let gives = |kind: &Kind| kind.metrics().contains(&sample.metric);
        let kind = if let Some(idle) = sample.idle {
            Kind::Idle {
                servers: number(idle)?,
            }
        } else if matches!(
            sample.metric,
            Metric::Throughput | Metric::OfferedRate | Metric::LatencyUnderLoad
        ) {
            Kind::Load {
                transport: sample.transport?,
                connections: number(sample.concurrency)?,
                load: match sample.load {
                    Some(percent) => Some(number(percent)?),
                    None => None,
                },
            }
        } else if let Some(kind) = [Kind::Size, Kind::Image, Kind::Memory, Kind::Density]
            .into_iter()
            .find(gives)
        {
            kind
        } else {
            match sample.start? {
                StartClass::Warm | StartClass::ContainerWarm => Kind::Warm {
                    call: call()?,
                    transport: sample.transport?,
                },
                StartClass::InstanceCold => Kind::Instance { call: call()? },
                class => Kind::Start {
                    class,
                    transport: sample.transport?,
                    page_cache: sample.page_cache.unwrap_or(PageCache::Warm),
                },
            }
        };
        gives(&kind).then_some(kind)
    }

    /// Where in the run it is done.
    pub fn stage(&self) -> Stage {
        match self {
            Kind::Size | Kind::Image => Stage::Size,
            Kind::Start {
                class: StartClass::ProcessCompile,
                ..
            } => Stage::ProcessCompile,
            Kind::Start { .. } => Stage::ProcessCold,
            Kind::Memory => Stage::Memory,
            Kind::Warm { .. } => Stage::Warm,
            Kind::Instance { .. } => Stage::InstanceCold,
            Kind::Density => Stage::Density,
            Kind::Idle { .. } => Stage::Idle,
            Kind::Load { .. } => Stage::Load,
        }
    }

    /// Whether some trial here measures it.
    pub fn any_gives(metric: Metric) -> bool {
        let transport = Transport::Stdio;
        let load = |load| Kind::Load {
            transport,
            connections: 1,
            load,
        };
        let kinds = [
            Kind::Size,
            Kind::Image,
            Kind::Start {
                class: StartClass::ProcessCold,
                transport,
                page_cache: PageCache::Warm,
            },
            Kind::Memory,
            Kind::Warm {
                call: String::new(),
                transport,
            },
            Kind::Instance {
                call: String::new(),
            },
            Kind::Density,
            Kind::Idle { servers: 1 },
            load(None),
            load(Some(1)),
        ];
        kinds.iter().any(|kind| kind.metrics().contains(&metric))
    }

    /// Everything that it can measure; the first is what its precision is judged by.
    pub fn metrics(&self) -> &'static [Metric] {
        use Metric::*;
        match self {
            Kind::Size => &[
                SizeRaw,
                SizeStripped,
                SizeZstd,
                SizePrecompiled,
                SizeHostBinary,
            ],
            Kind::Image => &[SizeImage, SizeImageGzip, SizeImageUnique],
            Kind::Start { .. } => &[
                FirstAnswer,
                FirstCallAnswer,
                FirstAnswerCreate,
                FirstAnswerStart,
                FirstAnswerCompile,
                FirstAnswerLoad,
                FirstAnswerInstantiate,
                CpuTime,
            ],
            Kind::Memory => &[
                PeakResident,
                PeakResidentLarge,
                PeakChild,
                PeakAnonymous,
                IdlePss,
                IdleAnonymous,
            ],
            Kind::Warm { .. } => &[Execution, GuestTotal, GuestTool, CpuTime],
            Kind::Instance { .. } => &[
                Execution,
                HostInstantiate,
                HostRun,
                HostTotal,
                GuestTool,
                CpuTime,
            ],
            Kind::Density => &[
                NextInstancePss,
                NextInstanceAnonymous,
                NextInstanceUsedPss,
                NextServerPss,
                NextServerAnonymous,
                NextServerMapped,
            ],
            Kind::Idle { .. } => &[ResidentAmongIdle, LatencyAmongIdle],
            Kind::Load { load: None, .. } => &[Throughput, LatencyUnderLoad, CpuTime],
            Kind::Load { load: Some(_), .. } => {
                &[OfferedRate, Throughput, LatencyUnderLoad, CpuTime]
            }
        }
    }

    /// What its precision is judged by.
    pub fn headline(&self) -> Metric {
        self.metrics()[0]
    }

    /// Whether it is a time of one call, whose interval can be asked to be narrow.
    pub fn is_timed(&self) -> bool {
        matches!(
            self,
            Kind::Start { .. } | Kind::Warm { .. } | Kind::Instance { .. }
        )
    }

    /// Calls that go before the first that counts, in each round.
    pub fn warm_up(&self) -> u64 {
        if self.stage().keeps_up() { WARM_UP } else { 0 }
    }

    /// Calls that go directly before so many other trials of a round.
    pub fn lead_in(&self, trials: u64) -> u64 {
        if self.stage().keeps_up() {
            trials.div_ceil(BURST as u64) * LEAD_IN
        } else {
            0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_call_is_led_in_by_none_once_that_is_known() {
        let mut long = Long::default();
        let of = |long: &Long| {
            [Last::None, Last::Another, Last::Itself].map(|last| long.before(1, "a", last))
        };
        assert_eq!(of(&long), [WARM_UP, LEAD_IN, 0]);
        long.took(1, "a", 4, Nanos(4 * LONG.0 - 1));
        assert_eq!(of(&long)[1], LEAD_IN);
        long.took(1, "a", 4, Nanos(4 * LONG.0));
        assert_eq!(of(&long), [1, 0, 0]);
        assert_eq!(
            long.before(2, "a", Last::Another),
            LEAD_IN,
            "another subject's"
        );
    }
}
