//! What pictures share: a font of our own, colours, and the two file formats.

use std::ops::Range;
use std::sync::OnceLock;

use plotters::coord::combinators::LogCoord;
use plotters::coord::types::RangedCoordf64;
use plotters::coord::{CoordTranslate, Shift};
use plotters::element::DashedPathElement;
use plotters::prelude::*;
use plotters::style::register_font;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use record::Packaging;

use super::panel::{Look, Mark};

/// A picture of a table, for either format.
pub trait Picture {
    /// Width and height, in the pixels of the SVG.
    fn size(&self) -> (u32, u32);

    /// Draws it.
    fn paint<B: DrawingBackend>(&self, canvas: &Canvas<B>) -> Painted<B>;

    /// The picture as SVG.
    fn svg(&self) -> Result<String, String>
    where
        Self: Sized,
    {
        let mut svg = String::new();
        let area = SVGBackend::with_string(&mut svg, self.size()).into_drawing_area();
        draw(self, area, 1)?;
        Ok(svg)
    }

    /// The picture as PNG.
    fn png(&self) -> Result<Vec<u8>, String>
    where
        Self: Sized,
    {
        let sharp = |length: u32| length.saturating_mul(SHARPNESS.unsigned_abs());
        let (width, height) = self.size();
        let (width, height) = (sharp(width), sharp(height));
        let mut pixels = vec![0; 3 * width as usize * height as usize];
        let backend = BitMapBackend::with_buffer(&mut pixels, (width, height));
        draw(self, backend.into_drawing_area(), SHARPNESS)?;
        encode(&pixels, width, height).map_err(|error| error.to_string())
    }
}

fn encode(pixels: &[u8], width: u32, height: u32) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::High);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(bytes)
}

/// What drawing gives.
pub type Painted<B> = Result<(), Failed<B>>;

/// Why drawing failed.
type Failed<B> = DrawingAreaErrorKind<<B as DrawingBackend>::ErrorType>;

/// Where a picture is drawn. All coordinates are the SVG's; a PNG has several pixels for each.
pub struct Canvas<B: DrawingBackend> {
    area: DrawingArea<B, Shift>,
    scale: i32,
}

/// A PNG's pixels for each of the SVG's: small letters need more than one.
const SHARPNESS: i32 = 2;

/// Where a horizontal logarithmic axis lies.
pub(super) struct Axis {
    /// Its ends.
    pub(super) range: Range<f64>,
    /// The left end, the right end, and the top and bottom of what it measures.
    pub(super) left: i32,
    pub(super) right: i32,
    pub(super) top: i32,
    pub(super) bottom: i32,
}

/// A line across an axis.
pub(super) struct Tick {
    pub(super) value: f64,
    /// Empty for a line alone.
    pub(super) label: String,
    pub(super) ink: RGBColor,
    pub(super) width: u32,
}

/// Tells where a value lies on an axis.
pub(super) type At = Box<dyn Fn(f64) -> i32>;

/// In an SVG the reader's own font is used: the one whose widths we know, then one that is as wide.
const FAMILY: &str = "DejaVu Sans, Verdana, sans-serif";
/// Compiled in, so that no machine needs fonts to draw.
const FONT: &[u8] = include_bytes!("../../fonts/DejaVuSans-subset.ttf");

pub(super) const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
pub(super) const FAINT: RGBColor = RGBColor(0x66, 0x66, 0x66);
pub(super) const RULE: RGBColor = RGBColor(0xd8, 0xd8, 0xd8);
pub(super) const LIGHT: RGBColor = RGBColor(0xee, 0xee, 0xee);
pub(super) const ALARM: RGBColor = RGBColor(0xb0, 0x2a, 0x1a);

/// Okabe and Ito's palette, which readers with any colour vision can tell apart.
pub(super) fn colour(packaging: Option<Packaging>) -> RGBColor {
    match packaging {
        Some(Packaging::Component) => RGBColor(0x00, 0x72, 0xb2),
        Some(Packaging::ComponentWasmtime) => RGBColor(0x56, 0xb4, 0xe9),
        Some(Packaging::Native) => RGBColor(0xe6, 0x9f, 0x00),
        Some(Packaging::ContainerNative) => RGBColor(0xd5, 0x5e, 0x00),
        Some(Packaging::ContainerComponent) => RGBColor(0x00, 0x9e, 0x73),
        Some(Packaging::ContainerReference) => RGBColor(0xcc, 0x79, 0xa7),
        Some(Packaging::Reference) | None => RGBColor(0x80, 0x80, 0x80),
    }
}

impl<B: DrawingBackend> Canvas<B> {
    /// A text of this size; `at` is its left, middle or right end, half its height up.
    pub(super) fn text(
        &self,
        text: &str,
        size: i32,
        ink: RGBColor,
        side: HPos,
        at: (i32, i32),
    ) -> Painted<B> {
        let style = (FAMILY, size * self.scale)
            .into_font()
            .color(&ink)
            .pos(Pos::new(side, VPos::Center));
        let shown: String = text
            .chars()
            .map(|next| if next.is_control() { ' ' } else { next })
            .collect();
        // In a bitmap the room below the letters counts as a part of their height, so they would stand too high.
        let (across, down) = self.scaled(at);
        let lower = if self.scale == SHARPNESS { size / 6 } else { 0 };
        self.area
            .draw(&Text::new(shown, (across, down + lower), style))
    }

    /// A text on white ground, so that no line runs through its letters.
    pub(super) fn text_on_white(
        &self,
        text: &str,
        size: i32,
        side: HPos,
        at: (i32, i32),
    ) -> Painted<B> {
        let (width, half) = (wide(text, size), size * 6 / 10);
        let left = match side {
            HPos::Left => at.0,
            HPos::Center => at.0 - width / 2,
            HPos::Right => at.0 - width,
        };
        let corners = [(left - 2, at.1 - half), (left + width + 2, at.1 + half)];
        self.bar(corners, WHITE)?;
        self.text(text, size, INK, side, at)
    }

    /// Texts under one another, each wrapped at so many characters.
    pub(super) fn paragraph(
        &self,
        texts: &[String],
        columns: usize,
        size: i32,
        at: (i32, i32),
    ) -> Painted<B> {
        for (index, line) in lines(texts, columns).iter().enumerate() {
            let down = i32::try_from(index)
                .unwrap_or(i32::MAX)
                .saturating_mul(size + 5);
            self.text(line, size, FAINT, HPos::Left, (at.0, at.1 + down))?;
        }
        Ok(())
    }

    pub(super) fn line(
        &self,
        from: (i32, i32),
        to: (i32, i32),
        ink: RGBColor,
        width: u32,
    ) -> Painted<B> {
        let style = self.stroke(ink, width);
        self.area.draw(&PathElement::new(
            [from, to].map(|at| self.scaled(at)),
            style,
        ))
    }

    pub(super) fn bar(&self, corners: [(i32, i32); 2], ink: RGBColor) -> Painted<B> {
        let corners = corners.map(|corner| self.scaled(corner));
        self.area.draw(&Rectangle::new(corners, ink.filled()))
    }

    /// A bar in a dark frame: one that stands out without its colour.
    pub(super) fn framed(&self, corners: [(i32, i32); 2], ink: RGBColor) -> Painted<B> {
        self.bar(corners, ink)?;
        let corners = corners.map(|corner| self.scaled(corner));
        self.area
            .draw(&Rectangle::new(corners, self.stroke(INK, 2)))
    }

    /// An outlined bar with diagonals: what was published, not measured.
    pub(super) fn hatched(
        &self,
        [(left, top), (right, bottom)]: [(i32, i32); 2],
        ink: RGBColor,
    ) -> Painted<B> {
        let height = bottom - top;
        let mut start = left - height;
        while start < right {
            // The diagonal from (start, bottom) to (start + height, top), cut at both sides of the bar.
            let (from, to) = (start.max(left), (start + height).min(right));
            if from < to {
                let ends = [from, to].map(|end| (end, bottom - (end - start)));
                self.line(ends[0], ends[1], ink, 1)?;
            }
            start += 7;
        }
        let corners = [(left, top), (right, bottom)].map(|corner| self.scaled(corner));
        self.area
            .draw(&Rectangle::new(corners, self.stroke(ink, 1)))
    }

    /// A ring that hides what is under it.
    pub(super) fn ring(&self, at: (i32, i32)) -> Painted<B> {
        let radius = 5 * self.scale;
        self.area
            .draw(&Circle::new(self.scaled(at), radius, INK.filled()))?;
        self.area.draw(&Circle::new(
            self.scaled(at),
            radius * 3 / 5,
            WHITE.filled(),
        ))
    }

    /// A line through these points, dashed if asked.
    pub(super) fn path(&self, points: &[(i32, i32)], ink: RGBColor, dashed: bool) -> Painted<B> {
        let points: Vec<(i32, i32)> = points.iter().map(|&at| self.scaled(at)).collect();
        let style = self.stroke(ink, 2);
        if dashed {
            let (dash, gap) = (6 * self.scale, 4 * self.scale);
            let line = DashedPathElement::new(points, dash, gap, style);
            self.area.draw(&line)
        } else {
            self.area.draw(&PathElement::new(points, style))
        }
    }

    /// A point of a line; one of a tail is hollow.
    pub(super) fn mark(&self, at: (i32, i32), look: Look) -> Painted<B> {
        self.shape(at, look.mark, 5, look.ink)?;
        if look.tail {
            self.shape(at, look.mark, 3, WHITE)?;
        }
        Ok(())
    }

    /// A filled shape of this radius.
    fn shape(&self, at: (i32, i32), mark: Mark, radius: i32, ink: RGBColor) -> Painted<B> {
        let (across, down) = self.scaled(at);
        let radius = radius * self.scale;
        let corner = |(x, y): (i32, i32)| (across + x * radius / 4, down + y * radius / 4);
        let corners: &[(i32, i32)] = match mark {
            Mark::Circle => {
                let circle = Circle::new((across, down), radius, ink.filled());
                return self.area.draw(&circle);
            }
            Mark::Square => &[(-4, -4), (4, -4), (4, 4), (-4, 4)],
            Mark::Triangle => &[(0, -5), (5, 4), (-5, 4)],
            Mark::Diamond => &[(0, -6), (6, 0), (0, 6), (-6, 0)],
        };
        let corners: Vec<(i32, i32)> = corners.iter().copied().map(corner).collect();
        self.area.draw(&Polygon::new(corners, ink.filled()))
    }

    /// A whisker from one end to the other.
    pub(super) fn whisker(&self, from: i32, to: i32, middle: i32) -> Painted<B> {
        self.line((from, middle), (to, middle), INK, 1)?;
        for end in [from, to] {
            self.line((end, middle - 4), (end, middle + 4), INK, 1)?;
        }
        Ok(())
    }

    /// Draws a horizontal logarithmic axis with its ticks, and tells where values lie on it.
    pub(super) fn axis(&self, axis: &Axis, title: &str, ticks: &[Tick]) -> Result<At, Failed<B>> {
        let range = axis.range.clone();
        let place = (axis.left..axis.right, axis.top..axis.bottom);
        let spec: Cartesian2d<LogCoord<f64>, RangedCoordf64> =
            Cartesian2d::new(range.clone().log_scale(), 0.0..1.0, place);
        let at: At = Box::new(move |value| {
            spec.translate(&(value.clamp(range.start, range.end), 0.0))
                .0
        });
        for tick in ticks
            .iter()
            .filter(|tick| (axis.range.start..=axis.range.end).contains(&tick.value))
        {
            let across = at(tick.value);
            self.line(
                (across, axis.top),
                (across, axis.bottom),
                tick.ink,
                tick.width,
            )?;
            self.text(
                &tick.label,
                16,
                INK,
                HPos::Center,
                (across, axis.bottom + 17),
            )?;
        }
        self.line(
            (axis.left, axis.bottom),
            (axis.right, axis.bottom),
            FAINT,
            1,
        )?;
        let middle = i32::midpoint(axis.left, axis.right);
        self.text(title, 16, INK, HPos::Center, (middle, axis.bottom + 44))?;
        Ok(at)
    }

    fn scaled(&self, (across, down): (i32, i32)) -> (i32, i32) {
        (across * self.scale, down * self.scale)
    }

    fn stroke(&self, ink: RGBColor, width: u32) -> ShapeStyle {
        ink.stroke_width(width * self.scale.unsigned_abs())
    }
}

/// About how many pixels a text is wide.
pub(super) fn wide(text: &str, size: i32) -> i32 {
    i32::try_from(text.chars().count()).unwrap_or(0) * size * 6 / 10
}

/// The texts in lines of at most so many characters.
pub(super) fn lines(texts: &[String], columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for text in texts {
        let mut line = String::new();
        for word in text.split_whitespace() {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > columns {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

/// A text cut to so many characters.
pub(super) fn cut(text: &str, columns: usize) -> String {
    if text.chars().count() <= columns {
        return text.to_owned();
    }
    let kept: String = text.chars().take(columns.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

fn draw<B: DrawingBackend>(
    picture: &impl Picture,
    area: DrawingArea<B, Shift>,
    scale: i32,
) -> Result<(), String> {
    static REGISTERED: OnceLock<bool> = OnceLock::new();
    let registered =
        REGISTERED.get_or_init(|| register_font(FAMILY, FontStyle::Normal, FONT).is_ok());
    assert!(
        registered,
        "the font is compiled in and a test draws with it"
    );
    let explain = |error: Failed<B>| error.to_string();
    area.fill(&WHITE).map_err(explain)?;
    let canvas = Canvas { area, scale };
    picture.paint(&canvas).map_err(explain)?;
    canvas.area.present().map_err(explain)
}
