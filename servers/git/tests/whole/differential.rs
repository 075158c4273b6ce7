//! The same repositories, asked of this server and of the git on this machine.

use crate::real::{Place, skipped};
use git::read;
use git::repository::{Bounds, Repository};

fn open(place: &Place) -> Repository {
    let path = place.path();
    Repository::open(&path, &Bounds::default()).unwrap_or_else(|why| panic!("{path}: {why}"))
}

/// What git prints, as the official server would hand it on.
fn answer(heading: &str, printed: &str) -> String {
    format!(
        "{heading}\n{}",
        printed.strip_suffix('\n').unwrap_or(printed)
    )
}

/// Everything that a repository can be asked without a change, against git's own words.
fn check(place: &Place) {
    let repository = open(place);
    let name = place.path();
    assert_eq!(
        read::status(&repository).unwrap(),
        answer("Repository status:", &place.git(&["status"])),
        "{name}: status"
    );
    for context in [0, 1, 3, 50] {
        let unified = format!("--unified={context}");
        assert_eq!(
            read::diff_unstaged(&repository, context).unwrap(),
            answer("Unstaged changes:", &place.git(&["diff", &unified])),
            "{name}: unstaged, {context}"
        );
        assert_eq!(
            read::diff_staged(&repository, context).unwrap(),
            answer(
                "Staged changes:",
                &place.git(&["diff", &unified, "--cached"])
            ),
            "{name}: staged, {context}"
        );
    }
    for (kind, option) in [("local", "--no-color"), ("remote", "-r"), ("all", "-a")] {
        let printed = place.git(&["branch", option]);
        assert_eq!(
            read::branch(&repository, kind, None, None).unwrap(),
            printed.strip_suffix('\n').unwrap_or(&printed),
            "{name}: branch {kind}"
        );
    }
    if place
        .try_git(&["rev-parse", "--verify", "-q", "HEAD"])
        .is_none()
    {
        return;
    }
    history(place, &repository);
}

/// Every commit, as a list, as a patch and as what the working tree is compared with.
fn history(place: &Place, repository: &Repository) {
    let name = place.path();
    let format = "--format=tformat:Commit: %H%nAuthor: %an%nDate: %ad%nMessage: %B";
    let printed = place.git(&["log", "--date=format:%Y-%m-%d %H:%M:%S%z", format]);
    let ours = read::log(repository, 1000, None, None).unwrap();
    let ids = |text: &str| -> Vec<String> {
        let lines = text
            .lines()
            .filter_map(|line| line.strip_prefix("Commit: "));
        lines.map(str::to_owned).collect()
    };
    assert_eq!(ids(&ours), ids(&printed), "{name}: order of the log");
    for id in ids(&printed) {
        let patch = place.git(&["diff", &id]);
        assert_eq!(
            read::diff(repository, &id, 3).unwrap(),
            answer(&format!("Diff with {id}:"), &patch),
            "{name}: diff {id}"
        );
        let shown = read::show(repository, &id).unwrap();
        let against = match place.try_git(&["rev-parse", "--verify", "-q", &format!("{id}^")]) {
            Some(parent) => parent.trim().to_owned(),
            None => String::from("4b825dc642cb6eb9a060e54bf8d69288fbee4904"),
        };
        let patch = place.git(&["diff-tree", "-r", "-M", "-p", "--no-color", &against, &id]);
        assert_eq!(hunks(&shown), hunks(&patch), "{name}: show {id}");
    }
}

/// The lines of a patch that say what changed, without the headers, which the official server writes its own way.
fn hunks(patch: &str) -> Vec<&str> {
    let mut inside = false;
    let mut lines = Vec::new();
    for line in patch.lines() {
        if line.starts_with("@@ ") || line.starts_with("Binary files ") {
            inside = true;
        } else if line.starts_with("diff --git") || line.is_empty() || line.starts_with("commit ") {
            inside = false;
        }
        if inside {
            lines.push(line);
        }
    }
    lines
}

#[test]
fn a_history_of_all_kinds_of_changes_is_told_as_git_tells_it() {
    let Some(place) = Place::new() else {
        return skipped();
    };
    place.history();
    check(&place);
    place.dirty();
    check(&place);
}

#[test]
fn the_answers_are_the_same_after_git_gc() {
    let Some(place) = Place::new() else {
        return skipped();
    };
    place.history();
    let ask = |place: &Place| {
        let repository = open(place);
        let mut answers = vec![
            read::log(&repository, 100, None, None).unwrap(),
            read::status(&repository).unwrap(),
            read::branch(&repository, "all", None, None).unwrap(),
        ];
        for back in 0..6 {
            answers.push(read::show(&repository, &format!("HEAD~{back}")).unwrap());
            answers.push(read::diff(&repository, &format!("HEAD~{back}"), 3).unwrap());
        }
        answers
    };
    let loose = ask(&place);
    place.git(&["gc", "-q", "--aggressive"]);
    place.git(&["pack-refs", "--all"]);
    assert_eq!(loose, ask(&place));
    check(&place);
    // and with several packs, one with differences by name
    place.write("later.txt", b"later\n");
    place.git(&["add", "-A"]);
    place.commit("later");
    place.git(&[
        "-c",
        "repack.useDeltaBaseOffset=false",
        "repack",
        "-q",
        "-a",
        "-d",
    ]);
    place.write("later.txt", b"later still\n");
    place.git(&["commit", "-q", "-a", "-m", "still"]);
    place.git(&["repack", "-q", "-d"]);
    check(&place);
}

#[test]
fn an_empty_repository_and_a_first_commit_that_is_staged() {
    let Some(place) = Place::new() else {
        return skipped();
    };
    check(&place);
    place.write("first.txt", b"first\n");
    place.write("second.txt", b"second\n");
    check(&place);
    place.git(&["add", "first.txt"]);
    check(&place);
}

#[test]
fn a_conflict_and_its_resolution() {
    let Some(place) = Place::new() else {
        return skipped();
    };
    place.history();
    place.git(&["checkout", "-q", "-b", "left"]);
    place.write("src/code.c", b"int left(void);\n");
    place.git(&["commit", "-q", "-a", "-m", "left"]);
    place.git(&["checkout", "-q", "-b", "right", "HEAD~1"]);
    place.write("src/code.c", b"int right(void);\n");
    place.git(&["commit", "-q", "-a", "-m", "right"]);
    assert!(
        place.try_git(&["merge", "-q", "left"]).is_none(),
        "a conflict"
    );
    let repository = open(&place);
    assert_eq!(
        read::status(&repository).unwrap(),
        answer("Repository status:", &place.git(&["status"]))
    );
    assert_eq!(
        read::diff(&repository, "HEAD", 3).unwrap(),
        answer("Diff with HEAD:", &place.git(&["diff", "HEAD"]))
    );
    git::add::add(&repository, &[String::from("src/code.c")]).unwrap();
    check(&place);
    git::write::commit(&repository, "Merged").unwrap();
    assert_eq!(
        place.git(&["log", "-1", "--format=%P"]).split(' ').count(),
        2
    );
    check(&place);
}

#[test]
fn a_branch_that_follows_another_is_told_how_far_apart_they_are() {
    let Some(place) = Place::new() else {
        return skipped();
    };
    place.history();
    for (ours, theirs) in [(0, 0), (1, 0), (0, 1), (0, 2), (2, 0), (1, 1)] {
        let copy = place.copied();
        copy.git(&["reset", "-q", "--hard", &format!("HEAD~{theirs}")]);
        for number in 0..ours {
            copy.write(&format!("ours-{number}"), b"ours\n");
            copy.git(&["add", "-A"]);
            copy.commit("ours");
        }
        check(&copy);
    }
    let gone = place.copied();
    gone.git(&["update-ref", "-d", "refs/remotes/origin/main"]);
    check(&gone);
}

#[test]
fn a_detached_head_a_worktree_and_a_bare_repository() {
    let Some(place) = Place::new() else {
        return skipped();
    };
    place.history();
    place.git(&["checkout", "-q", "v1.0"]);
    check(&place);
    place.git(&["checkout", "-q", "main~2"]);
    check(&place);
    place.git(&["checkout", "-q", "main"]);
    let linked = place.linked("feature");
    check(&linked);
    check(&place);
    let bare = place.bare();
    let repository = open(&bare);
    assert!(read::status(&repository).is_err(), "no working tree");
    assert_eq!(
        read::log(&repository, 5, None, None).unwrap(),
        read::log(&open(&place), 5, None, None).unwrap()
    );
}
