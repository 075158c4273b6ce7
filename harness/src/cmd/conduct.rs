//! The half that all commands share which measure: from what was built to the tables. Verifies, describes, measures, draws.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;
use harness::backend::Worker;
use harness::clock::{Clock, Monotonic, wall};
use harness::estimate::{self, Costs};
use harness::exit::{Exit, Told};
use harness::launch::Made;
use harness::measure::Measuring;
use harness::noise::{Proc, Watch};
use harness::plan::{Cell, Setting};
use harness::server::Server;
use harness::standin::{Standing, Up};
use harness::stop::Stopping;
use harness::subject::Built;
use harness::{input, interrupt, machine};
use record::{
    Count, Dataset, Metric, Missing, Nanos, Outcome, Record, Recorder, Run, Sample, Subject,
    Timestamp, Trial, Warning,
};

use super::choice::Question;
use super::forecast::{self, Known};
use super::{Global, draw, verify};

/// What is measured, and by which rules.
pub struct Conduct<'a> {
    /// The command that the record is of.
    pub command: &'static str,
    /// The checkout.
    pub root: &'a Path,
    /// Where records are kept.
    pub results: &'a Path,
    /// The user's cache.
    pub cache: &'a Path,
    /// What is fed to tools, and whether that is what was generated.
    pub data: (&'a Path, bool),
    /// Decides the order of trials.
    pub seed: u64,
    /// What was asked.
    pub question: &'a Question,
    /// When a cell has enough.
    pub stopping: Stopping,
    /// What cells took before.
    pub known: &'a Known,
    /// Every server that is measured.
    pub servers: &'a [Server],
    /// Everything that was built.
    pub built: &'a Built,
    /// What the user brought, if it is that which is measured.
    pub own: Option<Own<'a>>,
    /// What a reader should know before believing it.
    pub warnings: Vec<Warning>,
    /// The run that is taken up again, where one is.
    pub taken_up: Option<PathBuf>,
}

/// What is known of a server that the user brought.
#[derive(Clone, Copy)]
pub struct Own<'a> {
    /// Its whole description, which the worker reads.
    pub file: &'a Path,
    /// The same for people, without what the command line granted: kept beside the record.
    pub kept: &'a str,
    /// What of it is not measured, each with its reason.
    pub missing: &'a [Missing],
}

/// The name under which a server's description is kept beside a record.
pub const DESCRIPTION: &str = "server.toml";

impl Conduct<'_> {
    /// Verifies, measures and draws.
    pub fn run(self, global: &Global) -> Result<Exit> {
        let Conduct {
            built,
            servers,
            data: (data, generated),
            ..
        } = self;
        let clock = Monotonic::new();
        let mut costs = Costs::default();
        self.verified((&clock, &mut costs))?;
        let cells = self.available()?;
        interrupt::listen()?;
        let described = self.describe()?;
        let redactor = machine::redactor(self.root, data, self.cache);
        let (mut recorder, before) = match &self.taken_up {
            Some(folder) => (
                Recorder::resume(folder, described, redactor)?,
                Record::read(folder)?.samples,
            ),
            None => (
                Recorder::create(self.results, described, redactor)?,
                Vec::new(),
            ),
        };
        if let Some(own) = self.own {
            recorder.write_beside(DESCRIPTION, own.kept.as_bytes())?;
        }
        self.unavailable(&mut recorder)?;
        let mut up = Up::start(built.standin.as_deref(), servers, data, &clock)?;
        let setting = Setting {
            root: self.root.to_owned(),
            data: data.to_owned(),
            generated,
            cache: built.cache.clone(),
            programs: built.programs.clone(),
            subjects: built.subjects.clone(),
            own: self.own.map(|own| own.file.to_owned()),
            seed: self.seed,
            standins: up.standins.clone(),
        };
        let mut worker = Standing {
            backend: Worker::start(&built.worker, &setting, &clock)?,
            up: &mut up,
        };
        let measuring = Measuring {
            cells: &cells,
            seed: self.seed,
            stopping: self.stopping,
            costs: &self.known.costs,
            clock: &clock,
            interrupted: &interrupt::interrupted,
        };
        let mut watch = Watch::new(&clock, Box::new(Proc::new()));
        let measured = measuring.run(&mut worker, &mut watch, &mut recorder, &before)?;
        drop(worker);
        let folder = recorder.folder().to_owned();
        costs.or(measured.costs);
        costs.or(Costs::read(&folder).unwrap_or_default());
        recorder.write_beside(estimate::COSTS, &costs.written())?;
        if measured.whole {
            recorder.finish(Timestamp::from(wall()))?;
        } else {
            drop(recorder);
        }
        draw::draw(global, &folder, measured.whole)
    }

    /// Verifies every answer, and counts what that takes.
    fn verified(&self, (clock, costs): (&dyn Clock, &mut Costs)) -> Result<()> {
        let begin = clock.now();
        let (data, generated) = self.data;
        let (right, wrong) = verify::before_timing(self.built, self.servers, data, generated)?;
        let took = Nanos(clock.now().0 - begin.0);
        costs.add(forecast::VERIFYING, right + wrong, took);
        if wrong > 0 {
            let message = match self.own {
                Some(_) => {
                    "an answer is not the right one, and what answers wrongly is not timed; correct the server, or what --server-toml says is right (varies = true where each answer is another)"
                }
                None => {
                    "an answer is wrong, and what answers wrongly is not timed; `harness verify` shows each"
                }
            };
            return Err(Told {
                message: message.to_owned(),
                exit: Exit::Wrong,
            }
            .into());
        }
        Ok(())
    }

    /// The cells that are asked for and that this machine can fill.
    fn available(&self) -> Result<Vec<Cell>> {
        let subjects: Vec<Subject> = self.built.subjects.iter().map(Made::subject).collect();
        self.question
            .cells(self.servers, &subjects)
            .map_err(|told| match self.built.missing.first() {
                Some(absent) => Told::lacking(absent.to_string()).into(),
                None => told.into(),
            })
    }

    /// Everything that a reader must know of the run.
    fn describe(&self) -> Result<Run> {
        let Conduct { built, root, .. } = self;
        let mut run = Run::new(self.command, self.seed, Timestamp::from(wall()));
        run.argv = asked();
        run.git = machine::revision(root);
        run.lockfile = machine::lockfile(root);
        run.toolchain = machine::toolchain(root, built);
        run.subjects = built.subjects.iter().map(Made::subject).collect();
        let (data, generated) = self.data;
        let name = if generated {
            "generated"
        } else {
            "the user's own"
        };
        run.datasets = vec![Dataset {
            name: name.to_owned(),
            digest: input::digest(data, &harness::server::read_all(root)?),
        }];
        run.machine = machine::machine();
        let docker = built.programs.docker.as_ref();
        run.docker = docker.map(machine::engine);
        let lacking = built.missing.iter().map(|absent| absent.missing.clone());
        let own = self.own.map_or(&[][..], |own| own.missing);
        run.missing = lacking.chain(own.iter().cloned()).collect();
        run.selection.clone_from(&self.question.words);
        run.shrink = Some(Count(self.stopping.shrink())).filter(|shrink| shrink.0 > 1);
        run.warnings.clone_from(&self.warnings);
        Ok(run)
    }

    /// A row for each cell that this machine cannot fill. Their trials are numbered from the far end, apart from the plan's.
    fn unavailable(&self, recorder: &mut Recorder) -> Result<()> {
        let mut number = u64::MAX;
        for absent in &self.built.missing {
            for server in self.servers.iter().filter(|server| {
                absent.concerns(&server.name) && server.is_shipped_as(absent.packaging)
            }) {
                let trial = Trial(number);
                number -= 1;
                if recorder.done().contains(&trial) {
                    continue;
                }
                let subject = Subject {
                    server: server.name.clone(),
                    packaging: absent.packaging,
                    digest: None,
                };
                let outcome = Outcome::Unavailable {
                    why: absent.missing.why.clone(),
                    remedy: absent.missing.remedy.clone(),
                };
                recorder.append(&[Sample::failed(trial, subject, Metric::FirstAnswer, outcome)])?;
            }
        }
        Ok(())
    }
}

/// The folder that records are kept in. What would end the command is found before minutes of building.
pub fn results(global: &Global, root: &Path) -> Result<PathBuf, Told> {
    let results = global.out.clone().unwrap_or_else(|| root.join("results"));
    if results.exists() && !results.is_dir() {
        return Err(Told::usage(format!(
            "--out {} is no folder; name one that can be written",
            results.display()
        )));
    }
    Ok(results)
}

/// The newest run of this command that was interrupted, if it was asked the same.
pub fn interrupted(results: &Path, command: &str, question: &Question) -> Result<(PathBuf, Run)> {
    let none = || {
        Told::usage(format!(
            "there is no interrupted {command} run to resume; run the command without --resume"
        ))
    };
    let runs = record::list(results)?;
    let runs = runs
        .into_iter()
        .filter_map(|listed| Some((listed.folder, listed.run.ok()?)));
    // Not the last by name: of one day's runs the ninth would come after the tenth.
    let (folder, run) = runs
        .filter(|(_, run)| run.command == command && run.end.is_none())
        .max_by_key(|(_, run)| run.start)
        .ok_or_else(none)?;
    // Trials are numbered by the plan, and these words decide it.
    if run.selection != question.words {
        let words = |words: &BTreeMap<String, String>| {
            let words: Vec<String> = words
                .iter()
                .map(|(flag, word)| format!("{flag} {word}"))
                .collect();
            match words.len() {
                0 => "everything".to_owned(),
                _ => words.join(", "),
            }
        };
        return Err(Told::usage(format!(
            "{} was asked for {}, and now for {}; give the same words as then and --resume, or start a new run without --resume",
            run.id,
            words(&run.selection),
            words(&question.words)
        ))
        .into());
    }
    Ok((folder, run))
}

/// The command's words. A resumed run is the same run: the flag that resumes it is no part of its question.
fn asked() -> Vec<String> {
    std::env::args()
        .filter(|argument| argument != "--resume")
        .collect()
}
