//! PNG: everything stands in the first chunk.

use super::{Facts, Window};
use crate::fault::Fault;

pub(super) fn header(window: &mut Window<'_>) -> Result<Facts, Fault> {
    let chunk: [u8; 18] = window.exactly(8)?;
    if &chunk[4..8] != b"IHDR" {
        return Err(Fault::Damaged("its first chunk is not IHDR".into()));
    }
    let number =
        |at: usize| u32::from_be_bytes([chunk[at], chunk[at + 1], chunk[at + 2], chunk[at + 3]]);
    let mode = match (chunk[16], chunk[17]) {
        (1, 0) => "1",
        (2 | 4 | 8, 0) => "L",
        (16, 0) => "I;16",
        (8 | 16, 2) => "RGB",
        (1 | 2 | 4 | 8, 3) => "P",
        (8, 4) => "LA",
        (16, 4) | (8 | 16, 6) => "RGBA",
        (depth, colour) => {
            return Err(Fault::Damaged(format!(
                "depth {depth} of colour type {colour}"
            )));
        }
    };
    Ok((mode, number(8), number(12)))
}
