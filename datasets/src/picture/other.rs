//! BMP, GIF and WebP, one small file each.
use gif::{Encoder, Frame, Repeat};
use image_webp::{ColorType, WebPEncoder};

use super::canvas::Canvas;
use super::photo::Photo;
use crate::seed::Seed;

const WIDTH: usize = 80;
const HEIGHT: usize = 60;

/// Twenty-four bits, rows from the bottom up, as Windows writes it.
pub(super) fn bmp(seed: Seed) -> Vec<u8> {
    let canvas = small(seed, "images/small.bmp");
    let pixels = WIDTH * HEIGHT * 3; // a row of 240 bytes needs no padding to four
    let mut bytes = b"BM".to_vec();
    for field in [54 + pixels, 0, 54, 40, WIDTH, HEIGHT] {
        bytes.extend((field as u32).to_le_bytes());
    }
    bytes.extend([1, 0, 24, 0]);
    for field in [0, pixels, 2_835, 2_835, 0, 0] {
        bytes.extend((field as u32).to_le_bytes());
    }
    for row in canvas.rgb.chunks_exact(WIDTH * 3).rev() {
        bytes.extend(
            row.chunks_exact(3)
                .flat_map(|pixel| [pixel[2], pixel[1], pixel[0]]),
        );
    }
    bytes
}

/// Three frames, in the colours of a 6 × 6 × 6 cube.
pub(super) fn gif(seed: Seed) -> Vec<u8> {
    let palette: Vec<u8> = (0..216u8)
        .flat_map(|index| [index / 36 * 51, index / 6 % 6 * 51, index % 6 * 51])
        .collect();
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, WIDTH as u16, HEIGHT as u16, &palette)
        .expect("a Vec takes every byte");
    encoder
        .set_repeat(Repeat::Infinite)
        .expect("a Vec takes every byte");
    for number in 0..3 {
        let canvas = small(seed, &format!("images/small.gif {number}"));
        let level = |part: u8| (u16::from(part) * 5 + 127) / 255;
        let indices: Vec<u8> = canvas
            .rgb
            .chunks_exact(3)
            .map(|pixel| (level(pixel[0]) * 36 + level(pixel[1]) * 6 + level(pixel[2])) as u8)
            .collect();
        let frame = Frame {
            width: WIDTH as u16,
            height: HEIGHT as u16,
            delay: 20,
            buffer: indices.into(),
            ..Frame::default()
        };
        encoder
            .write_frame(&frame)
            .expect("as many indices as the frame has pixels");
    }
    drop(encoder);
    bytes
}

/// Lossless.
pub(super) fn webp(seed: Seed) -> Vec<u8> {
    let canvas = small(seed, "images/small.webp");
    let mut bytes = Vec::new();
    WebPEncoder::new(&mut bytes)
        .encode(&canvas.rgb, WIDTH as u32, HEIGHT as u32, ColorType::Rgb8)
        .expect("a canvas has as many pixels as it says");
    bytes
}

fn small(seed: Seed, label: &str) -> Canvas {
    Photo::take(seed, label, WIDTH, HEIGHT).develop(16)
}
