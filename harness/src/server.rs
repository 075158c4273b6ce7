//! Reads `server.toml`: all that the instruments know of a server.

mod expect;
mod limits;
mod own;
mod twin;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Component, Path, PathBuf};
use std::sync::LazyLock;

use record::{PUBLISHED_TABLE3, Packaging, Published, Wire};
use serde::Deserialize;
use serde_json::Value;

pub use expect::{Expect, Rule, TextRule};
pub use limits::{Limits, PROXY};
pub(crate) use own::as_toml;
pub use own::{Adjusted, Allowed, is_name};
pub use twin::read_with_twins;

/// One server's description, as its folder states it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// The name, equal to the folder's and to the HTTP path segment.
    pub name: String,
    /// A heading for people.
    pub title: String,
    /// The cargo package that builds every packaging; of what somebody else built, nothing.
    #[serde(default)]
    pub package: String,
    /// Whether the server stands in Table III.
    #[serde(default)]
    pub table: bool,
    /// What the paper's container ran (`Node.js`, `Python`), if the paper measured it.
    pub reference_language: Option<String>,
    /// The server's own arguments, the same in every packaging; placeholders are filled in per process.
    #[serde(default)]
    pub arguments: Vec<String>,
    /// What stands in for the network while it is asked.
    #[serde(default)]
    pub needs: Vec<Need>,
    /// Environment variables that it is given, with their values; placeholders are filled in per run.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// What the server may touch. Everything else is denied.
    #[serde(default)]
    pub grants: Grants,
    /// Bounds on one process.
    #[serde(default)]
    pub limits: Limits,
    /// The revision that it answers in, where it knows none as new as the one that it is asked in.
    pub revision: Option<Wire>,
    /// Whether it is somebody's own, of which nothing is here but its description and what is started.
    #[serde(skip)]
    pub own: bool,
    /// Tools that are listed and that no instrument calls: they ask the client something, or never end by themselves.
    #[serde(default)]
    pub unasked: Vec<String>,
    /// Other programs that give the same answers, by language: each is a server of its own, `noop_node`, that is shipped as originals are and in no other way.
    #[serde(default)]
    pub twins: Vec<String>,
    /// The server that it is a twin of.
    #[serde(skip)]
    pub twin_of: Option<String>,
    /// Whether it is also built without vector instructions, as a server of its own: `expressions_scalar`.
    #[serde(default)]
    pub scalar: bool,
    /// Whether it is that one.
    #[serde(skip)]
    pub without_vectors: bool,
    /// Whether it is of a bench alone, and left out unless it is named.
    #[serde(skip)]
    pub named_only: bool,
    /// The calls with their right answers, in the file's order.
    #[serde(default, rename = "call")]
    pub calls: Vec<Call>,
    /// The folder that holds `server.toml`.
    #[serde(skip)]
    pub folder: PathBuf,
}

/// What a server reaches over the network, for which something on the loopback interface stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// A site of papers, the pages below `site/` of the data set.
    Site,
    /// An OpenAI-compatible language model.
    Model,
}

impl Need {
    /// The word in `server.toml`.
    pub fn word(self) -> &'static str {
        match self {
            Need::Site => "site",
            Need::Model => "model",
        }
    }

    /// The placeholder for `http://HOST:PORT`.
    pub fn origin(self) -> String {
        format!("{{{}}}", self.word())
    }

    /// The placeholder for `HOST:PORT`.
    pub fn address(self) -> String {
        format!("{{{}.address}}", self.word())
    }
}

/// What a server is allowed to reach.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grants {
    /// Directories, each with its access.
    #[serde(default)]
    pub directories: Vec<Directory>,
    /// Names of environment variables that are passed through.
    #[serde(default)]
    pub environment: Vec<String>,
    /// `host:port` pairs that outgoing HTTP may reach; `{site.address}` and `{model.address}` are two. Only who needs a stand-in may
    /// reach private addresses.
    #[serde(default)]
    pub outbound: Vec<String>,
    /// Whether what is in `outbound` may be a private address though no stand-in is needed.
    #[serde(default)]
    pub private: bool,
}

/// One granted directory.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Directory {
    /// An absolute path, `{data}` or `{scratch}`.
    pub path: String,
    /// Reading alone, or reading and writing.
    pub access: Access,
}

/// How a granted directory may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// Files may be read and listed.
    Read,
    /// Files may also be made, changed and removed.
    ReadWrite,
}

/// One call with its right answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// A name that is unique in the file.
    pub id: String,
    /// The tool that is called.
    pub tool: String,
    /// What the call is for: timing at small or large input, or only verifying.
    pub input: Input,
    /// The tool's arguments; `$file` and `$json` tables and placeholders are filled in.
    #[serde(default = "empty_object")]
    pub arguments: Value,
    /// Parts of the data that each trial finds copied in its own folder, made anew outside of the clock.
    #[serde(default)]
    pub copy: Vec<Copied>,
    /// Untimed calls made before each trial, in the same process.
    #[serde(default)]
    pub before: Vec<Before>,
    /// How a right answer is told.
    pub expect: Expect,
    /// How that of the original is told which ours is compared with, where that differs; why is in the server's list of differences.
    pub reference: Option<Expect>,
    /// How that of the component is told under the stock host, where what decides it is a grant that the stock host cannot make.
    pub stock: Option<Expect>,
    /// Where the right answer comes from.
    pub source: Source,
}

/// What a call's input is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Input {
    /// Timed; about the size that the paper used.
    Small,
    /// Timed; ten times that, or what a target names.
    Large,
    /// Verified and never timed.
    Edge,
}

impl Input {
    /// The word that stands in records and tables.
    pub fn word(self) -> &'static str {
        match self {
            Input::Small => "small",
            Input::Large => "large",
            Input::Edge => "edge",
        }
    }
}

/// A part of the data that is copied before a trial. Permissions, times and links come along.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Copied {
    /// A file or folder below the data folder, with `/`.
    pub from: String,
    /// What it is called below `{scratch}`.
    pub to: String,
}

/// An untimed call that prepares a trial.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Before {
    /// The tool that is called.
    pub tool: String,
    /// Its arguments.
    #[serde(default = "empty_object")]
    pub arguments: Value,
    /// Whether the tool may report a failure: undoing what may not have been done yet.
    #[serde(default)]
    pub may_fail: bool,
}

/// Where a right answer comes from.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// In words: the original's recorded answer, ImageHash, arithmetic by hand, …
    pub origin: String,
    /// The committed script that made it, relative to the server's folder.
    pub script: Option<String>,
}

fn empty_object() -> Value {
    Value::Object(serde_json::Map::new())
}

/// Why a `server.toml` cannot be accepted.
#[derive(Debug, thiserror::Error)]
pub struct Unacceptable {
    file: PathBuf,
    what: String,
}

impl fmt::Display for Unacceptable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file.display(), self.what)
    }
}

/// The paper's Table III.
static PUBLISHED: LazyLock<Vec<Published>> = LazyLock::new(|| {
    Published::parse(PUBLISHED_TABLE3).expect("the committed table is read by its own tests")
});

/// Whether the paper's Table III has the server of this name.
pub fn is_published(server: &str) -> bool {
    PUBLISHED.iter().any(|row| row.server == server)
}

impl Server {
    /// Reads and checks `folder/server.toml`.
    ///
    /// # Errors
    /// When the file is missing, is not of this shape, or contradicts itself; the message names the field and the remedy.
    pub fn read(folder: &Path) -> Result<Server, Unacceptable> {
        let file = folder.join("server.toml");
        let refuse = |what: String| Unacceptable {
            file: file.clone(),
            what,
        };
        let text = std::fs::read_to_string(&file).map_err(|error| {
            refuse(format!(
                "cannot be read ({error}); write one as servers/noop/server.toml shows"
            ))
        })?;
        let mut server: Server = toml::from_str(&text)
            .map_err(|error| refuse(format!("{error}correct the field that the mark points at")))?;
        server.folder = folder.to_owned();
        server.check().map_err(refuse)?;
        for need in [Need::Site, Need::Model] {
            let names = [need.origin(), need.address()];
            let named = names.iter().find(|name| text.contains(name.as_str()));
            if let Some(name) = named.filter(|_| !server.needs.contains(&need)) {
                return Err(refuse(format!(
                    "{name} is used and nothing stands for it; write needs = [\"{}\"]",
                    need.word()
                )));
            }
        }
        Ok(server)
    }

    fn check(&self) -> Result<(), String> {
        self.check_place()?;
        self.check_alike()?;
        self.check_sizes()
    }

    /// Whether it is what its folder says, and can be built.
    fn check_place(&self) -> Result<(), String> {
        let folder = self
            .folder
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if self.name != folder {
            return Err(format!(
                "name = \"{}\" but the folder is called {folder}; make them equal",
                self.name
            ));
        }
        if self.package.is_empty() {
            return Err("package is missing; name the cargo package that builds it".to_owned());
        }
        self.check_twins()
    }

    /// What holds of every server, whoever wrote it.
    fn check_alike(&self) -> Result<(), String> {
        self.limits.memory_bytes()?;
        self.limits.memory_of(Packaging::ContainerReference)?;
        self.limits.call_timeout()?;
        let given = self.environment.keys().find(|name| {
            name.is_empty() || name.contains('=') || self.grants.environment.contains(name)
        });
        if let Some(name) = given {
            return Err(format!(
                "environment.{name} cannot be given; give each variable a name, and either a value or a place in grants.environment"
            ));
        }
        let mut ids = BTreeSet::new();
        for call in &self.calls {
            let at = format!("[[call]] id = \"{}\"", call.id);
            if !ids.insert(&call.id) {
                return Err(format!(
                    "{at}: the id is used twice; give each call its own"
                ));
            }
            if !call.arguments.is_object() {
                return Err(format!("{at}: arguments must be a table"));
            }
            call.check_copies().map_err(|why| format!("{at}: {why}"))?;
            let rules = [
                ("expect", Some(&call.expect)),
                ("reference", call.reference.as_ref()),
                ("stock", call.stock.as_ref()),
            ];
            for (field, rule) in rules {
                let checked = rule.map_or(Ok(()), Expect::check);
                checked.map_err(|why| format!("{at}: {field}{why}"))?;
            }
            if let Some(script) = &call.source.script
                && !self.own
                && !self.folder.join(script).is_file()
            {
                return Err(format!(
                    "{at}: source.script = \"{script}\" is not in the folder; commit it or correct the name"
                ));
            }
        }
        Ok(())
    }

    /// Whether each tool is timed at both sizes.
    fn check_sizes(&self) -> Result<(), String> {
        for tool in self.tools() {
            for input in [Input::Small, Input::Large] {
                if !self
                    .calls
                    .iter()
                    .any(|call| call.tool == tool && call.input == input)
                {
                    return Err(format!(
                        "tool {tool} has no call with input = \"{}\"; each tool is timed at both sizes",
                        input.word()
                    ));
                }
            }
        }
        Ok(())
    }

    /// The revision that it answers in.
    pub fn spoken(&self) -> Wire {
        self.revision.unwrap_or(Wire::V2025_11_25)
    }

    /// The tools that have calls, in the file's order.
    pub fn tools(&self) -> Vec<&str> {
        let mut tools: Vec<&str> = Vec::new();
        for call in &self.calls {
            if !tools.contains(&call.tool.as_str()) {
                tools.push(&call.tool);
            }
        }
        tools
    }

    /// The calls that are timed.
    pub fn timed(&self) -> impl Iterator<Item = &Call> {
        self.calls.iter().filter(|call| call.input != Input::Edge)
    }
}

impl Call {
    /// Whether nothing has to be done before it.
    pub fn is_unprepared(&self) -> bool {
        self.before.is_empty() && self.copy.is_empty()
    }

    /// Copies stay within their folders, and out of each other's way.
    fn check_copies(&self) -> Result<(), String> {
        let mut taken = BTreeSet::new();
        for Copied { from, to } in &self.copy {
            let mut parts = Path::new(from).components();
            if from.is_empty() || !parts.all(|part| matches!(part, Component::Normal(_))) {
                return Err(format!(
                    "copy.from = \"{from}\" is no path below the data folder; write it as git/small is written"
                ));
            }
            let mut parts = Path::new(to).components();
            let one = matches!(parts.next(), Some(Component::Normal(name)) if name == to.as_str());
            if !one || parts.next().is_some() {
                return Err(format!(
                    "copy.to = \"{to}\" is not one name; it becomes {{scratch}}/NAME"
                ));
            }
            if !taken.insert(to) {
                return Err(format!(
                    "copy.to = \"{to}\" is used twice; give each copy its own name"
                ));
            }
        }
        Ok(())
    }
}

/// Reads every server under `root/servers`, in the order of their names with `noop` first.
///
/// # Errors
/// When a folder's `server.toml` cannot be accepted.
pub fn read_all(root: &Path) -> Result<Vec<Server>, Unacceptable> {
    let folder = root.join("servers");
    let entries = std::fs::read_dir(&folder).map_err(|error| Unacceptable {
        file: folder.clone(),
        what: format!(
            "cannot be listed ({error}); run the command inside a checkout of the repository"
        ),
    })?;
    let mut folders: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.join("server.toml").is_file())
        .collect();
    folders.sort();
    let mut servers = folders
        .iter()
        .map(|folder| Server::read(folder))
        .collect::<Result<Vec<_>, _>>()?;
    servers.sort_by_key(|server| (server.name != "noop", server.name.clone()));
    Ok(servers)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
name = "x"
title = "X"
package = "x"
[[call]]
id = "a-small"
tool = "a"
input = "small"
expect = { text = { equal = "ok" } }
source = { origin = "arithmetic by hand" }
[[call]]
id = "a-large"
tool = "a"
input = "large"
expect = { structured = { subset = { n = 1 } } }
source = { origin = "arithmetic by hand" }
"#;

    fn read(text: &str) -> Result<Server, Unacceptable> {
        let place = tempfile::tempdir().expect("a temporary folder");
        let folder = place.path().join("x");
        std::fs::create_dir(&folder).expect("made");
        std::fs::write(folder.join("server.toml"), text).expect("written");
        Server::read(&folder)
    }

    #[test]
    fn a_whole_file_is_read() {
        let server = read(GOOD).expect("acceptable");
        assert_eq!(server.tools(), ["a"]);
        assert_eq!(server.timed().count(), 2);
    }

    #[test]
    fn each_fault_is_named() {
        for (from, to, named) in [
            ("title", "titel", "unknown field `titel`"),
            ("\"small\"", "\"tiny\"", "unknown variant `tiny`"),
            (
                "\"small\"",
                "\"edge\"",
                "tool a has no call with input = \"small\"",
            ),
            ("a-large", "a-small", "the id is used twice"),
            ("{ text = { equal = \"ok\" } }", "{}", "expect says nothing"),
            (
                "{ equal = \"ok\" }",
                "{ equal = \"ok\", pattern = \"o\" }",
                "exactly 1 element",
            ),
            (
                "{ equal = \"ok\" }",
                "{ pattern = \"(\" }",
                "no regular expression",
            ),
            (
                "{ equal = \"ok\" }",
                "{ digest = \"blake3:12\" }",
                "is no digest",
            ),
            (
                "origin = \"arithmetic by hand\" }",
                "origin = \"x\", script = \"no.py\" }",
                "is not in the folder",
            ),
            (
                "package =",
                "limits = { memory = \"1 MB\" }\npackage =",
                "limits.memory = \"1 MB\" is not understood",
            ),
            ("name = \"x\"", "name = \"y\"", "the folder is called x"),
            (
                "{ equal = \"ok\" }",
                "{ equal = \"{site}/a\" }",
                "{site} is used and nothing stands for it; write needs = [\"site\"]",
            ),
            (
                "package =",
                "needs = [\"moon\"]\npackage =",
                "unknown variant `moon`",
            ),
            (
                "package =",
                "environment = { \"A=B\" = \"c\" }\npackage =",
                "environment.A=B cannot be given",
            ),
            (
                "input = \"small\"",
                "input = \"small\"\ncopy = [{ from = \"../git\", to = \"work\" }]",
                "copy.from = \"../git\" is no path below the data folder",
            ),
            (
                "input = \"small\"",
                "input = \"small\"\ncopy = [{ from = \"/etc\", to = \"work\" }]",
                "copy.from = \"/etc\" is no path",
            ),
            (
                "input = \"small\"",
                "input = \"small\"\ncopy = [{ from = \"git\", to = \"a/b\" }]",
                "copy.to = \"a/b\" is not one name",
            ),
            (
                "input = \"small\"",
                "input = \"small\"\ncopy = [{ from = \"git\", to = \"..\" }]",
                "copy.to = \"..\" is not one name",
            ),
            (
                "input = \"small\"",
                "input = \"small\"\ncopy = [{ from = \"a\", to = \"w\" }, { from = \"b\", to = \"w\" }]",
                "copy.to = \"w\" is used twice",
            ),
        ] {
            let changed = GOOD.replacen(from, to, 1);
            assert_ne!(changed, GOOD, "{from} is in the file");
            let message = read(&changed).expect_err(to).to_string();
            assert!(
                message.contains("server.toml") && message.contains(named),
                "{to}: {message}"
            );
        }
    }
}
