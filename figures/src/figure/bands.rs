//! What a picture of several plots has around them: title and legend above, one band of plots below another, notes.

use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::canvas::{Canvas, FAINT, INK, Painted, RULE, lines};
use super::frame::WIDTH;
use super::panel::{Look, Panel, legend_height};
use crate::order::SPREADS;
use crate::table::{MARK, Table};

/// Left of the plots: the numbers of the vertical axis.
pub(super) const LEFT: i32 = 92;
/// Right of the plots.
pub(super) const RIGHT: i32 = 24;
/// The height of a band's heading, and of what stands below a plot.
pub(super) const HEADING: i32 = 62;
pub(super) const BELOW: i32 = 54;
/// Above the legend.
const TOP: i32 = 64;
const NOTE: i32 = 14;
const NOTE_COLUMNS: usize = 165;

/// The bands of one picture.
pub(super) struct Bands<'a> {
    /// Gives the title.
    pub(super) table: &'a Table,
    /// The lines' names.
    pub(super) legend: Vec<(String, Look)>,
    /// The table's notes, and what has no point.
    pub(super) notes: Vec<String>,
    /// How many bands there are, and how high each is.
    pub(super) count: usize,
    pub(super) height: i32,
}

impl Bands<'_> {
    /// Width and height of the picture.
    pub(super) fn size(&self) -> (u32, u32) {
        let lines = i32::try_from(lines(&self.notes, NOTE_COLUMNS).len()).unwrap_or(0);
        let height = self.bottom() + lines.saturating_mul(NOTE + 5).saturating_add(32);
        (WIDTH.unsigned_abs(), height.unsigned_abs())
    }

    /// Writes everything but the bands. Returns where each of them begins.
    pub(super) fn paint<B: DrawingBackend>(
        &self,
        canvas: &Canvas<B>,
    ) -> Result<Vec<i32>, DrawingAreaErrorKind<B::ErrorType>> {
        canvas.text(&self.table.title, 24, INK, HPos::Left, (20, 28))?;
        canvas.legend(&self.legend, (20, TOP), WIDTH - 20)?;
        let notes = (20, self.bottom() + 16);
        canvas.paragraph(&self.notes, NOTE_COLUMNS, NOTE, notes)?;
        let tops = std::iter::successors(Some(self.top()), |top| Some(top + self.height));
        Ok(tops.take(self.count).collect())
    }

    fn top(&self) -> i32 {
        TOP + legend_height(&self.legend, 20, WIDTH - 20)
    }

    fn bottom(&self) -> i32 {
        let count = i32::try_from(self.count).unwrap_or(0);
        self.top() + count.saturating_mul(self.height)
    }
}

/// The table's notes but those on brackets and on marks behind numbers: a plot has neither.
pub(super) fn notes(table: &Table) -> Vec<String> {
    let mut notes = table.notes.clone();
    notes.retain(|note| note != SPREADS && !note.starts_with(MARK));
    notes
}

/// The legend of lines of medians and tails: each line once, in the order given, and what the two kinds look like.
pub(super) fn legend(lines: impl Iterator<Item = (String, Look)>) -> Vec<(String, Look)> {
    let mut legend: Vec<(String, Look)> = Vec::new();
    for (name, look) in lines {
        if !legend.iter().any(|(known, _)| *known == name) {
            legend.push((name, look));
        }
    }
    legend.push(("median".to_owned(), Look::of(None, false)));
    legend.push(("99th percentile".to_owned(), Look::of(None, false).tail()));
    legend
}

/// Writes into a plot without a point that there is none.
pub(super) fn nothing<B: DrawingBackend>(canvas: &Canvas<B>, panel: &Panel) -> Painted<B> {
    let middle = (
        i32::midpoint(panel.left, panel.right),
        i32::midpoint(panel.top, panel.bottom),
    );
    canvas.text("not measured", 16, FAINT, HPos::Center, middle)
}

/// Writes the heading of a band, under a rule.
pub(super) fn heading<B: DrawingBackend>(canvas: &Canvas<B>, text: &str, top: i32) -> Painted<B> {
    canvas.line((20, top + 4), (WIDTH - 20, top + 4), RULE, 1)?;
    canvas.text(text, 18, INK, HPos::Left, (20, top + 22))
}
