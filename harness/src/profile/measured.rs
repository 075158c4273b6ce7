//! What a run says of a server and its tools, or why it says nothing.

use std::collections::{BTreeMap, BTreeSet};

use record::{
    Bytes, Count, Group, Groups, Input, InputSize, Metric, Nanos, Outcome, Packaging, StartClass,
    Summary,
};
use scheduler::profile::{Growth, Known, Locality, Spread, Timing};
use serde_json::{Value, json};

use super::Sources;
use crate::server::Server;

/// A difference in size that a time can be put down to.
const GROWN: u64 = 1_000;
/// How long a reason may be.
const LONGEST: usize = 300;

/// The numbers of a run, by server, tool and packaging.
pub struct Measured<'a> {
    run: &'a str,
    groups: Groups,
    servers: &'a [Server],
    /// Requests and answers on the wire, by server and tool.
    sizes: BTreeMap<(&'a str, &'a str), Vec<(u64, u64)>>,
}

/// One call of a tool that was timed.
struct Timed {
    /// What it was given.
    bytes: Bytes,
    summary: Summary,
}

/// The samples of one warm call, in the plain way; its id stands in `server.toml`.
pub fn warm_call(groups: &Groups, server: &str, packaging: Packaging, call: &str) -> Group {
    let mut all = Group::default();
    for (_, group) in plain(groups, server, packaging, call) {
        all.merge(group);
    }
    all
}

fn plain<'a>(
    groups: &'a Groups,
    server: &'a str,
    packaging: Packaging,
    call: &'a str,
) -> impl Iterator<Item = (&'a Input, &'a Group)> {
    let warm = Some(figures::warm(packaging));
    let all = groups.of_subject(server, packaging, Metric::Execution);
    all.filter_map(move |(cell, group)| {
        let input = cell.input.as_ref()?;
        let fits = cell.is_headline() && cell.start == warm && input.name == call;
        fits.then_some((input, group))
    })
}

impl<'a> Measured<'a> {
    /// Of these.
    pub fn new(sources: &Sources<'a>) -> Self {
        let mut sizes: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for call in sources.traces.iter().flat_map(|trace| &trace.calls) {
            if let (Some(input), Some(output)) = (call.input, call.output) {
                let key = (call.server.as_str(), call.tool.as_str());
                sizes.entry(key).or_default().push((input.0, output.0));
            }
        }
        Self {
            run: &sources.record.run.id,
            groups: Groups::of(sources.record),
            servers: sources.servers,
            sizes,
        }
    }

    /// Peak memory.
    pub fn memory(&self, server: &str, packaging: Packaging) -> Known<Bytes> {
        let metric = Metric::PeakResident;
        let group = self.groups.headline(server, packaging, metric, None);
        match group.summary(metric) {
            Some(summary) => Known::Is(Bytes(summary.median)),
            None => Known::Not(self.reason(server, packaging, &group)),
        }
    }

    /// Until the first answer, by every class that was started in; that of a first call is unknown where it was not.
    pub fn starts(&self, server: &str, packaging: Packaging) -> BTreeMap<StartClass, Known<Nanos>> {
        let metric = Metric::FirstAnswer;
        let headline =
            |class: StartClass| self.groups.headline(server, packaging, metric, Some(class));
        let cold = figures::cold(packaging);
        let each = StartClass::ALL.iter().filter_map(|&class| {
            let group = headline(class);
            match group.summary(metric) {
                Some(summary) => Some((class, Known::Is(Nanos(summary.median)))),
                None if class == cold => {
                    Some((class, Known::Not(self.reason(server, packaging, &group))))
                }
                None => None,
            }
        });
        each.collect()
    }

    /// How long a tool runs: its small call, and how that grows to the large one.
    pub fn timing(
        &self,
        server: &str,
        tool: &str,
        packaging: Packaging,
        locality: Locality,
    ) -> Known<Timing> {
        let small = match self.timed(server, packaging, &call(tool, InputSize::Small)) {
            Ok(small) => small,
            Err(why) => return Known::Not(why),
        };
        let summary = &small.summary;
        Known::Is(Timing {
            typical: Nanos(summary.median),
            spread: Known::Is(Spread {
                low: Nanos(summary.p25.min(summary.median)),
                high: Nanos(summary.p75.max(summary.median)),
                samples: Count(u64::try_from(summary.n).unwrap_or(u64::MAX)),
            }),
            // What else a tool works on, a request does not show the size of.
            growth: match locality {
                Locality::Args => self.growth(server, tool, packaging, &small),
                Locality::Local | Locality::External => None,
            },
        })
    }

    /// What a further million bytes of request take, where all that the tool is given is in the request.
    fn growth(
        &self,
        server: &str,
        tool: &str,
        packaging: Packaging,
        small: &Timed,
    ) -> Option<Growth> {
        let ids = [InputSize::Small, InputSize::Large].map(|size| call(tool, size));
        if !ids.iter().all(|id| self.is_whole(server, id)) {
            return None;
        }
        let large = self.timed(server, packaging, &ids[1]).ok()?;
        let bytes = large.bytes.0.checked_sub(small.bytes.0)?;
        let more = large.summary.median.checked_sub(small.summary.median)?;
        if bytes < GROWN {
            return None;
        }
        let per_megabyte = u128::from(more) * 1_000_000 / u128::from(bytes);
        Some(Growth {
            at: Bytes(small.bytes.0 + frame(tool)),
            per_megabyte: Nanos(u64::try_from(per_megabyte).ok()?),
        })
    }

    /// Whether a call is given nothing but its arguments.
    fn is_whole(&self, server: &str, id: &str) -> bool {
        let server = self.servers.iter().find(|known| known.name == server);
        let call = server.and_then(|server| server.calls.iter().find(|call| call.id == id));
        call.is_some_and(|call| {
            call.copy.is_empty() && call.before.is_empty() && !names_places(&call.arguments)
        })
    }

    /// Requests and answers on the wire.
    pub fn sizes(&self, server: &str, tool: &str) -> (Known<Bytes>, Known<Bytes>) {
        let Some(sizes) = self.sizes.get(&(server, tool)) else {
            let not = || {
                Known::Not(
                    "a run of Table III keeps no sizes on the wire, and no committed trace calls this tool".to_owned(),
                )
            };
            return (not(), not());
        };
        let median = |values: Vec<u64>| {
            let summary = Summary::of(record::Unit::Bytes, values);
            Known::Is(Bytes(summary.map_or(0, |summary| summary.median)))
        };
        (
            median(sizes.iter().map(|(input, _)| *input).collect()),
            median(sizes.iter().map(|(_, output)| *output).collect()),
        )
    }

    fn timed(&self, server: &str, packaging: Packaging, id: &str) -> Result<Timed, String> {
        let group = warm_call(&self.groups, server, packaging, id);
        let given: BTreeSet<Bytes> = plain(&self.groups, server, packaging, id)
            .map(|(input, _)| input.bytes)
            .collect();
        match (group.summary(Metric::Execution), given.first()) {
            (Some(summary), Some(bytes)) => Ok(Timed {
                bytes: *bytes,
                summary,
            }),
            _ => Err(self.reason(server, packaging, &group)),
        }
    }

    /// Why a group has no number: its own reason, that of the whole subject, or that nobody tried.
    fn reason(&self, server: &str, packaging: Packaging, group: &Group) -> String {
        let of_subject = || {
            let all = self.groups.all.iter();
            all.filter(|(cell, _)| cell.server == server && cell.packaging == packaging)
                .filter_map(|(_, group)| group.why.as_ref())
                .find(|why| matches!(why, Outcome::Unavailable { .. }))
        };
        let why = match group.why.as_ref().or_else(of_subject) {
            Some(why) => format!("run {}: {why}", self.run),
            None => format!("run {} did not measure it as {packaging}", self.run),
        };
        let line = why.chars().map(|letter| match letter.is_control() {
            true => ' ',
            false => letter,
        });
        line.take(LONGEST).collect()
    }
}

/// The call of a tool that is timed at this size; others of the tool are variants.
fn call(tool: &str, size: InputSize) -> String {
    format!("{tool}-{size}")
}

/// What a request has on the wire beside its arguments.
fn frame(tool: &str) -> u64 {
    let Bytes(empty) = scenario::wire::request(0, tool, &json!({}));
    empty.saturating_sub(2)
}

/// Whether arguments name a folder or a site, whose data is not in them.
fn names_places(arguments: &Value) -> bool {
    match arguments {
        Value::String(text) => ["{data}", "{scratch}", "{site", "{model"]
            .iter()
            .any(|place| text.contains(place)),
        Value::Array(items) => items.iter().any(names_places),
        Value::Object(fields) => fields.values().any(names_places),
        _ => false,
    }
}
