//! TIFF: the first page, in strips, of plain, LZW, Deflate or PackBits files. The two codecs are the ones of GIF and PNG;
//! the crate `tiff` would be a tenth of the component and knows no palettes.

use std::io::Cursor;

use crate::decode::palette::{Palette, unpack};
use crate::decode::{Purpose, damaged, narrow};
use crate::fault::Fault;
use crate::limit;
use crate::pixels::{Layout, Pixels};
use crate::probe::tiff::{Directory, tag};
use crate::probe::{Header, Window};

/// Bytes a pixel at most: six 16-bit samples and the 8-bit result.
const EACH: u64 = 12 + 4;

/// Most samples of a pixel.
const SAMPLES: usize = 6;

/// What the tags say of the samples.
struct Samples {
    bits: usize,
    /// Samples of a pixel, those that are not colours included.
    count: usize,
    photometric: usize,
    /// Kind of the first sample that is not a colour: 0 anything, 1 alpha that colours are multiplied by, 2 alpha.
    extra: usize,
}

pub(super) fn decode(content: &[u8], header: &Header, purpose: Purpose) -> Result<Pixels, Fault> {
    let (width, height) = (header.width, header.height);
    limit::memory(width.into(), height.into(), EACH)?;
    let mut cursor = Cursor::new(content);
    let mut window = Window::new(&mut cursor);
    let directory = Directory::read(&mut window)?;
    let (samples, raw) = samples(content, header, &directory, &mut window)?;
    if samples.photometric != 3 {
        return colours(header, &samples, raw, purpose);
    }
    if samples.count != 1 || samples.bits > 8 {
        return Err(Fault::Unsupported("this kind of palette".into()));
    }
    // All reds, then all greens, then all blues, of 16 bits each.
    let table = directory.numbers(&mut window, tag::COLOURS)?;
    let count = table.len() / 3;
    let triples: Vec<u8> = (0..count.min(256))
        .flat_map(|i| [0, 1, 2].map(|band| (table[band * count + i] >> 8) as u8))
        .collect();
    let indices = unpack(&raw, width as usize, samples.bits, |v| v);
    Palette::new(&triples).apply(width, height, &indices, purpose)
}

/// Reads and unpacks every strip. Samples of 16 bits have their highest byte first, whatever the file's order.
fn samples(
    content: &[u8],
    header: &Header,
    directory: &Directory,
    window: &mut Window<'_>,
) -> Result<(Samples, Vec<u8>), Fault> {
    let (width, height) = (header.width as usize, header.height as usize);
    let mut number = |tag, usual| {
        let value = directory.number(window, tag)?.unwrap_or(usual);
        Ok::<_, Fault>(value as usize)
    };
    let samples = Samples {
        bits: number(tag::BITS, 1)?,
        count: number(tag::SAMPLES, 1)?,
        photometric: number(tag::PHOTOMETRIC, 1)?,
        extra: number(tag::EXTRA, 2)?,
    };
    let rows = number(tag::ROWS, header.height)?.clamp(1, height);
    let compression = number(tag::COMPRESSION, 1)?;
    let predictor = number(tag::PREDICTOR, 1)?;
    let usual = number(tag::PLANES, 1)? == 1
        && number(tag::FILL_ORDER, 1)? == 1
        && number(tag::SAMPLE_FORMAT, 1)? == 1
        && matches!(samples.bits, 1 | 2 | 4 | 8 | 16)
        && (1..=SAMPLES).contains(&samples.count)
        && (samples.count == 1 || samples.bits >= 8)
        && (predictor == 1 || (predictor == 2 && samples.bits >= 8));
    if !usual {
        return Err(Fault::Unsupported("this kind of TIFF".into()));
    }
    let strips = directory.numbers(window, tag::STRIPS)?;
    let lengths = directory.numbers(window, tag::STRIP_BYTES)?;
    if strips.is_empty() {
        return Err(Fault::Unsupported("a TIFF without strips".into()));
    }
    let stride = (width * samples.count * samples.bits).div_ceil(8);
    let mut raw = Vec::with_capacity(stride * height);
    for (index, (&at, &length)) in strips.iter().zip(&lengths).enumerate() {
        let count = rows.min(height.saturating_sub(index * rows));
        let end = (at as usize).saturating_add(length as usize);
        let strip = content
            .get(at as usize..end)
            .ok_or_else(|| Fault::Damaged("a strip is missing".into()))?;
        unpack_strip(&mut raw, strip, compression, stride * count)?;
    }
    if raw.len() != stride * height {
        return Err(Fault::Damaged("strips are missing".into()));
    }
    if samples.bits == 16 && !directory.is_big_endian() {
        raw.as_chunks_mut::<2>()
            .0
            .iter_mut()
            .for_each(|v| v.reverse());
    }
    if predictor == 2 {
        sum_up(&mut raw, stride, samples.count, samples.bits == 16);
    }
    Ok((samples, raw))
}

/// Samples that are colours themselves.
fn colours(
    header: &Header,
    samples: &Samples,
    raw: Vec<u8>,
    purpose: Purpose,
) -> Result<Pixels, Fault> {
    let layout = match (samples.photometric, samples.count) {
        (0 | 1, 1) => Layout::L,
        (0 | 1, 2) => Layout::La,
        (2, 3) => Layout::Rgb,
        (2, 4..) if samples.extra == 0 => Layout::Rgb,
        (2, 4..) => Layout::Rgba,
        (5, 4..) => Layout::Cmyk,
        (other, _) => return Err(Fault::Unsupported(format!("a TIFF of photometric {other}"))),
    };
    let mut data = match (layout, samples.bits) {
        (_, 8) => raw,
        (Layout::L, 16) => {
            let values = raw.as_chunks().0.iter();
            values
                .map(|&v| narrow(u16::from_be_bytes(v), purpose))
                .collect()
        }
        (_, 16) => raw.as_chunks::<2>().0.iter().map(|v| v[0]).collect(),
        (_, bits) => {
            let step = (255 / ((1u32 << bits) - 1)) as u8;
            unpack(&raw, header.width as usize, bits, |v| v.wrapping_mul(step))
        }
    };
    if layout.channels() < samples.count {
        data = data
            .chunks_exact(samples.count)
            .flat_map(|p| &p[..layout.channels()])
            .copied()
            .collect();
    }
    if samples.photometric == 0 {
        data.iter_mut().for_each(|v| *v = 255 - *v);
    }
    let pixels = Pixels::new(header.width, header.height, layout, data)?;
    Ok(match samples.extra {
        1 => pixels.unpremultiplied(),
        _ => pixels,
    })
}

/// Appends one strip, unpacked, of exactly so many bytes.
fn unpack_strip(
    raw: &mut Vec<u8>,
    strip: &[u8],
    compression: usize,
    wanted: usize,
) -> Result<(), Fault> {
    let before = raw.len();
    match compression {
        1 => raw.extend_from_slice(&strip[..wanted.min(strip.len())]),
        5 => {
            raw.resize(before + wanted, 0);
            let mut decoder =
                weezl::decode::Decoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8);
            let mut input = strip;
            let mut done = before;
            while done < raw.len() {
                let step = decoder.decode_bytes(input, &mut raw[done..]);
                input = &input[step.consumed_in..];
                done += step.consumed_out;
                if step.consumed_in + step.consumed_out == 0 || step.status.is_err() {
                    break;
                }
            }
            raw.truncate(done);
        }
        8 | 32_946 => {
            use fdeflate::BoundedDecompressionError::{DecompressionError, OutputTooLarge};
            // A stream that goes on behind the last pixel, if only by its checksum, is no matter.
            let plain = match fdeflate::decompress_to_vec_bounded(strip, wanted) {
                Ok(plain)
                | Err(OutputTooLarge {
                    partial_output: plain,
                }) => plain,
                Err(DecompressionError { .. }) => return Err(damaged("its Deflate stream")),
            };
            raw.extend_from_slice(&plain);
        }
        32_773 => pack_bits(raw, strip, before + wanted),
        other => return Err(Fault::Unsupported(format!("a TIFF of compression {other}"))),
    }
    if raw.len() != before + wanted {
        return Err(Fault::Damaged("a strip ends early".into()));
    }
    Ok(())
}

fn pack_bits(raw: &mut Vec<u8>, strip: &[u8], end: usize) {
    let mut input = strip.iter().copied();
    while raw.len() < end
        && let Some(count) = input.next()
    {
        let room = end - raw.len();
        match count {
            0..128 => raw.extend(input.by_ref().take(usize::from(count) + 1).take(room)),
            128 => {}
            129.. => {
                let Some(value) = input.next() else { return };
                raw.resize(raw.len() + (257 - usize::from(count)).min(room), value);
            }
        }
    }
}

/// Undoes the predictor: each sample was stored as the difference from its left neighbour.
fn sum_up(raw: &mut [u8], stride: usize, samples: usize, wide: bool) {
    for row in raw.chunks_exact_mut(stride) {
        if wide {
            let (values, _) = row.as_chunks_mut::<2>();
            for i in samples..values.len() {
                let sum = u16::from_be_bytes(values[i])
                    .wrapping_add(u16::from_be_bytes(values[i - samples]));
                values[i] = sum.to_be_bytes();
            }
        } else {
            for i in samples..row.len() {
                row[i] = row[i].wrapping_add(row[i - samples]);
            }
        }
    }
}
