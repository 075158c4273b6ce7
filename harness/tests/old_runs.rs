//! What can be done with runs without measuring: list, show, export, remove, compare. On planted runs, by the program.

use std::path::Path;
use std::process::Output;

use record::{
    Count, Evidence, Input, InputSize, Metric, Nanos, Outcome, Packaging, Recorder, Redactor, Run,
    Sample, StartClass, Subject, Timestamp, Transport, Trial,
};

#[expect(
    clippy::disallowed_methods,
    reason = "a test of the program starts the program"
)]
fn harness(results: &Path, arguments: &[&str]) -> Output {
    std::process::Command::new(env!("CARGO_BIN_EXE_harness"))
        .args(arguments)
        .arg("--out")
        .arg(results)
        .env("NO_COLOR", "1")
        // No checkout is needed to look at what was measured.
        .current_dir(results)
        .env_remove("CARGO_MANIFEST_DIR")
        .output()
        .expect("it starts")
}

/// What the command prints, once it has ended in this code.
#[track_caller]
fn said(results: &Path, arguments: &[&str], code: i32) -> (String, String) {
    let output = harness(results, arguments);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, errors) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(
        output.status.code(),
        Some(code),
        "{arguments:?}: {out}{errors}"
    );
    (out, errors)
}

/// A run of six tools in two packagings, eight rounds of three; one of them takes so many percent more.
fn plant(results: &Path, day: u64, percent: u64) -> String {
    let mut run = Run::new("table3", 42, Timestamp(day * 86_400));
    run.machine.cpu = "Planted".into();
    let mut recorder = Recorder::create(results, run, Redactor::new()).expect("a run");
    let mut trial = 0;
    for packaging in [Packaging::Component, Packaging::Native] {
        for tool in 0..6 {
            for round in 0..8 {
                for repetition in 0..3 {
                    trial += 1;
                    // Rounds differ by half a percent, samples by a whole one.
                    let spread = (round * 5 + day) % 7 + repetition * 5;
                    let slow = tool == 3 && packaging == Packaging::Native;
                    let more = if slow { percent } else { 0 };
                    let value = (1_000 + spread) * (100 + more) * (tool + 1);
                    let subject = Subject {
                        server: "noop".into(),
                        packaging,
                        digest: None,
                    };
                    let name = format!("tool_{tool}");
                    let sample = Sample {
                        input: Some(Input {
                            name: format!("{name}-small"),
                            size: InputSize::Small,
                            bytes: record::Bytes(10),
                        }),
                        tool: Some(name),
                        transport: Some(Transport::Stdio),
                        start: Some(StartClass::Warm),
                        round: Some(Count(round)),
                        ..Sample::new(Trial(trial), subject, Metric::Execution, Nanos(value))
                    };
                    recorder.append(&[sample]).expect("appended");
                }
            }
        }
    }
    if day == 2 {
        let subject = Subject {
            server: "noop".into(),
            packaging: Packaging::Component,
            digest: None,
        };
        let how = "signal 11".to_owned();
        let crashed = Sample {
            evidence: Some(Evidence {
                signal: Some(11),
                stderr: vec!["thread 'main' panicked".into()],
                ..Evidence::default()
            }),
            ..Sample::failed(
                Trial(9_999),
                subject,
                Metric::FirstAnswer,
                Outcome::Crashed { how },
            )
        };
        recorder.append(&[crashed]).expect("appended");
    }
    let id = recorder.run().id.clone();
    recorder
        .finish(Timestamp(day * 86_400 + 60))
        .expect("sealed");
    id
}

#[test]
fn a_regression_ends_in_its_code_and_names_itself_alone() {
    let results = tempfile::tempdir().expect("a folder");
    let results = results.path();
    let (before, equal, slower) = (
        plant(results, 1, 0),
        plant(results, 2, 0),
        plant(results, 3, 12),
    );

    let (out, errors) = said(
        results,
        &["compare", &before, &equal, "--fail-above", "10%"],
        0,
    );
    assert!(out.contains(": 12 same"), "{out}");
    assert!(!errors.contains("worse"), "{errors}");

    let (out, errors) = said(
        results,
        &["compare", &before, "latest", "--fail-above", "10%"],
        6,
    );
    assert!(
        out.contains(": 1 slower, 11 same") && out.contains("tool_3-small"),
        "{out}"
    );
    let worse: Vec<&str> = errors
        .lines()
        .filter(|line| line.starts_with("worse"))
        .collect();
    assert_eq!(
        worse,
        ["worse: execution of noop as native, tool_3-small: +12.0 %"]
    );
    said(
        results,
        &["compare", &before, &slower, "--fail-above", "15%"],
        0,
    );
    said(
        results,
        &["compare", &slower, &before, "--fail-above", "5"],
        0,
    );

    let (out, _) = said(results, &["compare", &before, &slower, "--json"], 0);
    let json: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    let cells = json["comparison"]["cells"].as_array().expect("cells");
    let slow: Vec<&serde_json::Value> = cells
        .iter()
        .filter(|cell| cell["verdict"] == "slower")
        .collect();
    assert_eq!((cells.len(), slow.len()), (12, 1));
    assert_eq!(slow[0]["cell"]["tool"], "tool_3");

    let file = results.join("comparison.csv");
    let path = file.to_str().expect("text");
    let asked = ["compare", &before, &slower, "--markdown", "--csv", path];
    let (out, _) = said(results, &asked, 0);
    let csv = std::fs::read_to_string(&file).expect("text");
    assert!(
        csv.starts_with("verdict,change,server") && csv.lines().count() == 13,
        "{csv}"
    );
    assert!(
        out.starts_with("### ") && out.contains("<details><summary>All 12 cells"),
        "{out}"
    );
    let (before_fold, _) = out.split_once("<details>").expect("folded");
    assert!(
        before_fold.contains("tool\\_3-small") && !before_fold.contains("tool\\_2"),
        "{out}"
    );
}

#[test]
fn a_comparison_that_cannot_be_made_says_what_to_do() {
    let results = tempfile::tempdir().expect("a folder");
    let results = results.path();
    let (one, other) = (plant(results, 1, 0), plant(results, 2, 0));
    let cases: &[(&[&str], &str)] = &[
        (&[&one, &one], "are the same run; name two"),
        (&[&one, "yesterday"], "no run yesterday"),
        (
            &[&one, &other, "--server", "nope"],
            "no cell of nope in common",
        ),
        (&[&one, &other, "--metric", "size-raw"], "no cell in common"),
        (
            &[&one, &other, "--metric", "speed"],
            "\"speed\" is no metric; give one of first-answer",
        ),
        (&[&one, &other, "--fail-above", "x"], "for example 10%"),
        (&[&one, "19"], "give more of its name"),
    ];
    for (arguments, expected) in cases {
        let arguments = [&["compare"], *arguments].concat();
        let (_, errors) = said(results, &arguments, 2);
        assert!(errors.contains(expected), "{arguments:?}: {errors}");
    }
    // What was edited is refused, and says so.
    let samples = results.join("runs").join(&other).join("samples.jsonl");
    let text = std::fs::read_to_string(&samples).expect("text");
    std::fs::write(&samples, text.replacen("\"value\":1", "\"value\":2", 1)).expect("written");
    let (_, errors) = said(results, &["compare", &one, &other], 2);
    assert!(
        errors.contains("was changed after the run ended"),
        "{errors}"
    );
}

#[test]
fn runs_are_listed_shown_exported_and_removed() {
    let results = tempfile::tempdir().expect("a folder");
    let results = results.path();
    let (_, errors) = said(results, &["runs", "list"], 0);
    assert!(errors.contains("there are no runs in"), "{errors}");
    let (one, two) = (plant(results, 1, 0), plant(results, 2, 0));

    let (out, _) = said(results, &["runs", "list"], 0);
    let lines: Vec<&str> = out.lines().collect();
    assert!(
        lines[1].starts_with(&two) && lines[2].starts_with(&one),
        "{out}"
    );
    assert!(
        lines[1].contains("finished") && lines[1].contains("289"),
        "{out}"
    );
    let (out, _) = said(results, &["runs", "list", "--json"], 0);
    let json: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(json[1]["id"], one.as_str());

    let (out, _) = said(results, &["runs", "show"], 0);
    for part in [
        "finished 1970-01-03T00:01:00Z; its samples are the ones it was sealed with",
        "289; 1 of failed trials; 0 disturbed",
        "NOT THIS MACHINE",
        "trial 9999: noop as component, first-answer: crashed: signal 11",
        "| thread 'main' panicked",
    ] {
        assert!(out.contains(part), "no {part}: {out}");
    }
    let (out, _) = said(results, &["runs", "show", "table3-1", "--json"], 2);
    assert_eq!(out, "", "two runs end so");

    let (out, _) = said(results, &["runs", "export", &one], 0);
    assert_eq!(out.lines().count(), 289);
    let file = results.join("samples.csv");
    let path = file.to_str().expect("text");
    said(results, &["runs", "export", &one, "--csv", path], 0);
    assert_eq!(std::fs::read_to_string(&file).expect("text"), out);

    let (_, errors) = said(results, &["runs", "prune"], 2);
    assert!(
        errors.contains("give --keep N, --older-than 30d, or both"),
        "{errors}"
    );
    let (out, errors) = said(results, &["runs", "prune", "--keep", "0"], 0);
    assert!(
        out.starts_with(&format!("would remove {one}")) && errors.contains("--yes"),
        "{out}"
    );
    assert!(!out.contains(&two), "latest leads there");
    let (out, _) = said(
        results,
        &["runs", "prune", "--older-than", "52w", "--yes"],
        0,
    );
    assert!(out.starts_with(&format!("removed {one}")), "{out}");
    let left = record::list(results).expect("listed");
    assert_eq!(left.len(), 1);
}

#[test]
fn a_run_is_drawn_again_without_measuring() {
    let results = tempfile::tempdir().expect("a folder");
    let results = results.path();
    let (one, two) = (plant(results, 1, 0), plant(results, 2, 0));
    let (out, errors) = said(results, &["table3", "--run", "latest"], 0);
    assert!(
        out.contains("Table III") && out.contains("table3.md"),
        "{out}"
    );
    assert!(
        errors.contains(&format!("{two}: measured on another machine (Planted)")),
        "{errors}"
    );
    let drawn = |id: &str| results.join("runs").join(id).join("table3.md").exists();
    assert!(drawn(&two) && !drawn(&one));
    let both = ["table3", "--run", &one, "--run", &two];
    let (out, _) = said(results, &both, 0);
    assert!(out.contains(&one) && out.contains(&two), "{out}");
    let (out, _) = said(results, &[&both[..], &["--json"]].concat(), 0);
    let json: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(json["runs"][1], two.as_str());
    assert!(!drawn(&one), "the table belongs to neither");
    let (_, errors) = said(results, &["table3", "--run", &one, "--run", "no"], 2);
    assert!(errors.contains("no run no"), "{errors}");
}
