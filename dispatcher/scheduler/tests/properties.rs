//! What holds for every profile and every chain.

mod world;

use std::collections::BTreeMap;

use proptest::prelude::*;
use record::Nanos;
use scheduler::Scheduler;
use scheduler::call::Call;
use scheduler::cost::{Cost, Model};
use scheduler::explain::explain;
use scheduler::filter::{self, Rules};
use scheduler::plan::{Infeasible, Plan};
use scheduler::problem::Problem;
use scheduler::profile::{Known, Profile};
use scheduler::quantity::BitsPerSecond;
use scheduler::schedule::{Axis, Dp, NAMES, Pareto, UNFILTERED, by_name};
use scheduler::tier::Tier;
use scheduler::view::{Pace, Truth, View};

use world::World;
use world::random::{Seed, chain, world};

/// Every plan that the rules leave, call by call.
fn all_plans(problem: &Problem<'_>) -> Vec<Vec<Tier>> {
    let mut plans = vec![Vec::new()];
    for allowed in &problem.allowed {
        let longer = plans.iter().flat_map(|plan: &Vec<Tier>| {
            allowed.iter().map(|tier| {
                let mut longer = plan.clone();
                longer.push(tier);
                longer
            })
        });
        plans = longer.collect();
    }
    plans
}

fn rules(seed: &mut Seed) -> Rules {
    seed.of(&Rules::ALL)
}

/// Executions as the profile has them, so that the oracle can be asked as well.
fn truth(world: &World, calls: &[Call]) -> Truth {
    let row = |call: &Call| {
        let tool = world.profile.tool(&call.server, &call.tool)?.get()?;
        let server = world.profile.servers.get(&call.server)?;
        let on = |tier: Tier| {
            let timing = tool.timing(tier, server.hosted.get(&tier)?.packaging)?;
            Some(timing.get()?.of(call.input))
        };
        Some(Tier::first(world.profile.tiers.len()).map(on).collect())
    };
    Truth {
        execution: calls
            .iter()
            .map(|call| row(call).unwrap_or_default())
            .collect(),
    }
}

fn plan(
    name: &str,
    calls: &[Call],
    view: &View<'_>,
    cost: Cost,
    rules: Rules,
) -> Result<Plan, Infeasible> {
    by_name(name, cost, rules)
        .expect("listed")
        .plan(calls, view)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn dp_is_exhaustive_search(seed: u64, length in 0_usize..6) {
        let mut seed = Seed(seed);
        let world = world(&mut seed, 3);
        let calls = chain(&mut seed, &world, length);
        let view = world.view();
        let rules = rules(&mut seed);
        for cost in [Cost::Reference, Cost::Paper, Cost::Chain] {
            let Ok(problem) = Problem::of(&calls, &view, rules) else {
                continue;
            };
            let model = problem.model(cost).expect("everything is known");
            let least = all_plans(&problem)
                .iter()
                .map(|tiers| model.total(tiers))
                .fold(f64::INFINITY, f64::min);
            let plan = Dp::under(cost, rules).plan(&calls, &view).expect("feasible");
            let found = plan.total.expect("a total");
            prop_assert!((found - least).abs() <= 1e-9, "{cost}: {found} is not {least}");
            let tiers: Vec<Tier> = plan.tiers().collect();
            prop_assert!((model.total(&tiers) - found).abs() <= 1e-12);
        }
    }

    #[test]
    fn nothing_that_is_filtered_is_placed_where_the_filter_forbids(seed: u64, length in 0_usize..6, tiers in 1_usize..5) {
        let mut seed = Seed(seed);
        let mut world = world(&mut seed, tiers);
        if seed.flips(2) {
            world.pace = Pace::AsReady;
        }
        let calls = chain(&mut seed, &world, length);
        let truth = truth(&world, &calls);
        let view = View { truth: Some(&truth), ..world.view() };
        let mut placed = 0;
        for rules in Rules::ALL {
            for name in NAMES.iter().filter(|name| !UNFILTERED.contains(name)) {
                for cost in Cost::ALL {
                    let plan = match plan(name, &calls, &view, cost, rules) {
                        Ok(plan) => plan,
                        // A call that may run nowhere, or what needs the paper's three tiers: an answer with reasons.
                        Err(why @ (Infeasible::Nowhere { .. } | Infeasible::Unfit(_))) => {
                            prop_assert!(why.to_string().contains("; "), "{why} has no remedy");
                            continue;
                        }
                        Err(other) => return Err(TestCaseError::fail(format!("{name}: {other}"))),
                    };
                    prop_assert_eq!(plan.placements.len(), calls.len());
                    for (index, placement) in plan.placements.iter().enumerate() {
                        let verdict = filter::judge(index, &calls[index], &view, rules).expect("judged");
                        prop_assert!(verdict.allowed.contains(placement.tier), "{name} under {rules}");
                        placed += 1;
                    }
                    let cost = if tiers == 3 { cost } else { Cost::LatencyWarm };
                    let decisions = explain(&calls, &plan, &view, cost, rules).expect("explained");
                    prop_assert!(decisions.iter().all(|decision| decision.is_allowed()));
                }
            }
        }
        prop_assert!(length == 0 || placed > 0 || filter::feasible(&calls, &view, Rules::Strict).is_err());
    }

    #[test]
    fn names_decide_nothing(seed: u64, length in 1_usize..6) {
        let mut seed = Seed(seed);
        let world = world(&mut seed, 3);
        let calls = chain(&mut seed, &world, length);
        let truth = truth(&world, &calls);
        // Later names come earlier, so every order that is of names turns round.
        let turned = |name: &str| {
            let digits: String = name.chars().filter(char::is_ascii_digit).collect();
            format!("z{}", 99 - digits.parse::<u32>().expect("a digit"))
        };
        let mut profile = world.profile.clone();
        profile.servers = std::mem::take(&mut profile.servers)
            .into_iter()
            .map(|(server, mut known)| {
                let tools = std::mem::take(&mut known.tools);
                known.tools = tools.into_iter().map(|(tool, known)| (turned(&tool), known)).collect();
                (turned(&server), known)
            })
            .collect();
        let renamed: Vec<Call> = calls
            .iter()
            .map(|call| Call { server: turned(&call.server), tool: turned(&call.tool), ..call.clone() })
            .collect();
        let other = World::of(profile);
        let rules = rules(&mut seed);
        for name in NAMES {
            for cost in Cost::ALL {
                let one = plan(name, &calls, &View { truth: Some(&truth), ..world.view() }, cost, rules);
                let two = plan(name, &renamed, &View { truth: Some(&truth), ..other.view() }, cost, rules);
                match (one, two) {
                    (Ok(one), Ok(two)) => prop_assert_eq!(one, two, "{} under {}", name, cost),
                    (Err(_), Err(_)) => {}
                    (one, two) => return Err(TestCaseError::fail(format!("{one:?} {two:?}"))),
                }
            }
        }
    }

    #[test]
    fn the_unit_of_time_decides_nothing_under_latency(seed: u64, length in 1_usize..6, factor in prop::sample::select(vec![2_u64, 4, 5, 10])) {
        let mut seed = Seed(seed);
        let mut world = world(&mut seed, 3);
        if seed.flips(2) {
            world.pace = Pace::AsReady;
        }
        world.load.waiting[1] = Nanos(seed.below(20) * 1_000_000);
        let until = Nanos(seed.below(200) * 1_000_000);
        world.load.keep_warm("s0", Tier::EDGE, until);
        let calls = chain(&mut seed, &world, length);
        let mut slower = World::of(scaled(&world.profile, factor));
        slower.pace = world.pace;
        slower.load.waiting = world.load.waiting.map(|waiting| Nanos(waiting.0 * factor));
        slower.load.keep_warm("s0", Tier::EDGE, Nanos(until.0 * factor));
        let rules = rules(&mut seed);
        for name in ["greedy", "dp", "brute_force"] {
            for cost in [Cost::Latency, Cost::LatencyWarm] {
                let one = plan(name, &calls, &world.view(), cost, rules);
                let two = plan(name, &calls, &slower.view(), cost, rules);
                match (one, two) {
                    (Ok(one), Ok(two)) => {
                        prop_assert_eq!(&one.placements, &two.placements, "{} under {}", name, cost);
                        let factor = scheduler::quantity::real(factor);
                        let (one, two) = (one.total.expect("a total"), two.total.expect("a total"));
                        prop_assert_eq!(one * factor, two);
                    }
                    (one, two) => prop_assert_eq!(one.is_err(), two.is_err()),
                }
            }
        }
    }

    #[test]
    fn the_front_is_all_that_nothing_beats(seed: u64, length in 1_usize..9, unknown: bool) {
        let mut seed = Seed(seed);
        let mut world = world(&mut seed, if length > 5 { 2 } else { 3 });
        if unknown {
            world.profile.tiers[0].power = Known::Not("no meter".to_owned());
        }
        let calls = chain(&mut seed, &world, length);
        let view = world.view();
        let scheduler = Pareto::under(Cost::Latency, Rules::Strict);
        let Ok(front) = scheduler.front(&calls, &view) else {
            return Ok(());
        };
        let problem = Problem::of(&calls, &view, Rules::Strict).expect("feasible");
        let has_power = problem.allowed.iter().any(|allowed| allowed.contains(Tier::DEVICE));
        prop_assert_eq!(front.axes.contains(&Axis::Energy), !(unknown && has_power));
        let Model::Latency(prediction) = problem.model(Cost::Latency).expect("known") else {
            panic!("latency is no sum");
        };
        // Each plan's values from first principles.
        let plans = all_plans(&problem);
        let values: Vec<Vec<f64>> = plans
            .iter()
            .map(|plan| {
                let each = || plan.iter().enumerate().map(|(call, tier)| {
                    (call, world.profile.tier_profile(*tier), prediction.execution(call, *tier) / 1e9)
                });
                let mut values = vec![prediction.total(plan)];
                if front.axes.contains(&Axis::Energy) {
                    values.push(each().map(|(_, tier, seconds)| {
                        scheduler::quantity::real(tier.power.get().expect("known").0) / 1e3 * seconds
                    }).sum());
                }
                values.push(each().map(|(_, tier, seconds)| {
                    scheduler::quantity::real(tier.price.get().expect("known").0) / 1e6 / 3600.0 * seconds
                }).sum());
                values.push(each().map(|(call, tier, _)| {
                    let bytes = calls[call].input.0 + calls[call].output.0;
                    if tier.trust == scheduler::profile::Trust::Owner { 0.0 } else { scheduler::quantity::real(bytes) }
                }).sum());
                values
            })
            .collect();
        let is_beaten = |one: &[f64]| values.iter().any(|other| {
            other.iter().zip(one).all(|(other, one)| other <= one) && other.as_slice() != one
        });
        let expected: Vec<&Vec<Tier>> = plans.iter().zip(&values)
            .filter(|(_, values)| !is_beaten(values))
            .map(|(plan, _)| plan)
            .collect();
        let found: Vec<&Vec<Tier>> = front.points.iter().map(|point| &point.tiers).collect();
        prop_assert_eq!(found, expected);
        prop_assert!(front.points.iter().any(|point| Some(point) == front.knee()));
    }

    #[test]
    fn a_profile_is_read_back_as_it_was_written(seed: u64, tiers in 1_usize..5) {
        let profile = world(&mut Seed(seed), tiers).profile;
        let text = profile.write();
        let again = Profile::read("again.toml", &text);
        prop_assert_eq!(again.map_err(|error| format!("{error}\n{text}")), Ok(profile));
    }
}

/// The same profile with every duration so many times as long, and every link so many times slower.
fn scaled(profile: &Profile, factor: u64) -> Profile {
    let longer = |known: &Known<Nanos>| known.map(|nanos| Nanos(nanos.0 * factor));
    let mut profile = profile.clone();
    for tier in &mut profile.tiers {
        tier.retention = longer(&tier.retention);
    }
    for link in profile
        .links
        .iter_mut()
        .flat_map(|set| set.pairs.iter_mut().flatten())
    {
        link.one_way = longer(&link.one_way);
        link.bandwidth = link
            .bandwidth
            .map(|bandwidth| BitsPerSecond(bandwidth.0 / factor));
    }
    for server in profile.servers.values_mut() {
        for hosted in server.hosted.values_mut() {
            for start in hosted.start.values_mut() {
                *start = longer(start);
            }
        }
        for tool in server.tools.values_mut() {
            let Known::Is(tool) = tool else { continue };
            for timing in tool.execution.values_mut().flat_map(BTreeMap::values_mut) {
                let Known::Is(timing) = timing else { continue };
                timing.typical.0 *= factor;
                if let Some(growth) = &mut timing.growth {
                    growth.per_megabyte.0 *= factor;
                }
            }
        }
    }
    profile
}
