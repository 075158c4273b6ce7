//! A plot with two logarithmic axes, its lines and marks, and a legend that wraps.

use std::ops::Range;

use plotters::coord::CoordTranslate;
use plotters::coord::combinators::LogCoord;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;
use record::{Packaging, Unit};

use super::canvas::{Canvas, FAINT, INK, LIGHT, Painted, RULE, colour, wide};

/// The letters of ticks.
const SMALL: i32 = 14;
/// How far apart two ticks of a vertical axis are at least.
const APART: i32 = 20;

/// Where a plot lies, and what its axes span.
pub(super) struct Panel {
    pub(super) left: i32,
    pub(super) right: i32,
    pub(super) top: i32,
    pub(super) bottom: i32,
    pub(super) x: Scale,
    pub(super) y: Scale,
    /// Below the horizontal axis.
    pub(super) below: &'static str,
    /// Whether the vertical axis has numbers: panels that share one do not repeat it.
    pub(super) numbered: bool,
}

/// An axis: what it spans, and where it has lines.
#[derive(Clone)]
pub(super) struct Scale {
    pub(super) range: Range<f64>,
    pub(super) ticks: Vec<(f64, String)>,
}

/// A line's own look. Shape and dashes tell lines apart where colour does not.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) ink: RGBColor,
    pub(super) mark: Mark,
    /// Dashes and hollow marks: the tail, not the median.
    pub(super) tail: bool,
}

/// The shape of a point.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Circle,
    Square,
    Triangle,
    Diamond,
}

/// Tells where values lie in a panel.
pub(super) type Place = Box<dyn Fn(f64, f64) -> (i32, i32)>;

impl Look {
    /// Of a packaging's medians; a fresh instance for each call is a shape of its own.
    pub(super) fn of(packaging: Option<Packaging>, fresh: bool) -> Self {
        let mark = match packaging {
            _ if fresh => Mark::Diamond,
            Some(Packaging::Component | Packaging::ContainerComponent) => Mark::Circle,
            Some(Packaging::Native | Packaging::ContainerNative) => Mark::Square,
            _ => Mark::Triangle,
        };
        Self {
            ink: colour(packaging),
            mark,
            tail: false,
        }
    }

    /// The same line's tail.
    pub(super) fn tail(self) -> Self {
        Self { tail: true, ..self }
    }
}

impl Scale {
    /// Around these values, with round numbers of this unit.
    pub(super) fn around(values: impl Iterator<Item = f64>, unit: Unit) -> Self {
        let ends = values
            .filter(|value| *value > 0.0 && value.is_finite())
            .fold(None, |ends: Option<(f64, f64)>, value| {
                let (low, high) = ends.unwrap_or((value, value));
                Some((low.min(value), high.max(value)))
            });
        let (low, high) = ends.unwrap_or((1.0, 10.0));
        let range = (low / 1.4)..(high * 1.4);
        // From few round numbers to many, in tenths, until there are enough for a reader to go by.
        let grids: [&[u64]; 3] = [
            &[10],
            &[10, 20, 50],
            &[10, 15, 20, 30, 40, 50, 60, 70, 80, 90],
        ];
        let mut ticks = Vec::new();
        for grid in grids {
            ticks = grid_in(&range, grid)
                .into_iter()
                .map(|value| (unit.quantity(value).real(), label(unit, value)))
                .collect();
            if ticks.len() >= 3 {
                break;
            }
        }
        Self { range, ticks }
    }

    /// With a line at each of these counts.
    pub(super) fn at(counts: impl Iterator<Item = u64>) -> Self {
        let mut counts: Vec<u64> = counts.filter(|count| *count > 0).collect();
        counts.sort_unstable();
        counts.dedup();
        let scale = Self::around(
            counts
                .iter()
                .map(|&count| Unit::Count.quantity(count).real()),
            Unit::Count,
        );
        let ticks = counts.into_iter().map(|count| {
            (
                Unit::Count.quantity(count).real(),
                label(Unit::Count, count),
            )
        });
        Self {
            range: scale.range,
            ticks: ticks.collect(),
        }
    }
}

/// Every power of ten times one of these tenths that lies in the range.
fn grid_in(range: &Range<f64>, tenths: &[u64]) -> Vec<u64> {
    let powers = (0..19_u32).map(|power| 10_u64.pow(power));
    powers
        .flat_map(|power| tenths.iter().map(move |part| (power, part)))
        .filter(|(power, part)| *power > 1 || *part % 10 == 0)
        .filter_map(|(power, part)| Some(power.checked_mul(*part)? / 10))
        .filter(|value| range.contains(&Unit::Count.quantity(*value).real()))
        .collect()
}

/// A round number without the zeros behind its point; rates without their unit, which the axis has.
fn label(unit: Unit, value: u64) -> String {
    let unit = if unit == Unit::PerSecond {
        Unit::Count
    } else {
        unit
    };
    let text = unit.quantity(value).to_string();
    match text.split_once(' ') {
        Some((number, name)) if number.contains('.') => {
            let number = number.trim_end_matches('0').trim_end_matches('.');
            format!("{number} {name}")
        }
        _ => text,
    }
}

impl<B: DrawingBackend> Canvas<B> {
    /// Draws a panel's axes, and tells where values lie in it.
    pub(super) fn panel(&self, panel: &Panel) -> Result<Place, DrawingAreaErrorKind<B::ErrorType>> {
        let Panel {
            left,
            right,
            top,
            bottom,
            ..
        } = *panel;
        let (x, y) = (panel.x.range.clone(), panel.y.range.clone());
        let spec: Cartesian2d<LogCoord<f64>, LogCoord<f64>> = Cartesian2d::new(
            x.clone().log_scale(),
            y.clone().log_scale(),
            (left..right, bottom..top),
        );
        let place: Place = Box::new(move |across, up| {
            spec.translate(&(across.clamp(x.start, x.end), up.clamp(y.start, y.end)))
        });
        // A number that would touch another is left out, its line is not. Powers of ten are written first.
        let mut ticks: Vec<&(f64, String)> = panel.x.ticks.iter().collect();
        ticks.sort_by_key(|(value, _)| value.log10().fract().abs() > 1e-9);
        let mut taken: Vec<Range<i32>> = Vec::new();
        for (value, label) in ticks {
            let (across, _) = place(*value, panel.y.range.start);
            self.line((across, top), (across, bottom), LIGHT, 1)?;
            let half = wide(label, SMALL) / 2 + 4;
            let room = across - half..across + half;
            if taken
                .iter()
                .all(|other| room.end <= other.start || other.end <= room.start)
            {
                self.text(label, SMALL, INK, HPos::Center, (across, bottom + 14))?;
                taken.push(room);
            }
        }
        let mut free = i32::MAX;
        for (value, label) in &panel.y.ticks {
            let (_, down) = place(panel.x.range.start, *value);
            self.line((left, down), (right, down), LIGHT, 1)?;
            if panel.numbered && down < free {
                self.text(label, SMALL, INK, HPos::Right, (left - 6, down))?;
                free = down - APART;
            }
        }
        for (from, to) in [((left, top), (right, top)), ((right, top), (right, bottom))] {
            self.line(from, to, RULE, 1)?;
        }
        for (from, to) in [
            ((left, top), (left, bottom)),
            ((left, bottom), (right, bottom)),
        ] {
            self.line(from, to, FAINT, 1)?;
        }
        let middle = i32::midpoint(left, right);
        self.text(panel.below, SMALL, INK, HPos::Center, (middle, bottom + 34))?;
        Ok(place)
    }

    /// A line through these points with a mark on each.
    pub(super) fn series(&self, points: &[(i32, i32)], look: Look) -> Painted<B> {
        self.path(points, look.ink, look.tail)?;
        for &point in points {
            self.mark(point, look)?;
        }
        Ok(())
    }

    /// Names beside samples of their lines, from left to right and down where there is no room.
    pub(super) fn legend(
        &self,
        entries: &[(String, Look)],
        (left, top): (i32, i32),
        right: i32,
    ) -> Painted<B> {
        for ((text, look), (across, down)) in entries.iter().zip(places(entries, left, right)) {
            let middle = top + down;
            self.series(&[(across, middle), (across + 40, middle)], *look)?;
            self.text(text, 16, INK, HPos::Left, (across + 52, middle))?;
        }
        Ok(())
    }
}

/// Where each entry of a legend stands: from the left, and down from the legend's top.
fn places(entries: &[(String, Look)], left: i32, right: i32) -> Vec<(i32, i32)> {
    let (mut across, mut down) = (left, 0);
    entries
        .iter()
        .map(|(text, _)| {
            let width = 52 + wide(text, 16) + 24;
            if across > left && across + width > right {
                (across, down) = (left, down + 26);
            }
            let at = (across, down);
            across += width;
            at
        })
        .collect()
}

/// How high a legend is between these sides.
pub(super) fn legend_height(entries: &[(String, Look)], left: i32, right: i32) -> i32 {
    places(entries, left, right)
        .last()
        .map_or(0, |(_, down)| down + 26)
}
