//! The repositories, read by the real git: every object sound, the same history loose and packed, and a working tree in the state that was meant.
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use expect_test::{Expect, expect};

use crate::{WHOLE, bytes};

/// What git says in a repository of the data set; `None` where git is not installed.
#[expect(
    clippy::disallowed_methods,
    reason = "these tests ask another implementation, which is a program"
)]
fn output(repository: &str, arguments: &[&str]) -> Option<Output> {
    let folder = WHOLE.folder.join("git").join(repository);
    let asked = Command::new("git")
        .args(["-c", "safe.directory=*", "-C"])
        .arg(folder)
        .args(arguments)
        // nobody's configuration, and nothing written into the data set
        .env_clear()
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("TZ", "UTC")
        .output();
    match asked {
        Ok(output) => Some(output),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => panic!("git cannot be started: {error}"),
    }
}

fn there_is_git() -> bool {
    let there = output("small", &["--version"]).is_some();
    if !there {
        println!("skipped: git is not installed");
    }
    there
}

fn git(repository: &str, arguments: &[&str]) -> String {
    let output = output(repository, arguments).expect("git is installed");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "git {arguments:?} in {repository}: {said}"
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn every_object_and_reference_is_sound() {
    if !there_is_git() {
        return;
    }
    for repository in ["small", "packed", "dirty", "large"] {
        let output = output(repository, &["fsck", "--full", "--strict"]).expect("git is there");
        let said = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(output.status.success(), "{repository}: {said}");
        // a blob that was staged and never committed is no fault
        let faults: Vec<_> = said
            .lines()
            .filter(|line| !line.starts_with("dangling blob") && !line.starts_with("Checking"))
            .collect();
        assert!(faults.is_empty(), "{repository}: {faults:?}");
    }
}

#[test]
fn loose_and_packed_are_one_history() {
    if !there_is_git() {
        return;
    }
    let log = |repository| {
        git(
            repository,
            &[
                "log",
                "--all",
                "--date-order",
                "--format=%H %P %ad %cn %s",
                "--numstat",
            ],
        )
    };
    let loose = log("small");
    assert_eq!(loose, log("packed"));
    assert_eq!(loose, log("dirty"));
    let references = |repository| git(repository, &["for-each-ref"]);
    assert_eq!(references("small"), references("packed"));
}

#[test]
fn the_small_history_has_what_readers_must_know() {
    if !there_is_git() {
        return;
    }
    let count = |arguments: &[&str]| git("small", arguments).lines().count();
    let commits: u32 = git("small", &["rev-list", "--all", "--count"])
        .trim()
        .parse()
        .expect("a number");
    assert!((55..=65).contains(&commits), "{commits} commits");
    let mut shape = String::new();
    for (what, arguments) in [
        ("merges", &["rev-list", "--all", "--merges"][..]),
        ("of three", &["rev-list", "--all", "--min-parents=3"]),
        (
            "authors",
            &["shortlog", "-s", "--group=format:%ae", "--all"],
        ),
        ("branches", &["branch", "--list"]),
        ("remote", &["branch", "--remotes"]),
        ("tags", &["tag", "--list"]),
    ] {
        writeln!(shape, "{what} {}", count(arguments)).expect("a String takes it");
    }
    for filter in ["R", "D", "A", "M"] {
        let changed = git(
            "small",
            &[
                "log",
                "--format=",
                "--name-status",
                "-M",
                &format!("--diff-filter={filter}"),
            ],
        );
        writeln!(shape, "{filter} {}", changed.lines().count()).expect("a String takes it");
    }
    let modes = git("small", &["log", "--format=", "--summary"]);
    for line in modes
        .lines()
        .filter(|line| line.contains("mode change") || line.contains("120000"))
    {
        writeln!(shape, "{}", line.trim()).expect("a String takes it");
    }
    expect![[r#"
        merges 3
        of three 1
        authors 3
        branches 8
        remote 3
        tags 6
        R 6
        D 4
        A 33
        M 48
        delete mode 120000 docs/latest
        create mode 120000 docs/latest
        mode change 100644 => 100755 scripts/build.sh
    "#]]
    .assert_eq(&shape);
}

fn status(repository: &str, expected: Expect) {
    let said = git(
        repository,
        &[
            "-c",
            "core.quotePath=false",
            "status",
            "--porcelain",
            "--branch",
            "--untracked-files=all",
        ],
    );
    expected.assert_eq(&said);
}

#[test]
fn working_trees_are_clean_or_in_the_middle_of_work() {
    if !there_is_git() {
        return;
    }
    let clean = expect![[r#"
        ## main...origin/main [ahead 3]
    "#]];
    status("small", clean);
    status(
        "packed",
        expect![[r#"
        ## main...origin/main [ahead 3]
    "#]],
    );
    status(
        "dirty",
        expect![[r###"
            ## main...origin/main [ahead 3]
             M README.md
             M assets/logo.bin
             D data/nul.bin
             M data/windows.csv
            M  docs/guide.md
             M docs/no-newline.txt
            D  "docs/release notes.txt"
             M docs/設計.md
            R  scripts/build.sh -> scripts/make.sh
            A  src/main/java/org/example/lattice/Fresh.java
            MM src/main/java/org/example/lattice/Grid.java
            M  src/main/java/org/example/lattice/storage/Codec.java
            ?? keep.log
            ?? "new folder/inner.txt"
            ?? "new folder/メモ.txt"
            ?? notes.txt
        "###]],
    );
    status(
        "large",
        expect![[r#"
            ## main...origin/main
             M README.md
            MM module-03/src/Part04.java
            R  module-05/src/Part10.java -> module-05/src/Part90.java
            D  module-06/data/run-1.csv
            M  module-07/src/Part00.java
            M  module-11/src/Part36.java
             M module-12/src/Part12.java
             M module-13/src/Part01.java
             M module-14/src/Part22.java
             M module-15/data/run-5.csv
            M  module-20/data/run-3.csv
            A  module-30/src/Fresh.java
             M module-31/src/Part30.java
             D module-33/src/Part02.java
             M module-38/src/Part07.java
            ?? module-99/a.txt
            ?? module-99/b.txt
            ?? plan.txt
        "#]],
    );
}

#[test]
fn git_trusts_the_index_and_reads_no_file_again() {
    if !there_is_git() {
        return;
    }
    // what `ls-files --debug` shows is what is compared: seconds and size
    let shown = git("large", &["ls-files", "--debug", "README.md"]);
    assert!(shown.contains("mtime: 1735689600:0"), "{shown}");
    // without that trust this list would name every file
    let differ = git("large", &["diff-files", "--name-only"]);
    assert_eq!(differ.lines().count(), 10, "{differ}");
}

/// The kinds of a pack's entries, by the number that stands in each head: read here, by the format's description.
fn kinds(repository: &str) -> [usize; 8] {
    let folder = format!("git/{repository}/.git/objects/pack");
    let name = std::fs::read_dir(WHOLE.folder.join(&folder))
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be listed").path())
        .find(|path| path.extension().is_some_and(|ending| ending == "idx"))
        .expect("a pack has an index");
    let name = Path::new(name.file_stem().expect("it has a name"));
    let (index, pack) = (
        bytes(&format!("{folder}/{}.idx", name.display())),
        bytes(&format!("{folder}/{}.pack", name.display())),
    );
    let number =
        |at: usize| u32::from_be_bytes(index[at..at + 4].try_into().expect("four bytes")) as usize;
    let count = number(8 + 255 * 4);
    let offsets = 8 + 1024 + count * 24;
    let mut kinds = [0; 8];
    for entry in 0..count {
        let head = pack[number(offsets + entry * 4)];
        kinds[usize::from(head >> 4 & 7)] += 1;
    }
    kinds
}

#[test]
fn packs_hold_differences_of_both_kinds() {
    let packed = kinds("packed");
    assert!(packed[6] > 100 && packed[7] > 50, "{packed:?}");
    let large = kinds("large");
    assert!(large[6] > 300 && large[7] == 0, "{large:?}");
    assert!(large[1] >= 31, "{large:?}");
}

#[test]
fn the_large_repository_is_as_large_as_was_asked() {
    let sizes = |ending: &str| {
        let of =
            WHOLE.manifest.files.iter().filter(|file| {
                file.path.starts_with("git/large/.git/") && file.path.ends_with(ending)
            });
        of.map(|file| file.bytes).sum::<u64>()
    };
    let pack = sizes(".pack");
    assert!((27_000_000..=33_000_000).contains(&pack), "{pack} bytes");
    if there_is_git() {
        let files = git("large", &["ls-tree", "-r", "--name-only", "HEAD"]);
        assert_eq!(files.lines().count(), 2_000);
        let commits = git("large", &["rev-list", "--count", "HEAD"]);
        assert_eq!(commits.trim(), "50");
    }
}
