//! The two passes: rows first, then columns, with 8-bit samples between them.

use super::Extent;
use super::weights::{PRECISION, Weights};
use crate::pixels::Pixels;

/// Half of the last place that is kept: rounds the sum.
const HALF: i32 = 1 << (PRECISION - 1);

/// The taps are cut in two 11-bit halves, so that a product needs 16-bit factors only and the multiply-add of
/// every 128-bit instruction set does it; the recombined sum is the same to the last bit.
const CUT: u32 = PRECISION / 2;

/// Resamples both axes; an axis that keeps its size is left alone.
pub(super) fn separable(pixels: &Pixels, size: (u32, u32), extent: Extent) -> Pixels {
    let all = Extent::of(pixels);
    let rows = if size.0 == pixels.width() && extent.width == all.width {
        None
    } else {
        Some(horizontal(pixels, size.0, extent.width))
    };
    let between = rows.as_ref().unwrap_or(pixels);
    if size.1 == pixels.height() && extent.height == all.height {
        return between.clone();
    }
    vertical(between, size.1, extent.height)
}

/// Taps of one output pixel as two arrays of 16-bit halves, padded with zeros to whole lanes.
struct Halves {
    start: usize,
    high: Vec<i16>,
    low: Vec<i16>,
}

/// Samples that one vector holds as 16-bit integers.
const LANES: usize = 8;

fn halves(weights: &Weights) -> Vec<Halves> {
    weights
        .iter()
        .map(|(start, taps)| {
            let padded = taps.len().next_multiple_of(LANES);
            let mut high: Vec<i16> = taps.iter().map(|&t| (t >> CUT) as i16).collect();
            let mut low: Vec<i16> = taps
                .iter()
                .map(|&t| (t & ((1 << CUT) - 1)) as i16)
                .collect();
            high.resize(padded, 0);
            low.resize(padded, 0);
            Halves { start, high, low }
        })
        .collect()
}

/// Along each row. The row is first laid out channel by channel in 16-bit samples, so that taps and samples meet in order.
fn horizontal(pixels: &Pixels, width: u32, extent: f32) -> Pixels {
    let channels = pixels.layout().channels();
    let taps = halves(&Weights::lanczos(pixels.width(), extent, width));
    let lane = pixels.width() as usize + LANES;
    let mut plane = vec![0i16; lane * channels];
    let mut data = vec![0u8; width as usize * channels * pixels.height() as usize];
    let rows = pixels.data().chunks_exact(pixels.stride());
    for (row, out) in rows.zip(data.chunks_exact_mut(width as usize * channels)) {
        for channel in 0..channels {
            let plane = &mut plane[channel * lane..][..lane];
            match channels {
                1 => spread::<1>(plane, row, channel),
                3 => spread::<3>(plane, row, channel),
                4 => spread::<4>(plane, row, channel),
                _ => spread::<2>(plane, row, channel),
            }
            for (pixel, tap) in out.chunks_exact_mut(channels).zip(&taps) {
                pixel[channel] = dot(&plane[tap.start..], tap);
            }
        }
    }
    Pixels::new(width, pixels.height(), pixels.layout(), data).expect("as many rows as before")
}

fn spread<const CHANNELS: usize>(plane: &mut [i16], row: &[u8], channel: usize) {
    for (wide, pixel) in plane.iter_mut().zip(row.chunks_exact(CHANNELS)) {
        *wide = i16::from(pixel[channel]);
    }
}

/// Sum of sample × tap; additions wrap, which is exact because the true sum fits (|weights| < 2 in total, samples < 256).
fn dot(samples: &[i16], taps: &Halves) -> u8 {
    let (mut high, mut low) = ([0i32; 4], [0i32; 4]);
    let vectors = samples.chunks_exact(LANES).zip(
        taps.high
            .chunks_exact(LANES)
            .zip(taps.low.chunks_exact(LANES)),
    );
    for (s, (h, l)) in vectors {
        for i in 0..4 {
            high[i] = high[i].wrapping_add(pair(s, h, i));
            low[i] = low[i].wrapping_add(pair(s, l, i));
        }
    }
    let sum = |lanes: [i32; 4]| lanes.into_iter().fold(0, i32::wrapping_add);
    clip((sum(high) << CUT).wrapping_add(sum(low)))
}

/// Two products and their sum: one lane of the multiply-add instruction.
#[inline(always)]
fn pair(samples: &[i16], taps: &[i16], i: usize) -> i32 {
    i32::from(samples[2 * i]) * i32::from(taps[2 * i])
        + i32::from(samples[2 * i + 1]) * i32::from(taps[2 * i + 1])
}

/// Down each column: whole rows are added up, each times its tap.
fn vertical(pixels: &Pixels, height: u32, extent: f32) -> Pixels {
    let stride = pixels.stride();
    let weights = Weights::lanczos(pixels.height(), extent, height);
    let mut sums = vec![0i32; stride];
    let mut data = vec![0u8; stride * height as usize];
    for ((start, taps), out) in weights.iter().zip(data.chunks_exact_mut(stride)) {
        sums.fill(0);
        let rows = pixels.data()[start * stride..].chunks_exact(stride);
        for (row, &tap) in rows.zip(taps) {
            for (sum, &sample) in sums.iter_mut().zip(row) {
                *sum += i32::from(sample) * tap;
            }
        }
        for (sample, &sum) in out.iter_mut().zip(&sums) {
            *sample = clip(sum);
        }
    }
    Pixels::new(pixels.width(), height, pixels.layout(), data).expect("as many columns as before")
}

fn clip(sum: i32) -> u8 {
    (sum.wrapping_add(HALF) >> PRECISION).clamp(0, 255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::Layout;
    use proptest::prelude::*;

    /// The definition, one product at a time.
    fn plain(samples: &[u8], start: usize, taps: &[i32]) -> u8 {
        let sum: i64 = taps
            .iter()
            .zip(&samples[start..])
            .map(|(&t, &s)| i64::from(t) * i64::from(s))
            .sum();
        ((sum + i64::from(HALF)) >> PRECISION).clamp(0, 255) as u8
    }

    proptest! {
        #[test]
        fn vector_halves_equal_the_definition(row in prop::collection::vec(any::<u8>(), 1..700), to in 1u32..90) {
            let image = Pixels::new(row.len() as u32, 1, Layout::L, row.clone()).expect("one row");
            let weights = Weights::lanczos(row.len() as u32, row.len() as f32, to);
            let wanted: Vec<u8> = weights.iter().map(|(start, taps)| plain(&row, start, taps)).collect();
            let across = horizontal(&image, to, row.len() as f32);
            prop_assert_eq!(across.data(), &wanted[..]);
            let column = Pixels::new(1, row.len() as u32, Layout::L, row.clone()).expect("one column");
            let down = vertical(&column, to, row.len() as f32);
            prop_assert_eq!(down.data(), &wanted[..]);
        }
    }
}
