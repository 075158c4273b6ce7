//! What a replay in virtual time writes down: a sample for each part of each call, and a decision for each call.

mod front;
mod load;
mod pass;
mod rows;

use auditor::RuleSet;
use record::{
    Breach, Decision, Digest, Metric, Nanos, Outcome, Placement, Replay, Sample, StartClass,
    Subject, Testbed, Trial,
};
use replay::{Answer, Part, Placed, Question};
use scheduler::cost::Cost;
use scheduler::explain::explain;
use scheduler::filter::Rules;
use scheduler::profile::{Known, LinkSet};
use scheduler::schedule::UNFILTERED;
use scheduler::tier::Tier;

pub use front::{Choices, front_page};
pub use load::{LoadRow, load_sheet, load_table};
pub use pass::{Crowd, Pass, Passed, Placer, Unreplayable, profile};
pub use rows::Rows;

/// What a replay is of, in the words of records.
#[derive(Clone, Debug)]
pub struct Edition {
    /// The scenario's name.
    pub scenario: String,
    /// Of the trace.
    pub trace: Digest,
    /// The profile's edition.
    pub profile: String,
    /// The profile's set of links.
    pub links: String,
}

/// A scheduler's name with what it was made with, where it has that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The scheduler's name.
    pub scheduler: String,
    /// Its cost model.
    pub cost: Cost,
    /// Its rules.
    pub rules: Rules,
    /// The links that it takes to be in force, where these are others.
    pub believed: Option<String>,
}

/// What a scheduler has that asks no cost model, or does not filter.
const NONE: &str = "none";
/// Schedulers that ask no cost model.
const COSTLESS: [&str; 6] = [
    "adaptive",
    "all_cloud",
    "all_device",
    "all_edge",
    "heuristic",
    "static",
];

impl Chosen {
    /// The cost model that it asks, if any.
    pub fn cost_model(&self) -> Option<&'static str> {
        let asks = !COSTLESS.contains(&self.scheduler.as_str());
        asks.then(|| self.cost.name())
    }

    /// The rules that it filters by, if it filters.
    pub fn rule_set(&self) -> Option<&'static str> {
        let filters = !UNFILTERED.contains(&self.scheduler.as_str());
        filters.then(|| self.rules.name())
    }
}

/// The rule set of the auditor that a scheduler's rules promise to keep.
pub fn judged_by(rules: Rules) -> RuleSet {
    match rules {
        Rules::Published | Rules::PublishedAgent => RuleSet::Published,
        Rules::Strict => RuleSet::Strict,
    }
}

/// The decisions of a scheduler: one a call, or why there is none. With `explained`, each says what it was weighed against.
pub fn decisions(
    edition: &Edition,
    chosen: &Chosen,
    question: &Question<'_>,
    believed: &LinkSet,
    answer: &Answer,
    explained: bool,
) -> Vec<Decision> {
    let line = |placed: Option<Placement>, refused: Option<String>| Decision {
        scenario: edition.scenario.clone(),
        trace: edition.trace.clone(),
        scheduler: chosen.scheduler.clone(),
        cost_model: chosen.cost_model().map(str::to_owned),
        rules: chosen.rule_set().map(str::to_owned),
        profile: edition.profile.clone(),
        links: edition.links.clone(),
        believed: chosen.believed.clone(),
        placed,
        refused,
    };
    let placed = match &answer.outcome {
        Ok(placed) => placed,
        Err(why) => return vec![line(None, Some(why.to_string()))],
    };
    let mut view = question.view(false);
    view.links = believed;
    let explanations = explained.then(|| {
        explain(
            &question.calls,
            &placed.plan,
            &view,
            chosen.cost,
            chosen.rules,
        )
    });
    let calls = question.calls.iter().zip(&placed.plan.placements);
    calls
        .enumerate()
        .map(|(index, (call, placement))| {
            let explanation = explanations.as_ref().map(|all| match all {
                Ok(all) => serde_json::to_value(all[index].explanation(call, &view))
                    .expect("an explanation has only string keys"),
                // What cannot be weighed is placed all the same by who weighs nothing.
                Err(why) => serde_json::json!({ "unavailable": why.to_string() }),
            });
            let (breaches, unjudged) = judged(placed, index);
            let placed = Placement {
                call: number(index),
                server: call.server.clone(),
                tool: call.tool.clone(),
                tier: tier(question, placement.tier),
                why: placement.why.name().to_owned(),
                breaches,
                unjudged,
                explanation,
            };
            line(Some(placed), None)
        })
        .collect()
}

/// What every rule set says of a call.
fn judged(placed: &Placed, call: usize) -> (Vec<Breach>, Vec<String>) {
    let mut breaches = Vec::new();
    let mut unjudged = Vec::new();
    for (rules, audit) in &placed.audits {
        let broken = audit.violations.iter().find(|one| one.call == call);
        if let Some(violation) = broken {
            let why = violation.broken.iter();
            breaches.push(Breach {
                rules: rules.name().to_owned(),
                why: why.map(|(what, why)| format!("{what}: {why}")).collect(),
            });
        }
        if audit.unjudged.contains(&call) {
            unjudged.push(rules.name().to_owned());
        }
    }
    (breaches, unjudged)
}

/// The samples of each call of a plan, one trial a call from this number on.
pub fn samples(
    edition: &Edition,
    chosen: &Chosen,
    question: &Question<'_>,
    placed: &Placed,
    first: u64,
) -> Vec<Vec<Sample>> {
    let none = || NONE.to_owned();
    let calls = question.calls.iter().zip(&placed.timeline.calls);
    calls
        .enumerate()
        .map(|(index, (call, timed))| {
            let trial = Trial(first + number(index));
            let tier = tier(question, timed.tier);
            let packaging = question.costs.cell(index, timed.tier).packaging;
            let subject = Subject {
                server: call.server.clone(),
                packaging: packaging.expect("a call is replayed only where its server is"),
                digest: None,
            };
            let replay = Replay {
                scenario: edition.scenario.clone(),
                trace: edition.trace.clone(),
                call: number(index),
                scheduler: chosen.scheduler.clone(),
                cost_model: chosen.cost_model().map_or_else(none, str::to_owned),
                rules: chosen.rule_set().map_or_else(none, str::to_owned),
                profile: edition.profile.clone(),
                links: edition.links.clone(),
                believed: chosen.believed.clone(),
                placement: tier.clone(),
            };
            let start = match (timed.cold, subject.packaging.is_contained()) {
                (true, true) => StartClass::ContainerCold,
                (true, false) => StartClass::ProcessCold,
                (false, true) => StartClass::ContainerWarm,
                (false, false) => StartClass::Warm,
            };
            let with = |sample: Sample| Sample {
                tool: Some(call.tool.clone()),
                tier: Some(tier.clone()),
                testbed: Some(Testbed::Simulated),
                start: Some(start),
                replay: Some(replay.clone()),
                ..sample
            };
            let mut samples = vec![with(Sample::new(
                trial,
                subject.clone(),
                Metric::ReplayAnswered,
                timed.at,
            ))];
            samples.extend(
                Part::ALL.map(|part| with(known(trial, &subject, metric(part), timed.part(part)))),
            );
            samples.push(with(Sample::new(
                trial,
                subject.clone(),
                Metric::ReplayMoved,
                timed.moved,
            )));
            samples
        })
        .collect()
}

/// A number, or why there is none.
fn known(trial: Trial, subject: &Subject, metric: Metric, part: Known<Nanos>) -> Sample {
    match part {
        Known::Is(time) => Sample::new(trial, subject.clone(), metric, time),
        Known::Not(why) => {
            let remedy = match metric {
                Metric::ReplayDecision => "say what one takes with --decision",
                Metric::ReplayLlm => "say what a call of the model takes with --llm",
                _ => "measure it, or write it into the profile with its source",
            };
            let remedy = remedy.to_owned();
            Sample::failed(
                trial,
                subject.clone(),
                metric,
                Outcome::Unavailable { why, remedy },
            )
        }
    }
}

fn metric(part: Part) -> Metric {
    match part {
        Part::Decision => Metric::ReplayDecision,
        Part::Link => Metric::ReplayLink,
        Part::Waiting => Metric::ReplayWaiting,
        Part::ColdStart => Metric::ReplayColdStart,
        Part::Execution => Metric::ReplayExecution,
        Part::Llm => Metric::ReplayLlm,
    }
}

fn tier(question: &Question<'_>, tier: Tier) -> record::Tier {
    question.profile.tier_profile(tier).name.clone()
}

fn number(index: usize) -> u64 {
    u64::try_from(index).expect("an index fits 64 bits")
}
