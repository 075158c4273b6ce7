//! A module says in a sentence what it is, and is short enough for the sentence to be true.

use crate::rule::{Finding, Repository, Rule};

/// Past this, a file is two files.
const LONGEST: usize = 600;

/// Every Rust file begins with `//!`.
pub const SENTENCE: Rule = Rule {
    name: "a sentence at the head of every module",
    reason: "a file that cannot be described in one sentence holds two things; begin it with `//! What it is.`",
    check: |repository| {
        let files = repository.tree.ending(&["rs"]);
        let without = files.filter(|(_, text)| !begins_with_sentence(text));
        without
            .map(|(path, _)| Finding::on(path, 1, "does not begin with a `//!` sentence"))
            .collect()
    },
    bad: || {
        [
            "",
            "use std::fmt;\n",
            "//! \nfn main() {}\n",
            "// A comment.\n",
            "fn main() {}\n//! Too late.\n",
        ]
        .map(|text| Repository::of_files(&[("runtime/src/cache.rs", text)]))
        .into()
    },
    good: || {
        Repository::of_files(&[
            ("runtime/src/cache.rs", "//! Compiled code.\n"),
            ("README.md", "no sentence"),
            (
                "guest-sdk/src/lib.rs",
                "#![doc = include_str!(\"../README.md\")]\n",
            ),
        ])
    },
};

/// No source file is longer than [`LONGEST`] lines.
pub const LENGTH: Rule = Rule {
    name: "short files",
    reason: "50–400 lines are usual and 600 the most; past that, split the file by what it describes",
    check: |repository| {
        let files = repository.tree.ending(&["rs", "py", "sh", "mjs", "js"]);
        let long = files
            .map(|(path, text)| (path, text.lines().count()))
            .filter(|(_, lines)| *lines > LONGEST);
        long.map(|(path, lines)| Finding::at(path, format!("has {lines} lines")))
            .collect()
    },
    bad: || {
        ["rs", "py"]
            .map(|end| {
                Repository::of_files(&[(
                    format!("a/long.{end}").as_str(),
                    &"x\n".repeat(LONGEST + 1),
                )])
            })
            .into()
    },
    good: || {
        Repository::of_files(&[
            ("a/long.rs", &"x\n".repeat(LONGEST)),
            ("a/golden.json", &"x\n".repeat(2000)),
        ])
    },
};

fn begins_with_sentence(text: &str) -> bool {
    // A program that is run as a script has its interpreter on the first line.
    let text = text
        .strip_prefix("#!/")
        .and_then(|rest| rest.split_once('\n'))
        .map_or(text, |(_, rest)| rest);
    let first = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    // A crate whose description is its README says it once.
    if first.starts_with("#![doc = include_str!(") {
        return true;
    }
    first
        .strip_prefix("//!")
        .is_some_and(|sentence| sentence.trim().len() > 3)
}
