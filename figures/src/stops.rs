//! Why each cell of the plan has as many samples as it has.

use record::Record;

use crate::order::provenance;
use crate::table::{Cell, Column, Row, Table};

/// A row for each cell of the plan, as the run recorded them.
pub fn stops(record: &Record) -> Table {
    let rows = record.run.stops.iter().map(|stop| {
        Row::plain(vec![
            Cell::Count(stop.cell),
            Cell::words(&stop.name),
            Cell::words(stop.why.name()),
            Cell::Count(stop.samples.0),
            Cell::Count(stop.warm_up.0),
            stop.width_permille
                .map_or(Cell::Empty, |width| Cell::Count(width.0)),
        ])
    });
    let columns = vec![
        Column::number("cell", "cell"),
        Column::words("name", "name"),
        Column::words("why", "ended by"),
        Column::number("samples", "samples"),
        Column::number("warm_up", "warm-up"),
        Column::number("width_permille", "half width, ‰"),
    ];
    let notes = vec![
        provenance(record),
        "Precision: the interval of the median was as narrow as asked. Budget: the time allowed was spent. Samples: as many were taken as asked. Interrupted: the run was.".to_owned(),
        "Warm-up: trials before the first that counted, in each round. Half width: of the median's interval, in thousandths of the median.".to_owned(),
    ];
    Table {
        name: "table3-stops",
        title: "Why sampling ended, by cell of the plan".to_owned(),
        columns,
        rows: rows.collect(),
        notes,
    }
}
