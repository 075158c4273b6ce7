//! What was tried, kept: a row a target.

use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::run::Tried;
use crate::target::{TARGETS, Target};

/// For how many seconds each target was to be fed that reads what anybody may send.
const SECONDS: u64 = 600;
/// And each that reads a file which a person has to hand over.
const SECONDS_OF_FILES: u64 = 120;
/// How many edges the simplest target reaches within a second; with fewer, its first checks let nothing through.
const EDGES: u64 = 500;

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

/// For how many seconds a target must have been fed, and how many inputs. A picture and a repository are files, written for each
/// input; the calls of a trace and of a profile are placed by every scheduler, those of a scenario played.
fn least(target: &Target) -> (u64, u64) {
    match target.name {
        "image" | "git" => (SECONDS, 50_000),
        "trace" | "scenario" | "profile" | "record" => (SECONDS_OF_FILES, 50_000),
        "otlp" | "tape" => (SECONDS_OF_FILES, 200_000),
        _ => (SECONDS, 1_000_000),
    }
}

/// What a log of long runs lacks: each target's row, within its bounds, with its planted fault found and nothing else.
pub fn lacks(rows: &[Row]) -> Vec<String> {
    let mut lacks = Vec::new();
    for target in TARGETS {
        let mut own = rows.iter().filter(|row| row.target == target.name);
        let (Some(row), None) = (own.next(), own.next()) else {
            lacks.push(format!("one row of {}", target.name));
            continue;
        };
        let (seconds, executions) = least(target);
        let bounds = [
            (row.seconds, seconds, "seconds"),
            (row.executions, executions, "executions"),
            (row.edges, EDGES, "edges"),
            (row.planted_found_after, 1, "the planted fault"),
        ];
        for (reached, least, what) in bounds {
            if reached < least {
                lacks.push(format!("{what} of {}: {reached} of {least}", target.name));
            }
        }
        if row.found != "nothing" {
            lacks.push(format!("a mend of {}: {}", target.name, row.found));
        }
    }
    lacks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(target: &str, (seconds, executions): (u64, u64)) -> Row {
        Row {
            target: target.to_owned(),
            seconds,
            executions,
            edges: 2000,
            corpus: 3,
            seeds: 4,
            peak_mb: 5,
            found: "nothing".to_owned(),
            planted_found_after: 6,
        }
    }

    #[test]
    fn a_row_that_is_missing_or_short_of_a_bound_is_told() {
        let whole: Vec<Row> = TARGETS
            .iter()
            .map(|target| row(target.name, least(target)))
            .collect();
        assert!(lacks(&whole).is_empty(), "{:?}", lacks(&whole));
        assert_eq!(lacks(&[]).len(), TARGETS.len());
        let alterations: [fn(&mut Row); 6] = [
            |row| row.target = "another".to_owned(),
            |row| row.seconds -= 1,
            |row| row.executions -= 1,
            |row| row.edges = 100,
            |row| row.found = "it panicked".to_owned(),
            |row| row.planted_found_after = 0,
        ];
        for place in 0..whole.len() {
            for alter in alterations {
                let mut altered = whole.clone();
                alter(&mut altered[place]);
                let told = lacks(&altered);
                let name = &whole[place].target;
                assert_eq!(told.len(), 1, "{told:?}");
                assert!(told[0].contains(name), "{told:?} does not name {name}");
            }
            let twice = [whole.as_slice(), &whole[place..=place]].concat();
            assert_eq!(lacks(&twice).len(), 1);
        }
    }

    #[test]
    fn a_target_has_one_row() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("log.csv");
        for (target, executions) in [("a", 1), ("b", 2), ("a", 3)] {
            keep(&file, row(target, (601, executions))).expect("written");
        }
        let kept = [row("b", (601, 2)), row("a", (601, 3))];
        assert_eq!(read(&file).expect("read"), kept);
    }
}
