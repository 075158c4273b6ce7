//! The published servers that ours are compared with, and how each is started.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::shelf::Resolved;
use crate::store::Store;
use toolchain::Missing;

/// What an original is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// A package of the npm registry, run by Node.
    Node,
    /// A package of the Python index, run as a module.
    Python,
}

/// A published server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Original {
    /// The name of the server of ours that it is compared with.
    pub name: &'static str,
    /// What it is written in.
    pub language: Language,
    /// The package.
    pub package: &'static str,
    /// Its exact version.
    pub version: &'static str,
    /// The script within the package, or the module.
    entry: &'static str,
    /// What it needs pinned beside it.
    beside: &'static [&'static str],
    /// Node packages that a Python server runs, and the folder below its packages in which it looks for them.
    scripts: Option<(&'static str, &'static [(&'static str, &'static str)])>,
    /// A command that it runs.
    runs: Option<&'static str>,
}

/// How an installed original is started; a caller appends the server's own arguments.
#[derive(Debug, Clone)]
pub struct Launch {
    /// The interpreter.
    pub program: PathBuf,
    /// What it is to run.
    pub arguments: Vec<OsString>,
    /// A folder that is to stand first on its search path.
    pub search: Option<PathBuf>,
    /// Every package that was installed for it.
    pub resolved: Vec<Resolved>,
    /// The files and folders that it consists of, beside the program.
    pub ships: Vec<PathBuf>,
}

/// The SDK that the official Python servers are run on.
const MCP: &str = "mcp==2.3.0";

const ALL: [Original; 5] = [
    Original {
        name: "fetch",
        language: Language::Python,
        package: "mcp-server-fetch",
        version: "2026.10.24",
        entry: "mcp_server_fetch",
        beside: &[MCP],
        // Left to itself it would install the newest of these with its first call, and do without where that fails.
        scripts: Some((
            "readabilipy/javascript",
            &[
                ("@mozilla/readability", "0.6.0"),
                ("jsdom", "31.0.1"),
                ("minimist", "1.2.8"),
            ],
        )),
        runs: None,
    },
    Original {
        name: "filesystem",
        language: Language::Node,
        package: "@modelcontextprotocol/server-filesystem",
        version: "2026.8.31",
        entry: "dist/index.js",
        beside: &[],
        scripts: None,
        runs: None,
    },
    Original {
        name: "git",
        language: Language::Python,
        package: "mcp-server-git",
        version: "2026.10.19",
        entry: "mcp_server_git",
        beside: &[MCP],
        scripts: None,
        runs: Some("git"),
    },
    Original {
        name: "sequential_thinking",
        language: Language::Node,
        package: "@modelcontextprotocol/server-sequential-thinking",
        version: "2026.8.31",
        entry: "dist/index.js",
        beside: &[],
        scripts: None,
        runs: None,
    },
    Original {
        name: "time",
        language: Language::Python,
        package: "mcp-server-time",
        version: "2026.10.19",
        entry: "mcp_server_time",
        beside: &[MCP],
        scripts: None,
        runs: None,
    },
];

impl Original {
    /// Every published server, in the order of their names.
    pub fn all() -> &'static [Original] {
        &ALL
    }

    /// The original of one of our servers, if it has a published one.
    pub fn named(name: &str) -> Option<&'static Original> {
        ALL.iter().find(|original| original.name == name)
    }

    /// Package and version, as people write them.
    pub fn title(&self) -> String {
        format!("{} {}", self.package, self.version)
    }

    /// Installs it, or finds it in the cache.
    ///
    /// # Errors
    /// When it cannot be had here, with the remedy.
    pub fn install(&self, store: &Store, said: &mut dyn FnMut(&str)) -> Result<Launch, Missing> {
        match self.language {
            Language::Node => {
                let program = store.node(said)?;
                let modules = store.npm(self.name, &[(self.package, self.version)], said)?;
                let script = modules.folder.join(self.package).join(self.entry);
                Ok(Launch {
                    program,
                    arguments: vec![script.into()],
                    search: None,
                    resolved: modules.resolved,
                    ships: vec![modules.folder],
                })
            }
            Language::Python => {
                let exact = format!("{}=={}", self.package, self.version);
                let mut requirements = vec![exact.as_str()];
                requirements.extend(self.beside);
                let mut venv = store.python(self.name, &requirements, said)?;
                let mut search = None;
                let mut ships = vec![venv.folder.clone()];
                ships.extend(self.runs.and_then(|command| store.commands.find(command)));
                if let Some((folder, packages)) = self.scripts {
                    let node = store.node(said)?;
                    let modules = store.npm(self.name, packages, said)?;
                    venv.link(&Path::new(folder).join("node_modules"), &modules.folder)?;
                    venv.resolved.extend(modules.resolved);
                    search = node.parent().map(Path::to_owned);
                    ships.push(node);
                }
                Ok(Launch {
                    program: venv.python(),
                    arguments: vec!["-m".into(), self.entry.into()],
                    search,
                    resolved: venv.resolved,
                    ships,
                })
            }
        }
    }
}
