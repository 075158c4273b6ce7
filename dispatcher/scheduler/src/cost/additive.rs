//! Costs that are a sum over calls and over steps between consecutive ones: what dynamic programming solves exactly.

use crate::cost::Terms;
use crate::tier::Tier;

/// A table of such costs.
#[derive(Clone, Debug)]
pub struct Additive {
    /// How many tiers.
    pub tiers: usize,
    /// `node[call * tiers + tier]`, with what the chain's ends add; infinite where the rules forbid the tier.
    pub node: Vec<f64>,
    /// What a step into each call is multiplied by.
    pub weight: Vec<f64>,
    /// `step[from * tiers + to]`; empty where steps cost nothing.
    pub step: Vec<f64>,
    /// Whether each call is a term of the total: the reference counts a tool once.
    pub counted: Vec<bool>,
    /// The terms of each call on each tier, its step left out.
    terms: Vec<Terms>,
}

impl Additive {
    /// A table without steps, filled row by row.
    pub(super) fn with_capacity(calls: usize, tiers: usize) -> Self {
        Self {
            tiers,
            node: Vec::with_capacity(calls * tiers),
            weight: Vec::new(),
            step: Vec::new(),
            counted: vec![true; calls],
            terms: Vec::with_capacity(calls * tiers),
        }
    }

    /// One call on the next tier.
    pub(super) fn push(&mut self, terms: Terms, allowed: bool) {
        let cost = terms.total();
        self.node.push(if allowed { cost } else { f64::INFINITY });
        self.terms.push(terms);
    }

    /// How many calls.
    pub fn calls(&self) -> usize {
        self.counted.len()
    }

    /// What a call costs on a tier, its step left out; infinite where it may not run.
    pub fn of(&self, call: usize, tier: Tier) -> f64 {
        self.node[call * self.tiers + tier.place()]
    }

    /// What a call costs on a tier where the rules are not asked.
    pub fn unfiltered(&self, call: usize, tier: Tier) -> f64 {
        self.terms[call * self.tiers + tier.place()].total()
    }

    /// What the step into a call costs.
    pub fn step(&self, call: usize, from: Tier, to: Tier) -> f64 {
        match self.step.get(from.place() * self.tiers + to.place()) {
            Some(step) => self.weight[call] * step,
            None => 0.0,
        }
    }

    /// What a whole plan costs, filtered or not.
    pub fn total(&self, tiers: &[Tier]) -> f64 {
        let mut total = 0.0;
        let mut before = None;
        for (call, tier) in tiers.iter().enumerate() {
            if !self.counted[call] {
                continue;
            }
            if let Some(before) = before {
                total += self.step(call, before, *tier);
            }
            total += self.unfiltered(call, *tier);
            before = Some(*tier);
        }
        total
    }

    /// What a call's cost is made of between its neighbours in a plan. A step's cost is communication.
    pub fn terms(&self, call: usize, tier: Tier, before: Option<Tier>) -> Terms {
        let terms = self.terms[call * self.tiers + tier.place()];
        match (terms, before) {
            (
                Terms::Score {
                    alpha,
                    p_exec,
                    beta,
                    p_net,
                    p_comm,
                },
                Some(before),
            ) if !self.step.is_empty() => Terms::Score {
                alpha,
                p_exec,
                beta,
                p_net,
                p_comm: p_comm + self.step[before.place() * self.tiers + tier.place()],
            },
            (terms, _) => terms,
        }
    }
}
