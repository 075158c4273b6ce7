//! Predicted latency: what starts, what waits, what overlaps.

mod world;

use expect_test::expect;
use record::{Count, Nanos};
use scheduler::Scheduler;
use scheduler::call::Call;
use scheduler::cost::{Cost, Model, Predicted, Prediction};
use scheduler::explain::decide;
use scheduler::filter::Rules;
use scheduler::problem::Problem;
use scheduler::profile::{Handoff, Known, Profile};
use scheduler::schedule::{BruteForce, MOST_PLANS, Oracle, by_name};
use scheduler::tier::Tier;
use scheduler::view::{Pace, Truth, View};

use world::World;

/// Two tiers, 10 ms apart in each direction, 1 ns a byte; one server with two tools of 100 and 20 ms on the device, a tenth on the
/// edge; starts of 50 and 30 ms, kept for 60 ms.
const SMALL: &str = r#"
format = 1
name = "small"
source = "made up"
home = "device"

[unknown]
memory = "it does not matter"
external = "it does not matter"
power = "it does not matter"
price = "it does not matter"
spread = "made up"

[[tier]]
name = "device"
host = "a"
trust = "owner"
capacity = "1 calls"
retention = "60 ms"

[[tier]]
name = "edge"
host = "b"
trust = "site"
capacity = "2 calls"
retention = "60 ms"

[[links]]
name = "only"
source = "made up"

[[links.pair]]
between = ["device", "edge"]
one_way = "10 ms"
bandwidth = "8 Gbit/s"

[server.files.on.device]
packaging = "native"
start = { process-cold = "50 ms" }

[server.files.on.edge]
packaging = "component"
start = { process-cold = "30 ms" }

[server.files.tool.slow]
locality = "args"
private = false
gpu = false
wasi = true
input = "1 kB"
output = "1 kB"
execution.device.native = { typical = "100 ms", at = "1 kB", per_megabyte = "1 s" }
execution.edge.component = "10 ms"

[server.files.tool.quick]
locality = "args"
private = false
gpu = false
wasi = true
input = "1 kB"
output = "1 kB"
execution.device.native = "20 ms"
execution.edge.component = "2 ms"
"#;

fn small() -> World {
    World::of(Profile::read("small.toml", SMALL).expect("a profile"))
}

fn prediction<R>(calls: &[Call], world: &World, f: impl FnOnce(&Prediction<'_>) -> R) -> R {
    let view = world.view();
    let problem = Problem::of(calls, &view, Rules::Strict).expect("feasible");
    match problem.model(Cost::Latency).expect("known") {
        Model::Latency(prediction) => f(&prediction),
        Model::Additive(_) => panic!("latency is no sum"),
    }
}

/// `waiting start in run out → finished`, in milliseconds, a line a call.
fn played(calls: &[Call], world: &World, tiers: &str) -> String {
    let lines = prediction(calls, world, |prediction| {
        let mut progress = prediction.begin();
        let placed = tiers.chars().map(|letter| {
            let tier = if letter == 'D' {
                Tier::DEVICE
            } else {
                Tier::EDGE
            };
            line(prediction.place(&mut progress, tier))
        });
        placed.collect::<Vec<_>>()
    });
    lines.join("\n")
}

fn line(predicted: Predicted) -> String {
    let terms = predicted
        .terms
        .each()
        .map(|term| format!("{:.3}", term.value / 1e6));
    format!("{} → {:.3}", terms.join(" "), predicted.finished / 1e6)
}

#[test]
fn a_server_is_started_once_and_kept_for_its_retention() {
    let world = small();
    let calls = world.calls("quick ×4");
    // Started, warm, gone to the edge and started there; on the device its 60 ms are over by then or not.
    expect![[r#"
        0.000 50.000 0.000 20.000 0.000 → 70.000
        0.000 0.000 0.000 20.000 0.000 → 90.000
        0.000 30.000 10.001 2.000 10.001 → 142.002
        0.000 0.000 0.000 20.000 0.000 → 162.002"#]]
    .assert_eq(&played(&calls, &world, "DDED"));
    expect![[r#"
        0.000 50.000 0.000 100.000 0.000 → 150.000
        0.000 30.000 10.001 2.000 10.001 → 202.002
        0.000 0.000 10.001 10.000 10.001 → 232.004
        0.000 50.000 0.000 20.000 0.000 → 302.004"#]]
    .assert_eq(&played(
        &world.calls("slow; quick; slow; quick"),
        &world,
        "DEED",
    ));
}

#[test]
fn what_is_warm_or_busy_already_is_in_the_view() {
    let mut world = small();
    let calls = world.calls("quick");
    world.load.keep_warm("files", Tier::EDGE, Nanos(12_000_000));
    world.load.waiting[0] = Nanos(7_000_000);
    expect!["0.000 0.000 10.001 2.000 10.001 → 22.002"].assert_eq(&played(&calls, &world, "E"));
    expect!["7.000 50.000 0.000 20.000 0.000 → 77.000"].assert_eq(&played(&calls, &world, "D"));
    // A moment later the edge has let it go.
    let view = View {
        now: Nanos(5_000_000),
        ..world.view()
    };
    let problem = Problem::of(&calls, &view, Rules::Strict).expect("feasible");
    let model = problem.model(Cost::Latency).expect("known");
    assert_eq!(model.total(&[Tier::EDGE]), 52_002_000.0);
}

#[test]
fn independent_calls_overlap_as_far_as_a_tier_has_places() {
    let mut world = small();
    let mut calls = world.calls("quick ×4");
    calls[3].depends_on = vec![0, 1, 2];
    world.pace = Pace::AsReady;
    expect![[r#"
        0.000 30.000 10.001 2.000 10.001 → 52.002
        0.000 30.000 10.001 2.000 10.001 → 52.002
        32.000 0.000 10.001 2.000 10.001 → 54.002
        0.000 0.000 10.001 2.000 10.001 → 76.004"#]]
    .assert_eq(&played(&calls, &world, "EEEE"));
    expect![[r#"
        0.000 50.000 0.000 20.000 0.000 → 70.000
        70.000 0.000 0.000 20.000 0.000 → 90.000
        0.000 30.000 10.001 2.000 10.001 → 52.002
        0.000 0.000 0.000 20.000 0.000 → 110.000"#]]
    .assert_eq(&played(&calls, &world, "DDED"));
    world.profile.tiers[1].capacity = Known::Is(Count(3));
    expect![[r#"
        0.000 30.000 10.001 2.000 10.001 → 52.002
        0.000 30.000 10.001 2.000 10.001 → 52.002
        0.000 30.000 10.001 2.000 10.001 → 52.002
        0.000 0.000 10.001 2.000 10.001 → 74.004"#]]
    .assert_eq(&played(&calls, &world, "EEEE"));
    world.profile.tiers[1].capacity = Known::Not("nobody counted".to_owned());
    let view = world.view();
    let problem = Problem::of(&calls, &view, Rules::Strict).expect("feasible");
    let refused = problem
        .model(Cost::Latency)
        .map(|_| ())
        .expect_err("unknown");
    expect!["cost model latency: capacity of tier edge is unknown (nobody counted); measure it, or choose a cost model that does without"].assert_eq(&refused.to_string());
}

#[test]
fn an_answer_goes_straight_on_where_the_handoff_is_direct() {
    let mut world = small();
    let mut calls = world.calls("quick ×3");
    calls[1].depends_on = vec![0];
    calls[2].depends_on = vec![1];
    let home = played(&calls, &world, "EED");
    world.profile.handoff = Handoff::Direct;
    let direct = played(&calls, &world, "EED");
    expect![[r#"
        0.000 30.000 10.001 2.000 10.001 → 52.002
        0.000 0.000 10.001 2.000 10.001 → 74.004
        0.000 50.000 0.000 20.000 0.000 → 144.004

        0.000 30.000 10.001 2.000 0.000 → 42.001
        0.000 0.000 0.000 2.000 0.000 → 44.001
        0.000 50.000 10.001 20.000 0.000 → 124.002"#]]
    .assert_eq(&format!("{home}\n\n{direct}"));
}

#[test]
fn execution_grows_with_the_request() {
    let world = small();
    let mut calls = world.calls("slow");
    calls[0].input = record::Bytes(101_000);
    // 100 ms at 1 kB, and a tenth of a second more for a tenth of a megabyte more.
    expect!["0.000 50.000 0.000 200.000 0.000 → 250.000"].assert_eq(&played(&calls, &world, "D"));
    calls[0].input = record::Bytes(0);
    expect!["0.000 50.000 0.000 99.000 0.000 → 149.000"].assert_eq(&played(&calls, &world, "D"));
}

#[test]
fn the_oracle_knows_what_came_true() {
    let world = small();
    let calls = world.calls("quick ×2");
    let ms = |ms: u64| Some(Nanos(ms * 1_000_000));
    let truth = Truth {
        execution: vec![vec![ms(1), ms(500)], vec![ms(500), ms(1)]],
    };
    let view = View {
        truth: Some(&truth),
        ..world.view()
    };
    let oracle = Oracle::under(Cost::LatencyWarm, Rules::Strict);
    let plan = oracle.plan(&calls, &view).expect("feasible");
    assert_eq!(plan.tiers().collect::<Vec<_>>(), [Tier::DEVICE, Tier::EDGE]);
    assert_eq!(plan.total, Some(22_002_000.0));
    let blind = oracle.plan(&calls, &world.view()).expect_err("no truth");
    expect![
        "scheduler oracle must be told what came true, which only a replay knows; choose another"
    ]
    .assert_eq(&blind.to_string());
}

#[test]
fn too_large_a_question_is_refused() {
    let world = World::published();
    let mut calls = Vec::new();
    for server in ["git", "data_aggregate", "log_parser", "summarize"] {
        for tool in world.profile.servers[server].tools.keys() {
            calls.extend(world.calls(tool));
        }
    }
    calls.retain(|call| call.tool != "extract_time_range");
    let brute_force = BruteForce::under(Cost::Reference, Rules::Published);
    let error = brute_force
        .plan(&calls, &world.view())
        .expect_err("too large");
    assert!(error.to_string().contains(&MOST_PLANS.to_string()));
    expect!["scheduler brute_force would have to tell 282429536481 plans apart and does at most 531441; use dp or greedy"].assert_eq(&error.to_string());
    for name in ["dp", "greedy"] {
        let scheduler = by_name(name, Cost::Reference, Rules::Published).expect("listed");
        assert!(scheduler.plan(&calls, &world.view()).is_ok());
    }
}

#[test]
fn a_call_by_itself_costs_what_deciding_it_alone_says() {
    let world = World::published();
    let view = world.view();
    let calls = world.calls(world::S1);
    for cost in [Cost::Reference, Cost::Paper, Cost::LatencyWarm] {
        let problem = Problem::of(&calls, &view, Rules::Published).expect("feasible");
        let model = problem.model(cost).expect("all that it needs is known");
        for (index, call) in calls.iter().enumerate() {
            let decision = decide(call, &view, cost, Rules::Published).expect("feasible");
            for tier in problem.allowed[index].iter() {
                let alone = model.alone(index, tier);
                assert_eq!(decision.terms[tier.place()], Some(alone), "{cost} {index}");
            }
        }
    }
}
