//! The reference's numbers: weights, scores, totals, placements, search spaces, sensitivity (specification, section 10).

mod world;

use expect_test::{Expect, expect};
use scheduler::Scheduler;
use scheduler::call::Call;
use scheduler::cost::{Cost, Model};
use scheduler::filter::{Rules, path_rule};
use scheduler::plan::Infeasible;
use scheduler::problem::Problem;
use scheduler::schedule::{BruteForce, Greedy, Heuristic, Static, by_name};
use scheduler::tier::Tier;
use serde_json::json;

use world::{S1, S2, S3, S4, World, letter, letters};

const GOLDEN: &str = include_str!("golden.csv");

#[test]
fn weights_and_scores_of_all_tools_are_the_reference_s() {
    let world = World::published();
    let view = world.view();
    let mut tools = 0;
    for line in GOLDEN.lines().filter(|line| !line.starts_with('#')).skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let calls = [Call::bare(fields[0], fields[1])];
        let problem = Problem::of(&calls, &view, Rules::Published).expect("placeable");
        let Model::Additive(sum) = problem.model(Cost::Reference).expect("known") else {
            panic!("the reference's costs are a sum");
        };
        let golden: Vec<f64> = fields[2..9]
            .iter()
            .map(|field| field.parse().expect("a number"))
            .collect();
        let mut found = [0.0; 7];
        for tier in Tier::first(3) {
            let terms = sum.terms(0, tier, None).each().map(|term| term.value);
            found[0] = terms[0];
            found[1 + tier.place()] = terms[1];
            found[4 + tier.place()] = sum.unfiltered(0, tier);
            // 1 of section 10: what tiers cost beyond the tool.
            assert_eq!(
                terms[3].to_bits(),
                [0.1_f64, 1.0, 0.01][tier.place()].to_bits()
            );
            assert_eq!(
                terms[4].to_bits(),
                [0.0_f64, 1.0, 1.0][tier.place()].to_bits()
            );
        }
        for (found, golden) in found.iter().zip(&golden) {
            assert!(
                (found - golden).abs() <= 1e-6,
                "{line}: {found} is not {golden}"
            );
        }
        let costs = Tier::first(3).map(|tier| (sum.unfiltered(0, tier), tier));
        let cheapest = costs.fold((f64::INFINITY, Tier::DEVICE), |best, next| {
            if next.0 < best.0 { next } else { best }
        });
        assert_eq!(fields[9], letter(cheapest.1).to_string(), "{line}");
        tools += 1;
    }
    assert_eq!(tools, 45);
}

fn check(scheduler: &dyn Scheduler, chain: &str, expect: Expect) {
    let world = World::published();
    let calls = world.calls(chain);
    let plan = scheduler.plan(&calls, &world.view()).expect("a plan");
    let total = plan
        .total
        .map_or(String::new(), |total| format!("   total {total:?}"));
    let space = plan
        .search_space
        .map_or(String::new(), |space| format!("   of {space}"));
    expect.assert_eq(&format!("{}{total}{space}", letters(&plan, &calls)));
}

#[test]
fn exhaustive_search_gives_the_reference_s_placements_totals_and_spaces() {
    let proposed = BruteForce::under(Cost::Reference, Rules::Published);
    check(
        &proposed,
        S1,
        expect!["D C C D D   total 0.9898549513131577   of 27"],
    );
    check(
        &proposed,
        S2,
        expect!["D D D D   total 0.4858849521589599   of 9"],
    );
    check(
        &proposed,
        S3,
        expect!["C*3 C*3 C D D   total 1.0604073128963947   of 81"],
    );
    check(
        &proposed,
        S4,
        expect!["D D*40 D C C D   total 1.4778408324631098   of 27"],
    );
}

#[test]
fn totals_are_the_reference_s_to_twelve_digits_under_every_exact_scheduler() {
    let world = World::published();
    let golden = [
        (S1, 0.989_854_951_313_157_7),
        (S2, 0.485_884_952_158_959_9),
        (S3, 1.060_407_312_896_394_7),
        (S4, 1.477_840_832_463_109_8),
    ];
    for (chain, total) in golden {
        let calls = world.calls(chain);
        for name in ["brute_force", "dp", "greedy"] {
            let scheduler = by_name(name, Cost::Reference, Rules::Published).expect("listed");
            let plan = scheduler.plan(&calls, &world.view()).expect("a plan");
            let found = plan.total.expect("a total");
            assert!((found - total).abs() <= 1e-12, "{name} of {chain}: {found}");
        }
    }
}

#[test]
fn ours_beside_it_under_strict_rules() {
    let calls = |chain: &str| {
        let world = World::published();
        let mut calls = world.calls(chain);
        for call in &mut calls {
            call.arguments = match call.tool.as_str() {
                "git_diff" => json!({"repo_path": "<data>/repo", "target": "HEAD~1"}),
                "batch_resize" => json!({"image_paths": ["<data>/a.jpg"], "max_size": 150}),
                _ => json!({}),
            };
        }
        (world, calls)
    };
    let mut table = String::new();
    for (name, chain) in [("s1", S1), ("s2", S2), ("s3", S3), ("s4", S4)] {
        let (world, calls) = calls(chain);
        let mut row = name.to_owned();
        for rules in [Rules::Published, Rules::Strict] {
            let scheduler = BruteForce::under(Cost::Reference, rules);
            let plan = scheduler.plan(&calls, &world.view()).expect("a plan");
            row += &format!("   {rules} {}", letters(&plan, &calls));
        }
        table += &row;
        table.push('\n');
    }
    // With honest labels, what reads local files stays: `git_diff` and `batch_resize`.
    expect![[r#"
        s1   published D C C D D   strict D D C D D
        s2   published D D D D   strict D D D D
        s3   published C*3 C*3 C D D   strict C*3 C*3 C D D
        s4   published D D*40 D C C D   strict D D*40 D D C D
    "#]]
    .assert_eq(&table);
}

#[test]
fn baselines_and_the_heuristic_are_the_reference_s() {
    let heuristic = Heuristic::under(Rules::Published);
    check(&Static, S1, expect!["D D C E D   of 1"]);
    check(&Static, S2, expect!["D E E D   of 1"]);
    check(&Static, S3, expect!["C*3 C*3 E E D   of 1"]);
    check(&Static, S4, expect!["E E*40 E E E D   of 1"]);
    check(&heuristic, S1, expect!["D D C D D   of 5"]);
    check(&heuristic, S2, expect!["D D D D   of 4"]);
    check(&heuristic, S3, expect!["C*3 C*3 D D D   of 9"]);
    check(&heuristic, S4, expect!["D D*40 D D D D   of 45"]);
}

#[test]
fn the_heuristic_gives_the_reference_s_reasons() {
    let world = World::published();
    let why = |scheduler: &dyn Scheduler, tool: &str| {
        let calls = world.calls(tool);
        let plan = scheduler.plan(&calls, &world.view()).expect("a plan");
        let placement = plan.placements[0];
        format!("{} {}", letter(placement.tier), placement.why)
    };
    let heuristic = Heuristic::under(Rules::Published);
    assert_eq!(why(&heuristic, "git_log"), "D privacy_constraint");
    assert_eq!(why(&heuristic, "git_reset"), "D privacy_constraint");
    assert_eq!(why(&heuristic, "summarize_text"), "C external_data_cloud");
    assert_eq!(why(&heuristic, "get_provider_info"), "D default_device");
    assert_eq!(why(&heuristic, "read_file"), "D local_data_fixed");
    assert_eq!(why(&Static, "get_provider_info"), "C static_mapping");
}

#[test]
fn the_path_rule_is_the_reference_s() {
    for (arguments, tier) in [
        (json!({"path": "/edgeagent/data/x"}), 'D'),
        (json!({"path": "edge://x"}), 'E'),
        (json!({"path": "/tmp/edgeagent_edge_hy/a"}), 'E'),
        (json!({"path": "/Data/EDGE/x"}), 'E'),
        (json!({"path": "/x/edge"}), 'D'),
        (json!({"path": "/home/u/src/cloud/main.rs"}), 'C'),
        (json!({"path": "/edge/../cloud/x"}), 'E'),
        (json!({"path": "", "directory": "cloud://x"}), 'C'),
        (json!({"path": "/a", "directory": "/cloud/"}), 'D'),
        (json!({"paths": ["/cloud/x"]}), 'D'),
        (json!({"source": "/cloud/x", "destination": "/edge/y"}), 'D'),
        (json!({}), 'D'),
        (json!(null), 'D'),
    ] {
        assert_eq!(letter(path_rule(&arguments)), tier, "{arguments}");
    }
}

#[test]
fn a_single_call_is_pinned_by_its_arguments_and_a_chain_s_is_not() {
    let world = World::published();
    let mut calls = world.calls("read_file");
    calls[0].arguments = json!({"path": "/home/u/src/cloud/main.rs"});
    let place = |rules| {
        let plan = Greedy::under(Cost::Reference, rules).plan(&calls, &world.view());
        letters(&plan.expect("a plan"), &calls)
    };
    assert_eq!(place(Rules::PublishedAgent), "C");
    assert_eq!(place(Rules::Published), "D");
    assert_eq!(place(Rules::Strict), "D");
}

#[test]
fn placements_follow_the_configuration_as_the_reference_s_do() {
    let latency = |edge: &'static str, cloud: &'static str| {
        [
            ("one_way = \"0.892 ms\"", edge),
            ("one_way = \"4.329 ms\"", cloud),
        ]
    };
    let half = latency("one_way = \"15 ms\"", "one_way = \"80 ms\"");
    let whole = latency("one_way = \"30 ms\"", "one_way = \"160 ms\"");
    let wide = ("external = \"10 Mbit/s\"", "external = \"1000 Mbit/s\"");
    let comm = |edge: &str, cloud: &str| {
        format!(
            "p_comm_default = 0.5\n[[reference.p_comm]]\nbetween = [\"device\", \"edge\"]\nvalue = {edge}\n\
             [[reference.p_comm]]\nbetween = [\"device\", \"cloud\"]\nvalue = {cloud}\n"
        )
    };
    let near = comm("0.1", "0.5");
    let near = [("p_comm_default = 0.5\n", near.as_str())];
    let far = comm("0.1875", "1.0");
    let far = [
        half[0],
        half[1],
        ("p_comm_default = 0.5\n", far.as_str()),
        wide,
    ];
    let rows: [(&str, &[(&str, &str)]); 6] = [
        ("shipped", &[]),
        ("latency 15/80", &half),
        ("latency 30/160", &whole),
        ("p_comm .1/.5", &near),
        ("edge bandwidth 1000", &[wide]),
        ("all three", &far),
    ];
    let mut table = String::new();
    for (name, changes) in rows {
        let world = World::altered(changes);
        table += &format!("{name:20}");
        for chain in [S1, S2, S3, S4] {
            // As the specification writes them: one letter a tool.
            let chain = chain.replace(" ×3", "").replace(" ×40", "");
            let calls = world.calls(&chain);
            let scheduler = BruteForce::under(Cost::Reference, Rules::Published);
            let plan = scheduler.plan(&calls, &world.view()).expect("a plan");
            table += &format!(" {}", letters(&plan, &calls).replace(' ', ""));
        }
        table += &format!(" {}\n", picks_of_edge(&world));
    }
    // Specification 3.8; the last column counts, over the tools of all four files, those that are free and pick the edge.
    expect![[r#"
        shipped              DCCDD DDDD CCCDD DDDCCD 0
        latency 15/80        DDCDD DDDD CCDDD DDDCDD 0
        latency 30/160       DDCDD DDDD CCDDD DDDCDD 0
        p_comm .1/.5         DCCDD DDDD CCCDD DDDCCD 2
        edge bandwidth 1000  DCEDD DDDD CECDD DDDCCD 4
        all three            DDEDD DDDD CEDDD DDDCDD 4
    "#]]
    .assert_eq(&table);
}

/// How many tools pick the edge, each counted once a scenario file that has it.
fn picks_of_edge(world: &World) -> usize {
    let files = [
        ["filesystem", "git", "summarize", "data_aggregate"],
        ["filesystem", "log_parser", "data_aggregate", ""],
        ["filesystem", "fetch", "summarize", "data_aggregate"],
        ["filesystem", "image_resize", "data_aggregate", ""],
    ];
    let mut picks = 0;
    for server in files.concat() {
        let Some(known) = world.profile.servers.get(server) else {
            continue;
        };
        for (tool, profile) in &known.tools {
            if profile.get().is_none() {
                continue;
            }
            let calls = [Call::bare(server, tool)];
            let scheduler = Greedy::under(Cost::Reference, Rules::Published);
            let plan = scheduler.plan(&calls, &world.view()).expect("a plan");
            picks += usize::from(plan.placements[0].tier == Tier::EDGE);
        }
    }
    picks
}

#[test]
fn the_reference_takes_a_missing_time_for_none_and_ours_refuse() {
    // Specification 8.1, row 6: 5 ms, 100 ms and nothing picks what is missing.
    let world = World::altered(&[(
        "execution.device.reference = \"0.9 ms\"\nexecution.edge.component = \"46.7 ms\"\nexecution.cloud.container-reference = \"0.1 ms\"",
        "execution.device.reference = \"5 ms\"\nexecution.edge.component = \"100 ms\"\nexecution.cloud.container-reference = { unknown = \"never run\" }",
    )]);
    let calls = world.calls("merge_summaries");
    let place = |cost| Greedy::under(cost, Rules::Published).plan(&calls, &world.view());
    let plan = place(Cost::Reference).expect("a plan");
    assert_eq!(letters(&plan, &calls), "C");
    for cost in [Cost::Paper, Cost::Chain, Cost::LatencyWarm] {
        let refused = place(cost).expect_err("unknown").to_string();
        assert_eq!(
            refused,
            format!(
                "cost model {cost}: execution.cloud.container-reference of tool data_aggregate.merge_summaries is unknown (never run); measure it, or choose a cost model that does without"
            )
        );
    }
}

#[test]
fn latency_refuses_the_published_profile_and_names_what_it_lacks() {
    let world = World::published();
    let refused = |chain: &str, cost| {
        let calls = world.calls(chain);
        let plan = Greedy::under(cost, Rules::Published).plan(&calls, &world.view());
        plan.expect_err("refused")
    };
    let error = refused(S1, Cost::Latency);
    assert!(matches!(error, Infeasible::Unknown { .. }));
    expect!["cost model latency: start.process-cold of server filesystem on device is unknown (the reference's profile holds no cold start; table III's is of the Intel NUC alone, not of each tier); measure it, or choose a cost model that does without"].assert_eq(&error.to_string());
    let calls = world.calls(S1);
    let warm = Greedy::under(Cost::LatencyWarm, Rules::Published).plan(&calls, &world.view());
    assert_eq!(letters(&warm.expect("a plan"), &calls), "D C E D D");
    let calls = [Call::bare("time", "get_current_time")];
    let unknown = Greedy::under(Cost::Reference, Rules::Published).plan(&calls, &world.view());
    expect!["call 0 (time.get_current_time) cannot be judged: the profile knows nothing of it (none of the reference's scenario files names it); add the tool to the profile"].assert_eq(&unknown.expect_err("unknown").to_string());
}
