//! The numbers of the cold-start figure, measured and published in rows of their own.

use record::{Metric, Published, Record, StartClass};

use crate::group::{Drawn, Groups, cold};
use crate::order::{completeness, provenance, servers};
use crate::table::{Cell, Column, Row, Table};

/// Cold start by server and packaging; a component that is compiled anew is a row of its own.
pub fn cold_start(record: &Record, published: &[Published]) -> Table {
    let groups = Groups::of(record);
    let mut rows = Vec::new();
    for (server, packagings) in servers(&groups, record, published) {
        for packaging in packagings {
            let mut push = |source: &str, start: StartClass, cell: Cell| {
                let words = [
                    server.as_str(),
                    packaging.name(),
                    source,
                    start.name(),
                    "ns",
                ];
                let mut cells: Vec<Cell> = words.map(Cell::words).into();
                cells.push(cell);
                rows.push(Row::plain(cells));
            };
            for start in [cold(packaging), StartClass::ProcessCompile] {
                let cell = groups.cell(&server, packaging, Metric::FirstAnswer, Some(start));
                // Only what was tried can be missing, and a packaging that is only published was not.
                let tried = matches!(&cell, Cell::Missing(why) if why != "not measured")
                    && start != StartClass::ProcessCompile;
                if tried || matches!(cell.unmarked(), Cell::Estimate(_)) {
                    push("measured", start, cell);
                }
            }
            let theirs = published.iter().find(|number| {
                number.server == server
                    && number.packaging == packaging
                    && number.quantity == "cold-start"
            });
            if let Some(theirs) = theirs {
                push(
                    "published",
                    cold(packaging),
                    Cell::Published {
                        printed: theirs.printed.clone(),
                        value: theirs.value,
                    },
                );
            }
        }
    }
    let columns = vec![
        Column::words("server", "server"),
        Column::words("packaging", "packaging"),
        Column::words("source", "source"),
        Column::words("start", "start class"),
        Column::words("unit", "unit"),
        Column::estimate("cold_start", "cold start"),
    ];
    let mut notes = vec![provenance(record)];
    notes.extend(completeness(record, &groups));
    let title = "Cold start: from before the spawn to the answer to initialize".to_owned();
    Table {
        name: "figure-cold-start",
        title,
        columns,
        rows,
        notes,
    }
}
