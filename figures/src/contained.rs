//! What the paper's Table III compares: the component with the reference in a container, and by how much, here and there.

use record::{Packaging, Published, Ratio, Record};

use crate::order::{SPREADS, provenance};
use crate::table::{Cell, Column, Row, Table};
use crate::table3::table3;

/// A row for each server and quantity of which a reference in a container was asked; ratios say how many times the component's it is.
pub fn contained(record: &Record, published: &[Published]) -> Table {
    let measured = table3(record, published);
    let side = |row: &Row, packaging: Packaging| {
        let same = |other: &&Row| {
            ["server", "quantity"]
                .iter()
                .all(|key| measured.words(other, key) == measured.words(row, key))
                && measured.words(other, "packaging") == packaging.name()
        };
        measured.rows.iter().find(same)
    };
    let asked = |server: &str| {
        let mut samples = record.samples.iter();
        samples.any(|sample| {
            sample.subject.packaging == Packaging::ContainerReference
                && sample.subject.server == server
        })
    };
    let of = |row: Option<&Row>, key: &str| {
        row.map_or(Cell::Empty, |row| measured.cell(row, key).clone())
    };
    let over = |one: &Cell, other: &Cell| {
        let ratio = one.real().zip(other.real().filter(|&other| other > 0.0));
        ratio.map(|(one, other)| one / other)
    };
    let mut rows = Vec::new();
    let mut saved = Vec::new();
    for row in &measured.rows {
        let server = measured.words(row, "server");
        let ours = measured.words(row, "packaging") == Packaging::Component.name();
        if !ours || !asked(server) {
            continue;
        }
        let theirs = side(row, Packaging::ContainerReference);
        let [component, container] = [of(Some(row), "measured"), of(theirs, "measured")];
        let [published_component, published_container] =
            [of(Some(row), "published"), of(theirs, "published")];
        let here = over(&container, &component);
        let there = over(&published_container, &published_component);
        let quantity = measured.words(row, "quantity");
        if let (Some(here), Some(_), "memory") = (here, there, quantity) {
            saved.push(1.0 - 1.0 / here);
        }
        let number =
            |ratio: Option<f64>| ratio.map_or(Cell::Empty, |ratio| Cell::Ratio(Ratio(ratio)));
        rows.push(Row::plain(vec![
            Cell::words(server),
            Cell::words(quantity),
            Cell::words(measured.words(row, "unit")),
            container,
            component,
            number(here),
            published_container,
            published_component,
            number(there),
        ]));
    }
    let mut notes = vec![
        provenance(record),
        SPREADS.to_owned(),
        "Ratios: the container's number over the component's. The reference in a container has its interpreter from the machine that measured, and no base image below it: a usual image weighs more.".to_owned(),
    ];
    if !saved.is_empty() {
        let all = saved.len();
        #[expect(clippy::cast_precision_loss, reason = "a handful of servers")]
        let share = saved.iter().sum::<f64>() / all as f64;
        notes.push(format!(
            "Memory: {:.1} % less in the mean of the {all} servers that the paper measured.",
            share * 100.0
        ));
    }
    Table {
        name: "table3-container",
        title: "The reference in a container against the component, here and as published"
            .to_owned(),
        columns: vec![
            Column::words("server", "server"),
            Column::words("quantity", "quantity"),
            Column::words("unit", "unit"),
            Column::estimate("container_reference", "container-reference"),
            Column::estimate("component", "component"),
            Column::number("ratio", "ratio"),
            Column::number("published_container", "published container"),
            Column::number("published_component", "published WasmMCP"),
            Column::number("published_ratio", "published ratio"),
        ],
        rows,
        notes,
    }
}
