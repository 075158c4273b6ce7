//! Averaging of whole blocks: the cheap first step of a large reduction (Pillow's `Image.reduce`).

use crate::pixels::Pixels;

/// Averages blocks of `factor` pixels; the last block of a row or column may be smaller.
#[must_use]
pub fn reduce(pixels: &Pixels, factor: (u32, u32)) -> Pixels {
    let channels = pixels.layout().channels();
    let (wide, high) = (factor.0.max(1) as usize, factor.1.max(1) as usize);
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    let (out_width, out_height) = (width.div_ceil(wide), height.div_ceil(high));
    let mut sums = vec![0u32; out_width * channels];
    let mut data = Vec::with_capacity(out_width * out_height * channels);
    let whole = width / wide;
    for band in pixels.data().chunks(high * pixels.stride()) {
        sums.fill(0);
        for row in band.chunks_exact(pixels.stride()) {
            match (channels, wide) {
                (1, 2) => add_row::<1, 2>(&mut sums, row),
                (3, 2) => add_row::<3, 2>(&mut sums, row),
                (4, 2) => add_row::<4, 2>(&mut sums, row),
                _ => add_any(&mut sums, row, channels, wide),
            }
        }
        let rows = band.len() / pixels.stride();
        let (full, rest) = sums.split_at(whole * channels);
        average(&mut data, full, wide * rows);
        average(&mut data, rest, (width % wide) * rows);
    }
    Pixels::new(out_width as u32, out_height as u32, pixels.layout(), data)
        .expect("every block of a non-empty image gives one pixel")
}

/// Adds one row to the sums; with the block's shape known at compile time this becomes a few vector instructions.
fn add_row<const CHANNELS: usize, const WIDE: usize>(sums: &mut [u32], row: &[u8]) {
    let block = CHANNELS * WIDE;
    let whole = row.len() / block * CHANNELS;
    let (full, rest) = sums.split_at_mut(whole);
    for (sum, pixels) in full.chunks_exact_mut(CHANNELS).zip(row.chunks_exact(block)) {
        for channel in 0..CHANNELS {
            sum[channel] += (0..WIDE)
                .map(|x| u32::from(pixels[x * CHANNELS + channel]))
                .sum::<u32>();
        }
    }
    add_any(rest, &row[whole * WIDE..], CHANNELS, WIDE);
}

fn add_any(sums: &mut [u32], row: &[u8], channels: usize, wide: usize) {
    for (sum, block) in sums
        .chunks_exact_mut(channels)
        .zip(row.chunks(channels * wide))
    {
        for pixel in block.chunks_exact(channels) {
            for (total, &sample) in sum.iter_mut().zip(pixel) {
                *total += u32::from(sample);
            }
        }
    }
}

/// Divides sums of `count` samples by a reciprocal, exactly as Pillow does (its reciprocal is a rounded 32-bit float).
fn average(data: &mut Vec<u8>, sums: &[u32], count: usize) {
    if count == 0 {
        return;
    }
    let reciprocal = (4_294_967_296.0_f32 / (256.0 * count as f32)) as u32;
    let half = count as u32 / 2;
    data.extend(
        sums.iter()
            .map(|&sum| ((sum + half).wrapping_mul(reciprocal) >> 24) as u8),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::Layout;

    #[test]
    fn blocks_are_averaged_and_edges_are_smaller() {
        let image = Pixels::new(3, 3, Layout::L, vec![0, 4, 8, 0, 4, 8, 100, 100, 100])
            .expect("nine samples");
        let small = reduce(&image, (2, 2));
        assert_eq!(small.size(), (2, 2));
        assert_eq!(small.data(), [2, 8, 100, 100]);
    }

    #[test]
    fn the_quick_rows_agree_with_the_plain_ones() {
        for channels in [1usize, 3, 4] {
            let row: Vec<u8> = (0..channels * 7).map(|i| (i * 37 % 251) as u8).collect();
            let (mut quick, mut plain) = (vec![0; channels * 4], vec![0; channels * 4]);
            match channels {
                1 => add_row::<1, 2>(&mut quick, &row),
                3 => add_row::<3, 2>(&mut quick, &row),
                _ => add_row::<4, 2>(&mut quick, &row),
            }
            add_any(&mut plain, &row, channels, 2);
            assert_eq!(quick, plain);
        }
    }
}
