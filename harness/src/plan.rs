//! What a run will do: every trial, numbered, in the order in which it is done.

use std::path::PathBuf;

use record::{StartClass, Trial};
use serde::{Deserialize, Serialize};

use crate::launch::{Made, Programs};
use crate::server::{Input, Server};
use crate::shuffle::shuffle;

/// All that the worker is told.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Plan {
    /// The checkout, for the servers' descriptions.
    pub root: PathBuf,
    /// The data set.
    pub data: PathBuf,
    /// Whether the data set is the generated one, for which the right answers are known.
    pub generated: bool,
    /// Precompiled code.
    pub cache: PathBuf,
    /// What runs components.
    pub programs: Programs,
    /// What is measured.
    pub subjects: Vec<Made>,
    /// The trials that are left to do, in their order.
    pub trials: Vec<Planned>,
}

/// One trial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// Its number in the record.
    pub trial: Trial,
    /// Index into the plan's subjects.
    pub subject: usize,
    /// What is done.
    pub kind: Kind,
}

/// What a trial does. The order of the variants is the order of the stages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Weighs the file.
    Size,
    /// Starts a process and asks for the first answer.
    Start(StartClass),
    /// Starts a process, calls each tool, and reads its memory.
    Memory,
    /// One call in a process that has answered it before.
    Warm {
        /// The server's call.
        call: String,
    },
    /// One call in a fresh instance of a resident host.
    Instance {
        /// The server's call.
        call: String,
    },
    /// Memory of idle instances in one host process.
    Density,
    /// Calls over HTTP from several connections at once.
    Load {
        /// How many connections.
        connections: u32,
    },
}

/// How often each cell is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effort {
    /// `process-cold`.
    pub cold: usize,
    /// `process-compile`.
    pub compile: usize,
    /// Memory.
    pub memory: usize,
    /// `warm` and `instance-cold` at small input.
    pub small: usize,
    /// `warm` and `instance-cold` at large input.
    pub large: usize,
    /// Density and load.
    pub host: usize,
}

impl Effort {
    /// Enough for an interval in every cell.
    pub const FULL: Effort = Effort {
        cold: 60,
        compile: 6,
        memory: 7,
        small: 40,
        large: 21,
        host: 7,
    };
    /// Done in two minutes: a range instead of an interval where there are fewer than six.
    pub const QUICK: Effort = Effort {
        cold: 12,
        compile: 2,
        memory: 2,
        small: 10,
        large: 7,
        host: 2,
    };
}

/// Plans Table III: the trials of every stage, numbered as they are listed and shuffled within their stage.
///
/// Stages that keep a process or a host alive are shuffled within one server, so that its packagings alternate side by side.
pub fn table3(servers: &[Server], subjects: &[Made], effort: Effort, seed: u64) -> Vec<Planned> {
    let mut stages: Vec<Vec<Planned>> = Vec::new();
    let mut next = 0;
    let mut stage = |kinds: Vec<(usize, Kind)>| {
        let mut trials: Vec<Planned> = kinds
            .into_iter()
            .map(|(subject, kind)| {
                next += 1;
                Planned {
                    trial: Trial(next),
                    subject,
                    kind,
                }
            })
            .collect();
        shuffle(&mut trials, seed.wrapping_add(next));
        stages.push(trials);
    };
    let everyone = || subjects.iter().enumerate();
    let repeat = |times: usize, at: usize, kind: &Kind| vec![(at, kind.clone()); times];
    stage(everyone().map(|(at, _)| (at, Kind::Size)).collect());
    let cold = Kind::Start(StartClass::ProcessCold);
    stage(
        everyone()
            .flat_map(|(at, _)| repeat(effort.cold, at, &cold))
            .collect(),
    );
    let compile = Kind::Start(StartClass::ProcessCompile);
    stage(
        everyone()
            .filter(|(_, made)| made.is_component())
            .flat_map(|(at, _)| repeat(effort.compile, at, &compile))
            .collect(),
    );
    stage(
        everyone()
            .flat_map(|(at, _)| repeat(effort.memory, at, &Kind::Memory))
            .collect(),
    );
    for server in servers {
        let own = || everyone().filter(|(_, made)| made.server == server.name);
        let calls = |kind: fn(String) -> Kind, at: usize| {
            server.timed().flat_map(move |call| {
                let times = if call.input == Input::Small {
                    effort.small
                } else {
                    effort.large
                };
                vec![(at, kind(call.id.clone())); times]
            })
        };
        stage(
            own()
                .flat_map(|(at, _)| calls(|call| Kind::Warm { call }, at))
                .collect(),
        );
        let hosted = own().filter(|(_, made)| made.is_hosted());
        stage(
            hosted
                .flat_map(|(at, _)| calls(|call| Kind::Instance { call }, at))
                .collect(),
        );
    }
    let hosted = || everyone().filter(|(_, made)| made.is_hosted());
    stage(
        hosted()
            .flat_map(|(at, _)| repeat(effort.host, at, &Kind::Density))
            .collect(),
    );
    let noop = || {
        everyone().filter(|(_, made)| {
            made.server == "noop" && made.packaging != record::Packaging::ComponentWasmtime
        })
    };
    stage(
        noop()
            .flat_map(|(at, _)| {
                [1, 16]
                    .map(|connections| repeat(effort.host, at, &Kind::Load { connections }))
                    .concat()
            })
            .collect(),
    );
    stages.concat()
}

impl Made {
    /// Whether it is a component, under whichever host.
    pub fn is_component(&self) -> bool {
        matches!(
            self.packaging,
            record::Packaging::Component | record::Packaging::ComponentWasmtime
        )
    }

    /// Whether our resident host runs it.
    pub fn is_hosted(&self) -> bool {
        self.packaging == record::Packaging::Component
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn example() -> (Vec<Server>, Vec<Made>) {
        let text = r#"
name = "noop"
title = "N"
package = "noop"
call = [
  { id = "a", tool = "t", input = "small", expect = { text = { equal = "ok" } }, source = { origin = "hand" } },
  { id = "b", tool = "t", input = "large", expect = { text = { equal = "ok" } }, source = { origin = "hand" } },
  { id = "c", tool = "t", input = "edge", expect = { text = { equal = "ok" } }, source = { origin = "hand" } },
]"#;
        let server: Server = toml::from_str(text).expect("a server");
        let made = |packaging| Made {
            server: "noop".into(),
            packaging,
            digest: record::Digest::of(b"x"),
            file: "/x".into(),
            precompiled: None,
        };
        (
            vec![server],
            vec![
                made(record::Packaging::Component),
                made(record::Packaging::Native),
            ],
        )
    }

    #[test]
    fn every_cell_is_planned_as_often_as_the_effort_says() {
        let (servers, subjects) = example();
        let effort = Effort {
            cold: 3,
            compile: 2,
            memory: 1,
            small: 5,
            large: 4,
            host: 1,
        };
        let trials = table3(&servers, &subjects, effort, 42);
        let count = |kind: &Kind, subject| {
            trials
                .iter()
                .filter(|trial| trial.kind == *kind && trial.subject == subject)
                .count()
        };
        assert_eq!(count(&Kind::Start(StartClass::ProcessCold), 1), 3);
        assert_eq!(
            (
                count(&Kind::Start(StartClass::ProcessCompile), 0),
                count(&Kind::Start(StartClass::ProcessCompile), 1)
            ),
            (2, 0)
        );
        assert_eq!(
            (
                count(&Kind::Warm { call: "a".into() }, 0),
                count(&Kind::Warm { call: "b".into() }, 1)
            ),
            (5, 4)
        );
        assert_eq!(
            (
                count(&Kind::Instance { call: "a".into() }, 0),
                count(&Kind::Instance { call: "a".into() }, 1)
            ),
            (5, 0)
        );
        assert_eq!(
            count(&Kind::Warm { call: "c".into() }, 0),
            0,
            "an edge case is never timed"
        );
        assert_eq!(
            trials
                .iter()
                .map(|trial| trial.trial)
                .collect::<BTreeSet<_>>()
                .len(),
            trials.len()
        );
    }

    #[test]
    fn the_seed_decides_the_order_and_not_the_trials() {
        let (servers, subjects) = example();
        let numbered = |seed| {
            let mut trials = table3(&servers, &subjects, Effort::QUICK, seed);
            let order: Vec<_> = trials.iter().map(|trial| trial.trial).collect();
            trials.sort_by_key(|trial| trial.trial);
            (order, trials)
        };
        assert_eq!(numbered(1), numbered(1));
        assert_ne!(numbered(1).0, numbered(2).0);
        assert_eq!(numbered(1).1, numbered(2).1);
    }
}
