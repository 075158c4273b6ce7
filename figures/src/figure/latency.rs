//! Figure 8 as a picture: a plot for each scenario and set of links, a bar for each policy, split into the latency's parts.

use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::canvas::{ALARM, Canvas, FAINT, INK, Painted, Picture, RULE, cut, lines};
use super::frame::WIDTH;
use super::split::{Bar, Lane, PITCH};
use crate::figure8::DISAGREES;
use crate::table::{Cell, Row, Table};

/// Above the plots: title and legend.
const TOP: i32 = 96;
const HEADING: i32 = 54;
const BELOW: i32 = 14;
/// Left of a plot's bars, and right of them for the text behind the longest.
const NAMES: i32 = 112;
const TEXTS: i32 = 205;
const NOTE: i32 = 14;
const NOTE_COLUMNS: usize = 165;

/// The parts that have a colour, by column: Okabe and Ito's palette.
const INKS: [(&str, &str, RGBColor); 6] = [
    ("execution", "execution", RGBColor(0x00, 0x72, 0xb2)),
    ("link", "link", RGBColor(0xe6, 0x9f, 0x00)),
    ("cold_start", "cold start", RGBColor(0xd5, 0x5e, 0x00)),
    ("waiting", "waiting", RGBColor(0xcc, 0x79, 0xa7)),
    ("llm", "LLM", RGBColor(0x80, 0x80, 0x80)),
    ("decision", "decision", RGBColor(0x00, 0x9e, 0x73)),
];

/// The picture of [`figure8`](crate::figure8).
pub struct LatencyPlot<'a> {
    table: &'a Table,
    /// The rows of one scenario each, and of them those of one set of links each.
    scenarios: Vec<Vec<&'a [Row]>>,
}

impl<'a> LatencyPlot<'a> {
    /// Of this table.
    pub fn new(table: &'a Table) -> Self {
        let of = |row: &Row, key: &str| table.words(row, key).to_owned();
        let scenarios = table
            .rows
            .chunk_by(|one, other| of(one, "scenario") == of(other, "scenario"));
        let scenarios = scenarios.map(|rows| {
            let sets = rows.chunk_by(|one, other| of(one, "links") == of(other, "links"));
            sets.collect()
        });
        Self {
            table,
            scenarios: scenarios.collect(),
        }
    }

    fn height(rows: &[&[Row]]) -> i32 {
        let most = rows.iter().map(|set| set.len()).max().unwrap_or(0);
        HEADING + i32::try_from(most).unwrap_or(0) * PITCH + BELOW
    }

    fn bottom(&self) -> i32 {
        TOP + self
            .scenarios
            .iter()
            .map(|rows| Self::height(rows))
            .sum::<i32>()
    }
}

impl Picture for LatencyPlot<'_> {
    fn size(&self) -> (u32, u32) {
        let notes = i32::try_from(lines(&self.table.notes, NOTE_COLUMNS).len()).unwrap_or(0);
        let height = self.bottom() + notes * (NOTE + 5) + 30;
        (WIDTH.unsigned_abs(), height.unsigned_abs())
    }

    fn paint<B: DrawingBackend>(&self, canvas: &Canvas<B>) -> Painted<B> {
        canvas.text(&cut(&self.table.title, 112), 19, INK, HPos::Left, (20, 28))?;
        let mut across = 20;
        for (key, words, ink) in INKS {
            let occurs = |row: &Row| {
                self.table
                    .cell(row, key)
                    .real()
                    .is_some_and(|part| part > 0.0)
            };
            if self.table.rows.iter().any(occurs) {
                canvas.bar([(across, 58), (across + 26, 74)], ink)?;
                canvas.text(words, 16, INK, HPos::Left, (across + 34, 66))?;
                across += 34 + 12 * i32::try_from(words.len()).unwrap_or(0) + 24;
            }
        }
        let words = "behind a bar: latency, its ratio to brute_force, calls that break the published / the strict rules";
        canvas.text(words, 14, FAINT, HPos::Right, (WIDTH - 20, 62))?;
        let words = "red: it breaks the published rules; each panel has a scale of its own, to its longest bar";
        canvas.text(words, 14, FAINT, HPos::Right, (WIDTH - 20, 80))?;
        let mut top = TOP;
        for sets in &self.scenarios {
            canvas.line((20, top), (WIDTH - 20, top), RULE, 1)?;
            let count = i32::try_from(sets.len().max(1)).unwrap_or(1);
            let width = (WIDTH - 40) / count;
            for (index, rows) in sets.iter().enumerate() {
                let left = 20 + width * i32::try_from(index).unwrap_or(0);
                self.plot(canvas, rows, (left, top), width)?;
            }
            top += Self::height(sets);
        }
        let corner = (20, self.bottom() + 16);
        canvas.paragraph(&self.table.notes, NOTE_COLUMNS, NOTE, corner)
    }
}

impl LatencyPlot<'_> {
    fn plot<B: DrawingBackend>(
        &self,
        canvas: &Canvas<B>,
        rows: &[Row],
        (left, top): (i32, i32),
        width: i32,
    ) -> Painted<B> {
        let Some(first) = rows.first() else {
            return Ok(());
        };
        let of = |key: &str| self.table.words(first, key);
        let heading = format!("{}, links {}", of("scenario"), of("links"));
        canvas.text(&heading, 17, INK, HPos::Left, (left, top + 18))?;
        let (sentences, kept) = self.sentences(rows);
        let ink = if kept { FAINT } else { ALARM };
        canvas.text(&cut(&sentences, 98), 13, ink, HPos::Left, (left, top + 38))?;
        let latency = |row: &Row| self.table.cell(row, "latency").real();
        let lane = Lane {
            left: left + NAMES,
            right: left + width - TEXTS,
            most: rows.iter().filter_map(latency).fold(0.0, f64::max),
        };
        let count = i32::try_from(rows.len()).unwrap_or(0);
        lane.edge(canvas, top + HEADING, top + HEADING + count * PITCH)?;
        let mut middle = top + HEADING + PITCH / 2;
        for row in rows {
            lane.bar(canvas, &self.bar(row), middle)?;
            middle += PITCH;
        }
        Ok(())
    }

    /// What the paper says of these bars and whether it holds here; false where some of it does not.
    fn sentences(&self, rows: &[Row]) -> (String, bool) {
        let mut kept = true;
        let said = rows.iter().filter_map(|row| {
            let printed = self.table.words(row, "printed");
            let holds = self.table.cell(row, "holds").text();
            kept &= holds != DISAGREES;
            let policy = self.table.words(row, "policy");
            (!printed.is_empty()).then(|| format!("{policy} {printed}: {}", holds.to_lowercase()))
        });
        let said: Vec<String> = said.collect();
        match said.is_empty() {
            true => (String::new(), kept),
            false => (format!("paper: {}", said.join("; ")), kept),
        }
    }

    fn bar(&self, row: &Row) -> Bar {
        let cell = |key: &str| self.table.cell(row, key);
        let parts = INKS
            .iter()
            .filter_map(|(key, _, ink)| Some((cell(key).real()?, *ink)));
        let text = match cell("latency") {
            Cell::Missing(why) => cut(why, 28),
            latency => {
                let ratio = match cell("over_proposed") {
                    Cell::Ratio(ratio) => format!(" · {ratio}"),
                    _ => String::new(),
                };
                let broken = ["published", "strict"].map(|key| match cell(key) {
                    Cell::Count(count) => count.to_string(),
                    _ => "?".to_owned(),
                });
                format!("{}{ratio} · {}", latency.text(), broken.join(" / "))
            }
        };
        let breaks = matches!(cell("published"), Cell::Count(1..));
        Bar {
            name: self.table.words(row, "policy").to_owned(),
            parts: parts.collect(),
            text,
            alarming: breaks,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_without_rows_is_a_picture_all_the_same() {
        let table = Table {
            name: "figure8",
            title: "Nothing".to_owned(),
            columns: Vec::new(),
            rows: Vec::new(),
            notes: Vec::new(),
        };
        assert!(LatencyPlot::new(&table).svg().is_ok());
    }
}
