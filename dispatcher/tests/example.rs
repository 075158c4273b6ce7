//! The example plug-in, built for the target as servers are: it places what `greedy` places, and the same each time.

#[path = "../scheduler/tests/world/mod.rs"]
mod world;

use std::path::Path;

use dispatcher::Plugin;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use scheduler::Scheduler;
use scheduler::cost::Cost;
use scheduler::filter::Rules;
use scheduler::schedule::Greedy;
use scheduler::tier::Tier;
use toolchain::Component;
use world::World;
use world::random::Seed;

/// The component, or `None` where this machine cannot build one.
fn frugal() -> Option<Vec<u8>> {
    let wasm = match toolchain::for_tests() {
        Ok(wasm) => wasm,
        Err(why) => {
            println!("skipped: {why}");
            return None;
        }
    };
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = wasm.build_component(&Component::of(here, "frugal"), &mut |line| {
        eprintln!("{line}")
    });
    Some(std::fs::read(file.expect("it builds")).expect("it can be read"))
}

const COSTS: [Cost; 4] = [Cost::Reference, Cost::Paper, Cost::Chain, Cost::LatencyWarm];

#[test]
fn the_example_places_what_greedy_places() {
    let Some(bytes) = frugal() else { return };
    let world = World::published();
    let view = world.view();
    let same = |plugin: &Plugin, calls: &[_], cost, rules| {
        let ours = Greedy::under(cost, rules).plan(calls, &view);
        let theirs = plugin.plan(calls, &view);
        let tiers = |plan: scheduler::plan::Plan| -> Vec<Tier> { plan.tiers().collect() };
        (
            ours.map(|plan| (plan.total, tiers(plan))),
            theirs.map(|plan| (plan.total, tiers(plan))),
        )
    };
    let mut made = 0;
    for cost in COSTS {
        for rules in [Rules::Published, Rules::Strict] {
            let plugin = Plugin::of("frugal.wasm", &bytes).expect("a plug-in");
            let plugin = plugin.under(cost, rules);
            for chain in [world::S1, world::S2, world::S3, world::S4] {
                let calls = world.calls(chain);
                let (ours, theirs) = same(&plugin, &calls, cost, rules);
                made += usize::from(ours.is_ok());
                assert_eq!(ours, theirs, "{cost} {rules} {chain}");
            }
            // Chains of any tools, in any order.
            let tools: Vec<&str> = world
                .profile
                .servers
                .values()
                .flat_map(|server| server.tools.keys().map(String::as_str))
                .collect();
            let mut runner = TestRunner::new(Config::with_cases(32));
            let chains = (any::<u64>(), 0_usize..20);
            let run = runner.run(&chains, |(seed, length)| {
                let mut seed = Seed(seed);
                let named: Vec<&str> = (0..length).map(|_| seed.of(&tools)).collect();
                let calls = match named.is_empty() {
                    true => Vec::new(),
                    false => world.calls(&named.join("; ")),
                };
                let (ours, theirs) = same(&plugin, &calls, cost, rules);
                prop_assert_eq!(ours, theirs);
                Ok(())
            });
            run.expect("the same plans");
        }
    }
    assert!(made > 16, "{made} of 32 were planned at all");
}

#[test]
fn a_plan_is_a_value() {
    let Some(bytes) = frugal() else { return };
    let world = World::published();
    let calls = world.calls(world::S4);
    // Two hosts, and one host asked twice: no instance remembers another.
    let one = Plugin::of("frugal.wasm", &bytes).expect("a plug-in");
    let other = Plugin::of("frugal.wasm", &bytes).expect("a plug-in");
    let [one, other] = [one, other].map(|plugin| plugin.under(Cost::LatencyWarm, Rules::Strict));
    let plan = |plugin: &Plugin| plugin.plan(&calls, &world.view());
    let first = plan(&one);
    assert!(first.is_ok());
    assert_eq!(first, plan(&one));
    assert_eq!(first, plan(&other));
    assert_eq!(one.digest(), other.digest());
}
