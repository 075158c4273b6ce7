//! Every target is fed for a while, finds the fault that is planted in it, and nothing else; what was found once stays mended.

use std::path::Path;
use std::sync::Mutex;

use fuzz::run::Built;
use fuzz::seeds;
use fuzz::target::{TARGETS, Target};
use harness::place;

/// How long each target is fed in every test run.
const SECONDS: u32 = 20;
/// A planted fault ends its run when it is found, which takes seconds on an idle machine.
const PATIENCE: u32 = 240;

#[test]
fn each_target_finds_the_planted_fault_and_nothing_else() {
    let root = place::root().expect("the checkout");
    let cache = place::cache().expect("a cache");
    let data = dataset::ensure(&cache).expect("the data set");
    let seeds = seeds::of(&root, &data).expect("every call can be written");
    let built = match Built::new(&root) {
        Ok(built) => built,
        Err(error) if format!("{error}").contains("c++") => {
            println!("skipped: no C++ compiler for libFuzzer: {error}");
            return;
        }
        Err(error) => panic!("{error:#}"),
    };
    let folder = place::scratch().expect("a temporary folder");
    let mut left: Vec<(&Target, bool)> = TARGETS
        .iter()
        .flat_map(|target| [(target, false), (target, true)])
        .collect();
    left.reverse();
    let left = Mutex::new(left);
    // Two at a time: each is one process on one core.
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((target, planted)) = next(&left) {
                    let work = folder.path().join(format!("{}-{planted}", target.name));
                    let own = seeds.get(target.name).expect("it has seeds");
                    let tried = built
                        .feed(
                            target,
                            planted,
                            if planted { PATIENCE } else { SECONDS },
                            own,
                            &work,
                        )
                        .expect("it can be fed");
                    println!(
                        "{} {}: {tried:?}",
                        target.name,
                        if planted { "planted" } else { "plain" }
                    );
                    assert!(tried.edges > 100, "{}: no coverage", target.name);
                    match (planted, tried.found) {
                        (false, Some((input, why))) => {
                            let bytes = std::fs::read(input).unwrap_or_default();
                            panic!(
                                "{}: {why}: {:?}",
                                target.name,
                                bytes.escape_ascii().to_string()
                            );
                        }
                        (true, found) => {
                            assert!(
                                found.is_some(),
                                "{}: its planted fault is not found",
                                target.name
                            );
                            // Else it tells nothing of the mutations.
                            assert!(
                                tried.executions > own.len() as u64,
                                "{}: a seed reaches the planted fault",
                                target.name
                            );
                        }
                        (false, None) => {}
                    }
                }
            });
        }
    });
}

fn next<'a>(left: &Mutex<Vec<(&'a Target, bool)>>) -> Option<(&'a Target, bool)> {
    left.lock().expect("nobody panics with it").pop()
}

#[test]
fn what_was_found_once_stays_mended() {
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).join("found");
    for target in TARGETS {
        let Ok(files) = std::fs::read_dir(found.join(target.name)) else {
            continue;
        };
        for file in files {
            let file = file.expect("it can be listed").path();
            println!("{}: {}", target.name, file.display());
            (target.feed)(&std::fs::read(&file).expect("it can be read"));
        }
    }
}
