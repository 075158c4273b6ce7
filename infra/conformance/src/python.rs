//! Clients in Python: scripts of `clients/`, each run in a virtual environment of its own with what it needs.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use harness::clock::Clock;
use harness::process::{Launch, Process};
use original::{Missing, Store};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::target::{Seen, Target, Way};
use crate::wire::Wire;

/// All targets of a script are asked within this time.
const PATIENCE: Duration = Duration::from_secs(150);

/// A client written in Python.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    /// The script's name.
    pub name: &'static str,
    /// What pip installs for it.
    requirements: &'static [&'static str],
    /// The wires that it speaks.
    pub wires: &'static [Wire],
}

/// The official client, on both wires.
pub const OFFICIAL: Client = Client {
    name: "official",
    requirements: &["mcp==2.3.0"],
    wires: &Wire::ALL,
};

/// LangChain's adapters, which need the official client's older line and speak its wire.
pub const LANGCHAIN: Client = Client {
    name: "langchain",
    requirements: &["langchain-mcp-adapters==0.3.1", "mcp==1.30.0"],
    wires: &[Wire::Sessions],
};

/// What a script says of one target.
#[derive(Debug, Deserialize)]
struct Told {
    name: String,
    tools: Vec<Value>,
    answers: Vec<Value>,
}

impl Client {
    /// The interpreter that has what the script needs.
    ///
    /// # Errors
    /// When it cannot be had here, with the remedy.
    pub fn install(&self, store: &Store, said: &mut dyn FnMut(&str)) -> Result<PathBuf, Missing> {
        let name = format!("client-{}", self.name);
        Ok(store.python(&name, self.requirements, said)?.python())
    }

    /// Asks every target, one after the other.
    ///
    /// # Errors
    /// When the client fails, or does not come to its end.
    pub fn ask(
        &self,
        python: &Path,
        targets: &[&Target<'_>],
        clock: &dyn Clock,
    ) -> Result<Vec<Seen>> {
        let mut wanted = Vec::new();
        for target in targets {
            wanted.push(described(target)?);
        }
        let line = format!("{}\n", Value::from(wanted));
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients");
        let script = script.join(format!("{}.py", self.name));
        let home = std::env::temp_dir();
        let launch = Launch {
            program: python.to_owned(),
            arguments: vec!["-I".into(), "-B".into(), script.into()],
            environment: vec![("HOME".to_owned(), home.to_string_lossy().into_owned())],
        };
        let mut process = Process::start_group(&launch)
            .with_context(|| format!("{} cannot be started", python.display()))?;
        let told = process
            .exchange(line.as_bytes(), PATIENCE, clock, |_| true)
            .map(<[u8]>::to_vec);
        let end = process.close(Duration::from_secs(10), clock);
        let told: Vec<Told> = match told {
            Ok(told) => serde_json::from_slice(&told)?,
            Err(silence) => bail!(
                "the client {} says nothing: {silence} ({}): {}",
                self.name,
                end.words(),
                process.last_lines().join("\n")
            ),
        };
        let names = targets.iter().map(|target| target.name());
        if !names.eq(told.iter().map(|told| told.name.clone())) {
            bail!("the client {} tells of other targets", self.name);
        }
        let seen = told.into_iter().map(|told| Seen {
            tools: told.tools,
            answers: told.answers,
        });
        Ok(seen.collect())
    }
}

/// A target as the scripts read it.
fn described(target: &Target<'_>) -> Result<Value> {
    let asked = target.asked()?.into_iter();
    let calls: Vec<Value> = asked
        .map(|asked| json!({"tool": asked.tool, "arguments": asked.arguments}))
        .collect();
    let mode = match target.wire {
        Wire::Sessions => "legacy",
        Wire::Stateless => target.wire.name(),
    };
    let mut described = json!({"name": target.name(), "mode": mode, "calls": calls});
    match &target.way {
        Way::Http(_) => described["url"] = target.address().into(),
        Way::Stdio(launch) => {
            let arguments = launch.arguments.iter();
            let arguments: Vec<_> = arguments
                .map(|argument| argument.to_string_lossy())
                .collect();
            let environment: serde_json::Map<String, Value> = launch
                .environment
                .iter()
                .map(|(name, value)| (name.clone(), value.clone().into()))
                .collect();
            described["stdio"] = json!({
                "command": launch.program.to_string_lossy(),
                "args": arguments,
                "env": environment,
            });
        }
    }
    Ok(described)
}
