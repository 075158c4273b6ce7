//! Memory and latency against the number of idle servers, on logarithmic axes.

use plotters::prelude::*;
use plotters::style::text_anchor::HPos;
use record::Unit;

use super::bands::{BELOW, Bands, HEADING, LEFT, RIGHT, heading, legend, notes, nothing};
use super::canvas::{Canvas, INK, Painted, Picture};
use super::frame::WIDTH;
use super::panel::{Look, Panel, Scale};
use crate::table::{Cell, Row, Table};

const PANEL: i32 = 300;
/// Between the two panels: the second one's numbers.
const BETWEEN: i32 = 100;

/// The picture of [`density`](crate::density).
pub struct DensityPlot<'a> {
    table: &'a Table,
    /// The rows of one server each.
    bands: Vec<&'a [Row]>,
}

impl<'a> DensityPlot<'a> {
    /// Of this table.
    pub fn new(table: &'a Table) -> Self {
        let server = |row: &Row| table.words(row, "server").to_owned();
        let bands = table
            .rows
            .chunk_by(|one, other| server(one) == server(other));
        Self {
            table,
            bands: bands.collect(),
        }
    }

    /// What stands around the bands.
    fn frame(&self) -> Bands<'_> {
        Bands {
            table: self.table,
            legend: legend(self.table.rows.iter().map(|row| self.line(row))),
            notes: self.notes(),
            count: self.bands.len(),
            height: HEADING + PANEL + BELOW,
        }
    }

    /// The line that a row is a point of.
    fn line(&self, row: &Row) -> (String, Look) {
        let packaging = self.table.words(row, "packaging");
        let look = Look::of(packaging.parse().ok(), false);
        (packaging.to_owned(), look)
    }

    /// The notes, and what has no point.
    fn notes(&self) -> Vec<String> {
        let mut notes = notes(self.table);
        for row in &self.table.rows {
            for (key, what) in [("resident", "memory"), ("latency", "latency")] {
                if let Cell::Missing(why) = self.table.cell(row, key) {
                    let words = ["server", "packaging"].map(|key| self.table.words(row, key));
                    let idle = self.table.cell(row, "idle").text();
                    notes.push(format!(
                        "Not drawn: {what} of {} among {idle}: {why}.",
                        words.join(" ")
                    ));
                }
            }
        }
        notes
    }
}

impl Picture for DensityPlot<'_> {
    fn size(&self) -> (u32, u32) {
        self.frame().size()
    }

    fn paint<B: DrawingBackend>(&self, canvas: &Canvas<B>) -> Painted<B> {
        for (band, top) in self.bands.iter().zip(self.frame().paint(canvas)?) {
            self.band(canvas, band, top)?;
        }
        Ok(())
    }
}

impl DensityPlot<'_> {
    /// One server: memory to the left, latency to the right.
    fn band<B: DrawingBackend>(&self, canvas: &Canvas<B>, band: &[Row], top: i32) -> Painted<B> {
        let Some(first) = band.first() else {
            return Ok(());
        };
        heading(canvas, self.table.words(first, "server"), top)?;
        let values = |keys: &'static [&'static str]| {
            let cells = band
                .iter()
                .flat_map(move |row| keys.iter().map(|key| self.table.cell(row, key)));
            cells.filter_map(Cell::real)
        };
        let idle = || {
            band.iter()
                .filter_map(|row| match self.table.cell(row, "idle") {
                    Cell::Count(idle) => Some(*idle),
                    _ => None,
                })
        };
        let width = (WIDTH - LEFT - RIGHT - BETWEEN) / 2;
        let up = top + HEADING;
        let panel = |left: i32, y: Scale| Panel {
            left,
            right: left + width,
            top: up,
            bottom: up + PANEL,
            x: Scale::at(idle()),
            y,
            below: "idle servers (log scale)",
            numbered: true,
        };
        let memory = panel(LEFT, Scale::around(values(&["resident"]), Unit::Bytes));
        let latency = panel(
            LEFT + width + BETWEEN,
            Scale::around(values(&["latency", "latency_p99"]), Unit::Nanos),
        );
        for (panel, title, key) in [
            (
                &memory,
                "memory of all servers together (log scale)",
                "resident",
            ),
            (&latency, "one call among them (log scale)", "latency"),
        ] {
            let middle = i32::midpoint(panel.left, panel.right);
            canvas.text(title, 16, INK, HPos::Center, (middle, up - 14))?;
            let at = canvas.panel(panel)?;
            let packaging = |row: &Row| self.line(row).0;
            let mut ends = Vec::new();
            for line in band.chunk_by(|one, other| packaging(one) == packaging(other)) {
                let points = |key: &str| -> Vec<(i32, i32)> {
                    let point = |row: &Row| {
                        let Cell::Count(idle) = self.table.cell(row, "idle") else {
                            return None;
                        };
                        let idle = Unit::Count.quantity(*idle).real();
                        let value = self.table.cell(row, key).real()?;
                        (idle > 0.0).then(|| at(idle, value))
                    };
                    line.iter().filter_map(point).collect()
                };
                let look = self.line(&line[0]).1;
                if key == "latency" {
                    canvas.series(&points("latency_p99"), look.tail())?;
                }
                let medians = points(key);
                canvas.series(&medians, look)?;
                let last = line
                    .iter()
                    .rfind(|row| self.table.cell(row, key).real().is_some());
                ends.extend(last.zip(medians.last().copied()));
            }
            if key == "resident" {
                self.each(canvas, ends, panel.top + 10)?;
            }
            if band
                .iter()
                .all(|row| self.table.cell(row, key).real().is_none())
            {
                nothing(canvas, panel)?;
            }
        }
        Ok(())
    }

    /// Left of the last point of each line, what each server weighs there; from `free` on there is room.
    fn each<B: DrawingBackend>(
        &self,
        canvas: &Canvas<B>,
        mut ends: Vec<(&Row, (i32, i32))>,
        mut free: i32,
    ) -> Painted<B> {
        ends.sort_by_key(|(_, (_, down))| *down);
        for (row, (across, down)) in ends {
            let text = format!("{} each", self.table.cell(row, "resident_each").text());
            let down = free.max(down - 8);
            free = down + 18;
            canvas.text_on_white(&text, 14, HPos::Right, (across - 10, down))?;
        }
        Ok(())
    }
}
