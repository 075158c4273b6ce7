//! Wavelet hash: the 8×8 lowest band of a Haar transform of the largest power-of-two square, each value against their median.

use super::{Hash, SIDE, above_median};
use crate::pixels::Pixels;
use crate::resample::thumbnail_of_grey;

/// Up to this side the transform is done step by step in PyWavelets' order, so that even ties break as they do there.
/// Beyond it (from 4096 pixels on the shorter side) memory would grow to half a gigabyte for the sake of rounding noise.
const STEPWISE: usize = 2048;

/// Haar's only coefficient.
const HAAR: f64 = std::f64::consts::FRAC_1_SQRT_2;

pub(super) fn compute(grey: Pixels) -> Hash {
    let shorter = grey.width().min(grey.height());
    let side = (1usize << shorter.ilog2()).max(SIDE);
    let small = thumbnail_of_grey(grey, (side as u32, side as u32));
    if side <= STEPWISE {
        above_median(&lowest_band(&small, side))
    } else {
        above_median(&block_sums(&small, side))
    }
}

/// Transforms fully, removes the mean, transforms back, and transforms again down to 8×8.
fn lowest_band(small: &[u8], side: usize) -> [f64; SIDE * SIDE] {
    let mut field: Vec<f64> = small.iter().map(|&v| f64::from(v) / 255.0).collect();
    let mut scratch = vec![0.0; side * side];
    let mut span = side;
    while span > 1 {
        forward(&mut field, &mut scratch, side, span);
        span /= 2;
    }
    field[0] *= 0.0;
    while span < side {
        span *= 2;
        inverse(&mut field, &mut scratch, side, span);
    }
    while span > SIDE {
        forward(&mut field, &mut scratch, side, span);
        span /= 2;
    }
    let mut low = [0.0; SIDE * SIDE];
    for (out, row) in low.chunks_exact_mut(SIDE).zip(field.chunks_exact(side)) {
        out.copy_from_slice(&row[..SIDE]);
    }
    low
}

/// One level on the top left `span` × `span`: sums to the front, differences to the back, down the columns and then along the rows.
fn forward(field: &mut [f64], scratch: &mut [f64], side: usize, span: usize) {
    let half = span / 2;
    for y in 0..half {
        let (top, bottom) = (2 * y * side, (2 * y + 1) * side);
        for x in 0..span {
            let (a, b) = (HAAR * field[top + x], HAAR * field[bottom + x]);
            scratch[y * side + x] = b + a;
            scratch[(y + half) * side + x] = a - b;
        }
    }
    for y in 0..span {
        let row = y * side;
        for x in 0..half {
            let (a, b) = (HAAR * scratch[row + 2 * x], HAAR * scratch[row + 2 * x + 1]);
            field[row + x] = b + a;
            field[row + half + x] = a - b;
        }
    }
}

/// The inverse of [`forward`], rows first.
fn inverse(field: &mut [f64], scratch: &mut [f64], side: usize, span: usize) {
    let half = span / 2;
    for y in 0..span {
        let row = y * side;
        for x in 0..half {
            let (a, b) = (HAAR * field[row + x], HAAR * field[row + half + x]);
            scratch[row + 2 * x] = a + b;
            scratch[row + 2 * x + 1] = a - b;
        }
    }
    for y in 0..half {
        let (top, bottom) = (2 * y * side, (2 * y + 1) * side);
        for x in 0..span {
            let (a, b) = (
                HAAR * scratch[y * side + x],
                HAAR * scratch[(y + half) * side + x],
            );
            field[top + x] = a + b;
            field[bottom + x] = a - b;
        }
    }
}

/// The lowest band is the sum of each block up to a shift and a factor that are the same for all 64, and the median moves with them.
fn block_sums(small: &[u8], side: usize) -> [f64; SIDE * SIDE] {
    let block = side / SIDE;
    let mut low = [0.0; SIDE * SIDE];
    for (y, row) in small.chunks_exact(side).enumerate() {
        for (x, run) in row.chunks_exact(block).enumerate() {
            low[y / block * SIDE + x] += run.iter().map(|&v| f64::from(v)).sum::<f64>();
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn both_ways_agree(seed in any::<u64>()) {
            let side = 64;
            let mut state = seed | 1;
            let noise: Vec<u8> = (0..side * side).map(|_| {
                state ^= state << 13; state ^= state >> 7; state ^= state << 17;
                (state >> 32) as u8
            }).collect();
            let stepwise = above_median(&lowest_band(&noise, side));
            let sums = above_median(&block_sums(&noise, side));
            // 64 sums of 64 noisy samples: a tie at the median is possible and may break either way.
            prop_assert!(stepwise.distance(sums) <= 2);
        }
    }
}
