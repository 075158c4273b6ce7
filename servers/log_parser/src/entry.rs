//! One parsed line of a text format: which fields it has, their values, and how it is written as JSON.

use crate::level;
use crate::written;
use std::borrow::Cow;

/// The most fields that a format has.
const MOST: usize = 8;

/// What all lines of a format have in common.
#[derive(Debug)]
pub(crate) struct Shape {
    /// Field names, each as it opens in JSON, so that writing one is one copy.
    openings: &'static [&'static str],
    /// Which field tells the level.
    level: Source,
}

/// Where the level is read from, in the original's order of preference: a level field, a status, the message.
#[derive(Clone, Copy, Debug)]
enum Source {
    Level(usize),
    Status(usize),
    Message(usize),
}

/// The combined log, and nginx's.
pub(crate) static COMBINED: Shape = Shape {
    openings: &[
        "{\"ip\":",
        ",\"time\":",
        ",\"method\":",
        ",\"path\":",
        ",\"status\":",
        ",\"size\":",
        ",\"referrer\":",
        ",\"agent\":",
    ],
    level: Source::Status(4),
};

/// The common log.
pub(crate) static COMMON: Shape = Shape {
    openings: COMBINED.openings.split_at(6).0,
    level: Source::Status(4),
};

/// Syslog.
pub(crate) static SYSLOG: Shape = Shape {
    openings: &[
        "{\"time\":",
        ",\"host\":",
        ",\"process\":",
        ",\"pid\":",
        ",\"message\":",
    ],
    level: Source::Message(4),
};

/// Python's logging module.
pub(crate) static PYTHON: Shape = Shape {
    openings: &["{\"time\":", ",\"logger\":", ",\"level\":", ",\"message\":"],
    level: Source::Level(2),
};

/// Apache's error log up to 2.2.
pub(crate) static ERROR_CLASSIC: Shape = Shape {
    openings: &[
        "{\"time\":",
        ",\"level\":",
        ",\"pid\":",
        ",\"client\":",
        ",\"message\":",
    ],
    level: Source::Level(1),
};

/// Apache's error log since 2.4.
pub(crate) static ERROR_MODULE: Shape = Shape {
    openings: &[
        "{\"time\":",
        ",\"module\":",
        ",\"level\":",
        ",\"pid\":",
        ",\"tid\":",
        ",\"client\":",
        ",\"message\":",
    ],
    level: Source::Level(2),
};

/// A line that its format's scanner has read. A field that the line leaves out is null.
pub(crate) struct Entry<'a> {
    shape: &'static Shape,
    values: [Option<&'a str>; MOST],
}

impl<'a> Entry<'a> {
    /// An entry with these values, in the shape's order.
    pub(crate) fn fields<const N: usize>(
        shape: &'static Shape,
        values: [Option<&'a str>; N],
    ) -> Self {
        const { assert!(N <= MOST) }
        let mut all = [None; MOST];
        all[..N].copy_from_slice(&values);
        Self { shape, values: all }
    }

    /// The value of a field by its place in the shape.
    pub(crate) fn value(&self, place: usize) -> &'a str {
        self.values.get(place).copied().flatten().unwrap_or("")
    }

    /// The severity that the line states or implies.
    pub(crate) fn level(&self) -> Cow<'a, str> {
        match self.shape.level {
            Source::Level(place) => level::lower(self.value(place)),
            Source::Status(place) => Cow::Borrowed(level::of_digits(self.value(place))),
            Source::Message(place) => Cow::Borrowed(level::of_message(self.value(place))),
        }
    }

    /// Appends the entry and its level as one JSON object.
    pub(crate) fn write(&self, out: &mut String) {
        for (opening, value) in self.shape.openings.iter().zip(self.values) {
            out.push_str(opening);
            match value {
                Some(text) => written::string(out, text),
                None => out.push_str("null"),
            }
        }
        out.push_str(",\"_level\":");
        written::string(out, &self.level());
        out.push('}');
    }
}

/// Appends the entry of a line that its format does not match.
pub(crate) fn write_raw(line: &str, out: &mut String) {
    out.push_str("{\"raw\":");
    written::string(out, line);
    out.push_str(",\"parsed\":false,\"_level\":\"");
    out.push_str(level::of_message(line));
    out.push_str("\"}");
}
