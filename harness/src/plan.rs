//! What a run will do: every cell, and the trials of each round in the order in which they are done.

use std::path::PathBuf;

use record::{Packaging, PageCache, StartClass, Subject, Transport, Trial};
use serde::{Deserialize, Serialize};

pub use figures::{cold, warm};

pub use crate::kind::{BURST, Kind, Last, Long, Stage};
use crate::launch::{Made, Programs};
use crate::server::{Call, Input, Server, is_published};
use crate::shuffle::shuffle;
use crate::standin::Standins;
use crate::verify::serves_http;

/// A trial's number is its cell's times this, and its repetition: it says what it is of, whatever ended the sampling.
const REPETITIONS: u64 = 100_000;

/// What the worker is told once: where everything is that a trial may need.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Setting {
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
    /// The description of a server of the user's own, where one is among them.
    #[serde(default)]
    pub own: Option<PathBuf>,
    /// Of everything that is random in a trial.
    pub seed: u64,
    /// What stands in for the network.
    pub standins: Standins,
}

/// One trial, as the worker is told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// Its number in the record.
    pub trial: Trial,
    /// Its round, from 1. A new round is answered by fresh processes.
    pub round: u64,
    /// Index into the setting's subjects.
    pub subject: usize,
    /// What is done.
    pub kind: Kind,
}

/// Everything that its trials share a median by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Its number in the plan, from 1.
    pub number: u64,
    /// Index into the subjects.
    pub subject: usize,
    /// The subject's server.
    pub server: String,
    /// How that is shipped and started.
    pub packaging: Packaging,
    /// The tool that is called, where it is a cell of one tool.
    pub tool: Option<String>,
    /// What the tool is fed.
    pub input: Option<Input>,
    /// What is done.
    pub kind: Kind,
}

impl Cell {
    /// A name for people, and the key of its costs: equal in every run that has the cell.
    pub fn name(&self) -> String {
        // Starts of processes and of containers alternate, and cost what differs a hundredfold.
        let stage = match &self.kind {
            Kind::Start { class, .. } => class.name(),
            kind => kind.stage().name(),
        };
        let what = match &self.kind {
            Kind::Size | Kind::Image | Kind::Memory | Kind::Density => String::new(),
            Kind::Start {
                transport,
                page_cache,
                ..
            } => match page_cache {
                PageCache::Warm => format!(" {transport}"),
                other => format!(" {transport} {other}"),
            },
            Kind::Warm { call, transport } => format!(" {call} {transport}"),
            Kind::Instance { call } => format!(" {call}"),
            Kind::Idle { servers } => format!(" {servers}"),
            Kind::Load {
                transport,
                connections,
                load,
            } => {
                let load = load.map_or(String::new(), |percent| format!(" {percent}%"));
                format!(" {transport} {connections}{load}")
            }
        };
        format!("{stage} {} {}{what}", self.server, self.packaging)
    }

    /// How warm the subject is when it is asked; none where the question has no sense.
    pub fn start(&self) -> Option<StartClass> {
        match &self.kind {
            Kind::Size | Kind::Image => None,
            Kind::Start { class, .. } => Some(*class),
            Kind::Memory => Some(cold(self.packaging)),
            Kind::Warm { .. } => Some(warm(self.packaging)),
            Kind::Idle { .. } => Some(StartClass::Warm),
            Kind::Instance { .. } | Kind::Density => Some(StartClass::InstanceCold),
            // A component answers each call of the stateless wire in a fresh instance; a native process is one instance.
            Kind::Load { transport, .. } => Some(
                if self.packaging == Packaging::Component && *transport == Transport::Http {
                    StartClass::InstanceCold
                } else {
                    StartClass::Warm
                },
            ),
        }
    }

    /// How the subject is asked.
    pub fn transport(&self) -> Option<Transport> {
        match &self.kind {
            Kind::Size | Kind::Image => None,
            Kind::Start { transport, .. }
            | Kind::Warm { transport, .. }
            | Kind::Load { transport, .. } => Some(*transport),
            Kind::Memory | Kind::Idle { .. } => Some(Transport::Stdio),
            Kind::Instance { .. } | Kind::Density => Some(Transport::InProcess),
        }
    }

    /// Whether the paper has figures of its server.
    pub fn is_published(&self) -> bool {
        is_published(&self.server)
    }

    /// The number of one of its trials.
    pub fn trial(&self, repetition: u64) -> Trial {
        Trial(self.number * REPETITIONS + repetition)
    }

    /// One of its trials.
    fn planned(&self, repetition: u64, round: u64) -> Planned {
        Planned {
            trial: self.trial(repetition),
            round,
            subject: self.subject,
            kind: self.kind.clone(),
        }
    }
}

/// A trial's cell and repetition.
pub fn decoded(trial: Trial) -> (u64, u64) {
    (trial.0 / REPETITIONS, trial.0 % REPETITIONS)
}

/// What is looked at beyond the plain table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scope {
    /// Leaves out what takes minutes: large inputs, density and load.
    pub quick: bool,
    /// Every server's warm calls over HTTP too, and not those of `noop` alone.
    pub http: bool,
    /// Only what every server has that speaks MCP over pipes, whoever wrote it.
    pub pipes: bool,
    /// Cold starts with the page cache dropped too, beside those with files in memory.
    pub dropped: bool,
}

/// Every cell of Table III and its figures, numbered.
///
/// `subjects` have the order in which the worker knows them.
pub fn table3(servers: &[Server], subjects: &[Subject], scope: Scope) -> Vec<Cell> {
    let mut cells: Vec<Cell> = Vec::new();
    for (at, subject) in subjects.iter().enumerate() {
        let Some(server) = servers.iter().find(|server| server.name == subject.server) else {
            continue;
        };
        for (tool, input, kind) in kinds(server, subject.packaging, scope) {
            cells.push(Cell {
                number: 0,
                subject: at,
                server: subject.server.clone(),
                packaging: subject.packaging,
                tool,
                input,
                kind,
            });
        }
    }
    cells.sort_by_key(|cell| cell.kind.stage());
    for (number, cell) in (1..).zip(&mut cells) {
        cell.number = number;
    }
    cells
}

/// What is done of one subject: the tool and its input, where there is one, and the kind.
fn kinds(
    server: &Server,
    packaging: Packaging,
    scope: Scope,
) -> Vec<(Option<String>, Option<Input>, Kind)> {
    use Transport::{Http, Stdio};
    let cold_from = |transport, page_cache| Kind::Start {
        class: cold(packaging),
        transport,
        page_cache,
    };
    let cold = |transport| cold_from(transport, PageCache::Warm);
    let component = matches!(
        packaging,
        Packaging::Component | Packaging::ComponentWasmtime
    );
    let hosted = packaging == Packaging::Component && !scope.pipes;
    // Stock `wasmtime serve` is not driven here: it answers every request in a fresh instance and keeps no session. The originals
    // know pipes alone, but for those in a container that something carries HTTP to.
    let serves = serves_http(packaging) && !scope.pipes;
    let noop = server.name == "noop";
    // A container's start over HTTP is the engine's and the network's before it is the server's: of our own images one is asked, of the
    // originals those that the paper compares, and every one where HTTP is asked for.
    let compared = noop || (packaging.is_reference() && is_published(&server.name));
    let knocked =
        packaging.is_contained() && !scope.pipes && (scope.http || (!scope.quick && compared));
    let mut plain = vec![cold(Stdio), Kind::Memory];
    if scope.dropped {
        plain.push(cold_from(Stdio, PageCache::Dropped));
    }
    // What an interpreter runs is no file; with its interpreter and its packages it is an image, which has a size.
    match packaging {
        Packaging::Reference => {}
        _ if packaging.is_contained() => plain.push(Kind::Image),
        _ => plain.push(Kind::Size),
    }
    if serves || knocked {
        plain.push(cold(Http));
    }
    if component {
        plain.push(Kind::Start {
            class: StartClass::ProcessCompile,
            transport: Stdio,
            page_cache: PageCache::Warm,
        });
    }
    if hosted && !scope.quick {
        plain.push(Kind::Density);
    }
    if noop && serves && !scope.quick {
        plain.extend(beside());
    }
    let mut kinds: Vec<_> = plain.into_iter().map(|kind| (None, None, kind)).collect();
    // What the user brought is looked at by whatever calls it has.
    let wanted = |call: &&Call| !scope.quick || server.own || call.input == Input::Small;
    for call in server.timed().filter(wanted) {
        let mut of_call = vec![Kind::Warm {
            call: call.id.clone(),
            transport: Stdio,
        }];
        if serves && (scope.http || (noop && !scope.quick)) {
            of_call.push(Kind::Warm {
                call: call.id.clone(),
                transport: Http,
            });
        }
        if hosted {
            of_call.push(Kind::Instance {
                call: call.id.clone(),
            });
        }
        let of_call = of_call.into_iter();
        kinds.extend(of_call.map(|kind| (Some(call.tool.clone()), Some(call.input), kind)));
    }
    kinds
}

/// Idle servers and load, which are asked of the server that does nothing: what they cost is then the packaging's.
fn beside() -> Vec<Kind> {
    // Below what is reached, latency is looked at for one client and for many, and not at every number between.
    let (idle, connections, loaded) = ([1, 10, 100, 1000], [1, 4, 16], [1, 16]);
    let mut kinds: Vec<Kind> = idle.map(|servers| Kind::Idle { servers }).into();
    for transport in [Transport::Stdio, Transport::Http] {
        for connections in connections {
            let below: &[Option<u32>] = match loaded.contains(&connections) {
                true => &[None, Some(50), Some(80)],
                false => &[None],
            };
            kinds.extend(below.iter().map(|&load| Kind::Load {
                transport,
                connections,
                load,
            }));
        }
    }
    kinds
}

/// The trials of one round of a stage: of each cell the repetitions that it is given, shuffled.
///
/// Where processes stay up, a server's trials stay together, so that its packagings alternate side by side, some trials of a cell in a row; the
/// servers change their order from round to round.
pub fn round(stage: Stage, round: u64, cells: &[(&Cell, Vec<u64>)], seed: u64) -> Vec<Planned> {
    let seed = seed
        .wrapping_add(stage.place() << 56)
        .wrapping_add(round << 24);
    let mut houses: Vec<&str> = Vec::new();
    if stage.keeps_up() {
        for (cell, _) in cells {
            if !houses.contains(&cell.server.as_str()) {
                houses.push(&cell.server);
            }
        }
        shuffle(&mut houses, seed);
    } else {
        houses.push("");
    }
    let mut trials = Vec::new();
    for (at, house) in (1..).zip(houses) {
        let row = if stage.keeps_up() { BURST } else { 1 };
        let mut own: Vec<(&Cell, &[u64])> = cells
            .iter()
            .filter(|(cell, _)| house.is_empty() || cell.server == house)
            .flat_map(|(cell, repetitions)| repetitions.chunks(row).map(|row| (*cell, row)))
            .collect();
        shuffle(&mut own, seed.wrapping_add(at));
        let planned = |(cell, row): (&Cell, &[u64])| -> Vec<Planned> {
            row.iter()
                .map(|&repetition| cell.planned(repetition, round))
                .collect()
        };
        trials.extend(own.into_iter().flat_map(planned));
    }
    trials
}

impl Made {
    /// Whether it is a component, under whichever host.
    pub fn is_component(&self) -> bool {
        matches!(
            self.packaging,
            Packaging::Component | Packaging::ComponentWasmtime
        )
    }

    /// Whether our resident host runs it.
    pub fn is_hosted(&self) -> bool {
        self.packaging == Packaging::Component
    }
}

#[cfg(test)]
impl Cell {
    /// One of a kind, for tests.
    pub(crate) fn example(server: &str, packaging: Packaging, kind: Kind) -> Cell {
        Cell {
            number: 1,
            subject: 0,
            server: server.into(),
            packaging,
            tool: None,
            input: None,
            kind,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn example(scope: Scope) -> Vec<Cell> {
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
        let subject = |packaging| Subject {
            server: "noop".into(),
            packaging,
            digest: None,
        };
        table3(
            &[server],
            &[subject(Packaging::Native), subject(Packaging::Component)],
            scope,
        )
    }

    #[test]
    fn every_cell_stands_once_under_its_own_number_and_name() {
        let cells = example(Scope::default());
        let numbers: Vec<u64> = cells.iter().map(|cell| cell.number).collect();
        assert_eq!(
            numbers,
            (1..=u64::try_from(cells.len()).expect("few")).collect::<Vec<_>>()
        );
        let names: BTreeSet<String> = cells.iter().map(Cell::name).collect();
        assert_eq!(names.len(), cells.len());
        for expected in [
            "size noop native",
            "process-cold noop component stdio",
            "process-compile noop component stdio",
            "warm noop native b stdio",
            "instance-cold noop component a",
            "density noop component",
            "load noop native http 16",
        ] {
            assert!(names.contains(expected), "{expected}: {names:?}");
        }
        for absent in [
            "warm noop native c stdio",
            "process-compile noop native stdio",
            "instance-cold noop native a",
        ] {
            assert!(!names.contains(absent), "{absent}");
        }
        let quick = example(Scope {
            quick: true,
            ..Scope::default()
        });
        assert!(quick.len() < cells.len());
        assert!(quick.iter().all(|cell| cell.input != Some(Input::Large)));
    }

    #[test]
    fn a_trial_says_what_it_is_of() {
        let cells = example(Scope::default());
        assert_eq!(decoded(cells[6].trial(12)), (7, 12));
    }

    #[test]
    fn the_seed_the_stage_and_the_round_decide_the_order_and_not_the_trials() {
        let cells = example(Scope::default());
        let chosen: Vec<(&Cell, Vec<u64>)> = cells
            .iter()
            .filter(|cell| cell.kind.stage() == Stage::Warm)
            .map(|cell| (cell, (0..5).collect()))
            .collect();
        let order = |number, seed| round(Stage::Warm, number, &chosen, seed);
        let sorted = |mut trials: Vec<Planned>| {
            trials.sort_by_key(|planned| planned.trial);
            trials
        };
        assert_eq!(order(1, 1), order(1, 1));
        assert_ne!(order(1, 1), order(1, 2));
        assert_eq!(sorted(order(1, 1)), sorted(order(1, 2)));
        let trials = |number| {
            order(number, 1)
                .iter()
                .map(|planned| planned.trial)
                .collect::<Vec<_>>()
        };
        assert_ne!(trials(1), trials(2));
        assert_eq!(order(1, 1).len(), 5 * chosen.len());
        // Five of a cell, one after the other.
        for row in order(1, 1).chunks(BURST) {
            assert!(row.is_sorted_by(|one, next| one.trial.0 + 1 == next.trial.0));
        }
    }
}
