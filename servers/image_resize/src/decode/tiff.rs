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

pub(super) fn decode(content: &[u8], header: &Header, purpose: Purpose) -> Result<Pixels, Fault> {
    let (width, height) = (header.width, header.height);
    limit::memory(width.into(), height.into(), EACH)?;
    let mut cursor = Cursor::new(content);
    let mut window = Window::new(&mut cursor);
    let directory = Directory::read(&mut window)?;
    let mut number = |tag, usual| {
        let value = directory.number(&mut window, tag)?.unwrap_or(usual);
        Ok::<_, Fault>(value as usize)
    };
    let (bits, samples) = (number(tag::BITS, 1)?, number(tag::SAMPLES, 1)?);
    let photometric = number(tag::PHOTOMETRIC, 1)?;
    let extra = number(tag::EXTRA, 2)?;
    let rows = number(tag::ROWS, height)?.clamp(1, height as usize);
    let compression = number(tag::COMPRESSION, 1)?;
    let predictor = number(tag::PREDICTOR, 1)?;
    let usual = number(tag::PLANES, 1)? == 1
        && number(tag::FILL_ORDER, 1)? == 1
        && number(tag::SAMPLE_FORMAT, 1)? == 1
        && matches!(bits, 1 | 2 | 4 | 8 | 16)
        && (1..=SAMPLES).contains(&samples)
        && (samples == 1 || bits >= 8)
        && (predictor == 1 || (predictor == 2 && bits >= 8));
    if !usual {
        return Err(Fault::Unsupported("this kind of TIFF".into()));
    }
    let stride = (width as usize * samples * bits).div_ceil(8);
    let strips = directory.numbers(&mut window, tag::STRIPS)?;
    let lengths = directory.numbers(&mut window, tag::STRIP_BYTES)?;
    if strips.is_empty() {
        return Err(Fault::Unsupported("a TIFF without strips".into()));
    }
    let mut raw = Vec::with_capacity(stride * height as usize);
    for (index, (&at, &length)) in strips.iter().zip(&lengths).enumerate() {
        let count = rows.min((height as usize).saturating_sub(index * rows));
        let end = (at as usize).saturating_add(length as usize);
        let strip = content
            .get(at as usize..end)
            .ok_or_else(|| Fault::Damaged("a strip is missing".into()))?;
        unpack_strip(&mut raw, strip, compression, stride * count)?;
    }
    if raw.len() != stride * height as usize {
        return Err(Fault::Damaged("strips are missing".into()));
    }
    let mut wide = bits == 16 && {
        let swap = !directory.is_big_endian();
        raw.as_chunks_mut::<2>().0.iter_mut().for_each(|v| {
            if swap {
                v.reverse();
            }
        });
        true
    };
    if predictor == 2 {
        sum_up(&mut raw, stride, samples, wide);
    }
    if photometric == 3 {
        let table = directory.numbers(&mut window, tag::COLOURS)?;
        let count = table.len() / 3;
        let triples: Vec<u8> = (0..count.min(256))
            .flat_map(|i| [0, 1, 2].map(|band| (table[band * count + i] >> 8) as u8))
            .collect();
        if samples != 1 || wide {
            return Err(Fault::Unsupported("this kind of palette".into()));
        }
        let indices = unpack(&raw, width as usize, bits, |v| v);
        return Palette::new(&triples).apply(width, height, &indices, purpose);
    }
    let (layout, used) = match (photometric, samples) {
        (0 | 1, 1) => (Layout::L, 1),
        (0 | 1, 2) => (Layout::La, 2),
        (2, 3) => (Layout::Rgb, 3),
        (2, 4..) if extra == 0 => (Layout::Rgb, 3),
        (2, 4..) => (Layout::Rgba, 4),
        (5, 4..) => (Layout::Cmyk, 4),
        _ => {
            return Err(Fault::Unsupported(format!(
                "a TIFF of photometric {photometric}"
            )));
        }
    };
    let mut data = match (layout, bits) {
        (Layout::L, 1..8) => {
            let step = (255 / ((1u32 << bits) - 1)) as u8;
            unpack(&raw, width as usize, bits, |v| v.wrapping_mul(step))
        }
        (Layout::L, 16) => {
            wide = false;
            let values = raw.as_chunks().0.iter();
            values
                .map(|&v| narrow(u16::from_be_bytes(v), purpose))
                .collect()
        }
        _ => raw,
    };
    if wide {
        data = data.as_chunks::<2>().0.iter().map(|v| v[0]).collect();
    }
    if used < samples {
        data = data
            .chunks_exact(samples)
            .flat_map(|p| &p[..used])
            .copied()
            .collect();
    }
    if photometric == 0 {
        data.iter_mut().for_each(|v| *v = 255 - *v);
    }
    let pixels = Pixels::new(width, height, layout, data)?;
    // Colours that were stored multiplied by alpha.
    Ok(if extra == 1 {
        pixels.unpremultiplied()
    } else {
        pixels
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
