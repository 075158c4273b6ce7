//! Size, format and mode of an image from its header: a few kilobytes are read and nothing is decoded.

mod bmp;
mod gif;
mod jpeg;
mod png;
pub(crate) mod tiff;
mod webp;
mod window;

pub use window::{Seekable, Window};

use crate::fault::Fault;
use crate::format::Format;
use crate::limit;

/// What a header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// File format.
    pub format: Format,
    /// Pillow's name of the pixel layout, for example `RGB`, `L` or `P`.
    pub mode: &'static str,
    /// Width in pixels, at least 1.
    pub width: u32,
    /// Height in pixels, at least 1.
    pub height: u32,
}

/// Reads a header.
///
/// # Errors
/// When the format is unknown, the header is broken or ends early, or it claims more pixels than [`limit::PIXELS`].
pub fn probe(from: &mut dyn Seekable) -> Result<Header, Fault> {
    let mut window = Window::new(from);
    let format = Format::sniff(window.up_to(0, Format::PREFIX)?).ok_or(Fault::Unknown)?;
    let (mode, width, height) = match format {
        Format::Jpeg => jpeg::header(&mut window)?,
        Format::Png => png::header(&mut window)?,
        Format::Gif => gif::header(&mut window)?,
        Format::Webp => webp::header(&mut window)?,
        Format::Bmp => bmp::header(&mut window)?,
        Format::Tiff => tiff::header(&mut window)?,
    };
    if width == 0 || height == 0 {
        return Err(Fault::Damaged(format!("its size is {width}×{height}")));
    }
    limit::pixels(width.into(), height.into())?;
    Ok(Header {
        format,
        mode,
        width,
        height,
    })
}

/// Mode, width and height, as each format's reader gives them.
type Facts = (&'static str, u32, u32);
