//! How many calls a second are replayed on one core: with placements decided beforehand, and with each call decided and explained.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use record::Nanos;
use replay::{
    Arrivals, Chain, Fixed, MOST_AT_ONCE, Memory, Nothing, Online, Options, Question, Room, Step,
    World, load,
};
use scenario::Trace;
use scheduler::cost::Cost;
use scheduler::explain::decide;
use scheduler::filter::Rules;
use scheduler::profile::Profile;

const MS: u64 = 1_000_000;
/// As many as the paper's fourth scenario has.
const CALLS: usize = 45;
const AGENTS: u64 = 22_223;

/// S4 as the reference's own scheduler places it: 43 calls on the device, 2 on the cloud, of four servers.
fn world() -> (World, Fixed) {
    let step = |tier: u64| Step {
        up: Nanos(tier * 15 * MS),
        cold_start: Nanos(50 * MS),
        execution: Nanos((3 - tier) * 20 * MS),
        down: Nanos(tier * 15 * MS),
    };
    let room = |capacity| Room {
        capacity: Some(capacity),
        retention: Some(Nanos(300_000 * MS)),
        own: false,
    };
    let world = World {
        chain: Chain::sequential(CALLS).expect("a chain"),
        servers: (0..CALLS).map(|call| call % 4).collect(),
        steps: (0..CALLS).flat_map(|_| (0..3).map(step)).collect(),
        handing: None,
        thinking: vec![Nanos(0); CALLS],
        decision: Nanos(0),
        rooms: vec![room(400), room(50), room(50)],
        most_at_once: MOST_AT_ONCE,
    };
    let mut world = world;
    world.rooms[0].own = true;
    world.rooms[0].capacity = None;
    let tiers = (0..CALLS).map(|call| usize::from(call == 42 || call == 43) * 2);
    (world, Fixed(tiers.collect()))
}

fn fixed(criterion: &mut Criterion) {
    let (world, plan) = world();
    let mut group = criterion.benchmark_group("virtual replay");
    group.throughput(Throughput::Elements(AGENTS * 45));
    group.sample_size(10);
    group.bench_function("fixed plan, histograms only", |bench| {
        bench.iter(|| {
            let gap = Nanos(10 * MS);
            let arrivals = Arrivals::Poisson { gap };
            let of = load(&world, AGENTS, arrivals, 1, &mut plan.clone(), &mut Nothing);
            assert_eq!(of.agents.count(), AGENTS);
            of
        });
    });
    group.finish();
}

/// The committed trace of S4 by the published profile, `greedy` asked for each call, and every decision explained.
fn greedy(criterion: &mut Criterion) {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let path = scenario::find_trace(&root, "s4").expect("a trace of the checkout");
    let trace = Trace::open(&path).expect("a trace");
    let text = include_str!("../../profiles/published.toml");
    let profile = Profile::read("published.toml", text).expect("a profile");
    let question = Question::new(&trace, &profile, &profile.links[0], &Options::default());
    let question = question.expect("every tool has sizes");
    let pace = question.pace.clone();
    let pace = pace.with_homes(profile.home, &Options::default());
    let world = pace.world(&question.costs);
    let agents = AGENTS / 10;
    let mut group = criterion.benchmark_group("virtual replay");
    group.throughput(Throughput::Elements(agents * 45));
    group.sample_size(10);
    for cost in [Cost::Reference, Cost::LatencyWarm] {
        group.bench_function(format!("greedy under {cost}, explained"), |bench| {
            bench.iter(|| {
                let memory = Memory::default();
                let mut online = Online::new(&question, &memory, |call, view| {
                    let decision = black_box(decide(call, view, cost, Rules::Strict)?);
                    Ok(decision.placement.tier)
                });
                let gap = Nanos(10 * MS);
                let arrivals = Arrivals::Poisson { gap };
                let of = load(&world, agents, arrivals, 1, &mut online, &mut Nothing);
                assert_eq!(of.agents.count(), agents);
                of
            });
        });
    }
    group.finish();
}

criterion_group!(all, fixed, greedy);
criterion_main!(all);
