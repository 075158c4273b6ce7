//! The schedulers by name on the committed traces: placements, violations under two rule sets, regret.

use auditor::RuleSet;
use expect_test::{Expect, expect};
use record::Nanos;
use replay::{
    Arrivals, Learning, Memory, Nothing, Online, Options, Question, Sizes, asked, load, regret,
};
use scheduler::cost::Cost;
use scheduler::filter::Rules;
use scheduler::schedule::{NAMES, UNFILTERED, by_name};

use crate::predicted::{published, trace};

/// `D D*40 D C C D`: a letter a tier, runs of the same tool and tier together.
fn letters(question: &Question<'_>, placed: &replay::Placed) -> String {
    let tiers: Vec<_> = placed.plan.tiers().collect();
    let mut runs: Vec<(String, &str, usize)> = Vec::new();
    for (call, tier) in question.calls.iter().zip(tiers) {
        let letter = question.profile.tier_name(tier)[..1].to_uppercase();
        match runs.last_mut() {
            Some((last, tool, count)) if *last == letter && *tool == call.tool => *count += 1,
            _ => runs.push((letter, &call.tool, 1)),
        }
    }
    let shown = runs.iter().map(|(letter, _, count)| match count {
        1 => letter.clone(),
        count => format!("{letter}*{count}"),
    });
    shown.collect::<Vec<_>>().join(" ")
}

fn check(name: &str, cost: Cost, rules: Rules, expected: &Expect) {
    let (trace, profile) = (trace(name), published());
    let links = &profile.links[0];
    let question = Question::new(&trace, &profile, links, &Options::default());
    let question = question.expect("every tool of the trace has sizes");
    let oracle = by_name("oracle", Cost::LatencyWarm, rules).expect("a scheduler");
    let best = question
        .answer(&*oracle)
        .outcome
        .expect("a plan")
        .timeline
        .end;
    let mut table = String::new();
    for name in NAMES {
        let cost = match name {
            "oracle" | "adaptive" => Cost::LatencyWarm,
            _ => cost,
        };
        let scheduler = by_name(name, cost, rules).expect("a scheduler");
        table += &match question.answer(&*scheduler).outcome {
            Ok(placed) => {
                let broken = |rules| placed.audits[&rules].violations.len();
                let (published, strict) = (broken(RuleSet::Published), broken(RuleSet::Strict));
                let own = match rules {
                    Rules::Strict => strict,
                    _ => published,
                };
                assert!(
                    UNFILTERED.contains(&name) || own == 0,
                    "{name} breaks its own rules"
                );
                let more = regret(placed.timeline.end, best) / 1_000_000;
                format!(
                    "{name}: {}   published {published}, strict {strict}, regret {more} ms\n",
                    letters(&question, &placed),
                )
            }
            Err(why) => format!("{name}: refused: {why}\n"),
        };
    }
    expected.assert_eq(&table);
}

#[test]
fn s4_under_the_published_rules() {
    check(
        "s4",
        Cost::Reference,
        Rules::Published,
        &expect![[r#"
        all_device: D D*40 D D D D   published 0, strict 0, regret 396 ms
        all_edge: E E*40 E E E E   published 42, strict 45, regret -43191 ms
        all_cloud: C C*40 C C C C   published 42, strict 45, regret -56745 ms
        static: E E*40 E E E D   published 41, strict 44, regret -43187 ms
        heuristic: D D*40 D D D D   published 0, strict 0, regret 396 ms
        brute_force: D D*40 D C C D   published 0, strict 2, regret 211 ms
        greedy: D D*40 D C C D   published 0, strict 2, regret 211 ms
        dp: D D*40 D C C D   published 0, strict 2, regret 211 ms
        pareto: D D*40 D C D D   published 0, strict 1, regret 205 ms
        adaptive: D D*40 E C C D   published 0, strict 3, regret 6 ms
        oracle: D D*40 E C D D   published 0, strict 2, regret 0 ms
    "#]],
    );
}

#[test]
fn s4_under_strict_rules() {
    check(
        "s4",
        Cost::LatencyWarm,
        Rules::Strict,
        &expect![[r#"
        all_device: D D*40 D D D D   published 0, strict 0, regret 0 ms
        all_edge: E E*40 E E E E   published 42, strict 45, regret -43587 ms
        all_cloud: C C*40 C C C C   published 42, strict 45, regret -57141 ms
        static: E E*40 E E E D   published 41, strict 44, regret -43583 ms
        heuristic: D D*40 D D D D   published 0, strict 0, regret 0 ms
        brute_force: D D*40 D D D D   published 0, strict 0, regret 0 ms
        greedy: D D*40 D D D D   published 0, strict 0, regret 0 ms
        dp: D D*40 D D D D   published 0, strict 0, regret 0 ms
        pareto: D D*40 D D D D   published 0, strict 0, regret 0 ms
        adaptive: D D*40 D D D D   published 0, strict 0, regret 0 ms
        oracle: D D*40 D D D D   published 0, strict 0, regret 0 ms
    "#]],
    );
}

#[test]
fn s1_under_both() {
    check(
        "s1",
        Cost::Reference,
        Rules::Published,
        &expect![[r#"
        all_device: D D D D D   published 0, strict 0, regret 2290 ms
        all_edge: E E E E E   published 2, strict 3, regret 52 ms
        all_cloud: C C C C C   published 2, strict 3, regret 634 ms
        static: D D C E D   published 0, strict 0, regret 659 ms
        heuristic: D D C D D   published 0, strict 0, regret 611 ms
        brute_force: D C C D D   published 0, strict 1, regret 600 ms
        greedy: D C C D D   published 0, strict 1, regret 600 ms
        dp: D C C D D   published 0, strict 1, regret 600 ms
        pareto: D C D D D   published 0, strict 1, regret 2279 ms
        adaptive: D C E C D   published 0, strict 1, regret 8 ms
        oracle: D C E D D   published 0, strict 1, regret 0 ms
    "#]],
    );
    check(
        "s1",
        Cost::Reference,
        Rules::Strict,
        &expect![[r#"
        all_device: D D D D D   published 0, strict 0, regret 2279 ms
        all_edge: E E E E E   published 2, strict 3, regret 41 ms
        all_cloud: C C C C C   published 2, strict 3, regret 623 ms
        static: D D C E D   published 0, strict 0, regret 648 ms
        heuristic: D D C D D   published 0, strict 0, regret 600 ms
        brute_force: D D C D D   published 0, strict 0, regret 600 ms
        greedy: D D C D D   published 0, strict 0, regret 600 ms
        dp: D D C D D   published 0, strict 0, regret 600 ms
        pareto: D D D D D   published 0, strict 0, regret 2279 ms
        adaptive: D D E C D   published 0, strict 0, regret 8 ms
        oracle: D D E D D   published 0, strict 0, regret 0 ms
    "#]],
    );
}

#[test]
fn s2_and_s3_under_the_published_rules() {
    check(
        "s2",
        Cost::Reference,
        Rules::Published,
        &expect![[r#"
        all_device: D D D D   published 0, strict 0, regret 0 ms
        all_edge: E E E E   published 2, strict 2, regret 976 ms
        all_cloud: C C C C   published 2, strict 2, regret 49 ms
        static: D E E D   published 0, strict 0, regret 979 ms
        heuristic: D D D D   published 0, strict 0, regret 0 ms
        brute_force: D D D D   published 0, strict 0, regret 0 ms
        greedy: D D D D   published 0, strict 0, regret 0 ms
        dp: D D D D   published 0, strict 0, regret 0 ms
        pareto: D D D D   published 0, strict 0, regret 0 ms
        adaptive: D C C D   published 0, strict 0, regret 23 ms
        oracle: D D D D   published 0, strict 0, regret 0 ms
    "#]],
    );
    check(
        "s3",
        Cost::Reference,
        Rules::Published,
        &expect![[r#"
        all_device: D*3 D*3 D D D   published 0, strict 0, regret 8985 ms
        all_edge: E*3 E*3 E E E   published 1, strict 1, regret 4251 ms
        all_cloud: C*3 C*3 C C C   published 1, strict 1, regret 1836 ms
        static: C*3 C*3 E E D   published 0, strict 0, regret 2508 ms
        heuristic: C*3 C*3 D D D   published 0, strict 0, regret 1801 ms
        brute_force: C*3 C*3 C D D   published 0, strict 0, regret 1808 ms
        greedy: C*3 C*3 C D D   published 0, strict 0, regret 1808 ms
        dp: C*3 C*3 C D D   published 0, strict 0, regret 1808 ms
        pareto: C*3 C*3 D D D   published 0, strict 0, regret 1801 ms
        adaptive: C D E E C D C C D   published 0, strict 0, regret 4802 ms
        oracle: C*3 E*3 D D D   published 0, strict 0, regret 0 ms
    "#]],
    );
}

#[test]
fn one_agent_that_asks_at_each_call_takes_what_the_plan_takes() {
    let (trace, profile) = (trace("s4"), published());
    let links = profile.link_set("published-rtt").expect("links");
    for sizes in [Sizes::Profile, Sizes::Trace] {
        let options = Options {
            sizes,
            ..Options::default()
        };
        let question = Question::new(&trace, &profile, links, &options).expect("sizes");
        let greedy = by_name("greedy", Cost::Reference, Rules::Strict).expect("a scheduler");
        let planned = question
            .answer(&*greedy)
            .outcome
            .expect("a plan")
            .timeline
            .end;
        let memory = Memory::default();
        let world = question.pace.world(&question.costs);
        let mut online = Online::new(&question, &memory, |call, view| asked(&*greedy, call, view));
        let alone = load(&world, 1, Arrivals::Together, 0, &mut online, &mut Nothing);
        assert_eq!((alone.end, alone.refused), (planned, 0));
    }
}

#[test]
fn what_was_learned_is_seen_by_who_is_asked_next() {
    let (trace, profile) = (trace("s4"), published());
    let question = Question::new(&trace, &profile, &profile.links[0], &Options::default());
    let question = question.expect("sizes");
    let memory = Memory::default();
    let mut rounds = Vec::new();
    let mut online = Online::new(&question, &memory, |call, view| {
        let seen = view.learned.of(&call.server, &call.tool);
        if call.tool == "compute_image_hash" {
            rounds.push(seen.map_or(0, |seen| seen.calls));
        }
        assert!(seen.is_none_or(|seen| seen.tiers[0].last > Nanos(0)));
        Ok(profile.home)
    });
    let world = question.pace.world(&question.costs);
    let mut learning = Learning::new(&question, &memory);
    load(&world, 3, Arrivals::Together, 0, &mut online, &mut learning);
    assert_eq!(rounds.len(), 120);
    assert!(rounds.is_sorted());
    assert_eq!((rounds[0], rounds.last()), (0, Some(&117)));
}
