//! When agents come: drawn from a seed, the same on every machine.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use record::Nanos;

/// When agents come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrivals {
    /// This many at once, at the start.
    Together,
    /// One after another, with exponential gaps of this mean: a Poisson process, whatever became of earlier ones.
    Poisson {
        /// The mean gap between two agents.
        gap: Nanos,
    },
    /// So many users, each of whom has an agent, waits an exponential time of this mean after its end, and has another.
    ThinkTime {
        /// How many users there are.
        users: u32,
        /// The mean wait.
        think: Nanos,
    },
}

/// Draws gaps.
#[derive(Clone, Debug)]
pub(crate) struct Gaps {
    random: ChaCha8Rng,
    mean: f64,
}

impl Gaps {
    pub(crate) fn new(seed: u64, mean: Nanos) -> Self {
        Self {
            random: ChaCha8Rng::seed_from_u64(seed),
            mean: real(mean.0),
        }
    }

    /// An exponential gap, at most 2^62 ns.
    pub(crate) fn draw(&mut self) -> u64 {
        // 53 bits, so that one more than none of them is a float above 0 and at most 1.
        let bits = (self.random.next_u64() >> 11) + 1;
        let gap = -logarithm(real(bits) / 9_007_199_254_740_992.0) * self.mean;
        whole(gap.min(4.6e18))
    }
}

/// The natural logarithm of a number above 0 and at most 1, by additions, products and quotients alone: these are the same to
/// the bit on every machine (IEEE 754), and the system's own logarithm is not.
fn logarithm(value: f64) -> f64 {
    let (mut fraction, mut doublings) = (value, 0.0_f64);
    while fraction < 0.75 {
        fraction *= 2.0;
        doublings -= 1.0;
    }
    // ln x = 2 artanh((x − 1) / (x + 1)), whose series falls below 1e-17 within 12 terms for x in 0.75..1.5.
    let ratio = (fraction - 1.0) / (fraction + 1.0);
    let square = ratio * ratio;
    let mut sum = 0.0;
    for odd in [
        23.0, 21.0, 19.0, 17.0, 15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0, 1.0,
    ] {
        sum = sum * square + 1.0 / odd;
    }
    2.0 * ratio * sum + doublings * std::f64::consts::LN_2
}

#[expect(
    clippy::as_conversions,
    reason = "the language has no other way; durations and 53 random bits lose nothing that matters to a random draw"
)]
fn real(value: u64) -> f64 {
    value as f64
}

#[expect(
    clippy::as_conversions,
    reason = "the language has no other way from a float to an integer; this one saturates"
)]
fn whole(value: f64) -> u64 {
    value.round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_logarithm_is_the_logarithm() {
        for step in 1..10_000_u32 {
            let value = f64::from(step) / 10_000.0;
            let off = (logarithm(value) - value.ln()).abs();
            assert!(
                off <= 1e-14 * value.ln().abs().max(0.1),
                "ln {value} is {off} off"
            );
        }
        assert_eq!(logarithm(1.0), 0.0);
    }

    #[test]
    fn gaps_are_exponential_and_of_the_seed() {
        let draw = |seed| {
            let mut gaps = Gaps::new(seed, Nanos(1_000_000));
            (0..20_000).map(|_| gaps.draw()).collect::<Vec<u64>>()
        };
        let gaps = draw(1);
        assert_eq!(gaps, draw(1));
        assert_ne!(gaps, draw(2));
        let mean = gaps.iter().sum::<u64>() / 20_000;
        assert!((980_000..1_020_000).contains(&mean), "{mean}");
        // Of an exponential distribution 1/e lies above the mean.
        let above = gaps.iter().filter(|&&gap| gap > 1_000_000).count();
        assert!((7_150..7_570).contains(&above), "{above}");
    }
}
