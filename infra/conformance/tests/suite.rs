//! The official suite against every server, as a component and as a native program, on both wires.

use std::path::Path;
use std::sync::Mutex;

use anyhow::Result;
use conformance::judge::Expected;
use conformance::stage::Stage;
use conformance::suite::{Scenario, Suite};
use conformance::summary::{self, Row};
use conformance::wire::{FIXTURE, Wire};
use harness::clock::Monotonic;
use harness::peer::Subject;

/// What was found of one subject on both wires.
struct Found {
    rows: Vec<Row>,
    faults: Vec<String>,
}

fn here(file: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

fn expected() -> Expected {
    let text = std::fs::read_to_string(here("expected-failures.toml")).expect("it is committed");
    Expected::read(&text).unwrap_or_else(|why| panic!("expected-failures.toml: {why}"))
}

/// Runs what is asked of a subject.
fn run(
    suite: &Suite,
    address: &str,
    server: &str,
    wire: Wire,
) -> Result<(Vec<String>, Vec<Scenario>)> {
    let clock = Monotonic::new();
    if server == FIXTURE {
        let required = suite.required(wire)?;
        return Ok((required, suite.whole(address, wire, &clock)?));
    }
    let required = wire.plain().map(str::to_owned).to_vec();
    let run = required
        .iter()
        .map(|scenario| suite.one(address, wire, scenario, &clock))
        .collect::<Result<_>>()?;
    Ok((required, run))
}

fn ask(suite: &Suite, stage: &Stage, subject: &Subject<'_>, expected: &Expected) -> Result<Found> {
    let clock = Monotonic::new();
    let (places, _scratch) = stage.places()?;
    let listening = stage.serve(subject, &places, &clock)?;
    let address = format!("http://{}{}", listening.address, listening.path);
    let server = &subject.server.name;
    let packaging = subject.made.packaging.name();
    let mut found = Found {
        rows: Vec::new(),
        faults: Vec::new(),
    };
    for wire in Wire::ALL {
        let (required, run) = run(suite, &address, server, wire)?;
        let verdict = expected.judge(server, wire, &required, &run);
        found.rows.push(Row::of(server, packaging, wire, &verdict));
        let faults = verdict.faults.iter();
        found
            .faults
            .extend(faults.map(|fault| format!("{server} {packaging} {wire}: {fault}")));
    }
    if let Err(failed) = listening.end(&clock) {
        anyhow::bail!("{server} {packaging}: {}", failed.outcome);
    }
    Ok(found)
}

#[test]
fn every_server_conforms_on_both_wires() {
    let installed = original::for_tests().and_then(|store| {
        let said = &mut |line: &str| eprintln!("{line}");
        Suite::install(&store, said).map_err(|missing| missing.to_string())
    });
    let suite = match installed {
        Ok(suite) => suite,
        Err(why) => return println!("skipped: {why}"),
    };
    for wire in Wire::ALL {
        let required = suite.required(wire).expect("the suite has its sets");
        assert_eq!(required.len(), wire.frozen(), "{wire}: {required:?}");
    }
    let expected = expected();
    let clock = Monotonic::new();
    let (stage, _standins) = Stage::set(|_| true, &clock).expect("everything builds");
    if let Some(why) = stage.lacking() {
        println!("skipped: components, because {why}");
    }
    let mut subjects: Vec<Subject<'_>> = stage.subjects().collect();
    // The longest last, because the next is taken from the end.
    subjects.sort_by_key(|subject| subject.server.name == FIXTURE);
    let (left, found) = (Mutex::new(subjects), Mutex::new(Vec::new()));
    let next = || left.lock().expect("no thread panics with it").pop();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(subject) = next() {
                    let asked = ask(&suite, &stage, &subject, &expected).unwrap_or_else(|error| {
                        let whom = format!("{} {}", subject.server.name, subject.made.packaging);
                        Found {
                            rows: Vec::new(),
                            faults: vec![format!("{whom}: {error:#}")],
                        }
                    });
                    found.lock().expect("no thread panics with it").push(asked);
                }
            });
        }
    });
    let found = found.into_inner().expect("no thread panicked");
    let mut rows: Vec<Row> = found.iter().flat_map(|one| one.rows.clone()).collect();
    rows.sort();
    let faults: Vec<&String> = found.iter().flat_map(|one| &one.faults).collect();
    println!("{}", summary::printed(&rows));
    assert!(faults.is_empty(), "{faults:#?}");

    let file = stage.root.join("results/reference/conformance.csv");
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        let text = summary::written(&rows).expect("rows are text and numbers");
        return std::fs::write(&file, text).expect("the checkout can be written");
    }
    let kept = std::fs::read_to_string(&file).expect("it is committed");
    let told = summary::differences(&rows, &kept).expect("it is a table");
    let remedy = "run `UPDATE_REFERENCE=1 cargo test -p conformance`, and commit results/reference/conformance.csv";
    if !told.new.is_empty() {
        println!("new: {}; {remedy}", told.new.join(", "));
    }
    assert!(told.faults.is_empty(), "{:#?}; {remedy}", told.faults);
}
