//! What the machine did in each round of a run, as far as all cells had it in common.

use std::collections::BTreeMap;

use crate::block::{self, real};
use crate::{Count, Group, Unit};

/// With fewer cells in a round, what they have in common cannot be told from what each does by itself.
const FEWEST_CELLS: usize = 5;
/// Fitting changes nothing that matters after so many steps.
const STEPS: usize = 4;

/// How much slower each round was than the run's mean, in logarithms.
///
/// A round asks every cell, so a neighbour's load or another clock meets all of them. Taking out what they share leaves what
/// differs between cells, which is what runs are compared by: rounds are the blocks of a randomised block design (Fisher, The
/// Design of Experiments, 1935), fitted by medians, so that a cell that is odd in one round does not rule it.
#[derive(Default)]
pub(crate) struct Weather {
    of: BTreeMap<Count, f64>,
}

impl Weather {
    /// Of the times of one run.
    pub(crate) fn of<'a>(times: impl Iterator<Item = &'a Group>) -> Self {
        let cells: Vec<BTreeMap<Count, f64>> = times
            .map(|group| block::by_round(&group.good))
            .filter(|rounds| rounds.len() >= block::FEWEST)
            .collect();
        let mut rounds: BTreeMap<Count, usize> = BTreeMap::new();
        for round in cells.iter().flat_map(BTreeMap::keys) {
            *rounds.entry(*round).or_default() += 1;
        }
        let mut weather = Self {
            of: rounds
                .iter()
                .filter(|&(_, &cells)| cells >= FEWEST_CELLS)
                .map(|(&round, _)| (round, 0.0))
                .collect(),
        };
        for _ in 0..STEPS {
            weather = weather.fitted(&cells);
        }
        weather.believed(&cells)
    }

    /// As much of it as is not the noise of few cells: a median of n numbers varies by π/2 of their variance over n (the
    /// shrinking of James and Stein, 1961, by its positive part).
    fn believed(mut self, cells: &[BTreeMap<Count, f64>]) -> Self {
        let variance = |logs: &[f64]| {
            let mean = logs.iter().sum::<f64>() / real(logs.len());
            logs.iter().map(|log| (log - mean).powi(2)).sum::<f64>() / real(logs.len() - 1)
        };
        let left = cells.iter().map(|cell| {
            let cleared = cell.iter().map(|(round, log)| log - self.at(*round));
            variance(&cleared.collect::<Vec<f64>>())
        });
        let left: Vec<f64> = left.collect();
        let found: Vec<f64> = self.of.values().copied().collect();
        if found.len() < 2 || left.is_empty() {
            return Self::default();
        }
        let noise = std::f64::consts::FRAC_PI_2 * block::median(left) / real(cells.len());
        let share = 1.0 - noise / variance(&found).max(f64::MIN_POSITIVE);
        let share = share.max(0.0);
        self.of.values_mut().for_each(|log| *log *= share);
        self
    }

    fn fitted(&self, cells: &[BTreeMap<Count, f64>]) -> Self {
        let mut apart: BTreeMap<Count, Vec<f64>> = BTreeMap::new();
        for cell in cells {
            let own = cell
                .iter()
                .map(|(round, log)| log - self.at(*round))
                .sum::<f64>()
                / real(cell.len());
            for (&round, log) in cell.iter().filter(|(round, _)| self.of.contains_key(round)) {
                apart.entry(round).or_default().push(log - own);
            }
        }
        let mut of: BTreeMap<Count, f64> = apart
            .into_iter()
            .map(|(round, logs)| (round, block::median(logs)))
            .collect();
        let mean = of.values().sum::<f64>() / real(of.len().max(1));
        of.values_mut().for_each(|log| *log -= mean);
        Self { of }
    }

    /// A round's block as it would be in the run's mean weather.
    pub(crate) fn cleared(&self, unit: Unit, round: Count, log: f64) -> f64 {
        match unit {
            Unit::Nanos => log - self.at(round),
            Unit::PerSecond => log + self.at(round),
            Unit::Bytes | Unit::Count => log,
        }
    }

    fn at(&self, round: Count) -> f64 {
        self.of.get(&round).copied().unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Good;
    use crate::unit::{float, whole};

    /// One sample a round: the cell's own value times the round's factor, in thousandths.
    fn cell(own: u64, rounds: &[u64]) -> Group {
        let good = (1..).zip(rounds).map(|(round, factor)| Good {
            value: own * factor,
            round: Some(Count(round)),
            disturbed: false,
        });
        Group {
            good: good.collect(),
            ..Group::default()
        }
    }

    fn cleared(weather: &Weather, group: &Group) -> Vec<u64> {
        let logs = block::by_round(&group.good);
        logs.into_iter()
            .map(|(round, log)| whole(weather.cleared(Unit::Nanos, round, log).exp()))
            .collect()
    }

    #[test]
    fn what_all_cells_share_is_taken_out_and_what_one_does_stays() {
        let rounds = [1_000, 2_000, 1_000, 500];
        let mut cells: Vec<Group> = (1..8).map(|own| cell(own * 100, &rounds)).collect();
        cells.push(cell(100, &[1_000, 6_000, 1_000, 500]));
        let weather = Weather::of(cells.iter());
        assert_eq!(cleared(&weather, &cells[2]), [300_000; 4]);
        let odd = cleared(&weather, &cells[7]);
        assert_eq!(odd[1], 3 * odd[0]);
        let rate = weather.cleared(Unit::PerSecond, Count(2), float(50).ln());
        assert_eq!(
            whole(rate.exp()),
            100,
            "half as many in a round half as fast"
        );
    }

    #[test]
    fn few_cells_have_no_weather() {
        let cells: Vec<Group> = (1..5).map(|own| cell(own, &[1, 2, 1, 1])).collect();
        let weather = Weather::of(cells.iter());
        assert_eq!(cleared(&weather, &cells[0]), [1, 2, 1, 1]);
    }
}
