//! PNG by `png`, with its samples spread to 8 bits here, because only Pillow's way of doing so gives Pillow's hashes.

use std::io::Cursor;

use png::{ColorType, Decoder, Limits, Transformations};

use crate::decode::palette::{Palette, unpack};
use crate::decode::{Purpose, damaged, narrow};
use crate::fault::Fault;
use crate::limit;
use crate::pixels::{Layout, Pixels};
use crate::probe::Header;

/// Bytes a pixel at most: 16-bit colour with alpha, and the 8-bit result.
const EACH: u64 = 8 + 4;

pub(super) fn decode(content: &[u8], header: &Header, purpose: Purpose) -> Result<Pixels, Fault> {
    let (width, height) = (header.width, header.height);
    limit::memory(width.into(), height.into(), EACH)?;
    let limits = Limits {
        bytes: limit::DECODING as usize,
    };
    let mut decoder = Decoder::new_with_limits(Cursor::new(content), limits);
    decoder.set_transformations(Transformations::IDENTITY);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let mut reader = decoder.read_info().map_err(damaged)?;
    let length = reader
        .output_buffer_size()
        .ok_or_else(|| Fault::Damaged("its size overflows".into()))?;
    let mut raw = vec![0; length];
    let frame = reader.next_frame(&mut raw).map_err(damaged)?;
    if (frame.width, frame.height) != (width, height) {
        return Err(Fault::Damaged("its first frame has another size".into()));
    }
    let bits = frame.bit_depth as usize;
    let high = |raw: Vec<u8>| match bits {
        16 => raw.chunks_exact(2).map(|v| v[0]).collect(),
        _ => raw,
    };
    let (layout, data) = match frame.color_type {
        ColorType::Grayscale if bits == 16 => {
            let values = raw
                .chunks_exact(2)
                .map(|v| narrow(u16::from_be_bytes([v[0], v[1]]), purpose));
            (Layout::L, values.collect())
        }
        ColorType::Grayscale => {
            let step = (255 / ((1u32 << bits) - 1)) as u8;
            (
                Layout::L,
                unpack(&raw, width as usize, bits, |v| v.wrapping_mul(step)),
            )
        }
        ColorType::GrayscaleAlpha => (Layout::La, high(raw)),
        ColorType::Rgb => (Layout::Rgb, high(raw)),
        ColorType::Rgba => (Layout::Rgba, high(raw)),
        ColorType::Indexed => {
            let info = reader.info();
            let palette = Palette::new(info.palette.as_deref().unwrap_or_default())
                .with_alphas(info.trns.as_deref().unwrap_or_default());
            let indices = unpack(&raw, width as usize, bits, |v| v);
            return palette.apply(width, height, &indices, purpose);
        }
    };
    Pixels::new(width, height, layout, data)
}
