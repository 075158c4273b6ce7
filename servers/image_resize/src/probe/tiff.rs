//! TIFF: the tags of the first directory.

use super::{Facts, Window};
use crate::fault::Fault;

/// Most tags of a directory that are looked at.
const TAGS: u16 = 4096;

/// Most values of one tag: a strip for each row of the largest picture.
const VALUES: u32 = 1 << 17;

/// Tags by their numbers in the specification.
pub(crate) mod tag {
    pub(crate) const WIDTH: u16 = 256;
    pub(crate) const HEIGHT: u16 = 257;
    pub(crate) const BITS: u16 = 258;
    pub(crate) const COMPRESSION: u16 = 259;
    pub(crate) const PHOTOMETRIC: u16 = 262;
    pub(crate) const FILL_ORDER: u16 = 266;
    pub(crate) const STRIPS: u16 = 273;
    pub(crate) const SAMPLES: u16 = 277;
    pub(crate) const ROWS: u16 = 278;
    pub(crate) const STRIP_BYTES: u16 = 279;
    pub(crate) const PLANES: u16 = 284;
    pub(crate) const PREDICTOR: u16 = 317;
    pub(crate) const COLOURS: u16 = 320;
    pub(crate) const EXTRA: u16 = 338;
    pub(crate) const SAMPLE_FORMAT: u16 = 339;
}

/// The first directory of a file.
pub(crate) struct Directory {
    big_endian: bool,
    /// Tag, type, number of values, and the values or where they are.
    entries: Vec<(u16, u16, u32, [u8; 4])>,
}

impl Directory {
    /// Reads it.
    pub(crate) fn read(window: &mut Window<'_>) -> Result<Self, Fault> {
        let start: [u8; 8] = window.exactly(0)?;
        let mut directory = Self {
            big_endian: start[0] == b'M',
            entries: Vec::new(),
        };
        let at = u64::from(directory.long([start[4], start[5], start[6], start[7]]));
        let count = directory.short(window.exactly(at)?).min(TAGS);
        for index in 0..u64::from(count) {
            let e: [u8; 12] = window.exactly(at + 2 + 12 * index)?;
            directory.entries.push((
                directory.short([e[0], e[1]]),
                directory.short([e[2], e[3]]),
                directory.long([e[4], e[5], e[6], e[7]]),
                [e[8], e[9], e[10], e[11]],
            ));
        }
        Ok(directory)
    }

    /// Whether numbers have their highest byte first.
    pub(crate) fn is_big_endian(&self) -> bool {
        self.big_endian
    }

    /// All values of a tag, which is empty where it is missing.
    pub(crate) fn numbers(&self, window: &mut Window<'_>, tag: u16) -> Result<Vec<u32>, Fault> {
        let Some(&(_, kind, count, inside)) = self.entries.iter().find(|e| e.0 == tag) else {
            return Ok(Vec::new());
        };
        let each: u64 = match kind {
            1 => 1,
            3 => 2,
            4 => 4,
            _ => {
                return Err(Fault::Unsupported(format!(
                    "a TIFF with values of type {kind}"
                )));
            }
        };
        if count > VALUES {
            return Err(Fault::Damaged(format!("tag {tag} with {count} values")));
        }
        let bytes = each * u64::from(count);
        let values = if bytes <= 4 {
            inside[..bytes as usize].to_vec()
        } else {
            window
                .up_to(u64::from(self.long(inside)), bytes as usize)?
                .to_vec()
        };
        if (values.len() as u64) < bytes {
            return Err(Fault::Damaged("it ends within its tags".into()));
        }
        Ok(values
            .chunks_exact(each as usize)
            .map(|v| match *v {
                [a] => u32::from(a),
                [a, b] => u32::from(self.short([a, b])),
                [a, b, c, d] => self.long([a, b, c, d]),
                _ => 0,
            })
            .collect())
    }

    /// The first value of a tag.
    pub(crate) fn number(&self, window: &mut Window<'_>, tag: u16) -> Result<Option<u32>, Fault> {
        Ok(self.numbers(window, tag)?.first().copied())
    }

    fn short(&self, bytes: [u8; 2]) -> u16 {
        if self.big_endian {
            u16::from_be_bytes(bytes)
        } else {
            u16::from_le_bytes(bytes)
        }
    }

    fn long(&self, bytes: [u8; 4]) -> u32 {
        if self.big_endian {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        }
    }
}

pub(super) fn header(window: &mut Window<'_>) -> Result<Facts, Fault> {
    let directory = Directory::read(window)?;
    let mut number = |tag, usual| Ok::<_, Fault>(directory.number(window, tag)?.unwrap_or(usual));
    let (width, height) = (number(tag::WIDTH, 0)?, number(tag::HEIGHT, 0)?);
    let (bits, samples) = (number(tag::BITS, 1)?, number(tag::SAMPLES, 1)?);
    let (photometric, extra) = (number(tag::PHOTOMETRIC, 1)?, number(tag::EXTRA, 2)?);
    let format = number(tag::SAMPLE_FORMAT, 1)?;
    let mode = match (photometric, samples, bits) {
        (0 | 1, 1, 32) if format == 3 => "F",
        (0 | 1, 1, 32) => "I",
        (0 | 1, 1, 1) => "1",
        (0 | 1, 1, 2..=8) => "L",
        (0 | 1, 1, 16) => "I;16",
        (0 | 1, 2, 8) => "LA",
        (2, 3, 8 | 16) => "RGB",
        (2, 4.., 8 | 16) if extra == 0 => "RGB",
        (2, 4.., 8 | 16) => "RGBA",
        (3, 1, _) => "P",
        (5, 4.., 8 | 16) => "CMYK",
        (6, 3, 8) => "YCbCr",
        (8, 3, 8) => "LAB",
        _ => {
            return Err(Fault::Unsupported(format!(
                "a TIFF of {samples} samples of {bits} bits, photometric {photometric}"
            )));
        }
    };
    Ok((mode, width, height))
}
