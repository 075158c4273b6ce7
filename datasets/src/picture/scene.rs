//! A scene: sky, ridges, things and blocks under one light, textured by noise. It looks like a photograph to a hash, an encoder and a resizer.
use super::canvas::Canvas;
use super::noise;
use crate::draw::Draw;

type Colour = [f32; 3];

/// Colours that photographs are made of; each use varies them.
const PALETTE: [Colour; 16] = [
    [188.0, 210.0, 235.0],
    [96.0, 140.0, 190.0],
    [235.0, 196.0, 150.0],
    [70.0, 96.0, 52.0],
    [120.0, 140.0, 70.0],
    [40.0, 52.0, 40.0],
    [150.0, 120.0, 90.0],
    [200.0, 180.0, 150.0],
    [96.0, 76.0, 60.0],
    [60.0, 60.0, 66.0],
    [140.0, 140.0, 144.0],
    [230.0, 228.0, 222.0],
    [170.0, 60.0, 48.0],
    [205.0, 150.0, 60.0],
    [52.0, 82.0, 110.0],
    [28.0, 26.0, 30.0],
];

/// Something in front of what was painted before it.
struct Thing {
    shape: Shape,
    colour: Colour,
    /// Share by which the texture changes its brightness.
    texture: f32,
    /// Brightness across it, from one edge to the other.
    shade: f32,
}

enum Shape {
    /// Everything below an outline, which has one height a column.
    Ridge(Vec<f32>),
    Ellipse(Frame),
    Block {
        frame: Frame,
        windows: f32,
    },
}

/// A rotated box: centre, half extents, and the cosine and sine of its angle.
struct Frame {
    x: f32,
    y: f32,
    half: [f32; 2],
    turn: [f32; 2],
}

impl Frame {
    fn random(draw: &mut Draw, width: f32, height: f32, leaning: f32) -> Self {
        let size = width.min(height);
        // the rational point of the circle: no sine, whose last bit differs between C libraries
        let t = draw.spread(-leaning, leaning);
        Frame {
            x: draw.spread(0.05, 0.95) * width,
            y: draw.spread(0.15, 1.0) * height,
            half: [
                draw.spread(0.05, 0.32) * size,
                draw.spread(0.05, 0.36) * size,
            ],
            turn: [(1.0 - t * t) / (1.0 + t * t), 2.0 * t / (1.0 + t * t)],
        }
    }

    /// Position in the box's own axes, in pixels from its centre.
    fn local(&self, x: f32, y: f32) -> [f32; 2] {
        let (dx, dy) = (x - self.x, y - self.y);
        [
            dx * self.turn[0] + dy * self.turn[1],
            dy * self.turn[0] - dx * self.turn[1],
        ]
    }
}

impl Thing {
    /// How much of the pixel it covers, 0 to 1, and how bright it is there.
    fn at(&self, column: usize, x: f32, y: f32) -> (f32, f32) {
        let (inside, along) = match &self.shape {
            Shape::Ridge(heights) => (y - heights[column], 0.0),
            Shape::Ellipse(frame) => {
                let [u, v] = frame.local(x, y);
                let (u, v) = (u / frame.half[0], v / frame.half[1]);
                let square = u * u + v * v;
                if square > 1.5 {
                    return (0.0, 0.0);
                }
                (
                    (1.0 - square.sqrt()) * frame.half[0].min(frame.half[1]),
                    (u + v) * 0.7 - 0.6 * square,
                )
            }
            Shape::Block { frame, windows } => {
                let [u, v] = frame.local(x, y);
                let edge = (frame.half[0] - u.abs()).min(frame.half[1] - v.abs());
                if edge < -1.0 {
                    return (0.0, 0.0);
                }
                let grid = |at: f32| at / windows - (at / windows).floor();
                let dark = grid(u) > 0.35 && grid(v) > 0.45 && edge > windows * 0.3;
                (edge, u / frame.half[0] - if dark { 1.5 } else { 0.0 })
            }
        };
        ((inside + 0.5).clamp(0.0, 1.0), 1.0 + self.shade * along)
    }
}

/// Paints a scene that is drawn from the stream alone.
pub(super) fn paint(draw: &mut Draw, width: usize, height: usize) -> Canvas {
    let (w, h) = (width as f32, height as f32);
    let sky = [colour(draw, 12), colour(draw, 16)];
    let fall = [draw.spread(-0.9, 0.9), draw.spread(-0.9, 0.9)];
    let clouds = draw.spread(0.10, 0.34);
    let vignette = draw.spread(0.1, 0.4);
    let things = things(draw, width, height);

    // cells follow the picture's size, so that a large photograph is not a small one's corner
    let unit = (width.max(height) / 40).max(2);
    let broad = noise::plane(
        draw,
        width,
        height,
        &[unit * 16, unit * 8, unit * 4, unit * 2, unit],
        0.6,
    );
    let fine = noise::plane(
        draw,
        width,
        height,
        &[(unit / 2).max(2), (unit / 4).max(2), 2],
        0.7,
    );
    let tint = noise::plane(draw, width, height, &[unit * 6, unit], 0.5);

    let mut rgb = Vec::with_capacity(width * height * 3);
    for row in 0..height {
        for column in 0..width {
            let (x, y) = (column as f32, row as f32);
            let (u, v) = (x / w - 0.5, y / h - 0.5);
            let along = (0.5 + u * fall[0] + v * fall[1]).clamp(0.0, 1.0);
            let mut colour = mix(sky[0], sky[1], along);
            let (mut broad_strength, mut fine_strength) = (clouds, clouds * 0.12);
            for thing in &things {
                let (cover, light) = thing.at(column, x, y);
                if cover > 0.0 {
                    colour = mix(colour, thing.colour.map(|part| part * light), cover);
                    broad_strength += (thing.texture * 0.7 - broad_strength) * cover;
                    fine_strength += (thing.texture - fine_strength) * cover;
                }
            }
            let at = row * width + column;
            let bright = (1.0 + broad[at] * broad_strength + fine[at] * fine_strength)
                * (1.0 - vignette * 2.0 * (u * u + v * v));
            let warm = tint[at] * 9.0;
            rgb.extend(
                [
                    colour[0] * bright + warm,
                    colour[1] * bright,
                    colour[2] * bright - warm,
                ]
                .map(byte),
            );
        }
    }
    Canvas { width, height, rgb }
}

fn things(draw: &mut Draw, width: usize, height: usize) -> Vec<Thing> {
    let (w, h) = (width as f32, height as f32);
    let mut things = Vec::new();
    let ridges = draw.below(4);
    for index in 0..ridges {
        let cell = width / draw.between(2, 5) as usize;
        let rough = draw.spread(0.35, 0.6);
        let base = draw.spread(0.25, 0.6) + 0.12 * index as f32;
        let rise = draw.spread(0.05, 0.22);
        let outline = noise::line(
            draw,
            width,
            &[cell, cell / 2, cell / 4, cell / 8, cell / 16].map(|cell| cell.max(1)),
            rough,
        );
        things.push(Thing {
            shape: Shape::Ridge(outline.iter().map(|at| (base + at * rise) * h).collect()),
            colour: colour(draw, 16),
            texture: draw.spread(0.08, 0.5),
            shade: 0.0,
        });
    }
    for _ in 0..draw.between(3, 9) {
        let shape = if draw.chance(450) {
            let frame = Frame::random(draw, w, h, 0.06);
            let windows = draw.spread(0.018, 0.06) * w.max(h);
            Shape::Block { frame, windows }
        } else {
            Shape::Ellipse(Frame::random(draw, w, h, 1.0))
        };
        things.push(Thing {
            shape,
            colour: colour(draw, 16),
            texture: draw.spread(0.03, 0.4),
            shade: draw.spread(0.1, 0.35),
        });
    }
    things
}

/// One of the first `among` colours of the palette, varied.
fn colour(draw: &mut Draw, among: u32) -> Colour {
    let base = PALETTE[draw.below(among) as usize];
    let bright = draw.spread(0.75, 1.2);
    base.map(|part| part * bright + draw.spread(-12.0, 12.0))
}

fn mix(from: Colour, to: Colour, share: f32) -> Colour {
    [0, 1, 2].map(|part| from[part] + (to[part] - from[part]) * share)
}

/// To the nearest byte; a cast saturates.
fn byte(value: f32) -> u8 {
    (value + 0.5) as u8
}
