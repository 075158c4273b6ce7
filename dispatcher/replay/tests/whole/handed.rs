//! Answers that go home and out again, or straight on: the virtual clock takes what the cost model predicts, over every pair of tiers.

use expect_test::expect;
use proptest::prelude::*;
use record::{Count, Nanos};
use replay::{Options, Part, Question, Timeline};
use scheduler::cost::{Cost, Model};
use scheduler::filter::Rules;
use scheduler::problem::Problem;
use scheduler::profile::{Handoff, Known, Profile};
use scheduler::quantity::{BitsPerSecond, real};
use scheduler::tier::Tier;

use crate::predicted::{published, trace};

/// The tiers of so many calls.
fn tiers(numbers: &[usize], calls: usize) -> Vec<Tier> {
    let tiers = numbers.iter().cycle().take(calls);
    tiers
        .map(|number| Tier::at(*number).expect("one of three"))
        .collect()
}

/// The published profile with this way of handing on, and 65 ms and 100 Mbit/s between edge and cloud, of which it knows less.
fn profile(handoff: Handoff) -> Profile {
    let mut profile = published();
    profile.handoff = handoff;
    let sets = profile.links.iter_mut();
    for link in sets.flat_map(|set| set.pairs.iter_mut().flatten()) {
        if link.one_way.get().is_none() {
            link.one_way = Known::Is(Nanos(65_000_000));
        }
        if link.bandwidth.get().is_none() {
            link.bandwidth = Known::Is(BitsPerSecond(100_000_000));
        }
    }
    profile
}

#[test]
fn an_answer_goes_straight_from_the_cloud_to_the_edge() {
    let trace = trace("s3");
    let mut told = String::new();
    for handoff in [Handoff::Home, Handoff::Direct] {
        let profile = profile(handoff);
        let links = profile.link_set("published-rtt").expect("links");
        let question = Question::new(&trace, &profile, links, &Options::default());
        let question = question.expect("sizes");
        // Fetched on the cloud, summarised and aggregated on the edge, written on the device.
        let tiers = tiers(&[2, 2, 2, 1, 1, 1, 1, 1, 0], 9);
        let timeline = Timeline::of(&question.pace, &question.costs, &tiers);
        let links: Vec<String> = timeline
            .calls
            .iter()
            .map(|call| match &call.link {
                Known::Is(time) => format!("{:.1}", real(time.0) / 1e6),
                Known::Not(why) => why.clone(),
            })
            .collect();
        told += &format!(
            "{handoff:?}: {:.1} ms, on links {:.1} ms: {}; moved {}\n",
            real(timeline.end.0) / 1e6,
            real(timeline.sum(Part::Link).known.0) / 1e6,
            links.join(" "),
            timeline.moved()
        );
    }
    expect![[r#"
        Home: 5769.0 ms, on links 635.6 ms: 160.0 160.0 160.0 30.0 30.0 30.0 31.9 33.6 0.0; moved 661 kB
        Direct: 5583.9 ms, on links 450.5 ms: 80.0 80.0 80.0 65.0 65.0 65.0 0.0 0.0 15.3; moved 41.8 kB
    "#]].assert_eq(&told);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_replay_takes_what_is_predicted(
        name in prop::sample::select(vec!["s1", "s2", "s3", "s4"]),
        numbers in prop::collection::vec(0_usize..3, 1..45),
        set in 0_usize..2,
        direct: bool,
        side_by_side: bool,
    ) {
        let mut profile = profile(if direct { Handoff::Direct } else { Handoff::Home });
        for tier in &mut profile.tiers {
            tier.capacity = Known::Is(Count(100));
        }
        let trace = trace(name);
        let options = Options { side_by_side, ..Options::default() };
        let question = Question::new(&trace, &profile, &profile.links[set], &options).expect("sizes");
        let tiers = tiers(&numbers, question.calls.len());
        let replayed = Timeline::of(&question.pace, &question.costs, &tiers).end;
        let view = question.view(false);
        let problem = Problem::of(&question.calls, &view, Rules::Strict).expect("feasible");
        let Model::Latency(prediction) = problem.model(Cost::LatencyWarm).expect("known") else {
            panic!("latency is no sum");
        };
        // The clock's nanoseconds are whole: each transfer is rounded down.
        let off = prediction.total(&tiers) - real(replayed.0);
        prop_assert!((-1.0..200.0).contains(&off), "{off} ns");
    }
}
