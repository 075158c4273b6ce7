//! What was tried, kept: a row a target.

use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::run::Tried;

/// One target's long run, and the one with the planted fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The target.
    pub target: String,
    /// How long it was fed, in seconds.
    pub seconds: u64,
    /// How many inputs were fed.
    pub executions: u64,
    /// How many edges they reached.
    pub edges: u64,
    /// How many inputs were kept.
    pub corpus: u64,
    /// How many inputs it began with.
    pub seeds: u64,
    /// The most memory held, in MB.
    pub peak_mb: u64,
    /// What broke a rule, or nothing.
    pub found: String,
    /// After how many inputs the planted fault was found; 0 where it was not.
    pub planted_found_after: u64,
}

impl Row {
    /// A row of both runs.
    pub fn of(target: &str, seeds: usize, tried: &Tried, planted: &Tried) -> Row {
        let found = tried.found.as_ref();
        Row {
            target: target.to_owned(),
            seconds: tried.seconds,
            executions: tried.executions,
            edges: tried.edges,
            corpus: tried.corpus,
            seeds: seeds as u64,
            peak_mb: tried.megabytes,
            found: found.map_or_else(|| "nothing".to_owned(), |(_, why)| why.clone()),
            planted_found_after: planted.found.as_ref().map_or(0, |_| planted.executions),
        }
    }
}

/// Reads a log; none where there is no file.
///
/// # Errors
/// When it is no log.
pub fn read(file: &Path) -> Result<Vec<Row>> {
    if !file.exists() {
        return Ok(Vec::new());
    }
    let mut rows = csv::Reader::from_path(file)?;
    rows.deserialize()
        .collect::<Result<_, _>>()
        .with_context(|| format!("{} is no log of this program; move it away", file.display()))
}

/// Puts a row in the place of the target's older one and writes the log.
///
/// # Errors
/// When the file cannot be read or written.
pub fn keep(file: &Path, row: Row) -> Result<()> {
    let mut rows = read(file)?;
    rows.retain(|older| older.target != row.target);
    rows.push(row);
    let mut written = csv::Writer::from_path(file)
        .with_context(|| format!("{} cannot be written", file.display()))?;
    for row in &rows {
        written.serialize(row)?;
    }
    Ok(written.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_has_one_row() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("log.csv");
        let row = |target: &str, executions| Row {
            target: target.to_owned(),
            seconds: 1,
            executions,
            edges: 2,
            corpus: 3,
            seeds: 4,
            peak_mb: 5,
            found: "nothing".to_owned(),
            planted_found_after: 6,
        };
        for (target, executions) in [("a", 1), ("b", 2), ("a", 3)] {
            keep(&file, row(target, executions)).expect("written");
        }
        assert_eq!(read(&file).expect("read"), [row("b", 2), row("a", 3)]);
    }
}
