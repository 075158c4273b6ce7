//! Whether the machine changed within a run: `noop` does the same all the time, so what it takes must not grow or shrink.

use std::collections::BTreeMap;

use record::{Count, Warning};

/// Fewer rounds than this cannot tell a trend from chance.
const FEWEST: usize = 6;

/// More rounds than this are taken together with their neighbours: the exact distribution costs the cube of their number.
const MOST: usize = 48;

/// What chance may look like a trend, over all cells together.
const LEVEL: f64 = 0.01;

/// The least change that is spoken of, in thousandths: half of what `compare` calls an effect.
const LEAST_PERMILLE: u64 = 30;

/// `noop`'s durations in the order in which they were taken, each with its cell and round: the warning of the cell that changed most.
///
/// A cell is warned of where its last third differs from its first by at least 3 % and its rounds' medians go that way by Kendall's
/// test for a trend (Mann, Econometrica 13, 1945). Rounds are tested and not samples, because samples of one process are not independent.
/// Cells with fewer than six rounds say nothing.
pub fn drift(samples: impl IntoIterator<Item = (u64, Count, u64)>) -> Option<Warning> {
    let mut cells: BTreeMap<u64, Vec<(Count, Vec<u64>)>> = BTreeMap::new();
    for (cell, round, value) in samples {
        let rounds = cells.entry(cell).or_default();
        match rounds.last_mut() {
            Some((last, values)) if *last == round => values.push(value),
            _ => rounds.push((round, vec![value])),
        }
    }
    let tested: Vec<Vec<Vec<u64>>> = cells
        .into_values()
        .filter(|rounds| rounds.len() >= FEWEST)
        .map(|rounds| rounds.into_iter().map(|(_, values)| values).collect())
        .collect();
    // Bonferroni: each cell is one more chance to be wrong.
    let cells = f64::from(u32::try_from(tested.len()).unwrap_or(u32::MAX));
    let changed = tested
        .iter()
        .filter(|rounds| chance(&merged(rounds)) * cells < LEVEL)
        .map(|rounds| permille(rounds))
        .max_by_key(|permille| permille.unsigned_abs())?;
    (changed.unsigned_abs() >= LEAST_PERMILLE).then_some(Warning::Drift { permille: changed })
}

/// The rounds' medians, at most [`MOST`] of them.
fn merged(rounds: &[Vec<u64>]) -> Vec<u64> {
    rounds
        .chunks(rounds.len().div_ceil(MOST))
        .map(|some| median(some.concat()))
        .collect()
}

/// The median of the last third of rounds over that of the first, less one, in thousandths.
fn permille(rounds: &[Vec<u64>]) -> i64 {
    let third = rounds.len() / 3;
    let first = i128::from(median(rounds[..third].concat()).max(1));
    let last = i128::from(median(rounds[rounds.len() - third..].concat()));
    i64::try_from((last - first) * 1_000 / first).unwrap_or(i64::MAX)
}

/// The upper median.
fn median(mut values: Vec<u64>) -> u64 {
    let middle = values.len() / 2;
    *values.select_nth_unstable(middle).1
}

/// How probable so strong a trend is, either way, where there is none: exact, by Kendall's distribution. Ties count against a trend.
fn chance(values: &[u64]) -> f64 {
    let pairs = |against: fn(&u64, &u64) -> bool| {
        let later = |index: usize| values[index + 1..].iter();
        let one = |(index, value)| later(index).filter(|other| against(value, other)).count();
        values.iter().enumerate().map(one).sum::<usize>()
    };
    let against =
        pairs(|before, after| before >= after).min(pairs(|before, after| before <= after));
    // The probabilities of 0, 1, 2 … pairs in the wrong order among n: the n-th value makes 0 to n − 1 of them, each as likely.
    let mut orders = vec![1.0];
    for n in 2..=values.len() {
        let share = 1.0 / f64::from(u32::try_from(n).expect("at most MOST values"));
        let mut next = vec![0.0; orders.len() + n - 1];
        for (before, probability) in orders.iter().enumerate() {
            for more in 0..n {
                next[before + more] += probability * share;
            }
        }
        orders = next;
    }
    let tail: f64 = orders.iter().take(against + 1).sum();
    (2.0 * tail).min(1.0)
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{RngCore, SeedableRng};

    use super::*;

    #[test]
    fn the_distribution_is_kendalls() {
        let rising = |n: u64| (0..n).collect::<Vec<u64>>();
        // 2 of n! orders are sorted.
        assert!((chance(&rising(4)) - 2.0 / 24.0).abs() < 1e-12);
        assert!((chance(&rising(6)) - 2.0 / 720.0).abs() < 1e-12);
        // One neighbouring pair exchanged: n − 1 more orders.
        assert!((chance(&[1, 0, 2, 3, 4, 5]) - 2.0 * 6.0 / 720.0).abs() < 1e-12);
        assert!((chance(&[5, 4, 3, 2, 0, 1]) - 2.0 * 6.0 / 720.0).abs() < 1e-12);
        assert_eq!(chance(&[7; 12]), 1.0);
        assert!(chance(&rising(48)) < 1e-40);
    }

    /// Rounds of twelve values around 100 µs: each round's own level is 1 % off, each value 3 %, and the last part has changed.
    fn planted(random: &mut ChaCha8Rng, rounds: u64, change_permille: i64) -> Vec<(Count, u64)> {
        let mut noise = |permille: i64| {
            // A sum of three uniforms is near enough to a bell.
            let sum: i64 = (0..3)
                .map(|_| i64::from(random.next_u32() % 2_001) - 1_000)
                .sum();
            sum * permille / 1_000
        };
        let mut values = Vec::new();
        for round in 0..rounds {
            let at = i64::try_from(round).expect("few") * change_permille
                / i64::try_from(rounds).expect("few");
            let level = 1_000 + at + noise(10);
            for _ in 0..12 {
                let value = (level + noise(30)).unsigned_abs() * 100;
                values.push((Count(round), value));
            }
        }
        values
    }

    fn named(seed: u64, cells: u64, rounds: u64, change_permille: i64) -> Option<i64> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let samples = (0..cells).flat_map(|cell| {
            planted(&mut random, rounds, change_permille)
                .into_iter()
                .map(move |(round, value)| (cell, round, value))
        });
        match drift(samples.collect::<Vec<_>>()) {
            Some(Warning::Drift { permille }) => Some(permille),
            _ => None,
        }
    }

    #[test]
    fn a_machine_that_stays_the_same_is_not_warned_of() {
        let wrong = (0..500)
            .filter(|seed| named(*seed, 4, 8, 0).is_some())
            .count();
        assert!(wrong <= 5, "{wrong} of 500");
    }

    #[test]
    fn a_machine_that_changes_is() {
        for (change, way) in [(150, 1), (-150, -1)] {
            let found: Vec<i64> = (0..100)
                .filter_map(|seed| named(seed, 4, 8, change))
                .collect();
            assert!(found.len() >= 95, "{change}: {} of 100", found.len());
            assert!(
                found.iter().all(|permille| permille.signum() == way),
                "{found:?}"
            );
        }
        assert!(named(1, 1, 400, 60).is_some(), "many rounds tell less");
    }

    #[test]
    fn a_small_trend_however_sure_is_not_spoken_of() {
        let samples = (0..40).map(|round| (0, Count(round), 100_000 + round * 20));
        assert_eq!(drift(samples), None);
        let samples = (0..40).map(|round| (0, Count(round), 100_000 + round * 200));
        assert_eq!(drift(samples), Some(Warning::Drift { permille: 53 }));
    }

    #[test]
    fn few_rounds_say_nothing() {
        assert_eq!(drift([]), None);
        let samples = (0..5).map(|round| (0, Count(round), 1_000 << round));
        assert_eq!(drift(samples), None);
        let samples = (0..500).map(|value| (0, Count(0), 1_000 + value));
        assert_eq!(drift(samples), None);
        assert_eq!(drift((0..8).map(|round| (0, Count(round), 0))), None);
    }
}
