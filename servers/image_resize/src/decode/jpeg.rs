//! JPEG by `jpeg-decoder`: it alone can leave out the high frequencies (scaled decoding), and it is as fast in a component as natively.
//! Where only the grey of a colour photograph is wanted, `zune-jpeg`: it alone can leave the colours undecoded.

use jpeg_decoder::{CodingProcess, Decoder, PixelFormat};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::decode::{Purpose, damaged, narrow};
use crate::fault::Fault;
use crate::limit;
use crate::pixels::{Layout, Pixels};
use crate::probe::Header;

/// Memory for each pixel in the worst case, a progressive file of four full planes: coefficients (2 bytes), plane and output (1 byte each).
const WORST: u64 = 4 * (2 + 1 + 1);
/// The same without coefficients.
const PLAIN: u64 = 4 * (1 + 1);

pub(super) fn decode(
    content: &[u8],
    header: &Header,
    shrink: u32,
    purpose: Purpose,
) -> Result<Pixels, Fault> {
    let mut decoder = Decoder::new(content);
    decoder.read_info().map_err(fault)?;
    let (width, height) = (u64::from(header.width), u64::from(header.height));
    let told = decoder.info();
    let plain = told
        .as_ref()
        .is_some_and(|info| info.coding_process == CodingProcess::DctSequential);
    if purpose == Purpose::Hash
        && plain
        && told.is_some_and(|info| info.pixel_format == PixelFormat::RGB24)
    {
        limit::memory(width, height, PLAIN)?;
        if let Some(pixels) = grey(content, header) {
            return Ok(pixels);
        }
    }
    if plain {
        let shrink = u64::from(shrink);
        limit::memory(width.div_ceil(shrink), height.div_ceil(shrink), PLAIN)?;
    } else {
        limit::memory(width, height, WORST)?;
    }
    decoder.set_max_decoding_buffer_size(limit::DECODING as usize);
    if shrink > 1 {
        let part = |side: u32| side.div_ceil(shrink) as u16;
        decoder
            .scale(part(header.width), part(header.height))
            .map_err(fault)?;
    }
    let samples = decoder.decode().map_err(fault)?;
    let info = decoder
        .info()
        .ok_or_else(|| Fault::Damaged("no frame".into()))?;
    let (layout, data) = match info.pixel_format {
        PixelFormat::L8 => (Layout::L, samples),
        PixelFormat::RGB24 => (Layout::Rgb, samples),
        PixelFormat::CMYK32 => (Layout::Cmyk, samples),
        PixelFormat::L16 => {
            let values = samples
                .chunks_exact(2)
                .map(|v| narrow(u16::from_ne_bytes([v[0], v[1]]), Purpose::Opaque));
            (Layout::L, values.collect())
        }
    };
    Pixels::new(info.width.into(), info.height.into(), layout, data)
}

/// The grey that a colour photograph carries beside its colours. `None` for a file that holds its pixels otherwise or is damaged in any
/// way: what can be made of that, the other decoder says.
fn grey(content: &[u8], header: &Header) -> Option<Pixels> {
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .jpeg_set_out_colorspace(ColorSpace::Luma);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(content), options);
    decoder.decode_headers().ok()?;
    if decoder.input_colorspace() != Some(ColorSpace::YCbCr) {
        return None;
    }
    let data = decoder.decode().ok()?;
    Pixels::new(header.width, header.height, Layout::L, data).ok()
}

fn fault(error: jpeg_decoder::Error) -> Fault {
    match error {
        jpeg_decoder::Error::Unsupported(_) => Fault::Unsupported(
            "this kind of JPEG (arithmetic, hierarchical or not of 8 bits)".into(),
        ),
        other => damaged(other),
    }
}
