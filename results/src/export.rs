//! All samples of a run as CSV: one line a sample, one column a field, every number bare.

use std::io::Write;

use crate::{Outcome, Record, Sample};

/// The columns, in order.
pub const COLUMNS: [&str; 42] = [
    "run",
    "trial",
    "round",
    "server",
    "packaging",
    "digest",
    "tool",
    "input",
    "input_size",
    "input_bytes",
    "start",
    "transport",
    "proxy",
    "wire",
    "tier",
    "testbed",
    "page_cache",
    "limit_memory",
    "limit_millicpus",
    "limit_timeout",
    "concurrency",
    "idle",
    "load",
    "metric",
    "value",
    "unit",
    "outcome",
    "why",
    "remedy",
    "disturbed",
    "exit",
    "signal",
    "stderr",
    "request",
    "scenario",
    "call",
    "scheduler",
    "cost_model",
    "placement",
    "rules",
    "profile",
    "links",
];

/// Writes every sample of the run, good and failed ones, in the order of measurement.
pub fn export(record: &Record, out: impl Write) -> Result<(), csv::Error> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(COLUMNS)?;
    for sample in &record.samples {
        writer.write_record(row(&record.run.id, sample))?;
    }
    writer.flush()?;
    Ok(())
}

fn row(run: &str, sample: &Sample) -> [String; COLUMNS.len()] {
    fn text<T: ToString>(value: Option<T>) -> String {
        value.map(|value| value.to_string()).unwrap_or_default()
    }
    let subject = &sample.subject;
    let input = sample.input.as_ref();
    let limits = &sample.limits;
    let evidence = sample.evidence.as_ref();
    let replay = sample.replay.as_ref();
    let (outcome, why, remedy) = outcome(&sample.outcome);
    [
        run.to_owned(),
        sample.trial.0.to_string(),
        text(sample.round.map(|round| round.0)),
        subject.server.clone(),
        subject.packaging.to_string(),
        text(subject.digest.as_ref()),
        text(sample.tool.as_ref()),
        text(input.map(|input| &input.name)),
        text(input.map(|input| input.size)),
        text(input.map(|input| input.bytes.0)),
        text(sample.start),
        text(sample.transport),
        text(sample.proxy.as_ref()),
        text(sample.wire),
        text(sample.tier.as_ref()),
        text(sample.testbed),
        text(sample.page_cache),
        text(limits.memory.map(|memory| memory.0)),
        text(limits.millicpus.map(|millicpus| millicpus.0)),
        text(limits.timeout.map(|timeout| timeout.0)),
        sample.concurrency.0.to_string(),
        text(sample.idle.map(|idle| idle.0)),
        text(sample.load.map(|load| load.0)),
        sample.metric.to_string(),
        text(sample.value.map(crate::Quantity::value)),
        sample.metric.unit().to_string(),
        outcome.to_owned(),
        why,
        remedy,
        text(sample.disturbed),
        text(evidence.and_then(|evidence| evidence.exit)),
        text(evidence.and_then(|evidence| evidence.signal)),
        text(evidence.map(|evidence| evidence.stderr.join("\n"))),
        text(evidence.and_then(|evidence| evidence.request.as_ref())),
        text(replay.map(|replay| &replay.scenario)),
        text(replay.map(|replay| replay.call)),
        text(replay.map(|replay| &replay.scheduler)),
        text(replay.map(|replay| &replay.cost_model)),
        text(replay.map(|replay| &replay.placement)),
        text(replay.map(|replay| &replay.rules)),
        text(replay.map(|replay| &replay.profile)),
        text(replay.map(|replay| &replay.links)),
    ]
}

/// An outcome's name, the reason and the remedy.
fn outcome(outcome: &Outcome) -> (&'static str, String, String) {
    let plain = String::new;
    match outcome {
        Outcome::Ok => ("ok", plain(), plain()),
        Outcome::WrongAnswer { why } => ("wrong-answer", why.clone(), plain()),
        Outcome::WrongClass { observed } => ("wrong-class", observed.to_string(), plain()),
        Outcome::Timeout { after } => ("timeout", format!("no answer in {after}"), plain()),
        Outcome::Crashed { how } => ("crashed", how.clone(), plain()),
        Outcome::Unavailable { why, remedy } => ("unavailable", why.clone(), remedy.clone()),
    }
}
