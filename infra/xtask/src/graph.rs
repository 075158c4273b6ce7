//! Who depends on whom, from `cargo metadata`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;

/// Crates that are shipped built by themselves, so that no other crate's features reach them.
const BUILT_ALONE: [&str; 2] = ["wasmmcp-runtime", "worker"];

/// How one crate needs another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// In what is shipped, or in its build script.
    Normal,
    /// In tests, benches and examples alone.
    Dev,
}

/// The workspace's crates and everything below them, by package name.
#[derive(Debug, Default)]
pub struct Graph {
    /// Our crates, to their folder relative to the root.
    pub members: BTreeMap<String, String>,
    /// Every edge between packages, whatever the platform.
    pub edges: BTreeSet<(String, String, Kind)>,
    /// The edges that remain when the target is a component.
    pub guest_edges: BTreeSet<(String, String, Kind)>,
    /// Everything that is in a crate when it is built by itself, by package name.
    pub alone: BTreeMap<String, BTreeSet<String>>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_members: Vec<String>,
    workspace_root: String,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    manifest_path: String,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Edge>,
}

#[derive(Deserialize)]
struct Edge {
    pkg: String,
    dep_kinds: Vec<DepKind>,
}

#[derive(Deserialize)]
struct DepKind {
    kind: Option<String>,
}

impl Graph {
    /// Asks `cargo metadata`, once for every platform and once for components.
    ///
    /// # Errors
    /// When `cargo` fails or answers what we cannot read.
    pub fn of_workspace(root: &Path) -> Result<Self, String> {
        let whole = ask(root, &[])?;
        let guest = ask(root, &["--filter-platform", "wasm32-wasip2"])?;
        let names: BTreeMap<&str, &str> = whole
            .packages
            .iter()
            .map(|package| (package.id.as_str(), package.name.as_str()))
            .collect();
        let members = whole
            .packages
            .iter()
            .filter(|package| whole.workspace_members.contains(&package.id))
            .map(|package| {
                let folder = package
                    .manifest_path
                    .trim_start_matches(&whole.workspace_root)
                    .trim_end_matches("Cargo.toml");
                (package.name.clone(), folder.trim_matches('/').to_owned())
            });
        let mut alone = BTreeMap::new();
        for package in BUILT_ALONE {
            alone.insert(package.to_owned(), in_crate(root, package)?);
        }
        Ok(Self {
            alone,
            members: members.collect(),
            edges: edges(&whole, &names),
            guest_edges: edges(&guest, &names),
        })
    }

    /// A graph of these members, each with its folder, and these edges; for examples.
    pub fn planted(members: &[(&str, &str)], edges: &[(&str, &str, Kind)]) -> Self {
        let edges: BTreeSet<_> = edges
            .iter()
            .map(|(from, to, kind)| ((*from).to_owned(), (*to).to_owned(), *kind))
            .collect();
        let members = members
            .iter()
            .map(|(name, folder)| ((*name).to_owned(), (*folder).to_owned()))
            .collect();
        Self {
            members,
            guest_edges: edges.clone(),
            edges,
            alone: BTreeMap::new(),
        }
    }

    /// Our crates in a folder below `servers/`.
    pub fn servers(&self) -> impl Iterator<Item = &str> {
        self.members
            .iter()
            .filter(|(_, folder)| folder.starts_with("servers/"))
            .map(|(name, _)| name.as_str())
    }

    /// Our crates that one of ours names in its manifest.
    pub fn ours_of(&self, from: &str) -> impl Iterator<Item = (&str, Kind)> {
        self.edges
            .iter()
            .filter(move |(source, to, _)| source == from && self.members.contains_key(to))
            .map(|(_, to, kind)| (to.as_str(), *kind))
    }

    /// A shortest chain of shipped dependencies from one package down to another; `None` when there is none.
    pub fn chain(&self, from: &str, to: &str, guest: bool) -> Option<Vec<String>> {
        let edges = if guest {
            &self.guest_edges
        } else {
            &self.edges
        };
        let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
        let mut queue = std::collections::VecDeque::from([from]);
        while let Some(here) = queue.pop_front() {
            let below = edges
                .iter()
                .filter(|(source, _, kind)| source == here && *kind == Kind::Normal);
            for (_, next, _) in below {
                if next == from || came_from.contains_key(next.as_str()) {
                    continue;
                }
                came_from.insert(next, here);
                if next == to {
                    let mut chain = vec![to.to_owned()];
                    while let Some(before) =
                        chain.last().and_then(|name| came_from.get(name.as_str()))
                    {
                        chain.push((*before).to_owned());
                    }
                    chain.reverse();
                    return Some(chain);
                }
                queue.push_back(next);
            }
        }
        None
    }
}

fn ask(root: &Path, more: &[&str]) -> Result<Metadata, String> {
    let mut arguments = vec!["metadata", "--format-version", "1"];
    arguments.extend(more);
    let printed = cargo(root, &arguments)?;
    serde_json::from_slice(&printed)
        .map_err(|error| format!("`cargo metadata` cannot be understood: {error}"))
}

/// What a build of this package alone puts into it; `cargo metadata` knows only the features of all together.
fn in_crate(root: &Path, package: &str) -> Result<BTreeSet<String>, String> {
    let arguments = [
        "tree", "-p", package, "-e", "normal", "--prefix", "none", "--format", "{p}",
    ];
    let printed = cargo(root, &arguments)?;
    let printed = String::from_utf8_lossy(&printed);
    Ok(printed
        .lines()
        .filter_map(|line| line.split(' ').next())
        .map(str::to_owned)
        .collect())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place of this crate that asks cargo"
)]
fn cargo(root: &Path, arguments: &[&str]) -> Result<Vec<u8>, String> {
    let mut cargo =
        std::process::Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let output = cargo.current_dir(root).args(arguments).output();
    let output = output.map_err(|error| format!("`cargo` could not be started: {error}"))?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!("`cargo {}` failed: {}", arguments[0], said.trim()))
    }
}

fn edges(metadata: &Metadata, names: &BTreeMap<&str, &str>) -> BTreeSet<(String, String, Kind)> {
    let name = |id: &str| names.get(id).copied().unwrap_or_default().to_owned();
    let edges = metadata
        .resolve
        .nodes
        .iter()
        .flat_map(|node| node.deps.iter().map(move |edge| (node, edge)));
    edges
        .flat_map(|(node, edge)| {
            let kinds = edge.dep_kinds.iter().map(|kind| {
                if kind.kind.as_deref() == Some("dev") {
                    Kind::Dev
                } else {
                    Kind::Normal
                }
            });
            kinds.map(move |kind| (name(&node.id), name(&edge.pkg), kind))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_follows_what_is_shipped_and_not_what_is_tested_with() {
        let graph = Graph::planted(
            &[("a", "a")],
            &[
                ("a", "b", Kind::Normal),
                ("b", "c", Kind::Normal),
                ("b", "a", Kind::Normal),
                ("a", "d", Kind::Dev),
                ("d", "e", Kind::Normal),
            ],
        );
        assert_eq!(
            graph.chain("a", "c", false).expect("a chain"),
            ["a", "b", "c"]
        );
        assert_eq!(graph.chain("a", "e", false), None);
        assert_eq!(graph.chain("c", "a", true), None);
    }
}
