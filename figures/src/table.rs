//! A table as data: typed cells, from which text is rendered and figures are drawn.

use record::{Estimate, Quantity, Ratio};

/// What stands behind a number some of whose samples were taken while something else used the machine.
pub(crate) const MARK: char = '†';

/// Named columns and rows of cells. Whatever a figure plots is in one of these.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The stem of the files that it is written to.
    pub name: &'static str,
    /// What it shows, in one line.
    pub title: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows; each has as many cells as there are columns.
    pub rows: Vec<Row>,
    /// What a reader must know to read it, one sentence or two each.
    pub notes: Vec<String>,
}

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its heading in files for programs.
    pub key: &'static str,
    /// Its heading in text for people.
    pub heading: &'static str,
    /// What its cells hold.
    pub kind: Kind,
}

/// What a column's cells hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Words; to the left.
    Words,
    /// Numbers; to the right.
    Number,
    /// Numbers with a spread; in files for programs seven columns.
    Estimate,
}

/// A row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its cells.
    pub cells: Vec<Cell>,
    /// How much it should stand out.
    pub weight: Weight,
}

/// How much something should stand out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weight {
    /// Less than the rest.
    Faint,
    /// As the rest.
    #[default]
    Plain,
    /// More than the rest.
    Strong,
    /// More than the rest, because it became worse.
    Worse,
    /// More than the rest, because it became better.
    Better,
}

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing, because nothing belongs here.
    Empty,
    /// Words.
    Words(String),
    /// A number of things.
    Count(u64),
    /// A measured median with its spread.
    Estimate(Estimate),
    /// A number without spread: a percentile, a mean of medians.
    Quantity(Quantity),
    /// A published number as printed there, and in the base unit.
    Published {
        /// As printed.
        printed: String,
        /// In the base unit.
        value: Quantity,
    },
    /// A ratio.
    Ratio(Ratio),
    /// How many nanoseconds more than another one, or fewer.
    Difference(i64),
    /// A measured number of which some samples were taken while something else used the machine.
    Disturbed {
        /// The number.
        of: Box<Cell>,
        /// How many of its samples.
        samples: u64,
    },
    /// No number where one belongs, and why, beginning with `unavailable`, `failed` or `not measured`.
    Missing(String),
}

impl Cell {
    /// Words.
    pub fn words(text: impl Into<String>) -> Self {
        Self::Words(text.into())
    }

    /// This cell, marked if any of its samples were disturbed.
    pub fn disturbed(self, samples: u64) -> Self {
        match (samples, &self) {
            (1.., Self::Estimate(_) | Self::Quantity(_)) => Self::Disturbed {
                of: Box::new(self),
                samples,
            },
            _ => self,
        }
    }

    /// The cell without its mark.
    pub fn unmarked(&self) -> &Self {
        match self {
            Self::Disturbed { of, .. } => of.unmarked(),
            other => other,
        }
    }

    /// The number in the base unit, for drawing.
    pub fn real(&self) -> Option<f64> {
        match self {
            Self::Disturbed { of, .. } => of.real(),
            Self::Estimate(estimate) => Some(estimate.value.real()),
            Self::Quantity(value) | Self::Published { value, .. } => Some(value.real()),
            Self::Ratio(Ratio(value)) => Some(*value),
            Self::Empty
            | Self::Words(_)
            | Self::Count(_)
            | Self::Difference(_)
            | Self::Missing(_) => None,
        }
    }

    /// The text for people.
    pub fn text(&self) -> String {
        match self {
            Self::Empty => "–".to_owned(),
            Self::Words(text) | Self::Missing(text) => text.clone(),
            Self::Count(count) => record::Count(*count).to_string(),
            Self::Estimate(estimate) => estimate.to_string(),
            Self::Quantity(value) => value.to_string(),
            Self::Published { printed, .. } => printed.clone(),
            Self::Ratio(ratio) => ratio.to_string(),
            Self::Difference(nanos) => {
                let sign = match nanos {
                    0 => "",
                    1.. => "+",
                    _ => "−",
                };
                format!("{sign}{}", record::Nanos(nanos.unsigned_abs()))
            }
            Self::Disturbed { of, .. } => format!("{} {MARK}", of.text()),
        }
    }
}

impl Column {
    /// A column of words.
    pub const fn words(key: &'static str, heading: &'static str) -> Self {
        Self {
            key,
            heading,
            kind: Kind::Words,
        }
    }

    /// A column of numbers.
    pub const fn number(key: &'static str, heading: &'static str) -> Self {
        Self {
            key,
            heading,
            kind: Kind::Number,
        }
    }

    /// A column of numbers with a spread.
    pub const fn estimate(key: &'static str, heading: &'static str) -> Self {
        Self {
            key,
            heading,
            kind: Kind::Estimate,
        }
    }
}

impl Row {
    /// A row that stands out no more than the rest.
    pub fn plain(cells: Vec<Cell>) -> Self {
        Self {
            cells,
            weight: Weight::Plain,
        }
    }
}

impl Table {
    /// The cell of a row under a key; `Empty` where there is no such column.
    pub fn cell<'a>(&self, row: &'a Row, key: &str) -> &'a Cell {
        let index = self.columns.iter().position(|column| column.key == key);
        index
            .and_then(|index| row.cells.get(index))
            .unwrap_or(&Cell::Empty)
    }

    /// Whether any number of it is marked as disturbed.
    pub fn is_disturbed(&self) -> bool {
        let mut cells = self.rows.iter().flat_map(|row| &row.cells);
        cells.any(|cell| matches!(cell, Cell::Disturbed { .. }))
    }

    /// The words of a row under a key; empty where there are none.
    pub fn words<'a>(&self, row: &'a Row, key: &str) -> &'a str {
        match self.cell(row, key) {
            Cell::Words(text) => text,
            _ => "",
        }
    }
}
