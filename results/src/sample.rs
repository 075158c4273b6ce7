//! One number and everything that it depends on; a failed trial is a sample too, with an outcome and no value.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    Bytes, Count, Digest, Disturbance, Evidence, Input, Metric, Nanos, PageCache, Quantity,
    StartClass, Subject, Testbed, Tier, Transport, Unit, Wire,
};

/// The number of an execution within its run. The plan of a run is made from its arguments and seed alone, so the same
/// number means the same execution after a resume.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Trial(pub u64);

/// What the subject was held to; what is absent was not limited.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Limits {
    /// Memory of the guest, the process or the container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<Bytes>,
    /// Thousandths of a processor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub millicpus: Option<Count>,
    /// Time of one call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Nanos>,
}

/// How a trial ended. Only `Ok` samples reach a median; all are counted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The right answer, in the asked start class.
    Ok,
    /// An answer that `server.toml` does not accept.
    WrongAnswer {
        /// Which field, and how it differs.
        why: String,
    },
    /// The subject was warmer or colder than asked. The value is kept, and discarded from every table.
    WrongClass {
        /// How warm it was.
        observed: StartClass,
    },
    /// No answer in the time allowed.
    Timeout {
        /// The time allowed.
        after: Nanos,
    },
    /// The subject ended, trapped or broke the protocol.
    Crashed {
        /// Exit status, signal, trap or the line that was no answer.
        how: String,
    },
    /// This machine cannot make or start the subject, or cannot measure this.
    Unavailable {
        /// The reason.
        why: String,
        /// The command that would change it.
        remedy: String,
    },
}

impl Outcome {
    /// Whether the subject was asked and gave no right answer.
    pub fn is_failure(&self) -> bool {
        matches!(
            self,
            Self::WrongAnswer { .. } | Self::Timeout { .. } | Self::Crashed { .. }
        )
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ok => f.write_str("right"),
            Self::WrongAnswer { why } => write!(f, "wrong answer: {why}"),
            Self::WrongClass { observed } => {
                write!(f, "not in the start class asked for, but {observed}")
            }
            Self::Timeout { after } => write!(f, "no answer in {after}"),
            Self::Crashed { how } => write!(f, "crashed: {how}"),
            Self::Unavailable { why, remedy } if remedy.is_empty() => {
                write!(f, "unavailable: {why}")
            }
            Self::Unavailable { why, remedy } => write!(f, "unavailable: {why}; {remedy}"),
        }
    }
}

/// Where a replayed call belongs and how it was placed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Replay {
    /// The scenario's name.
    pub scenario: String,
    /// Of the trace.
    pub trace: Digest,
    /// The call's place in the trace, from 0.
    pub call: u64,
    /// The scheduler's name.
    pub scheduler: String,
    /// The cost model's name.
    pub cost_model: String,
    /// The rule set's name.
    pub rules: String,
    /// The profile's edition.
    pub profile: String,
    /// The profile's set of links that is in force.
    pub links: String,
    /// The set that the scheduler took to be in force, where that is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub believed: Option<String>,
    /// The tier that the scheduler chose.
    pub placement: Tier,
}

/// One number, or the reason why there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Row", try_from = "Row")]
pub struct Sample {
    /// The execution that gave it; one execution gives several metrics.
    pub trial: Trial,
    /// What was measured.
    pub subject: Subject,
    /// The tool called, where one was.
    pub tool: Option<String>,
    /// What the tool was fed.
    pub input: Option<Input>,
    /// How requests reached the subject; none for sizes.
    pub transport: Option<Transport>,
    /// What carries the requests to a subject that does not speak that transport, with its version; none where it speaks for itself.
    pub proxy: Option<String>,
    /// The revision spoken.
    pub wire: Option<Wire>,
    /// The tier that ran it, where the run has tiers.
    pub tier: Option<Tier>,
    /// What stands in for the tiers, where the run has tiers.
    pub testbed: Option<Testbed>,
    /// The start class that was **asked** for; an observed one that differs is in the outcome. None for sizes.
    pub start: Option<StartClass>,
    /// The page cache before the trial; none where it was not controlled.
    pub page_cache: Option<PageCache>,
    /// What the subject was held to.
    pub limits: Limits,
    /// How many calls were in flight at once; 1 unless load is measured.
    pub concurrency: Count,
    /// How many idle servers were beside; none where density is not measured.
    pub idle: Option<Count>,
    /// What share of the measured capacity was offered, in percent; none where the next call waits for the last one.
    pub load: Option<Count>,
    /// The round that it was taken in. Samples of one round share a process, so they are not independent; none in older runs.
    pub round: Option<Count>,
    /// What else used the machine meanwhile, if anything.
    pub disturbed: Option<Disturbance>,
    /// What the number is.
    pub metric: Metric,
    /// The number, in the metric's unit. Absent where the trial gave none.
    pub value: Option<Quantity>,
    /// How the trial ended.
    pub outcome: Outcome,
    /// What a failed trial left behind; the first of its samples carries it.
    pub evidence: Option<Evidence>,
    /// Of a replay only.
    pub replay: Option<Replay>,
}

impl Sample {
    /// A good sample of this metric, with nothing varied; the caller sets what applies.
    pub fn new(trial: Trial, subject: Subject, metric: Metric, value: impl Into<Quantity>) -> Self {
        Self {
            value: Some(value.into()),
            ..Self::failed(trial, subject, metric, Outcome::Ok)
        }
    }

    /// A trial without a number.
    pub fn failed(trial: Trial, subject: Subject, metric: Metric, outcome: Outcome) -> Self {
        Self {
            trial,
            subject,
            tool: None,
            input: None,
            transport: None,
            proxy: None,
            wire: None,
            tier: None,
            testbed: None,
            start: None,
            page_cache: None,
            limits: Limits::default(),
            concurrency: Count(1),
            idle: None,
            load: None,
            round: None,
            disturbed: None,
            metric,
            value: None,
            outcome,
            evidence: None,
            replay: None,
        }
    }

    /// The number, if it may be averaged: the outcome is `ok`.
    pub fn good(&self) -> Option<Quantity> {
        self.value.filter(|_| self.outcome == Outcome::Ok)
    }

    /// Why this sample cannot be what it says, if so: the value is not in the metric's unit, or an `ok` has no value.
    pub fn fault(&self) -> Option<String> {
        match self.value {
            Some(value) if value.unit() != self.metric.unit() => Some(format!(
                "{} is in {}, not in {}",
                self.metric,
                self.metric.unit(),
                value.unit()
            )),
            None if self.outcome == Outcome::Ok => {
                Some(format!("{} is ok and has no value", self.metric))
            }
            _ => None,
        }
    }
}

/// A sample as its line spells it, with value and unit apart.
#[derive(Clone, Serialize, Deserialize)]
struct Row {
    trial: Trial,
    subject: Subject,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tool: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    input: Option<Input>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    transport: Option<Transport>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    proxy: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wire: Option<Wire>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tier: Option<Tier>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    testbed: Option<Testbed>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    start: Option<StartClass>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    page_cache: Option<PageCache>,
    #[serde(default, skip_serializing_if = "is_default")]
    limits: Limits,
    concurrency: Count,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    idle: Option<Count>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    load: Option<Count>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    round: Option<Count>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    disturbed: Option<Disturbance>,
    metric: Metric,
    value: Option<u64>,
    unit: Unit,
    outcome: Outcome,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    evidence: Option<Evidence>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    replay: Option<Replay>,
}

fn is_default(limits: &Limits) -> bool {
    *limits == Limits::default()
}

impl From<Sample> for Row {
    fn from(sample: Sample) -> Self {
        Self {
            trial: sample.trial,
            subject: sample.subject,
            tool: sample.tool,
            input: sample.input,
            transport: sample.transport,
            proxy: sample.proxy,
            wire: sample.wire,
            tier: sample.tier,
            testbed: sample.testbed,
            start: sample.start,
            page_cache: sample.page_cache,
            limits: sample.limits,
            concurrency: sample.concurrency,
            idle: sample.idle,
            load: sample.load,
            round: sample.round,
            disturbed: sample.disturbed,
            metric: sample.metric,
            value: sample.value.map(Quantity::value),
            unit: sample.value.map_or(sample.metric.unit(), Quantity::unit),
            outcome: sample.outcome,
            evidence: sample.evidence,
            replay: sample.replay,
        }
    }
}

impl TryFrom<Row> for Sample {
    type Error = String;

    fn try_from(row: Row) -> Result<Self, String> {
        let sample = Self {
            trial: row.trial,
            subject: row.subject,
            tool: row.tool,
            input: row.input,
            transport: row.transport,
            proxy: row.proxy,
            wire: row.wire,
            tier: row.tier,
            testbed: row.testbed,
            start: row.start,
            page_cache: row.page_cache,
            limits: row.limits,
            concurrency: row.concurrency,
            idle: row.idle,
            load: row.load,
            round: row.round,
            disturbed: row.disturbed,
            metric: row.metric,
            value: row.value.map(|value| row.unit.quantity(value)),
            outcome: row.outcome,
            evidence: row.evidence,
            replay: row.replay,
        };
        sample.fault().map_or(Ok(sample), Err)
    }
}
