//! Dates: how answers show them, and what a client may write for the bounds of a log.

use crate::object::Actor;

const DAY: i64 = 86_400;
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const WEEKDAYS: [&str; 7] = [
    "sunday",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
];
const NUMBERS: [&str; 11] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
];

/// A civil date and time without a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Civil {
    year: i64,
    month: i64,
    day: i64,
    seconds: i64,
}

/// `2024-01-15 14:30:25+01:00`, as Python prints a moment with its zone.
pub fn python(actor: &Actor) -> String {
    let (sign, hours, minutes) = zone(actor);
    format!("{}{sign}{hours:02}:{minutes:02}", local(actor))
}

/// `2024-01-15 14:30:25 +0100`, as git's ISO format.
pub fn iso(actor: &Actor) -> String {
    let (sign, hours, minutes) = zone(actor);
    format!("{} {sign}{hours:02}{minutes:02}", local(actor))
}

fn zone(actor: &Actor) -> (char, i64, i64) {
    let offset = actor.offset();
    let sign = if offset < 0 { '-' } else { '+' };
    (sign, offset.abs() / 3600, offset.abs() / 60 % 60)
}

fn local(actor: &Actor) -> String {
    let civil = civil(actor.seconds.saturating_add(actor.offset()));
    format!(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
        civil.year,
        civil.month,
        civil.day,
        civil.seconds / 3600,
        civil.seconds / 60 % 60,
        civil.seconds % 60
    )
}

/// The day of a moment in UTC; after Howard Hinnant's "chrono-compatible low-level date algorithms".
fn civil(seconds: i64) -> Civil {
    let days = seconds.div_euclid(DAY) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    Civil {
        year: year_of_era + era * 400 + i64::from(month >= 10),
        month: if month < 10 { month + 3 } else { month - 9 },
        day: day_of_year - (153 * month + 2) / 5 + 1,
        seconds: seconds.rem_euclid(DAY),
    }
}

/// The moment of a day in UTC, by the same source.
fn moment(civil: Civil) -> i64 {
    let year = civil.year - i64::from(civil.month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month = (civil.month + 9) % 12;
    let day_of_year = (153 * month + 2) / 5 + civil.day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    (era * 146_097 + day_of_era - 719_468) * DAY + civil.seconds
}

/// Reads a date as freely as git does; what is not given is taken from now, and what is not understood is passed over.
///
/// Whoever gives only a day means that day at the present time of day, in UTC, as git has it.
pub fn parse(text: &str, now: i64) -> i64 {
    let text = text.trim().to_ascii_lowercase();
    if let Some(exact) = exact(&text) {
        return exact;
    }
    let mut at = now;
    let mut date = civil(now);
    let mut given = false;
    let mut clock = None;
    let mut zone = None;
    let mut number: Option<i64> = None;
    let spaced = spaced(&text);
    for word in spaced.split_whitespace() {
        if let Some(seconds) = time(word) {
            clock = Some(seconds);
            continue;
        }
        if let Some(day) = day(word) {
            (date, given) = (
                Civil {
                    seconds: date.seconds,
                    ..day
                },
                true,
            );
            continue;
        }
        if let Some(offset) = offset(word) {
            zone = Some(offset);
            continue;
        }
        if let Ok(value) = word
            .trim_end_matches(['s', 't', 'n', 'd', 'r', 'h'])
            .parse::<i64>()
        {
            if given || number.is_none() {
                match value {
                    1970..=2199 => date.year = value,
                    1..=31 if given => date.day = value,
                    _ => {}
                }
            }
            number = Some(value);
            continue;
        }
        if let Some(value) = NUMBERS.iter().position(|name| *name == word) {
            number = i64::try_from(value).ok();
            continue;
        }
        if let Some(month) = name(&MONTHS, word) {
            date.month = month + 1;
            if let Some(value @ 1..=31) = number {
                date.day = value;
            }
            given = true;
            continue;
        }
        if let Some(weekday) = name(&WEEKDAYS, word) {
            let today = (at.div_euclid(DAY) + 4).rem_euclid(7);
            let back = (today - weekday).rem_euclid(7);
            let weeks = number.take().unwrap_or(0).max(0);
            at -= (if back == 0 && weeks == 0 { 0 } else { back } + weeks * 7) * DAY;
            date = civil(at);
            continue;
        }
        match word {
            "now" => at = now,
            "today" => {}
            "yesterday" => at -= DAY,
            "midnight" => clock = Some(0),
            "noon" => clock = Some(12 * 3600),
            "tea" => clock = Some(17 * 3600),
            "last" => number = Some(1),
            "pm" | "am" => {
                if let Some(hour @ 1..=12) = number {
                    clock = Some(hour % 12 * 3600);
                }
                if word == "pm" {
                    clock = clock.map(|seconds| {
                        if seconds < 12 * 3600 {
                            seconds + 12 * 3600
                        } else {
                            seconds
                        }
                    });
                }
            }
            unit => {
                if let Some(moved) = back(at, unit, number.unwrap_or(0)) {
                    at = moved;
                    number = None;
                }
            }
        }
        if !given {
            date = civil(at);
        }
    }
    if !given {
        date = civil(at);
    }
    if let Some(seconds) = clock {
        let later = !given && moment(Civil { seconds, ..date }) > now;
        date.seconds = seconds;
        if later {
            return moment(date) - DAY;
        }
    }
    moment(date) - zone.unwrap_or(0)
}

/// The text with its parts apart: `2024-01-15t14:30:25+01:00` is a day, a time and a zone, and `2.weeks.ago` three words.
fn spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut before = ' ';
    // within a time, a sign begins a zone; within a day it does not
    let mut clock = false;
    let characters: Vec<char> = text.chars().collect();
    for (at, character) in characters.iter().enumerate() {
        let next = characters.get(at + 1).copied().unwrap_or(' ');
        match character {
            ',' | '_' => out.push(' '),
            't' if before.is_ascii_digit() && next.is_ascii_digit() => out.push(' '),
            '.' if !(before.is_ascii_digit() && next.is_ascii_digit()) => out.push(' '),
            'z' if before.is_ascii_digit() => out.push_str(" z"),
            'a' | 'p' if before.is_ascii_digit() && next == 'm' => {
                out.push(' ');
                out.push(*character);
            }
            '+' | '-' if clock => {
                out.push(' ');
                out.push(*character);
            }
            other => out.push(*other),
        }
        clock = match character {
            ':' => true,
            digit if digit.is_ascii_digit() || *digit == '.' => clock,
            _ => false,
        };
        before = *character;
    }
    out
}

/// `@1700000000`, or digits that can only be seconds, with or without a zone.
fn exact(text: &str) -> Option<i64> {
    let first = text.split_whitespace().next()?;
    if let Some(seconds) = first.strip_prefix('@') {
        return seconds.parse().ok();
    }
    (first.len() >= 9 && first.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| first.parse().ok())
        .flatten()
}

fn name(names: &[&str], word: &str) -> Option<i64> {
    let word = word.trim_end_matches('.');
    let at = names
        .iter()
        .position(|name| word.len() >= 3 && name.starts_with(word))?;
    i64::try_from(at).ok()
}

fn back(at: i64, unit: &str, number: i64) -> Option<i64> {
    let number = number.clamp(0, 100_000);
    let unit = unit
        .strip_suffix('s')
        .filter(|unit| unit.len() > 2)
        .unwrap_or(unit);
    let length = match unit {
        "second" | "sec" => 1,
        "minute" | "min" => 60,
        "hour" => 3600,
        "day" => DAY,
        "week" => 7 * DAY,
        "month" | "year" => {
            let months = if unit == "year" { 12 * number } else { number };
            let date = civil(at);
            let total = date.year * 12 + date.month - 1 - months;
            return Some(moment(Civil {
                year: total.div_euclid(12),
                month: total.rem_euclid(12) + 1,
                ..date
            }));
        }
        _ => return None,
    };
    Some(at - number * length)
}

/// `14:30`, `14:30:25`, with a fraction, and nothing else.
fn time(word: &str) -> Option<i64> {
    let word = word.split('.').next()?;
    let mut parts = word.split(':');
    let (hours, minutes) = (parts.next()?, parts.next()?);
    let seconds = parts.next().unwrap_or("0");
    if parts.next().is_some() {
        return None;
    }
    let number = |text: &str, most: i64| {
        let digits = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        text.parse::<i64>()
            .ok()
            .filter(|value| digits && *value <= most)
    };
    Some(number(hours, 24)? * 3600 + number(minutes, 59)? * 60 + number(seconds, 60)?)
}

/// `2024-01-15`, `2024/1/15`, `15.01.2024` or `01/15/2024`.
fn day(word: &str) -> Option<Civil> {
    let sign = word.chars().find(|c| matches!(c, '-' | '/' | '.'))?;
    let parts: Vec<&str> = word.split(sign).collect();
    let [a, b, c] = parts[..] else {
        return None;
    };
    let number = |text: &str| {
        let digits =
            !text.is_empty() && text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit());
        text.parse::<i64>().ok().filter(|_| digits)
    };
    let (x, y, z) = (number(a)?, number(b)?, number(c)?);
    let (year, month, day) = match (a.len(), c.len(), sign) {
        (4, _, _) => (x, y, z),
        (_, 4, '/') if x <= 12 => (z, x, y),
        (_, 4, _) => (z, y, x),
        _ => return None,
    };
    let fits = (1..=12).contains(&month) && (1..=31).contains(&day);
    fits.then_some(Civil {
        year,
        month,
        day,
        seconds: 0,
    })
}

/// `z`, `utc`, `+0100` or `-05:30`, in seconds.
fn offset(word: &str) -> Option<i64> {
    if matches!(word, "z" | "utc" | "gmt") {
        return Some(0);
    }
    let sign = match word.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits = word[1..].replace(':', "");
    if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value: i64 = digits.parse().ok()?;
    Some(sign * (value / 100 * 3600 + value % 100 * 60))
}
