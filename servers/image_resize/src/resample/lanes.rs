//! The one vector instruction that resampling lives on: eight 16-bit products, added in pairs to four 32-bit sums.
//!
//! Every 128-bit instruction set has it, so that the component does the same work as the native program; `wide` names it for both.

use wide::{i16x8, i32x4, u8x16};

/// Four 32-bit sums, which wrap.
#[derive(Clone, Copy)]
pub(super) struct Sums(i32x4);

/// Eight 16-bit factors.
#[derive(Clone, Copy)]
pub(super) struct Factors(i16x8);

impl Sums {
    /// Nothing added yet.
    #[inline(always)]
    pub(super) fn zero() -> Self {
        Self(i32x4::splat(0))
    }

    /// Adds products, pair by pair.
    #[inline(always)]
    pub(super) fn add(self, a: Factors, b: Factors) -> Self {
        Self(self.0 + a.0.dot(b.0))
    }

    /// The sums of taps that were cut in two: the high part counts 2^`cut` times.
    #[inline(always)]
    pub(super) fn join(high: Self, low: Self, cut: u32) -> [i32; 4] {
        ((high.0 << cut) + low.0).to_array()
    }
}

impl Factors {
    /// Eight of them in order.
    #[inline(always)]
    pub(super) fn new(factors: [i16; 8]) -> Self {
        Self(i16x8::new(factors))
    }

    /// The same two, four times.
    #[inline(always)]
    pub(super) fn pair([a, b]: [i16; 2]) -> Self {
        Self(i16x8::new([a, b, a, b, a, b, a, b]))
    }

    /// Samples of two rows in turn: the first four columns and the last four.
    #[inline(always)]
    pub(super) fn zip(a: [u8; 8], b: [u8; 8]) -> (Self, Self) {
        let widened = |row: [u8; 8]| {
            let mut block = [0; 16];
            block[..8].copy_from_slice(&row);
            u8x16::new(block)
        };
        let pairs = u8x16::unpack_low(widened(a), widened(b));
        (
            Self(i16x8::from_u8x16_low(pairs)),
            Self(i16x8::from_u8x16_high(pairs)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_added_in_pairs() {
        let ones = Factors::new([1, 2, 3, 4, 5, 6, 7, -8]);
        let sums = Sums::zero().add(ones, Factors::pair([10, 100]));
        assert_eq!(Sums::join(sums, Sums::zero(), 1), [420, 860, 1300, -1460]);
        let (first, last) = Factors::zip([1, 2, 3, 4, 5, 6, 7, 255], [9, 8, 7, 6, 5, 4, 3, 2]);
        let weights = Factors::pair([1, 1000]);
        let sums = Sums::zero().add(first, weights);
        assert_eq!(Sums::join(Sums::zero(), sums, 0), [9001, 8002, 7003, 6004]);
        let sums = Sums::zero().add(last, weights);
        assert_eq!(Sums::join(Sums::zero(), sums, 0), [5005, 4006, 3007, 2255]);
    }
}
