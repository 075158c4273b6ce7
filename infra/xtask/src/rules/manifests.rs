//! Every manifest inherits what the workspace decided once, and no program carries names.

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

/// What is linked says `strip` wherever it has settings of its own.
pub const STRIPPED: Rule = Rule {
    name: "stripped programs",
    reason: "cargo takes `strip` from no profile once a package has settings of its own, and a tenth of a component is then names; say `strip = \"symbols\"` again in that table of the root manifest",
    check: stripped,
    bad: || {
        vec![Repository::of_files(&[
            (
                "Cargo.toml",
                "[profile.guest.package.noop]\nopt-level = 3\n",
            ),
            ("servers/noop/Cargo.toml", COMPLETE),
            ("servers/noop/src/main.rs", ""),
        ])]
    },
    good: || {
        Repository::of_files(&[
            (
                "Cargo.toml",
                "[profile.guest.package.noop]\nopt-level = 3\nstrip = \"symbols\"\n[profile.guest.package.regex]\nopt-level = 3\n",
            ),
            ("servers/noop/Cargo.toml", COMPLETE),
            ("servers/noop/src/main.rs", ""),
        ])
    },
};

/// Packages with a program of their own. Tests, benches and scripts of the build are shipped to nobody.
fn programs(repository: &Repository) -> Vec<String> {
    let tree = &repository.tree;
    let name = |folder: &str| {
        tree.text(&format!("{folder}/src/main.rs"))?;
        let manifest = tree.text(&format!("{folder}/Cargo.toml"))?;
        let manifest = manifest.parse::<Table>().ok()?;
        let name = manifest.get("package")?.get("name")?.as_str()?;
        Some(name.to_owned())
    };
    tree.packages().filter_map(name).collect()
}

fn stripped(repository: &Repository) -> Vec<Finding> {
    let root = repository.tree.text("Cargo.toml").unwrap_or_default();
    let Ok(root) = root.parse::<Table>() else {
        return Vec::new();
    };
    let programs = programs(repository);
    let profiles = root.get("profile").and_then(Value::as_table);
    let mut findings = Vec::new();
    // What is built for its developer keeps its names.
    let shipped = profiles.into_iter().flatten();
    let shipped = shipped.filter(|(profile, _)| !["dev", "test"].contains(&profile.as_str()));
    for (profile, settings) in shipped {
        let packages = settings.get("package").and_then(Value::as_table);
        for (package, own) in packages.into_iter().flatten() {
            if programs.contains(package) && own.get("strip").is_none() {
                let what = format!("[profile.{profile}.package.{package}] does not say `strip`");
                findings.push(Finding::at("Cargo.toml", what));
            }
        }
    }
    findings
}

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
