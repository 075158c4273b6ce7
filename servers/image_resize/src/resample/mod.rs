//! Lanczos resampling in Pillow's own arithmetic: the same pixels in give the same pixels out, bit for bit, in the component and natively.

mod lanes;
mod passes;
mod reduce;
mod weights;

pub use reduce::reduce;
pub use weights::Weights;

use crate::pixels::{Layout, Pixels};

/// The part of an image that is resampled, in pixels from the top left; halves of pixels occur after scaled decoding.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extent {
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

impl Extent {
    /// All of an image.
    #[must_use]
    pub fn of(pixels: &Pixels) -> Self {
        Self {
            width: pixels.width() as f32,
            height: pixels.height() as f32,
        }
    }
}

/// Resamples by Lanczos-3 (Pillow's `resize(size, LANCZOS)`).
#[must_use]
pub fn lanczos(pixels: Pixels, size: (u32, u32)) -> Pixels {
    let extent = Extent::of(&pixels);
    resample(pixels, size, extent, None)
}

/// The same of a part of the image, at its top left.
#[must_use]
pub fn lanczos_to(pixels: Pixels, size: (u32, u32), extent: Extent) -> Pixels {
    resample(pixels, size, extent, None)
}

/// First averages whole blocks while at least `gap` times the wanted size is left, then resamples (Pillow's `reducing_gap`).
#[must_use]
pub fn lanczos_with_gap(pixels: Pixels, size: (u32, u32), extent: Extent, gap: f32) -> Pixels {
    resample(pixels, size, extent, Some(gap))
}

fn resample(pixels: Pixels, size: (u32, u32), extent: Extent, gap: Option<f32>) -> Pixels {
    if pixels.size() == size && extent == Extent::of(&pixels) {
        return pixels;
    }
    let (mut pixels, mut extent) = (pixels.premultiplied(), extent);
    if let Some(gap) = gap {
        let fold =
            |from: f32, to: u32| ((f64::from(from) / f64::from(to) / f64::from(gap)) as u32).max(1);
        let factor = (fold(extent.width, size.0), fold(extent.height, size.1));
        if factor != (1, 1) {
            pixels = reduce(&pixels, factor);
            extent = Extent {
                width: (f64::from(extent.width) / f64::from(factor.0)) as f32,
                height: (f64::from(extent.height) / f64::from(factor.1)) as f32,
            };
        }
    }
    passes::separable(pixels, size, extent).unpremultiplied()
}

/// Grey, resampled to a small square or nearly so: what every hash starts from.
#[must_use]
pub fn thumbnail_of_grey(pixels: Pixels, size: (u32, u32)) -> Vec<u8> {
    debug_assert_eq!(pixels.layout(), Layout::L);
    lanczos(pixels, size).into_data()
}
