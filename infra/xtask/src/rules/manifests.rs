//! Every manifest inherits what the workspace decided once.

use toml::{Table, Value};

use crate::rule::{Finding, Repository, Rule};

/// Lints, edition and versions come from the workspace.
pub const INHERITED: Rule = Rule {
    name: "inherited manifest",
    reason: "lints, edition and versions are decided once, in the root manifest; write `x.workspace = true`",
    check,
    bad: || {
        let spoil = |from: &str, to: &str| COMPLETE.replace(from, to);
        let texts = [
            spoil("[lints]\nworkspace = true\n", ""),
            spoil("edition.workspace = true", "edition = \"2021\""),
            spoil("publish.workspace = true\n", ""),
            spoil("\"A server.\"", "\"\""),
            spoil("serde.workspace = true", "serde = \"1\""),
            spoil(
                "[dependencies]\nserde.workspace = true",
                "[target.'cfg(unix)'.dev-dependencies]\nserde = { version = \"1\" }",
            ),
            spoil("name = \"noop\"", "name = "),
        ];
        texts
            .map(|text| Repository::of_files(&[("servers/noop/Cargo.toml", &text)]))
            .into()
    },
    good: || {
        Repository::of_files(&[
            ("servers/noop/Cargo.toml", COMPLETE),
            ("Cargo.toml", "[workspace.dependencies]\nserde = \"1\"\n"),
        ])
    },
};

const COMPLETE: &str = r#"
[package]
name = "noop"
description = "A server."
version.workspace = true
edition.workspace = true
rust-version.workspace = true
license.workspace = true
authors.workspace = true
publish.workspace = true
[lints]
workspace = true
[dependencies]
serde.workspace = true
[target.'cfg(unix)'.dependencies]
libc = { workspace = true, features = ["std"] }
"#;

const INHERITED_KEYS: [&str; 6] = [
    "version",
    "edition",
    "rust-version",
    "license",
    "authors",
    "publish",
];
const TABLES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

fn check(repository: &Repository) -> Vec<Finding> {
    let tree = &repository.tree;
    let mut findings = Vec::new();
    for folder in tree.packages() {
        let path = format!("{folder}/Cargo.toml");
        match tree.text(&path).unwrap_or_default().parse::<Table>() {
            Ok(manifest) => findings.extend(
                faults(&manifest)
                    .into_iter()
                    .map(|what| Finding::at(&path, what)),
            ),
            Err(error) => findings.push(Finding::at(
                &path,
                format!("is no TOML: {}", error.message()),
            )),
        }
    }
    findings
}

fn faults(manifest: &Table) -> Vec<String> {
    let inherits = |value: Option<&Value>| {
        value
            .and_then(|value| value.get("workspace"))
            .and_then(Value::as_bool)
            == Some(true)
    };
    let package = manifest.get("package").and_then(Value::as_table);
    let mut faults = Vec::new();
    for key in INHERITED_KEYS {
        if !inherits(package.and_then(|package| package.get(key))) {
            faults.push(format!("`{key}` is not the workspace's"));
        }
    }
    if package
        .and_then(|package| package.get("description")?.as_str())
        .unwrap_or_default()
        .is_empty()
    {
        faults.push("has no description".into());
    }
    if !inherits(manifest.get("lints")) {
        faults.push("does not inherit the workspace's lints".into());
    }
    let platforms = manifest.get("target").and_then(Value::as_table);
    let platforms = platforms
        .into_iter()
        .flat_map(|table| table.values().filter_map(Value::as_table));
    for table in std::iter::once(manifest).chain(platforms) {
        let dependencies = TABLES
            .iter()
            .filter_map(|name| table.get(*name)?.as_table());
        for (name, value) in dependencies.flatten() {
            if !inherits(Some(value)) {
                faults.push(format!("the version of `{name}` is not the workspace's"));
            }
        }
    }
    faults
}
