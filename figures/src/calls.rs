//! Calls that are not Table III's: fresh instances in a resident host and other transports. Load has a table of its own.

use record::{Metric, Published, Record, StartClass};

use crate::group::{Drawn, Group, Groups, Key};
use crate::order::{SPREADS, provenance, servers};
use crate::table::{Cell, Column, Row, Table};

/// Execution of each call that was measured in another way than warm over stdio; the warm round trip over stdio of the same
/// call stands below, because that is what a fresh instance competes with.
pub fn calls(record: &Record, published: &[Published]) -> Table {
    let groups = Groups::of(record);
    let mut rows = Vec::new();
    for (server, _) in servers(&groups, record, published) {
        let of_server: Vec<(&Key, &Group)> = groups
            .all
            .iter()
            .filter(|(key, _)| key.server == server && is_call(key))
            .collect();
        let mut inputs: Vec<&str> = of_server
            .iter()
            .filter(|(key, _)| is_other(key))
            .map(|(key, _)| input(key))
            .collect();
        inputs.sort_unstable();
        inputs.dedup();
        for name in inputs {
            let mut of_input: Vec<&(&Key, &Group)> = of_server
                .iter()
                .filter(|(key, _)| input(key) == name)
                .collect();
            of_input.sort_by_key(|(key, _)| {
                (
                    !is_other(key),
                    key.metric,
                    key.start,
                    key.transport,
                    key.concurrency,
                    key.packaging,
                )
            });
            rows.extend(
                of_input
                    .into_iter()
                    .map(|(key, group)| row(&groups, key, group)),
            );
        }
    }
    let columns = vec![
        Column::words("server", "server"),
        Column::words("input", "input"),
        Column::words("packaging", "packaging"),
        Column::words("metric", "metric"),
        Column::words("unit", "unit"),
        Column::words("start", "start class"),
        Column::words("transport", "transport"),
        Column::words("wire", "wire"),
        Column::number("concurrency", "in flight"),
        Column::estimate("median", "median"),
        Column::number("p95", "p95"),
        Column::number("p99", "p99"),
    ];
    let notes = vec![
        provenance(record),
        SPREADS.to_owned(),
        "Below them the same call warm over stdio: a round trip over a pipe to a process that is up.".to_owned(),
    ];
    let title = "Fresh instances and other transports".to_owned();
    Table {
        name: "table3-calls",
        title,
        columns,
        rows,
        notes,
    }
}

fn row(groups: &Groups, key: &Key, group: &Group) -> Row {
    let summary = group.summary(key.metric);
    let number = |value: Option<u64>| {
        value.map_or(Cell::Empty, |value| {
            Cell::Quantity(key.metric.unit().quantity(value))
        })
    };
    Row::plain(vec![
        Cell::words(&key.server),
        Cell::words(input(key)),
        Cell::words(key.packaging.name()),
        Cell::words(key.metric.name()),
        Cell::words(key.metric.unit().symbol()),
        Cell::words(key.start.map(StartClass::name).unwrap_or_default()),
        Cell::words(
            key.transport
                .map(record::Transport::name)
                .unwrap_or_default(),
        ),
        Cell::words(key.wire.map(record::Wire::name).unwrap_or_default()),
        Cell::Count(key.concurrency.0),
        summary.map_or_else(
            || Cell::Missing(groups.reason(&key.server, key.packaging, group)),
            |summary| Cell::Estimate(summary.estimate()).disturbed(group.disturbed),
        ),
        number(summary.map(|summary| summary.p95)),
        number(summary.map(|summary| summary.p99)),
    ])
}

/// What the tool was fed, or the tool where no input is named.
fn input(key: &Key) -> &str {
    let name = key.input.as_ref().map(|input| input.name.as_str());
    name.or(key.tool.as_deref()).unwrap_or_default()
}

fn is_call(key: &Key) -> bool {
    key.metric == Metric::Execution
}

/// Whether it is measured in another way than Table III's executions.
fn is_other(key: &Key) -> bool {
    !key.is_headline()
        || !matches!(
            key.start,
            Some(StartClass::Warm | StartClass::ContainerWarm)
        )
}
