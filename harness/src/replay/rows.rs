//! Every call of many agents as samples, where somebody asked for them.

use std::collections::BTreeMap;

use record::{Metric, Nanos, Replay, Sample, Subject, Testbed, Trial};
use replay::{Answered, Ended, Sink};
use scenario::Trace;
use scheduler::tier::Tier;

use super::{Chosen, NONE, Pass};

/// Keeps every call.
#[derive(Debug, Default)]
pub struct Rows(Vec<Answered>);

impl Sink for Rows {
    fn answered(&mut self, answered: &Answered) {
        self.0.push(*answered);
    }

    fn ended(&mut self, _: &Ended) {}
}

impl Rows {
    /// The samples of each call, one trial each: agent by agent, each with its calls in the order of the trace, from this number on.
    pub fn samples(
        &self,
        pass: &Pass,
        trace: &Trace,
        chosen: &Chosen,
        first: u64,
    ) -> Vec<Vec<Sample>> {
        let edition = pass.edition(trace);
        // An agent's first call is due when it comes.
        let mut came: BTreeMap<u64, Nanos> = BTreeMap::new();
        for answered in &self.0 {
            let due = came.entry(answered.agent).or_insert(answered.due);
            *due = (*due).min(answered.due);
        }
        let mut all = self.0.clone();
        all.sort_by_key(|answered| (answered.agent, answered.call));
        let trials = all.iter().zip(first..);
        let trials = trials.filter_map(|(answered, number)| {
            let call = &trace.calls[answered.call];
            let tier = Tier::at(answered.tier)?;
            let server = pass.profile.servers.get(&call.server)?;
            let hosted = server.hosted.get(&tier)?;
            let subject = Subject {
                server: call.server.clone(),
                packaging: hosted.packaging,
                digest: None,
            };
            let placement = pass.profile.tier_profile(tier).name.clone();
            let named = |name: Option<&str>| name.unwrap_or(NONE).to_owned();
            let replay = Replay {
                scenario: edition.scenario.clone(),
                trace: edition.trace.clone(),
                call: u64::try_from(answered.call).ok()?,
                scheduler: chosen.scheduler.clone(),
                cost_model: named(chosen.cost_model()),
                rules: named(chosen.rule_set()),
                profile: edition.profile.clone(),
                links: edition.links.clone(),
                believed: chosen.believed.clone(),
                placement: placement.clone(),
            };
            let sample = |metric: Metric, value: Nanos| Sample {
                tool: Some(call.tool.clone()),
                tier: Some(placement.clone()),
                testbed: Some(Testbed::Simulated),
                replay: Some(replay.clone()),
                ..Sample::new(Trial(number), subject.clone(), metric, value)
            };
            let since = Nanos(answered.at.0 - came[&answered.agent].0);
            Some(vec![
                sample(Metric::ReplayAnswered, since),
                sample(Metric::ReplayWaiting, answered.waited),
            ])
        });
        trials.collect()
    }
}
