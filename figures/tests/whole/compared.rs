//! Two runs compared, for a terminal, a pull request and a program.

use expect_test::expect_file;
use figures::{comparison, comparison_markdown, comparison_sheet};
use record::compare;

use crate::pair::{Change, run};

#[test]
fn a_change_is_told_in_three_formats() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let before = run(folder.path(), 1, Change::None);
    let after = run(folder.path(), 2, Change::Build);
    let table = comparison(&compare(&before, &after, &[]));
    let text = comparison_sheet(&table, false).terminal(100, false);
    expect_file!["golden/comparison.txt"].assert_eq(&text);
    let text = comparison_sheet(&table, true).terminal(100, false);
    expect_file!["golden/comparison-all.txt"].assert_eq(&text);
    expect_file!["golden/comparison.md"].assert_eq(&comparison_markdown(&table));
    expect_file!["golden/comparison.csv"].assert_eq(&table.csv());
    for all in [false, true] {
        for line in comparison_sheet(&table, all).terminal(100, false).lines() {
            assert!(line.chars().count() <= 100, "{line}");
        }
    }
}

#[test]
fn worse_and_better_have_colours_of_their_own() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let before = run(folder.path(), 1, Change::None);
    let after = run(folder.path(), 2, Change::Build);
    let table = comparison(&compare(&before, &after, &[]));
    let text = comparison_sheet(&table, false).terminal(100, true);
    for (word, colour) in [("echo-small", "31"), ("sort-small", "32")] {
        let line = text.lines().find(|line| line.contains(word));
        let line = line.expect("it changed");
        assert!(line.contains(&format!("\u{1b}[1;{colour}m")), "{line}");
    }
}

#[test]
fn a_summary_begins_with_the_counts_and_with_what_makes_them_doubtful() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let before = run(folder.path(), 1, Change::None);
    let after = run(folder.path(), 2, Change::Machine);
    let table = comparison(&compare(&before, &after, &[]));
    let text = comparison_markdown(&table);
    expect_file!["golden/comparison-moved.md"].assert_eq(&text);
    let doubt = text.find("> EVERYTHING MOVED").expect("a doubt");
    assert!(text.starts_with("### ") && doubt < text.find("<details>").expect("a fold"));

    let again = run(folder.path(), 3, Change::None);
    let text = comparison_markdown(&comparison(&compare(&before, &again, &[])));
    assert!(text.contains("No cell changed by so much"), "{text}");
}
