//! Difference hash: 9×8 pixels, each against its left neighbour.

use super::{Hash, SIDE};
use crate::pixels::Pixels;
use crate::resample::thumbnail_of_grey;

pub(super) fn compute(grey: Pixels) -> Hash {
    let small = thumbnail_of_grey(grey, (SIDE as u32 + 1, SIDE as u32));
    Hash::of_bits(
        small
            .chunks_exact(SIDE + 1)
            .flat_map(|row| row.windows(2))
            .map(|pair| pair[1] > pair[0]),
    )
}
