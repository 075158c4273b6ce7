//! `measure`, for real: our own server that does nothing, brought as a stranger would bring it: a component's file, a command, its Node
//! twin, an image; and strangers that are no servers.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Mutex, PoisonError};

use harness::launch::Made;
use harness::server::{Server, read_with_twins};
use harness::subject::{self, Built};
use harness::{docker::Docker, place, reference};
use record::{Metric, Outcome, Packaging, Record, Wire};

#[expect(
    clippy::disallowed_methods,
    reason = "a test of the program starts the program"
)]
fn measure(words: &[&str], out: &Path) -> Output {
    // One run measures at a time, and these tests would refuse each other.
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    Command::new(env!("CARGO_BIN_EXE_harness"))
        .arg("measure")
        .args(words)
        .arg("--out")
        .arg(out)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("it starts")
}

/// The server that does nothing, built, and the description of it.
fn built() -> (Built, Vec<Server>) {
    let root = place::root().expect("the checkout");
    let cache = place::cache().expect("a cache");
    let mut servers = read_with_twins(&root).expect("every server.toml is acceptable");
    servers.retain(|server| server.name == "noop");
    let mut said = |line: &str| println!("{line}");
    let built = subject::build(&root, &servers, false, &cache, &mut said);
    (built.expect("everything builds"), servers)
}

/// Measures a subject beside our server that does nothing, and looks at all that was to be measured; none where this machine cannot now.
fn check(subject: &str, packaging: Packaging, more: &[&str], exact: Metric) {
    let results = tempfile::tempdir().expect("a temporary folder");
    let mut words = vec![
        "--subject",
        subject,
        "--quick",
        "--samples",
        "2",
        "--name",
        "stranger",
    ];
    words.extend(more);
    let output = measure(&words, results.path());
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(4) {
        return println!("skipped: {}", said.lines().last().unwrap_or_default());
    }
    assert!(output.status.success(), "{subject}: {said}");
    assert!(
        said.contains("timed      noop {}: the same answer three times"),
        "{said}"
    );
    assert!(said.contains("timed      echo {\"text\":\"a\"}"), "{said}");
    let folder = record::latest(results.path()).expect("a run");
    let record = Record::read(&folder).expect("a record");
    assert_eq!(record.run.command, "measure");
    for metric in [
        Metric::FirstAnswer,
        Metric::FirstCallAnswer,
        Metric::Execution,
        Metric::PeakResident,
        exact,
    ] {
        let of = |server: &str| {
            let mut samples = record.samples.iter();
            samples.any(|sample| {
                sample.metric == metric
                    && sample.subject.server == server
                    && sample.outcome == Outcome::Ok
            })
        };
        assert!(of("stranger"), "{subject}: {metric} of it");
        assert!(of("noop"), "{subject}: {metric} of ours");
    }
    let own = record
        .samples
        .iter()
        .filter(|sample| sample.subject.server == "stranger");
    for sample in own {
        assert_eq!(sample.subject.packaging, packaging);
        assert_eq!(sample.outcome, Outcome::Ok, "{sample:?}");
        assert!(sample.wire.is_none_or(|wire| wire == Wire::V2025_11_25));
    }
    // What it was asked is left for the user, and can be given again.
    let kept = folder.join("server.toml");
    let text = std::fs::read_to_string(&kept).expect("it is kept");
    assert!(text.contains("tool = \"echo\""), "{text}");
    assert!(!text.contains(env!("CARGO_MANIFEST_DIR")), "{text}");
    let table = std::fs::read_to_string(folder.join("table3.csv")).expect("drawn");
    assert!(
        table.contains(&format!("stranger,{packaging},cold-start")),
        "{table}"
    );
    let mut words = vec!["--subject", subject, "--dry-run", "--server-toml"];
    let kept = kept.to_string_lossy().into_owned();
    words.extend([kept.as_str(), "--beside", "none"]);
    let output = measure(&words, results.path());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() || output.status.code() == Some(4),
        "{said}"
    );
}

fn of(built: &Built, packaging: Packaging) -> Option<&Made> {
    let found = built
        .subjects
        .iter()
        .find(|made| made.packaging == packaging);
    if found.is_none() {
        println!("skipped: {packaging} cannot be built here");
    }
    found
}

#[test]
fn our_own_is_measured_in_whatever_packaging_it_is_brought() {
    let (mut built, servers) = built();
    if let Some(component) = of(&built, Packaging::Component) {
        let file = component.file.to_string_lossy().into_owned();
        check(&file, Packaging::Component, &[], Metric::SizePrecompiled);
    }
    if let Some(native) = of(&built, Packaging::Native) {
        let file = native.file.to_string_lossy().into_owned();
        check(
            &file,
            Packaging::Native,
            &["--env", "LEVEL=info"],
            Metric::SizeRaw,
        );
    }
    let (root, cache) = (
        place::root().expect("the checkout"),
        place::cache().expect("a cache"),
    );
    let store = original::for_tests().expect("a cache");
    match reference::install(&root, "noop_node", &store, &mut |line| println!("{line}")) {
        Ok(twin) => {
            let script = twin.interpreted.arguments.join(" ");
            let command = format!("{} {script}", twin.program.display());
            // What an interpreter runs is no file that has a size.
            let ours = ["--beside", "noop", "--call", "all"];
            check(&command, Packaging::Reference, &ours, Metric::PeakResident);
        }
        Err(missing) => println!("skipped: {missing}"),
    }
    match container::for_tests() {
        Ok(_) => {
            let docker = Docker::find(&cache, false, &mut |_| {});
            let kinds = [Packaging::ContainerNative];
            built.images(&root, &servers, &kinds, docker, &mut |line| {
                println!("{line}")
            });
            let image = of(&built, Packaging::ContainerNative).and_then(|made| made.image.clone());
            if let Some(image) = image {
                check(
                    &image,
                    Packaging::ContainerNative,
                    &[],
                    Metric::SizeImageGzip,
                );
            }
        }
        Err(why) => println!("skipped: {why}"),
    }
}

#[test]
fn whoever_is_no_server_ends_the_command_with_3_and_what_cannot_be_asked_with_2() {
    let results = tempfile::tempdir().expect("a temporary folder");
    for (words, code, named) in [
        (
            &["--subject", "/bin/sh -c 'echo no config >&2; exit 1'"][..],
            3,
            "no config",
        ),
        (
            &["--subject", "/bin/cat", "--timeout", "100 ms"],
            3,
            "where the answer was expected",
        ),
        (
            &["--subject", "/bin/sh -c 'sleep 100'", "--timeout", "100 ms"],
            3,
            "within 100 ms",
        ),
        (
            &["--subject", "/bin/cat", "--timeout", "soon"],
            2,
            "limits.timeout",
        ),
        (
            &["--subject", "/bin/cat", "--server", "noop"],
            2,
            "--beside",
        ),
        (
            &["--subject", "/bin/cat", "--beside", "nope"],
            2,
            "no server nope",
        ),
        (&["--subject", "/bin/cat", "--name", "noop"], 2, "--name"),
        (
            &["--subject", "/bin/cat", "--server-toml", "/no/such"],
            2,
            "/no/such",
        ),
        (
            &["--subject", "/bin/cat", "--subject", "/bin/ls"],
            2,
            "two subjects are native",
        ),
        (
            &["--subject", "/bin/cat", "--resume"],
            2,
            "no interrupted measure run",
        ),
    ] {
        let output = measure(words, results.path());
        let said = String::from_utf8_lossy(&output.stderr);
        if output.status.code() == Some(4) {
            println!("skipped: {}", said.lines().last().unwrap_or_default());
            continue;
        }
        assert_eq!(output.status.code(), Some(code), "{words:?}: {said}");
        assert!(
            said.contains(named),
            "{words:?} does not say {named}: {said}"
        );
    }
}
