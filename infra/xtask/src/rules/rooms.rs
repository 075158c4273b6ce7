//! Every room has a README that fits on a screen.

use std::collections::BTreeSet;

use crate::rule::{Finding, Repository, Rule};

/// What lives here, what never does, how to add one: that takes no more.
const LONGEST: usize = 30;

/// Top-level folders and crates are rooms.
pub const DESCRIBED: Rule = Rule {
    name: "described rooms",
    reason: "each room's README says in at most 30 lines what lives here, what never does, and how to add one",
    check: |repository| {
        let tree = &repository.tree;
        let crates = tree.packages().map(str::to_owned);
        let top = tree
            .folders_in("")
            .into_iter()
            .filter(|name| !name.starts_with('.'));
        let rooms: BTreeSet<_> = crates.chain(top).collect();
        let mut findings = Vec::new();
        for room in rooms {
            match tree.text(&format!("{room}/README.md")) {
                None => findings.push(Finding::at(room, "has no README.md")),
                Some(text) if text.lines().count() > LONGEST => findings.push(Finding::at(
                    format!("{room}/README.md"),
                    format!("has {} lines", text.lines().count()),
                )),
                Some(text) if !text.starts_with("# ") => findings.push(Finding::at(
                    format!("{room}/README.md"),
                    "does not begin with the room's name",
                )),
                Some(_) => {}
            }
        }
        findings
    },
    bad: || {
        vec![
            Repository::of_files(&[("runtime/Cargo.toml", "[package]\n")]),
            Repository::of_files(&[
                ("infra/xtask/Cargo.toml", "[package]\n"),
                ("infra/README.md", "# infra\n"),
            ]),
            Repository::of_files(&[("scenarios/s1.toml", "")]),
            Repository::of_files(&[(
                "scenarios/README.md",
                &format!("# scenarios\n{}", "x\n".repeat(LONGEST)),
            )]),
            Repository::of_files(&[("scenarios/README.md", "")]),
        ]
    },
    good: || {
        Repository::of_files(&[
            ("runtime/Cargo.toml", "[package]\n"),
            ("runtime/README.md", "# runtime\n"),
            (".ci/run", ""),
            ("LICENSE", ""),
        ])
    },
};
