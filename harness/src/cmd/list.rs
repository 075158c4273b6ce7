//! `list`: the words that the other commands take.

use anyhow::Result;
use clap::{Args, ValueEnum};
use harness::exit::Exit;
use harness::kind::Kind;
use harness::place;
use harness::server::{Input, Server};
use record::{Metric, Packaging, StartClass, Transport};
use serde_json::json;

use super::{Global, print};

/// Lists what can be chosen, for example `harness list tools --server filesystem`.
#[derive(Args)]
pub struct Arguments {
    /// Of what.
    what: What,
}

/// What can be listed.
#[derive(Clone, Copy, ValueEnum)]
enum What {
    /// MCP servers: --server.
    Servers,
    /// Their tools: --tool.
    Tools,
    /// How servers are shipped and started: --packaging.
    Packagings,
    /// How warm a subject is when it is asked: --start-class.
    StartClasses,
    /// How requests reach a subject: --transport.
    Transports,
    /// What is measured: --metric.
    Metrics,
}

/// Columns and rows.
type Listing = (Vec<&'static str>, Vec<Vec<String>>);

/// Prints one list.
pub fn run(global: &Global, own: &Arguments) -> Result<Exit> {
    let (columns, rows) = match own.what {
        What::Servers => servers(&chosen(global)?),
        What::Tools => tools(&chosen(global)?),
        What::Packagings => names(
            Packaging::ALL
                .iter()
                .map(|&one| (one.name(), one.meaning())),
        ),
        What::StartClasses => names(
            StartClass::ALL
                .iter()
                .map(|&one| (one.name(), one.meaning())),
        ),
        What::Transports => names(
            Transport::ALL
                .iter()
                .map(|&one| (one.name(), one.meaning())),
        ),
        What::Metrics => metrics(),
    };
    if global.json {
        let rows: Vec<_> = rows
            .iter()
            .map(|row| {
                let fields = columns.iter().zip(row);
                fields
                    .map(|(column, field)| ((*column).to_owned(), json!(field)))
                    .collect::<serde_json::Map<_, _>>()
            })
            .collect();
        print(&format!("{}\n", serde_json::to_string_pretty(&rows)?));
        return Ok(Exit::Done);
    }
    print(&aligned(&columns, &rows));
    Ok(Exit::Done)
}

fn chosen(global: &Global) -> Result<Vec<Server>> {
    global.servers(&place::root()?)
}

fn servers(servers: &[Server]) -> Listing {
    let rows = servers.iter().map(|server| {
        let timed = server.timed().count();
        vec![
            server.name.clone(),
            server.tools().len().to_string(),
            timed.to_string(),
            (server.calls.len() - timed).to_string(),
            server.title.clone(),
        ]
    });
    (
        vec!["server", "tools", "timed calls", "edge cases", "title"],
        rows.collect(),
    )
}

fn tools(servers: &[Server]) -> Listing {
    let mut rows = Vec::new();
    for server in servers {
        for tool in server.tools() {
            let calls = server.calls.iter().filter(|call| call.tool == tool);
            let timed: Vec<&str> = calls
                .filter(|call| call.input != Input::Edge)
                .map(|call| call.id.as_str())
                .collect();
            rows.push(vec![server.name.clone(), tool.to_owned(), timed.join(", ")]);
        }
    }
    (vec!["server", "tool", "timed calls"], rows)
}

fn names<'a>(all: impl Iterator<Item = (&'a str, &'a str)>) -> Listing {
    let rows = all.map(|(name, meaning)| vec![name.to_owned(), meaning.to_owned()]);
    (vec!["name", "meaning"], rows.collect())
}

fn metrics() -> Listing {
    // A record may hold others, which other programs measured.
    let given = Metric::ALL
        .iter()
        .filter(|&&metric| Kind::any_gives(metric));
    let rows = given.map(|metric| {
        vec![
            metric.name().to_owned(),
            metric.unit().to_string(),
            metric.meaning().to_owned(),
        ]
    });
    (vec!["metric", "unit", "meaning"], rows.collect())
}

/// Rows under their columns, as wide as their widest word.
fn aligned(columns: &[&str], rows: &[Vec<String>]) -> String {
    let widths: Vec<usize> = (0..columns.len())
        .map(|at| {
            let fields = rows.iter().map(|row| row[at].chars().count());
            fields.max().unwrap_or(0).max(columns[at].chars().count())
        })
        .collect();
    let line = |fields: Vec<&str>| {
        let padded = fields.iter().zip(&widths);
        let text: Vec<String> = padded
            .map(|(field, &width)| format!("{field:width$}"))
            .collect();
        format!("{}\n", text.join("  ").trim_end())
    };
    let mut text = line(columns.to_vec());
    for row in rows {
        text.push_str(&line(row.iter().map(String::as_str).collect()));
    }
    text
}
