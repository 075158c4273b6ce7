//! The twins of `noop` in Node and Python: installed, asked what `noop` is asked, and judged alike.

use std::path::{Path, PathBuf};

use harness::clock::Monotonic;
use harness::launch::{Made, Programs};
use harness::peer::Subject;
use harness::server::{Server, read_with_twins};
use harness::standin::Standins;
use harness::{reference, verify};
use record::Packaging;

fn twins(root: &Path) -> Vec<Server> {
    let servers = read_with_twins(root).expect("every server.toml is acceptable");
    let twins = servers.into_iter();
    twins.filter(|server| server.twin_of.is_some()).collect()
}

#[test]
fn each_twin_answers_as_noop_does() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let cache = harness::place::cache().expect("a cache");
    let data = dataset::ensure(&cache).expect("the data set");
    let names: Vec<String> = twins(&root).into_iter().map(|twin| twin.name).collect();
    assert_eq!(names, ["noop_node", "noop_python"]);
    for server in twins(&root) {
        assert!(reference::exists(&root, &server.name), "{}", server.name);
        let store = match original::for_tests() {
            Ok(store) => store,
            Err(why) => return println!("skipped: {why}"),
        };
        let mut said = |line: &str| eprintln!("{line}");
        let found = match reference::install(&root, &server.name, &store, &mut said) {
            Ok(found) => found,
            Err(missing) => {
                println!("skipped: {}: {missing}", server.name);
                continue;
            }
        };
        let made = Made {
            server: server.name.clone(),
            packaging: Packaging::Reference,
            digest: found.digest,
            file: found.program,
            precompiled: None,
            interpreted: Some(found.interpreted),
            own: None,
            image: None,
            web: harness::launch::Web::Own,
        };
        let programs = Programs {
            runtime: PathBuf::new(),
            compiler: PathBuf::new(),
            wasmtime: None,
            docker: None,
        };
        let subject = Subject {
            made: &made,
            server: &server,
            programs: &programs,
            cache: &cache,
            generated: true,
            standins: &Standins::default(),
        };
        let checked = verify::stdio(&subject, &data, &Monotonic::new()).expect("it starts");
        // The list of tools, and both tools at both sizes.
        assert_eq!(checked.len(), 5, "{}", server.name);
        for one in checked {
            assert!(
                one.verdict.is_ok(),
                "{} {}: {:?}",
                server.name,
                one.call,
                one.verdict
            );
        }
    }
}
