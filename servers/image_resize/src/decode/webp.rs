//! WebP by `image-webp`: lossy, lossless, and the first frame of an animation.

use std::io::Cursor;

use image_webp::WebPDecoder;

use crate::decode::damaged;
use crate::fault::Fault;
use crate::limit;
use crate::pixels::{Layout, Pixels};
use crate::probe::Header;

/// Bytes a pixel at most: planes or a copy with alpha, and the result.
const EACH: u64 = 4 + 4;

pub(super) fn decode(content: &[u8], header: &Header) -> Result<Pixels, Fault> {
    limit::memory(header.width.into(), header.height.into(), EACH)?;
    let mut decoder = WebPDecoder::new(Cursor::new(content)).map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    limit::memory(width.into(), height.into(), EACH)?;
    decoder.set_memory_limit(limit::DECODING as usize);
    let layout = if decoder.has_alpha() {
        Layout::Rgba
    } else {
        Layout::Rgb
    };
    let length = decoder
        .output_buffer_size()
        .ok_or_else(|| Fault::Damaged("its size overflows".into()))?;
    let mut data = vec![0; length];
    decoder.read_image(&mut data).map_err(damaged)?;
    Pixels::new(width, height, layout, data)
}
