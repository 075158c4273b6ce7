//! Figure 9 as a picture: on the left where a policy's calls are, on the right how many of them break the rules.

use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::canvas::{ALARM, Canvas, FAINT, INK, Painted, Picture, RULE, cut, lines};
use super::frame::WIDTH;
use super::split::{Bar, Lane};
use crate::table::{Cell, Row, Table};

const TOP: i32 = 130;
/// Of one policy, with the gap to the next.
const PITCH: i32 = 74;
const NOTE: i32 = 14;
const NOTE_COLUMNS: usize = 165;
/// Where calls are, and where violations are counted.
const LEFT: (i32, i32) = (150, 560);
const RIGHT: (i32, i32) = (760, 1090);

/// Tiers by column: Okabe and Ito's palette.
const TIERS: [(&str, RGBColor); 4] = [
    ("device", RGBColor(0x00, 0x72, 0xb2)),
    ("edge", RGBColor(0x00, 0x9e, 0x73)),
    ("cloud", RGBColor(0xe6, 0x9f, 0x00)),
    ("elsewhere", RGBColor(0x80, 0x80, 0x80)),
];
/// The columns of what the paper prints of each.
const PRINTED: [(&str, &str); 3] = [
    ("device", "printed_device"),
    ("edge", "printed_edge"),
    ("cloud", "printed_cloud"),
];
const STRICT: RGBColor = RGBColor(0xcc, 0x79, 0xa7);

/// The picture of [`figure9`](crate::figure9).
pub struct PlacementPlot<'a> {
    table: &'a Table,
}

impl<'a> PlacementPlot<'a> {
    /// Of this table.
    pub fn new(table: &'a Table) -> Self {
        Self { table }
    }

    fn bottom(&self) -> i32 {
        TOP + i32::try_from(self.table.rows.len()).unwrap_or(0) * PITCH
    }

    fn count(&self, row: &Row, key: &str) -> Option<f64> {
        match self.table.cell(row, key) {
            Cell::Count(count) => u32::try_from(*count).ok().map(f64::from),
            _ => None,
        }
    }
}

impl Picture for PlacementPlot<'_> {
    fn size(&self) -> (u32, u32) {
        let notes = i32::try_from(lines(&self.table.notes, NOTE_COLUMNS).len()).unwrap_or(0);
        let height = self.bottom() + notes * (NOTE + 5) + 40;
        (WIDTH.unsigned_abs(), height.unsigned_abs())
    }

    fn paint<B: DrawingBackend>(&self, canvas: &Canvas<B>) -> Painted<B> {
        canvas.text(&cut(&self.table.title, 92), 22, INK, HPos::Left, (20, 28))?;
        let mut across = LEFT.0;
        for (tier, ink) in TIERS {
            let occurs = |row: &Row| self.count(row, tier).is_some_and(|calls| calls > 0.0);
            if self.table.rows.iter().any(occurs) {
                canvas.bar([(across, 60), (across + 26, 76)], ink)?;
                canvas.text(tier, 16, INK, HPos::Left, (across + 34, 68))?;
                across += 130;
            }
        }
        for (index, (words, ink)) in [
            ("published rules", Some(ALARM)),
            ("strict rules", Some(STRICT)),
            ("printed in the paper", None),
        ]
        .into_iter()
        .enumerate()
        {
            let left = RIGHT.0 - 40 + 155 * i32::try_from(index).unwrap_or(0);
            let corners = [(left, 60), (left + 22, 76)];
            match ink {
                Some(ink) => canvas.bar(corners, ink)?,
                None => canvas.hatched(corners, FAINT)?,
            }
            canvas.text(words, 15, INK, HPos::Left, (left + 28, 68))?;
        }
        canvas.text(
            "calls on each tier",
            16,
            INK,
            HPos::Left,
            (LEFT.0, TOP - 22),
        )?;
        canvas.text(
            "calls that break the rules",
            16,
            INK,
            HPos::Left,
            (RIGHT.0, TOP - 22),
        )?;
        let all = self
            .table
            .rows
            .iter()
            .filter_map(|row| self.count(row, "calls"));
        let most = all.fold(0.0, f64::max);
        let mut top = TOP;
        for row in &self.table.rows {
            canvas.line((20, top - 6), (WIDTH - 20, top - 6), RULE, 1)?;
            self.row(canvas, row, top, most)?;
            top += PITCH;
        }
        let corner = (20, self.bottom() + 16);
        canvas.paragraph(&self.table.notes, NOTE_COLUMNS, NOTE, corner)
    }
}

impl PlacementPlot<'_> {
    fn row<B: DrawingBackend>(
        &self,
        canvas: &Canvas<B>,
        row: &Row,
        top: i32,
        most: f64,
    ) -> Painted<B> {
        let middle = top + PITCH / 2 - 6;
        let policy = self.table.words(row, "policy");
        if let Cell::Missing(why) = self.table.cell(row, "calls") {
            canvas.text(policy, 15, INK, HPos::Right, (LEFT.0 - 8, middle))?;
            return canvas.text(&cut(why, 120), 14, FAINT, HPos::Left, (LEFT.0 + 6, middle));
        }
        let lane = |(left, right): (i32, i32)| Lane { left, right, most };
        let calls = lane(LEFT);
        let parts: Vec<(f64, RGBColor)> = TIERS
            .iter()
            .filter_map(|(tier, ink)| Some((self.count(row, tier)?, *ink)))
            .collect();
        let shown = TIERS.iter().filter_map(|(tier, _)| {
            let count = self.count(row, tier).filter(|count| *count > 0.0)?;
            Some(format!("{count} {tier}"))
        });
        let text = shown.collect::<Vec<_>>().join(", ");
        calls.edge(canvas, top, top + PITCH - 12)?;
        let bar = Bar {
            name: policy.to_owned(),
            parts,
            text,
            alarming: false,
        };
        calls.bar(canvas, &bar, middle)?;
        let printed = TIERS.iter().filter_map(|(tier, _)| {
            let key = PRINTED.iter().find(|(of, _)| of == tier)?.1;
            Some(format!("{} {tier}", self.count(row, key)?))
        });
        let printed: Vec<String> = printed.collect();
        if !printed.is_empty() {
            let agrees = self.table.words(row, "placement_agrees");
            let text = format!("printed: {}; {agrees}", printed.join(", "));
            let corner = (LEFT.0 + 4, middle + 18);
            canvas.text(&text, 13, FAINT, HPos::Left, corner)?;
        }
        let broken = lane(RIGHT);
        broken.edge(canvas, top, top + PITCH - 12)?;
        for (index, (key, ink)) in [("published", ALARM), ("strict", STRICT)]
            .into_iter()
            .enumerate()
        {
            let middle = top + 10 + 20 * i32::try_from(index).unwrap_or(0);
            let (parts, text) = match self.count(row, key) {
                Some(count) => (vec![(count, ink)], count.to_string()),
                None => (Vec::new(), self.table.cell(row, key).text()),
            };
            let name = key.to_owned();
            let bar = Bar {
                name,
                parts,
                text,
                alarming: false,
            };
            broken.bar(canvas, &bar, middle)?;
        }
        let middle = top + 50;
        let Some(printed) = self.count(row, "printed_violations") else {
            return Ok(());
        };
        canvas.text("printed", 15, INK, HPos::Right, (RIGHT.0 - 8, middle))?;
        let end = broken.at(printed);
        if end > RIGHT.0 {
            canvas.hatched([(RIGHT.0, middle - 8), (end, middle + 8)], FAINT)?;
        }
        let text = format!("{printed}, {}", self.table.words(row, "violations_agree"));
        canvas.text(&text, 14, INK, HPos::Left, (end + 6, middle))
    }
}
