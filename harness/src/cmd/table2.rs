//! `table2`: the paper's Table II from the scenarios' own files and traces, beside what was published.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result};
use clap::Args;
use figures::{Cell, Column, Row, Table, Weight};
use harness::exit::Exit;
use harness::place;
use record::{PUBLISHED_TABLE2, PublishedScenario};
use scenario::{Scenario, Trace};

use super::Global;
use super::replay::{Recording, show};

/// Draws Table II: the scenarios, what they are asked of, and which servers their traces call, beside the published table.
///
/// Nothing is run: the numbers are those of scenarios/*.toml and scenarios/traces/*.json.
#[derive(Args)]
pub struct Arguments {}

/// Reads, records, prints.
pub fn run(global: &Global, _: &Arguments) -> Result<Exit> {
    let root = place::root()?;
    let published =
        PublishedScenario::parse(PUBLISHED_TABLE2).context("results/paper/table2.csv")?;
    let table = table(&root, &published)?;
    let recording = Recording::begin(global, &root, "table2", 0, BTreeMap::new())?;
    let folder = recording.finish()?;
    let sheet = table.sheet(&["source"], false);
    let pages = [(table, sheet)];
    let files = figures::draw_page(&pages[0], &folder)?;
    show(global, &folder, &pages, &files, &[])?;
    Ok(Exit::Done)
}

/// A row a scenario, in the order of the published table; then those that only we have.
fn table(root: &Path, published: &[PublishedScenario]) -> Result<Table> {
    let mut names: Vec<String> = published.iter().map(|one| one.scenario.clone()).collect();
    for name in scenario::names(&root.join("scenarios"), "toml") {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let rows: Result<Vec<Row>> = names
        .iter()
        .map(|name| {
            row(
                root,
                name,
                published.iter().find(|one| one.scenario == *name),
            )
        })
        .collect();
    Ok(Table {
        name: "table2",
        title: "Table II: scenarios, their data and the servers that they call".to_owned(),
        columns: vec![
            Column::words("scenario", "id"),
            Column::words("title", "scenario"),
            Column::words("published_dataset", "data set (paper)"),
            Column::words("data", "data here"),
            Column::number("calls", "calls"),
            Column::words("published_servers", "servers (paper)"),
            Column::words("servers", "servers here"),
            Column::words("difference", "difference"),
            Column::words("source", "source"),
        ],
        rows: rows?,
        notes: vec![
            "Servers here: those that the committed trace calls, as the published scripts do. The table and the scripts of the paper disagree: the scripts of S1 and S3 call data_aggregate, which the table leaves out, and that of S2 never calls summarize.".to_owned(),
            "Data here: the generated data set's folders that a scenario reads, in the sizes of the published sets; nothing of them is downloaded.".to_owned(),
        ],
    })
}

fn row(root: &Path, name: &str, published: Option<&PublishedScenario>) -> Result<Row> {
    let scenario = Scenario::open(&scenario::find_scenario(root, name)?)?;
    let trace = Trace::open(&scenario::find_trace(root, name)?)?;
    let servers: BTreeSet<&str> = trace
        .calls
        .iter()
        .map(|call| call.server.as_str())
        .collect();
    let printed: BTreeSet<&str> = published
        .iter()
        .flat_map(|one| one.servers.iter().map(String::as_str))
        .collect();
    let list = |names: Vec<&&str>| {
        let names: Vec<&str> = names.into_iter().copied().collect();
        names.join(", ")
    };
    let mut differences = Vec::new();
    for (what, names) in [
        ("more", list(servers.difference(&printed).collect())),
        ("missing", list(printed.difference(&servers).collect())),
    ] {
        if !names.is_empty() && published.is_some() {
            differences.push(format!("{what}: {names}"));
        }
    }
    let of = |field: fn(&PublishedScenario) -> &String| {
        published.map_or(Cell::Empty, |one| Cell::words(field(one)))
    };
    let differs = !differences.is_empty();
    let cells = vec![
        Cell::words(name),
        Cell::words(&scenario.title),
        of(|one| &one.dataset),
        Cell::words(scenario.data.join(", ")),
        Cell::Count(trace.calls.len().try_into()?),
        Cell::words(list(printed.iter().collect())),
        Cell::words(list(servers.iter().collect())),
        Cell::words(differences.join("; ")),
        of(|one| &one.source),
    ];
    Ok(Row {
        cells,
        weight: if differs {
            Weight::Strong
        } else {
            Weight::Plain
        },
    })
}
