//! TIFF by `tiff`: the first page of plain, LZW, Deflate or PackBits files; palettes are beyond that crate.

use std::io::Cursor;

use tiff::ColorType;
use tiff::decoder::{Decoder, DecodingResult, Limits};

use crate::decode::palette::unpack;
use crate::decode::{Purpose, damaged, narrow};
use crate::fault::Fault;
use crate::limit;
use crate::pixels::{Layout, Pixels};
use crate::probe::Header;

/// Bytes a pixel at most: 16-bit colour with alpha, and the 8-bit result.
const EACH: u64 = 8 + 4;

pub(super) fn decode(content: &[u8], header: &Header, purpose: Purpose) -> Result<Pixels, Fault> {
    limit::memory(header.width.into(), header.height.into(), EACH)?;
    let mut limits = Limits::default();
    limits.decoding_buffer_size = limit::DECODING as usize;
    limits.intermediate_buffer_size = limit::DECODING as usize;
    let mut decoder = Decoder::new(Cursor::new(content))
        .map_err(fault)?
        .with_limits(limits);
    let (width, height) = decoder.dimensions().map_err(fault)?;
    limit::memory(width.into(), height.into(), EACH)?;
    let colour = decoder.colortype().map_err(fault)?;
    let (layout, grey) = match colour {
        ColorType::Gray(1..=16) => (Layout::L, true),
        ColorType::GrayA(8 | 16) => (Layout::La, false),
        ColorType::RGB(8 | 16) => (Layout::Rgb, false),
        ColorType::RGBA(8 | 16) => (Layout::Rgba, false),
        ColorType::CMYK(8 | 16) => (Layout::Cmyk, false),
        other => return Err(Fault::Unsupported(format!("a TIFF of {other:?}"))),
    };
    let bits = usize::from(colour.bit_depth());
    let data = match decoder.read_image().map_err(fault)? {
        DecodingResult::U8(samples) if bits < 8 => {
            let step = (255 / ((1u32 << bits) - 1)) as u8;
            unpack(&samples, width as usize, bits, |v| v.wrapping_mul(step))
        }
        DecodingResult::U8(samples) => samples,
        DecodingResult::U16(samples) if grey => {
            samples.into_iter().map(|v| narrow(v, purpose)).collect()
        }
        DecodingResult::U16(samples) => samples.into_iter().map(|v| (v >> 8) as u8).collect(),
        _ => {
            return Err(Fault::Unsupported(
                "a TIFF of numbers that are no colours".into(),
            ));
        }
    };
    Pixels::new(width, height, layout, data)
}

fn fault(error: tiff::TiffError) -> Fault {
    match error {
        tiff::TiffError::UnsupportedError(what) => {
            Fault::Unsupported(format!("this TIFF ({what})"))
        }
        other => damaged(other),
    }
}
