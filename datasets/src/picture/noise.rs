//! Value noise whose amplitude falls with its frequency, as that of natural pictures does (Field, 1987: 1/f).
use crate::draw::Draw;

/// Noise over `width` × `height`: one octave for each cell edge in pixels, the first with amplitude 1, each further one `gain` times the last.
pub(super) fn plane(
    draw: &mut Draw,
    width: usize,
    height: usize,
    cells: &[usize],
    gain: f32,
) -> Vec<f32> {
    let mut plane = vec![0.0; width * height];
    let mut amplitude = 1.0;
    for cell in cells {
        add_octave(draw, &mut plane, width, *cell, amplitude);
        amplitude *= gain;
    }
    plane
}

/// Noise over a line, for outlines.
pub(super) fn line(draw: &mut Draw, width: usize, cells: &[usize], gain: f32) -> Vec<f32> {
    plane(draw, width, 1, cells, gain)
}

fn add_octave(draw: &mut Draw, plane: &mut [f32], width: usize, cell: usize, amplitude: f32) {
    let height = plane.len() / width;
    let (columns, rows) = (width / cell + 2, height / cell + 2);
    let lattice: Vec<f32> = (0..columns * rows)
        .map(|_| draw.spread(-amplitude, amplitude))
        .collect();
    // smoothed weights within a cell, the same for both axes
    let weights: Vec<f32> = (0..cell)
        .map(|at| smooth(at as f32 / cell as f32))
        .collect();
    let mut knots = vec![0.0; columns];
    for (y, row) in plane.chunks_exact_mut(width).enumerate() {
        let (above, below) = (
            &lattice[y / cell * columns..][..columns],
            &lattice[(y / cell + 1) * columns..][..columns],
        );
        for ((knot, above), below) in knots.iter_mut().zip(above).zip(below) {
            *knot = above + (below - above) * weights[y % cell];
        }
        for (pixels, ends) in row.chunks_mut(cell).zip(knots.windows(2)) {
            for (pixel, weight) in pixels.iter_mut().zip(&weights) {
                *pixel += ends[0] + (ends[1] - ends[0]) * weight;
            }
        }
    }
}

/// Perlin's 3t² − 2t³.
fn smooth(t: f32) -> f32 {
    t * t * (3.0 - 2.0 * t)
}
