//! What clients wait for when several call at once: closed and open loop kept apart.

use std::collections::{BTreeMap, BTreeSet};

use record::{Count, Metric, Published, Quantity, Record, StartClass, Summary, Transport, Wire};

use crate::group::{Drawn, Group, Groups, Key};
use crate::order::{SPREADS, provenance, servers};
use crate::sheet::{Field, Head, Line, Sheet};
use crate::table::{Cell, Column, Row, Table};

/// What is measured under load, with the key of its numbers.
const METRICS: [Metric; 3] = [
    Metric::LatencyUnderLoad,
    Metric::Throughput,
    Metric::OfferedRate,
];

/// Latency and throughput by server, call, transport, loop, packaging and connections.
pub fn load(record: &Record, published: &[Published]) -> Table {
    let groups = Groups::of(record);
    // What the three metrics of one place share is their cell but for the metric.
    let places: BTreeSet<Key> = groups
        .all
        .keys()
        .filter(|key| METRICS.contains(&key.metric))
        .map(|key| of_metric(key, METRICS[0]))
        .collect();
    let order: Vec<String> = servers(&groups, record, published)
        .into_iter()
        .map(|(server, _)| server)
        .collect();
    let mut places: Vec<Key> = places.into_iter().collect();
    places.sort_by_key(|place| {
        (
            order.iter().position(|server| *server == place.server),
            call(place).to_owned(),
            place.transport,
            place.load,
            place.packaging,
            place.start,
            place.concurrency,
        )
    });
    let rows = places.iter().map(|place| row(&groups, place)).collect();
    let open = places.iter().any(|place| place.load.is_some());
    let columns = vec![
        Column::words("server", "server"),
        Column::words("call", "call"),
        Column::words("transport", "transport"),
        Column::words("loop", "loop"),
        Column::number("load_percent", "load, %"),
        Column::words("packaging", "packaging"),
        Column::words("start", "start class"),
        Column::words("wire", "wire"),
        Column::number("connections", "in flight"),
        Column::number("offered_per_second", "offered"),
        Column::estimate("answered_per_second", "answered"),
        Column::estimate("latency", "latency, p50"),
        Column::number("latency_p95", "p95"),
        Column::number("latency_p99", "p99"),
    ];
    let mut notes = vec![
        provenance(record),
        SPREADS.to_owned(),
        "Closed loop: a connection sends its next call when the last is answered, so a slow answer also holds the load back.".to_owned(),
        "In flight: connections over HTTP, calls that are sent before the first of them is answered over stdio.".to_owned(),
    ];
    if open {
        notes.push("Open loop: calls are due at random times that are drawn beforehand, at so many percent of a capacity that is the least of three short bursts, and each is timed from when it was due. A stall counts for every call that it delays.".to_owned());
    }
    Table {
        name: "table3-load",
        title: "Load: latency and throughput by transport, loop, packaging and calls in flight"
            .to_owned(),
        columns,
        rows,
        notes,
    }
}

/// The table for people: a group for each server, call, transport and loop.
pub fn load_sheet(table: &Table) -> Sheet {
    let mut lines = Vec::new();
    let mut group = String::new();
    for row in &table.rows {
        let words = |key| table.words(row, key);
        let kind = match table.cell(row, "load_percent") {
            Cell::Count(share) => format!("open loop at {share} % of capacity"),
            _ => "closed loop".to_owned(),
        };
        let (server, call, transport) = (words("server"), words("call"), words("transport"));
        let title = format!("{server}: {call} over {transport}, {kind}");
        if group != title {
            group.clone_from(&title);
            lines.push(Line::Group(title));
        }
        // The interval of the latency is enough for a line; that of the throughput is in the CSV.
        let answered = match table.cell(row, "answered_per_second") {
            cell @ Cell::Missing(_) => Field::of(cell),
            cell => {
                let mark = if matches!(cell, Cell::Disturbed { .. }) {
                    " †"
                } else {
                    ""
                };
                let median = match cell.unmarked() {
                    Cell::Estimate(estimate) => estimate.value.to_string(),
                    other => other.text(),
                };
                Field::new(format!("{median}{mark}"))
            }
        };
        let field = |key| Field::of(table.cell(row, key));
        lines.push(Line::Fields {
            fields: vec![
                field("packaging"),
                field("start"),
                field("connections"),
                field("offered_per_second"),
                answered,
                field("latency"),
                field("latency_p95"),
                field("latency_p99"),
            ],
            weight: row.weight,
        });
    }
    let heads = [
        ("packaging", false),
        ("start class", false),
        ("in flight", true),
        ("offered", true),
        ("answered", true),
        ("latency, p50", true),
        ("p95", true),
        ("p99", true),
    ];
    Sheet {
        title: table.title.clone(),
        heads: heads
            .map(|(text, right)| Head {
                text: text.to_owned(),
                right,
            })
            .into(),
        lines,
        notes: table.notes.clone(),
    }
}

fn row(groups: &Groups, place: &Key) -> Row {
    let nothing = Group::default();
    let of = |metric: Metric| {
        groups
            .all
            .get(&of_metric(place, metric))
            .unwrap_or(&nothing)
    };
    let [latency, answered, offered] = METRICS.map(of);
    // A trial that fails leaves one sample of one metric, and that reason is all of theirs.
    let whys: BTreeMap<Metric, &Group> = METRICS
        .into_iter()
        .map(|metric| (metric, of(metric)))
        .filter(|(_, group)| group.why.is_some())
        .collect();
    let estimate = |metric: Metric, group: &Group| match group.summary(metric) {
        Some(summary) => Cell::Estimate(summary.estimate()).disturbed(group.disturbed),
        None => {
            let group = whys.values().next().copied().unwrap_or(group);
            Cell::Missing(groups.reason(&place.server, place.packaging, group))
        }
    };
    let summary = latency.summary(METRICS[0]);
    let number = |pick: fn(&Summary) -> u64| {
        summary.map_or(Cell::Empty, |summary| {
            Cell::Quantity(summary.quantity(pick(&summary)))
        })
    };
    let offered = offered.summary(METRICS[2]).map(|summary| {
        let rate: Quantity = summary.quantity(summary.median);
        Cell::Quantity(rate)
    });
    let kind = if place.load.is_some() {
        "open"
    } else {
        "closed"
    };
    Row::plain(vec![
        Cell::words(&place.server),
        Cell::words(call(place)),
        Cell::words(place.transport.map(Transport::name).unwrap_or_default()),
        Cell::words(kind),
        place
            .load
            .map_or(Cell::Empty, |Count(load)| Cell::Count(load)),
        Cell::words(place.packaging.name()),
        Cell::words(place.start.map(StartClass::name).unwrap_or_default()),
        Cell::words(place.wire.map(Wire::name).unwrap_or_default()),
        Cell::Count(place.concurrency.0),
        offered.unwrap_or(Cell::Empty),
        estimate(METRICS[1], answered),
        estimate(METRICS[0], latency),
        number(|summary| summary.p95),
        number(|summary| summary.p99),
    ])
}

/// The cell of another metric in the same place.
fn of_metric(key: &Key, metric: Metric) -> Key {
    Key {
        metric,
        ..key.clone()
    }
}

/// What was called.
fn call(key: &Key) -> &str {
    let input = key.input.as_ref().map(|input| input.name.as_str());
    input.or(key.tool.as_deref()).unwrap_or_default()
}
