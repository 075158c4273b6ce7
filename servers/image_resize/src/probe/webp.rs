//! WebP: the size stands in the first chunk, whichever of the three kinds it is.

use super::{Facts, Window};
use crate::fault::Fault;

pub(super) fn header(window: &mut Window<'_>) -> Result<Facts, Fault> {
    let chunk: [u8; 18] = window.exactly(12)?;
    let facts = match &chunk[..4] {
        b"VP8 " => {
            if chunk[11..14] != [0x9d, 0x01, 0x2a] {
                return Err(Fault::Damaged("no key frame at its start".into()));
            }
            let number =
                |at: usize| u32::from(u16::from_le_bytes([chunk[at], chunk[at + 1]]) & 0x3fff);
            ("RGB", number(14), number(16))
        }
        b"VP8L" => {
            let bits = u32::from_le_bytes([chunk[9], chunk[10], chunk[11], chunk[12]]);
            let mode = if bits >> 28 & 1 == 1 { "RGBA" } else { "RGB" };
            (mode, (bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1)
        }
        b"VP8X" => {
            let number =
                |at: usize| u32::from_le_bytes([chunk[at], chunk[at + 1], chunk[at + 2], 0]) + 1;
            let mode = if chunk[8] & 0x10 != 0 { "RGBA" } else { "RGB" };
            (mode, number(12), number(15))
        }
        _ => return Err(Fault::Damaged("its first chunk is no image".into())),
    };
    Ok(facts)
}
