//! The cold start of a container with the original server, over that of our component, taken apart: language, container, Wasm.

use std::collections::BTreeMap;

use record::{Metric, Packaging, Published, Ratio, Record, Summary, geometric_mean};

use crate::execution_ratio::ratio;
use crate::group::{Drawn, Group, Groups, cold};
use crate::order::{FLOOR, SPREADS, is_twin, provenance, servers};
use crate::table::{Cell, Column, Row, Table, Weight};

/// One ratio of two packagings' cold starts.
struct Step {
    name: &'static str,
    of: Packaging,
    over: Packaging,
    place: Place,
}

/// What a step is to the whole.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// One of the factors whose product is the whole.
    Factor,
    /// The whole, which the paper published.
    Whole,
    /// The same taken another way.
    Beside,
}

const STEPS: [Step; 7] = [
    Step {
        name: "language",
        of: Packaging::Reference,
        over: Packaging::Native,
        place: Place::Factor,
    },
    Step {
        name: "container",
        of: Packaging::ContainerReference,
        over: Packaging::Reference,
        place: Place::Factor,
    },
    Step {
        name: "Wasm",
        of: Packaging::Native,
        over: Packaging::Component,
        place: Place::Factor,
    },
    Step {
        name: "all three",
        of: Packaging::ContainerReference,
        over: Packaging::Component,
        place: Place::Whole,
    },
    Step {
        name: "language, contained",
        of: Packaging::ContainerReference,
        over: Packaging::ContainerNative,
        place: Place::Beside,
    },
    Step {
        name: "container, native",
        of: Packaging::ContainerNative,
        over: Packaging::Native,
        place: Place::Beside,
    },
    Step {
        name: "container, component",
        of: Packaging::ContainerComponent,
        over: Packaging::Component,
        place: Place::Beside,
    },
];

/// For each server with an original that was asked for: every step, with its share of the whole on a logarithmic scale.
pub fn decomposition(record: &Record, published: &[Published]) -> Table {
    let groups = Groups::of(record);
    let subjects = groups.subjects(record);
    let original = |server: &str| {
        subjects.iter().any(|(name, packaging)| {
            let of_original = matches!(
                packaging,
                Packaging::Reference | Packaging::ContainerReference
            );
            name == server && of_original
        })
    };
    let mut rows = Vec::new();
    let mut counted: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (server, _) in servers(&groups, record, published) {
        if !original(&server) {
            continue;
        }
        let ratios: Vec<Option<[f64; 3]>> = STEPS
            .iter()
            .map(|step| {
                let of = summary(&groups, &server, step.of).1?;
                ratio(&of, &summary(&groups, &server, step.over).1?)
            })
            .collect();
        let whole = STEPS
            .iter()
            .zip(&ratios)
            .find(|(step, _)| step.place == Place::Whole)
            .and_then(|(_, ratio)| ratio.map(|[_, whole, _]| whole));
        for (step, ratio) in STEPS.iter().zip(&ratios) {
            if let Some([_, ratio, _]) = ratio {
                counted.entry(step.name).or_default().push(*ratio);
            }
            rows.push(row(&groups, published, &server, step, *ratio, whole));
        }
    }
    let mut notes = vec![
        provenance(record),
        SPREADS.to_owned(),
        format!("Cold start: spawn, or creating the container, to the answer to `initialize`. Language is the original over our native program, container the original in a container over the original as a process, Wasm our native program over our component (below 1, where Wasm costs). Their product is the whole. A share is the logarithm of a factor over that of the whole, so shares add up to 100 %, and what costs has a negative one. A twin of `{FLOOR}` stands beside {FLOOR}'s own program and component."),
        "Below the whole the same in another order: what language is worth where everything is in containers, and what a container costs around a program that starts at once.".to_owned(),
    ];
    let means: Vec<String> = STEPS
        .iter()
        .filter_map(|step| {
            let ratios = counted.get(step.name)?;
            let mean = Ratio(geometric_mean(ratios)?);
            Some(format!("{} {mean} ({})", step.name, ratios.len()))
        })
        .collect();
    if !means.is_empty() {
        notes.push(format!(
            "Geometric means, with how many servers: {}.",
            means.join(", ")
        ));
    }
    let lacking = STEPS
        .iter()
        .any(|step| step.place != Place::Beside && !counted.contains_key(step.name));
    let title = if lacking {
        "Cold start taken apart: not every packaging was measured"
    } else {
        "Cold start taken apart: language, container, Wasm"
    };
    let columns = vec![
        Column::words("server", "server"),
        Column::words("step", "step"),
        Column::words("of", "of"),
        Column::words("over", "over"),
        Column::words("unit", "unit"),
        Column::estimate("of_cold_start", "of: cold start"),
        Column::estimate("over_cold_start", "over: cold start"),
        Column::number("ratio", "of / over"),
        Column::number("ratio_low", "low"),
        Column::number("ratio_high", "high"),
        Column::number("share_percent", "share, %"),
        Column::number("published", "published"),
    ];
    Table {
        name: "table3-decomposition",
        title: title.to_owned(),
        columns,
        rows,
        notes,
    }
}

/// The cold start of a server in a packaging. A twin has no program or component of its own.
fn summary(groups: &Groups, server: &str, packaging: Packaging) -> (Group, Option<Summary>) {
    let metric = Metric::FirstAnswer;
    let group = groups.headline(
        whose(server, packaging),
        packaging,
        metric,
        Some(cold(packaging)),
    );
    let summary = group.summary(metric);
    (group, summary)
}

fn whose(server: &str, packaging: Packaging) -> &str {
    let original = matches!(
        packaging,
        Packaging::Reference | Packaging::ContainerReference
    );
    if is_twin(server) && !original {
        FLOOR
    } else {
        server
    }
}

fn row(
    groups: &Groups,
    published: &[Published],
    server: &str,
    step: &Step,
    ratio: Option<[f64; 3]>,
    whole: Option<f64>,
) -> Row {
    let side = |packaging| {
        let (group, summary) = summary(groups, server, packaging);
        match summary {
            Some(summary) => Cell::Estimate(summary.estimate()).disturbed(group.disturbed),
            None => Cell::Missing(groups.reason(whose(server, packaging), packaging, &group)),
        }
    };
    let number = |index: usize| ratio.map_or(Cell::Empty, |ends| Cell::Ratio(Ratio(ends[index])));
    let share = match (step.place, ratio, whole) {
        (Place::Beside, _, _) | (_, None, _) | (_, _, None) => Cell::Empty,
        // Of a whole that is next to nothing no share can be told.
        (_, _, Some(whole)) if whole.ln().abs() < 0.1 => Cell::Empty,
        (_, Some([_, ratio, _]), Some(whole)) => {
            Cell::words(format!("{:.0}", 100.0 * ratio.ln() / whole.ln()))
        }
    };
    let theirs = |packaging| {
        published.iter().find(|number| {
            number.server == server
                && number.packaging == packaging
                && number.quantity == "cold-start"
        })
    };
    let theirs = match step.place {
        Place::Whole => theirs(step.of)
            .zip(theirs(step.over))
            .and_then(|(of, over)| of.value.over(over.value)),
        Place::Factor | Place::Beside => None,
    };
    Row {
        cells: vec![
            Cell::words(server),
            Cell::words(step.name),
            Cell::words(step.of.name()),
            Cell::words(step.over.name()),
            Cell::words("ns"),
            side(step.of),
            side(step.over),
            number(1),
            number(0),
            number(2),
            share,
            theirs.map_or(Cell::Empty, Cell::Ratio),
        ],
        weight: match step.place {
            Place::Whole => Weight::Strong,
            Place::Factor => Weight::Plain,
            Place::Beside => Weight::Faint,
        },
    }
}
