//! The one vector instruction that resampling lives on: eight 16-bit products, added in pairs to four 32-bit sums.
//!
//! Every 128-bit instruction set has it, so that the component does the same work as the native program; `wide` names it for both.

use wide::bytemuck::cast;
use wide::{i16x8, i32x4, i32x8, u8x16};

use super::weights::PRECISION;

/// The taps are cut in two halves of 11 bits, so that a product needs 16-bit factors only; the recombined sum is the same to the
/// last bit. Sums wrap, which is exact because the true sum fits (weights below 2 in total, samples below 256).
const CUT: u32 = PRECISION / 2;

/// Half of the last place that is kept: rounds the sum.
const HALF: i32 = 1 << (PRECISION - 1);

/// The upper and lower bits of a tap.
pub(super) fn cut(tap: i32) -> (i16, i16) {
    ((tap >> CUT) as i16, (tap & ((1 << CUT) - 1)) as i16)
}

/// Eight 16-bit factors.
#[derive(Clone, Copy)]
pub(super) struct Factors(i16x8);

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

    /// Sixteen samples of two rows in turn, four columns in each vector.
    #[inline(always)]
    pub(super) fn zip(a: [u8; 16], b: [u8; 16]) -> [Self; 4] {
        let (a, b, zero) = (u8x16::new(a), u8x16::new(b), u8x16::splat(0));
        let (left, right) = (u8x16::unpack_low(a, b), u8x16::unpack_high(a, b));
        // A byte before a zero byte is the same number in 16 bits.
        [
            Self(cast(u8x16::unpack_low(left, zero))),
            Self(cast(u8x16::unpack_high(left, zero))),
            Self(cast(u8x16::unpack_low(right, zero))),
            Self(cast(u8x16::unpack_high(right, zero))),
        ]
    }
}

/// Sums of four outputs, or four parts of one: of the taps' upper bits and of their lower bits.
#[derive(Clone, Copy)]
pub(super) struct Sums {
    upper: i32x4,
    lower: i32x4,
}

impl Sums {
    /// Nothing added yet.
    #[inline(always)]
    pub(super) fn zero() -> Self {
        Self {
            upper: i32x4::splat(0),
            lower: i32x4::splat(0),
        }
    }

    /// Adds samples times taps, pair by pair.
    #[inline(always)]
    pub(super) fn add(&mut self, samples: Factors, (upper, lower): (Factors, Factors)) {
        self.upper += samples.0.dot(upper.0);
        self.lower += samples.0.dot(lower.0);
    }

    /// Adds samples times taps that were not cut, because none needs more than 16 bits.
    #[inline(always)]
    pub(super) fn add_whole(&mut self, samples: Factors, taps: Factors) {
        self.lower += samples.0.dot(taps.0);
    }

    #[inline(always)]
    fn joined(self) -> i32x4 {
        (self.upper << CUT) + self.lower
    }

    /// One sample: all four sums together.
    #[inline(always)]
    pub(super) fn sample(self) -> u8 {
        let sum = self
            .joined()
            .to_array()
            .into_iter()
            .fold(HALF, i32::wrapping_add);
        (sum >> PRECISION).clamp(0, 255) as u8
    }

    /// Four samples from each.
    #[inline(always)]
    pub(super) fn samples(four: [Self; 4]) -> [u8; 16] {
        let [a, b, c, d] = four.map(|sums| (sums.joined() + i32x4::splat(HALF)) >> PRECISION);
        let narrow =
            |a: i32x4, b: i32x4| i16x8::from_i32x8_saturate(cast::<[i32x4; 2], i32x8>([a, b]));
        u8x16::narrow_i16x8(narrow(a, b), narrow(c, d)).to_array()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_added_in_pairs_and_rounded() {
        let one = |part: i16| Factors::pair([part, 0]);
        let (upper, lower) = cut(1 << PRECISION);
        let columns = Factors::zip(std::array::from_fn(|i| 10 * i as u8), [77; 16]);
        let copied = columns.map(|samples| {
            let mut sums = Sums::zero();
            sums.add(samples, (one(upper), one(lower)));
            sums
        });
        assert_eq!(Sums::samples(copied), std::array::from_fn(|i| 10 * i as u8));
        let (upper, lower) = cut(-(1 << PRECISION) / 8);
        let mut sums = Sums::zero();
        sums.add(
            Factors::new([1, 2, 3, 4, 5, 6, 7, 9]),
            (Factors::new([upper; 8]), Factors::new([lower; 8])),
        );
        assert_eq!(sums.sample(), 0, "below zero");
        let (upper, lower) = cut((1 << PRECISION) / 8);
        let mut sums = Sums::zero();
        sums.add(
            Factors::new([1, 2, 3, 4, 5, 6, 7, 8]),
            (Factors::new([upper; 8]), Factors::new([lower; 8])),
        );
        assert_eq!(sums.sample(), 5, "36 eighths");
    }
}
