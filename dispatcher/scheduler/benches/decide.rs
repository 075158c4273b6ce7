//! What deciding costs: `cargo bench -p scheduler`. To be met: dp of 45 calls × 3 tiers in 20 µs, of 10,000 × 16 in 20 ms, a call
//! with filter and explanation in 5 µs.

#[path = "../tests/world/mod.rs"]
mod world;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use record::{Bytes, Nanos};
use scheduler::call::Call;
use scheduler::cost::Cost;
use scheduler::explain::decide;
use scheduler::filter::Rules;
use scheduler::profile::{Handoff, Known, Profile};
use scheduler::schedule::by_name;
use scheduler::view::View;
use serde_json::json;

use world::random::{Seed, tool};
use world::{S4, World};

/// The reference's image chain with arguments as they are made: 45 calls, 6 tools.
fn images(world: &World) -> Vec<Call> {
    let mut calls = world.calls(S4);
    for (index, call) in calls.iter_mut().enumerate() {
        let path = format!("/edgeagent/data/scenario4/sample_images/{index:012}.jpg");
        call.arguments = match call.tool.as_str() {
            "compute_image_hash" => json!({"image_path": path, "hash_type": "phash"}),
            "scan_directory" => json!({"directory": "/edgeagent/data", "recursive": false}),
            _ => json!({"threshold": 5}),
        };
    }
    calls
}

/// All 45 tools of the published profile, one call each: no look-up is repeated.
fn all_tools(world: &World) -> Vec<Call> {
    let servers = world.profile.servers.iter();
    let tools = servers.flat_map(|(server, known)| {
        let known = known.tools.iter().filter(|(_, tool)| tool.get().is_some());
        known.map(move |(tool, _)| Call::bare(server, tool))
    });
    tools.collect()
}

/// Sixteen tiers, nine servers of five tools, everything known and everything allowed.
fn wide() -> World {
    let mut seed = Seed(16);
    let mut profile = world::random::world(&mut seed, 3).profile;
    let device = profile.tiers[0].clone();
    let link = profile.links[0].pairs[0][0].clone();
    profile.tiers = (0..16)
        .map(|place| {
            let mut tier = device.clone();
            tier.name = format!("tier-{}", char::from(b'a' + place))
                .parse()
                .expect("a name");
            tier.retention = Known::Is(Nanos(300_000_000_000));
            tier
        })
        .collect();
    profile.data.clear();
    let set = &mut profile.links[0];
    set.tiers = 16;
    set.pairs = (0..16).map(|low| vec![link.clone(); 15 - low]).collect();
    for pair in set.pairs.iter_mut().flatten() {
        pair.one_way = Known::Is(Nanos(seed.below(20_000_000)));
    }
    let server = profile.servers.values().next().expect("a server").clone();
    let hosted = server
        .hosted
        .values()
        .next()
        .expect("it is somewhere")
        .clone();
    profile.servers = (0..9)
        .map(|number| {
            let mut server = server.clone();
            server.static_tier = None;
            server.hosted = scheduler::tier::Tier::first(16)
                .map(|tier| {
                    let mut here = hosted.clone();
                    here.memory = Known::Is(Bytes(0));
                    (tier, here)
                })
                .collect();
            server.tools = (0..5)
                .map(|number| {
                    let mut tool = tool(&mut seed, 16);
                    tool.private = false;
                    tool.locality = scheduler::profile::Locality::Args;
                    tool.gpu = false;
                    tool.wasi = true;
                    (format!("tool{number}"), Known::Is(tool))
                })
                .collect();
            (format!("server{number}"), server)
        })
        .collect();
    World::of(Profile {
        home: scheduler::tier::Tier::DEVICE,
        ..profile
    })
}

/// Calls of that world's tools in no order.
fn many(count: u64) -> Vec<Call> {
    let mut seed = Seed(count);
    (0..count)
        .map(|index| {
            let mut call = Call::bare(
                &format!("server{}", seed.below(9)),
                &format!("tool{}", seed.below(5)),
            );
            call.input = Bytes(seed.below(100_000));
            call.output = Bytes(seed.below(100_000));
            if let Some(before) = usize::try_from(index).expect("small").checked_sub(1) {
                call.depends_on = vec![before];
            }
            call
        })
        .collect()
}

fn plans(c: &mut Criterion) {
    let world = World::published();
    let view = world.view();
    let mut bench = |name: &str, scheduler: &str, cost, rules, calls: &[Call], view: &View<'_>| {
        let scheduler = by_name(scheduler, cost, rules).expect("listed");
        scheduler.plan(calls, view).expect("a plan");
        c.bench_function(name, |b| b.iter(|| scheduler.plan(black_box(calls), view)));
    };
    let images = images(&world);
    let tools = all_tools(&world);
    for cost in [Cost::Reference, Cost::Paper, Cost::Chain, Cost::LatencyWarm] {
        let name = |what: &str| format!("dp/45 calls × 3 tiers/{what}, {cost}");
        bench(&name("S4"), "dp", cost, Rules::Strict, &images, &view);
        bench(
            &name("all different"),
            "dp",
            cost,
            Rules::Strict,
            &tools,
            &view,
        );
    }
    bench(
        "brute_force/S4, reference",
        "brute_force",
        Cost::Reference,
        Rules::Published,
        &images,
        &view,
    );
    let mut wide = wide();
    let many = many(10_000);
    for handoff in [Handoff::Home, Handoff::Direct] {
        wide.profile.handoff = handoff;
        for cost in [Cost::Paper, Cost::LatencyWarm, Cost::Latency] {
            if cost == Cost::Paper && handoff == Handoff::Direct {
                continue;
            }
            let name = format!("dp/10,000 calls × 16 tiers/{cost}, {handoff:?}");
            bench(&name, "dp", cost, Rules::Strict, &many, &wide.view());
        }
    }
}

fn decisions(c: &mut Criterion) {
    let world = World::published();
    let view = world.view();
    let mut calls = world.calls("batch_resize");
    calls[0].arguments = json!({"image_paths": ["/edgeagent/a.jpg", "/edgeagent/b.jpg"], "max_size": 150, "quality": 75});
    let mut free = world.calls("summarize_text");
    free[0].arguments = json!({"text": "some words", "max_length": 200, "style": "detailed"});
    for cost in [Cost::Reference, Cost::Paper, Cost::LatencyWarm] {
        for (what, call) in [("pinned", &calls[0]), ("three candidates", &free[0])] {
            c.bench_function(&format!("decide and explain/{what}, {cost}"), |b| {
                b.iter(|| decide(black_box(call), &view, cost, Rules::Strict));
            });
        }
    }
    let greedy = by_name("greedy", Cost::LatencyWarm, Rules::Strict).expect("listed");
    c.bench_function("greedy, one call/three candidates, latency-warm", |b| {
        b.iter(|| greedy.plan(black_box(&free), &view));
    });
    let decision = decide(&free[0], &view, Cost::Reference, Rules::Strict).expect("feasible");
    c.bench_function("decision in words", |b| {
        b.iter(|| decision.explanation(black_box(&free[0]), &view));
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).measurement_time(std::time::Duration::from_secs(1)).warm_up_time(std::time::Duration::from_millis(300));
    targets = plans, decisions
}
criterion_main!(benches);
