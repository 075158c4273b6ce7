//! A cache entry is whole or not there: planted faults, one by one, and a race.

use super::*;

const COMMIT: &str = "59807616e1fa2540724bfbac14d7976d7e4a3860";
const HOST: &str = "x86_64-unknown-linux-gnu";

fn origin(version: &str) -> Origin {
    let packages = [("rust-src", version), ("wasi-libc", "0.0")]
        .map(|(name, version)| (name.to_owned(), version.to_owned()));
    Origin {
        format: FORMAT,
        rustc_commit: COMMIT.into(),
        host: HOST.into(),
        packages: packages.into(),
    }
}

/// A cache with one entry of two files.
fn planted() -> (tempfile::TempDir, Cache, Entry) {
    let root = tempfile::tempdir().expect("temporary folder");
    let cache = Cache::at(root.path());
    let lock = cache.lock(&mut |_| {}).expect("lock");
    let room = cache.room(&lock).expect("room");
    let built = room.path().join("sysroot");
    fs::create_dir_all(built.join("lib")).expect("folder");
    fs::write(built.join("lib/libstd-1.rlib"), "standard").expect("file");
    fs::write(built.join("lib/libcore-1.rlib"), "core").expect("file");
    let entry = cache.keep(&built, origin("1.95.0"), &lock).expect("kept");
    (root, cache, entry)
}

/// What `find` says when `spoil` was done to the entry.
fn after(spoil: impl FnOnce(&Path)) -> (Option<Entry>, String) {
    let (_root, cache, entry) = planted();
    spoil(&entry.sysroot);
    let mut said = String::new();
    let found = cache.find(COMMIT, HOST, &mut |line| said.push_str(line));
    (found, said)
}

#[test]
fn a_whole_entry_is_found_again_for_its_own_compiler_only() {
    let (_root, cache, entry) = planted();
    let mut said = Vec::new();
    let mut find =
        |commit: &str, host: &str| cache.find(commit, host, &mut |line| said.push(line.to_owned()));
    assert_eq!(find(COMMIT, HOST), Some(entry));
    assert_eq!(find("0000000000000000", HOST), None);
    // Same first twelve characters, another commit.
    assert_eq!(find("59807616e1fa0000", HOST), None);
    assert_eq!(find(COMMIT, "aarch64-unknown-linux-gnu"), None);
    assert!(said.is_empty(), "{said:?}");
}

#[test]
fn a_changed_a_missing_and_a_foreign_file_are_each_noticed() {
    type Spoil = fn(&Path);
    let cases: [(Spoil, &str); 6] = [
        (
            |root| fs::write(root.join("lib/libstd-1.rlib"), "Standard").expect("write"),
            "lib/libstd-1.rlib was changed",
        ),
        (
            |root| fs::write(root.join("lib/libstd-1.rlib"), "").expect("write"),
            "lib/libstd-1.rlib was changed",
        ),
        (
            |root| fs::remove_file(root.join("lib/libcore-1.rlib")).expect("remove"),
            "1 of its 2 files are gone",
        ),
        (
            |root| fs::write(root.join("lib/libevil-1.rlib"), "x").expect("write"),
            "libevil-1.rlib is not in its list",
        ),
        (
            |root| fs::remove_file(root.join(LIST)).expect("remove"),
            "whole.json cannot be read",
        ),
        (
            |root| fs::write(root.join(LIST), "{\"origin\":").expect("write"),
            "whole.json cannot be understood",
        ),
    ];
    for (spoil, expected) in cases {
        let (found, said) = after(spoil);
        assert_eq!(found, None, "{expected}");
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn a_link_out_of_the_entry_is_refused() {
    let (found, said) = after(|root| {
        fs::remove_file(root.join("lib/libstd-1.rlib")).expect("remove");
        std::os::unix::fs::symlink("/dev/zero", root.join("lib/libstd-1.rlib")).expect("link");
    });
    assert_eq!(found, None);
    assert!(said.contains("neither file nor folder"), "{said}");
}

#[test]
fn what_a_killed_process_left_is_never_found_and_is_swept() {
    let (root, cache, entry) = planted();
    let left = root.path().join("building-abc/sysroot");
    fs::create_dir_all(&left).expect("folder");
    fs::remove_dir_all(&entry.sysroot).expect("remove");
    assert_eq!(cache.find(COMMIT, HOST, &mut |_| {}), None);
    let lock = cache.lock(&mut |_| {}).expect("lock");
    let room = cache.room(&lock).expect("room");
    assert!(room.path().exists() && !left.exists());
}

#[test]
fn the_key_changes_with_everything_that_matters_and_with_nothing_else() {
    let base = origin("1.95.0");
    assert_eq!(base.key(), origin("1.95.0").key());
    assert!(base.key().starts_with("59807616e1fa-"), "{}", base.key());
    let mut others = vec![origin("1.95.1"), base.clone(), base.clone(), base.clone()];
    others[1].rustc_commit = "59807616e1fa".into();
    others[2].host = "aarch64-unknown-linux-gnu".into();
    others[3].format += 1;
    for other in others {
        assert_ne!(base.key(), other.key(), "{other:?}");
    }
    let mut hostile = base;
    hostile.rustc_commit = "../../etc".into();
    assert!(!hostile.key().contains(['/', '.']), "{}", hostile.key());
}

#[test]
fn racing_builders_build_once() {
    let root = tempfile::tempdir().expect("temporary folder");
    let cache = Cache::at(root.path());
    let built = std::sync::atomic::AtomicU32::new(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let lock = cache.lock(&mut |_| {}).expect("lock");
                if cache.find(COMMIT, HOST, &mut |_| {}).is_none() {
                    let room = cache.room(&lock).expect("room");
                    fs::create_dir(room.path().join("sysroot")).expect("folder");
                    fs::write(room.path().join("sysroot/libstd-1.rlib"), "x").expect("file");
                    cache
                        .keep(&room.path().join("sysroot"), origin("1"), &lock)
                        .expect("kept");
                    built.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(built.into_inner(), 1);
}
