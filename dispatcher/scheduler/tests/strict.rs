//! The strict rules: what each of them forbids, in words; and how a decision is explained.

mod world;

use expect_test::{Expect, expect};
use record::Bytes;
use scheduler::Scheduler;
use scheduler::call::Call;
use scheduler::cost::Cost;
use scheduler::explain::{decide, explain};
use scheduler::filter::{Rules, holders, judge, told};
use scheduler::profile::{DataRoot, Known};
use scheduler::registry::Health;
use scheduler::schedule::{Greedy, by_name};
use scheduler::tier::Tier;
use serde_json::{Value, json};

use world::{World, letter};

/// The published world in which the edge holds `/edgeagent/shared` and the cloud `/bucket`.
fn world() -> World {
    let mut world = World::published();
    for (prefix, tier) in [("/edgeagent/shared", Tier::EDGE), ("/bucket", Tier::CLOUD)] {
        world.profile.data.push(DataRoot {
            prefix: prefix.to_owned(),
            tier,
        });
    }
    world
}

/// What speaks against each tier for a call of this tool.
fn check(world: &World, tool: &str, arguments: Value, expect: Expect) {
    let mut calls = world.calls(tool);
    calls[0].arguments = arguments;
    let view = world.view();
    let verdict = judge(0, &calls[0], &view, Rules::Strict).expect("a known tool");
    let each = Tier::first(3).map(|tier| {
        let told = told(&verdict, tier, &calls[0], &view);
        let told = if told.is_empty() {
            "may".to_owned()
        } else {
            told
        };
        format!("{}: {told}", letter(tier))
    });
    expect.assert_eq(&each.collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_call_runs_where_what_its_paths_name_is() {
    let world = world();
    check(
        &world,
        "batch_resize",
        json!({"image_paths": ["/edgeagent/data/a.jpg"]}),
        expect![[r#"
            D: may
            E: its data is on device
            C: its data is on device"#]],
    );
    check(
        &world,
        "git_diff",
        json!({"repo_path": "/edgeagent/shared/../shared/repo"}),
        expect![[r#"
            D: its data is on edge
            E: may
            C: its data is on edge"#]],
    );
    check(
        &world,
        "move_file",
        json!({"source": "/edgeagent/x", "destination": "/bucket/y"}),
        expect![[r#"
            D: its data is on device and cloud
            E: its data is on device and cloud
            C: its data is on device and cloud and it is private and the tier is a third party's"#]],
    );
    check(
        &world,
        "read_file",
        json!({"path": "/bucket/x"}),
        expect![[r#"
            D: its data is on cloud
            E: its data is on cloud
            C: it is private and the tier is a third party's"#]],
    );
    check(
        &world,
        "deduplicate",
        json!({"items": [1, 2]}),
        expect![[r#"
        D: may
        E: may
        C: may"#]],
    );
}

#[test]
fn health_endpoints_wasi_gpu_and_memory_have_a_say() {
    let mut world = world();
    world.registry.remove("log_parser", Tier::CLOUD);
    world.registry.set_health(
        "log_parser",
        Tier::EDGE,
        Health::Failing("no answer for 3 s".to_owned()),
    );
    check(
        &world,
        "parse_logs",
        json!({"log_content": "…"}),
        expect![[r#"
            D: may
            E: its endpoint fails (no answer for 3 s)
            C: server log_parser is not there"#]],
    );
    let tool = |world: &mut World, change: fn(&mut scheduler::profile::ToolProfile)| {
        let server = world
            .profile
            .servers
            .get_mut("data_aggregate")
            .expect("a server");
        let Some(Known::Is(tool)) = server.tools.get_mut("deduplicate") else {
            panic!("a published tool");
        };
        change(tool);
    };
    tool(&mut world, |tool| tool.wasi = false);
    check(
        &world,
        "deduplicate",
        json!({}),
        expect![[r#"
        D: may
        E: it cannot be a component, which is what the tier has
        C: may"#]],
    );
    tool(&mut world, |tool| tool.gpu = true);
    check(
        &world,
        "deduplicate",
        json!({}),
        expect![[r#"
        D: it needs a GPU
        E: it needs a GPU and it cannot be a component, which is what the tier has
        C: it needs a GPU"#]],
    );
    tool(&mut world, |tool| tool.gpu = false);
    world.profile.tiers[0].memory = Known::Is(Bytes(10_000_000));
    let server = world
        .profile
        .servers
        .get_mut("data_aggregate")
        .expect("a server");
    server
        .hosted
        .get_mut(&Tier::DEVICE)
        .expect("it is there")
        .memory = Known::Is(Bytes(28_200_000));
    tool(&mut world, |tool| tool.private = true);
    check(
        &world,
        "deduplicate",
        json!({}),
        expect![[r#"
        D: it needs 28.2 MB of memory, of 10.0 MB
        E: it cannot be a component, which is what the tier has
        C: it is private and the tier is a third party's"#]],
    );
    let calls = world.calls("deduplicate");
    let error = Greedy::under(Cost::Reference, Rules::Strict).plan(&calls, &world.view());
    expect!["call 0 (data_aggregate.deduplicate) may run nowhere: device: it needs 28.2 MB of memory, of 10.0 MB, edge: it cannot be a component, which is what the tier has, cloud: it is private and the tier is a third party's; change the call, the rule set or the endpoints"].assert_eq(&error.expect_err("infeasible").to_string());
}

#[test]
fn every_argument_that_may_be_a_path_is_looked_at() {
    let world = world();
    for (arguments, held) in [
        (json!({}), ""),
        (
            json!({"text": "hello", "n": 3, "no": null, "url": "https://example.org/edgeagent/x"}),
            "",
        ),
        (json!({"log_content": "/a line\nof a log"}), ""),
        (
            json!({"entries": [{"path": "/index.html"}, {"path": "index.html"}]}),
            "",
        ),
        (json!({"target": "HEAD~1"}), ""),
        (json!({"path": "x"}), "D"),
        (json!({"repoPath": "x"}), "D"),
        (json!({"directory": "."}), "D"),
        (json!({"paths": ["a", "b"]}), "D"),
        (json!({"text": "/home/me/secret"}), "D"),
        (json!({"text": "~/secret"}), "D"),
        (json!({"text": "C:\\secret"}), "D"),
        (json!({"text": "<data>/images"}), "D"),
        (json!({"to": "<scratch>/report.md"}), "D"),
        (json!({"rows": [{"to": "<scratch>/report.md"}]}), "D"),
        (json!({"text": "<site>/papers"}), ""),
        (
            json!({"hashes": [{"path": "<data>/a.jpg", "hash": "00"}]}),
            "D",
        ),
        (
            json!({"hashes": [{"path": "/edgeagent/shared/a.jpg"}]}),
            "E",
        ),
        (json!({"path": "/edgeagent/shared"}), "E"),
        (json!({"path": "/edgeagent/sharedx"}), "D"),
        (json!({"path": "/edgeagent/shared/../x"}), "D"),
        (json!({"path": "/bucket//./x"}), "C"),
        (json!({"path": "/BUCKET/x"}), "D"),
        (json!({"path": "/home/u/src/cloud/main.rs"}), "D"),
        (json!({"path": "edge://x"}), "E"),
        (json!({"path": "CLOUD://x"}), "C"),
        (json!({"uri": "file:///edgeagent/shared/x"}), "E"),
        (json!({"uri": "file:///edgeagent/shared/%2e%2e/x"}), "D"),
        (json!({"uri": "file:///bucket/x"}), "C"),
        (
            json!({"source": "/edgeagent/shared/x", "destination": "/bucket/y", "log": "/var/log"}),
            "DEC",
        ),
        (json!(["/bucket/x"]), "C"),
        (json!("/bucket/x"), "C"),
    ] {
        let found: String = holders(&arguments, &world.profile)
            .iter()
            .map(letter)
            .collect();
        assert_eq!(found, held, "{arguments}");
    }
    // Deep arguments hide nothing.
    let mut deep = json!("/bucket/x");
    for _ in 0..100 {
        deep = json!([deep]);
    }
    let found = holders(&json!({"x": deep}), &world.profile);
    assert_eq!(found.single(), Some(Tier::DEVICE));
}

#[test]
fn a_decision_says_what_was_weighed() {
    let world = world();
    let view = world.view();
    let explained = |tool: &str, arguments, cost| {
        let mut calls = world.calls(tool);
        calls[0].arguments = arguments;
        let decision = decide(&calls[0], &view, cost, Rules::Strict).expect("feasible");
        decision.explanation(&calls[0], &view)
    };
    expect![[r#"
        git.git_diff on cloud: cheapest (rules strict, cost reference)
          device: 0.923820 = alpha 0.923820 p_exec 1.000000 beta 0.000000 p_net 0.100000 p_comm 0.000000
          edge: 0.878056 = alpha 0.923820 p_exec 0.868000 beta 0.000000 p_net 1.000000 p_comm 1.000000
          cloud: 0.283115 = alpha 0.923820 p_exec 0.224000 beta 0.000000 p_net 0.010000 p_comm 1.000000
          runner-up edge, +0.594940"#]].assert_eq(&explained("git_diff", json!({}), Cost::Reference).to_string());
    expect![[r#"
        summarize.summarize_text on edge: cheapest (rules strict, cost latency-warm)
          device: 2943900000.000000 = waiting 0.000000 start 0.000000 link_in 0.000000 execution 2943900000.000000 link_out 0.000000
          edge: 664493833.529368 = waiting 0.000000 start 0.000000 link_in 899281.898041 execution 662700000.000000 link_out 894551.631327
          cloud: 1264986495.977400 = waiting 0.000000 start 0.000000 link_in 4350101.762574 execution 1256300000.000000 link_out 4336394.214825
          runner-up cloud, +600492662.448032"#]].assert_eq(&explained("summarize_text", json!({}), Cost::LatencyWarm).to_string());
    let pinned = explained("read_file", json!({"path": "/edgeagent/x"}), Cost::Paper);
    expect![[r#"
        filesystem.read_file on device: only_feasible (rules strict, cost paper)
          device: 0.242243 = alpha 0.242243 p_exec 1.000000 beta 0.000000 p_net 0.000000 p_comm 0.000000
          edge: rejected, its data is on device
          cloud: rejected, its data is on device and it is private and the tier is a third party's
          no other candidate"#]].assert_eq(&pinned.to_string());
    expect![[r#"{"server":"filesystem","tool":"read_file","tier":"device","why":"only_feasible","rules":"strict","cost":"paper","tiers":[{"tier":"device","rejected":null,"total":0.2422434488724083,"terms":[["alpha",0.2422434488724083],["p_exec",1.0],["beta",0.0],["p_net",0.0],["p_comm",0.0]]},{"tier":"edge","rejected":"its data is on device","total":null,"terms":[]},{"tier":"cloud","rejected":"its data is on device and it is private and the tier is a third party's","total":null,"terms":[]}],"runner_up":null,"margin":null}"#]].assert_eq(&serde_json::to_string(&pinned).expect("it can be written"));
}

#[test]
fn a_placement_against_the_rules_is_told_and_not_hidden() {
    let world = world();
    let mut calls = world.calls("read_file; git_diff; summarize_text");
    calls[0].arguments = json!({"path": "/edgeagent/x"});
    let view = world.view();
    let all = by_name("all_cloud", Cost::Reference, Rules::Strict).expect("listed");
    let plan = all.plan(&calls, &view).expect("a plan");
    let decisions = explain(&calls, &plan, &view, Cost::Chain, Rules::Strict).expect("explained");
    let allowed: Vec<bool> = decisions
        .iter()
        .map(|decision| decision.is_allowed())
        .collect();
    assert_eq!(allowed, [false, true, true]);
    let told: Vec<String> = decisions
        .iter()
        .zip(&calls)
        .map(|(decision, call)| decision.explanation(call, &view).to_string())
        .collect();
    expect![[r#"
        filesystem.read_file on cloud: all_on_one (rules strict, cost chain)
          device: 0.105637 = alpha 0.105637 p_exec 1.000000 beta 0.000000 p_net 0.000000 p_comm 0.000000
          edge: rejected, its data is on device
          cloud: 0.459254 = alpha 0.105637 p_exec 0.114286 beta 0.000000 p_net 0.000000 p_comm 0.500000 rejected, its data is on device and it is private and the tier is a third party's
          runner-up device, -0.353617
        git.git_diff on cloud: all_on_one (rules strict, cost chain)
          device: 0.961910 = alpha 0.923820 p_exec 1.000000 beta 0.000000 p_net 0.000000 p_comm 0.500000
          edge: 0.878056 = alpha 0.923820 p_exec 0.868000 beta 0.000000 p_net 0.000000 p_comm 1.000000
          cloud: 0.206936 = alpha 0.923820 p_exec 0.224000 beta 0.000000 p_net 0.000000 p_comm 0.000000
          runner-up edge, +0.671120
        summarize.summarize_text on cloud: all_on_one (rules strict, cost chain)
          device: 1.098380 = alpha 0.997300 p_exec 1.000000 beta 1.000000 p_net 0.100000 p_comm 0.500000
          edge: 1.225852 = alpha 0.997300 p_exec 0.225110 beta 1.000000 p_net 1.000000 p_comm 1.500000
          cloud: 0.436918 = alpha 0.997300 p_exec 0.426747 beta 1.000000 p_net 0.010000 p_comm 0.500000
          runner-up device, +0.661463"#]].assert_eq(&told.join("\n"));
    let other = explain(&calls[..1], &plan, &view, Cost::Chain, Rules::Strict);
    expect!["a plan of 3 placements is not of 1 calls; explain the plan with its own calls"]
        .assert_eq(&other.expect_err("another plan").to_string());
}

#[test]
fn a_tool_that_nobody_knows_is_not_placed() {
    let world = world();
    let calls = [Call::bare("filesystem", "format_disk")];
    let error = Greedy::under(Cost::Reference, Rules::Strict).plan(&calls, &world.view());
    expect!["call 0 (filesystem.format_disk) cannot be judged: the profile published does not name it; add the tool to the profile"].assert_eq(&error.expect_err("unknown").to_string());
    assert!(
        by_name("fastest", Cost::Paper, Rules::Strict)
            .is_err_and(|error| error.contains("all_device, "))
    );
}
