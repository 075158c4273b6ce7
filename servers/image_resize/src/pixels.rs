//! Decoded pixels: 8 bits a sample, interleaved, with the few layouts that every decoder ends in and every encoder starts from.

use crate::fault::Fault;

/// How the samples of one pixel lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Grey.
    L,
    /// Grey and alpha.
    La,
    /// Red, green, blue.
    Rgb,
    /// Red, green, blue, alpha.
    Rgba,
    /// Cyan, magenta, yellow, black; 255 is full ink.
    Cmyk,
}

impl Layout {
    /// Samples of one pixel.
    #[must_use]
    pub fn channels(self) -> usize {
        match self {
            Self::L => 1,
            Self::La => 2,
            Self::Rgb => 3,
            Self::Rgba | Self::Cmyk => 4,
        }
    }

    /// Whether the last sample is alpha.
    #[must_use]
    pub fn has_alpha(self) -> bool {
        matches!(self, Self::La | Self::Rgba)
    }
}

/// An image in memory. `data.len()` is always `width × height × layout.channels()`, and neither side is 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pixels {
    width: u32,
    height: u32,
    layout: Layout,
    data: Vec<u8>,
}

impl Pixels {
    /// Takes decoded samples.
    ///
    /// # Errors
    /// When the length does not fit the size or a side is 0: a decoder that answers so has met a broken file.
    pub fn new(width: u32, height: u32, layout: Layout, data: Vec<u8>) -> Result<Self, Fault> {
        let wanted = u64::from(width) * u64::from(height) * layout.channels() as u64;
        if wanted == 0 || data.len() as u64 != wanted {
            return Err(Fault::Damaged(format!(
                "{} bytes of pixels for {width}×{height}",
                data.len()
            )));
        }
        Ok(Self {
            width,
            height,
            layout,
            data,
        })
    }

    /// Width in pixels, at least 1.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels, at least 1.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Width and height.
    #[must_use]
    pub fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// How the samples lie.
    #[must_use]
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// The samples, row by row.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// Bytes of one row.
    #[must_use]
    pub fn stride(&self) -> usize {
        self.width as usize * self.layout.channels()
    }

    /// Grey by Pillow's weights (ITU-R 601-2 in 16-bit fixed point); alpha is dropped, not composed, as `convert("L")` does.
    #[must_use]
    pub fn into_grey(self) -> Self {
        let data = match self.layout {
            Layout::L => return self,
            Layout::La => self.data.chunks_exact(2).map(|p| p[0]).collect(),
            Layout::Rgb => self
                .data
                .chunks_exact(3)
                .map(|p| luma(p[0], p[1], p[2]))
                .collect(),
            Layout::Rgba => self
                .data
                .chunks_exact(4)
                .map(|p| luma(p[0], p[1], p[2]))
                .collect(),
            Layout::Cmyk => return self.into_rgb().into_grey(),
        };
        Self {
            layout: Layout::L,
            data,
            ..self
        }
    }

    /// Colour without alpha or ink, as Pillow's `convert("RGB")`.
    #[must_use]
    pub fn into_rgb(self) -> Self {
        let mut data = Vec::with_capacity(self.data.len() / self.layout.channels() * 3);
        match self.layout {
            Layout::Rgb => return self,
            Layout::L => self.data.iter().for_each(|&v| data.extend([v, v, v])),
            Layout::La => self
                .data
                .chunks_exact(2)
                .for_each(|p| data.extend([p[0]; 3])),
            Layout::Rgba => self
                .data
                .chunks_exact(4)
                .for_each(|p| data.extend([p[0], p[1], p[2]])),
            Layout::Cmyk => self.data.chunks_exact(4).for_each(|p| {
                let light = 255 - p[3];
                data.extend([0, 1, 2].map(|i| light.saturating_sub(times(p[i], light))));
            }),
        }
        Self {
            layout: Layout::Rgb,
            data,
            ..self
        }
    }

    /// Grey or colour without alpha: what a JPEG holds.
    #[must_use]
    pub fn without_alpha(self) -> Self {
        match self.layout {
            Layout::La => self.into_grey(),
            Layout::Rgba => self.into_rgb(),
            Layout::L | Layout::Rgb | Layout::Cmyk => self,
        }
    }

    /// Multiplies colour by alpha, so that the colour of invisible pixels does not bleed while resampling.
    #[must_use]
    pub(crate) fn premultiplied(mut self) -> Self {
        if self.layout.has_alpha() {
            for pixel in self.data.chunks_exact_mut(self.layout.channels()) {
                if let Some((alpha, colour)) = pixel.split_last_mut() {
                    colour.iter_mut().for_each(|v| *v = times(*v, *alpha));
                }
            }
        }
        self
    }

    /// The inverse of [`Self::premultiplied`], with Pillow's rounding.
    #[must_use]
    pub(crate) fn unpremultiplied(mut self) -> Self {
        if self.layout.has_alpha() {
            for pixel in self.data.chunks_exact_mut(self.layout.channels()) {
                if let Some((&mut alpha, colour)) = pixel.split_last_mut()
                    && alpha != 0
                    && alpha != 255
                {
                    for v in colour {
                        *v = (255 * u32::from(*v) / u32::from(alpha)).min(255) as u8;
                    }
                }
            }
        }
        self
    }

    pub(crate) fn into_data(self) -> Vec<u8> {
        self.data
    }
}

/// 0.299 R + 0.587 G + 0.114 B in 16-bit fixed point, rounded.
fn luma(r: u8, g: u8, b: u8) -> u8 {
    ((19595 * u32::from(r) + 38470 * u32::from(g) + 7471 * u32::from(b) + 0x8000) >> 16) as u8
}

/// a × b / 255, rounded, without a division.
fn times(a: u8, b: u8) -> u8 {
    let t = u32::from(a) * u32::from(b) + 128;
    (((t >> 8) + t) >> 8) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_and_black_stay_what_they_are() {
        assert_eq!(luma(255, 255, 255), 255);
        assert_eq!(luma(0, 0, 0), 0);
        assert_eq!(times(255, 255), 255);
        assert_eq!(times(200, 0), 0);
    }

    #[test]
    fn a_wrong_length_is_a_damaged_file() {
        assert!(Pixels::new(2, 2, Layout::Rgb, vec![0; 11]).is_err());
        assert!(Pixels::new(0, 2, Layout::Rgb, vec![]).is_err());
    }

    #[test]
    fn ink_becomes_light() {
        let page =
            Pixels::new(2, 1, Layout::Cmyk, vec![0, 0, 0, 0, 0, 255, 255, 0]).expect("two pixels");
        assert_eq!(page.into_rgb().data(), [255, 255, 255, 255, 0, 0]);
    }
}
