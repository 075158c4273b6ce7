//! Counts of durations in buckets that are each within 1 % of the next: as large for a million agents as for one.

use record::Nanos;

/// Buckets for each doubling: two neighbours are less than 1 % apart.
const FINE: u32 = 7;
const PER_DOUBLING: usize = 1 << FINE;
/// Below 2^7 ns every nanosecond has its own bucket; each of the 57 doublings above has 2^7.
const BUCKETS: usize = PER_DOUBLING * 58;

/// A distribution of durations: count, sum and extremes exact, percentiles to within 1 %.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    counts: Vec<u64>,
    count: u64,
    sum: u128,
    least: u64,
    most: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            counts: vec![0; BUCKETS],
            count: 0,
            sum: 0,
            least: u64::MAX,
            most: 0,
        }
    }
}

impl Histogram {
    /// Counts one duration.
    pub fn add(&mut self, value: Nanos) {
        self.counts[bucket(value.0)] += 1;
        self.count += 1;
        self.sum += u128::from(value.0);
        self.least = self.least.min(value.0);
        self.most = self.most.max(value.0);
    }

    /// How many were counted.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The mean, rounded to the nanosecond; none of nothing.
    pub fn mean(&self) -> Option<Nanos> {
        let count = u128::from(self.count);
        let mean = (self.sum + count / 2).checked_div(count)?;
        u64::try_from(mean).ok().map(Nanos)
    }

    /// The least; none of nothing.
    pub fn least(&self) -> Option<Nanos> {
        (self.count > 0).then_some(Nanos(self.least))
    }

    /// The greatest; none of nothing.
    pub fn most(&self) -> Option<Nanos> {
        (self.count > 0).then_some(Nanos(self.most))
    }

    /// The duration that this many of a thousand do not exceed, by rank, to within 1 %; none of nothing.
    pub fn permille(&self, share: u64) -> Option<Nanos> {
        let last = self.count.checked_sub(1)?;
        let rank = u128::from(last) * u128::from(share.min(1000)) / 1000;
        let mut passed = 0_u128;
        for (index, &count) in self.counts.iter().enumerate() {
            passed += u128::from(count);
            if passed > rank {
                // The extremes are known exactly, so no percentile lies outside of them.
                return Some(Nanos(middle(index).clamp(self.least, self.most)));
            }
        }
        None
    }
}

/// The bucket of a value.
fn bucket(value: u64) -> usize {
    let bits = u64::BITS - value.leading_zeros();
    let shift = bits.saturating_sub(FINE + 1);
    let fine = usize::try_from(value >> shift).expect("eight bits are left");
    let doublings = usize::try_from(shift).expect("less than 64");
    PER_DOUBLING * doublings + fine
}

/// The middle of a bucket.
fn middle(index: usize) -> u64 {
    let doublings = (index / PER_DOUBLING).saturating_sub(1);
    let shift = u32::try_from(doublings).expect("58 at most");
    let fine = u64::try_from(index - PER_DOUBLING * doublings).expect("256 at most");
    let low = fine << shift;
    low + (1_u64 << shift) / 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_bucket_holds_what_is_within_a_percent(value: u64) {
            let index = bucket(value);
            prop_assert!(index < BUCKETS);
            let off = u128::from(middle(index).abs_diff(value));
            prop_assert!(off * 100 <= u128::from(value), "{value} is {off} off");
        }

        #[test]
        fn buckets_rise(one: u64, other: u64) {
            prop_assert_eq!(one <= other || bucket(one) >= bucket(other), true);
        }
    }

    #[test]
    fn percentiles_are_ranks() {
        let mut all = Histogram::default();
        assert_eq!(all.permille(500), None);
        for value in 1..=100 {
            all.add(Nanos(value));
        }
        let of = |share| all.permille(share).map(|Nanos(value)| value);
        assert_eq!(
            [of(0), of(500), of(990), of(1000)],
            [Some(1), Some(50), Some(99), Some(100)]
        );
        assert_eq!(all.mean(), Some(Nanos(51)));
        assert_eq!(
            (all.least(), all.most()),
            (Some(Nanos(1)), Some(Nanos(100)))
        );
    }
}
