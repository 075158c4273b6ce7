//! The cold start taken apart, factors whose product is the whole; and what vector instructions are worth. Gaps are said.

use figures::{Cell, Report, Table, cold, report};
use record::{
    Bytes, Input, InputSize, Metric, Nanos, Outcome, Packaging, Record, Run, Sample, StartClass,
    State, Subject, Timestamp, Transport, Trial,
};

fn subject(server: &str, packaging: Packaging) -> Subject {
    Subject {
        server: server.into(),
        packaging,
        digest: None,
    }
}

fn start(server: &str, packaging: Packaging, nanos: u64) -> Sample {
    Sample {
        start: Some(cold(packaging)),
        transport: Some(Transport::Stdio),
        ..Sample::new(
            Trial(0),
            subject(server, packaging),
            Metric::FirstAnswer,
            Nanos(nanos),
        )
    }
}

fn drawn(samples: Vec<Sample>) -> Report {
    report(&Record {
        run: Run::new("table3", 1, Timestamp(0)),
        samples,
        state: State::Finished,
    })
    .expect("drawn")
}

/// Ratio, share and published ratio of a step.
fn step(table: &Table, server: &str, step: &str) -> [String; 3] {
    let row = table
        .rows
        .iter()
        .find(|row| table.words(row, "server") == server && table.words(row, "step") == step)
        .unwrap_or_else(|| panic!("{server}: {step}"));
    ["ratio", "share_percent", "published"].map(|key| table.cell(row, key).text())
}

#[test]
fn the_factors_multiply_to_the_whole_and_their_shares_add_up() {
    use Packaging::{
        Component, ContainerComponent, ContainerNative, ContainerReference, Native, Reference,
    };
    let report = drawn(vec![
        start("git", Native, 1_000),
        start("git", Component, 2_000),
        start("git", Reference, 500_000),
        start("git", ContainerNative, 200_000),
        start("git", ContainerComponent, 300_000),
        start("git", ContainerReference, 1_000_000),
    ]);
    let (table, _) = report
        .page("table3-decomposition")
        .expect("it was measured");
    assert_eq!(
        table.title,
        "Cold start taken apart: language, container, Wasm"
    );
    let of = |name| step(table, "git", name);
    // 500 × 2 × 0.5 = 500.
    assert_eq!(of("language"), ["500×", "100", "–"]);
    assert_eq!(of("container"), ["2.00×", "11", "–"]);
    assert_eq!(of("Wasm"), ["0.50×", "-11", "–"]);
    assert_eq!(of("all three"), ["500×", "100", "13.4×"]);
    assert_eq!(of("language, contained"), ["5.00×", "–", "–"]);
    assert_eq!(of("container, native"), ["200×", "–", "–"]);
    assert_eq!(of("container, component"), ["150×", "–", "–"]);
    assert!(
        table
            .notes
            .iter()
            .any(|note| note.contains("language 500× (1)"))
    );
}

#[test]
fn a_gap_is_said_and_a_twin_stands_beside_noop() {
    use Packaging::{Component, ContainerReference, Native, Reference};
    let outcome = Outcome::Unavailable {
        why: "no Docker engine".to_owned(),
        remedy: "harness doctor --setup".to_owned(),
    };
    let lacking = subject("noop_node", ContainerReference);
    let report = drawn(vec![
        start("noop", Native, 1_000),
        start("noop", Component, 2_500),
        start("noop_node", Reference, 150_000),
        Sample::failed(Trial(9), lacking, Metric::FirstAnswer, outcome),
    ]);
    let (table, _) = report
        .page("table3-decomposition")
        .expect("it was measured");
    assert!(table.title.ends_with("not every packaging was measured"));
    assert_eq!(step(table, "noop_node", "language"), ["150×", "–", "–"]);
    assert_eq!(step(table, "noop_node", "Wasm"), ["0.40×", "–", "–"]);
    assert_eq!(step(table, "noop_node", "all three"), ["–", "–", "–"]);
    let gap = table.rows.iter().flat_map(|row| &row.cells).any(
        |cell| matches!(cell, Cell::Missing(why) if why.contains("no Docker engine; harness doctor --setup")),
    );
    assert!(gap, "{table:?}");
    // `noop` itself has no original, and a run without any has no such table.
    assert!(
        table
            .rows
            .iter()
            .all(|row| table.words(row, "server") == "noop_node")
    );
    let without = drawn(vec![start("git", Native, 1), start("git", Component, 2)]);
    assert!(without.page("table3-decomposition").is_none());
}

fn call(server: &str, packaging: Packaging, tool: &str, nanos: u64) -> Sample {
    Sample {
        start: Some(StartClass::Warm),
        transport: Some(Transport::Stdio),
        tool: Some(tool.into()),
        input: Some(Input {
            name: format!("{tool}-large"),
            size: InputSize::Large,
            bytes: Bytes(1),
        }),
        ..Sample::new(
            Trial(0),
            subject(server, packaging),
            Metric::Execution,
            Nanos(nanos),
        )
    }
}

#[test]
fn vector_instructions_and_compiling_are_told_apart() {
    use Packaging::{Component, Native};
    let cells = |packaging, each: [u64; 2], cached: [u64; 2]| {
        vec![
            call("expressions", packaging, "parse_each", each[0]),
            call("expressions_scalar", packaging, "parse_each", each[1]),
            call("expressions", packaging, "parse_cached", cached[0]),
            call("expressions_scalar", packaging, "parse_cached", cached[1]),
        ]
    };
    let mut samples = cells(Component, [8_000, 8_800], [40, 80]);
    samples.extend(cells(Native, [5_000, 5_000], [20, 20]));
    let report = drawn(samples.clone());
    let (table, _) = report.page("table3-vectors").expect("it was measured");
    let ratios = |row: usize| {
        let row = &table.rows[row];
        ["simd_each", "simd_cached", "compiling"].map(|key| table.cell(row, key).text())
    };
    assert_eq!(ratios(0), ["1.10×", "2.00×", "200×"]);
    assert_eq!(ratios(1), ["1.00×", "1.00×", "250×"]);
    assert!(
        table
            .title
            .ends_with("1.22× the time, compiled for every line 224×"),
        "{}",
        table.title
    );
    samples.retain(|sample| sample.subject.server == "expressions");
    let report = drawn(samples);
    let (table, _) = report.page("table3-vectors").expect("it was measured");
    assert!(table.title.ends_with("not every cell was measured"));
    assert_eq!(
        table.cell(&table.rows[0], "each_without").text(),
        "not measured"
    );
}
