//! The two questions, with the instant handed in: what time is it, and what is a time of today elsewhere.

use crate::answer::{Conversion, Time, difference};
use crate::civil::Civil;
use crate::refusal::{Refusal, quoted};
use crate::zone::{Local, Zone};

/// The time in a zone.
///
/// # Errors
/// Where there is no such zone.
pub fn current(now: i64, timezone: &str) -> Result<Time, Refusal> {
    Ok(Time::at(now, &zone("timezone", timezone)?, timezone))
}

/// A time of today, as the source's clock has today, in another zone.
///
/// # Errors
/// Where a zone is unknown, the time is none, or the source's clock skips it today.
pub fn convert(now: i64, source: &str, time: &str, target: &str) -> Result<Conversion, Refusal> {
    // In the order in which the official server finds fault.
    for (argument, name) in [("source_timezone", source), ("target_timezone", target)] {
        if name.is_empty() {
            return Err(Refusal::missing(argument));
        }
    }
    let from = zone("source_timezone", source)?;
    let to = zone("target_timezone", target)?;
    let second = time_of_day(time).ok_or_else(|| {
        Refusal::of("Invalid time format. Expected HH:MM [24-hour format]".to_owned())
    })?;
    let today = Civil::of_seconds(now.saturating_add(from.at(now).seconds));
    let wanted = Civil { second, ..today };
    let Local::Instant(instant) = from.instant(wanted.seconds()) else {
        let date = wanted.date();
        return Err(Refusal::of(format!(
            "Invalid time: {time} does not exist in {source} on {date} (skipped by a clock change)"
        )));
    };
    Ok(Conversion {
        source: Time::at(instant, &from, source),
        target: Time::at(instant, &to, target),
        time_difference: difference(to.at(instant).seconds - from.at(instant).seconds),
    })
}

fn zone(argument: &str, name: &str) -> Result<Zone, Refusal> {
    if name.is_empty() {
        return Err(Refusal::missing(argument));
    }
    if let Some(zone) = Zone::named(name) {
        return Ok(zone);
    }
    // A name is a path below the folder of zones for the official server, and it says so of paths that leave it.
    let why = if name.starts_with('/') {
        format!("ZoneInfo keys may not be absolute paths, got: {name}")
    } else if !is_normal(name) {
        format!("ZoneInfo keys must be normalized relative paths, got: {name}")
    } else if name == "." || name == ".." || name.starts_with("../") {
        format!("ZoneInfo keys must refer to subdirectories of TZPATH, got: {name}")
    } else if name.contains('\0') {
        "embedded null byte".to_owned()
    } else {
        quoted(&format!("No time zone found with key {name}"))
    };
    Err(Refusal::of(format!("Invalid timezone: {why}")))
}

/// Whether Python's `normpath` leaves a relative path as long as it is.
fn is_normal(path: &str) -> bool {
    let mut names = 0;
    for part in path.split('/') {
        match part {
            "" => return false,
            "." if path != "." => return false,
            ".." if names > 0 => return false,
            ".." => {}
            _ => names += 1,
        }
    }
    true
}

/// `H:M`, each of one or two digits, as seconds since midnight: what Python's `strptime` reads as `%H:%M`.
fn time_of_day(text: &str) -> Option<i64> {
    let (hour, minute) = text.split_once(':')?;
    let number = |text: &str, below: i64| {
        let digits = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        let number: i64 = text.parse().ok().filter(|_| digits)?;
        (number < below).then_some(number)
    };
    Some(number(hour, 24)? * 3600 + number(minute, 60)? * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    // 2026-03-08 05:00 UTC: the night in which New York springs forward, before it does.
    const SPRING: i64 = 1_772_946_000;
    // 2026-11-01 04:30 UTC: the night in which it falls back, before it does.
    const FALL: i64 = 1_793_507_400;

    #[track_caller]
    fn check(now: i64, time: &str, source: &str, target: &str, expected: [&str; 3]) {
        let found = convert(now, source, time, target).expect("an answer");
        let shown = [
            found.source.datetime.as_str(),
            &found.target.datetime,
            &found.time_difference,
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_time_that_is_there_twice_is_the_first() {
        let expected = [
            "2026-11-01T01:30:00-04:00",
            "2026-11-01T05:30:00+00:00",
            "+4.0h",
        ];
        check(FALL, "01:30", "America/New_York", "UTC", expected);
        let expected = [
            "2026-11-01T02:00:00-05:00",
            "2026-11-01T07:00:00+00:00",
            "+5.0h",
        ];
        check(FALL, "2:0", "America/New_York", "UTC", expected);
    }

    #[test]
    fn a_time_that_is_skipped_is_refused_and_its_neighbours_are_not() {
        let error = convert(SPRING, "America/New_York", "02:30", "UTC").expect_err("skipped");
        assert_eq!(
            error.to_string(),
            "Invalid time: 02:30 does not exist in America/New_York on 2026-03-08 (skipped by a clock change)"
        );
        let expected = [
            "2026-03-08T01:59:00-05:00",
            "2026-03-08T06:59:00+00:00",
            "+5.0h",
        ];
        check(SPRING, "01:59", "America/New_York", "UTC", expected);
        let expected = [
            "2026-03-08T03:00:00-04:00",
            "2026-03-08T07:00:00+00:00",
            "+4.0h",
        ];
        check(SPRING, "03:00", "America/New_York", "UTC", expected);
    }

    #[test]
    fn today_is_the_sources_day() {
        // In Kiritimati it is Sunday already.
        let expected = [
            "2026-03-08T12:00:00+14:00",
            "2026-03-07T10:00:00-12:00",
            "-26.0h",
        ];
        check(
            SPRING - 7200,
            "12:00",
            "Pacific/Kiritimati",
            "Etc/GMT+12",
            expected,
        );
    }

    #[test]
    fn times_are_read_as_python_reads_them() {
        for (text, seconds) in [
            ("00:00", Some(0)),
            ("9:5", Some(32_700)),
            ("23:59", Some(86_340)),
            ("24:00", None),
            ("12:60", None),
            ("", None),
            (":", None),
            ("1:", None),
            ("012:00", None),
            ("12:00:00", None),
            (" 12:00", None),
            ("+1:00", None),
            ("1٢:00", None),
        ] {
            assert_eq!(time_of_day(text), seconds, "{text}");
        }
    }

    #[test]
    fn a_name_that_is_no_zone_is_refused_as_the_official_server_refuses_it() {
        let check = |name: &str, said: &str| {
            let error = current(0, name).expect_err(name);
            assert_eq!(error.to_string(), said);
        };
        check("", "Missing required argument: timezone");
        check(
            "Mars/Base",
            "Invalid timezone: 'No time zone found with key Mars/Base'",
        );
        check(
            "europe/paris",
            "Invalid timezone: 'No time zone found with key europe/paris'",
        );
        check(
            "O'Higgins",
            "Invalid timezone: \"No time zone found with key O'Higgins\"",
        );
        check(
            "/etc/passwd",
            "Invalid timezone: ZoneInfo keys may not be absolute paths, got: /etc/passwd",
        );
        check(
            "../UTC",
            "Invalid timezone: ZoneInfo keys must refer to subdirectories of TZPATH, got: ../UTC",
        );
        check(
            ".",
            "Invalid timezone: ZoneInfo keys must refer to subdirectories of TZPATH, got: .",
        );
        check("a\0b", "Invalid timezone: embedded null byte");
        check(
            "Europe/../UTC",
            "Invalid timezone: ZoneInfo keys must be normalized relative paths, got: Europe/../UTC",
        );
    }
}
