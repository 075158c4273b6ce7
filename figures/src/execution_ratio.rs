//! The same Rust source as a component against as a native process, input by input.

use record::{
    InputSize, Metric, Packaging, Published, Ratio, Record, StartClass, Summary, geometric_mean,
};

use crate::group::{Drawn, Group, Groups, Key};
use crate::order::{SPREADS, provenance, servers};
use crate::table::{Cell, Column, Row, Table, Weight};

/// A component may take this many times the native time on a large input before it is flagged.
const MOST: f64 = 2.0;

/// Warm execution of the component over that of the native process: by server, the largest ratio first.
pub fn execution_ratio(record: &Record, published: &[Published]) -> Table {
    let groups = Groups::of(record);
    let mut rows: Vec<(f64, Row)> = Vec::new();
    let mut large = Vec::new();
    for (key, group) in &groups.all {
        let Some(input) = key
            .input
            .as_ref()
            .filter(|_| is_side(key, Packaging::Component))
        else {
            continue;
        };
        let component = group.summary(Metric::Execution);
        let native_group = native_of(&groups, key);
        let native = native_group.summary(Metric::Execution);
        let ratio = component
            .zip(native)
            .and_then(|(component, native)| ratio(&component, &native));
        let over = ratio.is_some_and(|[_, ratio, _]| ratio > MOST);
        if let Some([_, ratio, _]) = ratio.filter(|_| input.size == InputSize::Large) {
            large.push(ratio);
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
            cell(native, Packaging::Native, &native_group),
            number(1),
            number(0),
            number(2),
            Cell::words(match ratio {
                Some(_) if over => "OVER 2×",
                Some(_) => "within 2×",
                None => "",
            }),
        ];
        let weight = if over && input.size == InputSize::Large {
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
    if let Some(mean) = geometric_mean(&large) {
        notes.push(format!(
            "Geometric mean over {} large inputs: {}.",
            large.len(),
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
        Column::estimate("native", "native"),
        Column::number("component_over_native", "component / native"),
        Column::number("ratio_low", "low"),
        Column::number("ratio_high", "high"),
        Column::words("verdict", "verdict"),
    ];
    let over = rows
        .iter()
        .filter(|(_, row)| row.weight == Weight::Strong)
        .count();
    let title = match (over, large.len()) {
        (_, 0) => "Component against native, warm execution: no large input was measured in both"
            .to_owned(),
        (0, all) => format!(
            "Component against native, warm execution: all {all} large inputs within {MOST}×"
        ),
        (over, all) => format!(
            "Component against native, warm execution: {over} of {all} large inputs OVER {MOST}×"
        ),
    };
    Table {
        name: "table3-ratio",
        title,
        columns,
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        notes,
    }
}

/// The native samples of the same call. Limits may differ: a guest has a memory limit where a process has none.
fn native_of(groups: &Groups, key: &Key) -> Group {
    let name = |key: &Key| key.input.as_ref().map(|input| input.name.clone());
    let mut native = Group::default();
    for (other, group) in groups.of_subject(&key.server, Packaging::Native, Metric::Execution) {
        if is_side(other, Packaging::Native) && other.tool == key.tool && name(other) == name(key) {
            native.merge(group);
        }
    }
    native
}

/// Whether a key is one side of the comparison.
fn is_side(key: &Key, packaging: Packaging) -> bool {
    key.packaging == packaging
        && key.metric == Metric::Execution
        && key.start == Some(StartClass::Warm)
        && key.is_headline()
}

/// The ratio of the medians between its least and greatest by the ends of their spreads.
fn ratio(component: &Summary, native: &Summary) -> Option<[f64; 3]> {
    let ((low, high), (native_low, native_high)) = (component.spread.ends(), native.spread.ends());
    let over = |one: u64, other: u64| {
        component
            .quantity(one)
            .over(native.quantity(other))
            .map(|Ratio(ratio)| ratio)
    };
    Some([
        over(low, native_high)?,
        over(component.median, native.median)?,
        over(high, native_low)?,
    ])
}
