//! Does a plan's trials one after the other and reports each as it ends.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use harness::clock::{Clock, Monotonic};
use harness::input::Places;
use harness::launch::Made;
use harness::peer::{Peer, Subject, Trouble};
use harness::plan::{Kind, Plan, Planned};
use harness::progress::Done;
use harness::server::{Call, Server};
use record::{
    Input, InputSize, Limits, Metric, Nanos, Outcome, PageCache, Quantity, Sample, StartClass,
    Testbed, Tier, Transport, Wire,
};

use crate::stage;

/// What every stage needs.
pub struct Bench {
    /// What is to be done.
    pub plan: Plan,
    /// The servers of the plan's subjects.
    pub servers: BTreeMap<String, Server>,
    /// Real time.
    pub clock: Monotonic,
    /// Holds every trial's own folder.
    pub scratch: tempfile::TempDir,
    folders: std::cell::Cell<u64>,
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
    /// How many clients at once; 0 stands for 1.
    pub concurrency: u64,
}

impl Bench {
    /// Reads the plan and the servers that it names.
    pub fn read(plan: &Path) -> Result<Bench> {
        let text =
            std::fs::read(plan).with_context(|| format!("{} cannot be read", plan.display()))?;
        let plan: Plan = serde_json::from_slice(&text)
            .with_context(|| format!("{} is no plan", plan.display()))?;
        let servers = harness::server::read_all(&plan.root)?;
        Ok(Bench {
            plan,
            servers: servers
                .into_iter()
                .map(|server| (server.name.clone(), server))
                .collect(),
            clock: Monotonic::new(),
            scratch: harness::place::scratch().context("no temporary folder can be made")?,
            folders: std::cell::Cell::new(0),
        })
    }

    /// The trial's subject and its server.
    pub fn subject(&self, planned: &Planned) -> (&Made, &Server) {
        let made = &self.plan.subjects[planned.subject];
        (made, &self.servers[&made.server])
    }

    /// The data set and a fresh folder.
    pub fn places(&self) -> Result<Places> {
        self.folders.set(self.folders.get() + 1);
        let scratch = self.scratch.path().join(self.folders.get().to_string());
        std::fs::create_dir(&scratch).context("no folder can be made for a trial")?;
        Ok(Places {
            data: self.plan.data.clone(),
            scratch,
        })
    }

    /// A path for a file beside the trials' folders.
    pub fn report(&self) -> PathBuf {
        self.folders.set(self.folders.get() + 1);
        self.scratch
            .path()
            .join(format!("{}.report", self.folders.get()))
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

    /// A sample without a value.
    pub fn failed(
        &self,
        planned: &Planned,
        conditions: &Conditions,
        metric: Metric,
        outcome: Outcome,
    ) -> Sample {
        let (made, server) = self.subject(planned);
        let limits = Limits {
            memory: server
                .limits
                .memory_bytes()
                .ok()
                .flatten()
                .map(record::Bytes),
            millicpus: None,
            timeout: server.limits.call_timeout().ok().flatten().map(Nanos::from),
        };
        let (tool, input) = conditions.call.clone().unzip();
        Sample {
            tool,
            input,
            transport: conditions.transport,
            wire: conditions.wire,
            // The paper took Table III on its edge machine.
            tier: Some("edge".parse::<Tier>().expect("a plain name")),
            testbed: Some(Testbed::Emulated),
            start: conditions.start,
            page_cache: Some(PageCache::Warm),
            limits,
            concurrency: record::Count(conditions.concurrency.max(1)),
            ..Sample::failed(planned.trial, made.subject(), metric, outcome)
        }
    }

    /// The trial's subject with what it needs to run.
    pub fn peer(&self, planned: &Planned) -> Subject<'_> {
        let (made, server) = self.subject(planned);
        let plan = &self.plan;
        Subject {
            made,
            server,
            programs: &plan.programs,
            cache: &plan.cache,
            generated: plan.generated,
        }
    }
}

/// What a call's trouble is called in the record; a process that failed is ended.
pub fn outcome(trouble: Trouble, peer: Peer, clock: &dyn Clock) -> Outcome {
    match trouble {
        Trouble::Wrong(wrong) => Outcome::WrongAnswer { why: wrong.0 },
        Trouble::Failed(failure) => peer.fail(failure, clock),
    }
}

/// The call and its input as records name them.
pub fn input(call: &Call, arguments: &serde_json::Value) -> (String, Input) {
    let size = match call.input {
        harness::server::Input::Small => InputSize::Small,
        harness::server::Input::Large => InputSize::Large,
        harness::server::Input::Edge => InputSize::Edge,
    };
    let bytes = u64::try_from(arguments.to_string().len()).expect("a length fits");
    (
        call.tool.clone(),
        Input {
            name: call.id.clone(),
            size,
            bytes: record::Bytes(bytes),
        },
    )
}

/// Does the plan's trials, and waits for a line after each, so that whoever records it does not disturb the next.
///
/// Ends early when the answer is `stop`, or when nobody answers any more.
pub fn measure(plan: &Path) -> Result<()> {
    // The terminal's Ctrl-C reaches this process too; the harness decides what becomes of the trial in flight.
    ctrlc::set_handler(|| {})?;
    let bench = Bench::read(plan)?;
    let mut warm = stage::warm::Stage::default();
    let mut instance = stage::instance::Stage::default();
    let mut answers = std::io::stdin().lines();
    for planned in &bench.plan.trials {
        let samples = match &planned.kind {
            Kind::Size => stage::size::trial(&bench, planned)?,
            Kind::Start(class) => stage::start::trial(&bench, planned, *class)?,
            Kind::Memory => stage::memory::trial(&bench, planned)?,
            Kind::Warm { call } => {
                instance.end();
                warm.trial(&bench, planned, call)?
            }
            Kind::Instance { call } => {
                warm.end();
                instance.trial(&bench, planned, call)?
            }
            Kind::Density => {
                warm.end();
                instance.end();
                stage::density::trial(&bench, planned, plan)?
            }
            Kind::Load { connections } => stage::load::trial(&bench, planned, *connections)?,
        };
        let (made, _) = bench.subject(planned);
        let stage = format!(
            "{}: {} {}",
            stage_name(&planned.kind),
            made.server,
            made.packaging
        );
        let done = Done {
            stage,
            trouble: samples.iter().find_map(trouble),
            samples,
        };
        println!("{}", serde_json::to_string(&done)?);
        match answers.next() {
            Some(Ok(answer)) if answer != "stop" => {}
            _ => break,
        }
    }
    Ok(())
}

fn stage_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Size => "size",
        Kind::Start(class) => class.name(),
        Kind::Memory => "memory",
        Kind::Warm { .. } => "warm",
        Kind::Instance { .. } => "instance-cold",
        Kind::Density => "density",
        Kind::Load { .. } => "load",
    }
}

fn trouble(sample: &Sample) -> Option<String> {
    let tool = sample
        .input
        .as_ref()
        .map_or(String::new(), |input| format!("{}: ", input.name));
    let what = match &sample.outcome {
        Outcome::Ok | Outcome::WrongClass { .. } | Outcome::Unavailable { .. } => return None,
        Outcome::WrongAnswer { why } => format!("wrong answer: {why}"),
        Outcome::Timeout { after } => format!("no answer within {after}"),
        Outcome::Crashed { how } => format!("crashed: {how}"),
    };
    Some(format!("{tool}{what}"))
}
