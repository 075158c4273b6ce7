//! The size that a request ends in, with Pillow's rounding, and how far a JPEG may be shrunk on the way.

use crate::fault::Fault;
use crate::limit;

/// How large the picture shall be. 0 counts as not given, as in the baseline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Longest side in pixels: never enlarges.
    pub longest: u32,
}

/// How much larger than the result a picture must stay before it is resampled (Pillow's `reducing_gap`).
pub const GAP: f32 = 2.0;

impl Wish {
    /// The size to make of an image of this size.
    ///
    /// The longest side goes before both sides, both before width, width before height.
    ///
    /// # Errors
    /// When nothing is wished for, or too many pixels.
    pub fn of(self, (width, height): (u32, u32)) -> Result<(u32, u32), Fault> {
        let part = |side: u32, wanted: u32, had: u32| {
            ((f64::from(side) * (f64::from(wanted) / f64::from(had))) as u32).max(1)
        };
        let size = match (self.longest, self.width, self.height) {
            (1.., _, _) => thumbnail((width, height), self.longest),
            (0, 1.., 1..) => (self.width, self.height),
            (0, 1.., 0) => (self.width, part(height, self.width, width)),
            (0, 0, 1..) => (part(width, self.height, height), self.height),
            (0, 0, 0) => {
                return Err(Fault::Request(
                    "No resize parameters provided (width, height, or max_size); give one of them"
                        .into(),
                ));
            }
        };
        limit::resampling((width, height), size)?;
        Ok(size)
    }
}

/// Fits into a square without enlarging; of the two roundings of the shorter side, the one that keeps the shape better.
fn thumbnail((width, height): (u32, u32), longest: u32) -> (u32, u32) {
    if longest >= width && longest >= height {
        return (width, height);
    }
    let aspect = f64::from(width) / f64::from(height);
    let side = f64::from(longest);
    let better = |exact: f64, error: &dyn Fn(f64) -> f64| {
        let (low, high) = (exact.floor(), exact.ceil());
        let best = if error(high) < error(low) { high } else { low };
        (best as u32).max(1)
    };
    if 1.0 >= aspect {
        (
            better(side * aspect, &|n| (aspect - n / side).abs()),
            longest,
        )
    } else {
        let error = |n: f64| {
            if n == 0.0 {
                0.0
            } else {
                (aspect - side / n).abs()
            }
        };
        (longest, better(side / aspect, &error))
    }
}

/// How many times smaller a decoder may make the picture, so that at least [`GAP`] times the result is left on both sides.
#[must_use]
pub fn shrink(from: (u32, u32), to: (u32, u32)) -> u32 {
    let room = |from: u32, to: u32| (f64::from(from) / f64::from(to) / f64::from(GAP)) as u32;
    let room = room(from.0, to.0).min(room(from.1, to.1));
    [8, 4, 2]
        .into_iter()
        .find(|&step| step <= room)
        .unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn longest(size: (u32, u32), longest: u32) -> (u32, u32) {
        Wish {
            longest,
            ..Wish::default()
        }
        .of(size)
        .expect("a size")
    }

    #[test]
    fn the_shorter_side_is_rounded_to_the_better_shape() {
        assert_eq!(longest((640, 480), 150), (150, 113));
        assert_eq!(longest((640, 426), 150), (150, 100));
        assert_eq!(longest((427, 640), 150), (100, 150));
        assert_eq!(longest((100, 75), 150), (100, 75), "never enlarged");
        assert_eq!(longest((5000, 1), 150), (150, 1), "never nothing");
    }

    #[test]
    fn sides_are_exact_and_a_missing_one_is_cut_to_whole_pixels() {
        let wish = |width, height| {
            Wish {
                width,
                height,
                longest: 0,
            }
            .of((100, 75))
            .expect("a size")
        };
        assert_eq!(wish(100, 100), (100, 100));
        assert_eq!(wish(50, 0), (50, 37));
        assert_eq!(wish(0, 50), (66, 50));
        assert_eq!(wish(1, 0), (1, 1));
        assert!(Wish::default().of((100, 75)).is_err());
        for (width, height) in [(60_000, 60_000), (1_000_000, 40), (40_000_000, 1)] {
            let wish = Wish {
                width,
                height,
                longest: 0,
            };
            assert!(wish.of((1_920, 1_280)).is_err(), "{width}×{height}");
        }
    }

    #[test]
    fn a_photograph_is_decoded_at_a_fraction() {
        assert_eq!(shrink((640, 426), (150, 100)), 2);
        assert_eq!(shrink((1920, 1280), (150, 100)), 4);
        assert_eq!(shrink((4000, 3000), (150, 113)), 8);
        assert_eq!(shrink((300, 200), (150, 100)), 1);
    }

    proptest! {
        #[test]
        fn a_thumbnail_fits_and_has_no_empty_side(width in 1u32..9000, height in 1u32..9000, side in 1u32..500) {
            let (w, h) = longest((width, height), side);
            prop_assert!(w >= 1 && h >= 1);
            prop_assert!(w <= width && h <= height);
            prop_assert!(w <= side && h <= side);
        }
    }
}
