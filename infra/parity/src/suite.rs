//! Reads `parity.toml`: what is built, what is asked of the original and of ours, and which answers differ.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use harness::server::{Directory, Server};
use serde::Deserialize;
use serde_json::Value;

use crate::mask::Mask;
use crate::site::Page;
use crate::stage::Step;

/// The fewest cases of a server, and of each of its tools.
const OF_SERVER: usize = 20;
const OF_TOOL: usize = 3;

/// Everything that is asked of one server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suite {
    /// The server's name, which is its folder's.
    #[serde(skip)]
    pub server: String,
    /// The folder that holds `parity.toml`.
    #[serde(skip)]
    pub folder: PathBuf,
    /// The original's own arguments.
    #[serde(default)]
    pub arguments: Vec<String>,
    /// Variables of the original, beside the few that all have.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// What ours is given.
    #[serde(default)]
    pub ours: Ours,
    /// A file of recorded cases (`{fixture, cases}`) that are asked too, before the others.
    pub recorded: Option<String>,
    /// What is built before the first case.
    #[serde(default, rename = "step")]
    pub steps: Vec<Step>,
    /// What the loopback site serves.
    #[serde(default, rename = "page")]
    pub pages: Vec<Page>,
    /// What is asked, in this order.
    #[serde(default, rename = "case")]
    pub cases: Vec<Case>,
    /// Which answers differ.
    #[serde(default, rename = "difference")]
    pub differences: Vec<Difference>,
}

/// What our server is given in place of what its `server.toml` says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ours {
    /// Its arguments.
    #[serde(default)]
    pub arguments: Vec<String>,
    /// Directories that it may use.
    #[serde(default)]
    pub directories: Vec<Directory>,
    /// Variables that it sees.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// `host:port` pairs that it may reach.
    #[serde(default)]
    pub outbound: Vec<String>,
}

/// One thing that is asked.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// A name that is unique in the file.
    pub id: String,
    /// The tool that is called.
    #[serde(default)]
    pub tool: String,
    /// The prompt that is asked for instead.
    pub prompt: Option<String>,
    /// The arguments; `{root}`, `{site}`, `{data}`, `$file`, `$json`, `$repeat` and `$null` are filled in.
    #[serde(default = "nothing")]
    pub arguments: Value,
    /// Which edge it is, where it is one: `empty`, `unicode`, `symlink`, …
    pub edge: Option<String>,
    /// What of the answer cannot be the same in two processes.
    #[serde(default)]
    pub mask: Vec<Mask>,
    /// What is done before it.
    #[serde(default, rename = "step")]
    pub steps: Vec<Step>,
}

/// Answers that differ, with the reason.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// The cases.
    pub cases: Vec<String>,
    /// Whose answer differs: both, if it is not said.
    #[serde(default)]
    pub only: Option<Only>,
    /// Why: ours is right, theirs is a fault, or the sandbox forbids it.
    pub why: String,
    /// The line of source or specification that shows it.
    pub source: String,
}

/// One of the two ways in which ours is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Only {
    /// The component.
    Component,
    /// The native program.
    Native,
}

/// A file of recorded cases.
#[derive(Debug, Deserialize)]
struct Recorded {
    fixture: Vec<Entry>,
    cases: Vec<Asked>,
}

/// What recorded cases were asked about.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    path: String,
    #[serde(default)]
    directory: bool,
    content: Option<String>,
    base64: Option<String>,
    times: Option<usize>,
    link: Option<String>,
}

/// A recorded case; its answer is not needed, because the original is asked again.
#[derive(Debug, Deserialize)]
struct Asked {
    tool: String,
    arguments: Value,
    #[serde(default)]
    error: bool,
}

fn nothing() -> Value {
    Value::Object(serde_json::Map::new())
}

impl Suite {
    /// Reads a file of cases for a server whose folder is this; [`Suite::check`] says whether they are enough.
    ///
    /// # Errors
    /// When it is no such file.
    pub fn read(path: &Path, server: &str, folder: &Path) -> Result<Suite> {
        let text = std::fs::read_to_string(path).with_context(|| {
            format!(
                "{} cannot be read; write one as servers/time/parity.toml shows",
                path.display()
            )
        })?;
        let mut suite: Suite =
            toml::from_str(&text).with_context(|| format!("in {}", path.display()))?;
        suite.server = server.to_owned();
        suite.folder = folder.to_owned();
        if let Some(recorded) = suite.recorded.clone() {
            suite.take_in(&recorded)?;
        }
        Ok(suite)
    }

    /// Puts recorded cases before the others.
    fn take_in(&mut self, name: &str) -> Result<()> {
        let text = std::fs::read_to_string(self.folder.join(name))
            .with_context(|| format!("{name} cannot be read; correct the name"))?;
        let recorded: Recorded =
            serde_json::from_str(&text).with_context(|| format!("in {name}"))?;
        let steps = recorded.fixture.into_iter().map(|entry| {
            let place = Some(entry.path);
            match (entry.link, entry.directory) {
                (Some(to), _) => Step {
                    link: place,
                    to: Some(to),
                    ..Step::default()
                },
                (None, true) => Step {
                    folder: place,
                    ..Step::default()
                },
                (None, false) => Step {
                    write: place,
                    text: entry
                        .base64
                        .is_none()
                        .then(|| entry.content.unwrap_or_default()),
                    base64: entry.base64,
                    times: entry.times,
                    ..Step::default()
                },
            }
        });
        self.steps.splice(0..0, steps);
        let mut count: BTreeMap<String, usize> = BTreeMap::new();
        let cases: Vec<Case> = recorded
            .cases
            .into_iter()
            .map(|asked| {
                let number = count.entry(asked.tool.clone()).or_default();
                *number += 1;
                Case {
                    id: format!("{}-{number}", asked.tool),
                    // The recording asks about a fixture of odd names, bytes and links; what failed there is an edge in any case.
                    edge: is_edge(&asked).then(|| "recorded".to_owned()),
                    mask: if asked.tool == "get_file_info" {
                        vec![Mask::Clock]
                    } else {
                        Vec::new()
                    },
                    tool: asked.tool,
                    prompt: None,
                    arguments: asked.arguments,
                    steps: Vec::new(),
                }
            })
            .collect();
        self.cases.splice(0..0, cases);
        Ok(())
    }

    /// Whether as much is asked of these tools as is promised, and every difference is one of a case.
    ///
    /// # Errors
    /// With the first promise that is not kept.
    pub fn check(&self, tools: &[&str]) -> Result<()> {
        let mut ids = BTreeSet::new();
        let mut of_tool: BTreeMap<&str, usize> = BTreeMap::new();
        for case in &self.cases {
            ensure!(
                ids.insert(case.id.as_str()),
                "the case {} is there twice; give each its own id",
                case.id
            );
            ensure!(
                case.tool.is_empty() == case.prompt.is_some(),
                "the case {} is to name a tool or a prompt",
                case.id
            );
            *of_tool.entry(case.tool.as_str()).or_default() += 1;
        }
        let edges = self.cases.iter().filter(|case| case.edge.is_some()).count();
        ensure!(
            self.cases.len() >= OF_SERVER,
            "has {} cases; {OF_SERVER} are promised",
            self.cases.len()
        );
        ensure!(
            2 * edges >= self.cases.len(),
            "{edges} of {} cases are edges; half are promised",
            self.cases.len()
        );
        for tool in tools {
            let count = of_tool.get(tool).copied().unwrap_or_default();
            ensure!(
                count >= OF_TOOL,
                "the tool {tool} has {count} cases; {OF_TOOL} are promised"
            );
        }
        let mut excused = BTreeSet::new();
        for difference in &self.differences {
            ensure!(
                !difference.why.is_empty() && !difference.source.is_empty(),
                "a difference is to have a reason and a source"
            );
            for case in &difference.cases {
                if !ids.contains(case.as_str()) {
                    bail!("there is no case {case} that could differ; correct the name");
                }
                ensure!(
                    excused.insert(case),
                    "the case {case} differs twice; say it once"
                );
            }
        }
        Ok(())
    }

    /// The difference that a case is listed with.
    pub fn difference(&self, case: &str) -> Option<&Difference> {
        self.differences
            .iter()
            .find(|difference| difference.cases.iter().any(|other| other == case))
    }
}

/// Whether a recorded case is about something out of the ordinary: a failure, or a name beyond plain ones.
fn is_edge(asked: &Asked) -> bool {
    const ODD: [&str; 30] = [
        "crlf",
        "mixed",
        "empty",
        "feeds",
        "bom",
        "nul",
        "latin1",
        "broken",
        "long-line",
        "mb.bin",
        "wide",
        "odd",
        "void",
        "link",
        "up",
        "self",
        "around",
        "absolute",
        "out",
        "loop",
        "hidden",
        "été",
        "naïve",
        "日本",
        "sp ace",
        "names",
        "ticks",
        ".git",
        "[",
        "{a",
    ];
    let text = asked.arguments.to_string();
    asked.error || ODD.iter().any(|part| text.contains(part))
}

/// Every server of the repository that has cases, with them.
///
/// # Errors
/// When a `server.toml` or a `parity.toml` cannot be accepted.
pub fn all(root: &Path) -> Result<Vec<(Server, Suite)>> {
    let mut all = Vec::new();
    for server in harness::server::read_all(root)? {
        let path = server.folder.join("parity.toml");
        if path.is_file() {
            let suite = Suite::read(&path, &server.name, &server.folder)?;
            suite
                .check(&server.tools())
                .with_context(|| format!("in {}", path.display()))?;
            all.push((server, suite));
        }
    }
    Ok(all)
}
