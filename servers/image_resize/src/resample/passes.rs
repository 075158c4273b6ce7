//! The two passes: rows first, then columns, with 8-bit samples between them.

use super::Extent;
use super::lanes::{Factors, Sums};
use super::weights::{PRECISION, Weights};
use crate::pixels::Pixels;

/// Half of the last place that is kept: rounds the sum.
const HALF: i32 = 1 << (PRECISION - 1);

/// The taps are cut in two halves of 11 bits, so that a product needs 16-bit factors only; the recombined sum is the same to the
/// last bit. Sums wrap, which is exact because the true sum fits (weights below 2 in total, samples below 256).
const CUT: u32 = PRECISION / 2;

/// Factors of one vector.
const LANES: usize = 8;

/// Resamples both axes; an axis that keeps its size is left alone.
pub(super) fn separable(pixels: Pixels, size: (u32, u32), extent: Extent) -> Pixels {
    let all = Extent::of(&pixels);
    let between = if size.0 == pixels.width() && extent.width == all.width {
        pixels
    } else {
        horizontal(&pixels, size.0, extent.width)
    };
    if size.1 == between.height() && extent.height == all.height {
        return between;
    }
    vertical(&between, size.1, extent.height)
}

/// The upper and lower bits of a tap.
fn cut(tap: i32) -> (i16, i16) {
    ((tap >> CUT) as i16, (tap & ((1 << CUT) - 1)) as i16)
}

fn horizontal(pixels: &Pixels, width: u32, extent: f32) -> Pixels {
    let weights = Weights::lanczos(pixels.width(), extent, width);
    let data = match pixels.layout().channels() {
        1 => grey_rows(pixels, &weights),
        2 => rows::<2>(pixels, &weights),
        3 => rows::<3>(pixels, &weights),
        _ => rows::<4>(pixels, &weights),
    };
    Pixels::new(width, pixels.height(), pixels.layout(), data).expect("as many rows as before")
}

/// One channel: a vector holds eight neighbours.
fn grey_rows(pixels: &Pixels, weights: &Weights) -> Vec<u8> {
    let taps: Vec<(usize, Vec<_>)> = weights
        .iter()
        .map(|(start, taps)| {
            let block = |block: &[i32]| {
                let (mut high, mut low) = ([0; LANES], [0; LANES]);
                for ((high, low), &tap) in high.iter_mut().zip(&mut low).zip(block) {
                    (*high, *low) = cut(tap);
                }
                (high, low)
            };
            (start, taps.chunks(LANES).map(block).collect())
        })
        .collect();
    // Zeros behind the row, for the last vector.
    let mut wide = vec![0i16; pixels.width() as usize + LANES];
    let mut data = Vec::with_capacity(taps.len() * pixels.height() as usize);
    for row in pixels.data().chunks_exact(pixels.stride()) {
        for (wide, &sample) in wide.iter_mut().zip(row) {
            *wide = i16::from(sample);
        }
        data.extend(taps.iter().map(|(start, taps)| {
            let (samples, _) = wide[*start..].as_chunks();
            let (mut high, mut low) = (Sums::zero(), Sums::zero());
            for (samples, (upper, lower)) in samples.iter().zip(taps) {
                let samples = Factors::new(*samples);
                high = high.add(samples, Factors::new(*upper));
                low = low.add(samples, Factors::new(*lower));
            }
            let sums = Sums::join(high, low, CUT);
            clip(sums.into_iter().fold(0, i32::wrapping_add))
        }));
    }
    data
}

/// Two to four channels: a vector holds two neighbours, channel by channel, so that each sum belongs to one channel.
fn rows<const CHANNELS: usize>(pixels: &Pixels, weights: &Weights) -> Vec<u8> {
    let taps: Vec<(usize, Vec<_>)> = weights
        .iter()
        .map(|(start, taps)| {
            // Pairs of neighbours begin at even places; a tap of 0 goes before an odd one.
            let padded: Vec<i32> = (0..start % 2)
                .map(|_| 0)
                .chain(taps.iter().copied())
                .collect();
            let pair = |pair: &[i32]| {
                let (first, second) = (cut(pair[0]), cut(pair.get(1).copied().unwrap_or(0)));
                ([first.0, second.0], [first.1, second.1])
            };
            (start / 2, padded.chunks(2).map(pair).collect())
        })
        .collect();
    let mut pairs = vec![[0i16; LANES]; (pixels.width() as usize).div_ceil(2)];
    let mut data = Vec::with_capacity(taps.len() * CHANNELS * pixels.height() as usize);
    for row in pixels.data().chunks_exact(pixels.stride()) {
        spread::<CHANNELS>(&mut pairs, row);
        for (start, taps) in &taps {
            let (mut high, mut low) = (Sums::zero(), Sums::zero());
            for (samples, (upper, lower)) in pairs[*start..].iter().zip(taps) {
                let samples = Factors::new(*samples);
                high = high.add(samples, Factors::pair(*upper));
                low = low.add(samples, Factors::pair(*lower));
            }
            let sums = Sums::join(high, low, CUT).map(clip);
            data.extend_from_slice(&sums[..CHANNELS]);
        }
    }
    data
}

/// Lays a row out as pairs of neighbours, channel by channel.
fn spread<const CHANNELS: usize>(pairs: &mut [[i16; LANES]], row: &[u8]) {
    let (pixels, _) = row.as_chunks::<CHANNELS>();
    let (whole, last) = pixels.as_chunks::<2>();
    for (pair, [left, right]) in pairs.iter_mut().zip(whole) {
        for channel in 0..CHANNELS {
            pair[2 * channel] = i16::from(left[channel]);
            pair[2 * channel + 1] = i16::from(right[channel]);
        }
    }
    if let ([.., pair], [left]) = (pairs, last) {
        for channel in 0..CHANNELS {
            pair[2 * channel] = i16::from(left[channel]);
        }
    }
}

/// Down the columns, whatever the channels: eight neighbouring samples at a time, two rows with each instruction.
fn vertical(pixels: &Pixels, height: u32, extent: f32) -> Pixels {
    let stride = pixels.stride();
    let weights = Weights::lanczos(pixels.height(), extent, height);
    let mut data = Vec::with_capacity(stride * height as usize);
    // A row of nothing stands in for the second of an odd last pair.
    let nothing = vec![0; stride];
    let mut taps = Vec::new();
    for (start, row_taps) in weights.iter() {
        taps.clear();
        let mut rows = pixels.data()[start * stride..].chunks_exact(stride);
        for pair in row_taps.chunks(2) {
            let (first, second) = (cut(pair[0]), cut(pair.get(1).copied().unwrap_or(0)));
            let top = rows.next().unwrap_or(&nothing);
            let bottom = if pair.len() == 2 {
                rows.next().unwrap_or(&nothing)
            } else {
                &nothing
            };
            taps.push((
                top,
                bottom,
                Factors::pair([first.0, second.0]),
                Factors::pair([first.1, second.1]),
            ));
        }
        let mut at = 0;
        while at + LANES <= stride {
            data.extend_from_slice(&column(&taps, |row| {
                *row[at..].first_chunk().unwrap_or(&[0; LANES])
            }));
            at += LANES;
        }
        if at < stride {
            let last = column(&taps, |row| {
                let mut block = [0; LANES];
                block[..stride - at].copy_from_slice(&row[at..]);
                block
            });
            data.extend_from_slice(&last[..stride - at]);
        }
    }
    Pixels::new(pixels.width(), height, pixels.layout(), data).expect("as many columns as before")
}

/// Eight samples of one output row.
#[inline(always)]
fn column(
    taps: &[(&[u8], &[u8], Factors, Factors)],
    block: impl Fn(&[u8]) -> [u8; LANES],
) -> [u8; LANES] {
    let mut sums = [Sums::zero(); 4];
    for (top, bottom, upper, lower) in taps {
        let (first, last) = Factors::zip(block(top), block(bottom));
        sums[0] = sums[0].add(first, *upper);
        sums[1] = sums[1].add(first, *lower);
        sums[2] = sums[2].add(last, *upper);
        sums[3] = sums[3].add(last, *lower);
    }
    let first = Sums::join(sums[0], sums[1], CUT).map(clip);
    let last = Sums::join(sums[2], sums[3], CUT).map(clip);
    [
        first[0], first[1], first[2], first[3], last[0], last[1], last[2], last[3],
    ]
}

fn clip(sum: i32) -> u8 {
    (sum.wrapping_add(HALF) >> PRECISION).clamp(0, 255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::Layout;
    use proptest::prelude::*;

    /// The definition, one product at a time, over every `step`-th sample.
    fn plain(samples: &[u8], first: usize, step: usize, taps: &[i32]) -> u8 {
        let sum: i64 = taps
            .iter()
            .zip(samples.iter().skip(first).step_by(step))
            .map(|(&t, &s)| i64::from(t) * i64::from(s))
            .sum();
        ((sum + i64::from(HALF)) >> PRECISION).clamp(0, 255) as u8
    }

    fn check(layout: Layout, samples: &[u8], to: u32) -> Result<(), TestCaseError> {
        let channels = layout.channels();
        let length = samples.len() / channels;
        let samples = &samples[..length * channels];
        let weights = Weights::lanczos(length as u32, length as f32, to);
        let wanted: Vec<u8> = weights
            .iter()
            .flat_map(|(start, taps)| {
                (0..channels).map(move |c| plain(samples, start * channels + c, channels, taps))
            })
            .collect();
        let row = Pixels::new(length as u32, 1, layout, samples.to_vec()).expect("one row");
        let across = horizontal(&row, to, length as f32);
        prop_assert_eq!(across.data(), &wanted[..]);
        let column = Pixels::new(1, length as u32, layout, samples.to_vec()).expect("one column");
        let down = vertical(&column, to, length as f32);
        prop_assert_eq!(down.data(), &wanted[..]);
        Ok(())
    }

    proptest! {
        #[test]
        fn vectors_equal_the_definition(samples in prop::collection::vec(any::<u8>(), 4..900), to in 1u32..90) {
            for layout in [Layout::L, Layout::La, Layout::Rgb, Layout::Rgba] {
                check(layout, &samples, to)?;
            }
        }

        #[test]
        fn a_column_is_a_row_turned(samples in prop::collection::vec(any::<u8>(), 19 * 23), to in 1u32..60) {
            let turned: Vec<u8> = (0..19).flat_map(|x| (0..23).map(move |y| (x, y))).map(|(x, y)| samples[y * 19 + x]).collect();
            let upright = Pixels::new(19, 23, Layout::L, samples.clone()).expect("19 × 23");
            let lying = Pixels::new(23, 19, Layout::L, turned).expect("23 × 19");
            let (down, across) = (vertical(&upright, to, 23.0), horizontal(&lying, to, 23.0));
            for x in 0..19 {
                for y in 0..to as usize {
                    prop_assert_eq!(down.data()[y * 19 + x], across.data()[x * to as usize + y]);
                }
            }
        }
    }
}
