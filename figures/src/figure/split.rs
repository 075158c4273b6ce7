//! Bars in parts, on a linear axis from nothing, with a name on the left and a text behind the end.

use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::canvas::{Canvas, FAINT, INK, LIGHT, Painted};

/// Of one bar with its gap.
pub(super) const PITCH: i32 = 24;

/// Where bars lie.
pub(super) struct Lane {
    /// The left end of all bars, and as far right as the longest goes.
    pub(super) left: i32,
    pub(super) right: i32,
    /// What the longest is.
    pub(super) most: f64,
}

/// One bar.
pub(super) struct Bar {
    pub(super) name: String,
    /// Its parts from left to right: how long, and in which ink.
    pub(super) parts: Vec<(f64, RGBColor)>,
    /// What stands behind it.
    pub(super) text: String,
    /// Whether it stands out: something is wrong with it.
    pub(super) alarming: bool,
}

impl Lane {
    /// Where a value lies.
    pub(super) fn at(&self, value: f64) -> i32 {
        let share = if self.most > 0.0 {
            value / self.most
        } else {
            0.0
        };
        let width = f64::from(self.right - self.left);
        self.left + rounded(width * share.clamp(0.0, 1.0))
    }

    /// Draws a bar whose middle is this far down.
    pub(super) fn bar<B: DrawingBackend>(
        &self,
        canvas: &Canvas<B>,
        bar: &Bar,
        middle: i32,
    ) -> Painted<B> {
        let ink = if bar.alarming {
            super::canvas::ALARM
        } else {
            INK
        };
        canvas.text(&bar.name, 15, INK, HPos::Right, (self.left - 8, middle))?;
        let mut from = 0.0;
        for (length, colour) in &bar.parts {
            let corners = [
                (self.at(from), middle - 8),
                (self.at(from + length), middle + 8),
            ];
            if corners[1].0 > corners[0].0 {
                canvas.bar(corners, *colour)?;
            }
            from += length;
        }
        canvas.text(&bar.text, 14, ink, HPos::Left, (self.at(from) + 6, middle))
    }

    /// Draws the left edge of bars between these heights.
    pub(super) fn edge<B: DrawingBackend>(
        &self,
        canvas: &Canvas<B>,
        top: i32,
        bottom: i32,
    ) -> Painted<B> {
        canvas.line((self.left, top), (self.left, bottom), FAINT, 1)?;
        canvas.line((self.right, top), (self.right, bottom), LIGHT, 1)
    }
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "a place on a picture of 1,200 pixels; the language has no other way from a float"
)]
fn rounded(value: f64) -> i32 {
    value.round() as i32
}
