//! The table of what passed: printed for people, and kept in a file that reports are made from.

use std::fmt::Write as _;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::judge::Verdict;
use crate::wire::Wire;

/// One line: a server in a packaging on a wire.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Row {
    /// The server's name.
    pub server: String,
    /// How it is shipped.
    pub packaging: String,
    /// The revision.
    pub wire: String,
    /// Scenarios that were asked for.
    pub required: usize,
    /// Scenarios that passed.
    pub passed: usize,
    /// Different checks that held in them.
    pub checks: usize,
    /// Failures that were expected and came.
    pub expected_failures: usize,
}

impl Row {
    /// What a verdict comes down to.
    pub fn of(server: &str, packaging: &str, wire: Wire, verdict: &Verdict) -> Row {
        Row {
            server: server.to_owned(),
            packaging: packaging.to_owned(),
            wire: wire.to_string(),
            required: verdict.required,
            passed: verdict.passed,
            checks: verdict.held,
            expected_failures: verdict.expected,
        }
    }

    fn subject(&self) -> (&str, &str, &str) {
        (&self.server, &self.packaging, &self.wire)
    }
}

/// The table for people.
pub fn printed(rows: &[Row]) -> String {
    let mut text = format!(
        "{:20} {:10} {:10}  passed  checks  expected failures\n",
        "server", "packaging", "wire"
    );
    for row in rows {
        let passed = format!("{}/{}", row.passed, row.required);
        writeln!(
            text,
            "{:20} {:10} {:10}  {passed:>6}  {:>6}  {:>17}",
            row.server, row.packaging, row.wire, row.checks, row.expected_failures
        )
        .expect("a string takes all that is written");
    }
    text
}

/// The same as CSV.
///
/// # Errors
/// When a row cannot be written, which no row of text and numbers is.
pub fn written(rows: &[Row]) -> Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.serialize(row)?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

/// What rows have to do with those that were kept.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// Where they contradict them, a sentence each.
    pub faults: Vec<String>,
    /// What was not kept before: a server that is new.
    pub new: Vec<String>,
}

/// Compares rows with those that were kept. What this machine cannot build is not compared.
///
/// # Errors
/// When what was kept is no such table.
pub fn differences(rows: &[Row], kept: &str) -> Result<Differences> {
    let kept: Vec<Row> = csv::Reader::from_reader(kept.as_bytes())
        .deserialize()
        .collect::<Result<_, _>>()?;
    let mut told = Differences::default();
    for row in rows {
        let (server, packaging, wire) = row.subject();
        let name = format!("{server} {packaging} {wire}");
        match kept.iter().find(|old| old.subject() == row.subject()) {
            Some(old) if old == row => {}
            Some(old) => told.faults.push(format!("{name}: {row:?}, was {old:?}")),
            None => told.new.push(name),
        }
    }
    let measured = |packaging: &str| rows.iter().any(|row| row.packaging == packaging);
    for old in kept.iter().filter(|old| measured(&old.packaging)) {
        if !rows.iter().any(|row| row.subject() == old.subject()) {
            let (server, packaging, wire) = old.subject();
            told.faults.push(format!(
                "{server} {packaging} {wire} is in it and was not run"
            ));
        }
    }
    Ok(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(server: &str, packaging: &str, passed: usize) -> Row {
        Row {
            server: server.to_owned(),
            packaging: packaging.to_owned(),
            wire: "2025-11-25".to_owned(),
            required: 4,
            passed,
            checks: 10,
            expected_failures: 0,
        }
    }

    #[test]
    fn every_difference_is_told_and_nothing_else() {
        let kept = written(&[row("a", "native", 4), row("a", "component", 4)]).expect("CSV");
        let told = |rows: &[Row]| {
            let told = differences(rows, &kept).expect("a table");
            (told.faults.len(), told.new.len())
        };
        let both = [row("a", "native", 4), row("a", "component", 4)];
        assert_eq!(told(&both), (0, 0));
        // No component could be built.
        assert_eq!(told(&[row("a", "native", 4)]), (0, 0));
        assert_eq!(told(&[row("a", "native", 3)]), (1, 0));
        assert_eq!(
            told(&[row("a", "native", 4), row("b", "native", 4)]),
            (0, 1)
        );
        assert_eq!(told(&[row("b", "native", 4)]), (1, 1));
        assert!(differences(&[], "no,table\n1,2\n").is_err());
    }
}
