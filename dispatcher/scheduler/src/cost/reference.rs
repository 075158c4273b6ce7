//! The reference implementation's score, with its faults (specification 3.1 to 3.3, 8.1).
//!
//! Where the reference does not know something it goes on with a number of its own, and so does this model alone:
//! a missing execution is 0 ms, a missing size 0.001 MB, a missing link 100 Mbit/s and 1 ms, a missing bandwidth outward makes
//! `p_net` 0.5 everywhere.

use std::collections::BTreeSet;

use crate::cost::Additive;
use crate::cost::score::{self, Row, megabits, message_ms, normalised, size_mb};
use crate::plan::Infeasible;
use crate::problem::Problem;
use crate::profile::{Known, Locality, Profile, ServerProfile, ToolProfile};
use crate::quantity::millis;
use crate::tier::{MOST_TIERS, Tier};

const SIZE_MB: f64 = 0.001;
const BANDWIDTH: f64 = 100.0;
const DELAY_MS: f64 = 1.0;
const P_NET: f64 = 0.5;
const ALPHA: f64 = 0.5;

pub fn model(problem: &Problem<'_>) -> Result<Additive, Infeasible> {
    let profile = problem.view.profile;
    if !profile.is_canonical() {
        return Err(Infeasible::Unfit(format!(
            "cost model reference is made of device, edge and cloud, and the profile {} has other tiers; use paper or latency",
            profile.name
        )));
    }
    let net = score::p_net(profile).unwrap_or([P_NET; MOST_TIERS]);
    let comm = p_comm(profile);
    let mut table = score::table(problem, |index, tool| {
        let server = problem.servers[index];
        Ok(row(problem, index, tool, server, net, comm))
    })?;
    // A tool counts once, where it is called first.
    let mut seen = BTreeSet::new();
    for (counted, tool) in table.counted.iter_mut().zip(&problem.tools) {
        *counted = seen.insert(std::ptr::from_ref(*tool));
    }
    Ok(table)
}

/// `p_comm` there and back between the dispatcher, which is on the device, and each tier.
pub fn p_comm(profile: &Profile) -> [f64; MOST_TIERS] {
    let mut comm = [0.0; MOST_TIERS];
    for tier in Tier::first(profile.tiers.len()) {
        let there = profile.reference.p_comm(Tier::DEVICE, tier);
        let back = profile.reference.p_comm(tier, Tier::DEVICE);
        comm[tier.place()] = there + back;
    }
    comm
}

fn row(
    problem: &Problem<'_>,
    index: usize,
    tool: &ToolProfile,
    server: &ServerProfile,
    net: [f64; MOST_TIERS],
    comm: [f64; MOST_TIERS],
) -> Row {
    let profile = problem.view.profile;
    let mut times = [0.0; MOST_TIERS];
    for tier in Tier::first(profile.tiers.len()) {
        let time = score::execution_ms(&problem.calls[index], tool, server, tier, profile);
        times[tier.place()] = time.unwrap_or(0.0);
    }
    let link = problem.view.links.between(Tier::DEVICE, Tier::EDGE);
    let bandwidth = link.and_then(|link| link.bandwidth.get().copied());
    let delay = link.and_then(|link| link.one_way.get().copied());
    let message = |size: &Known<record::Bytes>| {
        message_ms(
            size.get().copied().map_or(SIZE_MB, size_mb),
            bandwidth.map_or(BANDWIDTH, megabits),
            delay.map_or(DELAY_MS, millis),
        )
    };
    Row {
        alpha: alpha(
            times[Tier::EDGE.place()],
            message(&tool.input),
            message(&tool.output),
        ),
        beta: beta(tool),
        p_exec: normalised(times, profile.tiers.len()),
        p_net: net,
        p_comm: comm,
    }
}

/// The weight: how much of an edge call is executing.
pub fn alpha(edge_ms: f64, input_ms: f64, output_ms: f64) -> f64 {
    let whole = edge_ms + input_ms + output_ms;
    if whole > 0.0 { edge_ms / whole } else { ALPHA }
}

/// 1 for a tool that needs the world outside.
pub fn beta(tool: &ToolProfile) -> f64 {
    if tool.locality == Locality::External {
        1.0
    } else {
        0.0
    }
}
