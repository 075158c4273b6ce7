//! What a measurement is: units, metrics, samples and runs, the files that keep them, and the statistics over them.
//!
//! Nothing here reads a clock, starts a process or draws; time is handed in.
#![deny(clippy::as_conversions)]

mod block;
mod cell;
mod compare;
mod decision;
mod digest;
mod done;
mod evidence;
mod export;
mod harmless;
mod line;
mod metric;
mod noise;
mod offer;
mod published;
mod published_replay;
mod reader;
mod recorder;
mod redact;
mod run;
mod sample;
mod stats;
mod stop;
mod store;
mod student;
mod subject;
mod time;
mod unit;
mod variable;
mod weather;

pub use cell::{Cell, Good, Group, Groups};
pub use compare::{Compared, Comparison, Effect, Measured, Shift, Side, Verdict, compare};
pub use decision::{Breach, DECISIONS, Decision, DecisionError, Placement};
pub use digest::{Digest, DigestError};
pub use evidence::Evidence;
pub use export::{COLUMNS, export};
pub use metric::Metric;
pub use noise::{Disturbance, Warning};
pub use offer::{Offer, OfferError, PUBLISHED_TABLE1, PublishedTool, TOOLS};
pub use published::{PUBLISHED_TABLE3, Published, PublishedError};
pub use published_replay::{
    PUBLISHED_FIGURE8, PUBLISHED_FIGURE9, PUBLISHED_TABLE2, PublishedLatency, PublishedPlacement,
    PublishedScenario,
};
pub use reader::{Listed, ReadError, Record, State, list};
pub use recorder::{RecordError, Recorder, latest};
pub use redact::Redactor;
pub use run::{Dataset, End, FORMAT, Machine, Missing, Revision, Run, Toolchain};
pub use sample::{Limits, Outcome, Replay, Sample, Trial};
pub use stats::{Estimate, Spread, Summary, geometric_mean, mean};
pub use stop::{Stop, StopReason};
pub use store::{
    FindError, Prunable, RemoveError, Retention, find, is_measuring, prunable, remove,
};
pub use subject::{Packaging, Subject};
pub use time::Timestamp;
pub use unit::{Bytes, Count, Nanos, PerSecond, Quantity, Ratio, Unit};
pub use variable::{
    Input, InputSize, PageCache, StartClass, Testbed, Tier, TierError, Transport, Wire,
};
