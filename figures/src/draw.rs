//! Redraws everything that can be drawn from a run's folder.

use std::fs;
use std::path::{Path, PathBuf};

use record::{
    DecisionError, OfferError, PUBLISHED_TABLE3, Published, PublishedError, ReadError, Record,
};

use crate::figure::{ColdStart, DensityPlot, ExecutionRatio, LoadPlot, Picture};
use crate::group::Groups;
use crate::order::marks;
use crate::replays::{draw_replay, replays};
use crate::sheet::{Line, Sheet};
use crate::table::{Table, Weight};
use crate::{
    calls, cold_start, contained, container_ratio, decomposition, density, detail, execution_ratio,
    load, load_sheet, memory, offers, reference_ratio, sizes, startup, stops, table3,
    table3_against, table3_sheet, vectors, ways,
};

/// Pages with a line for each cell of the run, which only a file has room for.
const FILES_ONLY: [&str; 2] = ["table3-stops", "table3-detail"];

/// A page with more rows has its place in a file; a terminal is told which, and what stands out in it. The table itself is always printed.
const LONGEST: usize = 80;
const ALWAYS: &str = "table3";

/// Pages that a run need not have.
const OPTIONAL: [&str; 9] = [
    "table3-container",
    "table3-container-ratio",
    "table3-decomposition",
    "table3-load",
    "table3-density",
    "table3-reference",
    "table3-stops",
    "table3-vectors",
    "table3-ways",
];

/// How wide a text file's tables are.
const WIDTH: usize = 100;

/// Why nothing, or not everything, was drawn.
#[derive(Debug, thiserror::Error)]
pub enum DrawError {
    /// The folder cannot be read as a run.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The published numbers that are compiled in are broken: our bug.
    #[error(transparent)]
    Published(#[from] PublishedError),
    /// The servers' lists of tools cannot be read.
    #[error(transparent)]
    Offers(#[from] OfferError),
    /// A replay's decisions cannot be read.
    #[error(transparent)]
    Decisions(#[from] DecisionError),
    /// A file cannot be written.
    #[error("cannot write {path}: {why}; free space, or give a folder that may be written")]
    Write {
        /// The file.
        path: PathBuf,
        /// The reason.
        why: String,
    },
}

/// The tables of a run, as data and as text for people.
pub struct Report {
    /// Each table, and how it is shown.
    pub pages: Vec<(Table, Sheet)>,
    /// The numbers of the cold-start figure.
    pub cold_start: Table,
}

impl Report {
    /// The page of this name, where the run has what it shows.
    pub fn page(&self, name: &str) -> Option<&(Table, Sheet)> {
        self.pages.iter().find(|(table, _)| table.name == name)
    }

    /// Every page that a terminal has room for, and the names of those that it has not, in lines of at most `width` characters. A note that several pages share is
    /// printed once.
    pub fn terminal(&self, width: usize, colour: bool) -> String {
        let mut out = String::new();
        let mut seen: Vec<&str> = Vec::new();
        let shown = |table: &Table| !table.rows.is_empty() && !FILES_ONLY.contains(&table.name);
        for (table, sheet) in self.pages.iter().filter(|(table, _)| shown(table)) {
            let mut page = sheet.clone();
            if table.rows.len() > LONGEST && table.name != ALWAYS {
                let (title, rows) = (&table.title, table.rows.len());
                page.title = format!("{title}: {rows} rows, in {}.md", table.name);
                page.notes.clear();
                page.lines = outstanding(&sheet.lines);
                if page.lines.is_empty() {
                    out.push_str(&format!("{}\n\n", page.title));
                } else {
                    page.title.push_str("; of these");
                    out.push_str(&page.terminal(width, colour));
                    out.push('\n');
                }
                continue;
            }
            page.notes.retain(|note| !seen.contains(&note.as_str()));
            seen.extend(sheet.notes.iter().map(String::as_str));
            out.push_str(&page.terminal(width, colour));
            out.push('\n');
        }
        out
    }
}

/// The lines that stand out, each below its group.
fn outstanding(lines: &[Line]) -> Vec<Line> {
    let mut kept = Vec::new();
    let mut group = None;
    for line in lines {
        match line {
            Line::Group(_) => group = Some(line),
            Line::Fields {
                weight: Weight::Strong,
                ..
            } => {
                kept.extend(group.take().cloned());
                kept.push(line.clone());
            }
            Line::Fields { .. } => {}
        }
    }
    kept
}

/// Makes every table of a run.
pub fn report(record: &Record) -> Result<Report, DrawError> {
    let published = Published::parse(PUBLISHED_TABLE3)?;
    let marks = marks(record, &Groups::of(record));
    let footnoted = |mut table: Table| {
        if table.is_disturbed() {
            table.notes.extend(marks.clone());
        }
        table
    };
    let shown_by = |table: Table, sheet: &dyn Fn(&Table) -> Sheet| {
        let table = footnoted(table);
        let sheet = sheet(&table);
        (table, sheet)
    };
    let table = table3(record, &published);
    let against = table3_against(&table);
    // A server's name is the group, units print themselves, and an input's name tells tool and size.
    let mut pages = vec![
        shown_by(table, &table3_sheet),
        shown_by(against, &|table| {
            table.sheet(&["unit", "measured_over_published"], false)
        }),
        shown_by(contained(record, &published), &|table| {
            table.sheet(&["unit"], true)
        }),
        shown_by(execution_ratio(record, &published), &|table| {
            table.sheet(
                &["tool", "input_size", "unit", "ratio_low", "ratio_high"],
                true,
            )
        }),
        shown_by(reference_ratio(record, &published), &|table| {
            table.sheet(
                &["tool", "input_size", "unit", "ratio_low", "ratio_high"],
                true,
            )
        }),
        shown_by(container_ratio(record, &published), &|table| {
            table.sheet(
                &["tool", "input_size", "unit", "ratio_low", "ratio_high"],
                true,
            )
        }),
        shown_by(decomposition(record, &published), &|table| {
            table.sheet(&["unit", "ratio_low", "ratio_high"], true)
        }),
        shown_by(vectors(record), &|table| table.sheet(&["unit"], false)),
        shown_by(startup(record, &published), &|table| {
            table.sheet(&["unit"], true)
        }),
        shown_by(ways(record, &published), &|table| {
            table.sheet(&["unit"], true)
        }),
        shown_by(calls(record, &published), &|table| {
            table.sheet(&["metric", "unit", "wire", "p95"], true)
        }),
        shown_by(load(record, &published), &load_sheet),
        shown_by(density(record, &published), &|table| table.sheet(&[], true)),
        shown_by(memory(record, &published), &|table| table.sheet(&[], true)),
        shown_by(sizes(record, &published), &|table| table.sheet(&[], true)),
        shown_by(stops(record), &|table| table.sheet(&[], false)),
        shown_by(detail(record), &|table| table.sheet(&[], false)),
    ];
    // Not every run was asked for these.
    pages.retain(|(table, _)| !OPTIONAL.contains(&table.name) || !table.rows.is_empty());
    Ok(Report {
        pages,
        cold_start: footnoted(cold_start(record, &published)),
    })
}

/// Reads the run in `run` and writes every table and figure into `out`, which may be the same folder. Returns the files.
pub fn draw_run(run: &Path, out: &Path) -> Result<Vec<PathBuf>, DrawError> {
    let record = Record::read(run)?;
    let mut files = Vec::new();
    for page in &offers(&record, run)? {
        files.extend(draw_page(page, out)?);
    }
    // A replay has its own tables and no other.
    let replays = replays(&record, run)?;
    if !replays.is_empty() {
        for page in &replays {
            files.extend(draw_page(page, out)?);
            files.extend(draw_replay(&page.0, out)?);
        }
        return Ok(files);
    }
    // A run that asked for tools and measured nothing has no other table.
    if files.is_empty() || !record.samples.is_empty() {
        files.extend(draw_report(&report(&record)?, out)?);
    }
    Ok(files)
}

/// Writes every table and figure of a report into `out`. Returns the files.
pub fn draw_report(report: &Report, out: &Path) -> Result<Vec<PathBuf>, DrawError> {
    let mut files = Vec::new();
    for page in &report.pages {
        files.extend(draw_page(page, out)?);
    }
    let mut write = |name: String, text: &str| {
        files.push(write(out, &name, text)?);
        Ok::<(), DrawError>(())
    };
    let (table, sheet) = &report.pages[0];
    write(format!("{}.tex", table.name), &sheet.latex())?;
    write(format!("{}.txt", table.name), &sheet.terminal(WIDTH, false))?;
    let cold_start = &report.cold_start;
    write(format!("{}.csv", cold_start.name), &cold_start.csv())?;
    // These figures have the numbers of their tables.
    let figure = |page: &str, name: &'static str| {
        report.page(page).map(|(table, _)| Table {
            name,
            ..table.clone()
        })
    };
    let ratio = figure("table3-ratio", "figure-execution-ratio");
    let load = figure("table3-load", "figure-load");
    let density = figure("table3-density", "figure-density");
    for table in [&ratio, &load, &density].into_iter().flatten() {
        write(format!("{}.csv", table.name), &table.csv())?;
    }
    let name = cold_start.name;
    picture(&ColdStart::new(cold_start), out, name, &mut files)?;
    if let Some(table) = &ratio {
        picture(&ExecutionRatio::new(table), out, table.name, &mut files)?;
    }
    if let Some(table) = &load {
        picture(&LoadPlot::new(table), out, table.name, &mut files)?;
    }
    if let Some(table) = &density {
        picture(&DensityPlot::new(table), out, table.name, &mut files)?;
    }
    Ok(files)
}

/// Writes one table, as CSV and as Markdown, into `out`. Returns the files.
pub fn draw_page((table, sheet): &(Table, Sheet), out: &Path) -> Result<Vec<PathBuf>, DrawError> {
    fs::create_dir_all(out).map_err(|error| DrawError::Write {
        path: out.to_owned(),
        why: error.to_string(),
    })?;
    Ok(vec![
        write(out, &format!("{}.csv", table.name), &table.csv())?,
        write(out, &format!("{}.md", table.name), &sheet.markdown())?,
    ])
}

fn write(out: &Path, name: &str, text: &str) -> Result<PathBuf, DrawError> {
    let path = out.join(name);
    match fs::write(&path, text) {
        Ok(()) => Ok(path),
        Err(error) => Err(DrawError::Write {
            path,
            why: error.to_string(),
        }),
    }
}

/// Writes a picture in both formats.
pub(crate) fn picture(
    picture: &impl Picture,
    out: &Path,
    name: &str,
    files: &mut Vec<PathBuf>,
) -> Result<(), DrawError> {
    let failure = |path: &Path, why: String| DrawError::Write {
        path: path.to_owned(),
        why,
    };
    let path = out.join(format!("{name}.svg"));
    let svg = picture.svg().map_err(|why| failure(&path, why))?;
    fs::write(&path, svg).map_err(|error| failure(&path, error.to_string()))?;
    files.push(path);
    let path = out.join(format!("{name}.png"));
    let png = picture.png().map_err(|why| failure(&path, why))?;
    fs::write(&path, png).map_err(|error| failure(&path, error.to_string()))?;
    files.push(path);
    Ok(())
}
