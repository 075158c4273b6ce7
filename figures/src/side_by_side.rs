//! Table III of several runs, one column each: machines, or builds, beside one another.

use record::{PUBLISHED_TABLE3, Published, PublishedError, Ratio, Record};

use crate::group::Groups;
use crate::order::{FLOOR, SPREADS, completeness, marks, provenance};
use crate::sheet::{Field, Head, Line, Sheet};
use crate::table::{Cell, Column, Row, Table};
use crate::table3::table3;

/// A quantity of Table III: server, packaging, quantity and unit.
type Key = [String; 4];

/// Table III of these runs: as data a row for each quantity and run, for people a column for each run, headed by its machine
/// and id. Ratios are over the first run. What was published has a column of its own.
pub fn side_by_side(records: &[Record]) -> Result<(Table, Sheet), PublishedError> {
    let published = Published::parse(PUBLISHED_TABLE3)?;
    let tables: Vec<Table> = records
        .iter()
        .map(|record| table3(record, &published))
        .collect();
    let keys = keys(&tables);
    let find = |table: &Table, key: &Key| -> Option<Row> {
        table
            .rows
            .iter()
            .find(|row| key_of(table, row) == *key)
            .cloned()
    };
    let mut rows = Vec::new();
    for key in &keys {
        let mut first = None;
        for (record, table) in records.iter().zip(&tables) {
            let row = find(table, key);
            let of = |name: &str| {
                row.as_ref()
                    .map_or(Cell::Empty, |row| table.cell(row, name).clone())
            };
            let measured = match of("measured") {
                Cell::Empty => Cell::Missing("not measured".to_owned()),
                measured => measured,
            };
            let value = measured.real();
            let ratio = first
                .flatten()
                .zip(value)
                .filter(|(first, _)| *first > 0.0)
                .map_or(Cell::Empty, |(first, value)| {
                    Cell::Ratio(Ratio(value / first))
                });
            first = first.or(Some(value));
            let mut cells: Vec<Cell> = key.iter().map(Cell::words).collect();
            cells.extend([
                Cell::words(&record.run.id),
                Cell::words(&record.run.machine.cpu),
                measured,
                of("tools"),
                ratio,
                of("published"),
            ]);
            rows.push(Row::plain(cells));
        }
    }
    let columns = vec![
        Column::words("server", "server"),
        Column::words("packaging", "packaging"),
        Column::words("quantity", "quantity"),
        Column::words("unit", "unit"),
        Column::words("run", "run"),
        Column::words("machine", "machine"),
        Column::estimate("measured", "measured"),
        Column::words("tools", "tools"),
        Column::number("measured_over_first", "measured / first run"),
        Column::number("published", "published"),
    ];
    let table = Table {
        name: "table3-side-by-side",
        title: format!("Table III of {} runs side by side", records.len()),
        columns,
        rows,
        notes: notes(records),
    };
    let sheet = sheet(&table, records);
    Ok((table, sheet))
}

/// The quantities of all tables, each once: servers as they first appear, their packagings together.
fn keys(tables: &[Table]) -> Vec<Key> {
    let mut keys: Vec<Key> = Vec::new();
    for table in tables {
        for row in &table.rows {
            let key = key_of(table, row);
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
    }
    let mut servers: Vec<String> = keys.iter().map(|[server, ..]| server.clone()).collect();
    let mut seen: Vec<String> = Vec::new();
    servers.retain(|server| {
        let new = !seen.contains(server);
        if new {
            seen.push(server.clone());
        }
        new
    });
    keys.sort_by_key(|[server, ..]| servers.iter().position(|known| known == server));
    keys
}

fn key_of(table: &Table, row: &Row) -> Key {
    ["server", "packaging", "quantity", "unit"].map(|name| table.words(row, name).to_owned())
}

/// One line for each quantity: the first run's number, then of each other run the number and its ratio to the first.
fn sheet(table: &Table, records: &[Record]) -> Sheet {
    let paper = table
        .rows
        .iter()
        .any(|row| *table.cell(row, "published") != Cell::Empty);
    let head = |text: String, right: bool| Head { text, right };
    let mut heads = vec![
        head("packaging".to_owned(), false),
        head("quantity".to_owned(), false),
    ];
    for (place, record) in records.iter().enumerate() {
        let machine = if record.run.machine.cpu.is_empty() {
            "unknown machine"
        } else {
            &record.run.machine.cpu
        };
        heads.push(head(format!("{machine}: {}", record.run.id), true));
        if place > 0 {
            heads.push(head("/ first".to_owned(), true));
        }
    }
    if paper {
        heads.push(head("paper: Intel NUC i5-1240P".to_owned(), true));
    }
    let mut lines = Vec::new();
    let (mut server, mut packaging) = (String::new(), String::new());
    for rows in table.rows.chunks(records.len().max(1)) {
        let Some(first) = rows.first() else { continue };
        let nobody = rows.iter().all(|row| {
            *table.cell(row, "measured") == Cell::Missing("not measured".to_owned())
                && *table.cell(row, "published") == Cell::Empty
        });
        if nobody {
            continue;
        }
        if server != table.words(first, "server") {
            table.words(first, "server").clone_into(&mut server);
            packaging.clear();
            let floor = if server == FLOOR {
                ": does nothing, the price of being measured"
            } else {
                ""
            };
            lines.push(Line::Group(format!("{server}{floor}")));
        }
        let mut fields = vec![Field::new("")];
        if packaging != table.words(first, "packaging") {
            table.words(first, "packaging").clone_into(&mut packaging);
            fields[0].text.clone_from(&packaging);
        }
        fields.push(Field::of(table.cell(first, "quantity")));
        for (place, row) in rows.iter().enumerate() {
            let mut measured = Field::of(table.cell(row, "measured"));
            if let Some((have, of)) = table.words(row, "tools").split_once(" of ")
                && have != of
                && table.cell(row, "measured").real().is_some()
            {
                measured.remark = Some(format!("{} over {have} of {of} tools", measured.text));
            }
            fields.push(measured);
            if place > 0 {
                fields.push(Field::of(table.cell(row, "measured_over_first")));
            }
        }
        if paper {
            let printed = rows.iter().map(|row| table.cell(row, "published"));
            let printed = printed.clone().find(|cell| **cell != Cell::Empty);
            fields.push(Field::of(printed.unwrap_or(&Cell::Empty)));
        }
        lines.push(Line::Fields {
            fields,
            weight: first.weight,
        });
    }
    Sheet {
        title: table.title.clone(),
        heads,
        lines: without_repetition(lines),
        notes: table.notes.clone(),
    }
}

/// A subject that no run could measure, and that nobody published, says so once and not for each quantity.
fn without_repetition(lines: Vec<Line>) -> Vec<Line> {
    let mut kept: Vec<Line> = Vec::new();
    for line in lines {
        if let (Some(Line::Fields { fields: before, .. }), Line::Fields { fields, .. }) =
            (kept.last_mut(), &line)
            && fields[0].text.is_empty()
            && before[2..] == fields[2..]
            && fields[2..]
                .iter()
                .all(|field| field.remark.is_some() || is_nothing(&field.text))
        {
            before[1].text = "–".to_owned();
            continue;
        }
        kept.push(line);
    }
    kept
}

fn is_nothing(text: &str) -> bool {
    ["–", "not measured", "unavailable"].contains(&text)
}

/// Where each column comes from, and what is to be known of it.
fn notes(records: &[Record]) -> Vec<String> {
    let mut notes: Vec<String> = records.iter().map(provenance).collect();
    notes.push(SPREADS.to_owned());
    if let Some((first, others)) = records.split_first() {
        for other in others {
            let mut differing = first.run.differences(&other.run);
            // What was asked and when does not change what a number means.
            differing
                .retain(|what| !["seed", "command", "question", "format version"].contains(what));
            if !differing.is_empty() {
                notes.push(format!(
                    "{} differs from {} in: {}.",
                    other.run.id,
                    first.run.id,
                    differing.join(", ")
                ));
            }
        }
    }
    notes.push("/ first: the number over that of the first run. Times of different machines say how the machines differ; what packagings cost is told by ratios within a column.".to_owned());
    for record in records {
        let groups = Groups::of(record);
        let own = completeness(record, &groups).into_iter();
        let own = own.chain(marks(record, &groups));
        notes.extend(own.map(|note| format!("{}: {note}", record.run.id)));
    }
    notes
}
