//! Average hash: 8×8 pixels, each against their mean.

use super::{Hash, SIDE};
use crate::pixels::Pixels;
use crate::resample::thumbnail_of_grey;

pub(super) fn compute(grey: Pixels) -> Hash {
    let small = thumbnail_of_grey(grey, (SIDE as u32, SIDE as u32));
    let total: u32 = small.iter().map(|&v| u32::from(v)).sum();
    // v > total / 64 without leaving the integers.
    Hash::of_bits(small.iter().map(|&v| u32::from(v) * 64 > total))
}
