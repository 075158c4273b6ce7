//! `adaptive`: learns what each tool costs on each tier from what was observed, and follows when that drifts.
//!
//! Each tool is a game of its own. A tier that may run it and was never tried is tried, in order of what the profile expects.
//! Then the tier of the least mean is used, but for probes: a tier whose mean is `r` times the least is tried again after
//! `r · PERIOD` calls of the tool, so that what probing costs is bounded whatever a tier costs. What it learns is in the view;
//! it is deterministic and draws no lots.
//!
//! # Bound
//!
//! For `n` calls of one tool on `k` tiers, let each tier's true cost move by at most `δ` from one call to the next, and each
//! observation lie within `ν` of it; let `c` be the least observation anywhere, `C` the greatest observation of that tier whose
//! greatest is least, `U` the greatest true cost. If `δ · PERIOD ≤ c`, regret against the cheapest tier of each single call is
//! at most
//!
//! ```text
//! n · (2ν + 2δ(PERIOD + k + 7))  +  n (k − 1) · (2C + ν + δ(k + 7)) / PERIOD  +  k · U
//! ```
//!
//! The mean forgets an eighth with each call of the tool, so it is older than its newest observation by seven calls at most in
//! the mean, and lies within `ν + δ(7 + age)` of the truth. First term: a tier with mean `e` is used only if no other has less,
//! and one with mean `e'` was seen within the last `PERIOD · e'/e + k` calls, since only one probe fits into a call; what the
//! ratio adds to its age is paid by its distance `e' − e` where `δ · PERIOD ≤ e`. Second: a probe of a tier with mean `e'`
//! costs at most `e'` and its error, and `PERIOD · e'/e` calls lie between two, where `e ≤ C`. Third: each tier's first try.
//! `tests/adaptive.rs` holds it against 1,000 drifting traces.

use std::collections::BTreeMap;

use crate::Scheduler;
use crate::call::Call;
use crate::cost::latency;
use crate::filter::Rules;
use crate::plan::{Infeasible, Placement, Plan, Why};
use crate::problem::Problem;
use crate::quantity::real;
use crate::tier::{Tier, TierSet};
use crate::view::{Seen, View};

/// After how many calls of a tool a tier as good as the best is tried again. With three tiers probing then costs at most about a
/// sixteenth of what the best tier costs.
pub const PERIOD: u64 = 32;

/// The least mean where that would be nothing, in nanoseconds: a ratio needs a divisor.
const LEAST: f64 = 1.0;

/// Explores by need, exploits by mean.
#[derive(Clone, Copy, Debug)]
pub struct Adaptive {
    rules: Rules,
}

/// What the bound on regret is made of; durations in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bound {
    /// How many calls.
    pub calls: f64,
    /// How many tiers may run the tool.
    pub tiers: f64,
    /// The most that a tier's true cost moves from one call to the next.
    pub drift: f64,
    /// The most that an observation is from the truth.
    pub noise: f64,
    /// The greatest observation of the tier whose greatest observation is least.
    pub best_worst: f64,
    /// The greatest true cost.
    pub greatest: f64,
}

impl Bound {
    /// The most that regret can be, in nanoseconds, if `drift * PERIOD` is at most the least observation.
    pub fn nanos(&self) -> f64 {
        let period = real(PERIOD);
        let following = 2.0 * self.noise + 2.0 * self.drift * (period + self.tiers + 7.0);
        let probe = 2.0 * self.best_worst + self.noise + self.drift * (self.tiers + 7.0);
        self.calls * following
            + self.calls * (self.tiers - 1.0) * probe / period
            + self.tiers * self.greatest
    }
}

impl Adaptive {
    /// Under these rules. It has no cost model: it learns one.
    pub fn under(rules: Rules) -> Self {
        Self { rules }
    }
}

impl Scheduler for Adaptive {
    fn name(&self) -> &str {
        "adaptive"
    }

    fn plan(&self, calls: &[Call], view: &View<'_>) -> Result<Plan, Infeasible> {
        let problem = Problem::of(calls, view, self.rules)?;
        // Within a plan nothing is observed, but what is placed ages the rest and counts as tried.
        let mut games: BTreeMap<(&str, &str), Game> = BTreeMap::new();
        let mut placements = Vec::with_capacity(calls.len());
        for (index, call) in calls.iter().enumerate() {
            let allowed = problem.allowed[index];
            let game = games
                .entry((&call.server, &call.tool))
                .or_insert_with(|| Game::of(view.learned.of(&call.server, &call.tool)));
            let placement = game.next(allowed, || prior(&problem, index));
            game.place(placement.tier);
            placements.push(placement);
        }
        Ok(Plan {
            placements,
            total: None,
            search_space: None,
        })
    }
}

/// One tool's state, as far as this plan has come.
struct Game {
    seen: Seen,
    /// Tried in this plan, without an observation yet.
    tried: TierSet,
}

impl Game {
    fn of(seen: Option<&Seen>) -> Self {
        Self {
            seen: seen.copied().unwrap_or_default(),
            tried: TierSet::NONE,
        }
    }

    fn next(
        &self,
        allowed: TierSet,
        prior: impl FnOnce() -> [f64; crate::tier::MOST_TIERS],
    ) -> Placement {
        if let Some(tier) = allowed.single() {
            return Placement {
                tier,
                why: Why::OnlyFeasible,
            };
        }
        let observed = |tier: Tier| self.seen.tiers[tier.place()];
        let known: TierSet = allowed
            .iter()
            .filter(|tier| observed(*tier).calls > 0)
            .collect();
        let new: TierSet = allowed
            .iter()
            .filter(|tier| observed(*tier).calls == 0 && !self.tried.contains(*tier))
            .collect();
        // Where all were tried in this very plan nothing is known yet but what the profile expects.
        let ask = if new.is_empty() { allowed } else { new };
        if !new.is_empty() || known.is_empty() {
            let prior = prior();
            return Placement {
                tier: least(ask, |tier| prior[tier.place()]),
                why: Why::Exploring,
            };
        }
        let mean = |tier: Tier| observed(tier).mean.max(LEAST);
        let best = least(known, mean);
        let age = |tier: Tier| real(self.seen.calls + 1 - observed(tier).last_call);
        // The one that has waited longest beyond its turn.
        let overdue = |tier: Tier| age(tier) - real(PERIOD) * mean(tier) / mean(best);
        let due: TierSet = known
            .iter()
            .filter(|tier| *tier != best && overdue(*tier) >= 0.0)
            .collect();
        if due.is_empty() {
            Placement {
                tier: best,
                why: Why::Cheapest,
            }
        } else {
            Placement {
                tier: least(due, |tier| -overdue(tier)),
                why: Why::Exploring,
            }
        }
    }

    fn place(&mut self, tier: Tier) {
        self.seen.calls += 1;
        self.tried = self.tried.with(tier);
        let observed = &mut self.seen.tiers[tier.place()];
        if observed.calls > 0 {
            observed.last_call = self.seen.calls;
        }
    }
}

/// What the profile expects, for the order of first tries; the same everywhere where it knows nothing.
fn prior(problem: &Problem<'_>, index: usize) -> [f64; crate::tier::MOST_TIERS] {
    let mut times = [f64::INFINITY; crate::tier::MOST_TIERS];
    for (tier, hosted) in &problem.servers[index].hosted {
        let time = latency::execution(problem, index, *tier, hosted);
        times[tier.place()] = time.unwrap_or(f64::INFINITY);
    }
    times
}

/// The first of the tiers with the least value.
fn least(tiers: TierSet, value: impl Fn(Tier) -> f64) -> Tier {
    let mut best: Option<(Tier, f64)> = None;
    for tier in tiers.iter() {
        let value = value(tier);
        if best.is_none_or(|(_, least)| value < least) {
            best = Some((tier, value));
        }
    }
    best.expect("asked of some tiers").0
}
