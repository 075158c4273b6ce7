//! Where the time to the first answer goes, by server, packaging and start class.

use record::{Metric, Published, Record, StartClass};

use crate::group::{Drawn, Groups};
use crate::order::{SPREADS, provenance, servers};
use crate::table::{Cell, Column, Row, Table};

/// The phases in their order; the first answer itself stands before them.
const PHASES: [(Metric, &str); 10] = [
    (Metric::FirstAnswerCreate, "create container"),
    (Metric::FirstAnswerStart, "start container"),
    (Metric::FirstAnswerSpawn, "spawn"),
    (Metric::FirstAnswerEngine, "engine"),
    (Metric::FirstAnswerCompile, "compile"),
    (Metric::FirstAnswerLoad, "load"),
    (Metric::FirstAnswerLink, "link"),
    (Metric::FirstAnswerInstantiate, "instantiate"),
    (Metric::FirstAnswerRun, "run"),
    (Metric::FirstCallAnswer, "first call"),
];

/// The first answer and its phases; a phase has a column if any subject has it.
pub fn startup(record: &Record, published: &[Published]) -> Table {
    let groups = Groups::of(record);
    let phases: Vec<(Metric, &str)> = PHASES
        .into_iter()
        .filter(|(metric, _)| groups.all.keys().any(|key| key.metric == *metric))
        .collect();
    let mut rows = Vec::new();
    for (server, packagings) in servers(&groups, record, published) {
        for packaging in packagings {
            for &start in StartClass::ALL {
                let mut of_start = groups
                    .of_subject(&server, packaging, Metric::FirstAnswer)
                    .filter(|(key, _)| key.start == Some(start) && key.is_headline());
                if of_start.next().is_none() {
                    continue;
                }
                let words = [server.as_str(), packaging.name(), start.name(), "ns"];
                let mut cells: Vec<Cell> = words.map(Cell::words).into();
                cells.push(groups.cell(&server, packaging, Metric::FirstAnswer, Some(start)));
                cells.extend(phases.iter().map(|(metric, _)| {
                    let phase = groups.headline(&server, packaging, *metric, Some(start));
                    let summary = phase.summary(*metric);
                    summary.map_or(Cell::Empty, |summary| {
                        Cell::Quantity(summary.quantity(summary.median))
                    })
                }));
                rows.push(Row::plain(cells));
            }
        }
    }
    let mut columns = vec![
        Column::words("server", "server"),
        Column::words("packaging", "packaging"),
        Column::words("start", "start class"),
        Column::words("unit", "unit"),
        Column::estimate("first-answer", "first answer"),
    ];
    columns.extend(
        phases
            .iter()
            .map(|(metric, heading)| Column::number(metric.name(), heading)),
    );
    let notes = vec![
        provenance(record),
        SPREADS.to_owned(),
        "Phases are medians of their own, so they need not add up; the first call is counted from the spawn, as the first answer is.".to_owned(),
    ];
    Table {
        name: "table3-startup",
        title: "Time to the first answer and its phases".to_owned(),
        columns,
        rows,
        notes,
    }
}
