//! From a file's content to pixels: one decoder a format, all under the same limits.

pub(crate) mod bmp;
mod gif;
mod jpeg;
mod palette;
mod png;
mod tiff;
mod webp;

use std::io::Cursor;

use crate::fault::Fault;
use crate::format::Format;
use crate::pixels::Pixels;
use crate::probe::{Header, probe};

/// What the pixels are for. It decides the few cases in which a format says more than 8 bits of colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// For a hash: transparency is ignored and 16-bit grey is clipped at 255, because Pillow's `convert("L")` does both.
    Hash,
    /// For a format without transparency: the colours of a palette are taken as they are.
    Opaque,
    /// For a format with transparency.
    Transparent,
}

/// Reads the header of a file in memory.
///
/// # Errors
/// As [`probe`].
pub fn header(content: &[u8]) -> Result<Header, Fault> {
    probe(&mut Cursor::new(content))
}

/// Whether the file can be decoded to a fraction of its size at less cost.
#[must_use]
pub fn scales(header: &Header) -> bool {
    header.format == Format::Jpeg
}

/// Decodes the first picture of a file, `shrink` (1, 2, 4 or 8) times smaller on each side, rounded up, where [`scales`] says so.
///
/// # Errors
/// When the content is damaged, truncated, of an unsupported variant, or would need too much memory.
pub fn decode(
    content: &[u8],
    header: &Header,
    shrink: u32,
    purpose: Purpose,
) -> Result<Pixels, Fault> {
    match header.format {
        Format::Jpeg => jpeg::decode(content, header, shrink, purpose),
        Format::Png => png::decode(content, header, purpose),
        Format::Gif => gif::decode(content, header, purpose),
        Format::Webp => webp::decode(content, header),
        Format::Bmp => bmp::decode(content),
        Format::Tiff => tiff::decode(content, header, purpose),
    }
}

/// Grey of more than 8 bits, for a purpose.
fn narrow(value: u16, purpose: Purpose) -> u8 {
    match purpose {
        Purpose::Hash => value.min(255) as u8,
        Purpose::Opaque | Purpose::Transparent => (value >> 8) as u8,
    }
}

/// A decoder's own words, for the message.
fn damaged(error: impl std::fmt::Display) -> Fault {
    Fault::Damaged(error.to_string())
}
