//! The official suite: installed from the npm registry, run against an address, and its checks read.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use harness::clock::Clock;
use harness::process::{Launch, Process, Silence};
use original::{Missing, Store};
use serde::Deserialize;

use crate::wire::Wire;

/// The package, and the release that froze the sets of both revisions and runs both wires.
pub const PACKAGE: &str = "@modelcontextprotocol/conformance";
/// Its version.
pub const VERSION: &str = "0.2.0-alpha.12";

/// The suite gives a scenario up after this long; none takes longer than three seconds here.
const SCENARIO: Duration = Duration::from_secs(20);
/// A process of the suite that runs a whole set is ended after this long.
const SET: Duration = Duration::from_secs(180);

/// The suite with the Node that runs it.
#[derive(Debug, Clone)]
pub struct Suite {
    node: PathBuf,
    folder: PathBuf,
}

/// What the suite says of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// It holds.
    Success,
    /// It does not.
    Failure,
    /// It does not, and should.
    Warning,
    /// It does not apply to this server.
    Skipped,
    /// No check but a remark.
    Info,
}

/// One check of a scenario. A scenario may make one several times.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// Its name.
    pub id: String,
    /// What came of it.
    pub status: Status,
    /// What is wrong, where something is.
    pub error_message: Option<String>,
}

/// What came of one scenario.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// Its checks, in their order.
    pub checks: Vec<Check>,
}

impl Suite {
    /// Installs the suite and a Node that is new enough, or finds them in the cache.
    ///
    /// # Errors
    /// When they cannot be had here, with the remedy.
    pub fn install(store: &Store, said: &mut dyn FnMut(&str)) -> Result<Suite, Missing> {
        let node = store.node(said)?;
        let modules = store.npm("conformance", &[(PACKAGE, VERSION)], said)?;
        Ok(Suite {
            node,
            folder: modules.folder.join(PACKAGE),
        })
    }

    /// The scenarios that a server has to pass by the frozen set of a revision.
    ///
    /// # Errors
    /// When the package has no such set.
    pub fn required(&self, wire: Wire) -> Result<Vec<String>> {
        let path = self.folder.join(format!("requirements/{wire}.yaml"));
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("the suite has no {}", path.display()))?;
        Ok(listed(&text, "server:"))
    }

    /// Runs everything of a revision against an address: the frozen set, and what is not scored.
    ///
    /// # Errors
    /// When the suite does not come to its end.
    pub fn whole(&self, address: &str, wire: Wire, clock: &dyn Clock) -> Result<Vec<Scenario>> {
        self.run(address, &["--requirements", wire.name()], SET, clock)
    }

    /// Runs one scenario against an address.
    ///
    /// # Errors
    /// When the suite does not come to its end.
    pub fn one(
        &self,
        address: &str,
        wire: Wire,
        scenario: &str,
        clock: &dyn Clock,
    ) -> Result<Scenario> {
        let arguments = ["--scenario", scenario, "--spec-version", wire.name()];
        let patience = SCENARIO + Duration::from_secs(10);
        let mut scenarios = self.run(address, &arguments, patience, clock)?;
        match (scenarios.pop(), scenarios.len()) {
            (Some(only), 0) if only.name == scenario => Ok(only),
            _ => bail!("the suite did not run {scenario} on {wire}, and nothing else"),
        }
    }

    fn run(
        &self,
        address: &str,
        arguments: &[&str],
        patience: Duration,
        clock: &dyn Clock,
    ) -> Result<Vec<Scenario>> {
        let out = tempfile::tempdir().context("no temporary folder can be made")?;
        let script = self.folder.join("dist/index.js");
        let timeout = SCENARIO.as_millis().to_string();
        let mut line = vec![script.into(), "server".into(), "--url".into()];
        line.push(address.into());
        line.extend(arguments.iter().map(Into::into));
        line.extend(["--timeout".into(), timeout.into(), "-o".into()]);
        line.push(out.path().into());
        let launch = Launch {
            program: self.node.clone(),
            arguments: line,
            // Nothing of whoever runs this reaches it: no proxy, no options of Node, no home.
            environment: vec![("HOME".to_owned(), out.path().to_string_lossy().into_owned())],
        };
        let mut process = Process::start_group(&launch)
            .with_context(|| format!("{} cannot be started", launch.program.display()))?;
        // Its lines are for people; what it found is in the files. It closes its output when it ends.
        let silence = process.exchange(b"", patience, clock, |_| false).err();
        let end = process.close(Duration::from_secs(5), clock);
        if silence != Some(Silence::Closed) || end.killed {
            bail!(
                "the suite did not end within {} s ({}): {}",
                patience.as_secs(),
                end.words(),
                process.last_words()
            );
        }
        let scenarios = read(out.path())?;
        if scenarios.is_empty() {
            bail!(
                "the suite found nothing ({}): {}",
                end.words(),
                process.last_words()
            );
        }
        Ok(scenarios)
    }
}

/// The names in the list under a key, in a file that has nothing but such lists there.
fn listed(text: &str, key: &str) -> Vec<String> {
    let mut lines = text.lines().skip_while(|line| *line != key);
    lines.next();
    lines
        .take_while(|line| line.starts_with("  "))
        .filter_map(|line| line.trim().strip_prefix("- ").map(str::to_owned))
        .collect()
}

/// What the suite wrote: a folder a scenario, named with it and the time, with a file of checks.
fn read(folder: &Path) -> Result<Vec<Scenario>> {
    let mut scenarios = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(name) = scenario(&name) else {
            continue;
        };
        let file = entry.path().join("checks.json");
        let text = std::fs::read(&file)
            .with_context(|| format!("the suite left no {} of {name}", file.display()))?;
        let checks = serde_json::from_slice(&text)
            .with_context(|| format!("the checks of {name} cannot be understood"))?;
        scenarios.push(Scenario {
            name: name.to_owned(),
            checks,
        });
    }
    scenarios.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(scenarios)
}

/// `ping` of `server-ping-2026-11-21T09-50-36-580Z`.
fn scenario(folder: &str) -> Option<&str> {
    const TIME: usize = "-2026-11-21T09-50-36-580Z".len();
    let name = folder.strip_prefix("server-")?;
    name.get(..name.len().checked_sub(TIME)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frozen_set_is_read_from_between_the_others() {
        let text = "# A comment.\nserver:\n  - ping\n  - tools-list\n\nclient:\n  - initialize\n";
        assert_eq!(listed(text, "server:"), ["ping", "tools-list"]);
        assert_eq!(listed(text, "client:"), ["initialize"]);
        assert!(listed(text, "nobody:").is_empty());
    }

    #[test]
    fn a_folder_tells_its_scenario() {
        let folder = "server-server-initialize-2026-11-21T09-50-36-580Z";
        assert_eq!(scenario(folder), Some("server-initialize"));
        assert_eq!(scenario("server-x"), None);
        assert_eq!(scenario("other"), None);
    }
}
