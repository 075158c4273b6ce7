//! What a picture of bars has around them: a title and a legend above, an axis below, and notes under it.

use std::ops::Range;

use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::canvas::{Axis, Canvas, INK, Painted, lines};
use crate::table::Table;

/// Of the whole picture.
pub(super) const WIDTH: i32 = 1200;
/// Above the bars: title and legend.
pub(super) const TOP: i32 = 100;
/// The middle of the legend.
pub(super) const LEGEND: i32 = 64;
/// The axis' own height below the bars.
const AXIS: i32 = 66;
const NOTE: i32 = 14;
const NOTE_COLUMNS: usize = 165;

/// The frame of one picture.
pub(super) struct Frame<'a> {
    /// Gives the title and the notes.
    pub(super) table: &'a Table,
    /// Left of the bars, for their names.
    pub(super) left: i32,
    /// Right of the bars, for the value of the longest.
    pub(super) right: i32,
    /// The height of all bars.
    pub(super) bars: i32,
}

impl Frame<'_> {
    /// Width and height of the picture.
    pub(super) fn size(&self) -> (u32, u32) {
        let lines = lines(&self.table.notes, NOTE_COLUMNS).len();
        let notes = i32::try_from(lines).unwrap_or(0) * (NOTE + 5);
        let height = TOP + self.bars + AXIS + notes + 16;
        let width = WIDTH.unsigned_abs();
        (width, u32::try_from(height).unwrap_or(width))
    }

    /// The axis below the bars.
    pub(super) fn axis(&self, range: Range<f64>) -> Axis {
        Axis {
            range,
            left: self.left,
            right: WIDTH - self.right,
            top: TOP,
            bottom: TOP + self.bars,
        }
    }

    /// Writes the title.
    pub(super) fn title<B: DrawingBackend>(&self, canvas: &Canvas<B>) -> Painted<B> {
        canvas.text(&self.table.title, 24, INK, HPos::Left, (20, 28))
    }

    /// Writes the notes.
    pub(super) fn notes<B: DrawingBackend>(&self, canvas: &Canvas<B>) -> Painted<B> {
        let corner = (20, TOP + self.bars + AXIS + 8);
        canvas.paragraph(&self.table.notes, NOTE_COLUMNS, NOTE, corner)
    }
}
