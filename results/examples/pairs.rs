//! How far `compare` may be trusted on this machine: what it says of equal runs, taken two and two, and of the same runs
//! after 10 % was planted into one tool of the second.
//!
//! `cargo run -p record --example pairs -- RUN RUN [RUN RUN ...]`; prints CSV, one row a pair, and the totals on stderr.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use record::{
    Cell, Comparison, Metric, Packaging, ReadError, Record, StartClass, Transport, compare,
};
use serde::Serialize;

/// What is planted: each of these numbers takes so many hundredths more.
const PLANTED_PERCENT: u64 = 10;

/// What the user sees as one tool of one run: a way to call it, at every input.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Tool {
    server: String,
    packaging: Packaging,
    start: Option<StartClass>,
    transport: Option<Transport>,
    tool: Option<String>,
}

/// One pair of runs.
#[derive(Serialize)]
struct Row {
    before: String,
    after: String,
    cells: usize,
    tested: usize,
    shift_percent: f64,
    /// Cells of the equal runs that were given a word, which is wrong.
    named_equal: usize,
    planted_into: String,
    planted_cells: usize,
    planted_named: usize,
    /// Cells that were given a word although nothing was planted into them.
    others_named: usize,
}

impl Tool {
    fn of(cell: &Cell) -> Self {
        Self {
            server: cell.server.clone(),
            packaging: cell.packaging,
            start: cell.start,
            transport: cell.transport,
            tool: cell.tool.clone(),
        }
    }

    fn has(&self, cell: &Cell) -> bool {
        cell.metric == Metric::Execution && Self::of(cell) == *self
    }

    fn name(&self) -> String {
        let start = self
            .start
            .map_or_else(String::new, |start| start.to_string());
        let transport = self
            .transport
            .map_or_else(String::new, |way| way.to_string());
        let tool = self.tool.as_deref().unwrap_or_default();
        format!(
            "{} {tool} {} {start} {transport}",
            self.server, self.packaging
        )
    }
}

/// Cells that the comparison gives a word to.
fn named(comparison: &Comparison) -> Vec<&Cell> {
    let told = comparison.cells.iter();
    let told = told.filter(|told| told.verdict.is_worse() || told.verdict.is_better());
    told.map(|told| &told.cell).collect()
}

fn pair(number: usize, before: &Record, mut after: Record) -> Row {
    let equal = compare(before, &after, &[]);
    let tools: BTreeSet<Tool> = equal
        .cells
        .iter()
        .filter(|told| told.cell.metric == Metric::Execution)
        .map(|told| Tool::of(&told.cell))
        .collect();
    let tool = tools.iter().nth(number % tools.len().max(1));
    let planted = |cell: &Cell| tool.is_some_and(|tool| tool.has(cell));
    for sample in &mut after.samples {
        if planted(&Cell::of(sample))
            && let Some(value) = sample.value
        {
            let more = value.value() * (100 + PLANTED_PERCENT) / 100;
            sample.value = Some(value.unit().quantity(more));
        }
    }
    let changed = compare(before, &after, &[]);
    let words = named(&changed);
    let planted_named = words.iter().filter(|cell| planted(cell)).count();
    Row {
        before: equal.before.id.clone(),
        after: equal.after.id.clone(),
        cells: equal.cells.len(),
        tested: equal.tested,
        shift_percent: equal.shift.map_or(0.0, |shift| (shift.ratio - 1.0) * 100.0),
        named_equal: named(&equal).len(),
        planted_into: tool.map(Tool::name).unwrap_or_default(),
        planted_cells: changed
            .cells
            .iter()
            .filter(|told| planted(&told.cell))
            .count(),
        planted_named,
        others_named: words.len() - planted_named,
    }
}

fn rows(folders: &[String]) -> Result<Vec<Row>, ReadError> {
    let pairs = folders.chunks_exact(2).enumerate();
    pairs
        .map(|(number, folders)| {
            let [before, after] =
                [&folders[0], &folders[1]].map(|name| Record::read(Path::new(name)));
            Ok(pair(number, &before?, after?))
        })
        .collect()
}

fn main() -> ExitCode {
    let folders: Vec<String> = std::env::args().skip(1).collect();
    if folders.is_empty() || folders.len() % 2 == 1 {
        eprintln!(
            "give the folders of equal runs, an even number of them, in the order in which they were measured"
        );
        return ExitCode::from(2);
    }
    let rows = match rows(&folders) {
        Ok(rows) => rows,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    let mut writer = csv::Writer::from_writer(io::stdout());
    let written = rows.iter().try_for_each(|row| writer.serialize(row));
    if let Err(error) = written.and_then(|()| Ok(writer.flush()?)) {
        eprintln!("cannot write: {error}; redirect to a file that may be written");
        return ExitCode::from(4);
    }
    let wrong = rows.iter().filter(|row| row.named_equal > 0).count();
    let found = rows
        .iter()
        .filter(|row| row.planted_named > 0 && row.others_named == 0)
        .count();
    let all = rows.len();
    eprintln!(
        "{all} pairs: equal, {wrong} have a cell with a word; with {PLANTED_PERCENT} % planted into one tool, in {found} it is named and nothing else"
    );
    ExitCode::SUCCESS
}
