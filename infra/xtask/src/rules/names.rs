//! Files, folders and crates have names that mean something.

use crate::rule::{Finding, Repository, Rule};

/// Names that hold anything, and therefore everything in the end.
const EMPTY: [&str; 10] = [
    "common", "core", "helper", "helpers", "manager", "misc", "shared", "stuff", "util", "utils",
];

/// No source file or folder is named for holding things.
pub const MEANINGFUL: Rule = Rule {
    name: "names that mean something",
    reason: "a room named for holding things fills with things; name it for what is in it",
    check: |repository| {
        let files = repository.tree.ending(&["rs", "py", "toml", "sh"]);
        let words = files.flat_map(|(path, _)| {
            path.split('/')
                .map(move |part| (path, part.split('.').next().unwrap_or(part)))
        });
        let empty = words.filter(|(_, word)| EMPTY.contains(word));
        empty
            .map(|(path, word)| Finding::at(path, format!("`{word}` says nothing")))
            .collect()
    },
    bad: || {
        [
            "runtime/src/util.rs",
            "runtime/src/common/mod.rs",
            "harness/helpers/Cargo.toml",
        ]
        .map(|path| Repository::of_files(&[(path, "")]))
        .into()
    },
    good: || {
        Repository::of_files(&[
            ("runtime/src/utility_belt.rs", ""),
            ("docs/core.md", ""),
            ("runtime/src/cores.rs", ""),
        ])
    },
};
