//! The rule by which a zone goes on after its last listed change: a POSIX TZ text such as `CET-1CEST,M3.5.0,M10.5.0/3`.

use crate::civil::{self, Civil, DAY};
use crate::zone::Offset;

/// A zone's rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    standard: Offset,
    daylight: Option<Daylight>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Daylight {
    offset: Offset,
    start: Change,
    end: Change,
}

/// When in a year a change is, by the clock that runs until then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Change {
    day: Day,
    /// Seconds after that day's midnight; may be negative, or more than a day.
    second: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Day {
    /// `Mm.w.d`: the w-th (5: the last) day of the week d in a month.
    OfWeek { month: i64, week: i64, day: i64 },
    /// `Jn`: the n-th day, where no 29th of February is counted.
    Julian(i64),
    /// `n`: days after the first of January.
    After(i64),
}

impl Rule {
    /// Reads a rule; `None` where it is none.
    pub fn read(text: &str) -> Option<Rule> {
        let mut text = text.as_bytes();
        name(&mut text)?;
        let standard = Offset {
            seconds: -time(&mut text, 24)?,
            is_dst: false,
        };
        if text.is_empty() {
            let daylight = None;
            return Some(Rule { standard, daylight });
        }
        name(&mut text)?;
        let ahead = match text.first()? {
            b',' => standard.seconds + 3600,
            _ => -time(&mut text, 24)?,
        };
        let start = change(&mut text)?;
        let end = change(&mut text)?;
        text.is_empty().then_some(Rule {
            standard,
            daylight: Some(Daylight {
                offset: Offset {
                    seconds: ahead,
                    is_dst: true,
                },
                start,
                end,
            }),
        })
    }

    /// The offset at an instant.
    pub fn at(&self, instant: i64) -> Offset {
        let Some(daylight) = &self.daylight else {
            return self.standard;
        };
        let year = Civil::of_seconds(instant.saturating_add(self.standard.seconds)).year;
        let start = daylight.start.of(year) - self.standard.seconds;
        let end = daylight.end.of(year) - daylight.offset.seconds;
        // In the south, summer time goes over the new year.
        let is_daylight = if start < end {
            (start..end).contains(&instant)
        } else {
            !(end..start).contains(&instant)
        };
        if is_daylight {
            daylight.offset
        } else {
            self.standard
        }
    }
}

impl Change {
    fn of(self, year: i64) -> i64 {
        let day = match self.day {
            Day::OfWeek { month, week, day } => {
                let first = civil::days(year, month, 1);
                let mut of_month = (day - civil::weekday(first)).rem_euclid(7) + (week - 1) * 7;
                if of_month >= civil::length(year, month) {
                    of_month -= 7;
                }
                first + of_month
            }
            Day::Julian(n) => {
                civil::days(year, 1, 1) + n - i64::from(n < 60 || !civil::is_leap(year))
            }
            Day::After(n) => civil::days(year, 1, 1) + n,
        };
        day * DAY + self.second
    }
}

fn eat(text: &mut &[u8], byte: u8) -> Option<()> {
    *text = text.strip_prefix(&[byte])?;
    Some(())
}

/// An abbreviation, letters or anything in angle brackets; no answer shows it.
fn name(text: &mut &[u8]) -> Option<()> {
    if eat(text, b'<').is_some() {
        let end = text.iter().position(|byte| *byte == b'>')?;
        *text = text.get(end + 1..)?;
        return Some(());
    }
    let letters = text.iter().take_while(|byte| byte.is_ascii_alphabetic());
    let length = letters.count();
    *text = text.get(length..)?;
    (length >= 3).then_some(())
}

fn number(text: &mut &[u8], most: i64) -> Option<i64> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, rest) = text.split_at_checked(digits)?;
    let number: i64 = str::from_utf8(number).ok()?.parse().ok()?;
    *text = rest;
    (number <= most).then_some(number)
}

/// `[+-]h[:m[:s]]` in seconds.
fn time(text: &mut &[u8], most_hours: i64) -> Option<i64> {
    let negative = eat(text, b'-').is_some();
    if !negative {
        let _ = eat(text, b'+');
    }
    let mut seconds = number(text, most_hours)? * 3600;
    if eat(text, b':').is_some() {
        seconds += number(text, 59)? * 60;
        if eat(text, b':').is_some() {
            seconds += number(text, 59)?;
        }
    }
    Some(if negative { -seconds } else { seconds })
}

/// `,Mm.w.d[/time]` and its two siblings.
fn change(text: &mut &[u8]) -> Option<Change> {
    eat(text, b',')?;
    let day = if eat(text, b'M').is_some() {
        let month = number(text, 12)?;
        eat(text, b'.')?;
        let week = number(text, 5)?;
        eat(text, b'.')?;
        let day = number(text, 6)?;
        if month == 0 || week == 0 {
            return None;
        }
        Day::OfWeek { month, week, day }
    } else if eat(text, b'J').is_some() {
        let n = number(text, 365)?;
        if n == 0 {
            return None;
        }
        Day::Julian(n)
    } else {
        Day::After(number(text, 365)?)
    };
    // RFC 8536, 3.3.1: hours may go from -167 to 167.
    let second = match eat(text, b'/') {
        Some(()) => time(text, 167)?,
        None => 2 * 3600,
    };
    Some(Change { day, second })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(rule: &str, expected: &[(&str, i64, bool)]) {
        let rule = Rule::read(rule).expect("a rule");
        for (instant, hours, is_dst) in expected {
            let (date, hour) = instant.split_once(' ').expect("date and time");
            let mut date = date.split('-').map(|n| n.parse::<i64>().expect("a number"));
            let mut next = || date.next().expect("three numbers");
            let day = civil::days(next(), next(), next()) * DAY;
            let mut hour = hour.split(':').map(|n| n.parse::<i64>().expect("a number"));
            let second = hour.next().unwrap_or(0) * 3600 + hour.next().unwrap_or(0) * 60;
            let found = rule.at(day + second);
            assert_eq!(
                (found.seconds, found.is_dst),
                (hours * 60, *is_dst),
                "{instant}"
            );
        }
    }

    #[test]
    fn the_rules_of_posix_and_of_rfc_8536() {
        // By hand: the European Union, the last Sundays of March and October at 01:00 UTC.
        check(
            "CET-1CEST,M3.5.0,M10.5.0/3",
            &[
                ("2026-03-29 00:59", 60, false),
                ("2026-03-29 01:00", 120, true),
                ("2026-10-25 00:59", 120, true),
                ("2026-10-25 01:00", 60, false),
            ],
        );
        // The south: over the new year.
        check(
            "AEST-10AEDT,M10.1.0,M4.1.0/3",
            &[
                ("2026-01-01 00:00", 660, true),
                ("2026-04-04 15:59", 660, true),
                ("2026-04-04 16:00", 600, false),
                ("2026-10-03 15:59", 600, false),
                ("2026-10-03 16:00", 660, true),
                ("2026-12-31 23:59", 660, true),
            ],
        );
        // Hours beyond a day, half hours, days of the year, and no change at all.
        check(
            "EET-2EEST,M3.4.4/50,M10.4.4/50",
            &[
                ("2026-03-27 23:59", 120, false),
                ("2026-03-28 00:00", 180, true),
            ],
        );
        // Days of the year: J60 is the 1st of March whatever the year, 60 the 1st of March of a leap year alone.
        check(
            "XXX0YYY-1:30,J60/0,60/0",
            &[
                ("2027-02-28 23:59", 0, false),
                ("2027-03-01 00:00", 90, true),
                ("2027-03-01 22:29", 90, true),
                ("2027-03-01 22:30", 0, false),
            ],
        );
        check("<+0545>-5:45", &[("2026-07-01 00:00", 345, false)]);
        check(
            "IST-1GMT0,M10.5.0,M3.5.0/1",
            &[("2026-12-01 00:00", 0, true)],
        );
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        for text in [
            "",
            "CET",
            "CET-",
            "CET-25",
            "CET-1CEST",
            "CET-1CEST,M3.5.0",
            "C-1",
            "<+01-1",
            "CET-1CEST,M13.5.0,M10.5.0",
            "CET-1CEST,M3.0.0,M10.5.0",
            "CET-1CEST,J0,J1",
            "CET-1CEST,M3.5.0,M10.5.0x",
            "CET-1CEST,M3.5.0/168,M10.5.0",
        ] {
            assert_eq!(Rule::read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[A-Z<>+0-9:,/.MJ-]{0,30}", instant: i32) {
            if let Some(rule) = Rule::read(&text) {
                rule.at(i64::from(instant));
            }
        }
    }
}
