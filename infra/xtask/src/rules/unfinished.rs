//! Nothing unfinished is in the tree, and no test waits.

use crate::rule::{Finding, Repository, Rule};

/// No marks of unfinished work.
pub const NOTHING: Rule = Rule {
    name: "nothing unfinished",
    reason: "what is left for later is an issue, not a comment; a test that cannot run here prints `skipped: why`",
    check: |repository| {
        let marks = marks();
        let mut findings = Vec::new();
        for (path, text) in repository
            .tree
            .ending(&["rs", "py", "sh", "toml", "js", "mjs"])
        {
            for (index, line) in text.lines().enumerate() {
                let found = marks.iter().filter(|mark| is_marked(line, mark));
                findings
                    .extend(found.map(|mark| Finding::on(path, index + 1, format!("`{mark}`"))));
            }
        }
        findings
    },
    bad: || {
        let lines = marks()
            .into_iter()
            .map(|mark| format!("//! A module.\n    // {mark} rest\n"));
        lines
            .map(|text| Repository::of_files(&[("a/src/x.rs", &text)]))
            .collect()
    },
    good: || {
        Repository::of_files(&[(
            "a/src/x.rs",
            "//! Ignored messages.\nlet todos = 1; let ignore = 2; // TODOs of a user's file: METODO\n",
        )])
    },
};

/// No test sleeps.
pub const SLEEPLESS: Rule = Rule {
    name: "no test waits for a clock",
    reason: "a test that sleeps is slow on a fast machine and fails on a slow one; wait for what is to happen",
    check: |repository| {
        let calls = [
            ["thread::", "sleep("].concat(),
            ["time::", "sleep("].concat(),
        ];
        let mut findings = Vec::new();
        for (path, text) in repository
            .tree
            .ending(&["rs"])
            .filter(|(path, _)| path.contains("/tests/") || path.ends_with("tests.rs"))
        {
            for (index, line) in text.lines().enumerate() {
                if calls.iter().any(|call| line.contains(call)) {
                    findings.push(Finding::on(path, index + 1, "sleeps"));
                }
            }
        }
        findings
    },
    bad: || {
        let text = format!(
            "//! Tests.\nstd::thread::{}Duration::from_millis(5));\n",
            "sleep("
        );
        ["a/tests/x.rs", "a/src/x/tests.rs"]
            .map(|path| Repository::of_files(&[(path, text.as_str())]))
            .into()
    },
    good: || {
        Repository::of_files(&[(
            "a/src/backoff.rs",
            &format!("//! Waits.\nstd::thread::{}wait);\n", "sleep("),
        )])
    },
};

/// Put together here, so that this file does not find itself.
fn marks() -> Vec<String> {
    [
        ["TO", "DO"],
        ["FIX", "ME"],
        ["XX", "X"],
        ["#[ig", "nore"],
        ["to", "do!("],
        ["unimple", "mented!("],
    ]
    .map(|halves| halves.concat())
    .into()
}

/// A word must stand alone: `METODO` is a word of its own, and a three-letter mark is part of many.
fn is_marked(line: &str, mark: &str) -> bool {
    line.match_indices(mark).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + mark.len()..].chars().next();
        let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let ends_in_letter = mark.ends_with(|c: char| c.is_alphabetic());
        !joins(before) && (!ends_in_letter || !joins(after))
    })
}
