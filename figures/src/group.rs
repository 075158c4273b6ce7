//! What tables draw of a group of samples: the estimate, or the words that say why there is none.

pub(crate) use record::{Cell as Key, Group, Groups};
use record::{Metric, Outcome, Packaging, StartClass};

use crate::table::Cell;

/// A record's groups as cells of a table.
pub(crate) trait Drawn {
    /// A cell of a headline: the estimate, or why there is none.
    fn cell(
        &self,
        server: &str,
        packaging: Packaging,
        metric: Metric,
        start: Option<StartClass>,
    ) -> Cell;

    /// Why a group of this subject has no good sample: its own reason, or the subject's.
    fn reason(&self, server: &str, packaging: Packaging, group: &Group) -> String;
}

impl Drawn for Groups {
    fn cell(
        &self,
        server: &str,
        packaging: Packaging,
        metric: Metric,
        start: Option<StartClass>,
    ) -> Cell {
        let group = self.headline(server, packaging, metric, start);
        match group.summary(metric) {
            Some(summary) => Cell::Estimate(summary.estimate()).disturbed(group.disturbed),
            None => Cell::Missing(self.reason(server, packaging, &group)),
        }
    }

    fn reason(&self, server: &str, packaging: Packaging, group: &Group) -> String {
        let subject = || {
            let groups = || {
                let all = self.all.iter();
                let own = all.filter(|(key, _)| key.server == server && key.packaging == packaging);
                own.map(|(_, group)| group)
            };
            // What could be measured in another way is not unavailable as a whole.
            let never = groups().all(|group| group.good.is_empty());
            groups()
                .filter_map(|group| group.why.as_ref())
                .find(|why| never && matches!(why, Outcome::Unavailable { .. }))
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
        Outcome::Unavailable { .. } => outcome.to_string(),
        failed => format!("failed: {failed}"),
    }
}

/// The start class that Table III calls a cold start, by packaging.
pub fn cold(packaging: Packaging) -> StartClass {
    if packaging.is_contained() {
        StartClass::ContainerCold
    } else {
        StartClass::ProcessCold
    }
}

/// The start class in which execution is compared, by packaging.
pub fn warm(packaging: Packaging) -> StartClass {
    if packaging.is_contained() {
        StartClass::ContainerWarm
    } else {
        StartClass::Warm
    }
}

/// The metric that Table III calls the size, by packaging.
pub(crate) fn size(packaging: Packaging) -> Metric {
    if packaging.is_contained() {
        Metric::SizeImage
    } else {
        Metric::SizeRaw
    }
}
