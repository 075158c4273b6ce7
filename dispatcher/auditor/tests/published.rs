//! The published columns of violations, and planted ones: dispatcher.md 5.5.

use auditor::{Constraint, RuleSet, audit};
use expect_test::{Expect, expect};
use proptest::prelude::*;
use scheduler::call::Call;
use scheduler::profile::Profile;
use scheduler::tier::Tier;
use serde_json::json;

fn profile() -> Profile {
    let text = include_str!("../../profiles/published.toml");
    Profile::read("published.toml", text).expect("the published profile is a profile")
}

/// The reference's script sequences: calls of a tool as often as the script makes them.
const CHAINS: [&str; 4] = [
    "read_file git_diff summarize_text merge_summaries write_file",
    "read_text_file parse_logs compute_log_statistics write_file",
    "fetch*3 summarize_text*3 aggregate_list combine_research_results write_file",
    "scan_directory compute_image_hash*40 compare_hashes batch_resize aggregate_list write_file",
];

/// The calls of a chain, and the tier of each from one letter a tool.
fn placed(profile: &Profile, chain: &str, letters: &str) -> (Vec<Call>, Vec<Tier>) {
    let (mut calls, mut tiers) = (Vec::new(), Vec::new());
    let letters = letters.chars().cycle();
    for (word, letter) in chain.split(' ').zip(letters) {
        let (tool, times) = word.split_once('*').unwrap_or((word, "1"));
        let (server, _) = profile.find_tool(tool).expect("a published tool");
        for _ in 0..times.parse().expect("a number") {
            calls.push(Call::bare(server, tool));
            tiers.push(match letter {
                'D' => Tier::DEVICE,
                'E' => Tier::EDGE,
                _ => Tier::CLOUD,
            });
        }
    }
    (calls, tiers)
}

fn check(chain: usize, policies: &[(&str, &str)], expected: &Expect) {
    let profile = profile();
    let mut table = String::new();
    for (policy, letters) in policies {
        let (calls, tiers) = placed(&profile, CHAINS[chain], letters);
        let of = |rules| {
            let found = audit(rules, &calls, &tiers, &profile);
            assert!(found.unjudged.is_empty(), "every published tool is known");
            found.violations.len()
        };
        let on = |tier| tiers.iter().filter(|other| **other == tier).count();
        table += &format!(
            "{policy} {}/{}/{}: L {}, P@C {}, U {}, S {}\n",
            on(Tier::DEVICE),
            on(Tier::EDGE),
            on(Tier::CLOUD),
            of(RuleSet::Published),
            of(RuleSet::Privacy),
            of(RuleSet::Union),
            of(RuleSet::Relabelled),
        );
    }
    expected.assert_eq(&table);
}

#[test]
fn the_columns_of_s1() {
    check(
        0,
        &[
            ("all_device", "D"),
            ("all_edge", "E"),
            ("all_cloud", "C"),
            ("static", "DDCED"),
            ("brute_force", "DCCDD"),
        ],
        &expect![[r#"
            all_device 5/0/0: L 0, P@C 0, U 0, S 0
            all_edge 0/5/0: L 2, P@C 0, U 2, S 3
            all_cloud 0/0/5: L 2, P@C 2, U 2, S 3
            static 3/1/1: L 0, P@C 0, U 0, S 0
            brute_force 3/0/2: L 0, P@C 0, U 0, S 1
        "#]],
    );
}

#[test]
fn the_columns_of_s2() {
    check(
        1,
        &[
            ("all_edge", "E"),
            ("all_cloud", "C"),
            ("static", "DEED"),
            ("brute_force", "DDDD"),
        ],
        &expect![[r#"
            all_edge 0/4/0: L 2, P@C 0, U 2, S 2
            all_cloud 0/0/4: L 2, P@C 2, U 2, S 2
            static 2/2/0: L 0, P@C 0, U 0, S 0
            brute_force 4/0/0: L 0, P@C 0, U 0, S 0
        "#]],
    );
}

#[test]
fn the_columns_of_s3() {
    check(
        2,
        &[
            ("all_edge", "E"),
            ("all_cloud", "C"),
            ("static", "CCEED"),
            ("brute_force", "CCCDD"),
        ],
        &expect![[r#"
            all_edge 0/9/0: L 1, P@C 0, U 1, S 1
            all_cloud 0/0/9: L 1, P@C 1, U 1, S 1
            static 1/2/6: L 0, P@C 0, U 0, S 0
            brute_force 2/0/7: L 0, P@C 0, U 0, S 0
        "#]],
    );
}

#[test]
fn the_columns_of_s4() {
    check(
        3,
        &[
            ("all_device", "D"),
            ("all_edge", "E"),
            ("all_cloud", "C"),
            ("static", "EEEEED"),
            ("brute_force", "DDDCCD"),
            ("heuristic", "D"),
        ],
        &expect![[r#"
            all_device 45/0/0: L 0, P@C 0, U 0, S 0
            all_edge 0/45/0: L 42, P@C 0, U 42, S 43
            all_cloud 0/0/45: L 42, P@C 1, U 42, S 43
            static 1/44/0: L 41, P@C 0, U 41, S 42
            brute_force 43/0/2: L 0, P@C 0, U 0, S 1
            heuristic 45/0/0: L 0, P@C 0, U 0, S 0
        "#]],
    );
}

#[test]
fn a_violation_says_what_is_where() {
    let mut profile = profile();
    profile.tiers[1].gpu = false;
    let mut call = Call::bare("git", "git_diff");
    call.arguments = json!({"repo_path": "/edgeagent/data/lang", "target": "HEAD~1"});
    let of = |call: &Call, tier| {
        let found = audit(
            RuleSet::Strict,
            std::slice::from_ref(call),
            &[tier],
            &profile,
        );
        let broken = found.violations.into_iter().flat_map(|one| one.broken);
        broken
            .map(|(what, why)| format!("{what}: {why}"))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        of(&call, Tier::CLOUD),
        ["locality: /edgeagent/data/lang is on device"]
    );
    assert_eq!(of(&call, Tier::DEVICE), Vec::<String>::new());
    let private = Call::bare("git", "git_log");
    assert_eq!(
        of(&private, Tier::CLOUD),
        ["privacy: git_log is private, and cloud is somebody else's"]
    );
    assert_eq!(of(&private, Tier::EDGE), Vec::<String>::new());
    let absent = Call::bare("nowhere", "x");
    assert_eq!(
        of(&absent, Tier::EDGE),
        ["endpoint: nowhere is not on edge"]
    );
}

#[test]
fn what_is_not_known_is_not_taken_for_good() {
    let profile = profile();
    let call = Call::bare("log_parser", "extract_time_range");
    let found = audit(
        RuleSet::Published,
        &[call.clone(), call],
        &[Tier::EDGE, Tier::DEVICE],
        &profile,
    );
    assert_eq!((found.violations.len(), found.unjudged), (0, vec![0]));
}

proptest! {
    /// Every call is sound where it is, but for those into which a fault is planted; exactly these are found.
    #[test]
    fn every_planted_violation_is_found(plants in proptest::collection::vec(0_u8..8, 1..60)) {
        let mut profile = profile();
        let resize = profile.servers.get_mut("image_resize").expect("a server");
        let tool = |name: &str, change: &dyn Fn(&mut scheduler::profile::ToolProfile)| {
            let mut tool = match &resize.tools["compare_hashes"] {
                scheduler::profile::Known::Is(tool) => tool.clone(),
                scheduler::profile::Known::Not(why) => panic!("{why}"),
            };
            change(&mut tool);
            (name.to_owned(), scheduler::profile::Known::Is(tool))
        };
        let planted = [
            tool("on_gpu", &|tool| tool.gpu = true),
            tool("no_component", &|tool| tool.wasi = false),
            tool("secret", &|tool| tool.private = true),
        ];
        resize.tools.extend(planted);
        let (mut calls, mut tiers, mut bad) = (Vec::new(), Vec::new(), Vec::new());
        for (index, plant) in plants.iter().enumerate() {
            let mut call = Call::bare("image_resize", "compare_hashes");
            let (tier, broken) = match plant {
                0 => (Tier::CLOUD, None),
                1 => {
                    call.tool = "scan_directory".to_owned();
                    (Tier::EDGE, Some(Constraint::Locality))
                }
                2 => {
                    call.tool = "batch_resize".to_owned();
                    (Tier::CLOUD, Some(Constraint::Locality))
                }
                3 => {
                    call.arguments = json!({"options": {"deep": [1, {"er": "/edgeagent/x/../y"}]}});
                    (Tier::EDGE, Some(Constraint::Locality))
                }
                4 => {
                    call.tool = "secret".to_owned();
                    (Tier::CLOUD, Some(Constraint::Privacy))
                }
                5 => {
                    call.tool = "on_gpu".to_owned();
                    (Tier::DEVICE, Some(Constraint::Gpu))
                }
                6 => {
                    call.tool = "no_component".to_owned();
                    (Tier::EDGE, Some(Constraint::Wasi))
                }
                _ => {
                    call.server = "another".to_owned();
                    (Tier::EDGE, Some(Constraint::Endpoint))
                }
            };
            calls.push(call);
            tiers.push(tier);
            bad.extend(broken.map(|broken| (index, broken)));
        }
        let found = audit(RuleSet::Strict, &calls, &tiers, &profile);
        let found: Vec<(usize, Constraint)> = found
            .violations
            .iter()
            .flat_map(|one| one.broken.iter().map(|(what, _)| (one.call, *what)))
            .collect();
        prop_assert_eq!(found, bad);
    }

    /// A set that holds all of another's rules finds all that it finds.
    #[test]
    fn wider_rules_find_more(letters in "[DEC]{6}", chain in 0_usize..4) {
        let profile = profile();
        let (calls, tiers) = placed(&profile, CHAINS[chain], &letters);
        let of = |rules| -> Vec<usize> {
            let found = audit(rules, &calls, &tiers, &profile);
            found.violations.iter().map(|one| one.call).collect()
        };
        let (union, relabelled, strict) = (of(RuleSet::Union), of(RuleSet::Relabelled), of(RuleSet::Strict));
        for part in [of(RuleSet::Published), of(RuleSet::Privacy)] {
            prop_assert!(part.iter().all(|call| union.contains(call)));
        }
        prop_assert!(union.iter().all(|call| relabelled.contains(call)));
        prop_assert!(relabelled.iter().all(|call| strict.contains(call)));
    }

    /// No argument makes the judge panic.
    #[test]
    fn nothing_makes_judging_panic(text in ".{0,80}", key in ".{0,20}", tier in 0_usize..16) {
        let mut call = Call::bare("filesystem", "read_file");
        call.arguments = json!({key: [text]});
        let tier = Tier::at(tier).expect("a tier");
        audit(RuleSet::Strict, &[call], &[tier], &profile());
    }
}
