//! Figure 8: end-to-end latency of the four scenarios under each policy, beside what the paper says of it.

use record::{Decision, PublishedLatency, Quantity, Ratio, Record};

use crate::replay::{believed, made, source, unknown, violations, without};
use crate::replayed::{Chain, Key, PARTS, chains, part_cell};
use crate::table::{Cell, Column, Row, Table, Weight};

/// The policy that the paper proposes.
pub(crate) const PROPOSED: &str = "brute_force";
/// What stands beside a sentence that is not so here.
pub(crate) const DISAGREES: &str = "DOES NOT HOLD";

/// Every chain with its latency, over the proposed policy's, and the paper's sentence about it, held against this record.
pub fn figure8(record: &Record, decisions: &[Decision], published: &[PublishedLatency]) -> Table {
    let mut chains = chains(record, decisions);
    // A scenario's bars stand together, whatever the order in which links were tried.
    chains.sort_by(|(one, _), (other, _)| {
        (&one.scenario, &one.links).cmp(&(&other.scenario, &other.links))
    });
    let rows = chains
        .iter()
        .map(|(key, chain)| row(key, chain, &chains, published));
    let mut notes = vec![
        made(record),
        "Virtual time by a profile, not a measurement: the paper's own latencies stand in no text, so what is published of them are its sentences, and whether they hold here is said beside each. The policy that the paper proposes is brute_force.".to_owned(),
        "Breaks: calls that are where the published rules, and where our strict ones, forbid them. Believed links: brute_force plans by the links of the reference's configuration, which were not those of its testbed; what it planned is replayed over the links in force.".to_owned(),
    ];
    notes.extend(unknown(&chains));
    notes.extend(source(record));
    let mut columns = vec![
        Column::words("scenario", "scenario"),
        Column::words("links", "links"),
        Column::words("profile", "profile"),
        Column::words("policy", "policy"),
        Column::words("cost_model", "cost"),
        Column::words("rules", "rules"),
        Column::words("believed", "believed links"),
        Column::number("latency", "latency"),
        Column::words("without", "without"),
    ];
    columns.extend(PARTS.map(|(_, key, words)| Column::number(key, words)));
    columns.extend([
        Column::number("over_proposed", "over brute_force"),
        Column::number("published", "breaks published"),
        Column::number("strict", "breaks strict"),
        Column::words("printed", "the paper says"),
        Column::words("holds", "here"),
    ]);
    let mut table = Table {
        name: "figure8",
        title: format!(
            "Figure 8: end-to-end latency by the profile {}, simulated",
            profiles(&chains)
        ),
        columns,
        rows: rows.collect(),
        notes,
    };
    let without = without(&table);
    table.title.push_str(&without);
    table
}

fn row(key: &Key, chain: &Chain, chains: &[(Key, Chain)], published: &[PublishedLatency]) -> Row {
    let words = [
        &key.scenario,
        &key.links,
        &key.profile,
        &key.scheduler,
        &key.cost_model,
        &key.rules,
    ];
    let mut cells: Vec<Cell> = words.map(Cell::words).into();
    cells.push(believed(key));
    let sentence = published
        .iter()
        .find(|one| one.scenario == key.scenario && one.policy == key.scheduler);
    let printed = sentence.map_or(Cell::Empty, |one| Cell::words(&one.printed));
    if let Some(why) = &chain.refused {
        cells.push(Cell::Missing(format!("refused: {why}")));
        cells.resize(7 + 2 + PARTS.len() + 3, Cell::Empty);
        cells.extend([printed, Cell::Empty]);
        return Row {
            cells,
            weight: Weight::Faint,
        };
    }
    cells.push(Cell::Quantity(Quantity::Nanos(chain.latency)));
    cells.push(Cell::words(chain.without()));
    cells.extend(chain.parts.iter().map(part_cell));
    let others = others(key, chains);
    let over = |other: &Chain| over(chain, other);
    let proposed = others.iter().find(|(name, _)| *name == PROPOSED);
    cells.push(
        proposed
            .and_then(|(_, other)| over(other))
            .map_or(Cell::Empty, Cell::Ratio),
    );
    cells.extend(["published", "strict"].map(|rules| violations(chain, rules)));
    cells.push(printed);
    let holds = sentence.map(|one| holds(one, chain, &others));
    let weight = match holds {
        Some(Some(false)) => Weight::Strong,
        _ => Weight::Plain,
    };
    cells.push(match holds {
        Some(Some(true)) => Cell::words("holds"),
        Some(Some(false)) => Cell::words(DISAGREES),
        Some(None) => Cell::Missing(
            "not replayed: the policy that it is compared with is not in this run".to_owned(),
        ),
        None => Cell::Empty,
    });
    Row { cells, weight }
}

/// The profiles of these chains, which are one where nothing went wrong.
fn profiles(chains: &[(Key, Chain)]) -> String {
    let mut names: Vec<&str> = chains.iter().map(|(key, _)| key.profile.as_str()).collect();
    names.dedup();
    names.join(", ")
}

/// The chains of the same scenario, profile and links that have a plan, by policy.
fn others<'a>(key: &Key, chains: &'a [(Key, Chain)]) -> Vec<(&'a str, &'a Chain)> {
    let same = |other: &Key| {
        [&other.scenario, &other.profile, &other.links] == [&key.scenario, &key.profile, &key.links]
    };
    let others = chains
        .iter()
        .filter(|(other, chain)| same(other) && chain.refused.is_none());
    others
        .map(|(other, chain)| (other.scheduler.as_str(), chain))
        .collect()
}

fn over(one: &Chain, other: &Chain) -> Option<Ratio> {
    Quantity::Nanos(one.latency).over(Quantity::Nanos(other.latency))
}

/// A bound that is kept by less alone: what is as fast as another is not faster.
const EQUAL: f64 = 1.0;

/// Policies that the paper compares; ours are no part of its sentences.
const PAPERS: [&str; 5] = ["all_device", "all_edge", "all_cloud", "static", PROPOSED];

/// Whether a sentence holds: a printed "2×" does when the ratio rounds to it, a bound when it is kept.
fn holds(sentence: &PublishedLatency, chain: &Chain, others: &[(&str, &Chain)]) -> Option<bool> {
    let with: Vec<&Chain> = others
        .iter()
        .filter(|(name, _)| match &sentence.other {
            Some(other) => name == other,
            None => PAPERS.contains(name) && *name != sentence.policy,
        })
        .map(|(_, chain)| *chain)
        .collect();
    if with.is_empty() {
        return None;
    }
    let ratios: Option<Vec<f64>> = with
        .iter()
        .map(|other| over(chain, other).map(|Ratio(ratio)| ratio))
        .collect();
    let exact = sentence.least == sentence.most;
    let kept = |ratio: f64| {
        let shown = if exact { ratio.round() } else { ratio };
        sentence.least.is_none_or(|least| shown >= least)
            && sentence
                .most
                .is_none_or(|most| shown < most || shown == most && most != EQUAL)
    };
    Some(ratios?.into_iter().all(kept))
}
