//! What is said of many samples of one metric: order statistics, which assume no distribution. Where samples share
//! processes, `cell` puts an interval over rounds in their place.

use std::fmt;

use serde::Serialize;

use crate::unit::{float, with_ends};
use crate::{Quantity, Unit};

/// The smallest number of samples whose median has a 95 % interval: with five, even the whole range covers the median in
/// only 93.75 % of cases.
pub(crate) const FEWEST: usize = 6;
/// Beyond this the binomial is its normal limit to more digits than the ranks can show.
const MANY: usize = 5_000;

/// Values of one metric, summed up. Every value but the mean and the spread is one of the samples, or midway between two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The unit of all values.
    pub unit: Unit,
    /// How many samples.
    pub n: usize,
    /// The least.
    pub min: u64,
    /// The greatest.
    pub max: u64,
    /// The arithmetic mean, rounded. Not a headline: one stall would own it.
    pub mean: u64,
    /// The middle.
    pub median: u64,
    /// How far the median is known.
    pub spread: Spread,
    /// The 5th percentile, by nearest rank, as are the others.
    pub p5: u64,
    /// The first quartile.
    pub p25: u64,
    /// The third quartile.
    pub p75: u64,
    /// The 95th percentile.
    pub p95: u64,
    /// The 99th percentile.
    pub p99: u64,
    /// How many lie more than 1.5 interquartile ranges outside of the quartiles (Tukey's fences). They stay in.
    pub outliers: usize,
}

/// How far a median is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spread {
    /// An interval that is meant to cover the true median in 95 of 100 repetitions: from binomial order statistics where
    /// each sample stands for itself, by Student's t over rounds where several share a process.
    Interval {
        /// Its lower end.
        low: u64,
        /// Its upper end.
        high: u64,
    },
    /// Fewer than six samples, or three rounds: the least and the greatest, which are no interval.
    Range {
        /// The least.
        low: u64,
        /// The greatest.
        high: u64,
    },
}

impl Summary {
    /// Sums up these values, in any order; `None` where there are none.
    pub fn of(unit: Unit, values: impl IntoIterator<Item = u64>) -> Option<Self> {
        let mut sorted: Vec<u64> = values.into_iter().collect();
        sorted.sort_unstable();
        let (&min, &max) = (sorted.first()?, sorted.last()?);
        let n = sorted.len();
        let sum: u128 = sorted.iter().copied().map(u128::from).sum();
        let count = u128::try_from(n).expect("a length fits in 128 bits");
        let mean = u64::try_from((sum + count / 2) / count)
            .expect("a mean is no greater than the greatest");
        let (p25, p75) = (percentile(&sorted, 25), percentile(&sorted, 75));
        let fence = (p75 - p25).saturating_add((p75 - p25) / 2);
        let inside = p25.saturating_sub(fence)..=p75.saturating_add(fence);
        let spread = match interval_rank(n) {
            Some(rank) => Spread::Interval {
                low: sorted[rank - 1],
                high: sorted[n - rank],
            },
            None => Spread::Range {
                low: min,
                high: max,
            },
        };
        Some(Self {
            unit,
            n,
            min,
            max,
            mean,
            median: sorted[(n - 1) / 2].midpoint(sorted[n / 2]),
            spread,
            p5: percentile(&sorted, 5),
            p25,
            p75,
            p95: percentile(&sorted, 95),
            p99: percentile(&sorted, 99),
            outliers: sorted
                .iter()
                .filter(|&value| !inside.contains(value))
                .count(),
        })
    }

    /// The headline: the median and how far it is known.
    pub fn estimate(&self) -> Estimate {
        Estimate {
            value: self.quantity(self.median),
            spread: self.spread,
            n: self.n,
        }
    }

    /// A value of this summary with its unit.
    pub fn quantity(&self, value: u64) -> Quantity {
        self.unit.quantity(value)
    }
}

/// A median and how far it is known. Prints itself as `2.31 ms [2.20–2.45]`: square brackets around a 95 % interval, round
/// ones around a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// The median.
    pub value: Quantity,
    /// How far it is known.
    pub spread: Spread,
    /// Of how many samples.
    pub n: usize,
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (low, high) = self.spread.ends();
        let brackets = if self.spread.is_interval() {
            ['[', ']']
        } else {
            ['(', ')']
        };
        // A single value, or one that never moved (a size), has no spread to show.
        if low == high {
            return self.value.fmt(f);
        }
        f.pad(&with_ends(self.value, low, high, brackets))
    }
}

impl Spread {
    /// Lower and upper end, be it an interval or a range.
    pub fn ends(self) -> (u64, u64) {
        match self {
            Self::Interval { low, high } | Self::Range { low, high } => (low, high),
        }
    }

    /// Whether it is a 95 % interval.
    pub fn is_interval(self) -> bool {
        matches!(self, Self::Interval { .. })
    }
}

/// The arithmetic mean of values, as the paper averages over a server's tools; `None` where there are none.
pub fn mean(values: &[u64]) -> Option<u64> {
    let sum: u128 = values.iter().copied().map(u128::from).sum();
    let count = u128::try_from(values.len()).expect("a length fits in 128 bits");
    (count > 0).then(|| {
        u64::try_from((sum + count / 2) / count).expect("a mean is no greater than the greatest")
    })
}

/// The geometric mean of ratios, which is the same whichever side is called the base; `None` where there are none or one
/// is not positive.
pub fn geometric_mean(ratios: &[f64]) -> Option<f64> {
    if ratios.is_empty() || !ratios.iter().all(|ratio| ratio.is_finite() && *ratio > 0.0) {
        return None;
    }
    let logs: f64 = ratios.iter().map(|ratio| ratio.ln()).sum();
    Some((logs / real(ratios.len())).exp())
}

/// The nearest-rank percentile: the least value that at least this share of the samples does not exceed.
fn percentile(sorted: &[u64], percent: usize) -> u64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted[rank - 1]
}

/// The greatest rank r for which the r-th least and the r-th greatest of n samples enclose the median with at least 95 %:
/// 1 − 2·P(B < r) with B ~ Binomial(n, ½). Conover, Practical Nonparametric Statistics, 3rd ed., section 3.2.
fn interval_rank(n: usize) -> Option<usize> {
    if n < FEWEST {
        return None;
    }
    if n > MANY {
        let half = 0.5 * 1.959_964 * real(n).sqrt();
        let below = real(n) / 2.0 - half;
        return Some(
            (1..=n / 2)
                .rev()
                .find(|&rank| real(rank) <= below)
                .unwrap_or(1),
        );
    }
    // P(B = 0) is 2^-n, which no float holds from n = 1075 on; its logarithm does.
    let mut log_term = -real(n) * std::f64::consts::LN_2;
    let mut below = 0.0;
    let mut rank = 0;
    loop {
        below += log_term.exp();
        if 2.0 * below > 0.05 {
            return Some(rank.max(1));
        }
        log_term += (real(n - rank) / real(rank + 1)).ln();
        rank += 1;
    }
}

fn real(count: usize) -> f64 {
    float(u64::try_from(count).expect("a length fits in 64 bits"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(values: &[u64]) -> Summary {
        Summary::of(Unit::Nanos, values.iter().copied()).expect("there are values")
    }

    #[test]
    fn ranks_are_those_of_the_tables() {
        // Conover's and every textbook's table of the sign test at 5 %.
        let known = [
            (5, None),
            (6, Some(1)),
            (8, Some(1)),
            (9, Some(2)),
            (10, Some(2)),
            (15, Some(4)),
            (20, Some(6)),
            (25, Some(8)),
            (50, Some(18)),
            (100, Some(40)),
        ];
        for (n, rank) in known {
            assert_eq!(interval_rank(n), rank, "n = {n}");
        }
    }

    #[test]
    fn both_ways_to_a_rank_meet() {
        let normal = real(MANY) / 2.0 - 0.5 * 1.959_964 * real(MANY).sqrt();
        let exact = real(interval_rank(MANY).expect("many"));
        assert!((exact - normal).abs() < 1.5, "{exact} against {normal}");
    }

    #[test]
    fn small_cases_by_hand() {
        assert_eq!(Summary::of(Unit::Nanos, []), None);
        let one = of(&[7]);
        assert_eq!(
            (one.median, one.p5, one.p99, one.outliers, one.spread),
            (7, 7, 7, 0, Spread::Range { low: 7, high: 7 })
        );
        let four = of(&[4, 1, 3, 2]);
        assert_eq!((four.median, four.mean, four.min, four.max), (2, 3, 1, 4));
        let ten = of(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 1000]);
        assert_eq!(ten.spread, Spread::Interval { low: 2, high: 9 });
        assert_eq!(
            (ten.median, ten.p25, ten.p75, ten.p95, ten.outliers),
            (5, 3, 8, 1000, 1)
        );
        assert_eq!(of(&[u64::MAX; 9]).mean, u64::MAX);
    }

    #[test]
    fn an_estimate_prints_in_one_unit() {
        let shown = |values: &[u64]| of(values).estimate().to_string();
        assert_eq!(
            shown(&[2_310_000, 990_000, 12_450_000]),
            "2.31 ms (0.99–12.45)"
        );
        assert_eq!(shown(&[5, 6, 7, 8, 9, 10, 11]), "8 ns [5–11]");
        assert_eq!(shown(&[7; 9]), "7 ns");
        let rate =
            Summary::of(Unit::PerSecond, [15_500, 16_000, 15_000]).expect("there are values");
        assert_eq!(rate.estimate().to_string(), "15,500 /s (15,000–16,000)");
    }

    #[test]
    fn means() {
        assert_eq!(mean(&[]), None);
        assert_eq!(mean(&[1, 2]), Some(2));
        assert_eq!(geometric_mean(&[]), None);
        assert_eq!(geometric_mean(&[1.0, 0.0]), None);
        let of = geometric_mean(&[0.5, 2.0]).expect("both are positive");
        assert!((of - 1.0).abs() < 1e-12);
    }

    /// A number in [0, 1) from a counter-based generator (SplitMix64), so that the check below is the same each time.
    fn uniform(state: &mut u64) -> f64 {
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = *state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        float((mixed ^ (mixed >> 31)) >> 11) / float(1 << 53)
    }

    #[test]
    fn intervals_cover_the_median_of_planted_distributions() {
        // Each maps a uniform number to a value; the median is the image of ½. Skewed, bimodal and heavy-tailed ones are
        // what latencies look like.
        type Shape = (&'static str, fn(f64) -> f64);
        let shapes: [Shape; 4] = [
            ("uniform", |u| u * 1e6),
            ("exponential", |u| -(1.0 - u).ln() * 1e6),
            ("pareto", |u| 1e3 / (1.0 - u).powf(1.5)),
            ("bimodal", |u| {
                if u < 0.6 {
                    1e5 + u * 1e4
                } else {
                    9e5 + u * 1e4
                }
            }),
        ];
        let mut state = 42;
        for (name, shape) in shapes {
            // Rounded the same way as the samples.
            let round =
                |value: f64| -> u64 { format!("{value:.0}").parse().expect("a whole number") };
            let truth = round(shape(0.5));
            for n in [6, 20, 51] {
                let repetitions = 1_000;
                let covered = (0..repetitions)
                    .filter(|_| {
                        let values: Vec<u64> =
                            (0..n).map(|_| round(shape(uniform(&mut state)))).collect();
                        let (low, high) = of(&values).spread.ends();
                        low <= truth && truth <= high
                    })
                    .count();
                // 95 % less three standard deviations of a count of 1,000.
                assert!(
                    covered >= 929,
                    "{name}, n = {n}: {covered} of {repetitions}"
                );
            }
        }
    }

    proptest! {
        #[test]
        fn a_summary_is_ordered_and_ignores_order(mut values in prop::collection::vec(any::<u64>(), 1..200)) {
            let summary = of(&values);
            let (low, high) = summary.spread.ends();
            prop_assert!(summary.min <= low && low <= summary.median && summary.median <= high && high <= summary.max);
            prop_assert!(summary.p5 <= summary.p25 && summary.p25 <= summary.median);
            prop_assert!(summary.median <= summary.p75 && summary.p75 <= summary.p95 && summary.p95 <= summary.p99);
            prop_assert!(summary.min <= summary.mean && summary.mean <= summary.max);
            prop_assert!(summary.outliers * 2 <= values.len());
            prop_assert_eq!(summary.spread.is_interval(), values.len() >= FEWEST);
            values.reverse();
            prop_assert_eq!(of(&values), summary);
        }

        #[test]
        fn scaling_scales(values in prop::collection::vec(0_u64..1_000_000, 1..100), by in 1_u64..1_000) {
            let scaled: Vec<u64> = values.iter().map(|value| value * by).collect();
            let (before, after) = (of(&values), of(&scaled));
            prop_assert_eq!(before.p95 * by, after.p95);
            prop_assert!(after.median.abs_diff(before.median * by) <= by);
        }
    }
}
