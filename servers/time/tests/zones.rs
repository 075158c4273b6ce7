//! Every zone against Python's zoneinfo over two years, and the tools against the official server in nights in which clocks change.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use time::convert::{convert, current};
use time::zone::{Local, Offset, Zone};

const CHANGES: &str = include_str!("../golden/changes.txt");
const OFFICIAL: &str = include_str!("../golden/official.json");

fn numbers(text: &str) -> Vec<i64> {
    let number = |text: &str| text.parse().expect("a number");
    text.split(':').map(number).collect()
}

/// What was recorded: until when each offset holds, the last one until the end.
fn recorded(line: &str, from: i64, to: i64) -> Vec<(i64, i64, Offset)> {
    let mut spans: Vec<(i64, i64, Offset)> = Vec::new();
    for change in line.split(' ').map(numbers) {
        let (begin, seconds, is_dst) = match change[..] {
            [seconds, is_dst] => (from, seconds, is_dst),
            [begin, seconds, is_dst] => (begin, seconds, is_dst),
            _ => panic!("a change is two or three numbers"),
        };
        if let Some((_, end, _)) = spans.last_mut() {
            *end = begin;
        }
        let is_dst = is_dst == 1;
        spans.push((begin, to, Offset { seconds, is_dst }));
    }
    spans
}

#[test]
fn every_zone_is_right_to_the_second_across_its_changes() {
    let mut lines = CHANGES.lines();
    let head = lines.next().and_then(|line| line.strip_prefix("# "));
    let (from, to) = head
        .and_then(|head| head.split_once(' '))
        .expect("from and to");
    let (from, to) = (numbers(from)[0], numbers(to)[0]);
    let (mut names, mut changes) = (BTreeSet::new(), 0);
    for line in lines {
        let (line, zones) = line.split_once(';').expect("changes and names");
        let spans = recorded(line, from, to);
        for name in zones.split(' ') {
            let zone = Zone::named(name).unwrap_or_else(|| panic!("{name} is missing"));
            for (begin, end, offset) in &spans {
                for instant in [*begin, begin.midpoint(*end), end - 1] {
                    assert_eq!(zone.at(instant), *offset, "{name} at {instant}");
                    // The same instant by its clock, unless the clock shows that time twice.
                    let shown = instant + offset.seconds;
                    let Local::Instant(found) = zone.instant(shown) else {
                        panic!("{name} at {instant} is not skipped");
                    };
                    assert!(
                        found <= instant && found + zone.at(found).seconds == shown,
                        "{name} at {instant}"
                    );
                }
            }
            for pair in spans.windows(2) {
                let [(_, _, before), (change, _, after)] = pair else {
                    unreachable!("windows of two")
                };
                changes += 1;
                let ahead = after.seconds - before.seconds;
                let shown = change + before.seconds;
                if ahead > 0 {
                    assert_eq!(zone.instant(shown), Local::Skipped, "{name} at {change}");
                    assert_eq!(
                        zone.instant(shown + ahead - 1),
                        Local::Skipped,
                        "{name} at {change}"
                    );
                    assert_eq!(
                        zone.instant(shown + ahead),
                        Local::Instant(*change),
                        "{name} at {change}"
                    );
                } else {
                    // What is shown twice is the first, until the clock that was set back is past it.
                    assert_eq!(
                        zone.instant(shown - 1),
                        Local::Instant(change - 1),
                        "{name} at {change}"
                    );
                    assert_eq!(
                        zone.instant(shown + ahead),
                        Local::Instant(change + ahead),
                        "{name} at {change}"
                    );
                    assert_eq!(
                        zone.instant(shown),
                        Local::Instant(change - ahead),
                        "{name} at {change}"
                    );
                }
            }
            names.insert(name);
        }
    }
    assert_eq!(names, Zone::names().collect(), "the names are zoneinfo's");
    assert!(
        names.len() > 590 && changes > 700,
        "{} names, {changes} changes",
        names.len()
    );
}

#[test]
fn the_tools_answer_as_the_official_server_does_whatever_the_clock_says() {
    let cases: Vec<Value> = serde_json::from_str(OFFICIAL).expect("JSON");
    let (mut answers, mut refusals) = (0, 0);
    for case in &cases {
        let text = |key: &str| case[key].as_str().unwrap_or_default();
        let now = case["now"].as_i64().expect("an instant");
        let found = if case.get("timezone").is_some() {
            current(now, text("timezone")).map(|found| json!(found))
        } else {
            convert(now, text("source"), text("time"), text("target")).map(|found| json!(found))
        };
        match found {
            Ok(found) => {
                assert_eq!(found, case["answer"], "{case}");
                answers += 1;
            }
            Err(error) => {
                assert_eq!(error.to_string(), text("error"), "{case}");
                refusals += 1;
            }
        }
    }
    assert!(
        answers > 220 && refusals > 15,
        "{answers} answers, {refusals} refusals"
    );
}
