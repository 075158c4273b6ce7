//! The verdicts that the committed run is accepted to give, and the command that stores and compares them.

use std::path::{Path, PathBuf};
use std::process::Output;

use record::{
    Metric, Nanos, Packaging, Recorder, Redactor, Run, Sample, StartClass, Subject, Timestamp,
    Transport, Trial,
};

#[expect(
    clippy::disallowed_methods,
    reason = "a test of the program starts the program"
)]
fn claims(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = std::process::Command::new(env!("CARGO_BIN_EXE_harness"))
        .arg("claims")
        .args(arguments)
        .current_dir(folder)
        .stdin(std::process::Stdio::null())
        .output()
        .expect("it starts");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (status.code(), text(stdout), text(stderr))
}

#[test]
fn the_committed_run_gives_the_accepted_verdicts() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    assert!(root.join("results/reference/table3/claims.toml").is_file());
    let (code, out, said) = claims(&root, &["--json"]);
    assert_eq!(code, Some(0), "{said}");
    let told: serde_json::Value = serde_json::from_str(&out).expect("it prints JSON");
    assert_eq!(told["differences"], serde_json::json!([]), "{said}");
    assert!(told["claims"].as_array().expect("a list").len() > 20);
    let contradictions = told["contradictions"].as_array().expect("a list").iter();
    let by_links: Vec<&str> = contradictions
        .filter(|one| one["claim"] == "s4-beats-all")
        .filter_map(|one| one["by"].as_str())
        .collect();
    assert_eq!(by_links, ["configured", "published"]);
}

const CLAIM: &str = r#"
[[claim]]
id = "cold"
says = "approximately 53 ms"
source = "VIII-B a"
judged_by = ["run"]
quantity = "cold-start"
of = "component"
servers = ["git"]
across = "each"
unit = "ms"
low = 50
high = 56
tolerance = 0.05
better = "below"
"#;

/// A checkout with one claim and a committed run in which the cold start takes so many milliseconds.
fn checkout(milliseconds: u64) -> tempfile::TempDir {
    let place = tempfile::tempdir().expect("a folder");
    let root = place.path();
    let write = |path: &str, text: &str| {
        let path: PathBuf = root.join(path);
        std::fs::create_dir_all(path.parent().expect("below the root")).expect("made");
        std::fs::write(path, text).expect("written");
    };
    write("Cargo.lock", "");
    write("servers/noop/server.toml", "");
    write("results/paper/claims.toml", CLAIM);
    let run = Run::new("table3", 42, Timestamp(1_795_250_400));
    let mut recorder =
        Recorder::create(&root.join("results"), run, Redactor::default()).expect("a run is begun");
    let subject = Subject {
        server: "git".to_owned(),
        packaging: Packaging::Component,
        digest: None,
    };
    let mut sample = Sample::new(
        Trial(1),
        subject,
        Metric::FirstAnswer,
        Nanos(milliseconds * 1_000_000),
    );
    sample.start = Some(StartClass::ProcessCold);
    sample.transport = Some(Transport::Stdio);
    recorder.append(&[sample]).expect("appended");
    let folder = recorder.folder().to_owned();
    recorder.finish(Timestamp(1_795_250_500)).expect("ended");
    let committed = root.join("results/reference/table3");
    std::fs::create_dir_all(committed.parent().expect("below the root")).expect("made");
    std::fs::rename(folder, committed).expect("moved");
    place
}

#[test]
fn a_verdict_is_stored_with_a_reason_and_a_worse_one_ends_with_5() {
    let place = checkout(3);
    let root = place.path();
    let file = root.join("results/reference/table3/claims.toml");
    let (code, out, said) = claims(root, &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(out.contains("BETTER THAN  cold"), "{out}");
    assert!(said.contains("no verdict is accepted yet"), "{said}");
    let (code, _, said) = claims(root, &["--accept"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("--reason") && !file.exists(), "{said}");
    let (code, _, said) = claims(root, &["--accept", "--reason", "the first run"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("cold by run: – → better than"), "{said}");
    let kept = std::fs::read_to_string(&file).expect("stored");
    assert!(kept.contains("reason = \"the first run\""), "{kept}");
    let (code, _, said) = claims(root, &["--accept", "--reason", "again"]);
    assert_eq!((code, said.contains("nothing is stored")), (Some(0), true));
    // The same checkout with a slower run; nothing but --accept rewrites what was accepted.
    let slower = checkout(70);
    let root = slower.path();
    let file = root.join("results/reference/table3/claims.toml");
    std::fs::write(&file, &kept).expect("written");
    let (code, out, said) = claims(root, &[]);
    assert_eq!(code, Some(5), "{said}");
    assert!(out.contains("NOT REPRODUCED  cold"), "{out}");
    assert!(
        said.contains("worse than accepted: cold by run: better than → not reproduced"),
        "{said}"
    );
    assert_eq!(std::fs::read_to_string(&file).expect("there"), kept);
    let (code, _, said) = claims(root, &["--accept", "--reason", "a slower machine"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("(worse)"), "{said}");
    let (code, _, said) = claims(root, &[]);
    assert_eq!(code, Some(0), "{said}");
    let kept = std::fs::read_to_string(&file).expect("stored");
    assert!(kept.contains("the first run") && kept.contains("a slower machine"));
}

#[test]
fn what_cannot_be_accepted_or_read_is_told_with_file_and_remedy() {
    let place = checkout(3);
    let root = place.path();
    let refused = |arguments: &[&str], named: &[&str]| {
        let (code, _, said) = claims(root, arguments);
        assert_eq!(code, Some(2), "{said}");
        for name in named {
            assert!(said.contains(name), "{name}: {said}");
        }
    };
    refused(&["nope"], &["there is no run nope"]);
    refused(&["--reason", "x"], &["--accept"]);
    let other = checkout(3);
    let other = other.path().join("results/reference/table3");
    let other = other.to_str().expect("a plain name");
    refused(&[other, "--accept", "--reason", "x"], &["committed runs"]);
    let paper = root.join("results/paper/claims.toml");
    std::fs::write(&paper, CLAIM.replace("\"git\"", "7")).expect("written");
    refused(
        &[],
        &["results/paper/claims.toml", "servers", "correct the field"],
    );
    std::fs::write(&paper, CLAIM).expect("written");
    let accepted = root.join("results/reference/table3/claims.toml");
    std::fs::write(&accepted, "[[verdict]]\nclaim = 1\n").expect("written");
    refused(&[], &["table3/claims.toml", "correct the field"]);
}
