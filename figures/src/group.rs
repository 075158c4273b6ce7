//! A record's samples by what they are samples of, with what was discarded or failed counted beside.

use std::collections::{BTreeMap, BTreeSet};

use record::{
    Count, Input, Limits, Metric, Outcome, Packaging, PageCache, Record, Sample, StartClass,
    Summary, Testbed, Tier, Transport, Wire,
};

use crate::table::Cell;

/// Everything that two samples must share before they share a median.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) server: String,
    pub(crate) packaging: Packaging,
    pub(crate) metric: Metric,
    pub(crate) tool: Option<String>,
    pub(crate) input: Option<Input>,
    pub(crate) start: Option<StartClass>,
    pub(crate) transport: Option<Transport>,
    pub(crate) wire: Option<Wire>,
    pub(crate) tier: Option<Tier>,
    pub(crate) testbed: Option<Testbed>,
    pub(crate) page_cache: Option<PageCache>,
    pub(crate) limits: Limits,
    pub(crate) concurrency: Count,
}

/// The samples of one key.
#[derive(Clone, Debug, Default)]
pub(crate) struct Group {
    pub(crate) good: Vec<u64>,
    /// In another start class than asked.
    pub(crate) discarded: u64,
    /// Without a right answer.
    pub(crate) failed: u64,
    /// Why the first of them failed, or why there is none.
    pub(crate) why: Option<Outcome>,
}

impl Group {
    pub(crate) fn summary(&self, metric: Metric) -> Option<Summary> {
        Summary::of(metric.unit(), self.good.iter().copied())
    }

    fn add(&mut self, sample: &Sample) {
        match &sample.outcome {
            Outcome::Ok => self.good.extend(sample.good().map(record::Quantity::value)),
            Outcome::WrongClass { .. } => self.discarded += 1,
            Outcome::Unavailable { .. } => {}
            Outcome::WrongAnswer { .. } | Outcome::Timeout { .. } | Outcome::Crashed { .. } => {
                self.failed += 1
            }
        }
        if self.why.is_none() && sample.outcome != Outcome::Ok {
            self.why = Some(sample.outcome.clone());
        }
    }

    /// Adds another group's samples.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.good.extend(&other.good);
        self.discarded += other.discarded;
        self.failed += other.failed;
        self.why = self.why.take().or_else(|| other.why.clone());
    }
}

/// All groups of a record. Replayed calls are not among them: their place is a scenario, not a subject.
pub(crate) struct Groups {
    pub(crate) all: BTreeMap<Key, Group>,
}

impl Groups {
    pub(crate) fn of(record: &Record) -> Self {
        let mut all: BTreeMap<Key, Group> = BTreeMap::new();
        for sample in record
            .samples
            .iter()
            .filter(|sample| sample.replay.is_none())
        {
            all.entry(key(sample)).or_default().add(sample);
        }
        Self { all }
    }

    /// Every subject that has samples, or was meant to have.
    pub(crate) fn subjects(&self, record: &Record) -> BTreeSet<(String, Packaging)> {
        let declared = record
            .run
            .subjects
            .iter()
            .map(|subject| (subject.server.clone(), subject.packaging));
        self.all
            .keys()
            .map(|key| (key.server.clone(), key.packaging))
            .chain(declared)
            .collect()
    }

    /// The groups of one subject's metric.
    pub(crate) fn of_subject<'a>(
        &'a self,
        server: &'a str,
        packaging: Packaging,
        metric: Metric,
    ) -> impl Iterator<Item = (&'a Key, &'a Group)> {
        self.all.iter().filter(move |(key, _)| {
            key.server == server && key.packaging == packaging && key.metric == metric
        })
    }

    /// A subject's headline of one metric: all groups that are measured in the plain way, together.
    pub(crate) fn headline(
        &self,
        server: &str,
        packaging: Packaging,
        metric: Metric,
        start: Option<StartClass>,
    ) -> Group {
        let mut merged = Group::default();
        for (key, group) in self.of_subject(server, packaging, metric) {
            if start.is_none_or(|start| key.start == Some(start)) && is_headline(key) {
                merged.merge(group);
            }
        }
        merged
    }

    /// A cell of a headline: the estimate, or why there is none.
    pub(crate) fn cell(
        &self,
        server: &str,
        packaging: Packaging,
        metric: Metric,
        start: Option<StartClass>,
    ) -> Cell {
        let group = self.headline(server, packaging, metric, start);
        match group.summary(metric) {
            Some(summary) => Cell::Estimate(summary.estimate()),
            None => Cell::Missing(self.reason(server, packaging, &group)),
        }
    }

    /// Why a group of this subject has no good sample: its own reason, or the subject's.
    pub(crate) fn reason(&self, server: &str, packaging: Packaging, group: &Group) -> String {
        let subject = || {
            let groups = self
                .all
                .iter()
                .filter(|(key, _)| key.server == server && key.packaging == packaging);
            groups
                .filter_map(|(_, group)| group.why.as_ref())
                .find(|why| matches!(why, Outcome::Unavailable { .. }))
        };
        group
            .why
            .as_ref()
            .or_else(subject)
            .map_or_else(|| "not measured".to_owned(), explain)
    }
}

/// An outcome as a cell's words.
pub(crate) fn explain(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Ok => "not measured".to_owned(),
        Outcome::WrongAnswer { why } => format!("failed: wrong answer: {why}"),
        Outcome::WrongClass { observed } => {
            format!("failed: not in the start class asked for, but {observed}")
        }
        Outcome::Timeout { after } => format!("failed: no answer in {after}"),
        Outcome::Crashed { how } => format!("failed: crashed: {how}"),
        Outcome::Unavailable { why, remedy } if remedy.is_empty() => format!("unavailable: {why}"),
        Outcome::Unavailable { why, remedy } => format!("unavailable: {why}; {remedy}"),
    }
}

/// Whether samples of this key may stand in a headline: over stdio where a transport matters, alone, on the wire that
/// every packaging speaks, with files in the page cache.
pub(crate) fn is_headline(key: &Key) -> bool {
    matches!(key.transport, None | Some(Transport::Stdio))
        && matches!(key.wire, None | Some(Wire::V2025_11_25))
        && key.page_cache != Some(PageCache::Dropped)
        && key.concurrency == Count(1)
}

/// The start class that Table III calls a cold start, by packaging.
pub(crate) fn cold(packaging: Packaging) -> StartClass {
    if is_container(packaging) {
        StartClass::ContainerCold
    } else {
        StartClass::ProcessCold
    }
}

/// The start class in which execution is compared, by packaging.
pub(crate) fn warm(packaging: Packaging) -> StartClass {
    if is_container(packaging) {
        StartClass::ContainerWarm
    } else {
        StartClass::Warm
    }
}

/// The metric that Table III calls the size, by packaging.
pub(crate) fn size(packaging: Packaging) -> Metric {
    if is_container(packaging) {
        Metric::SizeImage
    } else {
        Metric::SizeRaw
    }
}

fn is_container(packaging: Packaging) -> bool {
    match packaging {
        Packaging::ContainerNative
        | Packaging::ContainerComponent
        | Packaging::ContainerReference => true,
        Packaging::Component
        | Packaging::ComponentWasmtime
        | Packaging::Native
        | Packaging::Reference => false,
    }
}

fn key(sample: &Sample) -> Key {
    Key {
        server: sample.subject.server.clone(),
        packaging: sample.subject.packaging,
        metric: sample.metric,
        tool: sample.tool.clone(),
        input: sample.input.clone(),
        start: sample.start,
        transport: sample.transport,
        wire: sample.wire,
        tier: sample.tier.clone(),
        testbed: sample.testbed,
        page_cache: sample.page_cache,
        limits: sample.limits.clone(),
        concurrency: sample.concurrency,
    }
}
