//! The two passes: rows first, then columns, with 8-bit samples between them.

use super::Extent;
use super::lanes::{Factors, Sums, cut};
use super::weights::Weights;
use crate::pixels::Pixels;

/// Factors of one vector.
const LANES: usize = 8;

/// Rows that are added up in one round: each block of taps is loaded once for all of them, and the host looks at its clock once.
const ROWS: usize = 4;

/// Samples that are added up at a time on the way down.
const COLUMNS: usize = 16;

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
    let whole = |block: &[i32]| {
        let factor = |at: usize| block.get(at).copied().unwrap_or(0) as i16;
        Factors::new(std::array::from_fn(factor))
    };
    let halves = |block: &[i32]| {
        let half = |at: usize| cut(block.get(at).copied().unwrap_or(0));
        let upper = Factors::new(std::array::from_fn(|at| half(at).0));
        (upper, Factors::new(std::array::from_fn(|at| half(at).1)))
    };
    // A picture that becomes more than a hundred times smaller, as for a hash, has taps that are a factor as they are: half the work.
    let short = |&tap: &i32| i16::try_from(tap).is_ok();
    if weights.iter().all(|(_, taps)| taps.iter().all(short)) {
        neighbours(pixels, weights, whole, Sums::add_whole)
    } else {
        neighbours(pixels, weights, halves, Sums::add)
    }
}

/// Taps are laid out in blocks by `lay`, and `add` adds the product of samples and a block.
fn neighbours<Taps: Copy>(
    pixels: &Pixels,
    weights: &Weights,
    lay: impl Fn(&[i32]) -> Taps,
    add: impl Fn(&mut Sums, Factors, Taps),
) -> Vec<u8> {
    let taps: Vec<(usize, Vec<Taps>)> = weights
        .iter()
        .map(|(start, taps)| (start, taps.chunks(LANES).map(&lay).collect()))
        .collect();
    let stride = pixels.stride();
    // Zeros behind each row, for the last vector.
    let mut wide: [Vec<i16>; ROWS] = std::array::from_fn(|_| vec![0; stride + LANES]);
    let width = taps.len();
    let mut data = vec![0; width * pixels.height() as usize];
    let into = data.chunks_mut((width * ROWS).max(1));
    for (rows, into) in pixels.data().chunks(stride * ROWS).zip(into) {
        // Of fewer rows at the end, the last that were there before are added up for nothing.
        for (wide, row) in wide.iter_mut().zip(rows.chunks_exact(stride)) {
            for (wide, &sample) in wide.iter_mut().zip(row) {
                *wide = i16::from(sample);
            }
        }
        for (at, (start, taps)) in taps.iter().enumerate() {
            let mut sums = [Sums::zero(); ROWS];
            let [a, b, c, d] = wide.each_ref().map(|row| {
                let (samples, _) = row[*start..].as_chunks();
                samples.get(..taps.len()).unwrap_or(samples)
            });
            for ((((a, b), c), d), taps) in a.iter().zip(b).zip(c).zip(d).zip(taps) {
                for (sums, samples) in sums.iter_mut().zip([a, b, c, d]) {
                    add(sums, Factors::new(*samples), *taps);
                }
            }
            for (row, sums) in into.chunks_exact_mut(width).zip(sums) {
                row[at] = sums.sample();
            }
        }
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
            (start / 2, padded.chunks(2).map(pair).collect())
        })
        .collect();
    let mut pairs = vec![[0i16; LANES]; (pixels.width() as usize).div_ceil(2)];
    let mut data = Vec::with_capacity(taps.len() * CHANNELS * pixels.height() as usize);
    for row in pixels.data().chunks_exact(pixels.stride()) {
        spread::<CHANNELS>(&mut pairs, row);
        for (start, taps) in &taps {
            let mut sums = Sums::zero();
            for (samples, taps) in pairs[*start..].iter().zip(taps) {
                sums.add(Factors::new(*samples), *taps);
            }
            data.extend_from_slice(&Sums::samples([sums; 4])[..CHANNELS]);
        }
    }
    data
}

/// Two taps, or one and nothing, for every pair of factors.
fn pair(taps: &[i32]) -> (Factors, Factors) {
    let (first, second) = (cut(taps[0]), cut(taps.get(1).copied().unwrap_or(0)));
    (
        Factors::pair([first.0, second.0]),
        Factors::pair([first.1, second.1]),
    )
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

/// Down the columns, whatever the channels: neighbouring samples at a time, two rows with each instruction.
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
        for two in row_taps.chunks(2) {
            let top = rows.next().unwrap_or(&nothing);
            let bottom = match two {
                [_, _] => rows.next().unwrap_or(&nothing),
                _ => &nothing,
            };
            taps.push((top, bottom, pair(two)));
        }
        let mut at = 0;
        while at + COLUMNS <= stride {
            let block = |row: &[u8]| *row[at..].first_chunk().unwrap_or(&[0; COLUMNS]);
            data.extend_from_slice(&columns(&taps, block));
            at += COLUMNS;
        }
        if at < stride {
            let last = columns(&taps, |row| {
                let mut block = [0; COLUMNS];
                block[..stride - at].copy_from_slice(&row[at..]);
                block
            });
            data.extend_from_slice(&last[..stride - at]);
        }
    }
    Pixels::new(pixels.width(), height, pixels.layout(), data).expect("as many columns as before")
}

/// Two rows and their taps.
type Rows<'a> = (&'a [u8], &'a [u8], (Factors, Factors));

/// Neighbouring samples of one output row.
#[inline(always)]
fn columns(taps: &[Rows<'_>], block: impl Fn(&[u8]) -> [u8; COLUMNS]) -> [u8; COLUMNS] {
    let mut sums = [Sums::zero(); 4];
    for (top, bottom, taps) in taps {
        let samples = Factors::zip(block(top), block(bottom));
        for (sums, samples) in sums.iter_mut().zip(samples) {
            sums.add(samples, *taps);
        }
    }
    Sums::samples(sums)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::Layout;
    use crate::resample::weights::PRECISION;
    use proptest::prelude::*;

    /// The definition, one product at a time, over every `step`-th sample.
    fn plain(samples: &[u8], first: usize, step: usize, taps: &[i32]) -> u8 {
        let sum: i64 = taps
            .iter()
            .zip(samples.iter().skip(first).step_by(step))
            .map(|(&t, &s)| i64::from(t) * i64::from(s))
            .sum();
        ((sum + (1 << (PRECISION - 1))) >> PRECISION).clamp(0, 255) as u8
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
