//! What a comparison says of planted runs: nothing of equal ones, the right cell of one that was changed.

mod planted;

use planted::{Chance, PLAN, Plan, TOOLS, execution, plant, record, subject, whole};
use proptest::prelude::*;
use record::{
    Cell, Comparison, Count, Disturbance, Groups, Metric, Nanos, Outcome, Packaging, PerSecond,
    Quantity, Record, Sample, Spread, Trial, Verdict, compare,
};

/// The cells that have a word, as `server/packaging/tool word`.
fn named(comparison: &Comparison) -> Vec<String> {
    comparison
        .cells
        .iter()
        .filter(|compared| compared.verdict.is_worse() || compared.verdict.is_better())
        .map(|compared| {
            let cell = &compared.cell;
            format!(
                "{}/{}/{} {}",
                cell.server,
                cell.packaging,
                cell.tool.as_deref().unwrap_or_default(),
                compared.verdict
            )
        })
        .collect()
}

#[test]
fn of_a_hundred_equal_pairs_at_most_five_have_a_named_cell() {
    for (rounds, per_round) in [(8, 10), (6, 3), (3, 20)] {
        let plan = Plan {
            rounds,
            per_round,
            ..PLAN
        };
        let mut chance = Chance(1);
        let mut wrong = 0;
        for _ in 0..100 {
            let (before, after) = (plant(&mut chance, &plan), plant(&mut chance, &plan));
            let comparison = compare(&before, &after, &[]);
            assert_eq!(comparison.tested, 24);
            wrong += usize::from(!named(&comparison).is_empty());
        }
        assert!(wrong <= 5, "{rounds} × {per_round}: {wrong} of 100");
    }
}

/// Eight rounds are what a run of fixed numbers has; a budget gives more.
#[test]
fn ten_percent_in_one_cell_are_named_and_nothing_else() {
    for (factor, word) in [(1.1, "slower"), (1.0 / 1.1, "faster")] {
        for (rounds, per_round, least) in [(8, 10, 92), (24, 5, 98)] {
            let plan = |one| Plan {
                rounds,
                per_round,
                one,
                ..PLAN
            };
            let planted = plan(Some(("log_parser", Packaging::Native, 3, factor)));
            let mut chance = Chance(2);
            let mut right = 0;
            for _ in 0..100 {
                let (before, after) = (
                    plant(&mut chance, &plan(None)),
                    plant(&mut chance, &planted),
                );
                let comparison = compare(&before, &after, &[]);
                right +=
                    usize::from(named(&comparison) == [format!("log_parser/native/tool_3 {word}")]);
            }
            assert!(
                right >= least,
                "{word}, {rounds} × {per_round}: {right} of 100"
            );
        }
    }
}

#[test]
fn twenty_percent_are_named_with_six_short_rounds() {
    let short = |one| Plan {
        rounds: 6,
        per_round: 5,
        one,
        ..PLAN
    };
    let one = Some(("noop", Packaging::Component, 0, 1.2));
    let mut chance = Chance(3);
    let mut right = 0;
    for _ in 0..20 {
        let (before, after) = (
            plant(&mut chance, &short(None)),
            plant(&mut chance, &short(one)),
        );
        let comparison = compare(&before, &after, &[]);
        let worse = comparison.worse_than(0.1);
        let planted = |compared: &&record::Compared| {
            let cell = &compared.cell;
            (cell.server.as_str(), cell.packaging) == ("noop", Packaging::Component)
                && cell.tool.as_deref() == Some("tool_0")
        };
        right += usize::from(worse.len() == 1 && worse.iter().all(planted));
    }
    assert!(right >= 19, "{right} of 20");
}

/// A machine that is a tenth slower makes no cell slower: it is said of all of them together.
#[test]
fn what_everything_shares_is_said_once() {
    let slow = |one| Plan {
        all: 1.1,
        one,
        ..PLAN
    };
    let mut chance = Chance(4);
    let before = plant(&mut chance, &PLAN);
    let comparison = compare(&before, &plant(&mut chance, &slow(None)), &[]);
    assert_eq!(named(&comparison), Vec::<String>::new());
    let shift = comparison.shift.expect("24 cells say so");
    assert!(
        shift.is_suspect() && (1.08..1.12).contains(&shift.ratio),
        "{shift:?}"
    );
    assert!(comparison.shifted_by_more_than(0.05) && !comparison.shifted_by_more_than(0.15));
    let moved = comparison
        .cells
        .iter()
        .filter(|compared| compared.verdict == Verdict::Moved);
    assert!(moved.count() >= 20);

    // What is worse than everything else is still named.
    let one = Some(("log_parser", Packaging::Component, 2, 1.2));
    let comparison = compare(&before, &plant(&mut chance, &slow(one)), &[]);
    assert_eq!(named(&comparison), ["log_parser/component/tool_2 slower"]);

    // What the shift does not explain did not move with it, and what was disturbed throughout is not passed over.
    let mut after = plant(&mut chance, &slow(one));
    for sample in &mut after.samples {
        let spoilt = sample.tool.as_deref() == Some("tool_1")
            && sample.subject == subject("noop", Packaging::Native);
        if let (true, Some(value)) = (spoilt, sample.value) {
            sample.value = Some(value.unit().quantity(value.value() * 3 / 2));
            sample.disturbed = Some(Disturbance::Busy);
        }
    }
    let comparison = compare(&before, &after, &[]);
    assert_eq!(named(&comparison), ["log_parser/component/tool_2 slower"]);
    let unjudged = comparison.cells.iter();
    let unjudged: Vec<_> = unjudged.filter(|compared| compared.is_unjudged()).collect();
    assert!(unjudged.len() == 1 && unjudged[0].cell.tool.as_deref() == Some("tool_1"));
}

/// Two packagings with few cells each say together where all went.
#[test]
fn few_cells_of_two_packagings_know_a_slower_machine() {
    let mut chance = Chance(11);
    let mut few = |all| {
        let mut run = plant(&mut chance, &Plan { all, ..PLAN });
        run.samples.retain(|sample| {
            let kept = ["tool_0", "tool_1", "tool_2"].map(Some);
            sample.subject.server == "noop" && kept.contains(&sample.tool.as_deref())
        });
        run
    };
    let comparison = compare(&few(1.0), &few(1.7), &[]);
    assert_eq!(named(&comparison), Vec::<String>::new());
    assert!(comparison.shifted_by_more_than(0.6));
}

/// What one packaging alone does is no machine's doing, however few cells the other has.
#[test]
fn one_packaging_alone_is_no_shift() {
    for tools in [TOOLS, 2] {
        let mut chance = Chance(4);
        let (mut before, mut after) = (plant(&mut chance, &PLAN), plant(&mut chance, &PLAN));
        for run in [&mut before, &mut after] {
            run.samples.retain(|sample| {
                let component = sample.subject.packaging == Packaging::Component;
                let kept = |name: &String| (0..tools).any(|tool| *name == format!("tool_{tool}"));
                component || sample.tool.as_ref().is_some_and(kept)
            });
        }
        for sample in &mut after.samples {
            if let Some(Quantity::Nanos(Nanos(value))) = &mut sample.value
                && sample.subject.packaging == Packaging::Component
            {
                *value = *value * 23 / 20;
            }
        }
        let comparison = compare(&before, &after, &[]);
        assert!(!comparison.shift.is_some_and(record::Shift::is_suspect));
        let named = named(&comparison);
        let right = |name: &String| name.contains("/component/") && name.ends_with("slower");
        assert!(named.len() == 12 && named.iter().all(right), "{named:?}");
    }
}

/// A machine that is now fast and now slow, for all cells of a round alike, hides nothing and makes nothing up.
#[test]
fn the_weather_of_rounds_is_no_difference() {
    let mut chance = Chance(6);
    let mut gusty = |one| {
        let mut run = plant(&mut chance, &Plan { one, ..PLAN });
        let gusts: Vec<f64> = (0..PLAN.rounds)
            .map(|_| (0.2 * chance.normal()).exp())
            .collect();
        for sample in &mut run.samples {
            if let (Some(Quantity::Nanos(Nanos(value))), Some(round)) =
                (&mut sample.value, sample.round)
            {
                let gust = gusts[usize::try_from(round.0).expect("eight")];
                *value = whole(gust * f64::from(u32::try_from(*value).expect("milliseconds")));
            }
        }
        run
    };
    let (mut wrong, mut right) = (0, 0);
    for _ in 0..20 {
        let before = gusty(None);
        wrong += usize::from(!named(&compare(&before, &gusty(None), &[])).is_empty());
        let after = gusty(Some(("noop", Packaging::Native, 4, 1.1)));
        right +=
            usize::from(named(&compare(&before, &after, &[])) == ["noop/native/tool_4 slower"]);
    }
    assert!(
        wrong <= 1 && right >= 19,
        "wrong {wrong}, right {right} of 20"
    );
}

/// Samples of one process are alike, and an interval that counts them as independent would be far too narrow.
#[test]
fn intervals_cover_the_median_of_planted_runs() {
    for (between, rounds, per_round) in [(0.02, 8, 10), (0.05, 6, 4), (0.0, 8, 5), (0.05, 12, 3)] {
        let mut chance = Chance(5);
        let data_sets = 1_000;
        let mut truth: Vec<f64> = (0..40_001)
            .map(|_| between * chance.normal() + chance.sample())
            .collect();
        truth.sort_by(f64::total_cmp);
        let truth = whole(1e6 * truth[20_000].exp());
        let mut covered = 0;
        for _ in 0..data_sets {
            let mut samples = Vec::new();
            for round in 0..rounds {
                let process = between * chance.normal();
                samples.extend((0..per_round).map(|_| Sample {
                    round: Some(Count(round)),
                    ..execution(
                        "noop",
                        Packaging::Native,
                        0,
                        whole(1e6 * (process + chance.sample()).exp()),
                    )
                }));
            }
            let groups = Groups::of(&record(samples));
            let group = groups.all.values().next().expect("one cell");
            let summary = group.summary(Metric::Execution).expect("samples");
            let (low, high) = summary.spread.ends();
            assert!(low <= summary.median && summary.median <= high);
            covered += u32::from(low <= truth && truth <= high);
        }
        assert!(
            (930..=970).contains(&covered),
            "{between}, {rounds} × {per_round}: {covered} of {data_sets}"
        );
    }
}

/// A run of one cell with these values in six rounds.
fn lone(metric: Metric, values: &[u64]) -> Record {
    let sample = |(round, &value): (u64, &u64)| Sample {
        round: Some(Count(round)),
        ..Sample::new(
            Trial(0),
            subject("noop", Packaging::Component),
            metric,
            metric.unit().quantity(value),
        )
    };
    record((0..).zip(values).map(sample).collect())
}

#[test]
fn words_fit_the_unit() {
    let six = |value: u64| [value, value + 1, value + 2, value, value + 1, value + 2];
    let verdict = |metric: Metric, before: &[u64], after: &[u64]| {
        let comparison = compare(&lone(metric, before), &lone(metric, after), &[metric]);
        let [compared] = &comparison.cells[..] else {
            panic!("one cell");
        };
        (compared.verdict, compared.cost() > 1.0)
    };
    let cases = [
        (Metric::Execution, six(1_000), six(1_200), Verdict::Slower),
        (Metric::Execution, six(1_200), six(1_000), Verdict::Faster),
        (Metric::Execution, six(1_000), six(1_030), Verdict::Same),
        (Metric::Throughput, six(1_000), six(1_200), Verdict::Faster),
        (Metric::Throughput, six(1_200), six(1_000), Verdict::Slower),
        (Metric::PeakResident, [4096; 6], [8192; 6], Verdict::Larger),
        (Metric::PeakResident, [8192; 6], [4096; 6], Verdict::Smaller),
        (Metric::PeakResident, [4096; 6], [4096; 6], Verdict::Same),
        (
            Metric::Execution,
            [1_000, 1_900, 1_400, 1_000, 1_900, 1_500],
            [1_100, 1_800, 1_900, 1_900, 1_100, 1_500],
            Verdict::Unclear,
        ),
    ];
    for (metric, before, after, expected) in cases {
        let (found, costs) = verdict(metric, &before, &after);
        assert_eq!(found, expected, "{metric} {before:?} {after:?}");
        assert!(found.is_worse() == (costs && found != Verdict::Same && found != Verdict::Unclear));
    }
    // A file's size is what it is; a median of five is not.
    assert_eq!(
        verdict(Metric::SizeRaw, &[1_000], &[1_060]),
        (Verdict::Larger, true)
    );
    assert_eq!(
        verdict(Metric::SizeRaw, &[1_000], &[1_010]).0,
        Verdict::Same
    );
    assert_eq!(
        verdict(Metric::Execution, &[10; 6], &[20; 5]).0,
        Verdict::TooFew
    );
}

#[test]
fn two_processes_say_nothing_of_a_third() {
    let two = |factor| Plan {
        rounds: 2,
        per_round: 30,
        all: factor,
        one: None,
    };
    let mut chance = Chance(6);
    let comparison = compare(
        &plant(&mut chance, &two(1.0)),
        &plant(&mut chance, &two(1.5)),
        &[],
    );
    assert_eq!((comparison.tested, comparison.shift), (0, None));
    assert!(
        comparison
            .cells
            .iter()
            .all(|compared| compared.verdict == Verdict::TooFew)
    );
}

#[test]
fn older_runs_are_compared_by_batches() {
    let mut chance = Chance(7);
    let without = |mut record: Record| {
        for sample in &mut record.samples {
            sample.round = None;
        }
        record
    };
    let one = Some(("noop", Packaging::Native, 5, 1.3));
    let before = without(plant(&mut chance, &PLAN));
    let after = without(plant(&mut chance, &Plan { one, ..PLAN }));
    let comparison = compare(&before, &after, &[]);
    assert_eq!(comparison.tested, 24);
    assert!(
        comparison
            .cells
            .iter()
            .all(|compared| compared.before.rounds == 0)
    );
    assert_eq!(named(&comparison), ["noop/native/tool_5 slower"]);
}

#[test]
fn what_fails_is_lost_and_what_is_alone_is_listed() {
    let before = record(
        (0..6)
            .flat_map(|_| [0, 1, 2].map(|tool| execution("noop", Packaging::Native, tool, 1_000)))
            .collect(),
    );
    let mut after = record(
        (0..6)
            .flat_map(|_| [0, 1, 3].map(|tool| execution("noop", Packaging::Native, tool, 1_000)))
            .collect(),
    );
    for sample in &mut after.samples {
        match sample.tool.as_deref() {
            Some("tool_0") => {
                sample.value = None;
                sample.outcome = Outcome::Crashed {
                    how: "signal 11".into(),
                };
            }
            // All of them, so there are no others to judge by.
            Some("tool_1") => sample.disturbed = Some(Disturbance::Busy),
            _ => {}
        }
    }
    after.run.machine.cpu = "another".into();
    after.run.subjects.push(subject("noop", Packaging::Native));
    let comparison = compare(&before, &after, &[]);
    let tools = |cells: &[Cell]| -> Vec<String> {
        cells.iter().filter_map(|cell| cell.tool.clone()).collect()
    };
    assert_eq!(tools(&comparison.gone), ["tool_2"]);
    assert_eq!(tools(&comparison.new), ["tool_3"]);
    assert_eq!(comparison.differences, ["machine"]);
    let [lost, disturbed] = &comparison.cells[..] else {
        panic!("two cells are in both");
    };
    assert_eq!((lost.verdict, lost.after.failed), (Verdict::Lost, 6));
    assert!(!lost.is_disturbed() && disturbed.is_disturbed());
    assert_eq!(disturbed.verdict, Verdict::Same);
    assert_eq!(comparison.worse_than(0.1).len(), 1);
}

/// Half of the rounds were beside something else that used the machine, and took half as long again.
#[test]
fn what_was_disturbed_is_left_out_where_enough_remains() {
    let mut chance = Chance(8);
    let before = plant(&mut chance, &PLAN);
    let mut after = plant(&mut chance, &PLAN);
    for sample in &mut after.samples {
        if sample.round.is_some_and(|round| round.0 >= 4)
            && let Some(Quantity::Nanos(Nanos(value))) = &mut sample.value
        {
            *value = *value * 3 / 2;
            sample.disturbed = Some(Disturbance::Stolen);
        }
    }
    let comparison = compare(&before, &after, &[]);
    assert_eq!(named(&comparison), Vec::<String>::new());
    assert!(!comparison.shift.is_some_and(record::Shift::is_suspect));
    for compared in &comparison.cells {
        let samples = compared.after.summary.map(|summary| summary.n);
        assert_eq!((samples, compared.after.disturbed), (Some(40), 40));
        assert_eq!(compared.after.left_out, 40);
        assert!(compared.is_disturbed());
    }
}

proptest! {
    /// Whatever the values: the effect lies in its interval, and turned around it is the other way round.
    #[test]
    fn a_comparison_turned_around_says_the_opposite(
        before in prop::collection::vec(prop_oneof![0_u64..5, 900_u64..1_300, any::<u64>()], 0..20),
        after in prop::collection::vec(prop_oneof![0_u64..5, 900_u64..1_300, any::<u64>()], 0..20),
        metric in prop::sample::select(vec![Metric::Execution, Metric::Throughput, Metric::PeakResident, Metric::SizeRaw]),
    ) {
        let (one, other) = (lone(metric, &before), lone(metric, &after));
        let (there, back) = (compare(&one, &other, &[metric]), compare(&other, &one, &[metric]));
        prop_assert_eq!(there.cells.len(), back.cells.len());
        for (there, back) in there.cells.iter().zip(&back.cells) {
            prop_assert_eq!(there.verdict.is_worse(), back.verdict.is_better());
            prop_assert_eq!(there.verdict.is_better(), back.verdict.is_worse());
            let (Some(there), Some(back)) = (there.effect, back.effect) else {
                continue;
            };
            prop_assert!(there.low <= there.ratio && there.ratio <= there.high && there.ratio.is_finite());
            prop_assert!((there.ratio * back.ratio - 1.0).abs() < 1e-9);
            prop_assert!(there.p.is_none_or(|p| (0.0..=1.0).contains(&p)));
            prop_assert!(there.adjusted >= there.p);
        }
    }
}

/// A run beside something that used the machine all the time: whatever it says, it says of both.
#[test]
fn what_was_disturbed_all_the_time_has_no_word() {
    let mut chance = Chance(9);
    let before = plant(&mut chance, &PLAN);
    let one = Some(("noop", Packaging::Native, 1, 1.5));
    let mut after = plant(&mut chance, &Plan { one, ..PLAN });
    for sample in &mut after.samples {
        sample.disturbed = Some(Disturbance::Busy);
    }
    let comparison = compare(&before, &after, &[]);
    assert_eq!(named(&comparison), Vec::<String>::new());
    let unjudged = comparison
        .cells
        .iter()
        .filter(|compared| compared.is_unjudged());
    assert_eq!(unjudged.count(), 1);
}

#[test]
fn a_range_stays_a_range() {
    let five = lone(Metric::Execution, &[5, 6, 7, 8, 9]);
    let groups = Groups::of(&five);
    let group = groups.all.values().next().expect("one cell");
    let summary = group.summary(Metric::Execution).expect("samples");
    assert_eq!(summary.spread, Spread::Range { low: 5, high: 9 });
    let rate = record(vec![Sample::new(
        Trial(0),
        subject("noop", Packaging::Native),
        Metric::OfferedRate,
        PerSecond(10),
    )]);
    assert_eq!(Groups::of(&rate).all.len(), 1);
}
