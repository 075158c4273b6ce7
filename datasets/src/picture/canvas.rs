//! Eight-bit RGB pixels.

/// `rgb` is rows from the top, three bytes a pixel, no padding.
pub(crate) struct Canvas {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) rgb: Vec<u8>,
}

impl Canvas {
    /// ITU-R BT.601 luma in integers, one byte a pixel.
    pub(crate) fn luma(&self) -> Vec<u8> {
        self.rgb
            .chunks_exact(3)
            .map(|pixel| {
                ((u32::from(pixel[0]) * 299
                    + u32::from(pixel[1]) * 587
                    + u32::from(pixel[2]) * 114
                    + 500)
                    / 1_000) as u8
            })
            .collect()
    }
}
