//! A record's samples by what they are samples of, with what was discarded, failed or disturbed counted beside.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::block::{self, Location};
use crate::stats;
use crate::unit::whole;
use crate::{
    Count, Input, Limits, Metric, Outcome, Packaging, PageCache, Record, Sample, Spread,
    StartClass, Summary, Testbed, Tier, Transport, Unit, Wire,
};

/// Everything that two samples must share before they share a median. The round and what disturbed a sample are not of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Cell {
    /// The server's name.
    pub server: String,
    /// How it is shipped and started. Its digest is not of the cell: two builds of a server are what runs compare.
    pub packaging: Packaging,
    /// What the numbers are.
    pub metric: Metric,
    /// The tool called, where one was.
    pub tool: Option<String>,
    /// What the tool was fed.
    pub input: Option<Input>,
    /// The start class asked for.
    pub start: Option<StartClass>,
    /// How requests reached the subject.
    pub transport: Option<Transport>,
    /// What carried them to a subject that does not speak that transport.
    pub proxy: Option<String>,
    /// The revision spoken.
    pub wire: Option<Wire>,
    /// The tier that ran it.
    pub tier: Option<Tier>,
    /// What stands in for the tiers.
    pub testbed: Option<Testbed>,
    /// The page cache before the trial.
    pub page_cache: Option<PageCache>,
    /// What the subject was held to.
    pub limits: Limits,
    /// How many calls were in flight at once.
    pub concurrency: Count,
    /// How many idle servers were beside.
    pub idle: Option<Count>,
    /// What share of the capacity was offered, in percent; none where the next call waits for the last one.
    pub load: Option<Count>,
}

/// One good sample of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Good {
    /// The number, in the metric's unit.
    pub value: u64,
    /// The round that it was taken in, where there are rounds.
    pub round: Option<Count>,
    /// Whether something else used the machine meanwhile.
    pub disturbed: bool,
}

/// The samples of one cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// Those that may be averaged, in the order of measurement.
    pub good: Vec<Good>,
    /// How many of the good ones were taken while something else used the machine. They stay in.
    pub disturbed: u64,
    /// In another start class than asked.
    pub discarded: u64,
    /// Without a right answer.
    pub failed: u64,
    /// Why the first of them failed, or why there is none.
    pub why: Option<Outcome>,
}

/// All groups of a record. Replayed calls are not among them: their place is a scenario, not a subject.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    /// By cell, in the order of cells.
    pub all: BTreeMap<Cell, Group>,
}

impl Cell {
    /// What this is a sample of.
    pub fn of(sample: &Sample) -> Self {
        Self {
            server: sample.subject.server.clone(),
            packaging: sample.subject.packaging,
            metric: sample.metric,
            tool: sample.tool.clone(),
            input: sample.input.clone(),
            start: sample.start,
            transport: sample.transport,
            proxy: sample.proxy.clone(),
            wire: sample.wire,
            tier: sample.tier.clone(),
            testbed: sample.testbed,
            page_cache: sample.page_cache,
            limits: sample.limits.clone(),
            concurrency: sample.concurrency,
            idle: sample.idle,
            load: sample.load,
        }
    }

    /// Whether it may stand in a headline: over stdio where a transport matters, which it does to times and not to bytes,
    /// alone, on the wire that every packaging speaks, with files in the page cache, and with nothing between.
    pub fn is_headline(&self) -> bool {
        (matches!(self.transport, None | Some(Transport::Stdio))
            || self.metric.unit() == Unit::Bytes)
            && self.proxy.is_none()
            && matches!(self.wire, None | Some(Wire::V2025_11_25))
            && self.page_cache != Some(PageCache::Dropped)
            && self.concurrency == Count(1)
            && self.idle.is_none()
            && self.load.is_none()
    }
}

impl Group {
    /// The good values, in the order of measurement.
    pub fn values(&self) -> impl Iterator<Item = u64> {
        self.good.iter().map(|good| good.value)
    }

    /// The good values summed up; `None` where there are none.
    ///
    /// Samples of one round share a process and are alike, so the interval of their median is that of the rounds'
    /// medians: by Student's t on a logarithmic scale, and never beyond what was observed. Too few rounds have a range and
    /// no interval. Where there are no rounds, or no round has two samples, the interval is that of the samples by order
    /// statistics.
    pub fn summary(&self, metric: Metric) -> Option<Summary> {
        let mut summary = Summary::of(metric.unit(), self.values())?;
        if !summary.spread.is_interval() {
            return Some(summary);
        }
        let rounds = block::of_rounds(&self.good).filter(|rounds| rounds.len() < self.good.len());
        if let Some(rounds) = rounds {
            summary.spread = spread(&rounds, &summary);
        }
        Some(summary)
    }

    /// The group without what was disturbed. The counts beside the good samples stay.
    pub fn undisturbed(&self) -> Self {
        let mut group = self.clone();
        group.good.retain(|good| !good.disturbed);
        group
    }

    /// In how many rounds the good samples were taken; 0 where they know no rounds.
    pub fn rounds(&self) -> usize {
        let rounds: BTreeSet<Count> = self.good.iter().filter_map(|good| good.round).collect();
        rounds.len()
    }

    /// Adds one sample.
    pub fn add(&mut self, sample: &Sample) {
        match &sample.outcome {
            Outcome::Ok => {
                self.good.extend(sample.good().map(|value| Good {
                    value: value.value(),
                    round: sample.round,
                    disturbed: sample.disturbed.is_some(),
                }));
                self.disturbed += u64::from(sample.disturbed.is_some());
            }
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
    pub fn merge(&mut self, other: &Self) {
        self.good.extend(&other.good);
        self.disturbed += other.disturbed;
        self.discarded += other.discarded;
        self.failed += other.failed;
        self.why = self.why.take().or_else(|| other.why.clone());
    }
}

/// How far the median is known by the logarithms of these rounds' medians.
fn spread(rounds: &[f64], summary: &Summary) -> Spread {
    let (min, max, median) = (summary.min, summary.max, summary.median);
    let enough = rounds.len() >= block::FEWEST;
    let location = enough.then(|| Location::of(rounds.to_vec())).flatten();
    let Some((mut low, mut high)) = location.map(Location::interval) else {
        return Spread::Range {
            low: min,
            high: max,
        };
    };
    // The least and the greatest of so many enclose the median in 96.9 % of cases, however far out one ruined round draws
    // Student's interval.
    if rounds.len() >= stats::FEWEST {
        let medians = rounds.iter().map(|round| whole(round.exp()));
        low = low.max(medians.clone().fold(u64::MAX, u64::min));
        high = high.min(medians.fold(0, u64::max));
    }
    Spread::Interval {
        low: low.clamp(min, median),
        high: high.clamp(median, max),
    }
}

impl Groups {
    /// The groups of this record.
    pub fn of(record: &Record) -> Self {
        let mut all: BTreeMap<Cell, Group> = BTreeMap::new();
        for sample in record
            .samples
            .iter()
            .filter(|sample| sample.replay.is_none())
        {
            all.entry(Cell::of(sample)).or_default().add(sample);
        }
        Self { all }
    }

    /// Every subject that has samples, or was meant to have.
    pub fn subjects(&self, record: &Record) -> BTreeSet<(String, Packaging)> {
        let declared = record
            .run
            .subjects
            .iter()
            .map(|subject| (subject.server.clone(), subject.packaging));
        self.all
            .keys()
            .map(|cell| (cell.server.clone(), cell.packaging))
            .chain(declared)
            .collect()
    }

    /// The groups of one subject's metric.
    pub fn of_subject<'a>(
        &'a self,
        server: &'a str,
        packaging: Packaging,
        metric: Metric,
    ) -> impl Iterator<Item = (&'a Cell, &'a Group)> {
        self.all.iter().filter(move |(cell, _)| {
            cell.server == server && cell.packaging == packaging && cell.metric == metric
        })
    }

    /// A subject's headline of one metric: all groups that are measured in the plain way, together.
    pub fn headline(
        &self,
        server: &str,
        packaging: Packaging,
        metric: Metric,
        start: Option<StartClass>,
    ) -> Group {
        let mut merged = Group::default();
        for (cell, group) in self.of_subject(server, packaging, metric) {
            if start.is_none_or(|start| cell.start == Some(start)) && cell.is_headline() {
                merged.merge(group);
            }
        }
        merged
    }
}
