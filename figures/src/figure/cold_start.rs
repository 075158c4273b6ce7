//! Cold start by server and packaging, on a logarithmic axis: measured bars solid, published ones hatched.

use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::canvas::{Canvas, FAINT, INK, LIGHT, Painted, Picture, RULE, Tick, colour, cut};
use super::frame::{Frame, LEGEND, TOP, WIDTH};
use crate::table::{Cell, Row, Table};

/// Left of the bars: the server's and the packaging's name.
const LEFT: i32 = 330;
/// Right of the bars: the value of the longest.
const RIGHT: i32 = 235;
/// Of one bar with its gap, and of the gap between two servers.
const PITCH: i32 = 27;
const BETWEEN: i32 = 14;

/// The picture of [`cold_start`](crate::cold_start).
pub struct ColdStart<'a> {
    table: &'a Table,
}

impl<'a> ColdStart<'a> {
    /// Of this table.
    pub fn new(table: &'a Table) -> Self {
        Self { table }
    }

    /// The rows by server, in the table's order.
    fn groups(&self) -> Vec<&'a [Row]> {
        let server = |row: &Row| self.table.words(row, "server").to_owned();
        self.table
            .rows
            .chunk_by(|one, other| server(one) == server(other))
            .collect()
    }

    fn value(&self, row: &Row) -> Option<f64> {
        self.table
            .cell(row, "cold_start")
            .real()
            .map(milliseconds)
            .filter(|value| *value > 0.0)
    }

    /// Whole decades around every value and whisker.
    fn range(&self) -> std::ops::Range<f64> {
        let ends = self.table.rows.iter().flat_map(|row| {
            let whisker = ends(self.table.cell(row, "cold_start"));
            [
                self.value(row),
                whisker.map(|(low, _)| low),
                whisker.map(|(_, high)| high),
            ]
        });
        let (low, high) = ends
            .flatten()
            .filter(|value| *value > 0.0)
            .fold((f64::INFINITY, 0.0_f64), |(low, high), value| {
                (low.min(value), high.max(value))
            });
        if high == 0.0 {
            return 0.1..1_000.0;
        }
        // A bar of no length says nothing, so the axis starts well below the least.
        let floor = 10_f64.powf((low / 1.5).log10().floor());
        floor..(high * 1.25).max(floor * 10.0)
    }

    fn frame(&self) -> Frame<'a> {
        let groups = self.groups();
        let bars: usize = groups.iter().map(|rows| rows.len()).sum();
        Frame {
            table: self.table,
            left: LEFT,
            right: RIGHT,
            bars: pixels(bars) * PITCH + pixels(groups.len()) * BETWEEN,
        }
    }
}

impl Picture for ColdStart<'_> {
    fn size(&self) -> (u32, u32) {
        self.frame().size()
    }

    fn paint<B: DrawingBackend>(&self, canvas: &Canvas<B>) -> Painted<B> {
        let frame = self.frame();
        frame.title(canvas)?;
        legend(canvas)?;

        let range = self.range();
        let ticks = ticks(&range);
        let axis = frame.axis(range);
        let at = canvas.axis(&axis, "time to the first answer (log scale)", &ticks)?;
        let mut top = TOP + BETWEEN / 2;
        for (index, rows) in self.groups().into_iter().enumerate() {
            if index > 0 {
                let rule = top - BETWEEN / 2;
                canvas.line((20, rule), (WIDTH - 20, rule), RULE, 1)?;
            }
            let server = self.table.words(&rows[0], "server");
            canvas.text(&cut(server, 20), 18, INK, HPos::Left, (20, top + PITCH / 2))?;
            for row in rows {
                self.row(canvas, row, top, &at)?;
                top += PITCH;
            }
            top += BETWEEN;
        }
        frame.notes(canvas)
    }
}

impl ColdStart<'_> {
    /// One bar with its name, whisker and value.
    fn row<B: DrawingBackend>(
        &self,
        canvas: &Canvas<B>,
        row: &Row,
        top: i32,
        at: &dyn Fn(f64) -> i32,
    ) -> Painted<B> {
        let middle = top + PITCH / 2;
        let packaging = self.table.words(row, "packaging");
        let compiled = if self.table.words(row, "start") == "process-compile" {
            ", compiling"
        } else {
            ""
        };
        canvas.text(
            &format!("{packaging}{compiled}"),
            16,
            INK,
            HPos::Right,
            (LEFT - 8, middle),
        )?;
        let cell = self.table.cell(row, "cold_start");
        let Some(value) = self.value(row) else {
            return canvas.text(
                &cut(&cell.text(), 92),
                16,
                FAINT,
                HPos::Left,
                (LEFT + 6, middle),
            );
        };
        let ink = colour(packaging.parse().ok());
        let corners = [(LEFT, middle - 9), (at(value), middle + 9)];
        let mut end = at(value);
        if self.table.words(row, "source") == "published" {
            canvas.hatched(corners, ink)?;
        } else {
            canvas.bar(corners, ink)?;
            if let Some((low, high)) = ends(cell) {
                canvas.whisker(at(low), at(high), middle)?;
                end = end.max(at(high));
            }
        }
        let source = if self.table.words(row, "source") == "published" {
            " published"
        } else {
            ""
        };
        canvas.text(
            &format!("{}{source}", cell.text()),
            16,
            INK,
            HPos::Left,
            (end + 8, middle),
        )
    }
}

fn legend<B: DrawingBackend>(canvas: &Canvas<B>) -> Painted<B> {
    let middle = LEGEND;
    let grey = colour(None);
    canvas.bar([(20, middle - 8), (50, middle + 8)], grey)?;
    canvas.text(
        "measured in this run, median",
        16,
        INK,
        HPos::Left,
        (58, middle),
    )?;
    canvas.hatched([(300, middle - 8), (330, middle + 8)], grey)?;
    canvas.text(
        "published: the paper's Table III, Intel NUC",
        16,
        INK,
        HPos::Left,
        (338, middle),
    )?;
    canvas.whisker(680, 710, middle)?;
    canvas.text(
        "95 % interval of the median, or the range of few samples",
        16,
        INK,
        HPos::Left,
        (718, middle),
    )
}

/// The ends of a measured cell's spread.
fn ends(cell: &Cell) -> Option<(f64, f64)> {
    let Cell::Estimate(estimate) = cell.unmarked() else {
        return None;
    };
    let (low, high) = estimate.spread.ends();
    let real = |value| milliseconds(estimate.value.unit().quantity(value).real());
    Some((real(low), real(high)))
}

fn milliseconds(nanos: f64) -> f64 {
    nanos / 1e6
}

/// Every decade with its time, and lines at its double and its half.
fn ticks(range: &std::ops::Range<f64>) -> Vec<Tick> {
    let mut ticks = Vec::new();
    let mut decade = range.start;
    while decade < range.end {
        ticks.extend([2.0, 5.0].map(|part| Tick {
            value: decade * part,
            label: String::new(),
            ink: LIGHT,
            width: 1,
        }));
        ticks.push(Tick {
            value: decade,
            label: tick(decade),
            ink: RULE,
            width: 1,
        });
        decade *= 10.0;
    }
    ticks
}

/// A time in the unit that needs the fewest digits.
fn tick(milliseconds: f64) -> String {
    match milliseconds {
        value if value >= 999.5 => format!("{} s", trimmed(value / 1e3)),
        value if value >= 0.999_5 => format!("{} ms", trimmed(value)),
        value => format!("{} µs", trimmed(value * 1e3)),
    }
}

fn trimmed(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn pixels(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(0)
}
