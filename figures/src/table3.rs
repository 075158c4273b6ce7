//! Table III: every server and packaging, ours beside the published value.

use record::{InputSize, Metric, Packaging, Published, Ratio, Record, Unit, mean};

use crate::group::{Drawn, Group, Groups, cold, size, warm};
use crate::order::{FLOOR, SPREADS, completeness, provenance, servers};
use crate::sheet::{Field, Head, Line, Sheet};
use crate::table::{Cell, Column, Row, Table, Weight};

/// Two machines and two implementations agree if neither number is more than twice the other.
const AGREE: f64 = 2.0;

/// The verdict on two numbers of different things.
const UNLIKE: &str = "not alike";
/// How the note begins that says why.
const WHY_UNLIKE: &str = "Not alike: ";

/// The quantities of the paper's table, execution apart by input. A published execution stands beside our small inputs: the
/// paper's traces are of that size.
const QUANTITIES: [(&str, &str, &str); 5] = [
    ("cold-start", "cold-start", "cold start"),
    ("execution-small", "execution", "execution, small"),
    ("execution-large", "", "execution, large"),
    ("memory", "memory", "memory"),
    ("size", "size", "size"),
];

/// Table III as data: a row for each server, packaging and quantity. Measured and published numbers have columns of their own.
pub fn table3(record: &Record, published: &[Published]) -> Table {
    let groups = Groups::of(record);
    let mut rows = Vec::new();
    let servers = servers(&groups, record, published);
    for (server, packagings) in &servers {
        for &packaging in packagings {
            for (quantity, theirs, _) in QUANTITIES {
                let (unit, measured, tools) = measure(&groups, server, packaging, quantity);
                let theirs = published.iter().find(|number| {
                    number.server == *server
                        && number.packaging == packaging
                        && number.quantity == theirs
                });
                rows.push(row(
                    server, packaging, quantity, unit, measured, tools, theirs,
                ));
            }
        }
    }
    let mut notes = vec![
        provenance(record),
        SPREADS.to_owned(),
        "Cold start: from before the spawn to the answer to `initialize` (process-cold, containers container-cold). Execution: what a warm client waits, the mean over the server's tools of their medians. Memory: peak resident size after each tool's small input. Size: the component, program or image as built.".to_owned(),
        format!("`{FLOOR}` does nothing: its row is the price of being measured."),
        "Published: the paper's Table III, an Intel NUC i5-1240P, its own inputs; its \"WasmMCP\" stands at `component`, its \"Container\" at `container-reference`.".to_owned(),
    ];
    let absent: Vec<&str> = {
        let mut names: Vec<&str> = published
            .iter()
            .map(|number| number.server.as_str())
            .collect();
        names.dedup();
        names
            .into_iter()
            .filter(|name| servers.iter().all(|(server, _)| server != name))
            .collect()
    };
    if !absent.is_empty() {
        notes.push(format!(
            "In the paper's table and not in this run: {}.",
            absent.join(", ")
        ));
    }
    let unlike: Vec<String> = published
        .iter()
        .filter(|number| !number.unlike.is_empty())
        .filter(|number| {
            let same = |row: &Row| {
                row.cells[0] == Cell::words(&number.server)
                    && row.cells[1] == Cell::words(number.packaging.name())
                    && row.cells[9] == Cell::words(UNLIKE)
            };
            rows.iter().any(same)
        })
        .map(|number| {
            format!(
                "{} of {}, {}",
                number.quantity, number.server, number.unlike
            )
        })
        .collect();
    if !unlike.is_empty() {
        notes.push(format!("{WHY_UNLIKE}{}.", unlike.join("; ")));
    }
    notes.extend(completeness(record, &groups));
    let columns = vec![
        Column::words("server", "server"),
        Column::words("packaging", "packaging"),
        Column::words("quantity", "quantity"),
        Column::words("unit", "unit"),
        Column::estimate("measured", "measured"),
        Column::words("tools", "tools"),
        Column::number("published", "published"),
        Column::words("published_as_printed", "as printed"),
        Column::number("measured_over_published", "measured / published"),
        Column::words("verdict", "verdict"),
    ];
    Table {
        name: "table3",
        title: "Table III: cold start, execution, memory and size by server and packaging"
            .to_owned(),
        columns,
        rows,
        notes,
    }
}

fn row(
    server: &str,
    packaging: Packaging,
    quantity: &str,
    unit: Unit,
    measured: Cell,
    tools: String,
    theirs: Option<&Published>,
) -> Row {
    let ratio = theirs.and_then(|theirs| {
        let theirs = theirs.value.real();
        measured
            .real()
            .filter(|_| theirs > 0.0)
            .map(|ours| ours / theirs)
    });
    let (published, printed) = theirs.map_or((Cell::Empty, String::new()), |theirs| {
        (
            Cell::Published {
                printed: theirs.printed.clone(),
                value: theirs.value,
            },
            theirs.printed.clone(),
        )
    });
    Row::plain(vec![
        Cell::words(server),
        Cell::words(packaging.name()),
        Cell::words(quantity),
        Cell::words(unit.symbol()),
        measured,
        Cell::words(tools),
        published,
        Cell::words(printed),
        ratio.map_or(Cell::Empty, |ratio| Cell::Ratio(Ratio(ratio))),
        Cell::words(match (ratio, theirs) {
            (Some(_), Some(theirs)) if !theirs.unlike.is_empty() => UNLIKE,
            (Some(ratio), _) if agrees(ratio) => "agrees",
            (Some(_), _) => "differs",
            (None, _) => "",
        }),
    ])
}

/// One measured cell: its unit, the number or why there is none, and over how many tools it is a mean.
fn measure(
    groups: &Groups,
    server: &str,
    packaging: Packaging,
    quantity: &str,
) -> (Unit, Cell, String) {
    let cell = |metric: Metric, start| {
        (
            metric.unit(),
            groups.cell(server, packaging, metric, start),
            String::new(),
        )
    };
    match quantity {
        "cold-start" => cell(Metric::FirstAnswer, Some(cold(packaging))),
        "execution-small" => execution(groups, server, packaging, InputSize::Small),
        "execution-large" => execution(groups, server, packaging, InputSize::Large),
        "memory" => cell(Metric::PeakResident, None),
        _ => cell(size(packaging), None),
    }
}

/// The unweighted mean over tools of their medians, which is how the paper's column was made.
fn execution(
    groups: &Groups,
    server: &str,
    packaging: Packaging,
    size: InputSize,
) -> (Unit, Cell, String) {
    let metric = Metric::Execution;
    let mut tools: Vec<&str> = Vec::new();
    for key in groups.all.keys() {
        let of_size = key.input.as_ref().is_some_and(|input| input.size == size);
        if key.server == server && key.metric == metric && of_size {
            tools.extend(key.tool.as_deref());
        }
    }
    tools.sort_unstable();
    tools.dedup();
    let mut lacking = Group::default();
    let mut disturbed = 0;
    let medians: Vec<u64> = tools
        .iter()
        .filter_map(|tool| {
            // A tool with several inputs of this size counts once.
            let of_tool = groups
                .of_subject(server, packaging, metric)
                .filter(|(key, _)| {
                    key.tool.as_deref() == Some(tool)
                        && key.input.as_ref().is_some_and(|input| input.size == size)
                        && key.start == Some(warm(packaging))
                        && key.is_headline()
                });
            let medians: Vec<u64> = of_tool
                .filter_map(|(_, group)| {
                    lacking.why = lacking.why.take().or_else(|| group.why.clone());
                    disturbed += group.disturbed;
                    group.summary(metric).map(|summary| summary.median)
                })
                .collect();
            mean(&medians)
        })
        .collect();
    let counted = if tools.is_empty() {
        String::new()
    } else {
        format!("{} of {}", medians.len(), tools.len())
    };
    let cell = mean(&medians).map_or_else(
        || Cell::Missing(groups.reason(server, packaging, &lacking)),
        |mean| Cell::Quantity(metric.unit().quantity(mean)).disturbed(disturbed),
    );
    (metric.unit(), cell, counted)
}

fn agrees(ratio: f64) -> bool {
    (1.0 / AGREE..=AGREE).contains(&ratio)
}

/// `23.0× less`: what a ratio of ours to theirs says.
fn words(ratio: f64) -> String {
    match ratio {
        ratio if ratio < 0.995 => format!("{} less", Ratio(1.0 / ratio)),
        ratio if ratio > 1.005 => format!("{} more", Ratio(ratio)),
        _ => "the same".to_owned(),
    }
}

/// Table III for people: servers as groups, and in each a line for what was measured, what was published, and how they compare.
pub fn table3_sheet(table: &Table) -> Sheet {
    let mut lines = Vec::new();
    let mut rest = &table.rows[..];
    let mut group = "";
    while let Some(first) = rest.first() {
        let (server, packaging) = (
            table.words(first, "server"),
            table.words(first, "packaging"),
        );
        let same = |row: &&Row| {
            table.words(row, "server") == server && table.words(row, "packaging") == packaging
        };
        let length = rest.iter().take_while(same).count();
        let (rows, after) = rest.split_at(length);
        rest = after;
        if group != server {
            group = server;
            let floor = if server == FLOOR {
                ": does nothing, the price of being measured"
            } else {
                ""
            };
            lines.push(Line::Group(format!("{server}{floor}")));
        }
        subject(table, packaging, rows, &mut lines);
    }
    let mut heads = vec![
        Head {
            text: "packaging".to_owned(),
            right: false,
        },
        Head {
            text: "source".to_owned(),
            right: false,
        },
    ];
    heads.extend(QUANTITIES.map(|(_, _, heading)| Head {
        text: heading.to_owned(),
        right: true,
    }));
    Sheet {
        title: table.title.clone(),
        heads,
        lines,
        notes: table.notes.clone(),
    }
}

/// The lines of one server in one packaging.
fn subject(table: &Table, packaging: &str, rows: &[Row], lines: &mut Vec<Line>) {
    let mut push = |name: &str, source: &str, fields: Vec<Field>, weight: Weight| {
        let mut all = vec![Field::new(name), Field::new(source)];
        all.extend(fields);
        lines.push(Line::Fields {
            fields: all,
            weight,
        });
    };
    let mut measured: Vec<Field> = rows.iter().map(|row| measured(table, row)).collect();
    // A subject that cannot be measured says so once.
    if rows
        .iter()
        .all(|row| matches!(table.cell(row, "measured"), Cell::Missing(_)))
        && measured.iter().all(|field| *field == measured[0])
    {
        for field in measured.iter_mut().skip(1) {
            *field = Field::new("–");
        }
    }
    push(packaging, "measured", measured, Weight::Plain);
    if rows
        .iter()
        .all(|row| *table.cell(row, "published") == Cell::Empty)
    {
        return;
    }
    push(
        "",
        "published",
        rows.iter()
            .map(|row| Field::of(table.cell(row, "published")))
            .collect(),
        Weight::Plain,
    );
    if rows
        .iter()
        .all(|row| *table.cell(row, "measured_over_published") == Cell::Empty)
    {
        return;
    }
    let compared = rows
        .iter()
        .map(|row| match table.cell(row, "measured_over_published") {
            Cell::Ratio(Ratio(ratio)) => {
                let unlike = table.words(row, "verdict") == UNLIKE;
                let weight = if unlike || agrees(*ratio) {
                    Weight::Faint
                } else {
                    Weight::Strong
                };
                let text = if unlike {
                    UNLIKE.to_owned()
                } else {
                    words(*ratio)
                };
                Field {
                    text,
                    remark: None,
                    weight,
                }
            }
            _ => Field::new("–"),
        });
    push("", "ratio", compared.collect(), Weight::Plain);
}

/// A measured field; a mean that lacks tools says so.
fn measured(table: &Table, row: &Row) -> Field {
    let mut field = Field::of(table.cell(row, "measured"));
    if let Some((have, of)) = table.words(row, "tools").split_once(" of ")
        && have != of
        && matches!(table.cell(row, "measured").unmarked(), Cell::Quantity(_))
    {
        field.remark = Some(format!("{} over {have} of {of} tools", field.text));
    }
    field
}

/// What can be compared with the paper, disagreements first and the largest first among them.
pub fn table3_against(table: &Table) -> Table {
    let mut compared: Vec<(f64, Row)> = Vec::new();
    for row in &table.rows {
        let Cell::Ratio(Ratio(ratio)) = table.cell(row, "measured_over_published") else {
            continue;
        };
        let unlike = table.words(row, "verdict") == UNLIKE;
        let (verdict, weight) = if unlike {
            (UNLIKE, Weight::Plain)
        } else if agrees(*ratio) {
            ("agrees", Weight::Faint)
        } else {
            ("DIFFERS", Weight::Strong)
        };
        let cells = vec![
            Cell::words(verdict),
            Cell::words(table.words(row, "server")),
            Cell::words(table.words(row, "packaging")),
            Cell::words(table.words(row, "quantity")),
            Cell::words(table.words(row, "unit")),
            table.cell(row, "measured").clone(),
            table.cell(row, "published").clone(),
            Cell::Ratio(Ratio(*ratio)),
            Cell::words(words(*ratio)),
        ];
        // What is of something else stands last.
        let far = if unlike { -1.0 } else { ratio.ln().abs() };
        compared.push((far, Row { cells, weight }));
    }
    compared.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let differing = compared
        .iter()
        .filter(|(_, row)| row.weight == Weight::Strong)
        .count();
    let all = compared.iter().filter(|(far, _)| *far >= 0.0).count();
    let title = match differing {
        _ if all == 0 => {
            "Against the paper: nothing that it published was measured in this run".to_owned()
        }
        0 => format!("Against the paper: all {all} numbers agree within {AGREE}×"),
        _ => {
            format!("Against the paper: {differing} of {all} numbers DIFFER by more than {AGREE}×")
        }
    };
    let columns = vec![
        Column::words("verdict", "verdict"),
        Column::words("server", "server"),
        Column::words("packaging", "packaging"),
        Column::words("quantity", "quantity"),
        Column::words("unit", "unit"),
        Column::estimate("measured", "measured"),
        Column::number("published", "published"),
        Column::number("measured_over_published", "measured / published"),
        Column::words("measured_is", "measured is"),
    ];
    let mut notes = vec![
        "The paper's machine and inputs are not ours: a ratio between two packagings says more than a number beside a number.".to_owned(),
        format!("Numbers agree if neither is more than {AGREE} times the other."),
    ];
    let why = table
        .notes
        .iter()
        .filter(|note| note.starts_with(WHY_UNLIKE));
    notes.extend(why.cloned());
    Table {
        name: "table3-against",
        title,
        columns,
        rows: compared.into_iter().map(|(_, row)| row).collect(),
        notes,
    }
}
