//! Everything that a run measured: one row for each group of samples that share a median.

use record::{Limits, Metric, Record, Unit};

use crate::group::{Groups, Key, explain};
use crate::order::{completeness, provenance};
use crate::table::{Cell, Column, Row, Table};

/// Every cell with its order statistics and with what was discarded or failed.
pub fn detail(record: &Record) -> Table {
    let groups = Groups::of(record);
    let rows = groups.all.iter().map(|(key, group)| {
        let mut cells = place(key);
        let number = |value: Option<u64>| {
            value.map_or(Cell::Empty, |value| {
                Cell::Quantity(key.metric.unit().quantity(value))
            })
        };
        let summary = group.summary(key.metric);
        cells.push(match summary {
            Some(summary) => Cell::Estimate(summary.estimate()).disturbed(group.disturbed),
            None => Cell::Missing(
                group
                    .why
                    .as_ref()
                    .map_or_else(|| "not measured".to_owned(), explain),
            ),
        });
        cells.extend([
            number(summary.map(|summary| summary.min)),
            number(summary.map(|summary| summary.p5)),
            number(summary.map(|summary| summary.p25)),
            number(summary.map(|summary| summary.p75)),
            number(summary.map(|summary| summary.p95)),
            number(summary.map(|summary| summary.p99)),
            number(summary.map(|summary| summary.max)),
            number(summary.map(|summary| summary.mean)),
            Cell::Count(summary.map_or(0, |summary| {
                u64::try_from(summary.outliers).unwrap_or(u64::MAX)
            })),
            processor(&groups, key),
            Cell::Count(u64::try_from(group.rounds()).unwrap_or(u64::MAX)),
            Cell::Count(group.disturbed),
            Cell::Count(group.discarded),
            Cell::Count(group.failed),
            Cell::words(group.why.as_ref().map(explain).unwrap_or_default()),
        ]);
        Row::plain(cells)
    });
    let rows = rows.collect();
    let words = [
        "server",
        "packaging",
        "metric",
        "unit",
        "tool",
        "input",
        "input_size",
        "input_bytes",
        "start",
        "transport",
        "wire",
        "tier",
        "testbed",
        "page_cache",
        "limits",
        "concurrency",
        "idle",
        "load",
    ];
    let mut columns: Vec<Column> = words.map(|key| Column::words(key, key)).into();
    columns.push(Column::estimate("median", "median"));
    columns.extend(
        [
            "min",
            "p5",
            "p25",
            "p75",
            "p95",
            "p99",
            "max",
            "mean",
            "outliers",
            "cpu_time",
            "rounds",
            "disturbed",
            "discarded",
            "failed",
        ]
        .map(|key| Column::number(key, key)),
    );
    columns.push(Column::words("why", "why"));
    let mut notes = vec![provenance(record)];
    notes.push("Discarded: the observed start class was not the one asked for. Outliers, beyond 1.5 interquartile ranges, stay in. The median is p50. cpu_time: what the subject's processes used of the processors for the same calls or starts, median.".to_owned());
    notes.extend(completeness(record, &groups));
    let measured = |metric: &&Metric| groups.all.keys().any(|key| key.metric == **metric);
    let meanings = Metric::ALL.iter().filter(measured);
    notes.extend(meanings.map(|metric| format!("{metric}: {}", metric.meaning())));
    Table {
        name: "table3-detail",
        title: "Every cell of the run".to_owned(),
        columns,
        rows,
        notes,
    }
}

/// What the samples of a group share, in words.
fn place(key: &Key) -> Vec<Cell> {
    let name = |name: Option<&str>| Cell::words(name.unwrap_or_default());
    let input = key.input.as_ref();
    vec![
        Cell::words(&key.server),
        Cell::words(key.packaging.name()),
        Cell::words(key.metric.name()),
        Cell::words(key.metric.unit().symbol()),
        name(key.tool.as_deref()),
        name(input.map(|input| input.name.as_str())),
        name(input.map(|input| input.size.name())),
        input.map_or(Cell::Empty, |input| Cell::Quantity(input.bytes.into())),
        name(key.start.map(record::StartClass::name)),
        name(transport(key).as_deref()),
        name(key.wire.map(record::Wire::name)),
        name(key.tier.as_ref().map(record::Tier::name)),
        name(key.testbed.map(record::Testbed::name)),
        name(key.page_cache.map(record::PageCache::name)),
        Cell::words(limits(&key.limits)),
        Cell::Count(key.concurrency.0),
        key.idle.map_or(Cell::Empty, |idle| Cell::Count(idle.0)),
        key.load.map_or(Cell::Empty, |load| Cell::Count(load.0)),
    ]
}

/// How requests reached the subject, and through what, where it does not speak that transport itself.
fn transport(key: &Key) -> Option<String> {
    let transport = key.transport?;
    Some(match &key.proxy {
        Some(proxy) => format!("{transport} through {proxy}"),
        None => transport.to_string(),
    })
}

/// The processor time of the same trials as this cell; nothing where none was read, or where this is it.
fn processor(groups: &Groups, key: &Key) -> Cell {
    let metric = Metric::CpuTime;
    let of_same = Key {
        metric,
        ..key.clone()
    };
    let summary = groups
        .all
        .get(&of_same)
        .filter(|_| key.metric != metric && key.metric.unit() != Unit::Bytes);
    let summary = summary.and_then(|group| group.summary(metric));
    summary.map_or(Cell::Empty, |summary| {
        Cell::Quantity(summary.quantity(summary.median))
    })
}

fn limits(limits: &Limits) -> String {
    let parts = [
        limits.memory.map(|memory| format!("memory {memory}")),
        limits
            .millicpus
            .map(|millicpus| format!("{millicpus} millicpus")),
        limits.timeout.map(|timeout| format!("timeout {timeout}")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
