//! What can be measured: a closed list, each with its unit and what the number means.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Unit;

macro_rules! metrics {
    ($($variant:ident, $name:literal, $unit:ident, $doc:literal;)*) => {
        /// What a sample's number is. One more is a line in this file, and one in what the harness knows of its kind of trial.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Metric {
            $(#[doc = $doc] #[serde(rename = $name)] $variant,)*
        }

        impl Metric {
            /// Every metric, in the order of tables.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name that records and tables write.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The base unit of this metric's integers.
            pub fn unit(self) -> Unit {
                match self { $(Self::$variant => Unit::$unit,)* }
            }

            /// One sentence on what is measured, for reports.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $doc.trim_ascii(),)* }
            }
        }
    };
}

metrics! {
    // Start, seen by the client
    FirstAnswer, "first-answer", Nanos, " From before the spawn to the whole answer to `initialize`: the paper's cold start.";
    FirstCallAnswer, "first-call-answer", Nanos, " From before the spawn to the whole answer to the first `tools/call`.";
    // Phases of the first answer
    FirstAnswerCreate, "first-answer-create", Nanos, " Phase of the first answer: the engine makes the container, and is attached to.";
    FirstAnswerStart, "first-answer-start", Nanos, " Phase of the first answer: the engine starts the container.";
    FirstAnswerSpawn, "first-answer-spawn", Nanos, " Phase of the first answer: spawn until the subject's `main` runs.";
    FirstAnswerEngine, "first-answer-engine", Nanos, " Phase of the first answer: making the engine.";
    FirstAnswerCompile, "first-answer-compile", Nanos, " Phase of the first answer: compiling the component.";
    FirstAnswerLoad, "first-answer-load", Nanos, " Phase of the first answer: checking and mapping precompiled code.";
    FirstAnswerLink, "first-answer-link", Nanos, " Phase of the first answer: linking host functions.";
    FirstAnswerInstantiate, "first-answer-instantiate", Nanos, " Phase of the first answer: instantiating the component.";
    FirstAnswerRun, "first-answer-run", Nanos, " Phase of the first answer: the guest until its first answer is out.";
    // Execution
    Execution, "execution", Nanos, " What the client waits: request written to response read.";
    HostCompile, "host-compile", Nanos, " The host's phase: compiling.";
    HostLoad, "host-load", Nanos, " The host's phase: loading precompiled code.";
    HostInstantiate, "host-instantiate", Nanos, " The host's phase: instantiating.";
    HostRun, "host-run", Nanos, " The host's phase: the guest's run.";
    HostTotal, "host-total", Nanos, " All of the host's phases of one call.";
    GuestTotal, "guest-total", Nanos, " The guest's own clock: request parsed to answer made.";
    GuestTool, "guest-tool", Nanos, " The guest's own clock: inside the tool's function.";
    LatencyUnderLoad, "latency-under-load", Nanos, " What one of several concurrent clients waits for a call.";
    Throughput, "throughput", PerSecond, " Calls answered a second by one host.";
    OfferedRate, "offered-rate", PerSecond, " Calls that came due a second, whether or not earlier ones were answered.";
    // Processor
    CpuTime, "cpu-time", Nanos, " User and system time of the subject's processes.";
    CpuUser, "cpu-user", Nanos, " User time of the subject's processes.";
    CpuSystem, "cpu-system", Nanos, " System time of the subject's processes.";
    // Memory
    PeakResident, "peak-resident", Bytes, " VmHWM added up over the subject's live processes, after `initialize` and each tool once at its small input.";
    PeakResidentLarge, "peak-resident-large", Bytes, " The same after each tool once at its large input.";
    PeakChild, "peak-child", Bytes, " The largest short-lived child, polled each millisecond.";
    PeakAnonymous, "peak-anonymous", Bytes, " The anonymous part of resident memory, read with the peak.";
    IdlePss, "idle-pss", Bytes, " Proportional set size of the idle subject.";
    IdleAnonymous, "idle-anonymous", Bytes, " Anonymous memory of the idle subject.";
    CgroupPeak, "cgroup-peak", Bytes, " The control group's peak, which counts page cache.";
    NextInstancePss, "next-instance-pss", Bytes, " One more idle instance of the same server in a resident host, as proportional set size.";
    NextInstanceAnonymous, "next-instance-anonymous", Bytes, " One more idle instance of the same server in a resident host, anonymous memory.";
    NextInstanceUsedPss, "next-instance-used-pss", Bytes, " One more instance of the same server in a resident host, as proportional set size, after it has answered its first tool's small call: what the call touched stays.";
    NextServerPss, "next-server-pss", Bytes, " One more different idle server in a resident host, as proportional set size.";
    NextServerAnonymous, "next-server-anonymous", Bytes, " One more different idle server in a resident host, anonymous memory.";
    NextServerMapped, "next-server-mapped", Bytes, " One more different idle server in a resident host, its mapped code.";
    // Density
    LatencyAmongIdle, "latency-among-idle", Nanos, " One call while other servers are up and idle.";
    ResidentAmongIdle, "resident-among-idle", Bytes, " What all idle servers hold together: the proportional set sizes of their processes added up, or the resident set size of the one host that holds them all, whose pages nobody shares but the program that measures it.";
    // Replay, in virtual time
    ReplayAnswered, "replay-answered", Nanos, " From an agent's coming to this call's answer, as far as the parts are known; the chain's latency is that of the call that is answered last.";
    ReplayDecision, "replay-decision", Nanos, " A part of it: deciding where the call runs.";
    ReplayLink, "replay-link", Nanos, " A part of it: request and answer on the link.";
    ReplayWaiting, "replay-waiting", Nanos, " A part of it: waiting for a slot of the tier.";
    ReplayColdStart, "replay-cold-start", Nanos, " A part of it: starting an instance; nothing where one was up.";
    ReplayExecution, "replay-execution", Nanos, " A part of it: running the tool.";
    ReplayLlm, "replay-llm", Nanos, " A part of it: what the model took before the call.";
    ReplayMoved, "replay-moved", Bytes, " Request and answer, where they crossed a link.";
    // Size
    SizeRaw, "size-raw", Bytes, " The file as built and timed: a native program comes stripped from the linker, a component still has its names.";
    SizeStripped, "size-stripped", Bytes, " The same without symbols and debug sections (native), or without custom sections (component).";
    SizeZstd, "size-zstd", Bytes, " The file compressed by zstd.";
    SizePrecompiled, "size-precompiled", Bytes, " The component's machine code, precompiled.";
    SizeHostBinary, "size-host-binary", Bytes, " The host program that a component needs beside it.";
    SizeImage, "size-image", Bytes, " The container image, all layers unpacked.";
    SizeImageGzip, "size-image-gzip", Bytes, " The container image as it is pulled: each layer compressed by gzip.";
    SizeImageUnique, "size-image-unique", Bytes, " What of the compressed layers no other image of the run has.";
}

impl Metric {
    /// What runs are compared by unless something else is asked for: what a user waits for and pays for. The others say why.
    pub const HEADLINES: &'static [Self] = &[
        Self::FirstAnswer,
        Self::Execution,
        Self::LatencyUnderLoad,
        Self::Throughput,
        Self::PeakResident,
        Self::NextInstancePss,
        Self::LatencyAmongIdle,
        Self::ResidentAmongIdle,
        Self::SizeRaw,
    ];

    /// Whether every reading of the same file gives the same number, so that one sample is all there is to know.
    pub fn is_exact(self) -> bool {
        matches!(
            self,
            Self::SizeRaw
                | Self::SizeStripped
                | Self::SizeZstd
                | Self::SizePrecompiled
                | Self::SizeHostBinary
                | Self::SizeImage
                | Self::SizeImageGzip
                | Self::SizeImageUnique
        )
    }
}

impl FromStr for Metric {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|metric| metric.name() == text);
        found.copied().ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|metric| metric.name()).collect();
            format!("{text:?} is no metric; give one of {}", known.join(", "))
        })
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_are_what_records_write() {
        let mut names: Vec<&str> = Metric::ALL.iter().map(|metric| metric.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Metric::ALL.len());
        for &metric in Metric::ALL {
            let written = serde_json::to_string(&metric).expect("a unit variant is written");
            assert_eq!(written, format!("\"{metric}\""));
            assert!(metric.meaning().ends_with('.'), "{metric}");
        }
    }
}
