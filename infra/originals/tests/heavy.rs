//! On this machine, with the real registries: what is installed runs, is found again without a network, and is refused by name where tools are missing.

use std::path::Path;

use original::{Original, Store, for_tests};
use toolchain::commands::Commands;

/// The originals that start fastest and slowest: one of each language.
const TRIED: [&str; 2] = ["sequential_thinking", "time"];

#[test]
fn what_is_installed_is_found_again_with_nothing_fetched() {
    let store = match for_tests() {
        Ok(store) => store,
        Err(why) => return println!("skipped: {why}"),
    };
    for name in TRIED {
        let original = Original::named(name).expect("it is known");
        let first = match original.install(&store, &mut |line| eprintln!("{line}")) {
            Ok(launch) => launch,
            Err(missing) => {
                println!("skipped: {missing}");
                continue;
            }
        };
        let version = |launch: &original::Launch| {
            let asked = launch
                .resolved
                .iter()
                .find(|one| one.name == original.package);
            asked.map(|one| (one.version.clone(), one.digest.starts_with("sha")))
        };
        assert_eq!(version(&first), Some((original.version.to_owned(), true)));
        assert!(first.program.is_file(), "{}", first.program.display());
        let again = original.install(&store, &mut |line| panic!("{line}"));
        assert_eq!(again.expect("it is there").resolved, first.resolved);
    }
}

#[test]
fn a_machine_without_node_and_python_is_told_what_to_install() {
    let cache = tempfile::tempdir().expect("a temporary folder");
    let bare = Store::below(cache.path()).with_commands(Commands::on(&[cache.path()]));
    for original in Original::all() {
        let missing = original
            .install(&bare, &mut |_| {})
            .expect_err("nothing to install it with");
        assert!(missing.remedy.starts_with("Install "), "{missing}");
    }
    assert!(
        is_empty(cache.path()),
        "nothing is written where nothing can be installed"
    );
}

#[test]
fn what_does_not_exist_is_not_half_installed() {
    let store = match for_tests() {
        Ok(_) => tempfile::tempdir().expect("a temporary folder"),
        Err(why) => return println!("skipped: {why}"),
    };
    let here = Store::below(store.path());
    let wrong = here.npm("none", &[("left-pad", "99.99.99")], &mut |_| {});
    let missing = wrong.expect_err("there is no such version");
    assert!(!missing.remedy.is_empty(), "{missing}");
    let shelf = std::fs::read_dir(store.path().join("originals"));
    let folders = shelf.into_iter().flatten().flatten();
    let left: Vec<_> = folders.filter(|entry| entry.path().is_dir()).collect();
    assert!(left.is_empty(), "{left:?}");
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}
