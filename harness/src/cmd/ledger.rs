//! `ledger`: what each packaging allows, tried from inside.

use anyhow::Result;
use clap::Args;
use harness::clock::Monotonic;
use harness::exit::Exit;
use harness::ledger::{self, Ground, Row, Verdict};
use harness::place;
use harness::subject::CONTAINERS;
use record::Packaging;

use super::{Beside, Global, print};

/// Says what each packaging allows: a program without a rule of its own tries it from inside of each, with the same grants.
///
/// Ends with 3 where a component may do what it was not granted, or anything may not do what it was.
#[derive(Args)]
pub struct Arguments {
    /// Leaves out containers and the Python probe.
    #[arg(long)]
    quick: bool,
}

/// Builds the probe, lets it try, and prints a row for each attempt.
pub fn run(global: &Global, own: &Arguments) -> Result<Exit> {
    let root = place::root()?;
    let cache = place::cache()?;
    let server = ledger::probe();
    let beside = Beside {
        references: !own.quick,
        containers: if own.quick {
            Vec::new()
        } else {
            CONTAINERS.to_vec()
        },
        stock: false,
    };
    let servers = [server.clone()];
    let built = global.build(&root, &servers, &cache, beside)?;
    let rows = ledger::rows(&built, &server, &Ground::new()?, &Monotonic::new())?;
    if global.json {
        println!("{}", serde_json::to_string_pretty(&rows)?);
    } else {
        print(&table(&rows));
    }
    let broken = rows.iter().any(|row| {
        let mut differs = row.differs();
        differs.any(|packaging| row.granted || packaging == Packaging::Component)
    });
    Ok(if broken { Exit::Wrong } else { Exit::Done })
}

/// A Markdown table; what is otherwise than it was granted stands out.
fn table(rows: &[Row]) -> String {
    let packagings = |row: &Row| -> Vec<Packaging> {
        row.verdicts
            .iter()
            .map(|(packaging, _)| *packaging)
            .collect()
    };
    let head = rows.first().map(packagings).unwrap_or_default();
    let names: Vec<&str> = head.iter().map(|packaging| packaging.name()).collect();
    let mut out = format!("| attempt | granted | {} |\n", names.join(" | "));
    out.push_str(&format!(
        "| :--- | :--- |{}\n",
        " :--- |".repeat(names.len())
    ));
    for row in rows {
        let differs: Vec<Packaging> = row.differs().collect();
        let cells = row.verdicts.iter().map(|(packaging, verdict)| {
            let word = match verdict {
                Verdict::Allowed => "allowed",
                Verdict::Denied(_) => "denied",
            };
            if differs.contains(packaging) {
                format!("**{word}**")
            } else {
                word.to_owned()
            }
        });
        let granted = if row.granted { "yes" } else { "no" };
        let cells: Vec<String> = cells.collect();
        out.push_str(&format!(
            "| {} | {granted} | {} |\n",
            row.attempt,
            cells.join(" | ")
        ));
    }
    out
}
