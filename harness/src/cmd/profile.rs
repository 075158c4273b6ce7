//! `profile`: what a run of Table III measured, as a profile that schedulers and replays take.

use anyhow::Result;
use clap::Args;
use harness::exit::{Exit, Told};
use harness::place;
use harness::profile::{self, Editions};
use record::Record;
use serde_json::json;

use super::{Global, draw};

/// The name of the committed run, and where it lies.
const REFERENCE: &str = "reference";
const FOLDER: &str = "results/reference/table3";
/// What it is called unless --out says otherwise.
const FILE: &str = "measured.toml";
/// The committed run's.
const COMMITTED: &str = "dispatcher/profiles/measured.toml";

/// The other edition's is longer, and a profile's name has an end.
const LONGEST_NAME: usize = 100;

/// Makes a profile of ours of a run of Table III: device as native, edge as component, cloud as container-reference.
///
/// Writes two files: one in which each tier's times are multiplied by how much slower the paper's machine is (simulated), and beside
/// it, as *-unscaled.toml, one with the times as measured. Labels, links and static placements are the published profile's, sizes on the
/// wire those of the committed traces. What the run did not measure is `unknown` with the reason. The same run gives the same bytes.
///
/// Examples:
///   harness profile                                  renews dispatcher/profiles/measured*.toml from the committed run
///   harness profile --run latest --out mine.toml     mine.toml and mine-unscaled.toml
///
/// Here --out names the file, or a folder for measured.toml; a profile is called as its file is. Without it, another run's go into that
/// run's own folder.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// The run: `reference` (the committed one), `latest`, its folder, its id, or what only one id begins or ends with.
    #[arg(long, value_name = "RUN", default_value = REFERENCE)]
    run: String,
}

/// Reads, makes, writes.
pub fn run(global: &Global, own: &Arguments) -> Result<Exit> {
    let root = place::root()?;
    let is_committed = own.run == REFERENCE;
    let folder = match is_committed {
        true => root.join(FOLDER),
        false => record::find(&root.join("results"), &own.run)?,
    };
    let file = match (&global.out, is_committed) {
        (Some(out), _) if out.extension().is_none_or(|ending| ending != "toml") => out.join(FILE),
        (Some(file), _) => file.clone(),
        (None, true) => root.join(COMMITTED),
        (None, false) => folder.join(FILE),
    };
    let stem = file.file_stem().and_then(|stem| stem.to_str());
    let fits = |stem: &&str| {
        stem.len() <= LONGEST_NAME && stem.chars().all(|letter| letter.is_ascii_graphic())
    };
    let name = stem.filter(fits);
    let name = name.ok_or_else(|| {
        Told::usage(format!(
            "--out {}: its name is the profile's; use up to {LONGEST_NAME} printable ASCII characters without a space",
            file.display()
        ))
    })?;
    let record = Record::read(&folder)?;
    let editions = profile::of_checkout(&root, &record, name)?;
    if editions.is_empty() {
        return Err(Told::usage(format!(
            "run {} is one of {} and measured no tool of profile published; name a run of table3",
            record.run.id, record.run.command
        ))
        .into());
    }
    let Editions { scaled, unscaled } = editions;
    let beside = file.with_file_name(format!("{}.toml", unscaled.name));
    let mut files = Vec::new();
    for (path, edition) in [(&file, &scaled), (&beside, &unscaled)] {
        std::fs::write(path, profile::text(edition)).map_err(|error| {
            Told::lacking(format!(
                "cannot write {}: {error}; make its folder writable",
                path.display()
            ))
        })?;
        files.push(draw::shown(path));
    }
    if global.json {
        let speeds: Vec<_> = scaled
            .tiers
            .iter()
            .map(|tier| json!({"tier": tier.name.name(), "speed": tier.speed}))
            .collect();
        super::print(&format!(
            "{}\n",
            json!({"run": record.run.id, "files": files, "speeds": speeds})
        ));
    } else {
        for file in &files {
            super::print(&format!("{file}\n"));
        }
        super::print(&format!("{}\n", scaled.source));
    }
    Ok(Exit::Done)
}
