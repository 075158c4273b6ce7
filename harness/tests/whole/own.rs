//! A server of the user's own beside ours: planned, measured over the mock, and drawn in the same tables.

use expect_test::expect;
use harness::effort::Effort;
use harness::plan::{Cell, Kind, Scope};
use harness::server::Server;
use harness::stop::Stopping;
use record::{Packaging, Subject};

use crate::mock::{Laboratory, server};

/// What `harness measure` would write of it: a tool that is timed at a small input, and nothing else.
const MINE: &str = r#"
name = "mine"
title = "Mine"
[[call]]
id = "search"
tool = "search"
input = "small"
expect = { varies = true }
source = { origin = "its own answer" }
"#;

fn laboratory() -> Laboratory {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("server.toml");
    std::fs::write(&file, MINE).expect("written");
    let mine = Server::read_own(&file).expect("acceptable");
    let of = |server: &str, packaging| Subject {
        server: server.to_owned(),
        packaging,
        digest: None,
    };
    let subjects = vec![
        of("noop", Packaging::Component),
        of("noop", Packaging::ContainerNative),
        of("mine", Packaging::Component),
        of("mine", Packaging::ContainerReference),
    ];
    let scope = Scope {
        pipes: true,
        ..Scope::default()
    };
    Laboratory::of(&[server("noop", "noop"), mine], subjects, scope)
}

/// Theirs takes what nobody expects of a component, and its container ten times that.
fn plant(cell: &Cell, _repetition: u64) -> u64 {
    let base = match &cell.kind {
        Kind::Start { .. } => 4_000_000,
        Kind::Warm { .. } => 20_000,
        Kind::Memory => 8_000_000,
        _ => 300_000,
    };
    let server = if cell.server == "mine" { 2 } else { 1 };
    base * server * if cell.packaging.is_contained() { 10 } else { 1 }
}

#[test]
fn its_cells_are_those_of_any_server_on_pipes() {
    let laboratory = laboratory();
    let names: Vec<String> = laboratory.cells.iter().map(Cell::name).collect();
    expect![[r#"
        size noop component
        size noop container-native
        size mine component
        size mine container-reference
        process-cold noop component stdio
        container-cold noop container-native stdio
        process-cold mine component stdio
        container-cold mine container-reference stdio
        process-compile noop component stdio
        process-compile mine component stdio
        memory noop component
        memory noop container-native
        memory mine component
        memory mine container-reference
        warm noop component noop-small stdio
        warm noop component noop-large stdio
        warm noop container-native noop-small stdio
        warm noop container-native noop-large stdio
        warm mine component search stdio
        warm mine container-reference search stdio"#]]
    .assert_eq(&names.join("\n"));
}

#[test]
fn it_stands_in_the_tables_beside_ours() {
    let laboratory = laboratory();
    let results = tempfile::tempdir().expect("a temporary folder");
    let stopping = Stopping::new(Effort::QUICK, Some(6), None, None);
    let record = laboratory.run(results.path(), stopping, plant);
    let report = figures::report(&record).expect("drawn");
    let sheet = |name: &str| {
        let (_, sheet) = report.page(name).expect("it is drawn");
        let text = sheet.terminal(200, false);
        let rows = text
            .lines()
            .skip_while(|line| !line.starts_with('─'))
            .skip(1);
        let rows = rows.take_while(|line| !line.starts_with("Run ") && !line.is_empty());
        rows.map(|line| line.trim_end().to_owned() + "\n")
            .collect::<String>()
    };
    expect![[r#"
        noop: does nothing, the price of being measured
        component            measured  4.00 ms     20.0 µs       20.0 µs  8.00 MB   300 kB
        container-native     measured  40.0 ms      200 µs        200 µs  80.0 MB  3.00 MB
        mine
        component            measured  8.00 ms     40.0 µs  not measured  16.0 MB   600 kB
        container-reference  measured  80.0 ms      400 µs  not measured   160 MB  6.00 MB
    "#]]
    .assert_eq(&sheet("table3"));
    expect![[r#"
        mine
        search    40.0 µs               400 µs      0.10×  not slower
    "#]]
    .assert_eq(&sheet("table3-container-ratio"));
}
