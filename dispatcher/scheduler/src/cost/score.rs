//! What the three models that score by Equation 1 share.

use std::collections::BTreeMap;

use crate::call::Call;
use crate::cost::{Additive, Terms};
use crate::plan::Infeasible;
use crate::problem::Problem;
use crate::profile::{Known, Profile, ServerProfile, ToolProfile, Unknown};
use crate::quantity::{BitsPerSecond, Bytes, millis, real};
use crate::tier::{MOST_TIERS, Tier};

/// Equation 1's terms of one tool, by tier.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    pub alpha: f64,
    pub beta: f64,
    pub p_exec: [f64; MOST_TIERS],
    pub p_net: [f64; MOST_TIERS],
    pub p_comm: [f64; MOST_TIERS],
}

impl Row {
    pub fn terms(&self, tier: Tier) -> Terms {
        let place = tier.place();
        Terms::Score {
            alpha: self.alpha,
            p_exec: self.p_exec[place],
            beta: self.beta,
            p_net: self.p_net[place],
            p_comm: self.p_comm[place],
        }
    }
}

/// The rows of a problem's tools, each made once, and each call's row.
pub struct Rows {
    pub rows: Vec<Row>,
    pub of_call: Vec<usize>,
}

/// The rows of a problem in which they depend on the tool alone.
pub fn rows<'a>(
    problem: &Problem<'a>,
    row: impl Fn(usize, &'a ToolProfile) -> Result<Row, Infeasible>,
) -> Result<Rows, Infeasible> {
    let mut made: BTreeMap<*const ToolProfile, usize> = BTreeMap::new();
    let mut rows: Vec<Row> = Vec::new();
    let mut of_call = Vec::with_capacity(problem.calls.len());
    for (index, tool) in problem.tools.iter().enumerate() {
        let at = match made.get(&std::ptr::from_ref(*tool)) {
            Some(at) => *at,
            None => {
                rows.push(row(index, tool)?);
                made.insert(std::ptr::from_ref(*tool), rows.len() - 1);
                rows.len() - 1
            }
        };
        of_call.push(at);
    }
    Ok(Rows { rows, of_call })
}

/// The table of a problem without steps.
pub fn table<'a>(
    problem: &Problem<'a>,
    row: impl Fn(usize, &'a ToolProfile) -> Result<Row, Infeasible>,
) -> Result<Additive, Infeasible> {
    let tiers = problem.tiers();
    let Rows { rows, of_call } = rows(problem, row)?;
    let mut table = Additive::with_capacity(problem.calls.len(), tiers);
    for (at, allowed) in of_call.iter().zip(&problem.allowed) {
        for tier in Tier::first(tiers) {
            table.push(rows[*at].terms(tier), allowed.contains(tier));
        }
    }
    Ok(table)
}

/// A tool's time on a tier in milliseconds, in the packaging that its server has there.
///
/// # Errors
/// When the server is not there, or the time is unknown.
pub fn execution_ms(
    call: &Call,
    tool: &ToolProfile,
    server: &ServerProfile,
    tier: Tier,
    profile: &Profile,
) -> Result<f64, Unknown> {
    let field = |packaging: &str| {
        format!(
            "execution.{}.{packaging} of tool {}.{}",
            profile.tier_name(tier),
            call.server,
            call.tool
        )
    };
    let Some(hosted) = server.hosted.get(&tier) else {
        return Err(Unknown {
            field: field("…"),
            reason: "its server is not there".to_owned(),
        });
    };
    let packaging = hosted.packaging;
    let timing = tool.timing(tier, packaging).ok_or_else(|| Unknown {
        field: field(packaging.name()),
        reason: "the profile does not speak of it".to_owned(),
    })?;
    let timing = timing.need(|| field(packaging.name()))?;
    let speed = profile.tier_profile(tier).speed;
    let measured = millis(timing.typical);
    // Times that were measured on the tier itself are not touched: the reference's scores are met to the bit.
    let is_measured_there = speed.to_bits() == 1.0_f64.to_bits();
    Ok(if is_measured_there {
        measured
    } else {
        measured * speed
    })
}

/// Time over the slowest tier's; 1 everywhere where all take no time.
pub fn normalised(times: [f64; MOST_TIERS], tiers: usize) -> [f64; MOST_TIERS] {
    let most = times[..tiers].iter().copied().fold(0.0, f64::max);
    times.map(|time| if most > 0.0 { time / most } else { 1.0 })
}

/// `T_comm` of the reference, in milliseconds: a message over a link.
pub fn message_ms(size_mb: f64, bandwidth: f64, delay_ms: f64) -> f64 {
    size_mb * 8.0 / bandwidth * 1000.0 + delay_ms
}

/// A bandwidth in megabits a second.
pub fn megabits(bandwidth: BitsPerSecond) -> f64 {
    real(bandwidth.0) / 1e6
}

/// A size in decimal megabytes.
pub fn size_mb(size: Bytes) -> f64 {
    crate::quantity::megabytes(size)
}

/// The world's distance: the least bandwidth outward over the tier's own.
///
/// # Errors
/// When a tier's is unknown.
pub fn p_net(profile: &Profile) -> Result<[f64; MOST_TIERS], Unknown> {
    let mut bandwidths = [0.0; MOST_TIERS];
    let mut least = f64::INFINITY;
    for (place, tier) in profile.tiers.iter().enumerate() {
        let field = || format!("external of tier {}", tier.name);
        let known = tier.external.need(field)?;
        bandwidths[place] = megabits(*known);
        least = least.min(bandwidths[place]);
    }
    Ok(bandwidths.map(|bandwidth| {
        if bandwidth > 0.0 {
            least / bandwidth
        } else {
            1.0
        }
    }))
}

/// A quantity of a link in force.
///
/// # Errors
/// When the link or the quantity is unknown.
pub fn link<'a, T>(
    problem: &Problem<'a>,
    from: Tier,
    to: Tier,
    what: &str,
    part: impl Fn(&'a crate::profile::Link) -> &'a Known<T>,
) -> Result<&'a T, Unknown> {
    let view = problem.view;
    let field = || {
        format!(
            "{what} of the link between {} and {} in links.{}",
            view.profile.tier_name(from),
            view.profile.tier_name(to),
            view.links.name
        )
    };
    match view.links.between(from, to) {
        Some(link) => part(link).need(field),
        None => Err(Unknown {
            field: field(),
            reason: "this set has no such pair".to_owned(),
        }),
    }
}
