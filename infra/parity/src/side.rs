//! One of those that are asked: the original, the component or the native program, as a process over stdio.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, anyhow};
use harness::client::{self, Request};
use harness::clock::Monotonic;
use harness::input::Places;
use harness::launch::{self, Code, Made, Programs};
use harness::process::{Launch, Process};
use harness::server::{Need, Server};
use original::{Missing, Original, Store};
use record::Packaging;
use serde_json::json;

use crate::answer::Answer;
use crate::suite::{Case, Only, Suite};

/// The longest that one answer may take; a Python server compiles half a second's worth of modules at its first start.
const PATIENCE: Duration = Duration::from_secs(60);
const FAREWELL: Duration = Duration::from_secs(5);

/// A process that is up and greeted.
pub struct Side {
    process: Process,
    clock: Monotonic,
    asked: u64,
}

impl Side {
    /// Starts it and shakes hands.
    ///
    /// # Errors
    /// When it does not come up, with its last words.
    pub fn start(launch: &Launch) -> Result<Side> {
        let clock = Monotonic::new();
        let mut process = Process::start_group(launch)
            .map_err(|error| anyhow!("{} cannot be started: {error}", launch.program.display()))?;
        match client::handshake(&mut process, PATIENCE, &clock) {
            Ok(_) => Ok(Side {
                process,
                clock,
                asked: 0,
            }),
            Err(failure) => Err(anyhow!("{failure}; it said: {}", process.last_words())),
        }
    }

    /// Asks one case, with arguments that are filled in.
    pub fn ask(&mut self, case: &Case, arguments: &serde_json::Value) -> Answer {
        self.asked += 1;
        let request = match &case.prompt {
            Some(prompt) => Request::new(
                self.asked,
                "prompts/get",
                &json!({"name": prompt, "arguments": arguments}),
            ),
            None => Request::call(self.asked, &case.tool, arguments),
        };
        let answered = client::ask(&mut self.process, &request, PATIENCE, &self.clock);
        match Answer::of(answered.and_then(|reply| reply.result())) {
            Answer::None(why) => {
                Answer::None(format!("{why}; it said: {}", self.process.last_words()))
            }
            answer => answer,
        }
    }

    /// Closes its input and waits for its end.
    pub fn end(self) {
        self.process.end(FAREWELL, &self.clock);
    }
}

/// Fills in `{root}`, `{site}` and `{data}`.
pub type Fill<'a> = &'a dyn Fn(&str) -> String;

/// The command line of the original, installed if need be.
///
/// # Errors
/// When it cannot be had here, with the remedy.
pub fn original(
    suite: &Suite,
    root: &Path,
    store: &Store,
    home: &Path,
    fill: Fill<'_>,
    said: &mut dyn FnMut(&str),
) -> Result<Launch, Missing> {
    let (program, mut arguments, first) = installed(suite, root, store, said)?;
    arguments.extend(
        suite
            .arguments
            .iter()
            .map(|word| OsString::from(fill(word))),
    );
    let mut search = std::env::var("PATH").unwrap_or_default();
    if let Some(first) = first {
        search = format!("{}:{search}", first.display());
    }
    let mut environment = vec![
        ("PATH".to_owned(), search),
        ("HOME".to_owned(), home.to_string_lossy().into_owned()),
        ("TZ".to_owned(), "UTC".to_owned()),
        ("LC_ALL".to_owned(), "C.UTF-8".to_owned()),
        ("GIT_CONFIG_NOSYSTEM".to_owned(), "1".to_owned()),
        ("GIT_CONFIG_GLOBAL".to_owned(), "/dev/null".to_owned()),
        // The cache is as it was installed.
        ("PYTHONDONTWRITEBYTECODE".to_owned(), "1".to_owned()),
    ];
    environment.extend(filled(&suite.environment, fill));
    Ok(Launch {
        program,
        arguments,
        environment,
    })
}

fn installed(
    suite: &Suite,
    root: &Path,
    store: &Store,
    said: &mut dyn FnMut(&str),
) -> Result<(PathBuf, Vec<OsString>, Option<PathBuf>), Missing> {
    if let Some(reference) = &suite.reference {
        let unreadable = |error: std::io::Error| Missing {
            why: format!("{} cannot be read: {error}", reference.requirements),
            remedy: "Correct its name in parity.toml.".to_owned(),
        };
        let text =
            std::fs::read_to_string(root.join(&reference.requirements)).map_err(unreadable)?;
        let lines = text
            .lines()
            .map(|line| line.split('#').next().unwrap_or_default().trim());
        let requirements: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
        let venv = store.python("reference", &requirements, said)?;
        return Ok((
            venv.python(),
            vec![root.join(&reference.program).into()],
            None,
        ));
    }
    let published = Original::named(&suite.server).ok_or_else(|| Missing {
        why: format!("no original of {} is known", suite.server),
        remedy: "Name its reference server in parity.toml, or its package in infra/originals/src/known.rs.".to_owned(),
    })?;
    let launch = published.install(store, said)?;
    Ok((launch.program, launch.arguments, launch.search))
}

/// What the original of a suite is called, with its version.
pub fn title(suite: &Suite) -> String {
    match (&suite.reference, Original::named(&suite.server)) {
        (Some(reference), _) => reference.program.clone(),
        (None, Some(published)) => published.title(),
        (None, None) => "none".to_owned(),
    }
}

/// The command line of ours.
pub fn ours(
    suite: &Suite,
    server: &Server,
    made: &Made,
    programs: &Programs,
    cache: &Path,
    places: &Places,
    fill: Fill<'_>,
) -> Launch {
    let mut server = server.clone();
    let ours = &suite.ours;
    server.arguments = ours.arguments.iter().map(|word| fill(word)).collect();
    server.grants.directories.clone_from(&ours.directories);
    for directory in &mut server.grants.directories {
        directory.path = fill(&directory.path);
    }
    server.grants.environment.clear();
    server.environment = filled(&ours.environment, fill).into_iter().collect();
    server.grants.outbound = ours.outbound.iter().map(|place| fill(place)).collect();
    // What stands in for the network is at a private address, which only a server that needs something may reach.
    server.needs = ours.outbound.iter().take(1).map(|_| Need::Site).collect();
    launch::stdio(made, &server, programs, places, Code::Cached(cache), None)
}

fn filled(variables: &BTreeMap<String, String>, fill: Fill<'_>) -> Vec<(String, String)> {
    variables
        .iter()
        .map(|(name, value)| (name.clone(), fill(value)))
        .collect()
}

impl Only {
    /// Whether it is about this packaging.
    pub fn is(self, packaging: Packaging) -> bool {
        match self {
            Only::Component => packaging == Packaging::Component,
            Only::Native => packaging == Packaging::Native,
        }
    }
}
