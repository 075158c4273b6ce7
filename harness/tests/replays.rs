//! `replay`, `figure8`, `figure9` and `table2` as a person runs them: equal bytes, exit codes, and what the published profile predicts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use record::Record;

/// What a command said and how it ended.
struct Ended {
    code: Option<i32>,
    out: String,
    err: String,
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test of the program starts the program"
)]
fn harness(out: &Path, arguments: &[&str]) -> Ended {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_harness"))
        .current_dir(root)
        .args(arguments)
        .arg("--out")
        .arg(out)
        .output()
        .expect("it starts");
    Ended {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).expect("text"),
        err: String::from_utf8(output.stderr).expect("text"),
    }
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// The folder of the newest run, and the rows of its only table.
fn rows(out: &Path, arguments: &[&str]) -> (PathBuf, Vec<BTreeMap<String, String>>) {
    let mut arguments = arguments.to_vec();
    arguments.push("--json");
    let ended = harness(out, &arguments);
    assert_eq!(ended.code, Some(0), "{arguments:?}: {}", ended.err);
    let told: serde_json::Value = serde_json::from_str(&ended.out).expect("JSON");
    let tables = told["tables"].as_object().expect("tables");
    let table = tables.values().next().expect("a table").clone();
    let run = told["run"].as_str().expect("a folder");
    (out.join(run), serde_json::from_value(table).expect("rows"))
}

/// What the specification has in its table 5.6, in hundredths of a millisecond, for S1 to S4: under the configured links, then
/// under the published round trips.
const PREDICTED: [(&str, [u64; 4], [u64; 4]); 6] = [
    (
        "all_device",
        [298_800, 1_990, 1_345_250, 6_763_410],
        [298_800, 1_990, 1_345_250, 6_763_410],
    ),
    (
        "all_edge",
        [75_029, 99_598, 871_780, 2_404_621],
        [89_137, 110_884, 897_174, 2_531_593],
    ),
    (
        "all_cloud",
        [133_251, 6_943, 630_266, 1_049_295],
        [208_922, 67_480, 766_474, 1_730_334],
    ),
    (
        "static",
        [135_694, 99_973, 697_542, 2_405_048],
        [153_649, 105_616, 793_990, 2_529_199],
    ),
    (
        "brute_force",
        [129_836, 1_990, 627_457, 6_744_955],
        [160_104, 1_990, 733_396, 6_775_223],
    ),
    (
        "heuristic",
        [130_909, 1_990, 626_800, 6_763_410],
        [146_043, 1_990, 717_605, 6_763_410],
    ),
];

#[test]
fn the_published_profile_predicts_what_the_specification_says() {
    let out = folder();
    let policies = PREDICTED.map(|(policy, ..)| policy).join(",");
    for (place, links) in ["configured", "published-rtt"].into_iter().enumerate() {
        let (_, rows) = rows(
            out.path(),
            &[
                "replay",
                "--trace",
                "s1,s2,s3,s4",
                "--scheduler",
                &policies,
                "--profile",
                "published",
                "--cost",
                "reference",
                "--rules",
                "published",
                "--links",
                links,
                "--believed",
                "configured",
            ],
        );
        for (policy, configured, round_trips) in PREDICTED {
            let expected = [configured, round_trips][place];
            let own = rows.iter().filter(|row| row["scheduler"] == policy);
            let latencies: Vec<u64> = own
                .map(|row| row["latency"].parse().expect("nanoseconds"))
                .collect();
            assert_eq!(latencies.len(), 4);
            for (latency, expected) in latencies.into_iter().zip(expected) {
                let off = latency.abs_diff(expected * 10_000);
                assert!(
                    off < 1_000_000,
                    "{policy} over {links}: {latency} ns, not {expected}0 us"
                );
            }
        }
        assert!(
            rows.iter()
                .all(|row| row["without"] == "decision, cold start")
        );
    }
}

#[test]
fn the_same_question_gives_the_same_bytes() {
    let texts = || {
        let out = folder();
        let ended = harness(
            out.path(),
            &["replay", "--trace", "s3", "--scheduler", "all", "--explain"],
        );
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        let run = record::latest(out.path()).expect("a run");
        let read = |name: &str| std::fs::read(run.join(name)).expect("a file of the run");
        (
            read("samples.jsonl"),
            read("decisions.jsonl"),
            read("replay.csv"),
        )
    };
    assert_eq!(texts(), texts());
    let crowd = || {
        let out = folder();
        let ended = harness(
            out.path(),
            &[
                "replay",
                "--trace",
                "s2",
                "--scheduler",
                "greedy,all_edge",
                "--agents",
                "500",
                "--rate",
                "2",
                "--capacity",
                "edge=2",
                "--online",
                "--seed",
                "7",
            ],
        );
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        let run = record::latest(out.path()).expect("a run");
        std::fs::read(run.join("load.json")).expect("a file of the run")
    };
    assert_eq!(crowd(), crowd());
}

#[test]
fn a_broken_rule_is_exit_3_where_it_is_enforced_and_a_bad_word_exit_2() {
    let out = folder();
    for (code, arguments, said) in [
        (0, "--trace s4.json --scheduler all_edge", ""),
        (
            3,
            "--trace s4.json --scheduler all_edge --enforce",
            "all_edge breaks the strict rules in 45 calls of s4",
        ),
        (
            3,
            "--trace s4 --scheduler all_edge --rules published --enforce",
            "published rules in 42 calls",
        ),
        (0, "--trace s4 --scheduler dp --enforce", ""),
        (
            0,
            "--trace s4 --scheduler brute_force --cost reference --rules published --enforce",
            "",
        ),
        (
            2,
            "--trace s9 --scheduler dp",
            "give a path, or one of s1, s2, s3, s4",
        ),
        (
            2,
            "--trace s4 --scheduler best",
            "give one of all_device, all_edge",
        ),
        (
            2,
            "--trace s4 --scheduler dp --profile mine",
            "is no file, and no profile",
        ),
        (
            2,
            "--trace s4 --scheduler dp --links wifi",
            "give one of configured, published-rtt",
        ),
        (2, "--trace s4 --scheduler dp --cost cheap", "no cost model"),
        (
            2,
            "--trace s4 --scheduler dp --capacity moon=2 --agents 2",
            "give one of device, edge, cloud",
        ),
        (
            2,
            "--trace s4 --scheduler dp --agents 100000 --samples",
            "at most 1000000",
        ),
        (
            2,
            "--trace s4 --scheduler dp --agents 1000000000",
            "have them come one after another with --rate",
        ),
        (2, "--trace s4 --scheduler dp --decision 5", "write it like"),
        (
            2,
            "--trace s4 --scheduler dp --testbed emulated",
            "simulated",
        ),
    ] {
        let mut words = vec!["replay"];
        words.extend(arguments.split(' '));
        let ended = harness(out.path(), &words);
        assert_eq!(ended.code, Some(code), "{arguments}: {}", ended.err);
        assert!(ended.err.contains(said), "{arguments}: {}", ended.err);
    }
}

#[test]
fn what_is_given_for_a_tier_is_told_to_schedulers() {
    let out = folder();
    let asked = [
        "replay",
        "--trace",
        "s4",
        "--scheduler",
        "dp",
        "--cost",
        "latency",
        "--profile",
        "measured",
    ];
    let dp = |more: &[&str]| {
        let (_, rows) = rows(out.path(), &[&asked[..], more].concat());
        rows[0]["latency"].clone()
    };
    assert!(dp(&[]).starts_with("refused: cost model latency: retention"));
    let given = dp(&["--retention", "device=300 s,edge=5 s,cloud=300 s"]);
    assert!(given.parse::<u64>().is_ok(), "{given}");
}

#[test]
fn what_plans_are_not_compared_by_is_said() {
    let out = folder();
    let ended = harness(
        out.path(),
        &["replay", "--trace", "s2", "--scheduler", "pareto"],
    );
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    // Lines are as wide as the terminal.
    let words: Vec<&str> = ended.out.split_whitespace().collect();
    let said = words.join(" ");
    let expected = "pareto compares plans by cost and exposure_bytes, without energy_joules, because power of tier device is not known: the paper measured no power";
    assert!(said.contains(expected), "{said}");
    assert!(said.contains("Plans that none other beats in everything"));
}

#[test]
fn what_pareto_chose_from_stands_beside_what_it_chose() {
    let out = folder();
    let asked = [
        "replay",
        "--trace",
        "s1,s4",
        "--scheduler",
        "pareto",
        "--rules",
        "published",
    ];
    let (run, _) = rows(out.path(), &asked);
    let mut file = csv::Reader::from_path(run.join("replay-front.csv")).expect("a file");
    let front: Vec<BTreeMap<String, String>> =
        file.deserialize().map(|row| row.expect("a row")).collect();
    for trace in ["s1", "s4"] {
        let own = || front.iter().filter(|row| row["scenario"] == trace);
        assert_eq!(own().filter(|row| row["chosen"] == "yes").count(), 1);
        // What costs more exposes less, or it would be beaten.
        let number =
            |row: &BTreeMap<String, String>, key: &str| row[key].parse::<u64>().expect("a number");
        let pairs: Vec<(u64, u64)> = own()
            .map(|row| (number(row, "cost"), number(row, "exposure_bytes")))
            .collect();
        assert!(pairs.len() > 1, "{trace}");
        assert!(
            pairs.is_sorted_by(|one, next| one.0 <= next.0 && one.1 >= next.1),
            "{pairs:?}"
        );
    }
}

#[test]
fn independent_calls_overlap_where_that_is_asked_for() {
    let out = folder();
    let asked = ["replay", "--trace", "s3", "--scheduler", "all_cloud"];
    let latency = |more: &[&str]| {
        let (_, rows) = rows(out.path(), &[&asked[..], more].concat());
        rows[0]["latency"].parse::<u64>().expect("nanoseconds")
    };
    // Three pages and three summaries, each pair independent of the others.
    assert!(latency(&["--side-by-side"]) * 2 < latency(&[]));
}

#[test]
fn every_call_of_many_agents_is_written_where_it_is_asked_for() {
    let out = folder();
    let arguments = [
        "replay",
        "--trace",
        "s1",
        "--scheduler",
        "dp",
        "--agents",
        "20",
        "--users",
        "3",
        "--samples",
    ];
    let (run, rows) = rows(out.path(), &arguments);
    assert_eq!(rows[0]["agents"], "20");
    let record = Record::read(&run).expect("a record");
    // Twenty agents with five calls, and two numbers of each.
    assert_eq!(record.samples.len(), 200);
    assert!(record.samples.iter().all(|sample| sample.fault().is_none()));
}

#[test]
fn figures_8_and_9_are_drawn_beside_their_numbers_and_can_be_drawn_again() {
    let out = folder();
    let (run, placements) = rows(out.path(), &["figure9"]);
    let of = |policy: &str, key: &str| {
        let row = placements.iter().find(|row| row["policy"] == policy);
        row.expect("a policy")[key].clone()
    };
    let broken = [
        "all_device",
        "all_edge",
        "all_cloud",
        "static",
        "brute_force",
        "heuristic",
    ];
    let broken = broken.map(|policy| of(policy, "published"));
    assert_eq!(broken, ["0", "42", "42", "41", "0", "0"]);
    let relabelled = ["all_edge", "static", "brute_force"].map(|policy| of(policy, "relabelled"));
    assert_eq!(relabelled, ["43", "42", "1"]);
    let on = ["device", "edge", "cloud"].map(|tier| of("brute_force", tier));
    assert_eq!(on, ["43", "0", "2"]);
    let picture = run.join("figure9.png");
    let drawn = std::fs::read(&picture).expect("a picture");
    assert!(drawn.starts_with(b"\x89PNG"));
    std::fs::remove_file(&picture).expect("removed");
    let id = run
        .file_name()
        .and_then(|name| name.to_str())
        .expect("an id");
    let again = harness(out.path(), &["figure9", "--run", id]);
    assert_eq!(again.code, Some(0), "{}", again.err);
    assert_eq!(std::fs::read(&picture).expect("drawn again"), drawn);

    let (run, latencies) = rows(out.path(), &["figure8"]);
    // Four scenarios, two sets of links, seven policies.
    assert_eq!(latencies.len(), 56);
    let fails = |scenario: &str| {
        let of = |row: &&BTreeMap<String, String>| row["scenario"] == scenario;
        let mut rows = latencies.iter().filter(of);
        rows.any(|row| row["holds"] == "DOES NOT HOLD")
    };
    assert_eq!(
        ["s1", "s2", "s3", "s4"].map(fails),
        [false, true, false, true]
    );
    for end in ["csv", "md", "svg", "png"] {
        assert!(run.join(format!("figure8.{end}")).is_file(), "{end}");
    }
    let wrong = harness(out.path(), &["figure9", "--run", "latest"]);
    assert_eq!(wrong.code, Some(2), "{}", wrong.err);
    assert!(wrong.err.contains("is a run of figure8"), "{}", wrong.err);
}

#[test]
fn table_2_says_where_the_traces_and_the_printed_table_differ() {
    let out = folder();
    let (_, rows) = rows(out.path(), &["table2"]);
    let differences: Vec<&str> = rows.iter().map(|row| row["difference"].as_str()).collect();
    assert_eq!(
        differences,
        [
            "more: data_aggregate",
            "missing: summarize",
            "more: data_aggregate",
            ""
        ]
    );
    let calls: Vec<&str> = rows.iter().map(|row| row["calls"].as_str()).collect();
    assert_eq!(calls, ["5", "4", "9", "45"]);
}
