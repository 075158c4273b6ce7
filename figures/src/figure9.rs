//! Figure 9: where the calls of S4 are under each policy, and which of them break the rules, beside what the paper prints.

use std::collections::BTreeSet;

use record::{Decision, PublishedPlacement, Record};

use crate::figure8::PROPOSED;
use crate::replay::{editions, made, source, violations};
use crate::replayed::{Chain, Key, chains};
use crate::table::{Cell, Column, Row, Table, Weight};

/// How many columns there are.
const WIDTH: usize = 22;

/// Every chain's placements and violations, and the printed ones. The tiers are the paper's three and what else a profile names.
pub fn figure9(record: &Record, decisions: &[Decision], published: &[PublishedPlacement]) -> Table {
    let chains = chains(record, decisions);
    let columns = vec![
        Column::words("scenario", "scenario"),
        Column::words("profile", "profile"),
        Column::words("links", "links"),
        Column::words("policy", "policy"),
        Column::words("cost_model", "cost"),
        Column::words("rules", "rules"),
        Column::number("calls", "calls"),
        Column::number("device", "device"),
        Column::number("edge", "edge"),
        Column::number("cloud", "cloud"),
        Column::number("elsewhere", "elsewhere"),
        Column::number("published", "breaks published"),
        Column::number("privacy", "privacy"),
        Column::number("union", "union"),
        Column::number("relabelled", "relabelled"),
        Column::number("strict", "breaks strict"),
        Column::number("printed_device", "printed: device"),
        Column::number("printed_edge", "edge"),
        Column::number("printed_cloud", "cloud"),
        Column::number("printed_violations", "printed: violations"),
        Column::words("placement_agrees", "placement"),
        Column::words("violations_agree", "violations"),
    ];
    let rows = chains.iter().map(|(key, chain)| row(key, chain, published));
    let mut notes = vec![
        made(record),
        "Published: calls of tools that the reference labels as working on local data, away from the device; these are the paper's numbers. Relabelled: with git_diff and batch_resize labelled as what they are. Strict: every call whose arguments name a path, and what a tier lacks.".to_owned(),
        away(decisions),
    ];
    notes.extend(source(record));
    Table {
        name: "figure9",
        title: format!(
            "Figure 9: placement and violations of {}",
            editions(&chains)
        ),
        columns,
        rows: rows.collect(),
        notes,
    }
}

fn row(key: &Key, chain: &Chain, published: &[PublishedPlacement]) -> Row {
    let words = [
        &key.scenario,
        &key.profile,
        &key.links,
        &key.scheduler,
        &key.cost_model,
        &key.rules,
    ];
    let mut cells: Vec<Cell> = words.map(Cell::words).into();
    if let Some(why) = &chain.refused {
        cells.push(Cell::Missing(format!("refused: {why}")));
        cells.resize(WIDTH, Cell::Empty);
        return Row {
            cells,
            weight: Weight::Faint,
        };
    }
    let on = ["device", "edge", "cloud"].map(|tier| chain.on(tier));
    let calls = chain.calls();
    cells.push(Cell::Count(calls));
    cells.extend(on.map(Cell::Count));
    cells.push(Cell::Count(calls - on.iter().sum::<u64>()));
    let rules = ["published", "privacy", "union", "relabelled", "strict"];
    cells.extend(rules.map(|rules| violations(chain, rules)));
    // The paper's numbers are of its own trace of 45 calls.
    let printed = published
        .iter()
        .find(|one| one.policy == key.scheduler && key.scenario == "s4");
    let of = |number: Option<u64>| number.map_or(Cell::Empty, Cell::Count);
    let Some(printed) = printed else {
        cells.resize(WIDTH, Cell::Empty);
        return Row::plain(cells);
    };
    cells.extend(printed.calls.map(of));
    cells.push(of(printed.violations));
    let broken = chain.breaches.get("published").copied().unwrap_or(0);
    let same = |one: Option<u64>, here: u64| one.is_none_or(|one| one == here);
    let mut placed = printed.calls.iter().zip(on);
    let is_printed = printed.calls.iter().any(Option::is_some);
    let agree = [
        is_printed.then(|| placed.all(|(one, here)| same(*one, here))),
        printed.violations.map(|one| one == broken),
    ];
    cells.extend(agree.map(|agrees| match agrees {
        Some(true) => Cell::words("agrees"),
        Some(false) => Cell::words("DIFFERS"),
        None => Cell::Empty,
    }));
    Row {
        cells,
        weight: if agree.contains(&Some(false)) {
            Weight::Strong
        } else {
            Weight::Plain
        },
    }
}

/// What the paper's policy puts on the cloud in S4, beside what the paper says of it.
fn away(decisions: &[Decision]) -> String {
    let of = |decision: &Decision| decision.scenario == "s4" && decision.scheduler == PROPOSED;
    let placed = decisions.iter().filter(|decision| of(decision));
    let placed = placed.filter_map(|decision| decision.placed.as_ref());
    let away: BTreeSet<&str> = placed
        .filter(|placed| placed.tier.name() == "cloud")
        .map(|placed| placed.tool.as_str())
        .collect();
    let here = match away.is_empty() {
        true => "puts none there".to_owned(),
        false => {
            let tools: Vec<&str> = away.into_iter().collect();
            format!("puts {} there", tools.join(" and "))
        }
    };
    format!(
        "The paper prints two calls of its policy on the cloud, and calls them external API calls; no call of its own script for S4 is one: they are batch_resize, which reads local images, and aggregate_list. Its policy is brute_force, which here {here}."
    )
}
