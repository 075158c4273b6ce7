//! What vector instructions are worth to a parser of five expressions a line, and what compiling these for every line costs.

use record::{InputSize, Metric, Packaging, Ratio, Record, geometric_mean};

use crate::execution_ratio::ratio;
use crate::group::{Drawn, Group, Groups, warm};
use crate::order::{SPREADS, provenance};
use crate::table::{Cell, Column, Row, Table};

/// The server of the bench, and the one that is built without vector instructions.
const WITH: &str = "expressions";
const WITHOUT: &str = "expressions_scalar";
/// Its tools: the expressions are compiled for every line, or once.
const EACH: &str = "parse_each";
const CACHED: &str = "parse_cached";

/// The eight cells, at both inputs; no row where the server was not measured.
pub fn vectors(record: &Record) -> Table {
    let groups = Groups::of(record);
    let mut rows = Vec::new();
    let (mut simd, mut compiling) = (Vec::new(), Vec::new());
    for packaging in [Packaging::Component, Packaging::Native] {
        for size in [InputSize::Small, InputSize::Large] {
            let group = |server, tool| of(&groups, server, packaging, tool, size);
            let cells = [
                (WITH, group(WITH, EACH)),
                (WITHOUT, group(WITHOUT, EACH)),
                (WITH, group(WITH, CACHED)),
                (WITHOUT, group(WITHOUT, CACHED)),
            ];
            if cells
                .iter()
                .all(|(_, group)| group.good.is_empty() && group.why.is_none())
            {
                continue;
            }
            let over = |one: usize, other: usize| {
                let summary = |index: usize| cells[index].1.summary(Metric::Execution);
                ratio(&summary(one)?, &summary(other)?).map(|[_, ratio, _]| ratio)
            };
            let ratios = [over(1, 0), over(3, 2), over(0, 2)];
            simd.extend(ratios[..2].iter().flatten());
            compiling.extend(ratios[2]);
            let mut row = vec![
                Cell::words(packaging.name()),
                Cell::words(size.name()),
                Cell::words("ns"),
            ];
            row.extend(cells.iter().map(
                |(server, group)| match group.summary(Metric::Execution) {
                    Some(summary) => Cell::Estimate(summary.estimate()).disturbed(group.disturbed),
                    None => Cell::Missing(groups.reason(server, packaging, group)),
                },
            ));
            row.extend(
                ratios.map(|ratio| ratio.map_or(Cell::Empty, |ratio| Cell::Ratio(Ratio(ratio)))),
            );
            rows.push(Row::plain(row));
        }
    }
    let mean = |ratios: &[f64]| geometric_mean(ratios).map(Ratio);
    let title = match (mean(&simd), mean(&compiling)) {
        (Some(simd), Some(compiling)) => format!(
            "Five expressions a line: without vector instructions {simd} the time, compiled for every line {compiling}"
        ),
        _ => "Five expressions a line: not every cell was measured".to_owned(),
    };
    Table {
        name: "table3-vectors",
        title,
        columns: vec![
            Column::words("packaging", "packaging"),
            Column::words("input_size", "input"),
            Column::words("unit", "unit"),
            Column::estimate("each_with", "compiled each line, SIMD"),
            Column::estimate("each_without", "each line, no SIMD"),
            Column::estimate("cached_with", "cached, SIMD"),
            Column::estimate("cached_without", "cached, no SIMD"),
            Column::number("simd_each", "no SIMD / SIMD, each line"),
            Column::number("simd_cached", "no SIMD / SIMD, cached"),
            Column::number("compiling", "each line / cached, SIMD"),
        ],
        rows,
        notes: vec![
            provenance(record),
            SPREADS.to_owned(),
            "Warm calls of 200 (small) and 2,000 lines (large). A component without SIMD is built without `simd128`; a native program without it is not vectorised and searches for no literals, which is more than SIMD alone.".to_owned(),
        ],
    }
}

fn of(groups: &Groups, server: &str, packaging: Packaging, tool: &str, size: InputSize) -> Group {
    let mut found = Group::default();
    for (key, group) in groups.of_subject(server, packaging, Metric::Execution) {
        let fits = key.tool.as_deref() == Some(tool)
            && key.input.as_ref().is_some_and(|input| input.size == size)
            && key.start == Some(warm(packaging))
            && key.is_headline();
        if fits {
            found.merge(group);
        }
    }
    found
}
