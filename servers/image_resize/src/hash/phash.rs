//! Perceptual hash: the 8×8 lowest frequencies of a 32×32 image's cosine transform, each against their median.

use super::{Hash, SIDE, above_median};
use crate::pixels::Pixels;
use crate::resample::thumbnail_of_grey;

/// Pixels along each side before the transform.
const SPAN: usize = SIDE * 4;

pub(super) fn compute(grey: Pixels) -> Hash {
    let small = thumbnail_of_grey(grey, (SPAN as u32, SPAN as u32));
    above_median(&low_frequencies(&small))
}

/// Type-II cosine transform along columns, then rows (unnormalised, as SciPy's), kept to its low corner.
fn low_frequencies(small: &[u8]) -> [f64; SIDE * SIDE] {
    let waves = waves();
    let mut rows = [[0.0; SPAN]; SIDE];
    for x in 0..SPAN {
        let column = std::array::from_fn(|y| f64::from(small[y * SPAN + x]));
        for (row, value) in rows.iter_mut().zip(transform(column, &waves)) {
            row[x] = value;
        }
    }
    let mut low = [0.0; SIDE * SIDE];
    for (row, out) in rows.iter().zip(low.chunks_exact_mut(SIDE)) {
        out.copy_from_slice(&transform(*row, &waves));
    }
    low
}

/// The eight lowest frequencies of 32 values.
///
/// The values are folded about their middle again and again: sums carry the even frequencies, differences the odd ones.
/// So a flat or mirrored line gives exact zeros, as a fast transform does, and not rounding noise that would decide bits.
fn transform(values: [f64; SPAN], waves: &[[f64; SPAN / 2]; SIDE]) -> [f64; SIDE] {
    let mut out = [0.0; SIDE];
    let mut sums = values;
    let mut length = SPAN;
    let mut step = 1;
    while step < SIDE {
        let half = length / 2;
        let mut differences = [0.0; SPAN / 2];
        for i in 0..half {
            let (a, b) = (sums[i], sums[length - 1 - i]);
            differences[i] = a - b;
            sums[i] = a + b;
        }
        for k in (step..SIDE).step_by(2 * step) {
            let products = differences[..half].iter().zip(&waves[k]);
            out[k] = 2.0 * products.map(|(d, w)| d * w).sum::<f64>();
        }
        length = half;
        step *= 2;
    }
    out[0] = 2.0 * sums[..length].iter().sum::<f64>();
    out
}

/// cos(π k (2 n + 1) / 64 · step), for frequency k = odd × step: the first half of its wave at the length to which it is folded.
fn waves() -> [[f64; SPAN / 2]; SIDE] {
    let mut waves = [[0.0; SPAN / 2]; SIDE];
    for (k, wave) in waves.iter_mut().enumerate().skip(1) {
        let step = 1 << k.trailing_zeros();
        let (odd, length) = (k / step, SPAN / step);
        for (n, value) in wave[..length / 2].iter_mut().enumerate() {
            let angle = std::f64::consts::PI * (odd * (2 * n + 1)) as f64 / (2 * length) as f64;
            *value = angle.cos();
        }
    }
    waves
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_image_has_only_a_mean() {
        let low = low_frequencies(&[10; SPAN * SPAN]);
        assert_eq!(low[0], 40_960.0);
        assert!(low[1..].iter().all(|&v| v == 0.0), "{low:?}");
    }

    #[test]
    fn folding_equals_the_definition() {
        let values: [f64; SPAN] = std::array::from_fn(|i| ((i * i * 7 + 3) % 256) as f64);
        for (k, got) in transform(values, &waves()).into_iter().enumerate() {
            let angle = |n: usize| (std::f64::consts::PI * (k * (2 * n + 1)) as f64 / 64.0).cos();
            let wanted: f64 = values
                .iter()
                .enumerate()
                .map(|(n, v)| 2.0 * v * angle(n))
                .sum();
            assert!((got - wanted).abs() < 1e-9, "frequency {k}: {got} {wanted}");
        }
    }
}
