//! A replay's tables and pictures, from a planted record: what is not known labels the total, and a refusal is a row.

use std::path::{Path, PathBuf};

use expect_test::expect;
use figures::{draw_run, replays};
use record::{
    Breach, Bytes, DECISIONS, Decision, Digest, Metric, Nanos, Outcome, Packaging, Placement,
    Record, Recorder, Redactor, Replay, Run, Sample, Subject, Testbed, Tier, Timestamp, Trial,
};

const MS: u64 = 1_000_000;

/// Two calls, placed by three schedulers: one at home, one away and against the rules, one that refuses.
fn planted(results: &Path, command: &str) -> PathBuf {
    let mut run = Run::new(command, 0, Timestamp(86_400));
    run.machine.cpu = "Planted".to_owned();
    let mut recorder = Recorder::create(results, run, Redactor::new()).expect("a run");
    let [device, edge, _] = Tier::paper();
    let mut decisions = Vec::new();
    let mut trial = 0;
    for (scheduler, tier, broken) in [
        ("brute_force", &device, false),
        ("all_edge", &edge, true),
        ("oracle", &device, false),
    ] {
        for call in 0..2 {
            let replay = Replay {
                scenario: "s4".to_owned(),
                trace: Digest::of(b"trace"),
                call,
                scheduler: scheduler.to_owned(),
                cost_model: "none".to_owned(),
                rules: "none".to_owned(),
                profile: "published".to_owned(),
                links: "configured".to_owned(),
                believed: None,
                placement: tier.clone(),
            };
            let subject = Subject {
                server: "image_resize".to_owned(),
                packaging: Packaging::Native,
                digest: None,
            };
            let with = |sample: Sample| Sample {
                tier: Some(tier.clone()),
                testbed: Some(Testbed::Simulated),
                replay: Some(replay.clone()),
                ..sample
            };
            let new = |metric, value: Nanos| {
                with(Sample::new(Trial(trial), subject.clone(), metric, value))
            };
            let lacks = |metric, why: &str| {
                let outcome = Outcome::Unavailable {
                    why: why.to_owned(),
                    remedy: String::new(),
                };
                with(Sample::failed(
                    Trial(trial),
                    subject.clone(),
                    metric,
                    outcome,
                ))
            };
            let each = if broken { 40 } else { 100 };
            let link = if broken { 5 * MS } else { 0 };
            let moved = Bytes(if broken { 1_000 } else { 0 });
            let samples = [
                new(Metric::ReplayAnswered, Nanos((call + 1) * each * MS + link)),
                lacks(Metric::ReplayDecision, "nobody timed it"),
                new(Metric::ReplayLink, Nanos(link)),
                new(Metric::ReplayWaiting, Nanos(0)),
                match call {
                    0 => lacks(Metric::ReplayColdStart, "nobody measured it"),
                    _ => new(Metric::ReplayColdStart, Nanos(0)),
                },
                new(Metric::ReplayExecution, Nanos(each * MS)),
                new(Metric::ReplayLlm, Nanos(0)),
                with(Sample::new(
                    Trial(trial),
                    subject.clone(),
                    Metric::ReplayMoved,
                    moved,
                )),
            ];
            recorder.append(&samples).expect("appended");
            trial += 1;
            let breach = |rules: &str| Breach {
                rules: rules.to_owned(),
                why: vec!["locality: it is elsewhere".to_owned()],
            };
            let placed = Placement {
                call,
                server: "image_resize".to_owned(),
                tool: "scan_directory".to_owned(),
                tier: tier.clone(),
                why: "cheapest".to_owned(),
                breaches: match broken {
                    true => vec![breach("published"), breach("strict")],
                    false => Vec::new(),
                },
                unjudged: Vec::new(),
                explanation: None,
            };
            decisions.push(decision(scheduler, Some(placed), None));
        }
    }
    decisions.push(decision(
        "greedy",
        None,
        Some("call 0 may run nowhere".to_owned()),
    ));
    let text = Decision::write(&decisions);
    recorder.write_beside(DECISIONS, &text).expect("written");
    recorder.finish(Timestamp(86_500)).expect("sealed")
}

fn decision(scheduler: &str, placed: Option<Placement>, refused: Option<String>) -> Decision {
    Decision {
        scenario: "s4".to_owned(),
        trace: Digest::of(b"trace"),
        scheduler: scheduler.to_owned(),
        cost_model: None,
        rules: None,
        profile: "published".to_owned(),
        links: "configured".to_owned(),
        believed: None,
        placed,
        refused,
    }
}

#[test]
fn a_replays_total_says_what_it_is_without() {
    let results = tempfile::tempdir().expect("a temporary folder");
    let run = planted(results.path(), "replay");
    let record = Record::read(&run).expect("readable");
    let pages = replays(&record, &run).expect("tables");
    let [(table, sheet)] = &pages[..] else {
        panic!("one page");
    };
    expect![[r#"
        Replay of s4: profile published, links configured, simulated; latency without decision, cold start
        scheduler        latency     link  execution    moved  calls on     breaks  breaks   regret
                                                                         published  strict
        ───────────────────────────────────────────────────────────────────────────────────────────
        brute_force       200 ms     0 ns     200 ms      0 B  2 device          0       0     0 ns
        all_edge         85.0 ms  10.0 ms    80.0 ms  2.00 kB  2 edge            2       2  −115 ms
        oracle            200 ms     0 ns     200 ms      0 B  2 device          0       0     0 ns
        greedy       refused [1]        –          –        –  –                 –       –        –
        [1] refused: call 0 may run nowhere
        Run 1970-01-02-planted-replay-1. Virtual time: no clock was read, and the same trace, profile and
          options give the same bytes on every machine.
        Latency: from the agent's coming to the last answer, as far as its parts are known; a part that is
          not known is in no sum. Breaks: calls that are where a rule set forbids them, judged by an auditor
          that does not see the scheduler's filter. Regret: against the oracle, which knows what every call
          will take.
        Not known: decision, because nobody timed it.
        Not known: cold start, because nobody measured it.
    "#]].assert_eq(&sheet.terminal(100, false));
    expect![[r#"
        scenario,profile,links,scheduler,cost_model,rules,believed,latency,without,decision,link,waiting,cold_start,execution,llm,moved,placed,published,strict,privacy,union,relabelled,regret
        s4,published,configured,brute_force,none,none,,200000000,"decision, cold start",not known: nobody timed it,0,0,not known: nobody measured it,200000000,0,0,2 device,0,0,0,0,0,0
        s4,published,configured,all_edge,none,none,,85000000,"decision, cold start",not known: nobody timed it,10000000,0,not known: nobody measured it,80000000,0,2000,2 edge,2,2,0,0,0,-115000000
        s4,published,configured,oracle,none,none,,200000000,"decision, cold start",not known: nobody timed it,0,0,not known: nobody measured it,200000000,0,0,2 device,0,0,0,0,0,0
        s4,published,configured,greedy,none,none,,refused: call 0 may run nowhere,,,,,,,,,,,,,,,
    "#]].assert_eq(&table.csv());
}

#[test]
fn figures_8_and_9_are_drawn_from_a_record_alone() {
    for (name, expected) in [
        (
            "figure8",
            expect![[r#"
        scenario,links,profile,policy,cost_model,rules,believed,latency,without,decision,link,waiting,cold_start,execution,llm,over_proposed,published,strict,printed,holds
        s4,configured,published,brute_force,none,none,,200000000,"decision, cold start",not known: nobody timed it,0,0,not known: nobody measured it,200000000,0,1.0000,0,0,is faster than all baselines,DOES NOT HOLD
        s4,configured,published,all_edge,none,none,,85000000,"decision, cold start",not known: nobody timed it,10000000,0,not known: nobody measured it,80000000,0,0.4250,2,2,,
        s4,configured,published,oracle,none,none,,200000000,"decision, cold start",not known: nobody timed it,0,0,not known: nobody measured it,200000000,0,1.0000,0,0,,
        s4,configured,published,greedy,none,none,,refused: call 0 may run nowhere,,,,,,,,,,,,
    "#]],
        ),
        (
            "figure9",
            expect![[r#"
                scenario,profile,links,policy,cost_model,rules,calls,device,edge,cloud,elsewhere,published,privacy,union,relabelled,strict,printed_device,printed_edge,printed_cloud,printed_violations,placement_agrees,violations_agree
                s4,published,configured,brute_force,none,none,2,2,0,0,0,0,0,0,0,0,43,,2,0,DIFFERS,agrees
                s4,published,configured,all_edge,none,none,2,0,2,0,0,2,0,0,0,2,,,,42,,DIFFERS
                s4,published,configured,oracle,none,none,2,2,0,0,0,0,0,0,0,0,,,,,,
                s4,published,configured,greedy,none,none,refused: call 0 may run nowhere,,,,,,,,,,,,,,,
            "#]],
        ),
    ] {
        let results = tempfile::tempdir().expect("a temporary folder");
        let run = planted(results.path(), name);
        let out = results.path().join("out");
        let files = draw_run(&run, &out).expect("drawn");
        let names: Vec<String> = files
            .iter()
            .filter_map(|file| Some(file.file_name()?.to_str()?.to_owned()))
            .collect();
        assert_eq!(
            names,
            ["csv", "md", "svg", "png"].map(|end| format!("{name}.{end}"))
        );
        let csv = std::fs::read_to_string(out.join(format!("{name}.csv"))).expect("written");
        expected.assert_eq(&csv);
        let svg = std::fs::read_to_string(out.join(format!("{name}.svg"))).expect("written");
        assert!(svg.contains("all_edge") && svg.contains("greedy"), "{name}");
    }
}

#[test]
fn decisions_that_nobody_wrote_are_told() {
    let results = tempfile::tempdir().expect("a temporary folder");
    let run = planted(results.path(), "figure9");
    let whole = std::fs::read_to_string(run.join(DECISIONS)).expect("written");
    for (damaged, line) in [
        (whole.replacen("\"call\":1", "\"call\":-1", 1), "line 2"),
        (whole.replacen('{', "", 1), "line 1"),
        (format!("{whole}[[[[\n"), "line 8"),
        (whole.replace("\"device\"", "\"../x\""), "line 1"),
    ] {
        std::fs::write(run.join(DECISIONS), damaged).expect("written");
        let error = draw_run(&run, &run).expect_err("damaged").to_string();
        assert!(
            error.contains(line) && error.contains("replay again"),
            "{error}"
        );
    }
}
