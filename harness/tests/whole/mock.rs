//! A laboratory without a machine: two servers that answer as long as is planted, and a clock that moves by just that.

use std::cell::{Cell as Slot, RefCell};
use std::path::{Path, PathBuf};

use anyhow::Result;
use harness::backend::{Backend, Done};
use harness::clock::Clock;
use harness::estimate::Costs;
use harness::measure::{Measured, Measuring};
use harness::noise::{Still, Watch};
use harness::plan::{self, Cell, Planned, Scope};
use harness::server::{Input, Server};
use harness::stop::Stopping;
use record::{
    Bytes, Count, InputSize, Nanos, Packaging, Quantity, Record, RecordError, Recorder, Redactor,
    Run, Sample, Subject, Testbed, Tier, Timestamp, Transport, Unit, Wire,
};

/// A clock that moves only when it is moved.
#[derive(Default)]
pub struct Hand(Slot<u64>);

impl Hand {
    pub fn forward(&self, nanos: u64) {
        self.0.set(self.0.get() + nanos);
    }
}

impl Clock for Hand {
    fn now(&self) -> Nanos {
        Nanos(self.0.get())
    }
}

/// What one trial of a cell gives: its headline, in the metric's unit.
pub type Plant = fn(&Cell, u64) -> u64;

/// Everything that a run over the mock needs.
pub struct Laboratory {
    pub cells: Vec<Cell>,
    pub subjects: Vec<Subject>,
    pub clock: Hand,
    /// The trials that were asked for, in their order, with the process that answered each.
    pub asked: RefCell<Vec<(Planned, u64)>>,
}

impl Laboratory {
    /// Two servers, component and native.
    pub fn new(scope: Scope) -> Laboratory {
        let servers = [server("noop", "noop"), server("log_parser", "parse_logs")];
        let packagings = [Packaging::Native, Packaging::Component];
        let subjects: Vec<Subject> = packagings
            .into_iter()
            .flat_map(|packaging| {
                servers.iter().map(move |server| Subject {
                    server: server.name.clone(),
                    packaging,
                    digest: None,
                })
            })
            .collect();
        Laboratory::of(&servers, subjects, scope)
    }

    /// These servers in these packagings.
    pub fn of(servers: &[Server], subjects: Vec<Subject>, scope: Scope) -> Laboratory {
        Laboratory {
            cells: plan::table3(servers, &subjects, scope),
            subjects,
            clock: Hand::default(),
            asked: RefCell::default(),
        }
    }

    /// What a run here is described by.
    pub fn described(&self) -> Run {
        let mut run = Run::new("table3", 42, Timestamp(1_795_250_400));
        run.machine.cpu = "Planted(R) Processor".to_owned();
        run.machine.processors = Count(2);
        run.machine.memory = Bytes(8_000_000_000);
        run.subjects.clone_from(&self.subjects);
        run
    }

    /// A new run below this folder, measured to its end and sealed.
    pub fn run(&self, results: &Path, stopping: Stopping, plant: Plant) -> Record {
        let recorder = Recorder::create(results, self.described(), Redactor::new());
        let mut recorder = recorder.expect("a run");
        let measured = self.measure(&mut recorder, &[], stopping, plant, &|| false);
        assert!(measured.expect("measured").whole);
        let folder = recorder.finish(Timestamp(1_795_250_460)).expect("sealed");
        Record::read(&folder).expect("a record")
    }

    /// Goes on with an interrupted run, to its end.
    pub fn resume(&self, folder: &Path, stopping: Stopping, plant: Plant) -> Record {
        // A process that another test starts at this moment has this one's files open until it is another program.
        let mut recorder = loop {
            match Recorder::resume(folder, self.described(), Redactor::new()) {
                Err(RecordError::InUse { .. }) => std::thread::yield_now(),
                resumed => break resumed.expect("resumed"),
            }
        };
        let before = Record::read(folder).expect("a record").samples;
        let measured = self.measure(&mut recorder, &before, stopping, plant, &|| false);
        assert!(measured.expect("measured").whole);
        let folder = recorder.finish(Timestamp(1_795_250_460)).expect("sealed");
        Record::read(&folder).expect("a record")
    }

    /// Measures into a recorder until it is interrupted.
    pub fn measure(
        &self,
        recorder: &mut Recorder,
        before: &[Sample],
        stopping: Stopping,
        plant: Plant,
        interrupted: &dyn Fn() -> bool,
    ) -> Result<Measured> {
        let measuring = Measuring {
            cells: &self.cells,
            seed: 42,
            stopping,
            costs: &Costs::default(),
            clock: &self.clock,
            interrupted,
        };
        let mut mock = Mock {
            laboratory: self,
            plant,
            processes: 0,
            last: None,
        };
        let mut watch = Watch::new(&self.clock, Box::new(Still));
        measuring.run(&mut mock, &mut watch, recorder, before)
    }
}

/// Answers as planted.
struct Mock<'a> {
    laboratory: &'a Laboratory,
    plant: Plant,
    processes: u64,
    last: Option<(plan::Stage, u64, String)>,
}

impl Backend for Mock<'_> {
    fn trial(&mut self, planned: &Planned) -> Result<Done> {
        let (number, repetition) = plan::decoded(planned.trial);
        let mut cells = self.laboratory.cells.iter();
        let cell = cells
            .find(|cell| cell.number == number)
            .expect("a cell of the plan");
        let house = (cell.kind.stage(), planned.round, cell.server.clone());
        if self.last.as_ref() != Some(&house) {
            self.processes += 1;
            self.last = Some(house);
        }
        let mut asked = self.laboratory.asked.borrow_mut();
        asked.push((planned.clone(), self.processes));
        let value = (self.plant)(cell, repetition);
        let metric = cell.kind.metrics()[0];
        if metric.unit() == Unit::Nanos {
            self.laboratory.clock.forward(value);
        }
        Ok(Done {
            samples: vec![sample(self.laboratory, cell, planned, value)],
            request: None,
        })
    }
}

fn sample(laboratory: &Laboratory, cell: &Cell, planned: &Planned, value: u64) -> Sample {
    let metric = cell.kind.metrics()[0];
    let subject = laboratory.subjects[cell.subject].clone();
    let quantity: Quantity = metric.unit().quantity(value);
    let mut sample = Sample::new(planned.trial, subject, metric, quantity);
    sample.tool.clone_from(&cell.tool);
    sample.input = cell.input.map(|input| record::Input {
        name: call(cell),
        size: match input {
            Input::Small => InputSize::Small,
            Input::Large => InputSize::Large,
            Input::Edge => InputSize::Edge,
        },
        bytes: Bytes(100),
    });
    sample.start = cell.start();
    sample.transport = cell.transport();
    sample.wire = cell.transport().map(|transport| match transport {
        Transport::Stdio => Wire::V2025_11_25,
        Transport::Http | Transport::InProcess => Wire::V2026_07_28,
    });
    sample.tier = Some("edge".parse::<Tier>().expect("a plain name"));
    sample.testbed = Some(Testbed::Emulated);
    sample
}

fn call(cell: &Cell) -> String {
    match &cell.kind {
        plan::Kind::Warm { call, .. } | plan::Kind::Instance { call } => call.clone(),
        _ => String::new(),
    }
}

pub fn server(name: &str, tool: &str) -> Server {
    let call = |input: &str| {
        format!(
            r#"{{ id = "{tool}-{input}", tool = "{tool}", input = "{input}", expect = {{ text = {{ equal = "ok" }} }}, source = {{ origin = "hand" }} }}"#
        )
    };
    let (small, large) = (call("small"), call("large"));
    let head =
        format!("name = \"{name}\"\ntitle = \"{name}\"\npackage = \"{name}\"\ntable = true\n");
    toml::from_str(&format!("{head}call = [{small}, {large}]")).expect("a server")
}

/// The only run below a folder.
pub fn only(results: &Path) -> PathBuf {
    record::latest(results).expect("a run was begun")
}
