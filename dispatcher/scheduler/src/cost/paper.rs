//! Equation 1 as the paper prints it: `Score(i, u) = α_i (P_exec(i, u) + β_i · P_net(u)) + (1 − α_i) · P_comm(u)`.
//!
//! Where each term comes from, since the paper's section V-d names them and gives no formula for any:
//! - `P_exec`, "the normalized execution latency": the tool's time over that of its slowest tier.
//! - `β`, "an indicator for network-bound tools": 1 for those labelled external.
//! - `P_net`, "external network latency": the least bandwidth outward of any tier over the tier's own, as the reference.
//! - `P_comm`, "the communication overhead between the dispatcher and the node": request and answer of typical size over the
//!   link between home and the tier, over the worst tier's. So tiers differ by distance, which in the reference they do not.
//! - `α`, which lets "the system prioritize either computation or data transfer efficiency based on the tool type": executing
//!   over executing and communicating, summed over all tiers. The reference takes the edge alone.
//!
//! Every call counts. Nothing is assumed: what is unknown is refused by name.

use crate::cost::Additive;
use crate::cost::reference::beta;
use crate::cost::score::{self, Row, megabits, message_ms, normalised, size_mb};
use crate::plan::Infeasible;
use crate::problem::Problem;
use crate::profile::{ToolProfile, Unknown};
use crate::quantity::millis;
use crate::tier::{MOST_TIERS, Tier};

const NAME: &str = "paper";

pub fn model(problem: &Problem<'_>) -> Result<Additive, Infeasible> {
    let refused = |unknown| Infeasible::Unknown {
        model: NAME,
        unknown,
    };
    let links = links(problem).map_err(refused)?;
    let table = score::table(problem, |index, tool| {
        row(problem, index, tool, &links).map_err(refused)
    })?;
    Ok(table)
}

/// Bandwidth in Mbit/s and delay in milliseconds between home and each tier; nothing for home itself.
fn links(problem: &Problem<'_>) -> Result<Vec<Option<(f64, f64)>>, Unknown> {
    let home = problem.view.profile.home;
    Tier::first(problem.tiers())
        .map(|tier| {
            if tier == home {
                return Ok(None);
            }
            let bandwidth = score::link(problem, home, tier, "bandwidth", |link| &link.bandwidth)?;
            let delay = score::link(problem, home, tier, "one_way", |link| &link.one_way)?;
            Ok(Some((megabits(*bandwidth), millis(*delay))))
        })
        .collect()
}

fn row(
    problem: &Problem<'_>,
    index: usize,
    tool: &ToolProfile,
    links: &[Option<(f64, f64)>],
) -> Result<Row, Unknown> {
    let profile = problem.view.profile;
    let call = &problem.calls[index];
    let field = |what: &str| format!("{what} of tool {}.{}", call.server, call.tool);
    let input = size_mb(*tool.input.need(|| field("input"))?);
    let output = size_mb(*tool.output.need(|| field("output"))?);
    let mut times = [0.0; MOST_TIERS];
    let mut messages = [0.0; MOST_TIERS];
    for (tier, link) in Tier::first(problem.tiers()).zip(links) {
        // A tier that has no endpoint has no time, and takes no part in the normalisation.
        if !problem.servers[index].hosted.contains_key(&tier) {
            continue;
        }
        let server = problem.servers[index];
        times[tier.place()] = score::execution_ms(call, tool, server, tier, profile)?;
        messages[tier.place()] = link.map_or(0.0, |(bandwidth, delay)| {
            message_ms(input, bandwidth, delay) + message_ms(output, bandwidth, delay)
        });
    }
    let executing: f64 = times.iter().sum();
    let communicating: f64 = messages.iter().sum();
    let whole = executing + communicating;
    let worst = messages.iter().copied().fold(0.0, f64::max);
    let beta = beta(tool);
    let p_net = if beta > 0.0 {
        score::p_net(profile)?
    } else {
        [0.0; MOST_TIERS]
    };
    Ok(Row {
        // A tool that takes no time and no way costs nothing anywhere, whatever the weight.
        alpha: if whole > 0.0 { executing / whole } else { 0.5 },
        beta,
        p_exec: normalised(times, problem.tiers()),
        p_net,
        p_comm: messages.map(|message| if worst > 0.0 { message / worst } else { 0.0 }),
    })
}
