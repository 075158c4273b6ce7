//! A replay's samples and decisions by chain: what each scheduler's placements came to.

use std::collections::BTreeMap;

use record::{Bytes, Decision, Metric, Nanos, Outcome, Quantity, Record};

use crate::table::Cell;

/// The parts of a chain's latency, in the order of tables: metric, key, and in words.
pub(crate) const PARTS: [(Metric, &str, &str); 6] = [
    (Metric::ReplayDecision, "decision", "decision"),
    (Metric::ReplayLink, "link", "link"),
    (Metric::ReplayWaiting, "waiting", "waiting"),
    (Metric::ReplayColdStart, "cold_start", "cold start"),
    (Metric::ReplayExecution, "execution", "execution"),
    (Metric::ReplayLlm, "llm", "LLM"),
];

/// What was replayed, and by what.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) scenario: String,
    pub(crate) profile: String,
    pub(crate) links: String,
    pub(crate) scheduler: String,
    pub(crate) cost_model: String,
    pub(crate) rules: String,
    /// The links that the scheduler took to be in force, where these are others.
    pub(crate) believed: Option<String>,
}

/// One part of a chain's latency over all calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Part {
    /// What is known.
    pub(crate) known: u64,
    /// How many calls it is known of.
    pub(crate) counted: u64,
    /// Why it is not known of the others, and how many they are.
    pub(crate) unknown: Option<(String, u64)>,
}

/// One agent's calls as one scheduler placed them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chain {
    /// When the last answer arrived.
    pub(crate) latency: Nanos,
    /// In the order of [`PARTS`].
    pub(crate) parts: [Part; 6],
    /// What crossed links.
    pub(crate) moved: Bytes,
    /// Calls by tier, in the order in which tiers first appear in the record.
    pub(crate) placed: Vec<(String, u64)>,
    /// Calls that break a rule set, by its name.
    pub(crate) breaches: BTreeMap<String, u64>,
    /// Calls that a rule set could not judge, by its name.
    pub(crate) unjudged: BTreeMap<String, u64>,
    /// Why there is no plan.
    pub(crate) refused: Option<String>,
}

impl Chain {
    /// How many calls there are.
    pub(crate) fn calls(&self) -> u64 {
        self.placed.iter().map(|(_, calls)| calls).sum()
    }

    /// How many of them are on a tier.
    pub(crate) fn on(&self, tier: &str) -> u64 {
        let found = self.placed.iter().find(|(name, _)| name == tier);
        found.map_or(0, |(_, calls)| *calls)
    }

    /// The parts that the latency is without, of some call at least, in words; empty where it has all.
    pub(crate) fn without(&self) -> String {
        let parts = PARTS.iter().zip(&self.parts);
        let lacking = parts.filter(|(_, part)| part.unknown.is_some());
        let words: Vec<&str> = lacking.map(|((_, _, words), _)| *words).collect();
        words.join(", ")
    }
}

/// A part's cell: what is known of it, or why nothing is.
pub(crate) fn part_cell(part: &Part) -> Cell {
    match &part.unknown {
        // Calls that had nothing to start do not make a start known.
        Some((why, _)) if part.known == 0 => Cell::Missing(format!("not known: {why}")),
        _ => Cell::Quantity(Quantity::Nanos(Nanos(part.known))),
    }
}

/// Every chain of a record, in the order in which it was replayed.
pub(crate) fn chains(record: &Record, decisions: &[Decision]) -> Vec<(Key, Chain)> {
    let mut chains: Vec<(Key, Chain)> = Vec::new();
    let mut places: BTreeMap<Key, usize> = BTreeMap::new();
    let mut at = |chains: &mut Vec<(Key, Chain)>, key: Key| -> usize {
        *places.entry(key.clone()).or_insert_with(|| {
            chains.push((key, Chain::default()));
            chains.len() - 1
        })
    };
    for decision in decisions {
        let index = at(&mut chains, key_of(decision));
        let chain = &mut chains[index].1;
        if let Some(why) = &decision.refused {
            chain.refused = Some(why.clone());
        }
        let Some(placed) = &decision.placed else {
            continue;
        };
        let tier = placed.tier.name();
        match chain.placed.iter_mut().find(|(name, _)| name == tier) {
            Some((_, calls)) => *calls += 1,
            None => chain.placed.push((tier.to_owned(), 1)),
        }
        for breach in &placed.breaches {
            *chain.breaches.entry(breach.rules.clone()).or_default() += 1;
        }
        for rules in &placed.unjudged {
            *chain.unjudged.entry(rules.clone()).or_default() += 1;
        }
    }
    for sample in &record.samples {
        let Some(replay) = &sample.replay else {
            continue;
        };
        let key = Key {
            scenario: replay.scenario.clone(),
            profile: replay.profile.clone(),
            links: replay.links.clone(),
            scheduler: replay.scheduler.clone(),
            cost_model: replay.cost_model.clone(),
            rules: replay.rules.clone(),
            believed: replay.believed.clone(),
        };
        let index = at(&mut chains, key);
        let chain = &mut chains[index].1;
        match (sample.metric, sample.good()) {
            (Metric::ReplayAnswered, Some(Quantity::Nanos(answered))) => {
                chain.latency = chain.latency.max(answered);
            }
            (Metric::ReplayMoved, Some(Quantity::Bytes(moved))) => {
                chain.moved = Bytes(chain.moved.0.saturating_add(moved.0));
            }
            (metric, good) => {
                let part = PARTS.iter().position(|(part, ..)| *part == metric);
                if let Some(part) = part.map(|part| &mut chain.parts[part]) {
                    add(part, good, &sample.outcome);
                }
            }
        }
    }
    chains
}

fn add(part: &mut Part, good: Option<Quantity>, outcome: &Outcome) {
    match good {
        Some(value) => {
            part.known = part.known.saturating_add(value.value());
            part.counted += 1;
        }
        None => {
            let why = match outcome {
                Outcome::Unavailable { why, .. } => why.clone(),
                other => other.to_string(),
            };
            part.unknown.get_or_insert((why, 0)).1 += 1;
        }
    }
}

fn key_of(decision: &Decision) -> Key {
    let named = |name: &Option<String>| name.clone().unwrap_or_else(|| NONE.to_owned());
    Key {
        scenario: decision.scenario.clone(),
        profile: decision.profile.clone(),
        links: decision.links.clone(),
        scheduler: decision.scheduler.clone(),
        cost_model: named(&decision.cost_model),
        rules: named(&decision.rules),
        believed: decision.believed.clone(),
    }
}

/// What a scheduler has that asks no cost model, or does not filter.
const NONE: &str = "none";
