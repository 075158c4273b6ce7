//! The answers, in the form of the official server: structured, and as text the same JSON indented by two.

use crate::civil::Civil;
use crate::zone::Zone;
use wasmmcp::prelude::*;

/// A time in a zone.
#[derive(Debug, PartialEq, Eq, Serialize, Schema)]
pub struct Time {
    /// The zone, as it was named.
    pub timezone: String,
    /// Date and time with the offset from UTC (ISO 8601).
    pub datetime: String,
    /// The day's English name.
    pub day_of_week: String,
    /// Whether daylight saving time holds.
    pub is_dst: bool,
}

/// A time in two zones.
#[derive(Debug, PartialEq, Eq, Serialize, Schema)]
pub struct Conversion {
    /// The time that was given.
    pub source: Time,
    /// The same instant in the other zone.
    pub target: Time,
    /// How far the target's clock is ahead, in hours: `+9.0h`, `-3.5h`, `+5.75h`.
    pub time_difference: String,
}

impl Time {
    /// What a zone's clock shows at an instant.
    pub fn at(instant: i64, zone: &Zone, name: &str) -> Time {
        let offset = zone.at(instant);
        let civil = Civil::of_seconds(instant.saturating_add(offset.seconds));
        Time {
            timezone: name.to_owned(),
            datetime: format!("{civil}{}", ahead(offset.seconds)),
            day_of_week: civil.day_name().to_owned(),
            is_dst: offset.is_dst,
        }
    }
}

/// `+02:00`; with seconds where an offset has some.
fn ahead(seconds: i64) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let size = seconds.abs();
    let (hours, minutes, rest) = (size / 3600, size / 60 % 60, size % 60);
    if rest == 0 {
        format!("{sign}{hours:02}:{minutes:02}")
    } else {
        format!("{sign}{hours:02}:{minutes:02}:{rest:02}")
    }
}

/// Seconds as hours: one decimal where they are whole, else up to two without zeros at the end.
pub fn difference(seconds: i64) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let size = seconds.abs();
    if size % 3600 == 0 {
        return format!("{sign}{}.0h", size / 3600);
    }
    // Half a hundredth is an offset of 18 seconds; the nearest that is in use is a minute.
    let hundredths = (size * 100 + 1800) / 3600;
    let text = format!("{sign}{}.{:02}", hundredths / 100, hundredths % 100);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text}h")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_written_as_the_official_server_writes_them() {
        // Python: f"{h:+.1f}h" where h is whole, else f"{h:+.2f}".rstrip("0").rstrip(".") + "h".
        for (seconds, text) in [
            (0, "+0.0h"),
            (9 * 3600, "+9.0h"),
            (-26 * 3600, "-26.0h"),
            (19_800, "+5.5h"),
            (-12_600, "-3.5h"),
            (20_700, "+5.75h"),
            (-900, "-0.25h"),
            (60, "+0.02h"),
            (3599, "+1h"),
            (-1200, "-0.33h"),
        ] {
            assert_eq!(difference(seconds), text);
        }
    }

    #[test]
    fn offsets_show_seconds_only_where_there_are_some() {
        assert_eq!(ahead(0), "+00:00");
        assert_eq!(ahead(-12_600), "-03:30");
        assert_eq!(ahead(50_400), "+14:00");
        assert_eq!(ahead(-1_521), "-00:25:21");
    }
}
