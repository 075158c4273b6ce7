//! GIF: the screen's size; the mode depends on whether the first frame's palette has colours.

use super::{Facts, Window};
use crate::fault::Fault;

/// Most extension blocks before the first frame.
const BLOCKS: usize = 65_536;

pub(super) fn header(window: &mut Window<'_>) -> Result<Facts, Fault> {
    let screen: [u8; 13] = window.exactly(0)?;
    let number = |at: usize| u32::from(u16::from_le_bytes([screen[at], screen[at + 1]]));
    let (mut width, mut height) = (number(6), number(8));
    let mut at = 13;
    let mut colourful = false;
    if screen[10] & 0x80 != 0 {
        colourful = has_colours(window, at, screen[10])?;
        at += table(screen[10]) as u64;
    }
    for _ in 0..BLOCKS {
        match window.exactly(at)? {
            [b'!'] => at = skip_blocks(window, at + 2)?,
            [b','] => {
                let frame: [u8; 9] = window.exactly(at + 1)?;
                let number = |at: usize| u32::from(u16::from_le_bytes([frame[at], frame[at + 1]]));
                // Frames that reach beyond the screen enlarge it.
                width = width.max(number(0) + number(4));
                height = height.max(number(2) + number(6));
                if frame[8] & 0x80 != 0 {
                    colourful = has_colours(window, at + 10, frame[8])?;
                }
                return Ok((if colourful { "P" } else { "L" }, width, height));
            }
            [b';'] => break,
            _ => at += 1,
        }
    }
    Err(Fault::Damaged("no frame".into()))
}

/// Bytes of a colour table.
fn table(flags: u8) -> usize {
    3 << ((flags & 7) + 1)
}

/// Whether a palette is more than the ramp of greys.
fn has_colours(window: &mut Window<'_>, at: u64, flags: u8) -> Result<bool, Fault> {
    let palette = window.up_to(at, table(flags))?;
    if palette.len() < table(flags) {
        return Err(Fault::Damaged("it ends within its palette".into()));
    }
    Ok(palette
        .chunks_exact(3)
        .enumerate()
        .any(|(index, colour)| colour.iter().any(|&v| usize::from(v) != index)))
}

fn skip_blocks(window: &mut Window<'_>, mut at: u64) -> Result<u64, Fault> {
    for _ in 0..BLOCKS {
        let [length] = window.exactly(at)?;
        at += 1 + u64::from(length);
        if length == 0 {
            return Ok(at);
        }
    }
    Err(Fault::Damaged("an extension without end".into()))
}
