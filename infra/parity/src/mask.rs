//! What no two processes can have in common, by name: the clock, and the ids of commits that a case made.
//!
//! A mask replaces only what it has checked: a time must be now, a commit must be one that was made since the first case.
//! A server that answers another time, or another commit, still differs.

use std::path::Path;
use std::sync::LazyLock;

use anyhow::Result;
use regex::{Captures, Regex};
use serde::Deserialize;

use crate::stage::git;

/// A mask that a case can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mask {
    /// Times that are now become `{now}`, with their offset.
    Clock,
    /// Ids of commits that cases made become `{commit 1}`, from the newest on.
    Commit,
}

/// The two moments between which everything was asked, in seconds since 1970.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// Before the first process was started.
    pub from: i64,
    /// After the answer.
    pub until: i64,
}

/// ISO 8601 and git's own (`2026-11-21 21:00:00+01:00`), with or without fractions.
static ISO: LazyLock<Regex> = LazyLock::new(|| {
    expression(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.\d+)? ?(Z|[+-]\d\d:?\d\d)")
});
/// `Sat Nov 21 2026 21:00:00 GMT+0000 (Coordinated Universal Time)`, as JavaScript prints it.
static SCRIPT: LazyLock<Regex> = LazyLock::new(|| {
    expression(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d{4}) (\d\d):(\d\d):(\d\d) GMT([+-]\d{4})")
});
/// `Sat Nov 21 21:00:00 2026 +0000`, as git prints it.
static GIT: LazyLock<Regex> = LazyLock::new(|| {
    expression(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{1,2}) (\d\d):(\d\d):(\d\d) (\d{4}) ([+-]\d{4})")
});

fn expression(text: &str) -> Regex {
    Regex::new(text).expect("it is written here")
}

/// The text with every time that lies in the span replaced.
pub fn clock(text: &str, span: Span) -> String {
    let replaced = |text: &str, expression: &Regex, order: [usize; 7]| {
        let now = |found: &Captures<'_>| {
            let [year, month, day, hour, minute, second, zone] =
                order.map(|group| found.get(group).map_or("", |part| part.as_str()));
            let time = || {
                let number = |text: &str| text.parse::<i64>().ok();
                let seconds = days(number(year)?, month_of(month)?, number(day)?) * 86_400
                    + number(hour)? * 3600
                    + number(minute)? * 60
                    + number(second)?;
                Some(seconds - offset(zone)?)
            };
            match time() {
                Some(time) if (span.from - 1..=span.until + 1).contains(&time) => {
                    format!("{{now {zone}}}")
                }
                _ => found[0].to_owned(),
            }
        };
        expression.replace_all(text, now).into_owned()
    };
    let text = replaced(text, &ISO, [1, 2, 3, 4, 5, 6, 7]);
    let text = replaced(&text, &SCRIPT, [3, 1, 2, 4, 5, 6, 7]);
    replaced(&text, &GIT, [6, 1, 2, 3, 4, 5, 7])
}

/// Days from 1970-01-01 to a day of the Gregorian calendar (Howard Hinnant's `days_from_civil`).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn month_of(text: &str) -> Option<i64> {
    const NAMES: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let named = NAMES.iter().zip(1..).find(|(name, _)| **name == text);
    named
        .map(|(_, number)| number)
        .or_else(|| text.parse().ok())
}

/// Seconds east of Greenwich.
fn offset(zone: &str) -> Option<i64> {
    if zone == "Z" {
        return Some(0);
    }
    let digits: String = zone.chars().filter(char::is_ascii_digit).collect();
    let number = digits.parse::<i64>().ok().filter(|_| digits.len() == 4)?;
    let seconds = number / 100 * 3600 + number % 100 * 60;
    Some(if zone.starts_with('-') {
        -seconds
    } else {
        seconds
    })
}

/// The ids of the commits of a repository that were made since `from`, newest first.
///
/// # Errors
/// When git cannot tell.
pub fn commits(home: &Path, repository: &Path, from: i64) -> Result<Vec<String>> {
    let words = ["log", "--all", "--topo-order", "--format=%H %ct"].map(str::to_owned);
    let printed = git(home, repository, &words, "@0 +0000")?;
    let recent = printed.lines().filter_map(|line| {
        let (id, time) = line.split_once(' ')?;
        (time.parse::<i64>().ok()? >= from - 1).then(|| id.to_owned())
    });
    Ok(recent.collect())
}

/// The text with every id of these commits replaced, whole or shortened to seven digits or more.
pub fn commit(text: &str, commits: &[String]) -> String {
    static ID: LazyLock<Regex> = LazyLock::new(|| expression(r"\b[0-9a-f]{7,40}\b"));
    let named = |found: &Captures<'_>| {
        let place = commits.iter().position(|id| id.starts_with(&found[0]));
        place.map_or_else(
            || found[0].to_owned(),
            |place| format!("{{commit {} of {} digits}}", place + 1, found[0].len()),
        )
    };
    ID.replace_all(text, named).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_time_that_is_now_is_masked() {
        // 2026-11-21T21:00:00Z
        let span = Span {
            from: 1_795_294_800,
            until: 1_795_294_805,
        };
        for (text, masked) in [
            ("2026-11-21T21:00:03+00:00", "{now +00:00}"),
            ("2026-11-22T06:00:03+09:00", "{now +09:00}"),
            ("2026-11-21 16:00:03-05:00", "{now -05:00}"),
            ("2026-11-21T21:00:03.123Z", "{now Z}"),
            ("Sat Nov 21 2026 21:00:05 GMT+0000 (X)", "{now +0000} (X)"),
            (
                "Date:   Sat Nov 21 22:00:05 2026 +0100",
                "Date:   {now +0100}",
            ),
            ("2026-11-21T21:00:30+00:00", "2026-11-21T21:00:30+00:00"),
            ("2026-11-21T21:00:03+01:00", "2026-11-21T21:00:03+01:00"),
            ("2025-01-01T00:00:00Z", "2025-01-01T00:00:00Z"),
        ] {
            assert_eq!(clock(text, span), masked);
        }
    }

    #[test]
    fn only_a_commit_that_was_made_is_masked() {
        let commits = ["a".repeat(40), "b".repeat(40)];
        let text = format!("{} bbbbbbb aaaaaa cccccccc", "a".repeat(40));
        assert_eq!(
            commit(&text, &commits),
            "{commit 1 of 40 digits} {commit 2 of 7 digits} aaaaaa cccccccc"
        );
    }
}
