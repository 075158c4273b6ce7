//! One picture made smaller or larger: decode as little as will do, resample, encode.

use crate::decode::{self, Purpose};
use crate::encode::{self, Output};
use crate::fault::Fault;
use crate::fit::{GAP, Wish, shrink};
use crate::resample::{Extent, lanczos_to, lanczos_with_gap};

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    /// The size.
    pub wish: Wish,
    /// The format.
    pub output: Output,
    /// 1 to 100, for JPEG.
    pub quality: i64,
}

/// What was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// Width and height of the original.
    pub original: (u32, u32),
    /// Width and height now.
    pub size: (u32, u32),
    /// The encoded file.
    pub file: Vec<u8>,
}

/// Resizes the first picture of a file's content.
///
/// A longest side takes Pillow's `thumbnail` way: whole blocks are averaged first, down to twice the size. Given sides take its
/// `resize` way, without that step. In both, a JPEG that will become less than half as large is decoded at a fraction of its size.
///
/// # Errors
/// When the content cannot be decoded or the request not be fulfilled.
pub fn resize(content: &[u8], request: &Request) -> Result<Made, Fault> {
    let header = decode::header(content)?;
    let original = (header.width, header.height);
    let size = request.wish.of(original)?;
    let fraction = if decode::scales(&header) {
        shrink(original, size)
    } else {
        1
    };
    let purpose = if request.output.is_transparent() {
        Purpose::Transparent
    } else {
        Purpose::Opaque
    };
    let pixels = decode::decode(content, &header, fraction, purpose)?;
    let extent = Extent {
        width: original.0 as f32 / fraction as f32,
        height: original.1 as f32 / fraction as f32,
    };
    let pixels = if request.wish.longest > 0 {
        lanczos_with_gap(pixels, size, extent, GAP)
    } else {
        lanczos_to(pixels, size, extent)
    };
    Ok(Made {
        original,
        size,
        file: encode::encode(pixels, request.output, request.quality)?,
    })
}
