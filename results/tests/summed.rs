//! How far a median is known where samples share processes: by rounds, and never beyond what was observed.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use record::{Count, Good, Group, Metric, Spread, Summary};

/// These rounds, summed up.
fn summed(rounds: &[Vec<u64>]) -> Summary {
    let good = (0..).zip(rounds).flat_map(|(round, values)| {
        values.iter().map(move |&value| Good {
            value,
            round: Some(Count(round)),
            disturbed: false,
        })
    });
    let group = Group {
        good: good.collect(),
        ..Group::default()
    };
    group.summary(Metric::Execution).expect("samples")
}

/// A process in which every third call is a tenth later.
fn process(median: u64) -> Vec<u64> {
    vec![median, median, median + median / 10]
}

#[test]
fn two_processes_have_a_range_however_many_their_samples() {
    let two = [vec![30; 20], vec![33; 20]];
    assert_eq!(summed(&two).spread, Spread::Range { low: 30, high: 33 });
    assert_eq!(
        summed(&two[..1]).spread,
        Spread::Range { low: 30, high: 30 }
    );
    let three = [vec![30; 20], vec![31; 20], vec![33; 20]];
    assert!(summed(&three).spread.is_interval());
    // One sample a round stands for itself.
    let six = [30, 31, 32, 33, 34, 35].map(|value| vec![value]);
    assert_eq!(summed(&six).spread, Spread::Interval { low: 30, high: 35 });
}

#[test]
fn an_interval_ends_where_observation_does() {
    // Taken on a real machine: one process of seven was five hundred times as slow.
    let medians = [
        17_400_000, 33_600, 30_600, 31_600, 30_800, 32_200, 31_900_u64,
    ];
    let summary = summed(&medians.map(process));
    let (low, high) = summary.spread.ends();
    // The logarithm and its inverse may lose the last digit.
    assert!(low.abs_diff(30_600) <= 1, "{low}");
    assert!(summary.spread.is_interval() && high <= 17_400_001, "{high}");
    // A phase that there is none of takes no time at all.
    let nothing = summed(&[vec![0; 3], vec![0; 3], vec![0; 3]]);
    assert_eq!(nothing.spread, Spread::Interval { low: 0, high: 0 });
    // Of few rounds the extremes would enclose the median too seldom, and only the samples bound it.
    let (low, high) = summed(&[100, 200, 400].map(process)).spread.ends();
    assert_eq!((low, high), (100, 440));
}

#[test]
fn intervals_cover_the_median_where_one_process_of_seven_is_ruined() {
    let mut runner = TestRunner::deterministic();
    let mut covered = 0;
    for _ in 0..1_000 {
        // Processes differ by up to 5 %, and their calls by up to 5 % more; the median of all is 1,000,000.
        let mut drawn = prop::collection::vec(-50_000_i64..50_000, 7 * 11)
            .new_tree(&mut runner)
            .expect("nothing is rejected")
            .current()
            .into_iter();
        let mut off = || drawn.next().expect("as many as are asked for");
        let rounds: Vec<Vec<u64>> = (0..7)
            .map(|round| {
                let process = 1_000_000 + off();
                let ruin = if round == 3 { 500 } else { 1 };
                let call = |off| (process + off) * ruin;
                let calls = (0..10).map(|_| u64::try_from(call(off())).expect("positive"));
                calls.collect()
            })
            .collect();
        let summary = summed(&rounds);
        let (low, high) = summary.spread.ends();
        assert!(summary.min <= low && low <= summary.median);
        assert!(summary.median <= high && high <= summary.max);
        covered += u32::from((low..=high).contains(&1_000_000));
    }
    assert!(covered >= 930, "{covered} of 1,000");
}
