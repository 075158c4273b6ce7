//! JPEG: segments are skipped until the frame header.

use super::{Facts, Window};
use crate::fault::Fault;

/// Most segments before the frame header; real files have fewer than a hundred.
const SEGMENTS: usize = 4096;

pub(super) fn header(window: &mut Window<'_>) -> Result<Facts, Fault> {
    let mut at = 2;
    for _ in 0..SEGMENTS {
        let [lead, marker] = window.exactly(at)?;
        if lead != 0xff {
            // Stray bytes between segments are tolerated, as every decoder does.
            at += 1;
            continue;
        }
        match marker {
            0xff => at += 1,
            // Markers that stand alone.
            0x00 | 0x01 | 0xd0..=0xd8 => at += 2,
            0xd9 | 0xda => return Err(Fault::Damaged("no frame header before the scan".into())),
            // Frame headers; 0xc4, 0xc8 and 0xcc are tables and reserved.
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                let [_, _, _, h1, h0, w1, w0, components] = window.exactly(at + 2)?;
                let mode = match components {
                    1 => "L",
                    3 => "RGB",
                    4 => "CMYK",
                    count => {
                        return Err(Fault::Unsupported(format!("a JPEG of {count} components")));
                    }
                };
                return Ok((
                    mode,
                    u16::from_be_bytes([w1, w0]).into(),
                    u16::from_be_bytes([h1, h0]).into(),
                ));
            }
            _ => {
                let length = u16::from_be_bytes(window.exactly(at + 2)?);
                if length < 2 {
                    return Err(Fault::Damaged("a segment without length".into()));
                }
                at += 2 + u64::from(length);
            }
        }
    }
    Err(Fault::Damaged("no frame header".into()))
}
