//! The parity report: counts by server, and the table of differences in each server's DIFFERENCES.md.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result};
use record::Packaging;
use serde::{Deserialize, Serialize};

use crate::answer::side_by_side;
use crate::run::{Compared, Run};
use crate::suite::Suite;

/// The report that is kept, from the root of the repository.
pub const KEPT: &str = "results/reference/parity.csv";

/// Before and after the table that is written here.
const BEGIN: &str =
    "<!-- parity: this table is written by `UPDATE_PARITY=1 cargo test -p parity` -->";
const END: &str = "<!-- /parity -->";

/// The counts of one server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The server.
    pub server: String,
    /// What it was compared with.
    pub original: String,
    /// How many cases there are.
    pub cases: usize,
    /// How many of them are edges.
    pub edges: usize,
    /// How many answers of the component are the original's.
    pub equal_component: usize,
    /// How many answers of the native program are.
    pub equal_native: usize,
    /// How many cases are listed as differences.
    pub differences: usize,
}

impl Row {
    /// Of a run.
    pub fn of(run: &Run, suite: &Suite) -> Row {
        Row {
            server: run.server.clone(),
            original: run.original.clone(),
            cases: run.compared.len(),
            edges: run.compared.iter().filter(|one| one.edge).count(),
            equal_component: run.equal(Packaging::Component),
            equal_native: run.equal(Packaging::Native),
            differences: run
                .compared
                .iter()
                .filter(|one| suite.difference(&one.id).is_some())
                .count(),
        }
    }

    /// The share of cases in which both answer as the original does, in percent, rounded down.
    pub fn share(&self) -> usize {
        100 * self.equal_component.min(self.equal_native) / self.cases.max(1)
    }
}

/// The report for people.
pub fn table(rows: &[Row]) -> String {
    let mut lines = vec![format!(
        "{:20} {:>5} {:>5}  {:>9} {:>6}  {:>11}  original",
        "server", "cases", "edges", "component", "native", "differences"
    )];
    lines.extend(rows.iter().map(|row| {
        format!(
            "{:20} {:>5} {:>5}  {:>9} {:>6}  {:>11}  {}",
            row.server,
            row.cases,
            row.edges,
            row.equal_component,
            row.equal_native,
            row.differences,
            row.original
        )
    }));
    lines.join("\n")
}

/// Reads the counts that are kept.
///
/// # Errors
/// When the file is none of ours.
pub fn read(path: &Path) -> Result<Vec<Row>> {
    let mut reader = csv::Reader::from_path(path)
        .with_context(|| format!("{} cannot be read", path.display()))?;
    reader
        .deserialize()
        .map(|row| row.with_context(|| format!("in {}", path.display())))
        .collect()
}

fn write(path: &Path, rows: &[Row]) -> Result<()> {
    let mut writer = csv::Writer::from_path(path)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    rows.iter().try_for_each(|row| writer.serialize(row))?;
    Ok(writer.flush()?)
}

/// Puts rows into the file in place of those of the same servers; servers that it is not about keep theirs.
///
/// # Errors
/// When the file cannot be written.
pub fn merge(path: &Path, rows: Vec<Row>) -> Result<()> {
    let old = if path.exists() {
        read(path)?
    } else {
        Vec::new()
    };
    let mut by_name: BTreeMap<String, Row> = old
        .into_iter()
        .map(|row| (row.server.clone(), row))
        .collect();
    by_name.extend(rows.into_iter().map(|row| (row.server.clone(), row)));
    write(path, &by_name.into_values().collect::<Vec<_>>())
}

/// What a server's DIFFERENCES.md says, and what it is to say after this run.
pub fn document(run: &Run, suite: &Suite) -> (String, String) {
    let found = std::fs::read_to_string(suite.folder.join("DIFFERENCES.md")).unwrap_or_default();
    let table = differences(run, suite);
    let begun = match (found.is_empty(), &table) {
        (true, Some(_)) => format!("# Where {} differs from its original\n", suite.server),
        _ => found.clone(),
    };
    let wanted = replaced(&begun, table.as_deref());
    (found, wanted)
}

/// Writes a server's DIFFERENCES.md.
///
/// # Errors
/// When it cannot be written.
pub fn update(run: &Run, suite: &Suite) -> Result<()> {
    let (found, wanted) = document(run, suite);
    if found == wanted {
        return Ok(());
    }
    let path = suite.folder.join("DIFFERENCES.md");
    std::fs::write(&path, wanted).with_context(|| format!("{} cannot be written", path.display()))
}

/// The table of a server's differences; none where there are none.
pub fn differences(run: &Run, suite: &Suite) -> Option<String> {
    let mut lines = vec![
        format!(
            "Compared with {} by the {} cases of `parity.toml`.",
            run.original,
            run.compared.len()
        ),
        String::new(),
        "| case | original | ours | why | source |".to_owned(),
        "|---|---|---|---|---|".to_owned(),
    ];
    let empty = lines.len();
    for one in &run.compared {
        let Some(difference) = suite.difference(&one.id) else {
            continue;
        };
        let (original, ours) = cells(one);
        let plain = |text: &str| text.replace('|', "\\|");
        lines.push(format!(
            "| {} | {original} | {ours} | {} | {} |",
            one.id,
            plain(&difference.why),
            plain(&difference.source)
        ));
    }
    (lines.len() > empty).then(|| lines.join("\n"))
}

/// The two answers of a row; ours is named by packaging where only one differs or they differ from each other.
fn cells(one: &Compared) -> (String, String) {
    let differing: Vec<_> = one
        .ours
        .iter()
        .filter(|(_, ours)| !ours.equals(&one.original))
        .collect();
    let shown: Vec<_> = differing
        .iter()
        .map(|(packaging, ours)| (packaging, side_by_side(&one.original, ours)))
        .collect();
    let original = shown
        .first()
        .map(|(_, (original, _))| code(original))
        .unwrap_or_default();
    let alike =
        shown.len() == one.ours.len() && shown.windows(2).all(|two| two[0].1.1 == two[1].1.1);
    let ours = if alike {
        shown
            .first()
            .map(|(_, (_, ours))| code(ours))
            .unwrap_or_default()
    } else {
        let named: Vec<_> = shown
            .iter()
            .map(|(packaging, (_, ours))| format!("{packaging}: {}", code(ours)))
            .collect();
        named.join("; ")
    };
    (original, ours)
}

/// A text as code on one line of a table.
fn code(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    let inside = quoted[1..quoted.len() - 1]
        .replace("\\\"", "\"")
        .replace('|', "\\|");
    let fence = if inside.contains('`') { "``" } else { "`" };
    match inside.trim().is_empty() {
        true => "(empty)".to_owned(),
        false if fence.len() == 2 => format!("{fence} {inside} {fence}"),
        false => format!("{fence}{inside}{fence}"),
    }
}

/// A document with its table replaced, taken away, or put at its end.
pub fn replaced(document: &str, table: Option<&str>) -> String {
    let place = document
        .find(BEGIN)
        .and_then(|from| Some((from, from + document[from..].find(END)? + END.len())));
    match (place, table) {
        (Some((from, until)), Some(table)) => format!(
            "{}{BEGIN}\n\n{table}\n\n{END}{}",
            &document[..from],
            &document[until..]
        ),
        (Some((from, until)), None) => {
            format!("{}{}", document[..from].trim_end(), &document[until..])
        }
        (None, Some(table)) => format!(
            "{}\n\n## Case by case\n\n{BEGIN}\n\n{table}\n\n{END}\n",
            document.trim_end()
        ),
        (None, None) => document.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_put_replaced_and_taken_away() {
        let first = replaced("# Title\n\nText.\n", Some("| a |"));
        assert!(
            first.starts_with("# Title\n\nText.\n\n## Case by case\n") && first.contains("| a |"),
            "{first}"
        );
        let second = replaced(&first, Some("| b |"));
        assert_eq!(second, first.replace("| a |", "| b |"));
        assert_eq!(replaced(&second, Some("| b |")), second);
        assert!(!replaced(&second, None).contains("parity"));
        assert_eq!(replaced("text\n", None), "text\n");
    }

    #[test]
    fn answers_stay_within_their_cell() {
        for (text, cell) in [
            ("a\nb", "`a\\nb`"),
            ("a|b \"c\"", "`a\\|b \"c\"`"),
            ("```diff", "`` ```diff ``"),
            (" ", "(empty)"),
        ] {
            assert_eq!(code(text), cell);
        }
    }
}
