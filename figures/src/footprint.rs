//! What a server weighs beyond Table III's two columns: kinds of memory that must not be mixed, and kinds of size.

use record::{Metric, Published, Record, Unit};

use crate::group::{Drawn, Groups};
use crate::order::{SPREADS, provenance, servers};
use crate::table::{Cell, Column, Row, Table};

/// Memory by server and packaging: peaks, what is idle, and what one more costs in a resident host.
pub fn memory(record: &Record, published: &[Published]) -> Table {
    let metrics = [
        (Metric::PeakResident, "peak"),
        (Metric::PeakResidentLarge, "peak, large input"),
        (Metric::PeakAnonymous, "of which anonymous"),
        (Metric::PeakChild, "largest child"),
        (Metric::IdlePss, "idle PSS"),
        (Metric::NextInstancePss, "next instance PSS"),
        (
            Metric::NextInstanceUsedPss,
            "next instance PSS after a call",
        ),
        (Metric::NextServerAnonymous, "next server anonymous"),
        (Metric::NextServerMapped, "next server mapped code"),
    ];
    table(
        record,
        published,
        "table3-memory",
        "Memory by server and packaging",
        &metrics,
    )
}

/// Sizes by server and packaging.
pub fn sizes(record: &Record, published: &[Published]) -> Table {
    let metrics = [
        (Metric::SizeRaw, "as built"),
        (Metric::SizeStripped, "stripped"),
        (Metric::SizeZstd, "zstd"),
        (Metric::SizePrecompiled, "precompiled"),
        (Metric::SizeHostBinary, "host beside it"),
        (Metric::SizeImage, "image"),
        (Metric::SizeImageGzip, "image, compressed"),
        (Metric::SizeImageUnique, "of which unshared"),
    ];
    let mut table = table(
        record,
        published,
        "table3-size",
        "Sizes by server and packaging",
        &metrics,
    );
    pulled(&mut table);
    table
}

/// The links over which images are pulled, in millions of bits a second.
const LINKS: [(u64, &str, &str); 2] = [
    (10, "pull-10-mbit", "pull at 10 Mbit/s"),
    (100, "pull-100-mbit", "pull at 100 Mbit/s"),
];

/// Adds how long an image takes to arrive: by its compressed size alone, which no link and no registry undercuts.
fn pulled(table: &mut Table) {
    let packed = Metric::SizeImageGzip.name();
    let Some(at) = table.columns.iter().position(|column| column.key == packed) else {
        return;
    };
    for (mbit, key, heading) in LINKS {
        table.columns.push(Column::number(key, heading));
        for row in &mut table.rows {
            let bytes = match row.cells[at].unmarked() {
                Cell::Estimate(estimate) => Some(estimate.value.value()),
                _ => None,
            };
            // A byte over one million bits a second takes 8,000 ns.
            let time = bytes.map(|bytes| Unit::Nanos.quantity(bytes.saturating_mul(8_000) / mbit));
            row.cells.push(time.map_or(Cell::Empty, Cell::Quantity));
        }
    }
    table.notes.push("Pull: computed from the compressed size and the link's rate, nothing else counted; a layer that is there already is not pulled again.".to_owned());
}

/// The headline of each metric that the run has, a row for each subject that has any.
fn table(
    record: &Record,
    published: &[Published],
    name: &'static str,
    title: &str,
    metrics: &[(Metric, &'static str)],
) -> Table {
    let groups = Groups::of(record);
    let metrics: Vec<(Metric, &str)> = metrics
        .iter()
        .copied()
        .filter(|(metric, _)| groups.all.keys().any(|key| key.metric == *metric))
        .collect();
    let mut rows = Vec::new();
    for (server, packagings) in servers(&groups, record, published) {
        for packaging in packagings {
            if metrics.iter().all(|(metric, _)| {
                groups
                    .of_subject(&server, packaging, *metric)
                    .next()
                    .is_none()
            }) {
                continue;
            }
            let mut cells = vec![Cell::words(&server), Cell::words(packaging.name())];
            cells.extend(metrics.iter().map(|(metric, _)| {
                // Not every metric belongs to every packaging; only one that was tried can be missing.
                let tried = groups
                    .of_subject(&server, packaging, *metric)
                    .next()
                    .is_some();
                match groups.cell(&server, packaging, *metric, None) {
                    Cell::Missing(_) if !tried => Cell::Empty,
                    tried => tried,
                }
            }));
            rows.push(Row::plain(cells));
        }
    }
    let mut columns = vec![
        Column::words("server", "server"),
        Column::words("packaging", "packaging"),
    ];
    columns.extend(
        metrics
            .iter()
            .map(|(metric, heading)| Column::estimate(metric.name(), heading)),
    );
    let mut notes = vec![
        provenance(record),
        SPREADS.to_owned(),
        "All in bytes. kB and MB are thousands and millions.".to_owned(),
    ];
    notes.extend(
        metrics
            .iter()
            .map(|(metric, heading)| format!("{heading}: {}", metric.meaning())),
    );
    Table {
        name,
        title: title.to_owned(),
        columns,
        rows,
        notes,
    }
}
