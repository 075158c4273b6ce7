//! Two runs compared: what changed, what stayed, and what cannot be told.

use std::collections::BTreeMap;

use record::{Cell as Key, Compared, Comparison, Metric, PageCache, Ratio, Side, Verdict};

use crate::sheet::{Line, Sheet};
use crate::table::{Cell, Column, Row, Table, Weight};

/// How a note begins that makes every word doubtful.
const DIFFERENT: &str = "NOT THE SAME";
const MOVED: &str = "EVERYTHING MOVED";

/// Every cell that both runs have, with words before those without; then those that only one has.
pub fn comparison(comparison: &Comparison) -> Table {
    let mut cells: Vec<&Compared> = comparison.cells.iter().collect();
    cells.sort_by(|one, other| {
        let far = |compared: &Compared| compared.cost().ln().abs();
        let place = |compared: &Compared| (compared.verdict, compared.cell.server.clone());
        // Of one verdict and server, what is farthest apart comes first.
        place(one)
            .cmp(&place(other))
            .then(far(other).total_cmp(&far(one)))
    });
    let words = |key, heading| Column::words(key, heading);
    let columns = vec![
        words("verdict", "verdict"),
        words("change", "change"),
        words("server", "server"),
        words("packaging", "packaging"),
        words("metric", "metric"),
        words("call", "of"),
        words("unit", "unit"),
        Column::estimate("before", "before"),
        Column::estimate("after", "after"),
        Column::number("after_over_before", "after / before"),
        Column::number("ratio_low", "low"),
        Column::number("ratio_high", "high"),
        words("p", "p"),
        words("p_adjusted", "p over all"),
        Column::number("rounds_before", "rounds before"),
        Column::number("rounds_after", "rounds after"),
        Column::number("disturbed_before", "disturbed before"),
        Column::number("disturbed_after", "disturbed after"),
        Column::number("failed_before", "failed before"),
        Column::number("failed_after", "failed after"),
    ];
    let mut rows: Vec<Row> = cells.into_iter().map(row).chain(lone(comparison)).collect();
    for row in &mut rows {
        row.cells.resize(columns.len(), Cell::Empty);
    }
    Table {
        name: "comparison",
        title: title(comparison),
        columns,
        rows,
        notes: notes(comparison),
    }
}

/// The table for people: what has a word, and all of it if asked.
pub fn comparison_sheet(table: &Table, all: bool) -> Sheet {
    let mut shown = table.clone();
    if !all {
        shown.rows.retain(has_word);
    }
    let hidden = [
        "unit",
        "after_over_before",
        "ratio_low",
        "ratio_high",
        "p",
        "p_adjusted",
        "rounds_before",
        "rounds_after",
        "disturbed_before",
        "disturbed_after",
        "failed_before",
        "failed_after",
    ];
    // The verdict is the group.
    shown.sheet(&hidden, true)
}

/// What a pull request is told: how many cells have which word, what makes the words doubtful, the cells that have one, all
/// cells folded away, and what else is to be known.
pub fn comparison_markdown(table: &Table) -> String {
    let mut short = only_changes_stand_out(comparison_sheet(table, false));
    let mut all = only_changes_stand_out(comparison_sheet(table, true));
    let (runs, counts) = table
        .title
        .split_once(": ")
        .unwrap_or(("", table.title.as_str()));
    let (doubts, notes): (Vec<String>, Vec<String>) =
        table.notes.iter().cloned().partition(|note| is_doubt(note));
    short.title = counts.to_owned();
    short.notes.clear();
    let nothing = short.lines.is_empty();
    let mut out = short.markdown();
    let (heading, rows) = out.split_once("\n\n").unwrap_or((&out, ""));
    let rows = if nothing {
        "No cell changed by so much that it has a word.\n"
    } else {
        rows
    };
    let note = |notes: &[String]| {
        let sheet = Sheet {
            notes: notes.to_vec(),
            ..Sheet::default()
        };
        sheet.notes_markdown()
    };
    let doubts: String = doubts
        .iter()
        .map(|doubt| format!("> {}\n", note(std::slice::from_ref(doubt))))
        .collect();
    out = format!(
        "{heading}\n\n{}\n{doubts}{rows}",
        note(&[format!("{runs}.")])
    );
    all.notes.clear();
    all.title.clear();
    let all = all.markdown();
    out.push_str(&format!(
        "\n<details><summary>All {} cells</summary>\n\n{}\n</details>\n\n{}",
        table.rows.len(),
        all.trim_start_matches("### ").trim_start(),
        note(&notes)
    ));
    out
}

/// Whole lines in bold or italics are hard to read where they are all of a table: the change alone is bold.
fn only_changes_stand_out(mut sheet: Sheet) -> Sheet {
    for line in &mut sheet.lines {
        if let Line::Fields { fields, weight } = line {
            let weight = std::mem::take(weight);
            let change = fields.first_mut().filter(|_| weight != Weight::Faint);
            if let Some(change) = change {
                change.weight = weight;
            }
        }
    }
    sheet
}

/// Whether a row is of a cell that has a word: it changed.
fn has_word(row: &Row) -> bool {
    matches!(row.weight, Weight::Worse | Weight::Better)
}

/// Whether a note makes every word doubtful.
fn is_doubt(note: &str) -> bool {
    [DIFFERENT, MOVED]
        .iter()
        .any(|start| note.starts_with(start))
}

/// The cells that only one run has: no verdict, and no number either.
fn lone(comparison: &Comparison) -> impl Iterator<Item = Row> {
    let sides = [(&comparison.gone, "gone"), (&comparison.new, "new")];
    sides.into_iter().flat_map(|(cells, word)| {
        cells.iter().map(move |cell| {
            let mut cells = vec![Cell::words(word), Cell::words("–")];
            cells.extend(place(cell));
            Row {
                cells,
                weight: Weight::Faint,
            }
        })
    })
}

/// What a cell is, in the words of five columns.
fn place(cell: &Key) -> [Cell; 5] {
    [
        Cell::words(&cell.server),
        Cell::words(cell.packaging.name()),
        Cell::words(cell.metric.name()),
        Cell::words(call(cell)),
        Cell::words(cell.metric.unit().symbol()),
    ]
}

fn row(compared: &Compared) -> Row {
    let cell = &compared.cell;
    let side = |side: &record::Measured| match (&side.summary, &side.why) {
        (Some(summary), _) => {
            let kept = side.disturbed.saturating_sub(side.left_out);
            Cell::Estimate(summary.estimate()).disturbed(kept)
        }
        (None, Some(why)) => Cell::Missing(crate::group::explain(why)),
        (None, None) => Cell::Missing("not measured".to_owned()),
    };
    let ratio = |pick: fn(&record::Effect) -> f64| {
        compared
            .effect
            .as_ref()
            .map_or(Cell::Empty, |effect| Cell::Ratio(Ratio(pick(effect))))
    };
    let chance = |p: Option<f64>| Cell::words(p.map_or(String::new(), |p| format!("{p:.2e}")));
    let count = |rounds: usize| Cell::Count(u64::try_from(rounds).unwrap_or(u64::MAX));
    let mark = if compared.is_disturbed() { " †" } else { "" };
    let mut cells = vec![
        Cell::words(compared.verdict.name()),
        Cell::words(format!("{}{mark}", change(compared))),
    ];
    cells.extend(place(cell));
    cells.extend([
        side(&compared.before),
        side(&compared.after),
        ratio(|effect| effect.ratio),
        ratio(|effect| effect.low),
        ratio(|effect| effect.high),
        chance(compared.effect.and_then(|effect| effect.p)),
        chance(compared.effect.and_then(|effect| effect.adjusted)),
        count(compared.before.rounds),
        count(compared.after.rounds),
        Cell::Count(compared.before.disturbed),
        Cell::Count(compared.after.disturbed),
        Cell::Count(compared.before.failed),
        Cell::Count(compared.after.failed),
    ]);
    let weight = match compared.verdict {
        verdict if verdict.is_worse() => Weight::Worse,
        verdict if verdict.is_better() => Weight::Better,
        Verdict::Moved | Verdict::Unclear => Weight::Plain,
        _ => Weight::Faint,
    };
    Row { cells, weight }
}

/// `+12.3 % [+9.1 to +15.6]`: how far the second median is from the first.
fn change(compared: &Compared) -> String {
    let percent = |ratio: f64| {
        let text = format!("{:+.1}", (ratio - 1.0) * 100.0);
        // A zero has no sign worth telling.
        if text == "-0.0" {
            "+0.0".to_owned()
        } else {
            text
        }
    };
    match compared.effect {
        None => "–".to_owned(),
        Some(effect) if effect.p.is_none() => format!("{} %", percent(effect.ratio)),
        Some(effect) => format!(
            "{} % [{} to {}]",
            percent(effect.ratio),
            percent(effect.low),
            percent(effect.high)
        ),
    }
}

/// What tells a cell from others of its server, packaging and metric.
fn call(cell: &Key) -> String {
    let input = cell.input.as_ref().map(|input| input.name.clone());
    let parts = [
        input.or_else(|| cell.tool.clone()),
        cell.start.map(|start| start.to_string()),
        cell.transport.map(|transport| transport.to_string()),
        cell.proxy.as_ref().map(|proxy| format!("through {proxy}")),
        (cell.page_cache == Some(PageCache::Dropped)).then(|| "page cache dropped".to_owned()),
        cell.wire
            .filter(|_| !cell.is_headline())
            .map(|wire| wire.to_string()),
        (cell.concurrency.0 != 1).then(|| format!("{} in flight", cell.concurrency)),
        cell.load.map(|load| format!("{load} % of capacity")),
        cell.idle.map(|idle| format!("{idle} idle")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// How many cells have which word.
fn title(comparison: &Comparison) -> String {
    let mut counts: BTreeMap<Verdict, usize> = BTreeMap::new();
    for compared in &comparison.cells {
        *counts.entry(compared.verdict).or_default() += 1;
    }
    let lone = [(&comparison.gone, "gone"), (&comparison.new, "new")];
    let lone = lone.into_iter().filter(|(cells, _)| !cells.is_empty());
    let counts: Vec<String> = counts
        .iter()
        .map(|(verdict, count)| format!("{count} {verdict}"))
        .chain(lone.map(|(cells, word)| format!("{} {word}", cells.len())))
        .collect();
    format!(
        "{} against {}: {}",
        comparison.after.id,
        comparison.before.id,
        if counts.is_empty() {
            "they have no cell in common".to_owned()
        } else {
            counts.join(", ")
        }
    )
}

fn notes(comparison: &Comparison) -> Vec<String> {
    let mut notes = Vec::new();
    if !comparison.differences.is_empty() {
        notes.push(format!(
            "{DIFFERENT} {}: times of the two runs are not of the same thing.",
            comparison.differences.join(", ")
        ));
    }
    let shift = comparison.shift.map(|shift| {
        let percent = (shift.ratio - 1.0) * 100.0;
        let cells = shift.cells;
        if shift.is_too_much() {
            format!("{MOVED} by {percent:+.1} % ({cells} cells): so much that no time has a word; suspect the machine, and measure both builds again, close together.")
        } else if shift.is_suspect() {
            format!("{MOVED} by {percent:+.1} % ({cells} cells): changes are told beyond that; suspect the machine, or what all packagings share; measure the first build again to tell.")
        } else {
            format!("What all times have in common moved by {percent:+.1} % ({cells} cells).")
        }
    });
    notes.extend(shift);
    notes.extend([
        side("Before", &comparison.before),
        side("After", &comparison.after),
    ]);
    for (side, warnings) in [
        ("Before", &comparison.before.warnings),
        ("After", &comparison.after.warnings),
    ] {
        notes.extend(warnings.iter().map(|warning| format!("{side}: {warning}.")));
    }
    if !comparison.changed.is_empty() {
        let names: Vec<String> = comparison
            .changed
            .iter()
            .map(|(server, packaging)| format!("{server} ({packaging})"))
            .collect();
        notes.push(format!("Files that differ: {}.", names.join(", ")));
    }
    for (cells, which) in [(&comparison.gone, "first"), (&comparison.new, "second")] {
        if !cells.is_empty() {
            let verb = if cells.len() == 1 {
                "cell is"
            } else {
                "cells are"
            };
            notes.push(format!("{} {verb} in the {which} run only.", cells.len()));
        }
    }
    let sides = |compared: &Compared| compared.before.disturbed + compared.after.disturbed;
    if comparison.cells.iter().any(|compared| sides(compared) > 0) {
        notes.push("† Something else used the machine: beside a change, during more than a fifth of a side's samples; beside a number, during some that are in it. Disturbed samples are left out where enough others remain.".to_owned());
    }
    notes.push(format!(
        "A word is used where medians are at least 5 % apart and chance is excluded at 5 % over all {} tested cells (Welch over rounds, Holm). Change: of the rounds' medians beyond what all times have in common, with its 95 % interval.",
        comparison.tested
    ));
    let exact = |metric: Metric| metric.is_exact();
    if comparison
        .cells
        .iter()
        .any(|compared| exact(compared.cell.metric))
    {
        notes.push("Sizes are exact and need no test.".to_owned());
    }
    notes
}

fn side(name: &str, side: &Side) -> String {
    let revision = side.revision.as_deref().unwrap_or("unknown sources");
    let whole = if side.whole { "" } else { "; it did not end" };
    format!("{name}: {}, {}, {revision}{whole}.", side.id, side.start)
}
