//! `frugal`: a scheduler of one's own as a plug-in. Each call goes where it costs least, given where the calls before it went.
//!
//! It is the built-in `greedy`, written again from outside. Under `latency` it takes a server that a call has started for warm
//! until the end of the chain, where `greedy` knows when it is stopped.
#![allow(
    missing_docs,
    unsafe_code,
    reason = "what the macros make is described in wit/scheduler.wit"
)]

use std::collections::BTreeSet;

use exports::wasmmcp::plugin::scheduler::{Call, Candidate, Guest, Question};

wit_bindgen::generate!({ world: "plugin" });

/// The scheduler.
pub struct Frugal;

impl Guest for Frugal {
    fn plan(asked: Question) -> Result<Vec<u32>, String> {
        // Otherwise they would go to a standard error that there is not.
        std::panic::set_hook(Box::new(|panic| say(&panic.to_string())));
        place(&asked)
    }
}

#[cfg(target_family = "wasm")]
export!(Frugal);

fn place(asked: &Question) -> Result<Vec<u32>, String> {
    let mut plan: Vec<u32> = Vec::new();
    let mut started: BTreeSet<(&str, u32)> = BTreeSet::new();
    for call in &asked.calls {
        let before = plan.last().copied();
        let cost = |on: &Candidate| {
            let warm = started.contains(&(call.server.as_str(), on.tier));
            let start = if warm { term(on, "start") } else { 0.0 };
            step(asked, call, before, on.tier) + on.cost - start
        };
        let mut candidates = call.candidates.iter();
        let mut best = candidates
            .next()
            .ok_or_else(|| format!("{}.{} may run nowhere", call.server, call.tool))?;
        for candidate in candidates {
            if cost(candidate) < cost(best) {
                best = candidate;
            }
        }
        let tier = best.tier;
        started.insert((&call.server, tier));
        plan.push(tier);
    }
    Ok(plan)
}

/// What the change from the tier of the call before adds.
fn step(asked: &Question, call: &Call, before: Option<u32>, to: u32) -> f64 {
    let row = before.and_then(|from| asked.steps.get(from as usize));
    let step = row.and_then(|row| row.get(to as usize));
    step.map_or(0.0, |step| call.step_weight * step)
}

/// A part of a cost; nothing where the cost model has no such part.
fn term(candidate: &Candidate, name: &str) -> f64 {
    let found = candidate.terms.iter().find(|term| term.name == name);
    found.map_or(0.0, |term| term.value)
}

#[cfg(test)]
mod tests {
    use exports::wasmmcp::plugin::scheduler::Term;

    use super::*;

    fn call(server: &str, costs: &[(u32, f64, f64)]) -> Call {
        let candidates = costs.iter().map(|(tier, cost, start)| Candidate {
            tier: *tier,
            cost: *cost,
            terms: vec![Term {
                name: "start".to_owned(),
                value: *start,
            }],
        });
        Call {
            server: server.to_owned(),
            tool: "tool".to_owned(),
            input: 1,
            output: 1,
            depends_on: Vec::new(),
            candidates: candidates.collect(),
            step_weight: 0.5,
            counted: true,
        }
    }

    fn question(steps: Vec<Vec<f64>>, calls: Vec<Call>) -> Question {
        Question {
            cost_model: "chain".to_owned(),
            unit: "1".to_owned(),
            rules: "strict".to_owned(),
            home: 0,
            side_by_side: false,
            direct: false,
            tiers: Vec::new(),
            links: Vec::new(),
            steps,
            calls,
        }
    }

    #[test]
    fn a_call_goes_where_it_costs_least_and_a_step_counts() {
        let calls = || {
            vec![
                call("a", &[(0, 3.0, 0.0), (1, 2.0, 0.0)]),
                call("b", &[(0, 1.0, 0.0), (1, 1.5, 0.0)]),
            ]
        };
        assert_eq!(place(&question(Vec::new(), calls())), Ok(vec![1, 0]));
        let far = vec![vec![0.0, 4.0], vec![4.0, 0.0]];
        assert_eq!(place(&question(far, calls())), Ok(vec![1, 1]));
    }

    #[test]
    fn what_was_started_is_warm_and_the_first_of_equals_is_taken() {
        let twice = vec![
            call("a", &[(0, 5.0, 0.0), (2, 4.0, 3.0)]),
            call("a", &[(0, 3.0, 0.0), (2, 4.0, 3.0)]),
            call("b", &[(1, 2.0, 0.0), (2, 2.0, 0.0)]),
        ];
        assert_eq!(place(&question(Vec::new(), twice)), Ok(vec![2, 2, 1]));
        let nowhere = question(Vec::new(), vec![call("a", &[])]);
        assert_eq!(place(&nowhere), Err("a.tool may run nowhere".to_owned()));
    }
}
