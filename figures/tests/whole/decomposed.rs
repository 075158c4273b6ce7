//! The cold start taken apart: factors whose product is the whole, and gaps that are said.

use figures::{Cell, Report, Table, cold, report};
use record::{
    Metric, Nanos, Outcome, Packaging, Record, Run, Sample, State, Subject, Timestamp, Transport,
    Trial,
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
