//! The proleptic Gregorian calendar: seconds to date and time, and back.

use std::fmt;

/// Seconds of a day.
pub const DAY: i64 = 86_400;

/// A date and a time of day, of whatever zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// Of the common era.
    pub year: i64,
    /// 1 to 12.
    pub month: i64,
    /// 1 to 31.
    pub day: i64,
    /// Seconds since midnight.
    pub second: i64,
}

/// Days since 1970-01-01 of a date.
pub fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years that begin in March put the leap day last (H. Hinnant, "chrono-compatible low-level date algorithms").
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// How many days a month has.
pub fn length(year: i64, month: i64) -> i64 {
    let next = if month == 12 {
        days(year + 1, 1, 1)
    } else {
        days(year, month + 1, 1)
    };
    next - days(year, month, 1)
}

/// Whether a year has a 29th of February.
pub fn is_leap(year: i64) -> bool {
    length(year, 2) == 29
}

/// The day of the week of a day since 1970-01-01: 0 is Sunday.
pub fn weekday(days: i64) -> i64 {
    (days + 4).rem_euclid(7)
}

impl Civil {
    /// What a clock shows so many seconds after 1970-01-01 00:00 on it.
    pub fn of_seconds(seconds: i64) -> Civil {
        let (days, second) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let of_era = shifted.rem_euclid(146_097);
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        Civil {
            year: year + era * 400 + i64::from(month <= 2),
            month,
            day,
            second,
        }
    }

    /// Seconds after 1970-01-01 00:00 on the same clock.
    pub fn seconds(self) -> i64 {
        days(self.year, self.month, self.day) * DAY + self.second
    }

    /// The day's English name.
    pub fn day_name(self) -> &'static str {
        const NAMES: [&str; 7] = [
            "Sunday",
            "Monday",
            "Tuesday",
            "Wednesday",
            "Thursday",
            "Friday",
            "Saturday",
        ];
        let day = weekday(days(self.year, self.month, self.day));
        NAMES[usize::try_from(day).unwrap_or(0) % 7]
    }

    /// `2026-03-08`.
    pub fn date(self) -> impl fmt::Display {
        fmt::from_fn(move |f| write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day))
    }
}

impl fmt::Display for Civil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute, second) = (self.second / 3600, self.second / 60 % 60, self.second % 60);
        write!(f, "{}T{hour:02}:{minute:02}:{second:02}", self.date())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_that_calendars_agree_on() {
        for (seconds, shown, name) in [
            (0, "1970-01-01T00:00:00", "Thursday"),
            (-1, "1969-12-31T23:59:59", "Wednesday"),
            (951_782_400, "2000-02-29T00:00:00", "Tuesday"),
            (4_107_542_399, "2100-02-28T23:59:59", "Sunday"),
            (1_795_300_000, "2026-11-21T22:26:40", "Saturday"),
        ] {
            let civil = Civil::of_seconds(seconds);
            assert_eq!(
                (civil.to_string().as_str(), civil.day_name()),
                (shown, name)
            );
            assert_eq!(civil.seconds(), seconds);
        }
    }

    #[test]
    fn there_and_back_for_every_day_of_eight_centuries() {
        for day in days(1600, 1, 1)..days(2400, 1, 1) {
            let civil = Civil::of_seconds(day * DAY);
            assert_eq!(civil.seconds(), day * DAY);
            assert!((1..=length(civil.year, civil.month)).contains(&civil.day));
        }
    }
}
