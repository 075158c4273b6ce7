//! Every table in every format, as it was when somebody last read it and found it right.

use expect_test::{ExpectFile, expect_file};

use record::Record;

use crate::{Planted, crowded, planted};

fn check(actual: &str, expected: ExpectFile) {
    expected.assert_eq(actual);
}

#[test]
fn tables_are_the_golden_ones() {
    let report = Planted::new().report();
    let [
        table3,
        against,
        ratio,
        startup,
        calls,
        load,
        memory,
        size,
        detail,
    ] = &report.pages[..]
    else {
        panic!("nine pages");
    };
    check(
        &table3.1.terminal(100, false),
        expect_file!["golden/table3.txt"],
    );
    check(&table3.1.markdown(), expect_file!["golden/table3.md"]);
    check(&table3.1.latex(), expect_file!["golden/table3.tex"]);
    check(&table3.0.csv(), expect_file!["golden/table3.csv"]);
    check(
        &against.1.terminal(100, false),
        expect_file!["golden/against.txt"],
    );
    check(&against.0.csv(), expect_file!["golden/against.csv"]);
    check(
        &ratio.1.terminal(100, false),
        expect_file!["golden/ratio.txt"],
    );
    check(&ratio.0.csv(), expect_file!["golden/ratio.csv"]);
    check(
        &startup.1.terminal(100, false),
        expect_file!["golden/startup.txt"],
    );
    check(
        &calls.1.terminal(100, false),
        expect_file!["golden/calls.txt"],
    );
    check(&calls.0.csv(), expect_file!["golden/calls.csv"]);
    check(
        &load.1.terminal(100, false),
        expect_file!["golden/load.txt"],
    );
    check(
        &memory.1.terminal(100, false),
        expect_file!["golden/memory.txt"],
    );
    check(
        &size.1.terminal(100, false),
        expect_file!["golden/size.txt"],
    );
    check(&detail.0.csv(), expect_file!["golden/detail.csv"]);
    check(
        &report.cold_start.csv(),
        expect_file!["golden/cold-start.csv"],
    );
}

#[test]
fn a_crowded_run_is_the_golden_one() {
    let report = Planted::crowded().report();
    let names: Vec<&str> = report.pages.iter().map(|(table, _)| table.name).collect();
    assert_eq!(
        names[5..],
        [
            "table3-load",
            "table3-density",
            "table3-memory",
            "table3-size",
            "table3-stops",
            "table3-detail"
        ]
    );
    let page = |name| report.page(name).expect("a page");
    check(
        &page("table3").1.terminal(100, false),
        expect_file!["golden/crowded-table3.txt"],
    );
    check(
        &page("table3").1.markdown(),
        expect_file!["golden/crowded-table3.md"],
    );
    let (load, sheet) = page("table3-load");
    check(
        &sheet.terminal(100, false),
        expect_file!["golden/crowded-load.txt"],
    );
    check(&load.csv(), expect_file!["golden/crowded-load.csv"]);
    let (density, sheet) = page("table3-density");
    check(
        &sheet.terminal(100, false),
        expect_file!["golden/crowded-density.txt"],
    );
    check(&density.csv(), expect_file!["golden/crowded-density.csv"]);
    let (stops, sheet) = page("table3-stops");
    check(
        &sheet.terminal(100, false),
        expect_file!["golden/crowded-stops.txt"],
    );
    check(&stops.csv(), expect_file!["golden/crowded-stops.csv"]);
    check(
        &page("table3-detail").0.csv(),
        expect_file!["golden/crowded-detail.csv"],
    );
}

#[test]
fn machines_stand_side_by_side() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let read = |run: std::path::PathBuf| Record::read(&run).expect("readable");
    let records = [
        read(planted::run(folder.path())),
        read(planted::run_on(
            folder.path(),
            "Slow(TM) Processor 7",
            2_310,
            2,
        )),
        read(crowded::run(folder.path())),
    ];
    let (table, sheet) = figures::side_by_side(&records[..2]).expect("drawn");
    check(
        &sheet.terminal(100, false),
        expect_file!["golden/side-by-side.txt"],
    );
    check(&sheet.markdown(), expect_file!["golden/side-by-side.md"]);
    check(&table.csv(), expect_file!["golden/side-by-side.csv"]);
    let (_, sheet) = figures::side_by_side(&records).expect("drawn");
    check(
        &sheet.terminal(120, false),
        expect_file!["golden/side-by-side-of-three.txt"],
    );
    for (width, records) in [(100, &records[..2]), (120, &records[..]), (100, &[])] {
        let (_, sheet) = figures::side_by_side(records).expect("drawn");
        for line in sheet.terminal(width, false).lines() {
            assert!(line.chars().count() <= width, "{line}");
        }
    }
}

#[test]
fn no_line_is_wider_than_asked() {
    let report = Planted::new().report();
    for (table, sheet) in &report.pages {
        // The table of everything has more columns than a terminal has room for, and goes to files only.
        let widths: &[usize] = if table.name == "table3-detail" {
            &[400]
        } else {
            &[100, 120]
        };
        for &width in widths {
            for line in sheet.terminal(width, false).lines() {
                assert!(line.chars().count() <= width, "{}: {line}", table.name);
            }
        }
    }
}

#[test]
fn shared_notes_are_printed_once() {
    let text = Planted::new().report().terminal(100, false);
    assert_eq!(text.matches("95 % confidence interval").count(), 1);
    for title in [
        "Table III",
        "Against the paper",
        "Component against native",
        "Memory by",
        "Sizes by",
    ] {
        assert_eq!(
            text.matches(title).count(),
            if title == "Table III" { 2 } else { 1 },
            "{title}"
        );
    }
}

#[test]
fn a_long_page_is_named_and_not_printed() {
    let mut report = Planted::new().report();
    let whole = report.terminal(100, false);
    let place = report
        .pages
        .iter()
        .position(|(table, _)| table.name == "table3-calls");
    let (table, _) = &mut report.pages[place.expect("a page")];
    let row = table.rows[0].clone();
    table.rows.resize(81, row);
    let text = report.terminal(100, false);
    assert!(text.contains("Fresh instances and other transports: 81 rows, in table3-calls.md\n\n"));
    assert!(text.lines().count() < whole.lines().count());

    // What stands out is printed all the same, and so is the table itself however long it is.
    let place = |report: &figures::Report, name: &str| {
        let mut pages = report.pages.iter();
        pages
            .position(|(table, _)| table.name == name)
            .expect("a page")
    };
    let at = place(&report, "table3-ratio");
    let (table, _) = &mut report.pages[at];
    let row = table.rows[0].clone();
    table.rows.resize(81, row);
    let at = place(&report, "table3");
    let (table, _) = &mut report.pages[at];
    let row = table.rows[0].clone();
    table.rows.resize(81, row);
    let text = report.terminal(100, false);
    assert!(text.contains("81 rows, in table3-ratio.md;"), "{text}");
    assert!(
        text.contains("OVER 2×") && !text.contains("within 2×"),
        "{text}"
    );
    assert!(text.contains("the price of being measured"), "{text}");
}

#[test]
fn colour_adds_nothing_but_colour() {
    let report = Planted::new().report();
    let (_, sheet) = &report.pages[0];
    let plain = sheet.terminal(100, false);
    let coloured = sheet.terminal(100, true);
    assert!(!plain.contains('\u{1b}'));
    let mut stripped = String::new();
    let mut inside = false;
    for next in coloured.chars() {
        match next {
            '\u{1b}' => inside = true,
            'm' if inside => inside = false,
            _ if inside => {}
            other => stripped.push(other),
        }
    }
    assert_eq!(stripped, plain);
    // What differs from the paper is bold; what agrees with it is dim.
    assert!(
        coloured.contains("\u{1b}[1;33m20.9× less\u{1b}[0m"),
        "{coloured}"
    );
    assert!(
        coloured.contains("\u{1b}[2m1.02× less\u{1b}[0m"),
        "{coloured}"
    );
}

#[test]
fn disagreement_stands_before_agreement() {
    let report = Planted::new().report();
    let (table, _) = &report.pages[1];
    let verdicts: Vec<&str> = table
        .rows
        .iter()
        .map(|row| table.words(row, "verdict"))
        .collect();
    let mut sorted = verdicts.clone();
    sorted.sort_unstable();
    assert_eq!(verdicts, sorted, "DIFFERS sorts before agrees");
    assert!(verdicts.contains(&"DIFFERS") && verdicts.contains(&"agrees"));
}
