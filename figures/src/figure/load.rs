//! Latency against connections and against throughput: transports below one another, closed and open loops side by side.

use std::collections::BTreeSet;

use plotters::prelude::*;
use plotters::style::text_anchor::HPos;
use record::Unit;

use super::bands::{BELOW, Bands, HEADING, LEFT, RIGHT, heading, legend, notes, nothing};
use super::canvas::{Canvas, FAINT, INK, Painted, Picture};
use super::frame::WIDTH;
use super::panel::{Look, Panel, Scale};
use crate::table::{Cell, Row, Table};

const PANEL: i32 = 190;
const BETWEEN: i32 = 28;
/// Loops beside one another have panels at least so wide; of more the later ones are not drawn.
const NARROWEST: i32 = 200;

/// The picture of [`load`](crate::load).
pub struct LoadPlot<'a> {
    table: &'a Table,
    /// The loops, closed first, then by their share of the capacity.
    loops: Vec<Option<u64>>,
    /// Those for which there is no room.
    left_out: Vec<Option<u64>>,
    /// The rows of one server, call and transport each.
    bands: Vec<&'a [Row]>,
}

impl<'a> LoadPlot<'a> {
    /// Of this table.
    pub fn new(table: &'a Table) -> Self {
        let all: BTreeSet<Option<u64>> = table.rows.iter().map(|row| share(table, row)).collect();
        let most = usize::try_from((WIDTH - LEFT - RIGHT) / (NARROWEST + BETWEEN)).unwrap_or(1);
        let of_band =
            |row: &Row| ["server", "call", "transport"].map(|key| table.words(row, key).to_owned());
        Self {
            table,
            loops: all.iter().copied().take(most).collect(),
            left_out: all.into_iter().skip(most).collect(),
            bands: table
                .rows
                .chunk_by(|one, other| of_band(one) == of_band(other))
                .collect(),
        }
    }

    /// What stands around the bands.
    fn frame(&self) -> Bands<'_> {
        Bands {
            table: self.table,
            legend: legend(self.table.rows.iter().map(|row| self.line(row))),
            notes: self.notes(),
            count: self.bands.len(),
            height: HEADING + self.grid().1 * (PANEL + BELOW),
        }
    }

    /// How many plots stand beside one another, and how many below.
    fn grid(&self) -> (i32, i32) {
        match self.loops.len() {
            0 | 1 => (2, 1),
            loops => (i32::try_from(loops).unwrap_or(1), 2),
        }
    }

    /// The line that a row is a point of.
    fn line(&self, row: &Row) -> (String, Look) {
        let packaging = self.table.words(row, "packaging");
        let fresh = self.table.words(row, "start") == "instance-cold";
        let look = Look::of(packaging.parse().ok(), fresh);
        let name = if fresh {
            format!("{packaging}, a fresh instance for each call")
        } else {
            packaging.to_owned()
        };
        (name, look)
    }

    /// Numbers under these keys of all bands with the same server and call: they share their axes.
    fn values(&self, band: &[Row], keys: &'static [&'static str]) -> impl Iterator<Item = f64> {
        let of = |row: &Row| ["server", "call"].map(|key| self.table.words(row, key).to_owned());
        let own = band.first().map(of);
        let rows = self
            .table
            .rows
            .iter()
            .filter(move |row| Some(of(row)) == own);
        let cells = rows.flat_map(move |row| keys.iter().map(|key| self.table.cell(row, key)));
        cells.filter_map(Cell::real).collect::<Vec<_>>().into_iter()
    }

    /// The notes, and what has no point.
    fn notes(&self) -> Vec<String> {
        let mut notes = notes(self.table);
        for share in self.left_out.iter().flatten() {
            notes.push(format!(
                "Not drawn, for want of room: the open loop at {share} %."
            ));
        }
        for row in &self.table.rows {
            if let Cell::Missing(why) = self.table.cell(row, "latency") {
                let words = ["server", "call", "transport", "packaging"];
                let words = words.map(|key| self.table.words(row, key)).join(" ");
                let connections = self.table.cell(row, "connections").text();
                notes.push(format!(
                    "Not drawn: {words}, {connections} in flight: {why}."
                ));
            }
        }
        notes
    }
}

impl Picture for LoadPlot<'_> {
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

impl LoadPlot<'_> {
    /// One server, call and transport: above against connections, below against throughput.
    fn band<B: DrawingBackend>(&self, canvas: &Canvas<B>, band: &[Row], top: i32) -> Painted<B> {
        let Some(first) = band.first() else {
            return Ok(());
        };
        let words = |key| self.table.words(first, key);
        let name = format!(
            "{}  {} over {}",
            words("server"),
            words("call"),
            words("transport")
        );
        heading(canvas, &name, top)?;
        let latency = Scale::around(self.values(band, &["latency", "latency_p99"]), Unit::Nanos);
        let connections = Scale::at(
            self.table
                .rows
                .iter()
                .filter_map(|row| self.connections(row)),
        );
        let rate = Scale::around(self.values(band, &["answered_per_second"]), Unit::PerSecond);
        let (columns, _) = self.grid();
        let width = (WIDTH - LEFT - RIGHT - BETWEEN * (columns - 1)) / columns;
        let kinds = [
            (&connections, "calls in flight (log scale)"),
            (&rate, "calls answered a second (log scale)"),
        ];
        for (index, &share) in (0..).zip(&self.loops) {
            for (kind, (x, below)) in (0..).zip(kinds) {
                // A loop has a column, with throughput below; a lone one has both beside each other.
                let (column, row) = if self.loops.len() == 1 {
                    (kind, 0)
                } else {
                    (index, kind)
                };
                let left = LEFT + column * (width + BETWEEN);
                let up = top + HEADING + row * (PANEL + BELOW);
                let panel = Panel {
                    left,
                    right: left + width,
                    top: up,
                    bottom: up + PANEL,
                    x: x.clone(),
                    y: latency.clone(),
                    below,
                    numbered: column == 0,
                };
                self.lines(canvas, band, share, &panel, kind == 0)?;
                if row == 0 {
                    let title = share.map_or("closed loop".to_owned(), |share| {
                        format!("open loop, {share} % of capacity")
                    });
                    canvas.text(&title, 16, INK, HPos::Center, (left + width / 2, up - 14))?;
                }
                if column == 0 {
                    canvas.text("latency (log)", 14, FAINT, HPos::Left, (20, up - 20))?;
                }
            }
        }
        Ok(())
    }

    /// The lines of one loop.
    fn lines<B: DrawingBackend>(
        &self,
        canvas: &Canvas<B>,
        band: &[Row],
        loop_share: Option<u64>,
        panel: &Panel,
        against_connections: bool,
    ) -> Painted<B> {
        let at = canvas.panel(panel)?;
        let rows: Vec<&Row> = band
            .iter()
            .filter(|row| share(self.table, row) == loop_share)
            .collect();
        let of_line = |row: &Row| self.line(row).0;
        let mut drawn = false;
        for line in rows.chunk_by(|one, other| of_line(one) == of_line(other)) {
            let points = |key: &str| -> Vec<(i32, i32)> {
                let point = |row: &&Row| {
                    let across = if against_connections {
                        self.connections(row)
                            .map(|count| Unit::Count.quantity(count).real())
                    } else {
                        self.table.cell(row, "answered_per_second").real()
                    };
                    let latency = self.table.cell(row, key).real();
                    across
                        .zip(latency)
                        .map(|(across, latency)| at(across, latency))
                };
                line.iter().filter_map(point).collect()
            };
            let look = self.line(line[0]).1;
            let (medians, tails) = (points("latency"), points("latency_p99"));
            drawn |= !medians.is_empty();
            // The tail lies below, so that its hollow marks do not hide a median.
            canvas.series(&tails, look.tail())?;
            canvas.series(&medians, look)?;
        }
        if !drawn {
            nothing(canvas, panel)?;
        }
        Ok(())
    }

    fn connections(&self, row: &Row) -> Option<u64> {
        match self.table.cell(row, "connections") {
            Cell::Count(count) => Some(*count),
            _ => None,
        }
    }
}

/// The share of the capacity that was offered, in percent; none of a closed loop.
fn share(table: &Table, row: &Row) -> Option<u64> {
    match table.cell(row, "load_percent") {
        Cell::Count(share) => Some(*share),
        _ => None,
    }
}
