//! No byte changes silently.
use std::collections::BTreeMap;
use std::fmt::Write as _;

use dataset::{Manifest, Seed};
use expect_test::expect_file;

use crate::WHOLE;

/// Every file's digest, those of a folder of the tree as one.
fn digests(manifest: &Manifest) -> String {
    let mut lines = format!("generator {}  seed {}\n", manifest.generator, manifest.seed);
    let mut folders = BTreeMap::<&str, (usize, blake3::Hasher)>::new();
    for file in &manifest.files {
        match file
            .path
            .strip_prefix("files/tree/")
            .and_then(|path| path.split_once('/'))
        {
            Some((folder, _)) => {
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
            "blake3:{}  {count} files  files/tree/{folder}/",
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
    let other = dataset::generate(folder.path(), Seed(43)).expect("there is room for 22 MB");
    let paths = |manifest: &Manifest| {
        manifest
            .files
            .iter()
            .map(|file| file.path.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(paths(&other), paths(&WHOLE.manifest));
    assert_ne!(other.digest, WHOLE.manifest.digest);
    let same = other
        .files
        .iter()
        .zip(&WHOLE.manifest.files)
        .filter(|(ours, theirs)| ours.digest == theirs.digest)
        .count();
    // 18 are written by hand: encodings, odd names, and files that are broken on purpose
    assert_eq!(same, 18);
}
