//! No host of a package registry and no folder of one machine is named: both differ from machine to machine.

use crate::rule::{Finding, Repository, Rule};

/// The configuration of whoever builds says where packages come from.
pub const UNNAMED: Rule = Rule {
    name: "no hosts, no machines",
    reason: "where packages come from is the configuration of whoever builds, and a path of one machine is wrong on the next; lock files alone may name registries",
    check: |repository| {
        let (hosts, folders) = (hosts(), folders());
        let mut findings = Vec::new();
        for (path, text) in repository.tree.texts().filter(|(path, _)| !is_lock(path)) {
            for (index, line) in text.lines().enumerate() {
                let named = hosts.iter().filter(|host| is_named(line, host));
                findings.extend(named.map(|host| {
                    Finding::on(path, index + 1, format!("names the registry `{host}`"))
                }));
                let found = folders.iter().filter(|folder| is_path(line, folder));
                findings.extend(found.map(|folder| {
                    Finding::on(
                        path,
                        index + 1,
                        format!("names the folder `{folder}` of one machine"),
                    )
                }));
            }
        }
        findings
    },
    bad: || {
        let hosts = hosts()
            .into_iter()
            .map(|host| format!("get https://{host}/x"));
        let folders = folders()
            .into_iter()
            .map(|folder| format!("open(\"{folder}x\")"));
        hosts
            .chain(folders)
            .chain([format!("FROM {}/library/x", package())])
            .map(|text| Repository::of_files(&[("a/README.md", &text)]))
            .collect()
    },
    good: || {
        let (host, folder) = (hosts().remove(0), folders().remove(0));
        Repository::of_files(&[
            ("Cargo.lock", &host),
            ("a/package-lock.json", &host),
            (
                "README.md",
                &format!("docs{folder}x, https://example.com{folder}x"),
            ),
            ("b/README.md", &format!("apt install {}", package())),
        ])
    },
};

/// Put together here, so that this file does not find itself.
fn hosts() -> Vec<String> {
    [
        ["crates", ".io"],
        ["static.rust-lang", ".org"],
        ["deb.debian", ".org"],
        ["security.debian", ".org"],
        ["registry.npmjs", ".org"],
        ["registry.yarnpkg", ".com"],
        ["pypi", ".org"],
        ["files.pythonhosted", ".org"],
        ["proxy.golang", ".org"],
        ["docker", ".io"],
        ["gcr", ".io"],
        ["quay", ".io"],
    ]
    .map(|halves| halves.concat())
    .into()
}

/// Debian's engine is a package of the same name as a registry.
fn package() -> String {
    ["docker", ".io"].concat()
}

/// That package by itself is no host: a registry is part of an address.
fn is_named(line: &str, host: &str) -> bool {
    let joined = |(at, found): (usize, &str)| {
        line[..at].ends_with(['/', '.', '@']) || line[at + found.len()..].starts_with(['/', ':'])
    };
    let package = host == package();
    line.match_indices(host).any(|hit| !package || joined(hit))
}

fn folders() -> Vec<String> {
    [["/wo", "rk/"], ["/root/.", "cargo"], ["/root/.", "cache"]]
        .map(|halves| halves.concat())
        .into()
}

/// An absolute path, not the middle of a longer one or of an address.
fn is_path(line: &str, folder: &str) -> bool {
    let joins = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '}' | '/');
    line.match_indices(folder)
        .any(|(at, _)| !line[..at].ends_with(joins))
}

fn is_lock(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.ends_with(".lock") || name == "package-lock.json"
}
