//! TIFF: the tags of the first directory.

use super::{Facts, Window};
use crate::fault::Fault;

/// Most tags of a directory that are looked at.
const TAGS: u16 = 4096;

pub(super) fn header(window: &mut Window<'_>) -> Result<Facts, Fault> {
    let start: [u8; 8] = window.exactly(0)?;
    let order = Order {
        big: start[0] == b'M',
    };
    let directory = u64::from(order.long(&start[4..]));
    let count = order.short(&window.exactly::<2>(directory)?).min(TAGS);
    let (mut width, mut height) = (0, 0);
    let (mut bits, mut photometric, mut samples, mut extra) = (1, 1, 1, None);
    for index in 0..u64::from(count) {
        let tag: [u8; 12] = window.exactly(directory + 2 + 12 * index)?;
        let values = order.long(&tag[4..]);
        let value = if order.short(&tag[2..]) == 3 {
            u32::from(order.short(&tag[8..]))
        } else {
            order.long(&tag[8..])
        };
        match order.short(&tag) {
            256 => width = value,
            257 => height = value,
            // More than two values stand elsewhere; they are alike in every mode that is known.
            258 if values > 2 => {
                bits =
                    u32::from(order.short(&window.exactly::<2>(u64::from(order.long(&tag[8..])))?))
            }
            258 => bits = value,
            262 => photometric = value,
            277 => samples = value,
            338 => extra = Some(value),
            _ => {}
        }
    }
    let mode = match (photometric, samples, bits) {
        (0 | 1, 1, 1) => "1",
        (0 | 1, 1, 2..=8) => "L",
        (0 | 1, 1, 16) => "I;16",
        (0 | 1, 1, 32) => "F",
        (0 | 1, 2, 8) => "LA",
        (2, 3, 8 | 16) => "RGB",
        (2, 4.., 8 | 16) if extra == Some(0) => "RGB",
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

/// Byte order of the file.
struct Order {
    big: bool,
}

impl Order {
    fn short(&self, bytes: &[u8]) -> u16 {
        let pair = [bytes[0], bytes[1]];
        if self.big {
            u16::from_be_bytes(pair)
        } else {
            u16::from_le_bytes(pair)
        }
    }

    fn long(&self, bytes: &[u8]) -> u32 {
        let four = [bytes[0], bytes[1], bytes[2], bytes[3]];
        if self.big {
            u32::from_be_bytes(four)
        } else {
            u32::from_le_bytes(four)
        }
    }
}
