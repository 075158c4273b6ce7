//! A table as text for people: a grid of words with weights, before it is rendered to Markdown, a terminal or LaTeX.

use crate::table::{Cell, Kind, Table, Weight};

/// A grid of words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// What it shows, in one line.
    pub title: String,
    /// The headings.
    pub heads: Vec<Head>,
    /// The lines below them.
    pub lines: Vec<Line>,
    /// What a reader must know.
    pub notes: Vec<String>,
}

/// A heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its words.
    pub text: String,
    /// Whether its column stands to the right.
    pub right: bool,
}

/// A line of the grid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// A heading over the lines that follow.
    Group(String),
    /// One field a column.
    Fields {
        /// The fields.
        fields: Vec<Field>,
        /// How much the line should stand out.
        weight: Weight,
    },
}

/// A field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// Its words.
    pub text: String,
    /// What is said in full below the grid, where it is narrow.
    pub remark: Option<String>,
    /// How much it should stand out.
    pub weight: Weight,
}

impl Field {
    /// A field of these words.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// A cell's words; of a missing one the first word, and all of it as a remark.
    pub fn of(cell: &Cell) -> Self {
        match cell {
            Cell::Missing(why) => {
                let short = why.split_once(':').map_or(why.as_str(), |(short, _)| short);
                let remark = (short != why).then(|| why.clone());
                Self {
                    text: short.to_owned(),
                    remark,
                    weight: Weight::Plain,
                }
            }
            other => Self::new(other.text()),
        }
    }
}

impl Table {
    /// The table column by column, without those that `leave_out` names; under the words of the first column as a group if
    /// asked.
    pub fn sheet(&self, leave_out: &[&str], grouped: bool) -> Sheet {
        let shown: Vec<usize> = (usize::from(grouped)..self.columns.len())
            .filter(|&index| !leave_out.contains(&self.columns[index].key))
            .collect();
        let heads = shown.iter().map(|&index| Head {
            text: self.columns[index].heading.to_owned(),
            right: self.columns[index].kind != Kind::Words,
        });
        let mut lines = Vec::new();
        let mut group = None;
        for row in &self.rows {
            if let Some(first) = row.cells.first().filter(|_| grouped) {
                let text = first.text();
                if group.as_ref() != Some(&text) {
                    lines.push(Line::Group(text.clone()));
                    group = Some(text);
                }
            }
            let fields = shown
                .iter()
                .filter_map(|&index| row.cells.get(index))
                .map(Field::of)
                .collect();
            lines.push(Line::Fields {
                fields,
                weight: row.weight,
            });
        }
        Sheet {
            title: self.title.clone(),
            heads: heads.collect(),
            lines,
            notes: self.notes.clone(),
        }
    }
}
