//! A folder below `servers/` is a whole server: a member of the workspace, described, and with its right answers.

use toml::{Table, Value};

use crate::graph::Graph;
use crate::rule::{Finding, Repository, Rule};

/// Nothing half a server lies in `servers/`.
pub const COMPLETE: Rule = Rule {
    name: "whole servers",
    reason: "the instruments know a server by its server.toml alone, and readers by its README; give the folder both, and name crate, folder and server alike",
    check,
    bad: || {
        let without = |path: &str| {
            FILES
                .iter()
                .copied()
                .filter(|(other, _)| *other != path)
                .collect::<Vec<_>>()
        };
        let mut bad: Vec<_> = [
            "servers/noop/Cargo.toml",
            "servers/noop/README.md",
            "servers/noop/server.toml",
        ]
        .map(|path| repository(&without(path), "servers/noop"))
        .into();
        bad.push(repository(FILES, "elsewhere"));
        for text in [
            "name = \"other\"\npackage = \"noop\"\n[[call]]\n",
            "name = \"noop\"\npackage = \"other\"\n[[call]]\n",
            "name = \"noop\"\npackage = \"noop\"\n",
            "name = ",
        ] {
            let mut files = without("servers/noop/server.toml");
            files.push(("servers/noop/server.toml", text));
            bad.push(repository(&files, "servers/noop"));
        }
        bad
    },
    good: || repository(FILES, "servers/noop"),
};

const FILES: &[(&str, &str)] = &[
    ("servers/noop/Cargo.toml", "[package]\nname = \"noop\"\n"),
    ("servers/noop/README.md", "# noop\n"),
    (
        "servers/noop/server.toml",
        "name = \"noop\"\npackage = \"noop\"\n[[call]]\nid = \"noop-small\"\n",
    ),
    ("servers/README.md", "# servers\n"),
];

fn repository(files: &[(&str, &str)], folder: &str) -> Repository {
    Repository {
        graph: Graph::planted(&[("noop", folder)], &[]),
        ..Repository::of_files(files)
    }
}

fn check(repository: &Repository) -> Vec<Finding> {
    let Repository { tree, graph } = repository;
    let mut findings = Vec::new();
    for name in tree.folders_in("servers") {
        let folder = format!("servers/{name}");
        for file in ["Cargo.toml", "README.md", "server.toml"] {
            if !tree.holds(&format!("{folder}/{file}")) {
                findings.push(Finding::at(&folder, format!("has no {file}")));
            }
        }
        if !graph.members.values().any(|member| *member == folder) {
            findings.push(Finding::at(&folder, "is no member of the workspace"));
        }
        let path = format!("{folder}/server.toml");
        let Some(text) = tree.text(&path) else {
            continue;
        };
        let server = match text.parse::<Table>() {
            Ok(server) => server,
            Err(error) => {
                findings.push(Finding::at(
                    &path,
                    format!("is no TOML: {}", error.message()),
                ));
                continue;
            }
        };
        let word = |key: &str| server.get(key).and_then(Value::as_str).unwrap_or_default();
        if word("name") != name {
            findings.push(Finding::at(
                &path,
                format!("is named `{}` in the folder `{name}`", word("name")),
            ));
        }
        if graph.members.get(word("package")) != Some(&folder) {
            findings.push(Finding::at(
                &path,
                format!(
                    "names the package `{}`, which is not this folder's",
                    word("package")
                ),
            ));
        }
        if server
            .get("call")
            .and_then(Value::as_array)
            .is_none_or(Vec::is_empty)
        {
            findings.push(Finding::at(&path, "has no call with its right answer"));
        }
    }
    findings
}
