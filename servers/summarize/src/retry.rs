//! When a request is sent again, and how long to wait before.

use std::time::Duration;

/// The longest wait that a call is worth.
const LONGEST: Duration = Duration::from_secs(20);

/// Whether an answer of this status may be another one next time.
pub fn may_change(status: u16) -> bool {
    matches!(status, 408 | 409 | 425 | 429 | 500 | 502 | 503 | 504)
}

/// How long to wait before the next attempt, of which this many were made; `None` where the other side asks for more patience than a call has.
pub fn wait(attempts: u32, retry_after: Option<&str>, date: Option<&str>) -> Option<Duration> {
    let asked = retry_after.and_then(|written| asked(written.trim(), date));
    match asked {
        Some(asked) => (asked <= LONGEST).then_some(asked),
        // Half a second, and twice as long each time, up to eight seconds.
        None => Some(Duration::from_millis(
            500 << attempts.saturating_sub(1).min(4),
        )),
    }
}

/// `Retry-After`: seconds, or a date, which is compared with the date that the same answer bears.
fn asked(written: &str, date: Option<&str>) -> Option<Duration> {
    if let Ok(seconds) = written.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let then = seconds_of(written)?;
    let now = seconds_of(date?.trim())?;
    Some(Duration::from_secs(then.saturating_sub(now)))
}

/// A date as HTTP writes it (`Sun, 06 Nov 1994 08:49:37 GMT`), in seconds since some fixed day.
fn seconds_of(written: &str) -> Option<u64> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let mut words = written.split(' ').skip(1);
    let day: u64 = words
        .next()?
        .parse()
        .ok()
        .filter(|day| (1..=31).contains(day))?;
    let month = words.next()?;
    let month = MONTHS.iter().position(|name| *name == month)? as u64;
    let year: u64 = words
        .next()?
        .parse()
        .ok()
        .filter(|year| (1970..10_000).contains(year))?;
    let mut clock = words
        .next()?
        .split(':')
        .map(|part| part.parse::<u64>().ok().filter(|part| *part < 61));
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    // Days by the civil calendar, counted from March, so that the leap day is a year's last.
    let (year, month) = if month < 2 {
        (year - 1, month + 10)
    } else {
        (year, month - 2)
    };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day;
    Some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_are_bounded() {
        let plain: Vec<_> = (1..8)
            .filter_map(|n| wait(n, None, None))
            .map(|time| time.as_millis())
            .collect();
        assert_eq!(plain, [500, 1000, 2000, 4000, 8000, 8000, 8000]);
        assert_eq!(wait(1, Some("3"), None), Some(Duration::from_secs(3)));
        assert_eq!(wait(1, Some("0"), None), Some(Duration::ZERO));
        assert_eq!(wait(1, Some("3600"), None), None);
        assert_eq!(
            wait(1, Some("soon"), None),
            Some(Duration::from_millis(500))
        );
        let (new_year, before) = (
            "Fri, 01 Mar 2024 00:00:05 GMT",
            "Thu, 29 Feb 2024 23:59:58 GMT",
        );
        assert_eq!(
            wait(1, Some(new_year), Some(before)),
            Some(Duration::from_secs(7))
        );
        assert_eq!(wait(1, Some(before), Some(new_year)), Some(Duration::ZERO));
    }
}
