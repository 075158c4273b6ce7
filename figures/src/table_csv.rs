//! A table as CSV: base units, every number bare, one heading row.

use record::{Ratio, Spread};

use crate::table::{Cell, Kind, Table};

/// What an estimate's column becomes: the median under its own key, then these.
const PARTS: [&str; 6] = ["low", "high", "spread", "n", "disturbed", "missing"];

impl Table {
    /// The table as CSV. Values are integers in the base unit; a column `unit` says which where a table has several.
    pub fn csv(&self) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let mut heading: Vec<String> = Vec::new();
        for column in &self.columns {
            heading.push(column.key.to_owned());
            if column.kind == Kind::Estimate {
                heading.extend(PARTS.map(|part| format!("{}_{part}", column.key)));
            }
        }
        let mut records = vec![heading];
        records.extend(self.rows.iter().map(|row| {
            let pairs = self.columns.iter().zip(&row.cells);
            pairs
                .flat_map(|(column, cell)| {
                    if column.kind == Kind::Estimate {
                        spread(cell)
                    } else {
                        vec![bare(cell)]
                    }
                })
                .collect()
        }));
        for record in records {
            writer
                .write_record(record)
                .expect("memory takes every write, and all rows are as long as the heading");
        }
        let bytes = writer.into_inner().expect("memory takes every write");
        String::from_utf8(bytes).expect("it was made of strings")
    }
}

/// A cell as one field.
fn bare(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Words(text) | Cell::Missing(text) => text.clone(),
        Cell::Count(count) => count.to_string(),
        Cell::Estimate(estimate) => estimate.value.value().to_string(),
        Cell::Quantity(value) | Cell::Published { value, .. } => value.value().to_string(),
        Cell::Ratio(Ratio(ratio)) => format!("{ratio:.4}"),
        Cell::Difference(nanos) => nanos.to_string(),
        Cell::Disturbed { of, .. } => bare(of),
    }
}

/// A cell as a median with its six further fields.
fn spread(cell: &Cell) -> Vec<String> {
    let mut fields = vec![String::new(); 1 + PARTS.len()];
    match cell {
        Cell::Estimate(estimate) => {
            let (low, high) = estimate.spread.ends();
            let spread = match estimate.spread {
                Spread::Interval { .. } => "95 % interval",
                Spread::Range { .. } => "range",
            };
            fields = [
                bare(cell),
                low.to_string(),
                high.to_string(),
                spread.to_owned(),
                estimate.n.to_string(),
                "0".to_owned(),
                String::new(),
            ]
            .into();
        }
        Cell::Disturbed { of, samples } => {
            fields = spread(of);
            fields[5] = samples.to_string();
        }
        Cell::Missing(why) => fields[PARTS.len()].clone_from(why),
        other => fields[0] = bare(other),
    }
    fields
}
