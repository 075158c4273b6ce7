//! PNG files: the colour types, and two that are wrong on purpose.
//!
//! Compressed by `fdeflate` and nothing else: what `flate2` does depends on features that another crate of the build may switch on.
use png::{BitDepth, ColorType, DeflateCompression, Encoder, Filter};

use super::canvas::Canvas;
use super::photo::Photo;
use crate::seed::Seed;

/// RGB.
pub(crate) fn small(seed: Seed, label: &str, width: usize, height: usize) -> Vec<u8> {
    let canvas = Photo::take(seed, label, width, height).develop(24);
    encode(
        width,
        height,
        ColorType::Rgb,
        BitDepth::Eight,
        None,
        &canvas.rgb,
    )
}

/// RGBA, opaque on the left and clear on the right.
pub(super) fn alpha(seed: Seed) -> Vec<u8> {
    let canvas = medium(seed, "images/alpha.png");
    let pixels: Vec<u8> = canvas
        .rgb
        .chunks_exact(3)
        .enumerate()
        .flat_map(|(at, pixel)| {
            [
                pixel[0],
                pixel[1],
                pixel[2],
                255 - (at % canvas.width * 255 / (canvas.width - 1)) as u8,
            ]
        })
        .collect();
    encode(
        canvas.width,
        canvas.height,
        ColorType::Rgba,
        BitDepth::Eight,
        None,
        &pixels,
    )
}

/// Eight bits of grey.
pub(super) fn grey(seed: Seed) -> Vec<u8> {
    let canvas = medium(seed, "images/grey.png");
    encode(
        canvas.width,
        canvas.height,
        ColorType::Grayscale,
        BitDepth::Eight,
        None,
        &canvas.luma(),
    )
}

/// Sixteen bits of grey.
pub(crate) fn grey16(seed: Seed) -> Vec<u8> {
    let canvas = medium(seed, "edge/grey16.png");
    let samples: Vec<u8> = canvas
        .luma()
        .into_iter()
        .flat_map(|luma| [luma, luma])
        .collect();
    encode(
        canvas.width,
        canvas.height,
        ColorType::Grayscale,
        BitDepth::Sixteen,
        None,
        &samples,
    )
}

/// Sixteen greys by index.
pub(crate) fn palette(seed: Seed) -> Vec<u8> {
    let canvas = medium(seed, "edge/palette.png");
    let indices: Vec<u8> = canvas.luma().into_iter().map(|luma| luma / 16).collect();
    let colours: Vec<u8> = (0..16)
        .flat_map(|index: u8| [index * 17, index * 15, index * 12])
        .collect();
    encode(
        canvas.width,
        canvas.height,
        ColorType::Indexed,
        BitDepth::Eight,
        Some(colours),
        &indices,
    )
}

/// One red pixel.
pub(crate) fn one_pixel() -> Vec<u8> {
    encode(1, 1, ColorType::Rgb, BitDepth::Eight, None, &[255, 0, 0])
}

/// A small file that claims 60,000 × 60,000 pixels: 10.8 GB for whoever believes it.
pub(crate) fn bomb() -> Vec<u8> {
    let mut bytes = one_pixel();
    // signature 8, length 4, type 4, then width and height
    bytes[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
    let sum = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    bytes
}

/// A sound file but for the checksum of its header.
pub(crate) fn broken_checksum() -> Vec<u8> {
    let mut bytes = one_pixel();
    bytes[29] ^= 0xff;
    bytes
}

fn medium(seed: Seed, label: &str) -> Canvas {
    Photo::take(seed, label, 160, 120).develop(16)
}

fn encode(
    width: usize,
    height: usize,
    colour: ColorType,
    depth: BitDepth,
    palette: Option<Vec<u8>>,
    pixels: &[u8],
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, width as u32, height as u32);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    encoder.set_deflate_compression(DeflateCompression::FdeflateUltraFast);
    encoder.set_filter(Filter::Up);
    if let Some(palette) = palette {
        encoder.set_palette(palette);
    }
    let mut writer = encoder
        .write_header()
        .expect("the colour type and depth go together");
    writer
        .write_image_data(pixels)
        .expect("as many samples as the header says");
    writer.finish().expect("a Vec takes every byte");
    bytes
}

/// ISO 3309, bit by bit; 17 bytes need no table.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            if sum & 1 == 1 {
                sum >> 1 ^ 0xedb8_8320
            } else {
                sum >> 1
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::{crc32, one_pixel};

    #[test]
    fn the_checksum_is_png_s() {
        let bytes = one_pixel();
        assert_eq!(crc32(&bytes[12..29]).to_be_bytes(), bytes[29..33]);
    }
}
