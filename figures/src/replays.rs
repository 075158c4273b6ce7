//! The pages and pictures of a replay: its table, and Figures 8 and 9 of the runs that are made for them.

use std::path::{Path, PathBuf};

use record::{
    Decision, PUBLISHED_FIGURE8, PUBLISHED_FIGURE9, PublishedLatency, PublishedPlacement, Record,
};

use crate::draw::{DrawError, picture};
use crate::figure::{LatencyPlot, PlacementPlot};
use crate::figure8::figure8;
use crate::figure9::figure9;
use crate::replay::{replay, replay_sheet};
use crate::sheet::Sheet;
use crate::table::Table;

/// Columns that a terminal has no room for.
const FIGURE8_FILES_ONLY: [&str; 11] = [
    "profile",
    "cost_model",
    "rules",
    "believed",
    "without",
    "decision",
    "waiting",
    "cold_start",
    "llm",
    "execution",
    "link",
];
const FIGURE9_FILES_ONLY: [&str; 12] = [
    "scenario",
    "profile",
    "links",
    "cost_model",
    "rules",
    "elsewhere",
    "privacy",
    "union",
    "relabelled",
    "printed_device",
    "printed_edge",
    "printed_cloud",
];

/// The tables of a run that replayed traces; none of another run. `folder` is the record's.
pub fn replays(record: &Record, folder: &Path) -> Result<Vec<(Table, Sheet)>, DrawError> {
    let decisions = Decision::read(folder)?;
    if decisions.is_empty() {
        return Ok(Vec::new());
    }
    let page = match record.run.command.as_str() {
        "figure8" => {
            let published = PublishedLatency::parse(PUBLISHED_FIGURE8)?;
            let table = figure8(record, &decisions, &published);
            let sheet = table.sheet(&FIGURE8_FILES_ONLY, false);
            (table, sheet)
        }
        "figure9" => {
            let published = PublishedPlacement::parse(PUBLISHED_FIGURE9)?;
            let table = figure9(record, &decisions, &published);
            let sheet = table.sheet(&FIGURE9_FILES_ONLY, false);
            (table, sheet)
        }
        _ => {
            let table = replay(record, &decisions);
            let sheet = replay_sheet(&table);
            (table, sheet)
        }
    };
    Ok(vec![page])
}

/// Writes the picture of a table, where it has one, in both formats into `out`. Returns the files.
pub fn draw_replay(table: &Table, out: &Path) -> Result<Vec<PathBuf>, DrawError> {
    let mut files = Vec::new();
    match table.name {
        "figure8" => picture(&LatencyPlot::new(table), out, table.name, &mut files)?,
        "figure9" => picture(&PlacementPlot::new(table), out, table.name, &mut files)?,
        _ => {}
    }
    Ok(files)
}
