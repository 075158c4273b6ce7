//! BMP: plain, bit-field and run-length files. Small enough to be decoded here; no crate does it without bringing a framework along.

use crate::decode::palette::unpack;
use crate::fault::Fault;
use crate::limit;
use crate::pixels::{self, Pixels};

/// Bytes a pixel at most: index and colour with alpha.
const EACH: u64 = 1 + 4;

/// How pixels are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Storage {
    /// Indices of 1, 4 or 8 bits into a palette of red, green, blue.
    Indexed(Vec<[u8; 3]>),
    /// The same, run-length coded.
    Runs(Vec<[u8; 3]>),
    /// Colours cut out by masks: red, green, blue, alpha; a mask of 0 is absent.
    Masked([u32; 4]),
}

/// What the headers say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) width: u32,
    pub(crate) height: u32,
    bits: u32,
    top_down: bool,
    start: usize,
    storage: Storage,
}

/// Reads little-endian numbers and knows where the file ends.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn short(&self, at: usize) -> Result<u32, Fault> {
        let pair = self.0.get(at..at + 2).ok_or_else(ends)?;
        Ok(u32::from(pair[0]) | u32::from(pair[1]) << 8)
    }

    fn long(&self, at: usize) -> Result<u32, Fault> {
        Ok(self.short(at)? | self.short(at + 2)? << 16)
    }
}

fn ends() -> Fault {
    Fault::Damaged("it ends within its header".into())
}

impl Layout {
    /// Reads headers and palette from the beginning of a file.
    pub(crate) fn read(content: &[u8]) -> Result<Self, Fault> {
        let bytes = Bytes(content);
        let offset = bytes.long(10)? as usize;
        let header = bytes.long(14)? as usize;
        let (width, height, bits, compression, mut colours);
        match header {
            12 => {
                (width, height) = (bytes.short(18)?, bytes.short(20)? as i32);
                (bits, compression, colours) = (bytes.short(24)?, 0, 0);
            }
            40 | 52 | 56 | 64 | 108 | 124 => {
                (width, height) = (bytes.long(18)?, bytes.long(22)? as i32);
                (bits, compression, colours) = (bytes.short(28)?, bytes.long(30)?, bytes.long(46)?);
            }
            other => return Err(Fault::Unsupported(format!("a BMP header of {other} bytes"))),
        }
        let mut table = 14 + header;
        let storage = match (bits, compression) {
            (1 | 4 | 8, 0) | (8, 1) | (4, 2) => {
                if colours == 0 || colours > 1 << bits {
                    colours = 1 << bits;
                }
                let each = if header == 12 { 3 } else { 4 };
                let entries = content
                    .get(table..table + each * colours as usize)
                    .ok_or_else(ends)?;
                let palette = entries
                    .chunks_exact(each)
                    .map(|c| [c[2], c[1], c[0]])
                    .collect();
                table += entries.len();
                if compression == 0 {
                    Storage::Indexed(palette)
                } else {
                    Storage::Runs(palette)
                }
            }
            (16, 0) => Storage::Masked([0x7c00, 0x3e0, 0x1f, 0]),
            (24 | 32, 0) => Storage::Masked([0xff_0000, 0xff00, 0xff, 0]),
            (16 | 24 | 32, 3) => {
                let alpha = if header >= 56 { bytes.long(66)? } else { 0 };
                let masks = [bytes.long(54)?, bytes.long(58)?, bytes.long(62)?, alpha];
                if header == 40 {
                    table += 12;
                }
                if masks == [0; 4] {
                    Storage::Masked([0xff_0000, 0xff00, 0xff, 0xff00_0000])
                } else {
                    Storage::Masked(masks)
                }
            }
            _ => {
                return Err(Fault::Unsupported(format!(
                    "a BMP of {bits} bits, compression {compression}"
                )));
            }
        };
        Ok(Self {
            width,
            height: height.unsigned_abs(),
            bits,
            top_down: height < 0,
            start: if offset < 14 + header {
                table
            } else {
                offset.max(if bits <= 8 { table } else { 0 })
            },
            storage,
        })
    }

    /// Pillow's mode.
    pub(crate) fn mode(&self) -> &'static str {
        match &self.storage {
            Storage::Indexed(palette) | Storage::Runs(palette) => {
                let ramp = |(index, colour): (usize, &[u8; 3])| {
                    let grey = if palette.len() == 2 {
                        index * 255
                    } else {
                        index
                    };
                    colour.iter().all(|&v| usize::from(v) == grey)
                };
                match (palette.iter().enumerate().all(ramp), palette.len()) {
                    (true, ..=2) => "1",
                    (true, _) => "L",
                    (false, _) => "P",
                }
            }
            Storage::Masked([.., 0]) => "RGB",
            Storage::Masked(_) => "RGBA",
        }
    }
}

pub(super) fn decode(content: &[u8]) -> Result<Pixels, Fault> {
    let layout = Layout::read(content)?;
    limit::memory(layout.width.into(), layout.height.into(), EACH)?;
    let (width, height) = (layout.width as usize, layout.height as usize);
    let body = content.get(layout.start..).unwrap_or_default();
    let look_up = |indices: Vec<u8>, palette: &[[u8; 3]]| -> Vec<u8> {
        indices
            .into_iter()
            .flat_map(|index| palette.get(usize::from(index)).copied().unwrap_or_default())
            .collect()
    };
    let (kind, mut data) = match &layout.storage {
        Storage::Runs(palette) => (
            pixels::Layout::Rgb,
            look_up(runs(body, width, height, layout.bits == 4), palette),
        ),
        Storage::Indexed(palette) => {
            let rows = rows(body, width, height, layout.bits)?;
            let indices = unpack(&rows, width, layout.bits as usize, |v| v);
            (pixels::Layout::Rgb, look_up(indices, palette))
        }
        Storage::Masked(masks) => {
            let rows = rows(body, width, height, layout.bits)?;
            let channels = masks.map(Channel::new);
            let count = if masks[3] == 0 { 3 } else { 4 };
            let each = layout.bits as usize / 8;
            let mut data = Vec::with_capacity(width * height * count);
            for pixel in rows.chunks_exact(each) {
                let word = pixel
                    .iter()
                    .rev()
                    .fold(0u32, |word, &byte| word << 8 | u32::from(byte));
                data.extend(channels[..count].iter().map(|channel| channel.of(word)));
            }
            let kind = if count == 3 {
                pixels::Layout::Rgb
            } else {
                pixels::Layout::Rgba
            };
            (kind, data)
        }
    };
    if !layout.top_down {
        let stride = width * kind.channels();
        for line in 0..height / 2 {
            let (top, bottom) = data.split_at_mut((height - 1 - line) * stride);
            top[line * stride..][..stride].swap_with_slice(&mut bottom[..stride]);
        }
    }
    Pixels::new(layout.width, layout.height, kind, data)
}

/// The rows without their padding to four bytes.
fn rows(body: &[u8], width: usize, height: usize, bits: u32) -> Result<Vec<u8>, Fault> {
    let used = (width * bits as usize).div_ceil(8);
    let stride = used.next_multiple_of(4);
    // The last row may come without its padding.
    if width == 0 || height == 0 || body.len() < stride * (height - 1) + used {
        return Err(Fault::Damaged("pixels are missing".into()));
    }
    Ok(body
        .chunks(stride)
        .take(height)
        .flat_map(|row| &row[..used])
        .copied()
        .collect())
}

/// Where a colour lies in a word.
struct Channel {
    mask: u32,
    shift: u32,
    most: u32,
}

impl Channel {
    fn new(mask: u32) -> Self {
        let shift = mask.trailing_zeros() % 32;
        Self {
            mask,
            shift,
            most: (mask >> shift).max(1),
        }
    }

    /// Scaled to 0–255, rounded.
    fn of(&self, word: u32) -> u8 {
        let value = u64::from((word & self.mask) >> self.shift);
        let most = u64::from(self.most);
        ((value * 255 + most / 2) / most) as u8
    }
}

/// Unpacks runs. A file that ends early or points outside leaves index 0, as decoders do.
fn runs(body: &[u8], width: usize, height: usize, nibbles: bool) -> Vec<u8> {
    let mut out = vec![0; width * height];
    let (mut x, mut y) = (0, 0);
    let mut input = body.iter().copied();
    let mut put = |x: &mut usize, y: usize, value: u8| {
        if *x < width && y < height {
            out[y * width + *x] = value;
        }
        *x = x.saturating_add(1);
    };
    while let (Some(count), Some(value)) = (input.next(), input.next()) {
        if count > 0 {
            for i in 0..count {
                let nibble = if i % 2 == 0 { value >> 4 } else { value & 15 };
                put(&mut x, y, if nibbles { nibble } else { value });
            }
            continue;
        }
        match value {
            0 => (x, y) = (0, y + 1),
            1 => break,
            2 => {
                x = x.saturating_add(usize::from(input.next().unwrap_or(0)));
                y = y.saturating_add(usize::from(input.next().unwrap_or(0)));
            }
            count => {
                let bytes = if nibbles { count.div_ceil(2) } else { count };
                let mut left = count;
                for byte in input.by_ref().take(usize::from(bytes)) {
                    if nibbles {
                        put(&mut x, y, byte >> 4);
                        left -= 1;
                    }
                    if left > 0 {
                        put(&mut x, y, if nibbles { byte & 15 } else { byte });
                        left -= 1;
                    }
                }
                // Literal stretches are padded to an even number of bytes.
                if bytes % 2 == 1 {
                    input.next();
                }
            }
        }
        if y >= height {
            break;
        }
    }
    out
}
