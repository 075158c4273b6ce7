//! With the real originals, where this machine can have them: every difference is listed and every listed one is there.

use std::path::Path;

use harness::place;
use harness::server::Server;
use harness::subject::{Built, build};
use original::Store;
use parity::report::{self, Row};
use parity::run::{NoRun, Run, Workshop, run};
use parity::suite::{Suite, all};
use record::Packaging;

/// In how many cases out of a hundred both of ours answer as the original does, at least.
const EQUAL: usize = 90;
/// How many servers are compared at once; each is one process at a time.
const AT_ONCE: usize = 2;

#[test]
fn every_answer_is_the_originals_or_listed() {
    let (root, cache) = (
        place::root().expect("the checkout"),
        place::cache().expect("a cache"),
    );
    let suites = all(&root).expect("every parity.toml is acceptable");
    let servers: Vec<Server> = suites.iter().map(|(server, _)| server.clone()).collect();
    let built = build(&root, &servers, false, &cache, &mut |line| {
        eprintln!("{line}");
    })
    .expect("everything builds");
    if let Some(absent) = built.missing.first() {
        println!("skipped: {absent}");
    }
    let data = dataset::ensure(&cache).expect("the data set");
    let outcomes = compared(&suites, &built, &root, &data, &Store::below(&cache));

    let update = std::env::var_os("UPDATE_PARITY").is_some();
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    for ((_, suite), outcome) in suites.iter().zip(outcomes) {
        match outcome {
            Err(NoRun::Missing(missing)) => println!("skipped: {}: {missing}", suite.server),
            Err(NoRun::Failed(error)) => faults.push(format!("{}: {error:#}", suite.server)),
            Ok(run) => {
                let row = Row::of(&run, suite);
                faults.extend(judged(&run, suite, &row, update));
                rows.push(row);
            }
        }
    }
    println!("{}", report::table(&rows));
    faults.extend(kept(&root.join(report::KEPT), rows, update));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Runs every suite, some at a time.
fn compared(
    suites: &[(Server, Suite)],
    built: &Built,
    root: &Path,
    data: &Path,
    store: &Store,
) -> Vec<Result<Run, NoRun>> {
    let one = |(server, suite): &(Server, Suite)| {
        let ours = built.subjects.iter().filter(|made| {
            made.server == server.name
                && matches!(made.packaging, Packaging::Native | Packaging::Component)
        });
        let subjects: Vec<_> = ours.cloned().collect();
        let workshop = Workshop {
            root,
            data,
            subjects: &subjects,
            programs: &built.programs,
            cache: &built.cache,
        };
        run(suite, server, workshop, store, &mut |line| {
            eprintln!("{line}")
        })
    };
    let mut outcomes = Vec::new();
    for some in suites.chunks(AT_ONCE) {
        std::thread::scope(|scope| {
            let threads: Vec<_> = some
                .iter()
                .map(|suite| scope.spawn(|| one(suite)))
                .collect();
            outcomes.extend(
                threads
                    .into_iter()
                    .map(|thread| thread.join().expect("a comparison does not panic")),
            );
        });
    }
    outcomes
}

/// What is wrong with a server's answers or with its table.
fn judged(run: &Run, suite: &Suite, row: &Row, update: bool) -> Vec<String> {
    let mut faults = run.faults(suite);
    if row.share() < EQUAL {
        faults.push(format!(
            "{}: {} % of the answers are the original's; {EQUAL} are promised",
            suite.server,
            row.share()
        ));
    }
    if update {
        report::update(run, suite).expect("the server's folder can be written");
        return faults;
    }
    let (found, wanted) = report::document(run, suite);
    if found != wanted {
        faults.push(format!(
            "the table in servers/{}/DIFFERENCES.md is not what was answered; run this with UPDATE_PARITY=1 and look at what changed",
            suite.server
        ));
    }
    faults
}

/// Whether the counts are those that are kept; of a server that was not compared nothing is asked.
fn kept(path: &Path, rows: Vec<Row>, update: bool) -> Vec<String> {
    if update {
        report::merge(path, rows).expect("the report can be written");
        return Vec::new();
    }
    let old = match report::read(path) {
        Ok(old) => old,
        Err(error) => return vec![format!("{error:#}")],
    };
    let changed = rows.iter().filter(|row| !old.contains(row));
    let told = changed.map(|row| {
        let server = &row.server;
        format!("{} does not say of {server}: {row:?}; run this with UPDATE_PARITY=1 and look at what changed", report::KEPT)
    });
    told.collect()
}
