//! A scheduler of the user's own on the command line: the example beside the built-in ones, and what misbehaves with its exit code.
#![cfg(feature = "plugins")]

#[path = "../../dispatcher/tests/kit/mod.rs"]
mod kit;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use record::{DECISIONS, Record};
use serde_json::Value;
use toolchain::Component;

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
fn replay(out: &Path, words: &str, scheduler: &str) -> Ended {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_harness"))
        .current_dir(checkout())
        .args(["replay", "--scheduler", scheduler])
        .args(words.split(' '))
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

fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// The example's file, or `None` where this machine cannot build it.
fn frugal() -> Option<String> {
    let wasm = match toolchain::for_tests() {
        Ok(wasm) => wasm,
        Err(why) => {
            println!("skipped: {why}");
            return None;
        }
    };
    let root = checkout();
    let file = wasm.build_component(&Component::of(&root, "frugal"), &mut |line| {
        eprintln!("{line}");
    });
    Some(file.expect("it builds").display().to_string())
}

/// A plug-in in this folder.
fn written(folder: &Path, name: &str, bytes: &[u8]) -> String {
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("written");
    path.display().to_string()
}

/// Where each scheduler put each call, by scenario.
fn placed(run: &Path) -> BTreeMap<String, Vec<(String, u64, String)>> {
    let text = std::fs::read_to_string(run.join(DECISIONS)).expect("decisions");
    let mut placed: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).expect("JSON");
        let word = |of: &Value| of.as_str().unwrap_or("none").to_owned();
        placed.entry(word(&line["scheduler"])).or_default().push((
            word(&line["scenario"]),
            line["placed"]["call"].as_u64().expect("a call"),
            word(&line["placed"]["tier"]),
        ));
    }
    placed
}

#[test]
fn the_example_places_every_scenario_as_the_built_in_one() {
    let Some(file) = frugal() else { return };
    let kept = "--retention device=300s,edge=300s,cloud=300s";
    for words in [
        "--cost reference".to_owned(),
        "--cost reference --rules published".to_owned(),
        "--cost chain".to_owned(),
        "--cost latency-warm".to_owned(),
        "--cost latency-warm --links published-rtt --believed configured".to_owned(),
        "--cost latency-warm --profile measured".to_owned(),
        format!("--cost latency --profile measured {kept}"),
    ] {
        let out = folder();
        let words = format!("--trace s1,s2,s3,s4 {words} --enforce");
        let ended = replay(out.path(), &words, &format!("greedy,{file}"));
        // The reference's rules let pass what ours do not; nothing else is in question here.
        assert!(matches!(ended.code, Some(0 | 3)), "{words}: {}", ended.err);
        let run = record::latest(out.path()).expect("a run");
        let placed = placed(&run);
        assert_eq!(placed["frugal.wasm"], placed["greedy"], "{words}");
        assert_eq!(placed["greedy"].len(), 63, "{words}");
    }
}

#[test]
fn it_stands_beside_all_others_and_gives_the_same_bytes() {
    let Some(file) = frugal() else { return };
    let texts = || {
        let out = folder();
        let ended = replay(
            out.path(),
            "--trace s3.json --explain",
            &format!("all,{file}"),
        );
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        let run = record::latest(out.path()).expect("a run");
        let read = |name: &str| std::fs::read_to_string(run.join(name)).expect("a file");
        let record = Record::read(&run).expect("a record");
        let digest = record.run.selection["plug-in frugal.wasm"].clone();
        let files = [read("samples.jsonl"), read(DECISIONS), read("replay.csv")];
        (ended.out.lines().count(), digest, files)
    };
    let (lines, digest, files) = texts();
    assert_eq!((lines, digest.clone(), files.clone()), texts());
    assert!(digest.starts_with("blake3:"), "{digest}");
    for name in ["all_device", "dp", "oracle", "frugal.wasm"] {
        assert!(files[2].contains(name), "{name}: {}", files[2]);
    }
}

#[test]
fn what_it_decides_is_explained_and_it_is_asked_call_by_call() {
    let Some(file) = frugal() else { return };
    let out = folder();
    let ended = replay(out.path(), "--trace s1 --explain", &file);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    for told in [
        "on device: only_feasible",
        ": plugin\n",
        "rejected: its data is on",
    ] {
        assert!(ended.out.contains(told), "{told}: {}", ended.out);
    }
    let loads = ["greedy", &file].map(|scheduler| {
        let words = "--trace s2 --agents 50 --rate 2 --online --capacity edge=2 --json";
        let ended = replay(out.path(), words, scheduler);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        let run = record::latest(out.path()).expect("a run");
        let text = std::fs::read_to_string(run.join("load.json")).expect("a load");
        let loads: Value = serde_json::from_str(&text).expect("JSON");
        loads[0]["load"].clone()
    });
    assert_eq!(loads[0]["agents"]["count"], 50);
    assert_eq!(loads[0], loads[1]);
}

#[test]
fn what_is_no_plug_in_or_misbehaves_is_exit_2_with_its_name() {
    let out = folder();
    let files = folder();
    let file = |name: &str, bytes: &[u8]| written(files.path(), name, bytes);
    let first = [u32::MAX; 4];
    let mine = file("mine.wasm", &kit::refusing(b"I find none"));
    std::fs::create_dir(files.path().join("other")).expect("made");
    let other = file("other/mine.wasm", &kit::refusing(b"nor I"));
    let twice = format!("{mine},{other}");
    for (scheduler, words, told) in [
        (
            "none.wasm".to_owned(),
            "--trace s1",
            "none.wasm is no scheduler plug-in: it cannot be read",
        ),
        (file("empty.wasm", b""), "--trace s1", "it is empty"),
        (
            file("text.wasm", b"hello"),
            "--trace s1",
            "does not begin as WebAssembly",
        ),
        (
            file("module.wasm", b"\0asm\x01\0\0\0"),
            "--trace s1",
            "core module, not a component",
        ),
        (
            file("short.wasm", &kit::answering(&[0, 0])),
            "--trace s2",
            "s2: scheduler short.wasm: the plug-in gives call 2 (",
        ),
        (
            file("beyond.wasm", &kit::answering(&first)),
            "--trace s2",
            "on tier 4294967295, and was given 3 tiers",
        ),
        (
            file("cloud.wasm", &kit::answering(&[2; 4])),
            "--trace s2",
            "s2: scheduler cloud.wasm: the plug-in places call 0 (filesystem.read_text_file) on cloud, which the strict rules forbid",
        ),
        (
            file("cloud.wasm", &kit::answering(&[2])),
            "--trace s2 --agents 1000 --online",
            "scheduler cloud.wasm: the plug-in places call 0",
        ),
        (
            file("cloud.wasm", &kit::answering(&[2; 4])),
            "--trace s2 --agents 1000",
            "scheduler cloud.wasm: the plug-in places call 0",
        ),
        (
            file("trap.wasm", &kit::component("unreachable", &[])),
            "--trace s1",
            "ended without an answer",
        ),
        (
            file("forever.wasm", &kit::looping()),
            "--trace s1",
            "did not come to an end within 2,000,000,000 units of fuel",
        ),
        (twice, "--trace s1", "names two plug-ins mine.wasm"),
    ] {
        let ended = replay(out.path(), words, &scheduler);
        assert_eq!(ended.code, Some(2), "{scheduler}: {}", ended.err);
        assert!(ended.err.contains(told), "{scheduler}: {}", ended.err);
    }
    assert!(
        !out.path().join("runs").exists(),
        "a fault leaves no run behind"
    );
    // One that finds no plan has done nothing wrong.
    let ended = replay(out.path(), "--trace s1", &mine);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let told = "the plug-in mine.wasm finds no plan: I find none";
    assert!(
        ended.out.contains("refused") || ended.out.contains(told),
        "{}",
        ended.out
    );
    let run = record::latest(out.path()).expect("a run");
    let decisions = std::fs::read_to_string(run.join(DECISIONS)).expect("decisions");
    assert!(decisions.contains(told), "{decisions}");
}
