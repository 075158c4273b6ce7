//! No byte changes silently.
use std::collections::BTreeMap;
use std::fmt::Write as _;

use dataset::{Manifest, Seed};
use expect_test::expect_file;

use crate::WHOLE;

/// The folder that a file is counted with: there are thousands in each of these.
fn together(path: &str) -> Option<&str> {
    let folder = |rest: &str| path.len() - rest.len();
    if let Some(rest) = path.strip_prefix("files/tree/") {
        return Some(&path[..folder(rest) + rest.find('/')?]);
    }
    if let Some(at) = path.find("/.git/objects/") {
        return Some(&path[..at + "/.git/objects".len()]);
    }
    let rest = path.strip_prefix("git/large/module-")?;
    Some(&path[..folder(rest) + rest.find('/')?])
}

/// Every file's digest, those of a large folder as one.
fn digests(manifest: &Manifest) -> String {
    let mut lines = format!("generator {}  seed {}\n", manifest.generator, manifest.seed);
    let mut folders = BTreeMap::<&str, (usize, blake3::Hasher)>::new();
    for file in &manifest.files {
        match together(&file.path) {
            Some(folder) => {
                let (count, hasher) = folders.entry(folder).or_default();
                *count += 1;
                hasher.update(format!("{}  {}\n", file.digest, file.path).as_bytes());
            }
            None => writeln!(lines, "{}  {:>9}  {}", file.digest, file.bytes, file.path)
                .expect("a String takes every character"),
        }
    }
    for (folder, (count, hasher)) in folders {
        writeln!(
            lines,
            "blake3:{}  {count} files  {folder}/",
            hasher.finalize().to_hex()
        )
        .expect("a String takes every character");
    }
    lines
}

/// If this fails and the change is meant: raise `GENERATOR`, run with `UPDATE_EXPECT=1`, run `golden/phash.py`, and have the servers' right answers made again.
#[test]
fn the_bytes_of_seed_42_are_those_that_the_right_answers_belong_to() {
    expect_file!["../../golden/digests.txt"].assert_eq(&digests(&WHOLE.manifest));
}

#[test]
fn another_seed_gives_the_same_files_with_other_bytes() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let other = dataset::generate(folder.path(), Seed(43)).expect("there is room for 100 MB");
    // an object of git is called after its content
    let paths = |manifest: &Manifest| {
        let files = manifest.files.iter().map(|file| file.path.clone());
        files
            .filter(|path| !path.contains("/.git/objects/"))
            .collect::<Vec<_>>()
    };
    let (ours, theirs) = (paths(&WHOLE.manifest), paths(&other));
    let odd = ours
        .iter()
        .zip(&theirs)
        .find(|(ours, theirs)| ours != theirs);
    assert_eq!((odd, ours.len()), (None, theirs.len()));
    assert_ne!(other.digest, WHOLE.manifest.digest);
    let known: BTreeMap<&str, &str> = other
        .files
        .iter()
        .map(|file| (file.path.as_str(), file.digest.as_str()))
        .collect();
    let files = WHOLE.manifest.files.iter();
    let same = files
        .filter(|file| !file.path.starts_with("git/"))
        .filter(|file| known.get(file.path.as_str()) == Some(&file.digest.as_str()))
        .count();
    // 20 are written by hand: encodings, odd names, and files that are broken on purpose
    assert_eq!(same, 20);
}
