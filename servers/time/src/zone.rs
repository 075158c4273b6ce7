//! A time zone: its rule, and the listed changes that come before the rule holds.
//!
//! `zones.txt` holds every zone from 2026 on in 14 kB, because the tools are asked about today alone; `golden/zones.py` makes it.

use crate::civil::DAY;
use crate::rule::Rule;

/// A line each for zones that agree: `rule;changes;names`.
const ZONES: &str = include_str!("zones.txt");

/// How far a zone's clock is ahead of UTC, and whether that is daylight saving time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offset {
    /// Seconds ahead of UTC.
    pub seconds: i64,
    /// Whether daylight saving time holds, as the database's lawyers see it: in Dublin it does in winter.
    pub is_dst: bool,
}

/// What a time of day on a zone's clock means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Local {
    /// This instant; of two, where the clock was set back, the first.
    Instant(i64),
    /// None: the clock skipped it.
    Skipped,
}

/// A zone of the database.
#[derive(Clone, Debug)]
pub struct Zone {
    /// What held before the first change, and the changes in order. Empty where the rule tells all.
    changes: Vec<(i64, Offset)>,
    rule: Rule,
}

impl Zone {
    /// The zone of an IANA name; upper and lower case differ, as they do in a folder of zones.
    pub fn named(name: &str) -> Option<Zone> {
        if name.is_empty() {
            return None;
        }
        let mut lines = lines();
        let (rule, changes, _) =
            lines.find(|(_, _, names)| names.split(' ').any(|own| own == name))?;
        Some(Zone {
            changes: changes
                .split_terminator(' ')
                .map(change)
                .collect::<Option<_>>()?,
            rule: Rule::read(rule)?,
        })
    }

    /// The names of all zones.
    pub fn names() -> impl Iterator<Item = &'static str> {
        lines().flat_map(|(_, _, names)| names.split(' '))
    }

    /// The offset at an instant.
    pub fn at(&self, instant: i64) -> Offset {
        let begun = self.changes.partition_point(|(from, _)| *from <= instant);
        if begun == self.changes.len() {
            return self.rule.at(instant);
        }
        // The first holds for ever before, so it has begun.
        let (_, offset) = self.changes[begun.saturating_sub(1)];
        offset
    }

    /// The instant at which this zone's clock shows a time, given as seconds after 1970-01-01 00:00 on that clock.
    pub fn instant(&self, shown: i64) -> Local {
        // No offset reaches a day: if there is such an instant, one of these three holds at it.
        [-DAY, 0, DAY]
            .into_iter()
            .map(|away| shown - self.at(shown.saturating_add(away)).seconds)
            .filter(|instant| self.at(*instant).seconds == shown - instant)
            .min()
            .map_or(Local::Skipped, Local::Instant)
    }
}

fn lines() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    ZONES.lines().filter_map(|line| {
        let (rule, rest) = line.split_once(';')?;
        let (changes, names) = rest.split_once(';')?;
        Some((rule, changes, names))
    })
}

/// `instant:seconds:is_dst`; of what holds at first `seconds:is_dst`.
fn change(text: &str) -> Option<(i64, Offset)> {
    let (before, is_dst) = text.rsplit_once(':')?;
    let (from, seconds) = match before.split_once(':') {
        Some((from, seconds)) => (from.parse().ok()?, seconds),
        None => (i64::MIN, before),
    };
    let offset = Offset {
        seconds: seconds.parse().ok()?,
        is_dst: is_dst == "1",
    };
    Some((from, offset))
}
