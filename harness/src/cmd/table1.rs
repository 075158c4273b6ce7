//! `table1`: the paper's Table I from the servers' own lists of tools, beside what was published.

use std::path::Path;

use anyhow::Result;
use clap::Args;
use harness::clock::{Monotonic, wall};
use harness::exit::{Exit, Told};
use harness::launch::Made;
use harness::noise::Lock;
use harness::peer::Subject;
use harness::server::Server;
use harness::standin::Up;
use harness::subject::Built;
use harness::{interrupt, machine, offer, place};
use record::{Offer, OfferError, Record, Recorder, Run, TOOLS, Timestamp};
use serde_json::{Value, json};

use super::{Beside, Global, draw};

/// Asks every server, in every packaging, for its tools, and draws Table I beside the published one.
///
/// Builds what is not built. The answers go to results/runs/ as tools.json, the table and its difference to the published one
/// beside it. A tool that is more, missing or renamed is shown and is no failure; ends with 3 when a server does not answer.
///
/// Examples:
///   harness table1                         every server
///   harness table1 --server git,fetch      these
///   harness table1 --run latest            draws again, asks nobody
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// Draws the table of a run that asked before, and asks nobody: its folder, its id, what only one id begins or ends with,
    /// or `latest`.
    #[arg(long, value_name = "RUN")]
    run: Option<String>,
}

/// Builds, asks, records, draws; or only draws.
pub fn run(global: &Global, own: &Arguments) -> Result<Exit> {
    if let Some(name) = &own.run {
        let folder = record::find(&global.results()?, name)?;
        return show(global, &folder);
    }
    let root = place::root()?;
    let results = global.out.clone().unwrap_or_else(|| root.join("results"));
    // What would end the command is found before minutes of building.
    if results.exists() && !results.is_dir() {
        return Err(Told::usage(format!(
            "--out {} is no folder; name one that can be written",
            results.display()
        ))
        .into());
    }
    let mut servers = global.measured(&root)?;
    // They have the tools of the server that they are twins of.
    servers.retain(|server| server.twin_of.is_none());
    let cache = place::cache()?;
    let _lock = Lock::take(&cache, "table1", Timestamp::from(wall()))?;
    let (data, generated) = global.data(&servers, &cache)?;
    let built = global.build(&root, &servers, &cache, Beside::default())?;
    interrupt::listen()?;
    let mut run = Run::new("table1", 0, Timestamp::from(wall()));
    run.argv = std::env::args().collect();
    run.git = machine::revision(&root);
    run.lockfile = machine::lockfile(&root);
    run.toolchain = machine::toolchain(&root, &built);
    run.subjects = built.subjects.iter().map(Made::subject).collect();
    run.machine = machine::machine();
    let missing = built.missing.iter().map(|absent| absent.missing.clone());
    run.missing = missing.collect();
    let redactor = machine::redactor(&root, &data, &cache);
    let offers = asked(&built, &servers, &data, generated)?;
    if interrupt::interrupted() {
        eprintln!("interrupted: nothing was recorded");
        return Ok(Exit::Interrupted);
    }
    let recorder = Recorder::create(&results, run, redactor)?;
    recorder.write_beside(TOOLS, &Offer::write(&offers))?;
    let folder = recorder.finish(Timestamp::from(wall()))?;
    show(global, &folder)
}

/// Every subject's list, in the order of the servers.
fn asked(built: &Built, servers: &[Server], data: &Path, generated: bool) -> Result<Vec<Offer>> {
    let clock = Monotonic::new();
    let mut up = Up::start(built.standin.as_deref(), servers, data, &clock)?;
    let mut offers = Vec::new();
    for server in servers {
        let of_server = built.subjects.iter();
        for made in of_server.filter(|made| made.server == server.name) {
            if interrupt::interrupted() {
                return Ok(offers);
            }
            let subject = Subject {
                made,
                server,
                programs: &built.programs,
                cache: &built.cache,
                generated,
                standins: &up.standins,
            };
            offers.push(offer::ask(&subject, data, &clock)?);
        }
    }
    up.check()?;
    Ok(offers)
}

/// Draws the tables beside the record and prints them.
fn show(global: &Global, folder: &Path) -> Result<Exit> {
    let record = Record::read(folder)?;
    let pages = figures::offers(&record, folder)?;
    if pages.is_empty() {
        let path = folder.join(TOOLS);
        return Err(Told::usage(OfferError::Absent { path }.to_string()).into());
    }
    let offers = Offer::read(folder)?;
    let mut files = Vec::new();
    for page in &pages {
        files.extend(figures::draw_page(page, folder)?);
    }
    if global.json {
        let mut tables = serde_json::Map::new();
        for (table, _) in &pages {
            tables.insert(table.name.to_owned(), json!(draw::rows(&table.csv())?));
        }
        let files: Vec<String> = files.iter().map(|file| draw::shown(file)).collect();
        let whole: Value = json!({
            "run": draw::shown(folder), "tables": tables, "offers": offers, "files": files,
        });
        super::print(&format!("{whole}\n"));
    } else {
        for (_, sheet) in &pages {
            super::print(&sheet.terminal(super::WIDTH, super::colour()));
            super::print("\n");
        }
        draw::show_files(&files);
    }
    let silent = offers.iter().filter(|offer| offer.failed.is_some());
    Ok(match silent.count() {
        0 => Exit::Done,
        count => {
            eprintln!("{count} subjects did not answer; `harness verify` shows what they say");
            Exit::Wrong
        }
    })
}
