//! Why a call is where it is: candidates, what speaks against each other tier, the terms of each cost, the margin.

use std::fmt;

use crate::call::Call;
use crate::cost::{Cost, Model, Terms};
use crate::filter::{self, Rules, Verdict};
use crate::plan::{Infeasible, Placement, Plan, Why};
use crate::problem::Problem;
use crate::schedule::cheapest;
use crate::tier::{MOST_TIERS, Tier};
use crate::view::View;

/// A placement with everything that speaks for and against it. Small and copied; words are made when somebody asks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decision {
    /// Where the call runs.
    pub placement: Placement,
    /// What the rules say of each tier.
    pub verdict: Verdict,
    /// What the call costs on each tier that is allowed, its neighbours in the plan given; also where an unfiltered scheduler put
    /// it against the rules.
    pub terms: [Option<Terms>; MOST_TIERS],
    /// The cost model.
    pub cost: Cost,
    /// The rule set.
    pub rules: Rules,
    /// The cheapest other allowed tier, and how much more it costs; less than nothing where the plan as a whole is better for it.
    pub runner_up: Option<(Tier, f64)>,
}

/// A decision in words, for a record or a reader. Its parts keep the profile's order.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Explanation {
    /// The server.
    pub server: String,
    /// The tool.
    pub tool: String,
    /// The tier.
    pub tier: String,
    /// Why there.
    pub why: &'static str,
    /// The rule set.
    pub rules: &'static str,
    /// The cost model.
    pub cost: &'static str,
    /// Every tier.
    pub tiers: Vec<Considered>,
    /// The cheapest other candidate.
    pub runner_up: Option<String>,
    /// How much more that costs, in the cost model's unit.
    pub margin: Option<f64>,
}

/// A tier in an explanation.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Considered {
    /// Its name.
    pub tier: String,
    /// What speaks against it; `None` for a candidate.
    pub rejected: Option<String>,
    /// What the call costs there.
    pub total: Option<f64>,
    /// What that is made of, in the order of the formula.
    pub terms: Vec<(&'static str, f64)>,
}

/// Places one call by itself on the cheapest tier that the rules leave, and says why: `greedy` for an agent that makes calls one
/// by one.
///
/// # Errors
/// When the call may run nowhere, or what has to be known is not.
pub fn decide(
    call: &Call,
    view: &View<'_>,
    cost: Cost,
    rules: Rules,
) -> Result<Decision, Infeasible> {
    let calls = std::slice::from_ref(call);
    let mut verdict = None;
    let problem = Problem::judged(calls, view, rules, |told| verdict = Some(told))?;
    let verdict = verdict.expect("one call was judged");
    let model = problem.model(cost)?;
    let allowed = problem.allowed[0];
    let terms = terms_alone(&problem, &model);
    let total = |tier: Tier| terms[tier.place()].map_or(f64::INFINITY, |terms| terms.total());
    let placement = Placement {
        tier: cheapest(allowed, total),
        why: if allowed.single().is_some() {
            Why::OnlyFeasible
        } else {
            Why::Cheapest
        },
    };
    Ok(decision(placement, verdict, terms, cost, rules))
}

/// Explains every placement of a plan, filtered or not, whoever made it.
///
/// # Errors
/// When a call is not known, or the cost model needs what is unknown. A placement that the rules forbid is no error: it is told.
pub fn explain(
    calls: &[Call],
    plan: &Plan,
    view: &View<'_>,
    cost: Cost,
    rules: Rules,
) -> Result<Vec<Decision>, Infeasible> {
    if plan.placements.len() != calls.len() {
        return Err(Infeasible::Unfit(format!(
            "a plan of {} placements is not of {} calls; explain the plan with its own calls",
            plan.placements.len(),
            calls.len()
        )));
    }
    let mut verdicts = Vec::with_capacity(calls.len());
    let problem = Problem::judged(calls, view, rules, |verdict| verdicts.push(verdict))?;
    let model = problem.model(cost)?;
    let mut decisions = Vec::with_capacity(calls.len());
    let mut progress = match &model {
        Model::Latency(prediction) => Some(prediction.begin()),
        Model::Additive(_) => None,
    };
    let mut before = None;
    for (index, (verdict, placement)) in verdicts.into_iter().zip(&plan.placements).enumerate() {
        let mut terms = [None; MOST_TIERS];
        for tier in verdict.allowed.with(placement.tier).iter() {
            terms[tier.place()] = Some(match (&model, &progress) {
                (Model::Latency(prediction), Some(progress)) => {
                    prediction.predict(progress, tier).terms
                }
                (Model::Latency(prediction), None) => {
                    prediction.predict(&prediction.begin(), tier).terms
                }
                (Model::Additive(sum), _) => sum.terms(index, tier, before),
            });
        }
        if let (Model::Latency(prediction), Some(progress)) = (&model, &mut progress) {
            prediction.place(progress, placement.tier);
        }
        before = Some(placement.tier);
        decisions.push(decision(*placement, verdict, terms, cost, rules));
    }
    Ok(decisions)
}

/// The terms of the only call of a problem.
fn terms_alone(problem: &Problem<'_>, model: &Model<'_>) -> [Option<Terms>; MOST_TIERS] {
    let mut terms = [None; MOST_TIERS];
    match model {
        Model::Additive(sum) => {
            for tier in problem.allowed[0].iter() {
                terms[tier.place()] = Some(sum.terms(0, tier, None));
            }
        }
        Model::Latency(prediction) => {
            let progress = prediction.begin();
            for tier in problem.allowed[0].iter() {
                terms[tier.place()] = Some(prediction.predict(&progress, tier).terms);
            }
        }
    }
    terms
}

fn decision(
    placement: Placement,
    verdict: Verdict,
    terms: [Option<Terms>; MOST_TIERS],
    cost: Cost,
    rules: Rules,
) -> Decision {
    let total = |tier: Tier| terms[tier.place()].map_or(f64::INFINITY, |terms| terms.total());
    let others = verdict.allowed.without(placement.tier);
    let runner_up = (!others.is_empty()).then(|| {
        let tier = cheapest(others, total);
        (tier, total(tier) - total(placement.tier))
    });
    Decision {
        placement,
        verdict,
        terms,
        cost,
        rules,
        runner_up,
    }
}

impl Decision {
    /// Whether the rules allow the placement.
    pub fn is_allowed(&self) -> bool {
        self.verdict.allowed.contains(self.placement.tier)
    }

    /// The decision in words.
    pub fn explanation(&self, call: &Call, view: &View<'_>) -> Explanation {
        let profile = view.profile;
        let name = |tier| profile.tier_name(tier).to_owned();
        let considered = |tier: Tier| {
            let told = filter::told(&self.verdict, tier, call, view);
            let terms = self.terms[tier.place()];
            Considered {
                tier: name(tier),
                rejected: (!told.is_empty()).then_some(told),
                total: terms.map(|terms| terms.total()),
                terms: terms
                    .iter()
                    .flat_map(Terms::each)
                    .map(|term| (term.name, term.value))
                    .collect(),
            }
        };
        Explanation {
            server: call.server.clone(),
            tool: call.tool.clone(),
            tier: name(self.placement.tier),
            why: self.placement.why.name(),
            rules: self.rules.name(),
            cost: self.cost.name(),
            tiers: Tier::first(profile.tiers.len()).map(considered).collect(),
            runner_up: self.runner_up.map(|(tier, _)| name(tier)),
            margin: self.runner_up.map(|(_, margin)| margin),
        }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}.{} on {}: {} (rules {}, cost {})",
            self.server, self.tool, self.tier, self.why, self.rules, self.cost
        )?;
        for tier in &self.tiers {
            write!(f, "  {}:", tier.tier)?;
            if let Some(total) = tier.total {
                write!(f, " {total:.6} =")?;
                for (name, value) in &tier.terms {
                    write!(f, " {name} {value:.6}")?;
                }
            }
            match &tier.rejected {
                Some(rejected) => writeln!(f, " rejected, {rejected}")?,
                None => writeln!(f)?,
            }
        }
        match (&self.runner_up, self.margin) {
            (Some(tier), Some(margin)) => write!(f, "  runner-up {tier}, {margin:+.6}"),
            _ => write!(f, "  no other candidate"),
        }
    }
}
