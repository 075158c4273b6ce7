//! What the README tells people to run is what is run.

use crate::rule::{Finding, Repository, Rule};

/// The README's test command is the one that `.ci/run` calls.
pub const SAME: Rule = Rule {
    name: "one test command",
    reason: "a README whose test command is not the one that is run every day is wrong within a month; write the same line in both",
    check,
    bad: || {
        let readme = "```sh\ncargo test --workspace\n```\n";
        vec![
            Repository::of_files(&[("README.md", readme), (".ci/run", "cargo test --all\n")]),
            Repository::of_files(&[
                ("README.md", readme),
                (".ci/run", "# cargo test --workspace\n"),
            ]),
            Repository::of_files(&[
                ("README.md", readme),
                (".ci/run", "cargo test --workspace --lib\n"),
            ]),
            Repository::of_files(&[("README.md", readme)]),
            Repository::of_files(&[
                ("README.md", "Run cargo test.\n"),
                (".ci/run", "cargo test\n"),
            ]),
            Repository::of_files(&[
                (
                    "README.md",
                    &format!("{readme}```sh\ncargo test --lib\n```\n"),
                ),
                (".ci/run", "cargo test --workspace\n"),
            ]),
        ]
    },
    good: || {
        Repository::of_files(&[
            (
                "README.md",
                "Then:\n\n```sh\ncargo run -p harness -- table3\ncargo test --workspace   # a comment\n```\n",
            ),
            (
                ".ci/run",
                "cargo fmt --check\n  cargo test --workspace 2>&1 | tee log\n",
            ),
        ])
    },
};

fn check(repository: &Repository) -> Vec<Finding> {
    let readme = repository.tree.text("README.md").unwrap_or_default();
    let commands: Vec<_> = shown(readme)
        .filter(|line| line.starts_with("cargo test"))
        .collect();
    let [command] = commands.as_slice() else {
        return vec![Finding::at(
            "README.md",
            format!("shows {} test commands; it is to show one", commands.len()),
        )];
    };
    let Some(run) = repository.tree.text(".ci/run") else {
        return vec![Finding::at(".ci/run", "is not there")];
    };
    let called = run.lines().map(str::trim).any(|line| {
        line.strip_prefix(command).is_some_and(|rest| {
            rest.is_empty() || rest.starts_with(" 2>") || rest.starts_with(" |")
        })
    });
    if called {
        Vec::new()
    } else {
        vec![Finding::at(
            ".ci/run",
            format!("does not call `{command}`, which the README shows"),
        )]
    }
}

/// The lines within fences, without comments.
fn shown(text: &str) -> impl Iterator<Item = &str> {
    let fenced = text
        .split("```")
        .skip(1)
        .step_by(2)
        .flat_map(|block| block.lines().skip(1));
    fenced.map(|line| line.split(" #").next().unwrap_or(line).trim())
}
