//! Component over native execution time by tool, with lines where they are equal and where it is twice.

use plotters::prelude::*;
use plotters::style::text_anchor::HPos;
use record::{Packaging, Ratio};

use super::canvas::{ALARM, Canvas, FAINT, INK, Painted, Picture, RULE, Tick, colour, cut};
use super::frame::{Frame, LEGEND, TOP};
use crate::table::{Cell, Row, Table};

const LEFT: i32 = 400;
const RIGHT: i32 = 90;
const PITCH: i32 = 26;
/// Where a component takes too long on a large input.
const MOST: f64 = 2.0;

/// The picture of [`execution_ratio`](crate::execution_ratio).
pub struct ExecutionRatio<'a> {
    table: &'a Table,
    /// Large inputs, each with the small one of its tool.
    rows: Vec<(&'a Row, Option<&'a Row>)>,
}

impl<'a> ExecutionRatio<'a> {
    /// Of this table: large inputs that have a ratio as bars, the small input of the same tool as a ring.
    pub fn new(table: &'a Table) -> Self {
        let of_size = |size: &'static str| {
            table.rows.iter().filter(move |row| {
                table.words(row, "input_size") == size
                    && ratio(table, row, "component_over_native").is_some()
            })
        };
        let same = |one: &Row, other: &Row| {
            ["server", "tool"]
                .iter()
                .all(|key| table.words(one, key) == table.words(other, key))
        };
        let rows = of_size("large")
            .map(|row| (row, of_size("small").find(|small| same(row, small))))
            .collect();
        Self { table, rows }
    }

    /// From below the least, or 0.5, to above the greatest, or 2.5.
    fn range(&self) -> std::ops::Range<f64> {
        let shown = self.rows.iter().flat_map(|(large, small)| {
            let ends = ["component_over_native", "ratio_low", "ratio_high"]
                .map(|key| ratio(self.table, large, key));
            ends.into_iter()
                .chain([small.and_then(|small| ratio(self.table, small, "component_over_native"))])
                .flatten()
        });
        let (low, high) = shown.fold((0.5_f64, 2.5_f64), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        (low / 1.08)..(high * 1.08)
    }

    fn frame(&self) -> Frame<'a> {
        Frame {
            table: self.table,
            left: LEFT,
            right: RIGHT,
            bars: i32::try_from(self.rows.len().max(1)).unwrap_or(0) * PITCH + 12,
        }
    }
}

impl Picture for ExecutionRatio<'_> {
    fn size(&self) -> (u32, u32) {
        self.frame().size()
    }

    fn paint<B: DrawingBackend>(&self, canvas: &Canvas<B>) -> Painted<B> {
        let frame = self.frame();
        frame.title(canvas)?;
        let middle = LEGEND;
        canvas.bar(
            [(20, middle - 8), (50, middle + 8)],
            colour(Some(Packaging::Component)),
        )?;
        canvas.text("large input, within 2×", 16, INK, HPos::Left, (58, middle))?;
        canvas.framed([(250, middle - 8), (280, middle + 8)], ALARM)?;
        canvas.text("large input, over 2×", 16, INK, HPos::Left, (288, middle))?;
        canvas.ring((480, middle))?;
        canvas.text(
            "small input of the same tool",
            16,
            INK,
            HPos::Left,
            (494, middle),
        )?;
        canvas.whisker(740, 770, middle)?;
        canvas.text(
            "from the ends of both spreads",
            16,
            INK,
            HPos::Left,
            (778, middle),
        )?;

        // The axis spans one decade or so, where powers of ten are too few ticks.
        let ticks = [
            0.1, 0.2, 0.5, 0.7, 1.0, 1.3, 2.0, 3.0, 5.0, 7.0, 10.0, 20.0, 50.0, 100.0,
        ]
        .map(|value| {
            let (ink, width) = if value == 1.0 || value == MOST {
                (INK, 2)
            } else {
                (RULE, 1)
            };
            Tick {
                value,
                label: format!("{value}×"),
                ink,
                width,
            }
        });
        let axis = frame.axis(self.range());
        let title = "component / native, medians (log scale; left of 1× the component is faster)";
        let at = canvas.axis(&axis, title, &ticks)?;
        if self.rows.is_empty() {
            canvas.text(
                "no tool was measured in both packagings at its large input",
                16,
                FAINT,
                HPos::Left,
                (LEFT + 6, TOP + 18),
            )?;
        }
        let mut middle = TOP + 6 + PITCH / 2;
        for (large, small) in &self.rows {
            self.row(canvas, large, *small, middle, &at)?;
            middle += PITCH;
        }
        frame.notes(canvas)
    }
}

impl ExecutionRatio<'_> {
    fn row<B: DrawingBackend>(
        &self,
        canvas: &Canvas<B>,
        large: &Row,
        small: Option<&Row>,
        middle: i32,
        at: &dyn Fn(f64) -> i32,
    ) -> Painted<B> {
        let of = |key: &str| ratio(self.table, large, key);
        let Some(value) = of("component_over_native") else {
            return Ok(());
        };
        let name = format!(
            "{}  {}",
            self.table.words(large, "server"),
            self.table.words(large, "input")
        );
        canvas.text(&cut(&name, 46), 16, INK, HPos::Right, (LEFT - 8, middle))?;
        let (one, end) = (at(1.0), at(value));
        let corners = [(one.min(end), middle - 8), (one.max(end), middle + 8)];
        if value > MOST {
            canvas.framed(corners, ALARM)?;
        } else {
            canvas.bar(corners, colour(Some(Packaging::Component)))?;
        }
        let mut right = one.max(end);
        if let Some((low, high)) = of("ratio_low").zip(of("ratio_high")) {
            canvas.whisker(at(low), at(high), middle)?;
            right = right.max(at(high));
        }
        if let Some(small) =
            small.and_then(|small| ratio(self.table, small, "component_over_native"))
        {
            canvas.ring((at(small), middle))?;

            right = right.max(at(small) + 5);
        }
        let text = Ratio(value).to_string();
        canvas.text_on_white(&text, 16, HPos::Left, (right + 8, middle))
    }
}

fn ratio(table: &Table, row: &Row, key: &str) -> Option<f64> {
    match table.cell(row, key) {
        Cell::Ratio(Ratio(value)) if value.is_finite() && *value > 0.0 => Some(*value),
        _ => None,
    }
}
