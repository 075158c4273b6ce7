//! Samples of one round share a process, so they are summed up before they are believed: a round counts once.

use std::collections::BTreeMap;

use crate::student::quantile_95;
use crate::unit::{float, whole};
use crate::{Count, Good};

/// With fewer rounds nothing is known of how much processes differ.
pub(crate) const FEWEST: usize = 3;
/// Samples without rounds are cut into at most so many batches, so that a slow drift does not look like many samples.
const BATCHES: usize = 16;
/// Of so many rounds one may be ruined on either side without ruling the location. Below, leaving two out costs more than
/// they spoil.
const TRIM: usize = 10;

/// Where the middle of some blocks lies, on a logarithmic scale, and how far that is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Location {
    /// The trimmed mean of the logarithms of the blocks' medians.
    pub(crate) at: f64,
    /// The variance of that mean.
    pub(crate) variance: f64,
    /// Its degrees of freedom.
    pub(crate) freedom: f64,
}

/// The logarithms of the rounds' medians; empty where the samples know no rounds.
pub(crate) fn by_round(good: &[Good]) -> BTreeMap<Count, f64> {
    let mut rounds: BTreeMap<Count, Vec<u64>> = BTreeMap::new();
    for sample in good {
        if let Some(round) = sample.round {
            rounds.entry(round).or_default().push(sample.value);
        }
    }
    let logs = rounds
        .into_iter()
        .map(|(round, values)| (round, log_median(values)));
    logs.collect()
}

/// The same without their numbers; none where the samples know no rounds.
pub(crate) fn of_rounds(good: &[Good]) -> Option<Vec<f64>> {
    let known = good.iter().any(|sample| sample.round.is_some());
    known.then(|| by_round(good).into_values().collect())
}

/// The middle of some logarithms; not of none.
pub(crate) fn median(mut logs: Vec<f64>) -> f64 {
    logs.sort_by(f64::total_cmp);
    let n = logs.len();
    logs[(n - 1) / 2].midpoint(logs[n / 2])
}

/// The logarithms of the medians of successive batches, for samples that know no rounds (batch means; Law, Simulation
/// Modeling and Analysis, 9.5.3). Few samples are each their own batch.
pub(crate) fn of_batches(good: &[Good]) -> Vec<f64> {
    let size = good.len().div_ceil(BATCHES).max(1);
    good.chunks(size)
        .map(|batch| log_median(batch.iter().map(|sample| sample.value).collect()))
        .collect()
}

impl Location {
    /// Of at least two blocks; none of fewer. The outermost tenth on either side counts as its inner neighbour (Yuen, The
    /// two-sample trimmed t for unequal population variances, Biometrika 61, 1974), with fewer than ten none does.
    pub(crate) fn of(mut blocks: Vec<f64>) -> Option<Self> {
        if blocks.len() < 2 {
            return None;
        }
        blocks.sort_by(f64::total_cmp);
        let cut = blocks.len() / TRIM;
        let inner = &blocks[cut..blocks.len() - cut];
        let (least, greatest) = (*inner.first()?, *inner.last()?);
        let (kept, all) = (real(inner.len()), real(blocks.len()));
        let at = inner.iter().sum::<f64>() / kept;
        let pulled = blocks.iter().map(|block| block.clamp(least, greatest));
        let middle = pulled.clone().sum::<f64>() / all;
        let squares: f64 = pulled.map(|block| (block - middle).powi(2)).sum();
        Some(Self {
            at,
            variance: squares / (kept * (kept - 1.0)),
            freedom: kept - 1.0,
        })
    }

    /// The ends of the 95 % interval, as values.
    pub(crate) fn interval(self) -> (u64, u64) {
        let half = quantile_95(self.freedom) * self.variance.sqrt();
        (whole((self.at - half).exp()), whole((self.at + half).exp()))
    }
}

/// The logarithm of the median. Zero counts as the least that can be told from it.
fn log_median(mut values: Vec<u64>) -> f64 {
    values.sort_unstable();
    let n = values.len();
    let (low, high) = (values[(n - 1) / 2], values[n / 2]);
    log(low).midpoint(log(high))
}

/// The logarithm of a value of a sample.
pub(crate) fn log(value: u64) -> f64 {
    float(value.max(1)).ln()
}

/// A number of things.
pub(crate) fn real(count: usize) -> f64 {
    float(u64::try_from(count).expect("a length fits in 64 bits"))
}
