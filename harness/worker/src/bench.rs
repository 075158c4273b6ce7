//! Does one trial after the other as it is asked to, and reports each as it ends.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use harness::backend::Done;
use harness::clock::Monotonic;
use harness::docker::Docker;
use harness::input::Places;
use harness::launch::Made;
use harness::peer::{Failed, Subject};
use harness::plan::{Kind, Planned, Setting, Stage};
use harness::server::{Call, PROXY, Server};
use record::{
    Input, InputSize, Limits, Metric, Nanos, Outcome, PageCache, Quantity, Sample, StartClass,
    Testbed, Tier, Transport, Wire,
};

use crate::stage;

/// What every stage needs.
pub struct Bench {
    /// Where everything is that a trial may need.
    pub setting: Setting,
    /// The file that the setting was read from, for a process of the worker's own. Its folder holds every trial's own folder too; it
    /// belongs to the harness, which removes it however this process ends.
    pub file: PathBuf,
    /// The servers of its subjects.
    pub servers: BTreeMap<String, Server>,
    /// Real time.
    pub clock: Monotonic,
    folders: Cell<u64>,
    /// The request of the trial in hand, if it failed at one.
    request: RefCell<Option<String>>,
}

/// What was varied in a trial, beside the subject.
#[derive(Clone, Default)]
pub struct Conditions {
    /// The tool and its input.
    pub call: Option<(String, Input)>,
    /// How the client reached it.
    pub transport: Option<Transport>,
    /// The revision that was spoken.
    pub wire: Option<Wire>,
    /// How warm it was asked to be.
    pub start: Option<StartClass>,
    /// Whether the page cache was dropped before it.
    pub dropped: bool,
    /// How many clients at once; 0 stands for 1.
    pub concurrency: u64,
    /// How many servers are up beside, where that is varied.
    pub idle: Option<u64>,
    /// The share of the capacity that is offered, in percent, where calls do not wait for each other.
    pub load: Option<u64>,
}

impl Bench {
    /// Reads the setting and the servers that it names.
    pub fn read(file: &Path) -> Result<Bench> {
        let text =
            std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
        let mut setting: Setting = serde_json::from_slice(&text)
            .with_context(|| format!("{} is no setting", file.display()))?;
        if setting.subjects.iter().any(|made| made.image.is_some()) {
            let cache = setting.cache.parent().unwrap_or(&setting.cache);
            let docker = Docker::find(cache, false, &mut |_| {});
            let docker =
                docker.map_err(|missing| anyhow::anyhow!("{} {}", missing.why, missing.remedy))?;
            setting.programs.docker = Some(docker);
        }
        let mut servers = harness::server::read_with_twins(&setting.root)?;
        if let Some(own) = &setting.own {
            servers.push(Server::read_own(own)?);
        }
        Ok(Bench {
            setting,
            file: file.to_owned(),
            servers: servers
                .into_iter()
                .map(|server| (server.name.clone(), server))
                .collect(),
            clock: Monotonic::new(),
            folders: Cell::new(0),
            request: RefCell::new(None),
        })
    }

    /// The trial's subject and its server.
    pub fn subject(&self, planned: &Planned) -> (&Made, &Server) {
        let made = &self.setting.subjects[planned.subject];
        (made, &self.servers[&made.server])
    }

    /// The data set and a fresh folder, which belongs to whoever the subject runs as.
    pub fn places(&self, planned: &Planned) -> Result<Places> {
        self.folders.set(self.folders.get() + 1);
        let scratch = self.folder().join(self.folders.get().to_string());
        std::fs::create_dir(&scratch).context("no folder can be made for a trial")?;
        let places = Places::new(&self.setting.data, scratch, &self.setting.standins);
        self.peer(planned)
            .housed(places)
            .context("a trial's folder cannot be given to a container's user")
    }

    /// A path for a file beside the trials' folders.
    pub fn report(&self) -> PathBuf {
        self.folders.set(self.folders.get() + 1);
        self.folder().join(format!("{}.report", self.folders.get()))
    }

    /// Removes what trials wrote, which may be much, and in memory. A harness that was killed does not.
    fn clear(&self) {
        for number in 1..=self.folders.get() {
            // A report of a few lines may stand under this number instead.
            let _none = std::fs::remove_dir_all(self.folder().join(number.to_string()));
        }
    }

    fn folder(&self) -> &Path {
        self.file
            .parent()
            .expect("a file that was read is in a folder")
    }

    /// A good sample.
    pub fn sample(
        &self,
        planned: &Planned,
        conditions: &Conditions,
        metric: Metric,
        value: impl Into<Quantity>,
    ) -> Sample {
        let mut sample = self.failed(planned, conditions, metric, Outcome::Ok);
        sample.value = Some(value.into());
        sample
    }

    /// A sample of a trial that failed, with what is left to explain it by.
    pub fn fail(
        &self,
        planned: &Planned,
        conditions: &Conditions,
        metric: Metric,
        failed: impl Into<Failed>,
    ) -> Sample {
        let failed = failed.into();
        let text = |request: Vec<u8>| String::from_utf8_lossy(&request).into_owned();
        self.request.replace(failed.request.map(text));
        let mut sample = self.failed(planned, conditions, metric, failed.outcome);
        sample.evidence = Some(*failed.evidence);
        sample
    }

    /// A sample without a value.
    pub fn failed(
        &self,
        planned: &Planned,
        conditions: &Conditions,
        metric: Metric,
        outcome: Outcome,
    ) -> Sample {
        let (made, server) = self.subject(planned);
        let over_http = conditions.transport == Some(Transport::Http);
        let proxied = made.proxy().filter(|_| over_http);
        let beside = proxied.map_or(0, |_| PROXY);
        let memory = server.limits.memory_of(made.packaging).ok().flatten();
        let limits = Limits {
            memory: memory.map(|memory| record::Bytes(memory.saturating_add(beside))),
            millicpus: None,
            timeout: server.limits.call_timeout().ok().flatten().map(Nanos::from),
        };
        let (tool, input) = conditions.call.clone().unzip();
        Sample {
            tool,
            input,
            transport: conditions.transport,
            proxy: proxied.map(|proxied| proxied.title.clone()),
            wire: conditions.wire,
            // The paper took Table III on its edge machine.
            tier: Some("edge".parse::<Tier>().expect("a plain name")),
            testbed: Some(Testbed::Emulated),
            start: conditions.start,
            page_cache: Some(match conditions.dropped {
                true => PageCache::Dropped,
                false => PageCache::Warm,
            }),
            limits,
            concurrency: record::Count(conditions.concurrency.max(1)),
            idle: conditions.idle.map(record::Count),
            load: conditions.load.map(record::Count),
            ..Sample::failed(planned.trial, made.subject(), metric, outcome)
        }
    }

    /// The revision that is spoken with a trial's subject, over its pipes or in a session.
    pub fn wire(&self, planned: &Planned) -> Wire {
        self.subject(planned).1.spoken()
    }

    /// The trial's subject with what it needs to run.
    pub fn peer(&self, planned: &Planned) -> Subject<'_> {
        let (made, server) = self.subject(planned);
        let setting = &self.setting;
        Subject {
            made,
            server,
            programs: &setting.programs,
            cache: &setting.cache,
            generated: setting.generated,
            standins: &setting.standins,
        }
    }
}

impl Bench {
    /// The call and its input as records name them.
    pub fn input(&self, call: &Call) -> (String, Input) {
        let size = match call.input {
            harness::server::Input::Small => InputSize::Small,
            harness::server::Input::Large => InputSize::Large,
            harness::server::Input::Edge => InputSize::Edge,
        };
        let bytes = harness::input::bytes(&self.setting.data, &call.arguments);
        (
            call.tool.clone(),
            Input {
                name: call.id.clone(),
                size,
                bytes: record::Bytes(bytes),
            },
        )
    }
}

/// The stages that keep something up between trials.
#[derive(Default)]
struct Up {
    warm: stage::warm::Stage,
    instance: stage::instance::Stage,
    /// The stage, the round and the server that they are up for.
    house: Option<(Stage, u64, String)>,
}

/// Does the trial that each line of standard input asks for, and answers with a line; what waits for the next line disturbs
/// nothing. The end of the input is the end, and so is a harness that no longer reads: what is up then ends with it.
pub fn measure(setting: &Path) -> Result<()> {
    let bench = Bench::read(setting)?;
    let ended = trials(&bench);
    bench.clear();
    ended
}

fn trials(bench: &Bench) -> Result<()> {
    let mut up = Up::default();
    for line in std::io::stdin().lines() {
        let planned: Planned =
            serde_json::from_str(&line?).context("the line asks for no trial; build again")?;
        let samples = up.trial(bench, &planned)?;
        let done = Done {
            samples,
            request: bench.request.take(),
        };
        // Not `println!`, which would panic without a reader, and a panic aborts: nothing that is up would be ended.
        writeln!(std::io::stdout(), "{}", serde_json::to_string(&done)?)?;
    }
    Ok(())
}

impl Up {
    fn trial(&mut self, bench: &Bench, planned: &Planned) -> Result<Vec<Sample>> {
        let (_, server) = bench.subject(planned);
        let house = (planned.kind.stage(), planned.round, server.name.clone());
        if self.house.as_ref() != Some(&house) {
            self.warm.end();
            self.instance.end();
            self.house = Some(house);
        }
        match &planned.kind {
            Kind::Size => stage::size::trial(bench, planned),
            Kind::Image => stage::image::trial(bench, planned),
            Kind::Start {
                class,
                transport,
                page_cache,
            } => {
                let asked = stage::start::Asked {
                    class: *class,
                    transport: *transport,
                    page_cache: *page_cache,
                };
                stage::start::trial(bench, planned, asked)
            }
            Kind::Memory => stage::memory::trial(bench, planned),
            Kind::Warm { call, transport } => self.warm.trial(bench, planned, call, *transport),
            Kind::Instance { call } => self.instance.trial(bench, planned, call),
            Kind::Density => stage::density::trial(bench, planned),
            Kind::Idle { servers } => stage::idle::trial(bench, planned, *servers),
            Kind::Load {
                transport,
                connections,
                load,
            } => {
                let asked = stage::load::Asked {
                    transport: *transport,
                    connections: *connections,
                    load: *load,
                };
                stage::load::trial(bench, planned, asked)
            }
        }
    }
}
