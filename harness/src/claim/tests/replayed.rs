//! Claims about policies: what the published profile says of each, and that each can hold, fail and be untestable.

use expect_test::expect;
use scheduler::profile::Profile;

use super::*;
use crate::profile::{self, Editions};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn published() -> Profile {
    profile::published(&root()).expect("it is committed")
}

/// Replays by the published profile, and by these of a run.
fn replays(scaled: Profile, unscaled: Profile) -> Replays {
    let traces = profile::traces(&root()).expect("they are committed");
    Replays::new(&published(), Editions { scaled, unscaled }, traces)
}

/// A run that measured nothing.
fn nothing() -> Editions {
    profile::of_checkout(&root(), &record(Vec::new()), "measured").expect("the checkout suffices")
}

#[test]
fn the_published_profile_says_this_of_the_papers_sentences() {
    let replays = replays(published(), published());
    let mut said = String::new();
    for claim in every().replayed {
        for by in [Basis::Configured, Basis::Published] {
            let judged = claim.judge(by, &replays);
            let found = format!(
                "{} {}: {}, {}",
                claim.id,
                by.name(),
                judged.found,
                judged.why
            );
            said.push_str(&format!(
                "{} {found}\n",
                judged.verdict.name().to_uppercase()
            ));
        }
    }
    expect![[r#"
        REPRODUCED zero-violations configured: 0 calls, all within 0 calls
        REPRODUCED zero-violations published: 0 calls, all within 0 calls
        NOT REPRODUCED zero-violations-relabelled configured: 0–1 call, not within 0 calls: s1 brute_force 1 call, s4 brute_force 1 call
        NOT REPRODUCED zero-violations-relabelled published: 0–1 call, not within 0 calls: s1 brute_force 1 call, s4 brute_force 1 call
        REPRODUCED violations-all-edge configured: 42 calls, all within 42 calls
        REPRODUCED violations-all-edge published: 42 calls, all within 42 calls
        REPRODUCED violations-all-cloud configured: 42 calls, all within 42 calls
        REPRODUCED violations-all-cloud published: 42 calls, all within 42 calls
        REPRODUCED violations-static configured: 41 calls, all within 41 calls
        REPRODUCED violations-static published: 41 calls, all within 41 calls
        REPRODUCED placement-device configured: 43 calls, all within 43 calls
        REPRODUCED placement-device published: 43 calls, all within 43 calls
        REPRODUCED placement-cloud configured: 2 calls, all within 2 calls
        REPRODUCED placement-cloud published: 2 calls, all within 2 calls
        NOT REPRODUCED placement-cloud-external configured: 0 calls, not within 2 calls: s4 brute_force 0 calls
        NOT REPRODUCED placement-cloud-external published: 0 calls, not within 2 calls: s4 brute_force 0 calls
        REPRODUCED all-edge-violates configured: 2 calls, all within at least 1 call
        REPRODUCED all-edge-violates published: 2 calls, all within at least 1 call
        REPRODUCED s1-all-edge-fastest configured: 0.25–0.58 ×, all within at most 1 ×
        REPRODUCED s1-all-edge-fastest published: 0.30–0.58 ×, all within at most 1 ×
        NOT REPRODUCED s2-all-edge-fastest configured: 1.00–50.0 ×, not within at most 1 ×: s2 all_edge / all_device 50.0 ×, s2 all_edge / all_cloud 14.3 ×, s2 all_edge / brute_force 50.0 ×
        NOT REPRODUCED s2-all-edge-fastest published: 1.05–55.7 ×, not within at most 1 ×: s2 all_edge / all_device 55.7 ×, s2 all_edge / all_cloud 1.64 ×, s2 all_edge / static 1.05 ×, s2 all_edge / brute_force 55.7 ×
        REPRODUCED s1-within-2.5 configured: 1.73 ×, all within 1–2.5 ×
        REPRODUCED s1-within-2.5 published: 1.80 ×, all within 1–2.5 ×
        BETTER THAN s2-within-2.5 configured: 0.0200 ×, beyond 1–2.5 ×, on the better side: s2 brute_force / all_edge 0.0200 ×
        BETTER THAN s2-within-2.5 published: 0.0179 ×, beyond 1–2.5 ×, on the better side: s2 brute_force / all_edge 0.0179 ×
        REPRODUCED s3-all-device-2 configured: 2.14 ×, all within 1.5–2.5 ×
        REPRODUCED s3-all-device-2 published: 1.83 ×, all within 1.5–2.5 ×
        NOT REPRODUCED s4-beats-all configured: 1.00–6.43 ×, not within at most 1 ×: s4 brute_force / all_edge 2.80 ×, s4 brute_force / all_cloud 6.43 ×, s4 brute_force / static 2.80 ×
        NOT REPRODUCED s4-beats-all published: 1.00–3.92 ×, not within at most 1 ×: s4 brute_force / all_device 1.00 ×, s4 brute_force / all_edge 2.68 ×, s4 brute_force / all_cloud 3.92 ×, s4 brute_force / static 2.68 ×
        BETTER THAN cloud-only-2.3 configured: 3.49 ×, beyond 2.25–2.35 ×, on the better side: s2 all_cloud / brute_force 3.49 ×
        BETTER THAN cloud-only-2.3 published: 33.9 ×, beyond 2.25–2.35 ×, on the better side: s2 all_cloud / brute_force 33.9 ×
    "#]].assert_eq(&said);
}

#[test]
fn every_committed_claim_of_policies_can_hold_fail_and_be_untestable() {
    let Editions { scaled, unscaled } = nothing();
    let replays = replays(scaled, unscaled);
    for mut claim in every().replayed {
        let judged = claim.judge(Basis::Measured, &replays);
        // What is counted depends on labels; what is timed, and what a policy makes of times, on times.
        let timed = claim.quantity == policy::Outcome::Latency || claim.of == ["brute_force"];
        assert_eq!(
            judged.verdict == Verdict::NotTestable,
            timed,
            "{}: {}",
            claim.id,
            judged.why
        );
        assert!(
            !timed || judged.why.contains("did not measure it"),
            "{}",
            judged.why
        );
        (claim.low, claim.high, claim.better) = (Some(0.0), None, None);
        let anything = claim.judge(Basis::Published, &replays).verdict;
        assert_eq!(anything, Verdict::Reproduced, "{}", claim.id);
        claim.low = Some(1e9);
        let never = claim.judge(Basis::Published, &replays).verdict;
        assert_eq!(never, Verdict::NotReproduced, "{}", claim.id);
        (claim.low, claim.high) = (None, Some(1e9));
        claim.scenarios = vec!["s9".to_owned()];
        let none = claim.judge(Basis::Published, &replays);
        assert_eq!(none.verdict, Verdict::NotTestable, "{}", claim.id);
        assert!(
            none.why.contains("s9 is no committed trace"),
            "{}",
            none.why
        );
    }
}

#[test]
fn tolerance_is_for_our_numbers_alone() {
    let replays = replays(published(), published());
    let all = every().replayed;
    let claim = all.iter().find(|claim| claim.id == "s4-beats-all");
    let mut claim = claim.expect("it is committed").clone();
    claim.over = vec!["all_device".to_owned()];
    (claim.high, claim.tolerance) = (Some(0.99), 0.5);
    let verdict = |by| claim.judge(by, &replays).verdict;
    // The proposed policy takes 1.002 times as long as the device alone.
    assert_eq!(verdict(Basis::Published), Verdict::NotReproduced);
    assert_eq!(verdict(Basis::Measured), Verdict::Reproduced);
}

const REPLAY: &str = r#"
[[replay]]
id = "a"
says = "faster"
source = "VIII-C"
judged_by = ["published"]
quantity = "latency"
scenarios = ["s4"]
of = ["brute_force"]
over = ["all_cloud"]
high = 1
tolerance = 0.05
"#;

#[test]
fn each_fault_of_a_claim_of_policies_is_named_with_its_remedy() {
    let file = Path::new("claims.toml");
    let good = parse(file, REPLAY).expect("acceptable");
    assert_eq!((good.measured.len(), good.replayed.len()), (0, 1));
    for (from, to, named) in [
        ("[\"published\"]", "[\"run\"]", "what is no replay"),
        ("[\"published\"]", "[]", "judged_by is empty"),
        ("[\"s4\"]", "[]", "name what it is about"),
        ("\"brute_force\"", "\"fastest\"", "is no scheduler"),
        ("over = [\"all_cloud\"]", "", "over belongs to latency"),
        ("\"latency\"", "\"violations\"", "over belongs to latency"),
        (
            "\"latency\"\n",
            "\"latency\"\nrules = \"union\"\n",
            "rules belongs to violations",
        ),
        (
            "\"latency\"\n",
            "\"latency\"\nrules = \"none\"\n",
            "is no rule set",
        ),
        (
            "\"latency\"\n",
            "\"latency\"\ntier = \"edge\"\n",
            "tier belongs to calls",
        ),
        (
            "high = 1\n",
            "high = 1\nacross = \"mean\"\n",
            "across is neither",
        ),
        ("high = 1\n", "", "cannot fail"),
        ("says", "said", "unknown field `said`"),
        ("id = \"a\"", "id = \"\"", "id, says or source is empty"),
    ] {
        let text = REPLAY.replacen(from, to, 1);
        assert_ne!(text, REPLAY, "{from} is there");
        let error = parse(file, &text).expect_err(named).to_string();
        assert!(error.contains(named), "{named}: {error}");
    }
    let both = format!("{GOOD}{REPLAY}");
    let twice = parse(file, &both).expect_err("twice").to_string();
    assert!(twice.contains("id stands twice"), "{twice}");
    let error = parse(file, &GOOD.replace("[\"run\"]", "[\"published\"]"));
    let error = error.expect_err("no run").to_string();
    assert!(error.contains("which a [[replay]] has"), "{error}");
}
