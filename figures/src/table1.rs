//! Table I: the tools that servers list, where the published static mapping places them, and how both differ.

use std::collections::{BTreeMap, BTreeSet};

use record::{Offer, PublishedTool};

use crate::order::FLOOR;
use crate::sheet::{Field, Head, Line, Sheet};
use crate::table::{Cell, Column, Row, Table, Weight};

/// Every tool once: of our servers, floor last, and of published servers that are not here. `provenance` says where it comes from.
pub fn table1(offers: &[Offer], published: &[PublishedTool], provenance: &str) -> Table {
    let mut rows = Vec::new();
    for server in servers(offers, published) {
        let of_server: Vec<&Offer> = offers
            .iter()
            .filter(|offer| offer.subject.server == server)
            .collect();
        let printed: Vec<&PublishedTool> = published
            .iter()
            .filter(|tool| tool.server == server)
            .collect();
        rows.extend(rows_of(&server, &of_server, &printed));
    }
    Table {
        name: "table1",
        title: "Table I: tools and their static mapping".to_owned(),
        columns: vec![
            Column::words("server", "server"),
            Column::words("tool", "tool"),
            Column::words("listed_by", "listed by"),
            Column::words("published_as", "published as"),
            Column::words("difference", "difference"),
            Column::words("mapping", "static mapping"),
            Column::words("rationale", "rationale (paper)"),
        ],
        rows,
        notes: vec![
            provenance.to_owned(),
            "Listed by: the packagings whose own tools/list names the tool. Published: Table I of the paper, which prints seven of its nine servers.".to_owned(),
            "Renamed: what is missing under the printed name is listed with the same words in another order or spelling. More and missing are against the printed table.".to_owned(),
        ],
    }
}

/// How each server's list differs from what is printed: a row a server.
pub fn table1_difference(table: &Table) -> Table {
    let mut order: Vec<&str> = Vec::new();
    let mut counts: BTreeMap<&str, BTreeMap<&str, u64>> = BTreeMap::new();
    for row in &table.rows {
        let server = table.words(row, "server");
        if !order.contains(&server) {
            order.push(server);
        }
        let difference = table.words(row, "difference");
        let counts = counts.entry(server).or_default();
        *counts.entry(difference).or_default() += 1;
    }
    let rows = order.into_iter().map(|server| {
        let count = |difference| counts[server].get(difference).copied().unwrap_or(0);
        let [equal, renamed, more] = [EQUAL, RENAMED, MORE].map(count);
        let missing = count(MISSING) + count(ABSENT) + count(SILENT);
        let unpublished = count(UNPUBLISHED);
        let weight = if missing + renamed > 0 {
            Weight::Worse
        } else {
            Weight::Plain
        };
        let cells = [
            equal + renamed + more + unpublished,
            equal + renamed + missing,
            equal,
            more,
            missing,
            renamed,
        ];
        let mut row = vec![Cell::words(server)];
        row.extend(cells.map(Cell::Count));
        Row { cells: row, weight }
    });
    Table {
        name: "table1-difference",
        title: "Table I against the published one, by server".to_owned(),
        columns: vec![
            Column::words("server", "server"),
            Column::number("listed", "listed"),
            Column::number("published", "published"),
            Column::number("equal", "equal"),
            Column::number("more", "more"),
            Column::number("missing", "missing"),
            Column::number("renamed", "renamed"),
        ],
        rows: rows.collect(),
        notes: Vec::new(),
    }
}

/// Table I for people: a heading a server, with its mapping, and a line a tool.
pub fn table1_sheet(table: &Table) -> Sheet {
    let head = |text: &str| Head {
        text: text.to_owned(),
        right: false,
    };
    let mut lines = Vec::new();
    let mut server = "";
    for row in &table.rows {
        if table.words(row, "server") != server {
            server = table.words(row, "server");
            let of_server = || {
                let rows = table.rows.iter();
                rows.filter(|other| table.words(other, "server") == server)
            };
            let mapping = of_server()
                .map(|row| (table.words(row, "mapping"), table.words(row, "rationale")))
                .find(|(mapping, _)| !mapping.is_empty());
            lines.push(Line::Group(match mapping {
                Some((mapping, rationale)) => format!("{server}: {mapping} ({rationale})"),
                None if server == FLOOR => {
                    format!("{server}: does nothing, the price of being measured")
                }
                None => format!("{server}: not in the published table"),
            }));
        }
        let difference = table.words(row, "difference");
        let field = |key| Field::of(table.cell(row, key));
        let shown = match difference {
            EQUAL | UNPUBLISHED => String::new(),
            RENAMED => format!("printed as {}", table.words(row, "published_as")),
            other => other.to_owned(),
        };
        lines.push(Line::Fields {
            fields: vec![field("tool"), field("listed_by"), Field::new(shown)],
            weight: row.weight,
        });
    }
    Sheet {
        title: table.title.clone(),
        heads: vec![head("tool"), head("listed by"), head("against the paper")],
        lines,
        notes: table.notes.clone(),
    }
}

const EQUAL: &str = "equal";
const RENAMED: &str = "renamed";
const MORE: &str = "more";
const MISSING: &str = "missing";
/// A published server that was not asked.
const ABSENT: &str = "server not asked";
/// A server that was asked and did not answer.
const SILENT: &str = "no answer";
/// A server of which nothing is printed.
const UNPUBLISHED: &str = "not published";

/// The published servers in their order, then ours that are not among them, and the floor last.
fn servers(offers: &[Offer], published: &[PublishedTool]) -> Vec<String> {
    let mut servers: Vec<String> = Vec::new();
    let printed = published.iter().map(|tool| &tool.server);
    let mut ours: Vec<&String> = offers.iter().map(|offer| &offer.subject.server).collect();
    ours.sort_by_key(|server| (server.as_str() == FLOOR, *server));
    for server in printed.chain(ours) {
        if !servers.contains(server) {
            servers.push(server.clone());
        }
    }
    servers
}

fn rows_of(server: &str, offers: &[&Offer], printed: &[&PublishedTool]) -> Vec<Row> {
    // in the order of whoever lists it first
    let mut listed: Vec<(&str, Vec<&str>)> = Vec::new();
    for offer in offers {
        let packaging = offer.subject.packaging.name();
        for name in offer.names() {
            match listed.iter_mut().find(|(known, _)| *known == name) {
                Some((_, by)) => by.push(packaging),
                None => listed.push((name, vec![packaging])),
            }
        }
    }
    let is_listed = |name: &str| listed.iter().any(|(known, _)| *known == name);
    let is_printed = |name: &str| printed.iter().any(|tool| tool.tool == name);
    let silent = offers.iter().all(|offer| offer.failed.is_some());
    let mut rows = Vec::new();
    let mut renamed: BTreeSet<&str> = BTreeSet::new();
    let row = |tool: &str, by: &[&str], as_printed: Option<&PublishedTool>, difference: &str| {
        let words = |text: Option<String>| text.map_or(Cell::Empty, Cell::Words);
        let by = (!by.is_empty()).then(|| by.join(", "));
        let weight = match difference {
            MISSING | RENAMED => Weight::Worse,
            ABSENT | SILENT => Weight::Faint,
            _ => Weight::Plain,
        };
        let cells = vec![
            Cell::words(server),
            Cell::words(tool),
            words(by),
            words(as_printed.map(|tool| tool.tool.clone())),
            Cell::words(difference),
            words(as_printed.map(|tool| tool.mapping.to_string())),
            words(as_printed.map(|tool| tool.rationale.clone())),
        ];
        Row { cells, weight }
    };
    let by_of = |name: &str| {
        let found = listed.iter().find(|(known, _)| *known == name);
        found.map_or(&[][..], |(_, by)| by.as_slice())
    };
    for tool in printed {
        let name = tool.tool.as_str();
        let other = listed
            .iter()
            .map(|(other, _)| *other)
            .find(|other| !is_printed(other) && spoken(other) == spoken(name));
        rows.push(match other {
            _ if is_listed(name) => row(name, by_of(name), Some(tool), EQUAL),
            Some(other) => {
                renamed.insert(other);
                row(other, by_of(other), Some(tool), RENAMED)
            }
            None if offers.is_empty() => row(name, &[], Some(tool), ABSENT),
            None if silent => row(name, &[], Some(tool), SILENT),
            None => row(name, &[], Some(tool), MISSING),
        });
    }
    for (name, by) in &listed {
        if !is_printed(name) && !renamed.contains(name) {
            let difference = if printed.is_empty() {
                UNPUBLISHED
            } else {
                MORE
            };
            rows.push(row(name, by, None, difference));
        }
    }
    for offer in offers {
        if let Some(why) = &offer.failed {
            let mut failed = row("", &[offer.subject.packaging.name()], None, "");
            failed.cells[1] = Cell::Missing(format!("failed: {why}"));
            rows.push(failed);
        }
    }
    rows
}

/// A name's words without case and order: `readFile`, `read-file` and `file_read` are one.
fn spoken(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before_is_lower = false;
    for letter in name.chars() {
        if !letter.is_alphanumeric() || (letter.is_uppercase() && before_is_lower) {
            words.push(String::new());
        }
        before_is_lower = letter.is_lowercase();
        if letter.is_alphanumeric() {
            let word = words.last_mut().expect("there is always one");
            word.extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words.sort();
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use record::{Packaging, Subject};
    use serde_json::json;

    fn offer(server: &str, packaging: Packaging, names: &[&str]) -> Offer {
        Offer {
            subject: Subject {
                server: server.to_owned(),
                packaging,
                digest: None,
            },
            tools: names.iter().map(|name| json!({"name": name})).collect(),
            failed: None,
        }
    }

    const PRINTED: &str = "server,tool,mapping,rationale,source
fs,read_file,DEVICE,Local,Table I
fs,write_file,DEVICE,Local,Table I
fs,move_file,DEVICE,Local,Table I
web,fetch,CLOUD,Far,Table I
";

    fn check(offers: &[Offer], table: Expect, difference: Expect, sheet: Expect) {
        let published = PublishedTool::parse(PRINTED).expect("a table");
        let made = table1(offers, &published, "Run x.");
        table.assert_eq(&made.csv());
        let other = table1_difference(&made);
        difference.assert_eq(&other.csv());
        sheet.assert_eq(&table1_sheet(&made).terminal(100, false));
    }

    #[test]
    fn more_missing_renamed_and_absent_are_told_apart() {
        let mut broken = offer("web", Packaging::Native, &[]);
        broken.failed = Some("it crashed".to_owned());
        check(
            &[
                offer("noop", Packaging::Native, &["noop"]),
                offer(
                    "fs",
                    Packaging::Component,
                    &["readFile", "move_file", "search"],
                ),
                offer("fs", Packaging::Native, &["readFile", "move_file"]),
                offer("clock", Packaging::Native, &["now"]),
                broken,
            ],
            expect![[r#"
                server,tool,listed_by,published_as,difference,mapping,rationale
                fs,readFile,"component, native",read_file,renamed,device,Local
                fs,write_file,,write_file,missing,device,Local
                fs,move_file,"component, native",move_file,equal,device,Local
                fs,search,component,,more,,
                web,fetch,,fetch,no answer,cloud,Far
                web,failed: it crashed,native,,,,
                clock,now,native,,not published,,
                noop,noop,native,,not published,,
            "#]],
            expect![[r#"
                server,listed,published,equal,more,missing,renamed
                fs,3,3,1,1,1,1
                web,0,1,0,0,1,0
                clock,1,0,0,0,0,0
                noop,1,0,0,0,0,0
            "#]],
            expect![[r#"
                Table I: tools and their static mapping
                tool        listed by          against the paper
                ───────────────────────────────────────────────────
                fs: device (Local)
                readFile    component, native  printed as read_file
                write_file  –                  missing
                move_file   component, native
                search      component          more
                web: cloud (Far)
                fetch       –                  no answer
                failed [1]  native
                clock: not in the published table
                now         native
                noop: does nothing, the price of being measured
                noop        native
                [1] failed: it crashed
                Run x.
                Listed by: the packagings whose own tools/list names the tool. Published: Table I of the paper,
                  which prints seven of its nine servers.
                Renamed: what is missing under the printed name is listed with the same words in another order or
                  spelling. More and missing are against the printed table.
            "#]],
        );
        check(
            &[],
            expect![[r#"
            server,tool,listed_by,published_as,difference,mapping,rationale
            fs,read_file,,read_file,server not asked,device,Local
            fs,write_file,,write_file,server not asked,device,Local
            fs,move_file,,move_file,server not asked,device,Local
            web,fetch,,fetch,server not asked,cloud,Far
        "#]],
            expect![[r#"
            server,listed,published,equal,more,missing,renamed
            fs,0,3,0,0,3,0
            web,0,1,0,0,1,0
        "#]],
            expect![[r#"
            Table I: tools and their static mapping
            tool        listed  against the
                        by      paper
            ────────────────────────────────────
            fs: device (Local)
            read_file   –       server not asked
            write_file  –       server not asked
            move_file   –       server not asked
            web: cloud (Far)
            fetch       –       server not asked
            Run x.
            Listed by: the packagings whose own tools/list names the tool. Published: Table I of the paper,
              which prints seven of its nine servers.
            Renamed: what is missing under the printed name is listed with the same words in another order or
              spelling. More and missing are against the printed table.
        "#]],
        );
    }

    #[test]
    fn a_name_is_its_words() {
        for (one, other, same) in [
            ("read_file", "readFile", true),
            ("read_file", "file-read", true),
            ("read_file", "read_files", false),
            ("git_diff", "git_diff_staged", false),
            ("parse_logs", "ParseLogs", true),
        ] {
            assert_eq!(spoken(one) == spoken(other), same, "{one} {other}");
        }
    }
}
