//! One of those that are asked: the original, the component or the native program, as a process over stdio.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, anyhow};
use harness::client::{self, Request};
use harness::clock::Monotonic;
use harness::input::Places;
use harness::launch::{self, Code, Made, Programs};
use harness::process::{Launch, Process};
use harness::reference;
use harness::server::{Need, Server};
use original::{Missing, Store};
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
        match client::handshake(&mut process, record::Wire::V2025_11_25, PATIENCE, &clock) {
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
    let found = reference::install(root, &suite.server, store, said)?;
    let mut arguments: Vec<OsString> = found
        .interpreted
        .arguments
        .iter()
        .map(OsString::from)
        .collect();
    let own = suite.arguments.iter().map(|word| fill(word).into());
    arguments.extend(own);
    let mut environment = reference::environment(found.interpreted.search.as_deref(), home);
    environment.extend(filled(&suite.environment, fill));
    Ok(Launch {
        program: found.program,
        arguments,
        environment,
    })
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
