//! Equation 1 with the transfers between consecutive tiers.
//!
//! The reference's own alternative, which it has in comments and docstrings only (specification 3.4): the first call pays the
//! way in, a call on the tier of the one before pays nothing, a change of tier pays the old one's way out and the new one's way
//! in, the last call pays the way out. Every call counts. The weight is the reference's; what is missing is refused.

use crate::cost::score::{self, Row, megabits, message_ms, normalised, size_mb};
use crate::cost::{Additive, reference};
use crate::plan::Infeasible;
use crate::problem::Problem;
use crate::profile::{ToolProfile, Unknown};
use crate::quantity::millis;
use crate::tier::{MOST_TIERS, Tier};

const NAME: &str = "chain";

pub fn model(problem: &Problem<'_>) -> Result<Additive, Infeasible> {
    let profile = problem.view.profile;
    if !profile.is_canonical() {
        return Err(Infeasible::Unfit(format!(
            "cost model chain is made of device, edge and cloud, and the profile {} has other tiers; use paper or latency",
            profile.name
        )));
    }
    let refused = |unknown| Infeasible::Unknown {
        model: NAME,
        unknown,
    };
    let (from, to) = (Tier::DEVICE, Tier::EDGE);
    let delay = score::link(problem, from, to, "one_way", |link| &link.one_way);
    let delay = delay.map_err(refused)?;
    let bandwidth = score::link(problem, from, to, "bandwidth", |link| &link.bandwidth);
    let bandwidth = bandwidth.map_err(refused)?;
    let message = |size| message_ms(size_mb(size), megabits(*bandwidth), millis(*delay));
    let made = score::rows(problem, |index, tool| {
        row(problem, index, tool, &message).map_err(refused)
    })?;
    let tiers = problem.tiers();
    let calls = problem.calls.len();
    let mut table = Additive::with_capacity(calls, tiers);
    let terms = &profile.reference;
    for (index, at) in made.of_call.iter().enumerate() {
        let mut row = made.rows[*at];
        table.weight.push(1.0 - row.alpha);
        for tier in Tier::first(tiers) {
            let mut ends = 0.0;
            if index == 0 {
                ends += terms.p_comm(Tier::DEVICE, tier);
            }
            if index + 1 == calls {
                ends += terms.p_comm(tier, Tier::DEVICE);
            }
            row.p_comm[tier.place()] = ends;
            table.push(row.terms(tier), problem.allowed[index].contains(tier));
        }
    }
    for from in Tier::first(tiers) {
        for to in Tier::first(tiers) {
            let there = terms.p_comm(from, Tier::DEVICE);
            let on = terms.p_comm(Tier::DEVICE, to);
            table.step.push(if from == to { 0.0 } else { there + on });
        }
    }
    Ok(table)
}

fn row(
    problem: &Problem<'_>,
    index: usize,
    tool: &ToolProfile,
    message: &dyn Fn(record::Bytes) -> f64,
) -> Result<Row, Unknown> {
    let profile = problem.view.profile;
    let call = &problem.calls[index];
    let field = |what: &str| format!("{what} of tool {}.{}", call.server, call.tool);
    let input = *tool.input.need(|| field("input"))?;
    let output = *tool.output.need(|| field("output"))?;
    let server = problem.servers[index];
    let mut times = [0.0; MOST_TIERS];
    for tier in Tier::first(problem.tiers()) {
        times[tier.place()] = score::execution_ms(call, tool, server, tier, profile)?;
    }
    let beta = reference::beta(tool);
    Ok(Row {
        alpha: reference::alpha(times[Tier::EDGE.place()], message(input), message(output)),
        beta,
        p_exec: normalised(times, problem.tiers()),
        p_net: if beta > 0.0 {
            score::p_net(profile)?
        } else {
            [0.0; MOST_TIERS]
        },
        p_comm: [0.0; MOST_TIERS],
    })
}
