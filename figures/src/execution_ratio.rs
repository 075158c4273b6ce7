//! The component against the same source as a native process, and against the original server, input by input.

use record::{InputSize, Metric, Packaging, Published, Ratio, Record, Summary, geometric_mean};

use crate::group::{Drawn, Group, Groups, Key, warm};
use crate::order::{SPREADS, provenance, servers};
use crate::table::{Cell, Column, Row, Table, Weight};

/// What a component is compared with.
struct Other {
    packaging: Packaging,
    /// The table.
    name: &'static str,
    /// The column of the ratio.
    ratio: &'static str,
    heading: &'static str,
    /// So many times its time a component may take before it is flagged.
    most: f64,
    /// Whether that holds of every input, and not of the large ones alone.
    every: bool,
    verdicts: [&'static str; 2],
}

const NATIVE: Other = Other {
    packaging: Packaging::Native,
    name: "table3-ratio",
    ratio: "component_over_native",
    heading: "component / native",
    most: 2.0,
    every: false,
    verdicts: ["within 2×", "OVER 2×"],
};

const REFERENCE: Other = Other {
    packaging: Packaging::Reference,
    name: "table3-reference",
    ratio: "component_over_reference",
    heading: "component / reference",
    most: 1.0,
    every: true,
    verdicts: ["not slower", "SLOWER"],
};

const CONTAINED: Other = Other {
    packaging: Packaging::ContainerReference,
    name: "table3-container-ratio",
    ratio: "component_over_container_reference",
    heading: "component / container",
    ..REFERENCE
};

/// Warm execution of the component over that of the native process: by server, the largest ratio first.
pub fn execution_ratio(record: &Record, published: &[Published]) -> Table {
    over(record, published, &NATIVE)
}

/// The same over that of the original server, for the calls that it was asked.
pub fn reference_ratio(record: &Record, published: &[Published]) -> Table {
    against(record, published, &REFERENCE)
}

/// The same over that of the original server in a container.
pub fn container_ratio(record: &Record, published: &[Published]) -> Table {
    against(record, published, &CONTAINED)
}

fn against(record: &Record, published: &[Published], than: &Other) -> Table {
    let mut table = over(record, published, than);
    // A server without an original, and a run without any, have nothing to compare.
    let asked: Vec<String> = record
        .samples
        .iter()
        .filter(|sample| sample.subject.packaging == than.packaging)
        .map(|sample| sample.subject.server.clone())
        .collect();
    table.rows.retain(|row| {
        asked
            .iter()
            .any(|server| row.cells[0] == Cell::words(server))
    });
    table
}

fn over(record: &Record, published: &[Published], than: &Other) -> Table {
    let groups = Groups::of(record);
    let mut rows: Vec<(f64, Row)> = Vec::new();
    let mut counted = Vec::new();
    for (key, group) in &groups.all {
        let Some(input) = key
            .input
            .as_ref()
            .filter(|_| is_side(key, Packaging::Component))
        else {
            continue;
        };
        let component = group.summary(Metric::Execution);
        let other_group = other_of(&groups, key, than.packaging);
        let other = other_group.summary(Metric::Execution);
        let ratio = component
            .zip(other)
            .and_then(|(component, other)| ratio(&component, &other));
        let over = ratio.is_some_and(|[_, ratio, _]| ratio > than.most);
        let counts = than.every || input.size == InputSize::Large;
        if let Some([_, ratio, _]) = ratio.filter(|_| counts) {
            counted.push(ratio);
        }
        let number =
            |index: usize| ratio.map_or(Cell::Empty, |ends| Cell::Ratio(Ratio(ends[index])));
        let cell = |summary: Option<Summary>, packaging, group: &Group| {
            summary.map_or_else(
                || Cell::Missing(groups.reason(&key.server, packaging, group)),
                |summary| Cell::Estimate(summary.estimate()).disturbed(group.disturbed),
            )
        };
        let cells = vec![
            Cell::words(&key.server),
            Cell::words(key.tool.as_deref().unwrap_or_default()),
            Cell::words(&input.name),
            Cell::words(input.size.name()),
            Cell::words("ns"),
            cell(component, Packaging::Component, group),
            cell(other, than.packaging, &other_group),
            number(1),
            number(0),
            number(2),
            Cell::words(match ratio {
                Some(_) => than.verdicts[usize::from(over)],
                None => "",
            }),
        ];
        let weight = if over && counts {
            Weight::Strong
        } else {
            Weight::Plain
        };
        rows.push((
            ratio.map_or(f64::INFINITY, |[_, ratio, _]| ratio),
            Row { cells, weight },
        ));
    }
    let servers = servers(&groups, record, published);
    let place = |row: &Row| {
        servers
            .iter()
            .position(|(server, _)| row.cells[0] == Cell::words(server))
    };
    // What has no ratio comes first: a gap is seen before a success.
    rows.sort_by(|(one, first), (other, second)| {
        place(first).cmp(&place(second)).then(other.total_cmp(one))
    });
    let mut notes = vec![provenance(record), SPREADS.to_owned()];
    let inputs = if than.every { "inputs" } else { "large inputs" };
    if let Some(mean) = geometric_mean(&counted) {
        notes.push(format!(
            "Geometric mean over {} {inputs}: {}.",
            counted.len(),
            Ratio(mean)
        ));
    }
    notes.push("Low and high: the ends of the one spread over the other ends of the other, so they hold at least as often as each of the two.".to_owned());
    let columns = vec![
        Column::words("server", "server"),
        Column::words("tool", "tool"),
        Column::words("input", "input"),
        Column::words("input_size", "size"),
        Column::words("unit", "unit"),
        Column::estimate("component", "component"),
        Column::estimate(than.packaging.name(), than.packaging.name()),
        Column::number(than.ratio, than.heading),
        Column::number("ratio_low", "low"),
        Column::number("ratio_high", "high"),
        Column::words("verdict", "verdict"),
    ];
    let over = rows
        .iter()
        .filter(|(_, row)| row.weight == Weight::Strong)
        .count();
    let against = format!("Component against {}, warm execution", than.packaging);
    let [good, bad] = than.verdicts;
    let title = match (over, counted.len()) {
        (_, 0) => format!("{against}: none of the {inputs} was measured in both"),
        (0, all) => format!("{against}: all {all} {inputs} {good}"),
        (over, all) => format!("{against}: {over} of {all} {inputs} {bad}"),
    };
    Table {
        name: than.name,
        title,
        columns,
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        notes,
    }
}

/// The samples of the same call in another packaging. Limits may differ: a guest has a memory limit where a process has none.
fn other_of(groups: &Groups, key: &Key, packaging: Packaging) -> Group {
    let name = |key: &Key| key.input.as_ref().map(|input| input.name.clone());
    let mut found = Group::default();
    for (other, group) in groups.of_subject(&key.server, packaging, Metric::Execution) {
        if is_side(other, packaging) && other.tool == key.tool && name(other) == name(key) {
            found.merge(group);
        }
    }
    found
}

/// Whether a key is one side of the comparison.
fn is_side(key: &Key, packaging: Packaging) -> bool {
    key.packaging == packaging
        && key.metric == Metric::Execution
        && key.start == Some(warm(packaging))
        && key.is_headline()
}

/// The ratio of the medians between its least and greatest by the ends of their spreads.
pub(crate) fn ratio(component: &Summary, other: &Summary) -> Option<[f64; 3]> {
    let ((low, high), (other_low, other_high)) = (component.spread.ends(), other.spread.ends());
    let over = |one: u64, another: u64| {
        component
            .quantity(one)
            .over(other.quantity(another))
            .map(|Ratio(ratio)| ratio)
    };
    Some([
        over(low, other_high)?,
        over(component.median, other.median)?,
        over(high, other_low)?,
    ])
}
