//! `rerun`: one trial of a run, done again with everything about it printed.

use std::path::Path;

use anyhow::Result;
use clap::Args;
use harness::again::{self, Again};
use harness::backend::{Backend, Worker};
use harness::clock::Monotonic;
use harness::exit::{Exit, Told};
use harness::kind::Kind;
use harness::launch::Made;
use harness::peer::Subject;
use harness::plan::{Planned, Setting};
use harness::server::{Call, Server};
use harness::standin::Up;
use harness::{input, place};
use record::{Outcome, Record, Sample, StartClass, Transport, Trial};
use serde_json::{Value, json};

use super::conduct::DESCRIPTION;
use super::{Beside, Global, print};

/// How much of a request or an answer is shown without --json.
const SHOWN: usize = 2_000;

/// Does one trial of a run again: the same subject is asked the same, and request, answer, verdict, last words and end are printed.
///
/// Trials that failed are listed by `harness rerun --run RUN`. Nothing is recorded. For example:
///
///   harness rerun 2100003                 of the newest run
///   harness rerun 2100003 --run 4f2a      of another
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// The trial's number, as run's samples and messages name it. Without one, those that failed are listed.
    trial: Option<u64>,
    /// The run: its folder, its id, what only one id begins or ends with, or `latest`.
    #[arg(long, value_name = "RUN", default_value = "latest")]
    run: String,
}

/// Finds the trial, builds its subject, does it again.
pub fn run(global: &Global, own: &Arguments) -> Result<Exit> {
    let results = global.results()?;
    let folder = record::find(&results, &own.run)?;
    let record = Record::read(&folder)?;
    let Some(number) = own.trial else {
        return Ok(list(global, &record));
    };
    let then: Vec<&Sample> = record
        .samples
        .iter()
        .filter(|sample| sample.trial == Trial(number))
        .collect();
    let Some(first) = then.first() else {
        return Err(Told::usage(format!(
            "{} has no trial {number}; `harness rerun --run {}` lists those that failed",
            record.run.id, own.run
        ))
        .into());
    };
    if let Outcome::Unavailable { why, remedy } = &first.outcome {
        return Err(
            Told::lacking(format!("trial {number} could not be done: {why}; {remedy}")).into(),
        );
    }
    let Some(kind) = Kind::of(first) else {
        return Err(Told::usage(format!(
            "trial {number} gave {}, which no command here measures; it is of another program, so rerun it there",
            first.metric
        ))
        .into());
    };
    let root = place::root()?;
    if record.run.command == "measure" && is_own(&folder, &first.subject.server) {
        return Err(Told::usage(format!(
            "{} measured {} of yours, which this command does not know how to start: ask `harness measure` again, with --server-toml {}",
            record.run.id,
            first.subject.server,
            folder.join(DESCRIPTION).display()
        ))
        .into());
    }
    let servers = of(&root, &first.subject.server)?;
    let server = &servers[0];
    let cache = place::cache()?;
    let (data, generated) = global.data(&servers, &cache)?;
    let here = input::digest(&data, &harness::server::read_all(&root)?);
    if let Some(then) = record
        .run
        .datasets
        .first()
        .filter(|then| then.digest != here)
    {
        return Err(Told::usage(format!(
            "{} was measured on other data, {} with {}; {} has {here}: name the same folder with --data, or change to the sources that generate it",
            record.run.id,
            then.name,
            then.digest,
            data.display()
        ))
        .into());
    }
    let beside = Beside {
        references: first.subject.packaging.is_reference(),
        containers: vec![first.subject.packaging],
        stock: false,
    };
    let built = global.build(&root, &servers, &cache, beside)?;
    let mut made = built.subjects.iter();
    let Some(made) = made.find(|made| made.packaging == first.subject.packaging) else {
        let missing = built
            .missing
            .iter()
            .find(|absent| absent.packaging == first.subject.packaging);
        let why = missing.map_or(String::new(), |absent| format!(": {absent}"));
        return Err(Told::lacking(format!(
            "{} cannot be made here{why}",
            first.subject.packaging
        ))
        .into());
    };
    let clock = Monotonic::new();
    let mut up = Up::start(built.standin.as_deref(), &servers, &data, &clock)?;
    let again = match asked(&kind, first, server) {
        Some((call, transport)) => {
            let subject = Subject {
                made,
                server,
                programs: &built.programs,
                cache: &built.cache,
                generated,
                standins: &up.standins,
            };
            Redone::Call(again::call(&subject, call, &data, transport, &clock)?)
        }
        None => {
            let setting = Setting {
                root,
                data,
                generated,
                cache: built.cache.clone(),
                programs: built.programs.clone(),
                subjects: vec![made.clone()],
                own: None,
                seed: record.run.seed,
                standins: up.standins.clone(),
            };
            let planned = Planned {
                trial: Trial(number),
                round: 1,
                subject: 0,
                kind,
            };
            let mut worker = Worker::start(&built.worker, &setting, &clock)?;
            Redone::Trial(worker.trial(&planned)?.samples)
        }
    };
    up.check()?;
    let kept = std::fs::read_to_string(folder.join(format!("evidence/trial-{number}.json"))).ok();
    show(global, &record, &then, made, (&again, kept.as_deref()));
    Ok(if again.is_right() {
        Exit::Done
    } else {
        Exit::Wrong
    })
}

/// Whether a run's server is the user's own, whose description lies beside the record.
fn is_own(folder: &Path, server: &str) -> bool {
    let described = Server::read_own(&folder.join(DESCRIPTION));
    described.is_ok_and(|described| described.name == server)
}

/// What was done again.
enum Redone {
    /// One call, by hand.
    Call(Again),
    /// A whole trial of the worker's, where it is no single call.
    Trial(Vec<Sample>),
}

impl Redone {
    fn is_right(&self) -> bool {
        match self {
            Redone::Call(again) => again.verdict.is_ok(),
            Redone::Trial(samples) => samples.iter().all(|sample| sample.outcome == Outcome::Ok),
        }
    }
}

/// The run's server, as this checkout describes it.
fn of(root: &Path, name: &str) -> Result<Vec<Server>> {
    let mut servers = harness::server::read_with_twins(root)?;
    servers.retain(|server| server.name == name);
    if servers.is_empty() {
        return Err(Told::usage(format!(
            "this checkout has no server {name}; change to the sources that the run was made with"
        ))
        .into());
    }
    Ok(servers)
}

/// The call that a trial comes down to, where it does, and how it is asked.
fn asked<'a>(kind: &Kind, sample: &Sample, server: &'a Server) -> Option<(&'a Call, Transport)> {
    match kind {
        Kind::Warm { call, transport } => {
            let call = server.calls.iter().find(|known| known.id == *call)?;
            Some((call, *transport))
        }
        Kind::Instance { call } => {
            let call = server.calls.iter().find(|known| known.id == *call)?;
            Some((call, Transport::InProcess))
        }
        // Only this class starts as a call by hand does, from precompiled code; the worker does the others again.
        Kind::Start {
            class: StartClass::ProcessCold,
            transport,
            ..
        } if sample.outcome != Outcome::Ok => {
            let call = server.timed().find(|call| call.is_unprepared())?;
            Some((call, *transport))
        }
        _ => None,
    }
}

fn show(
    global: &Global,
    record: &Record,
    then: &[&Sample],
    made: &Made,
    (again, kept): (&Redone, Option<&str>),
) {
    let first = then[0];
    let same = first.subject.digest.as_ref() == Some(&made.digest);
    if global.json {
        let now = match again {
            Redone::Call(again) => json!({
                "request": again.request, "answer": again.answer, "right": again.verdict.is_ok(),
                "why": again.verdict.as_ref().err(), "evidence": again.evidence,
            }),
            Redone::Trial(samples) => json!({"samples": samples}),
        };
        let json = json!({
            "run": record.run.id, "trial": first.trial, "same_subject": same, "then": then, "request_then": kept, "now": now,
        });
        print(&format!("{json}\n"));
        return;
    }
    let mut text = String::new();
    let mut line = |name: &str, what: &str| text.push_str(&format!("{name:9} {what}\n"));
    line("trial", &format!("{} of {}", first.trial.0, record.run.id));
    let subject = if same {
        "the same file as then".to_owned()
    } else {
        "built anew since: its file differs from then".to_owned()
    };
    line(
        "subject",
        &format!("{} {}, {subject}", made.server, made.packaging),
    );
    for sample in then {
        line("then", &said(sample));
        if let Some(evidence) = &sample.evidence {
            evidence
                .stderr
                .iter()
                .for_each(|said| line("  stderr", said));
        }
    }
    if let Some(kept) = kept {
        line("  request", &short(kept));
    }
    match again {
        Redone::Call(again) => {
            line(
                "request",
                &short(again.request.as_deref().unwrap_or("it did not come to one")),
            );
            let answer = again.answer.as_ref().map(Value::to_string);
            line("answer", &short(answer.as_deref().unwrap_or("none")));
            match &again.verdict {
                Ok(()) => line("verdict", "right"),
                Err(why) => line("verdict", &format!("wrong: {}", short(why))),
            }
            again
                .evidence
                .stderr
                .iter()
                .for_each(|said| line("stderr", said));
            let evidence = &again.evidence;
            let end = match (evidence.exit, evidence.signal) {
                _ if evidence.killed => "it was still running and was ended".to_owned(),
                (Some(code), _) => format!("exit code {code}"),
                (None, Some(signal)) => format!("signal {signal}"),
                (None, None) => "unknown".to_owned(),
            };
            line("end", &end);
        }
        Redone::Trial(samples) => samples.iter().for_each(|sample| line("now", &said(sample))),
    }
    print(&text);
}

/// One sample in a line.
fn said(sample: &Sample) -> String {
    let value = sample
        .value
        .map_or(String::new(), |value| format!(" {value}"));
    let input = sample
        .input
        .as_ref()
        .map_or(String::new(), |input| format!(" ({})", input.name));
    let outcome = match &sample.outcome {
        Outcome::Ok => String::new(),
        outcome => format!(": {}", short(&outcome.to_string())),
    };
    format!("{}{input}{value}{outcome}", sample.metric)
}

fn short(text: &str) -> String {
    let length = text.chars().count();
    if length <= SHOWN {
        return text.trim_end().to_owned();
    }
    let start: String = text.chars().take(SHOWN).collect();
    format!("{start} … ({length} characters; --json shows all)")
}

/// The trials of a run that failed.
fn list(global: &Global, record: &Record) -> Exit {
    let failed: Vec<&Sample> = record
        .samples
        .iter()
        .filter(|sample| !matches!(sample.outcome, Outcome::Ok | Outcome::Unavailable { .. }))
        .collect();
    if global.json {
        print(&format!("{}\n", json!(failed)));
        return Exit::Done;
    }
    for sample in &failed {
        let subject = format!("{} {}", sample.subject.server, sample.subject.packaging);
        print(&format!(
            "{:>12}  {subject}  {}\n",
            sample.trial.0,
            said(sample)
        ));
    }
    eprintln!("{} failed trials in {}", failed.len(), record.run.id);
    Exit::Done
}
