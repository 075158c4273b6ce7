//! One file for each command; what they have in common stands here.

pub mod build;
pub mod choice;
pub mod claims;
pub mod clean;
pub mod compare;
pub mod conduct;
pub mod doctor;
pub mod draw;
pub mod figure8;
pub mod figure9;
pub mod forecast;
pub mod grants;
pub mod ledger;
pub mod list;
pub mod measure;
pub mod profile;
pub mod recording;
pub mod replay;
pub mod rerun;
pub mod runs;
pub mod table1;
pub mod table2;
pub mod table3;
pub mod verify;

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use harness::docker::Docker;
use harness::exit::Told;
use harness::room::{self, Asked};
use harness::server::{self, Need, Server};
use harness::stock;
use harness::subject::{self, Built};
use record::Packaging;

/// How wide printed tables are.
pub const WIDTH: usize = 100;

/// What is wanted beside components and native programs.
#[derive(Clone, Default)]
pub struct Beside {
    /// What they are compared with.
    pub references: bool,
    /// Of which kinds images are made.
    pub containers: Vec<Packaging>,
    /// Whether the stock host is built where it is missing and --setup allows it.
    pub stock: bool,
}

/// Flags that every command takes.
#[derive(Args)]
pub struct Global {
    /// Installs what is missing on this machine (the Wasm target; the stock wasmtime; as root on Debian, where containers are wanted, the Docker engine), and says what it did and how to undo it.
    #[arg(long, global = true)]
    pub setup: bool,
    /// Prints the result as JSON on standard output.
    #[arg(long, global = true)]
    pub json: bool,
    /// Feeds the tools from this folder, laid out as `cargo run -p dataset -- generate DIR` lays it out: --data mine/.
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Keeps records in this folder instead of the checkout's results/: --out /tmp/try.
    #[arg(long, global = true, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// These servers alone: --server filesystem,log_parser (see `harness list servers`).
    #[arg(long, global = true, value_name = "NAME", value_delimiter = ',')]
    pub server: Vec<String>,
}

impl Global {
    /// The folder that records are kept in. Where `--out` names one, no checkout is needed.
    pub fn results(&self) -> Result<PathBuf> {
        match &self.out {
            Some(folder) => Ok(folder.clone()),
            None => Ok(harness::place::root()?.join("results")),
        }
    }

    /// The servers that were chosen; all where none was named.
    pub fn servers(&self, root: &Path) -> Result<Vec<Server>> {
        let servers = server::read_with_twins(root)?;
        let known: Vec<&str> = servers.iter().map(|server| server.name.as_str()).collect();
        if let Some(unknown) = self
            .server
            .iter()
            .find(|name| !known.contains(&name.as_str()))
        {
            return Err(Told::usage(format!(
                "there is no server {unknown}; choose from {}",
                known.join(", ")
            ))
            .into());
        }
        Ok(servers
            .into_iter()
            .filter(|server| match self.server.is_empty() {
                true => !server.named_only,
                false => self.server.contains(&server.name),
            })
            .collect())
    }

    /// The servers that are measured: those that are named, or those of the table.
    pub fn measured(&self, root: &Path) -> Result<Vec<Server>> {
        let mut servers = self.servers(root)?;
        servers.retain(|server| server.table || !self.server.is_empty());
        Ok(servers)
    }

    /// The data set's folder, and whether it is the generated one.
    pub fn data(&self, servers: &[Server], cache: &Path) -> Result<(PathBuf, bool)> {
        match &self.data {
            None => Ok((dataset::ensure(cache)?, true)),
            Some(folder) => {
                let folder = std::fs::canonicalize(folder).map_err(|error| {
                    Told::usage(format!("--data {}: {error}; name a folder that `cargo run -p dataset -- generate` could have made", folder.display()))
                })?;
                dataset::require(&folder, needed(servers))?;
                Ok((folder, false))
            }
        }
    }

    /// Builds everything, with each line of cargo's on standard error.
    pub fn build(
        &self,
        root: &Path,
        servers: &[Server],
        cache: &Path,
        beside: Beside,
    ) -> Result<Built> {
        let mut said = |line: &str| eprintln!("{line}");
        let asked = Asked {
            references: beside.references,
            containers: beside.containers.iter().any(|kind| kind.is_contained()),
            stock: beside.stock && self.setup,
        };
        if let Some(line) = room::told(root, cache, asked) {
            eprintln!("{line}");
        }
        let stock = match beside.stock && self.setup {
            true => stock::build(cache, &mut said).err(),
            false => None,
        };
        if let Some(missing) = &stock {
            eprintln!("{}: {}; {}", missing.what, missing.why, missing.remedy);
        }
        let mut built = subject::build(root, servers, self.setup, cache, &mut said)?;
        // That it is not there is all that is known of a host that nobody tried to build.
        if let Some(missing) = stock {
            built.explain(Packaging::ComponentWasmtime, &missing);
        }
        if beside.references {
            let store = original::Store::below(cache);
            built.references(root, servers, &store, &mut said);
        }
        if beside.containers.iter().any(|kind| kind.is_contained()) {
            let docker = Docker::find(cache, self.setup, &mut said);
            built.images(root, servers, &beside.containers, docker, &mut said);
        }
        for absent in &built.missing {
            eprintln!("{absent}");
        }
        Ok(built)
    }
}

/// Whether to print in colour: on a terminal, unless NO_COLOR says otherwise.
pub fn colour() -> bool {
    use std::io::IsTerminal;
    std::io::stdout().is_terminal()
        && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Prints to standard output. A reader that has seen enough, as `head` has, is no failure.
pub fn print(text: &str) {
    use std::io::Write;
    let _ = std::io::stdout().write_all(text.as_bytes());
}

/// The data files that the servers' timed calls name, relative to the data set. Edge cases are about generated files alone.
fn needed(servers: &[Server]) -> Vec<String> {
    let mut found = std::collections::BTreeSet::new();
    for call in servers.iter().flat_map(Server::timed) {
        collect(&call.arguments, call.expect.error, &mut found);
        found.extend(call.copy.iter().map(|copy| copy.from.clone()));
    }
    if servers
        .iter()
        .any(|server| server.needs.contains(&Need::Site))
    {
        found.insert("site/index.html".to_owned());
    }
    found.into_iter().collect()
}

fn collect(
    value: &serde_json::Value,
    may_lack: bool,
    found: &mut std::collections::BTreeSet<String>,
) {
    use serde_json::Value;
    match value {
        // A call whose right answer is an error may name what is not there.
        Value::String(text) if !may_lack => {
            found.extend(text.strip_prefix("{data}/").map(str::to_owned))
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, may_lack, found)),
        Value::Object(fields) => {
            for (key, value) in fields {
                match (key.as_str(), value) {
                    ("$file" | "$json", Value::String(file)) => {
                        found.insert(file.clone());
                    }
                    _ => collect(value, may_lack, found),
                }
            }
        }
        _ => {}
    }
}
