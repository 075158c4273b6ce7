//! `pareto`: the plans that none other beats in everything: time, energy, money and what others get to see.
//!
//! The paper's future work ("dynamic multi-objective optimization techniques that balance latency, energy consumption, and
//! privacy constraints", section X). An axis whose numbers the profile does not know is dropped, and said so.

use std::fmt;

use crate::Scheduler;
use crate::call::Call;
use crate::cost::{Cost, latency};
use crate::filter::Rules;
use crate::plan::{Infeasible, Plan};
use crate::problem::{Groups, Problem};
use crate::profile::{Trust, Unknown};
use crate::quantity::real;
use crate::schedule::brute_force::{each_plan, plan};
use crate::tier::Tier;
use crate::view::View;

/// More plans than this are refused: 3^10. Each is compared with the whole front.
const MOST_PLANS: u64 = 59_049;
/// Chains up to this long are told apart call by call, longer ones by tool.
const CALL_BY_CALL: usize = 8;

/// What plans are compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Axis {
    /// The cost model's total: nanoseconds under `latency`, a score under the others.
    Cost,
    /// Joules drawn by tiers while calls run.
    Energy,
    /// US dollars for the time that calls run.
    Money,
    /// Bytes of requests and answers that tiers see which are not the owner's.
    Exposure,
}

impl Axis {
    /// Every axis, in the order of values.
    pub const ALL: [Self; 4] = [Self::Cost, Self::Energy, Self::Money, Self::Exposure];

    /// As tables head it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cost => "cost",
            Self::Energy => "energy_joules",
            Self::Money => "money_usd",
            Self::Exposure => "exposure_bytes",
        }
    }
}

impl fmt::Display for Axis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A plan on the front.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// A tier a call.
    pub tiers: Vec<Tier>,
    /// A value an axis, in the order of the front's axes; less is better.
    pub values: Vec<f64>,
}

/// All plans that no other beats.
#[derive(Clone, Debug, PartialEq)]
pub struct Front {
    /// What plans were compared by.
    pub axes: Vec<Axis>,
    /// What they were not, because the profile does not know it.
    pub dropped: Vec<(Axis, Unknown)>,
    /// In lexicographic order of their tiers.
    pub points: Vec<Point>,
    /// How many plans were compared.
    pub plans: u64,
}

/// The front, and of it the plan that is nearest to the best of every axis.
#[derive(Clone, Copy, Debug)]
pub struct Pareto {
    cost: Cost,
    rules: Rules,
}

impl Pareto {
    /// Under a cost model and rules.
    pub fn under(cost: Cost, rules: Rules) -> Self {
        Self { cost, rules }
    }

    /// The whole front.
    ///
    /// # Errors
    /// When there is no plan, the cost model needs what is unknown, or there are too many plans.
    pub fn front(&self, calls: &[Call], view: &View<'_>) -> Result<Front, Infeasible> {
        let problem = Problem::of(calls, view, self.rules)?;
        self.front_of(&problem)
    }

    fn front_of(&self, problem: &Problem<'_>) -> Result<Front, Infeasible> {
        let by_call = Groups {
            first: (0..problem.calls.len()).collect(),
            of_call: (0..problem.calls.len()).collect(),
        };
        let groups = if problem.calls.len() <= CALL_BY_CALL {
            by_call
        } else {
            problem.groups()
        };
        let plans = match problem.search_space(&groups) {
            Some(plans) if plans <= MOST_PLANS => plans,
            plans => {
                return Err(Infeasible::TooLarge {
                    scheduler: "pareto",
                    plans: plans
                        .map_or_else(|| "more than 2^64".to_owned(), |plans| plans.to_string()),
                    most: MOST_PLANS,
                });
            }
        };
        let model = problem.model(self.cost)?;
        let mut axes = vec![Axis::Cost];
        let mut dropped = Vec::new();
        let mut rates = Vec::new();
        for axis in [Axis::Energy, Axis::Money, Axis::Exposure] {
            match rate(problem, axis) {
                Ok(rate) => {
                    axes.push(axis);
                    rates.push(rate);
                }
                Err(unknown) => dropped.push((axis, unknown)),
            }
        }
        let mut points: Vec<Point> = Vec::new();
        let width = problem.tiers();
        each_plan(problem, &groups, |tiers| {
            let mut values = vec![model.total(tiers)];
            values.extend(rates.iter().map(|rate| {
                let calls = tiers.iter().enumerate();
                let of = |(call, tier): (usize, &Tier)| rate[call * width + tier.place()];
                calls.map(of).sum::<f64>()
            }));
            if points.iter().any(|point| beats(&point.values, &values)) {
                return;
            }
            points.retain(|point| !beats(&values, &point.values));
            points.push(Point {
                tiers: tiers.to_vec(),
                values,
            });
        });
        Ok(Front {
            axes,
            dropped,
            points,
            plans,
        })
    }
}

impl Front {
    /// The plan with the least sum of distances from each axis' best, every axis stretched to the front's own range; of equal
    /// ones the first. Stretching makes the choice independent of units.
    pub fn knee(&self) -> Option<&Point> {
        let ranges: Vec<(f64, f64)> = (0..self.axes.len())
            .map(|axis| {
                let values = self.points.iter().map(|point| point.values[axis]);
                values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                    (low.min(value), high.max(value))
                })
            })
            .collect();
        let distance = |point: &Point| -> f64 {
            let values = point.values.iter().zip(&ranges);
            let each = values.map(|(value, (low, high))| {
                if high > low {
                    (value - low) / (high - low)
                } else {
                    0.0
                }
            });
            each.sum()
        };
        let mut best: Option<(&Point, f64)> = None;
        for point in &self.points {
            let distance = distance(point);
            if best.is_none_or(|(_, least)| distance < least) {
                best = Some((point, distance));
            }
        }
        best.map(|(point, _)| point)
    }
}

impl Scheduler for Pareto {
    fn name(&self) -> &str {
        "pareto"
    }

    fn plan(&self, calls: &[Call], view: &View<'_>) -> Result<Plan, Infeasible> {
        let problem = Problem::of(calls, view, self.rules)?;
        let front = self.front_of(&problem)?;
        let knee = front
            .knee()
            .expect("the first plan is on the front until it is beaten");
        let total = knee.values.first().copied();
        Ok(plan(&problem, &knee.tiers, total, Some(front.plans)))
    }
}

/// Whether one is nowhere worse and somewhere better.
fn beats(one: &[f64], other: &[f64]) -> bool {
    let pairs = || one.iter().zip(other);
    pairs().all(|(one, other)| one <= other) && pairs().any(|(one, other)| one < other)
}

/// What each call adds to an axis on each tier where it may run.
fn rate(problem: &Problem<'_>, axis: Axis) -> Result<Vec<f64>, Unknown> {
    let profile = problem.view.profile;
    let mut rates = Vec::with_capacity(problem.calls.len() * problem.tiers());
    for (index, call) in problem.calls.iter().enumerate() {
        for tier in Tier::first(problem.tiers()) {
            if !problem.allowed[index].contains(tier) {
                rates.push(f64::INFINITY);
                continue;
            }
            let known = profile.tier_profile(tier);
            let seconds = || {
                let hosted = problem.servers[index].hosted.get(&tier);
                let hosted = hosted.ok_or_else(|| Unknown {
                    field: format!("server {} on {}", call.server, known.name),
                    reason: "the profile does not have it there".to_owned(),
                })?;
                Ok(latency::execution(problem, index, tier, hosted)? / 1e9)
            };
            rates.push(match axis {
                Axis::Cost => 0.0,
                Axis::Energy => {
                    let power = known
                        .power
                        .need(|| format!("power of tier {}", known.name))?;
                    real(power.0) / 1e3 * seconds()?
                }
                Axis::Money => {
                    let price = known
                        .price
                        .need(|| format!("price of tier {}", known.name))?;
                    real(price.0) / 1e6 / 3600.0 * seconds()?
                }
                Axis::Exposure if known.trust == Trust::Owner => 0.0,
                Axis::Exposure => real(call.input.0.saturating_add(call.output.0)),
            });
        }
    }
    Ok(rates)
}
