//! GIF by `gif`: the first frame, laid on its screen.

use gif::{ColorOutput, DecodeOptions, MemoryLimit};

use crate::decode::palette::Palette;
use crate::decode::{Purpose, damaged};
use crate::fault::Fault;
use crate::limit;
use crate::pixels::Pixels;
use crate::probe::Header;

/// Bytes a pixel at most: index of the frame, index of the screen, colour with alpha.
const EACH: u64 = 1 + 1 + 4;

pub(super) fn decode(content: &[u8], header: &Header, purpose: Purpose) -> Result<Pixels, Fault> {
    let (width, height) = (header.width, header.height);
    limit::memory(width.into(), height.into(), EACH)?;
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    if let Some(bytes) = std::num::NonZeroU64::new(limit::DECODING) {
        options.set_memory_limit(MemoryLimit::Bytes(bytes));
    }
    let mut decoder = options.read_info(content).map_err(damaged)?;
    let shared = decoder.global_palette().map(<[u8]>::to_vec);
    let background = decoder.bg_color().map_or(0, |index| index as u8);
    let frame = decoder
        .read_next_frame()
        .map_err(damaged)?
        .ok_or_else(|| Fault::Damaged("no frame".into()))?;
    // Where the frame leaves the screen bare, the transparent colour shows, or else the background.
    let bare = frame.transparent.unwrap_or(background);
    let mut screen = vec![bare; width as usize * height as usize];
    let (left, top, span) = (
        usize::from(frame.left),
        usize::from(frame.top),
        usize::from(frame.width),
    );
    if span > 0 && left + span <= width as usize {
        let rows = screen.chunks_exact_mut(width as usize).skip(top);
        for (row, line) in rows.zip(frame.buffer.chunks_exact(span)) {
            row[left..left + span].copy_from_slice(line);
        }
    }
    let colours = frame.palette.as_deref().or(shared.as_deref());
    let palette = match colours {
        Some(triples) => Palette::new(triples),
        // Without any table, an index is a grey.
        None => Palette::new(&(0..=255).flat_map(|v: u8| [v; 3]).collect::<Vec<_>>()),
    };
    let palette = match frame.transparent {
        Some(index) => palette.without(index),
        None => palette,
    };
    palette.apply(width, height, &screen, purpose)
}
