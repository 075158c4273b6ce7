//! What schedulers make of traces in virtual time: a row a scheduler, with every part of the latency.

use record::{Decision, Quantity, Record};

use crate::replayed::{Chain, Key, PARTS, chains, part_cell};
use crate::sheet::Sheet;
use crate::table::{Cell, Column, Row, Table, Weight};

/// The rule sets of an audit, in the order of tables.
const RULES: [(&str, &str); 5] = [
    ("published", "breaks published"),
    ("strict", "breaks strict"),
    ("privacy", "breaks privacy"),
    ("union", "breaks union"),
    ("relabelled", "breaks relabelled"),
];
/// Under which a run keeps what was taken for granted because nobody said it.
pub const ASSUMED: &str = "assumed";
/// Under which a run keeps where its profile's numbers come from.
pub const SOURCE: &str = "profile_source";
/// The scheduler that the others' regret is against.
const BEST: &str = "oracle";

/// Every chain of a replay; empty where the run is none.
pub fn replay(record: &Record, decisions: &[Decision]) -> Table {
    let chains = chains(record, decisions);
    let rows = chains.iter().map(|(key, chain)| row(key, chain, &chains));
    let editions = editions(&chains);
    let mut notes = vec![
        made(record),
        "Latency: from the agent's coming to the last answer, as far as its parts are known; a part that is not known is in no sum. Breaks: calls that are where a rule set forbids them, judged by an auditor that does not see the scheduler's filter. Regret: against the oracle, which knows what every call will take.".to_owned(),
    ];
    notes.extend(unknown(&chains));
    notes.extend(record.run.selection.get(ASSUMED).cloned());
    Table {
        name: "replay",
        title: format!("Replay of {editions}"),
        columns: columns(),
        rows: rows.collect(),
        notes,
    }
}

/// For people: without what stands in the title, what is the same everywhere, and what is for programs.
pub fn replay_sheet(table: &Table) -> Sheet {
    let mut leave_out = vec![
        "profile",
        "links",
        "without",
        "privacy",
        "union",
        "relabelled",
    ];
    let mut said = String::new();
    for key in ["scenario", "cost_model", "rules", "believed"] {
        let mut values: Vec<&str> = table.rows.iter().map(|row| table.words(row, key)).collect();
        values.retain(|value| !["", NONE].contains(value));
        values.sort_unstable();
        values.dedup();
        if values.len() > 1 {
            continue;
        }
        leave_out.push(key);
        let column = table.columns.iter().find(|column| column.key == key);
        if let (Some(column), Some(value)) = (column.filter(|_| key != "scenario"), values.first())
        {
            said.push_str(&format!(", {} {value}", column.heading));
        }
    }
    for (_, key, _) in PARTS {
        let is_nothing = |cell: &Cell| match cell {
            Cell::Missing(_) | Cell::Empty => true,
            cell => cell.real() == Some(0.0),
        };
        if table
            .rows
            .iter()
            .all(|row| is_nothing(table.cell(row, key)))
        {
            leave_out.push(key);
        }
    }
    let mut sheet = table.sheet(&leave_out, false);
    sheet.title = format!("{}{said}{}", sheet.title, without(table));
    sheet
}

/// `; latency without cold start`, where it is the same parts in every row; and otherwise that it differs.
pub(crate) fn without(table: &Table) -> String {
    let rows = table.rows.iter();
    let planned = rows.filter(|row| table.cell(row, "latency").real().is_some());
    let mut lacking: Vec<&str> = planned.map(|row| table.words(row, "without")).collect();
    lacking.sort_unstable();
    lacking.dedup();
    match lacking[..] {
        [] | [""] => String::new(),
        [one] => format!("; latency without {one}"),
        _ => "; the column `without` of the CSV says what each latency is without".to_owned(),
    }
}

/// What a scheduler has that asks no cost model, or does not filter.
const NONE: &str = "none";

fn columns() -> Vec<Column> {
    let mut columns = vec![
        Column::words("scenario", "trace"),
        Column::words("profile", "profile"),
        Column::words("links", "links"),
        Column::words("scheduler", "scheduler"),
        Column::words("cost_model", "cost"),
        Column::words("rules", "rules"),
        Column::words("believed", "believed links"),
        Column::number("latency", "latency"),
        Column::words("without", "without"),
    ];
    columns.extend(PARTS.map(|(_, key, words)| Column::number(key, words)));
    columns.push(Column::number("moved", "moved"));
    columns.push(Column::words("placed", "calls on"));
    columns.extend(RULES.map(|(key, words)| Column::number(key, words)));
    columns.push(Column::number("regret", "regret"));
    columns
}

fn row(key: &Key, chain: &Chain, chains: &[(Key, Chain)]) -> Row {
    let words = [
        &key.scenario,
        &key.profile,
        &key.links,
        &key.scheduler,
        &key.cost_model,
        &key.rules,
    ];
    let mut cells: Vec<Cell> = words.map(Cell::words).into();
    cells.push(believed(key));
    if let Some(why) = &chain.refused {
        cells.push(Cell::Missing(format!("refused: {why}")));
        cells.resize(columns().len(), Cell::Empty);
        return Row {
            cells,
            weight: Weight::Faint,
        };
    }
    cells.push(Cell::Quantity(Quantity::Nanos(chain.latency)));
    cells.push(Cell::words(chain.without()));
    cells.extend(chain.parts.iter().map(part_cell));
    cells.push(Cell::Quantity(Quantity::Bytes(chain.moved)));
    let placed = chain.placed.iter();
    let placed = placed.map(|(tier, calls)| format!("{calls} {tier}"));
    cells.push(Cell::words(placed.collect::<Vec<_>>().join(", ")));
    cells.extend(RULES.map(|(rules, _)| violations(chain, rules)));
    cells.push(regret(key, chain, chains));
    let breaks = chain.breaches.values().any(|calls| *calls > 0);
    Row {
        cells,
        weight: if breaks {
            Weight::Strong
        } else {
            Weight::Plain
        },
    }
}

/// The links that the scheduler took to be in force, where these are others.
pub(crate) fn believed(key: &Key) -> Cell {
    key.believed.as_ref().map_or(Cell::Empty, Cell::words)
}

/// What the run is, in one line: no machine had a part in it.
pub(crate) fn made(record: &Record) -> String {
    let id = match record.run.id.as_str() {
        "" => "unknown",
        id => id,
    };
    format!(
        "Run {id}. Virtual time: no clock was read, and the same trace, profile and options give the same bytes on every machine."
    )
}

/// Where the profile's numbers come from, and what of them is simulated: in its own words, where the run has them.
pub(crate) fn source(record: &Record) -> Option<String> {
    let source = record.run.selection.get(SOURCE)?;
    Some(format!("Profile: {source}"))
}

/// How many calls break a rule set; one that could not be judged leaves the number open.
pub(crate) fn violations(chain: &Chain, rules: &str) -> Cell {
    let broken = chain.breaches.get(rules).copied().unwrap_or(0);
    match chain.unjudged.get(rules) {
        Some(open) => Cell::Missing(format!(
            "unjudged: {broken} calls break it, and of {open} the profile knows too little to say"
        )),
        None => Cell::Count(broken),
    }
}

/// How much longer than the oracle's plan of the same trace by the same profile.
fn regret(key: &Key, chain: &Chain, chains: &[(Key, Chain)]) -> Cell {
    let best = chains.iter().find(|(other, chain)| {
        other.scheduler == BEST
            && chain.refused.is_none()
            && [&other.scenario, &other.profile, &other.links]
                == [&key.scenario, &key.profile, &key.links]
    });
    let Some((_, best)) = best else {
        return Cell::Empty;
    };
    let more = i128::from(chain.latency.0) - i128::from(best.latency.0);
    i64::try_from(more).map_or(Cell::Empty, Cell::Difference)
}

/// What was replayed by which profile over which links, in words.
pub(crate) fn editions(chains: &[(Key, Chain)]) -> String {
    let each = |of: fn(&Key) -> &String| {
        let mut names: Vec<&str> = Vec::new();
        for (key, _) in chains {
            let name = of(key).as_str();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names.join(", ")
    };
    format!(
        "{}: profile {}, links {}, simulated",
        each(|key| &key.scenario),
        each(|key| &key.profile),
        each(|key| &key.links)
    )
}

/// A line for each part that is not known, with the first reason.
pub(crate) fn unknown(chains: &[(Key, Chain)]) -> Vec<String> {
    let lines = PARTS
        .iter()
        .enumerate()
        .filter_map(|(index, (_, _, words))| {
            let why = chains
                .iter()
                .find_map(|(_, chain)| chain.parts[index].unknown.as_ref());
            let (why, _) = why?;
            Some(format!("Not known: {words}, because {why}."))
        });
    lines.collect()
}
