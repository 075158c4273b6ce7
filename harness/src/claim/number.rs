//! The numbers that judge claims: of a run, as its Table III has them, and of the paper's own table.

use record::{Groups, Metric, Packaging, Published, Record, Unit};

use super::Quantity;

/// A number of one subject, or why there is none.
#[derive(Clone, Debug, PartialEq)]
pub enum Number {
    /// It, in the base unit, and as people read it.
    Is {
        /// In nanoseconds or bytes.
        value: f64,
        /// With its spread, where it has one.
        shown: String,
    },
    /// There is none.
    Missing {
        /// Of which packaging.
        packaging: Packaging,
        /// Why, with what would change that; none where nobody tried.
        why: Option<String>,
    },
}

impl Number {
    fn not_measured(packaging: Packaging) -> Self {
        Self::Missing {
            packaging,
            why: None,
        }
    }

    fn missing(packaging: Packaging, why: impl Into<String>) -> Self {
        Self::Missing {
            packaging,
            why: Some(why.into()),
        }
    }
}

/// Whoever has numbers.
pub trait Numbers {
    /// One number of one subject; `call` is the one that belongs to `end-to-end`.
    fn number(
        &self,
        server: &str,
        packaging: Packaging,
        quantity: Quantity,
        call: Option<&str>,
    ) -> Number;
}

/// The numbers of runs: of the first one that has them.
pub struct OfRuns(Vec<OfRun>);

/// The numbers of a run.
struct OfRun {
    groups: Groups,
    table: figures::Table,
}

impl OfRuns {
    /// The numbers of these records.
    pub fn new(records: &[Record]) -> Self {
        Self(records.iter().map(OfRun::new).collect())
    }

    /// What the runs are and where they ran, a line each, and what a reader must know before believing them.
    pub fn provenance(&self) -> String {
        const DOUBTS: [&str; 2] = ["The run did not end", "Warning:"];
        let mut lines = String::new();
        for run in &self.0 {
            for (at, note) in run.table.notes.iter().enumerate() {
                if at == 0 || DOUBTS.iter().any(|doubt| note.starts_with(doubt)) {
                    lines.push_str(&format!("{note}\n"));
                }
            }
        }
        lines
    }
}

impl Numbers for OfRuns {
    fn number(
        &self,
        server: &str,
        packaging: Packaging,
        quantity: Quantity,
        call: Option<&str>,
    ) -> Number {
        let mut missing = None;
        for run in &self.0 {
            match run.number(server, packaging, quantity, call) {
                found @ Number::Is { .. } => return found,
                // A reason says more than that nobody tried.
                told @ Number::Missing { why: Some(_), .. } => {
                    missing.get_or_insert(told);
                }
                Number::Missing { why: None, .. } => {}
            }
        }
        missing.unwrap_or_else(|| Number::not_measured(packaging))
    }
}

impl OfRun {
    /// The numbers of this record.
    fn new(record: &Record) -> Self {
        // Without the published numbers: a subject that is in the paper alone has no row.
        Self {
            groups: Groups::of(record),
            table: figures::table3(record, &[]),
        }
    }

    /// A cell of Table III.
    fn cell(&self, server: &str, packaging: Packaging, quantity: &str) -> Number {
        let table = &self.table;
        let row = table.rows.iter().find(|row| {
            table.words(row, "server") == server
                && table.words(row, "packaging") == packaging.name()
                && table.words(row, "quantity") == quantity
        });
        let Some(row) = row else {
            return Number::not_measured(packaging);
        };
        let cell = table.cell(row, "measured");
        // A mean over fewer tools is the mean of something else.
        if let Some((have, of)) = table.words(row, "tools").split_once(" of ")
            && have != of
            && cell.real().is_some()
        {
            return Number::missing(
                packaging,
                format!(
                    "{have} of {of} tools were measured; `harness table3 --server {server}` measures all"
                ),
            );
        }
        match cell.real() {
            Some(value) if value > 0.0 => Number::Is {
                value,
                shown: cell.text(),
            },
            _ if cell.text() == "not measured" => Number::not_measured(packaging),
            _ => Number::missing(packaging, cell.text()),
        }
    }

    /// One warm call.
    fn call(&self, server: &str, packaging: Packaging, call: &str) -> Number {
        let metric = Metric::Execution;
        let group = crate::profile::warm_call(&self.groups, server, packaging, call);
        match (group.summary(metric), group.why) {
            (Some(summary), _) => Number::Is {
                value: summary.quantity(summary.median).real(),
                shown: summary.quantity(summary.median).to_string(),
            },
            (None, Some(why)) => Number::missing(packaging, format!("{call}: {why}")),
            (None, None) => Number::not_measured(packaging),
        }
    }
}

impl OfRun {
    fn number(
        &self,
        server: &str,
        packaging: Packaging,
        quantity: Quantity,
        call: Option<&str>,
    ) -> Number {
        let Some(call) = call else {
            return self.cell(server, packaging, quantity.name());
        };
        if quantity == Quantity::Call {
            return self.call(server, packaging, call);
        }
        let cold = self.cell(server, packaging, Quantity::ColdStart.name());
        match (cold, self.call(server, packaging, call)) {
            (Number::Is { value: cold, .. }, Number::Is { value: warm, .. }) => {
                // Both are far below what a float holds without loss.
                let value = cold + warm;
                let shown = Unit::Nanos.quantity(value.round() as u64).to_string();
                Number::Is { value, shown }
            }
            (missing @ Number::Missing { .. }, _) | (_, missing) => missing,
        }
    }
}

/// The numbers of the paper's own table.
pub struct OfTable(Vec<Published>);

impl OfTable {
    /// The numbers of a parsed table.
    pub fn new(table: Vec<Published>) -> Self {
        Self(table)
    }
}

impl Numbers for OfTable {
    fn number(
        &self,
        server: &str,
        packaging: Packaging,
        quantity: Quantity,
        _call: Option<&str>,
    ) -> Number {
        let found = self.0.iter().find(|number| {
            number.server == server
                && number.packaging == packaging
                && Some(number.quantity.as_str()) == quantity.published()
        });
        match found {
            Some(number) => Number::Is {
                value: number.value.real(),
                shown: number.printed.clone(),
            },
            None => Number::missing(
                packaging,
                format!(
                    "the paper's table has no such {}; take \"table\" out of judged_by",
                    quantity.name()
                ),
            ),
        }
    }
}
