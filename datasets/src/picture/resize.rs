//! Shrinking a picture by Catmull and Rom's cubic, in integers.
use super::canvas::Canvas;

/// One in fixed point.
const ONE: i64 = 1 << 14;

/// What contributes to one pixel of a line: the first source pixel and the weights from there on, `ONE` in sum.
struct Taps {
    first: usize,
    weights: Vec<i64>,
}

/// The picture at `width` × `height`, neither larger than it was.
pub(super) fn shrink(canvas: &Canvas, width: usize, height: usize) -> Canvas {
    let columns = taps(canvas.width, width);
    let mut narrow = Vec::with_capacity(width * canvas.height * 3);
    for row in canvas.rgb.chunks_exact(canvas.width * 3) {
        for taps in &columns {
            for part in 0..3 {
                narrow.push(weigh(taps, |at| row[at * 3 + part]));
            }
        }
    }
    let mut rgb = Vec::with_capacity(width * height * 3);
    for taps in taps(canvas.height, height) {
        for at in 0..width * 3 {
            rgb.push(weigh(&taps, |row| narrow[row * width * 3 + at]));
        }
    }
    Canvas { width, height, rgb }
}

fn weigh(taps: &Taps, source: impl Fn(usize) -> u8) -> u8 {
    let sum: i64 = taps
        .weights
        .iter()
        .enumerate()
        .map(|(index, weight)| i64::from(source(taps.first + index)) * weight)
        .sum();
    ((sum + ONE / 2) / ONE).clamp(0, 255) as u8
}

fn taps(from: usize, to: usize) -> Vec<Taps> {
    let scale = from as f64 / to as f64;
    (0..to)
        .map(|pixel| {
            let centre = (pixel as f64 + 0.5) * scale - 0.5;
            let reach = 2.0 * scale;
            let first = (centre - reach).floor().max(0.0) as usize;
            let last = ((centre + reach) as usize + 1).min(from - 1);
            let shares: Vec<f64> = (first..=last)
                .map(|at| cubic((at as f64 - centre).abs() / scale))
                .collect();
            let sum: f64 = shares.iter().sum();
            let mut weights: Vec<i64> = shares
                .iter()
                .map(|share| (share / sum * ONE as f64).floor() as i64)
                .collect();
            // what rounding took goes to the heaviest, so that a flat picture stays flat
            let lost = ONE - weights.iter().sum::<i64>();
            if let Some(heaviest) = weights.iter_mut().max() {
                *heaviest += lost;
            }
            Taps { first, weights }
        })
        .collect()
}

fn cubic(x: f64) -> f64 {
    if x < 1.0 {
        (1.5 * x - 2.5) * x * x + 1.0
    } else if x < 2.0 {
        ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::{Canvas, shrink};

    #[test]
    fn a_flat_picture_stays_flat() {
        let flat = Canvas {
            width: 64,
            height: 43,
            rgb: [10, 200, 255].repeat(64 * 43),
        };
        let small = shrink(&flat, 60, 40);
        assert_eq!(small.rgb, [10, 200, 255].repeat(60 * 40));
    }
}
