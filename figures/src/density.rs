//! What many idle servers cost: memory of all together, and how long one call takes among them.

use std::collections::BTreeSet;

use record::{Bytes, Count, Metric, Packaging, Published, Quantity, Record, Summary};

use crate::group::{Drawn, Group, Groups};
use crate::order::{SPREADS, provenance, servers};
use crate::table::{Cell, Column, Row, Table};

/// Memory and latency by server, packaging and the number of idle servers.
pub fn density(record: &Record, published: &[Published]) -> Table {
    let groups = Groups::of(record);
    let mut rows = Vec::new();
    for (server, packagings) in servers(&groups, record, published) {
        for packaging in packagings {
            let counts: BTreeSet<Count> = groups
                .all
                .keys()
                .filter(|key| key.server == server && key.packaging == packaging)
                .filter_map(|key| key.idle)
                .collect();
            rows.extend(
                counts
                    .into_iter()
                    .map(|idle| row(&groups, &server, packaging, idle)),
            );
        }
    }
    let columns = vec![
        Column::words("server", "server"),
        Column::words("packaging", "packaging"),
        Column::number("idle", "idle servers"),
        Column::estimate("resident", "memory of all"),
        Column::number("resident_each", "of each"),
        Column::estimate("latency", "one call, p50"),
        Column::number("latency_p95", "p95"),
        Column::number("latency_p99", "p99"),
    ];
    let notes = vec![
        provenance(record),
        SPREADS.to_owned(),
        "Memory: of all idle servers together, as proportional set size of the native servers' processes, and as all that is resident in the components' one host; of each: that over their number, so with few of them the host weighs most. Components share one host process, native servers are a process each.".to_owned(),
        "One call: what a client waits for one of the servers while all others are up and idle.".to_owned(),
    ];
    Table {
        name: "table3-density",
        title: "Density: memory and latency by the number of idle servers".to_owned(),
        columns,
        rows,
        notes,
    }
}

fn row(groups: &Groups, server: &str, packaging: Packaging, idle: Count) -> Row {
    let of = |metric: Metric| {
        let mut merged = Group::default();
        for (key, group) in groups.of_subject(server, packaging, metric) {
            if key.idle == Some(idle) {
                merged.merge(group);
            }
        }
        merged
    };
    let (memory, latency) = (Metric::ResidentAmongIdle, Metric::LatencyAmongIdle);
    let (resident, waited) = (of(memory), of(latency));
    let why = [&resident, &waited]
        .into_iter()
        .find(|group| group.why.is_some());
    let estimate = |metric: Metric, group: &Group| match group.summary(metric) {
        Some(summary) => Cell::Estimate(summary.estimate()).disturbed(group.disturbed),
        None => Cell::Missing(groups.reason(server, packaging, why.unwrap_or(group))),
    };
    let each = resident.summary(memory).and_then(|summary| {
        let each = summary.median.checked_div(idle.0)?;
        Some(Cell::Quantity(Quantity::Bytes(Bytes(each))))
    });
    let summary = waited.summary(latency);
    let number = |pick: fn(&Summary) -> u64| {
        summary.map_or(Cell::Empty, |summary| {
            Cell::Quantity(summary.quantity(pick(&summary)))
        })
    };
    Row::plain(vec![
        Cell::words(server),
        Cell::words(packaging.name()),
        Cell::Count(idle.0),
        estimate(memory, &resident),
        each.unwrap_or(Cell::Empty),
        estimate(latency, &waited),
        number(|summary| summary.p95),
        number(|summary| summary.p99),
    ])
}
