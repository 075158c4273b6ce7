//! The formats by name, and which one a text is in.

use crate::cursor::Cursor;
use crate::entry::Entry;
use crate::white::strip;
use crate::{apache_error, combined, common, json_line, nginx, python, syslog};

/// A format that lines can be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    ApacheCombined,
    ApacheCommon,
    Nginx,
    Syslog,
    Python,
    ApacheError,
    Json,
    Unknown,
}

/// In the order in which a line is tried; JSON comes before them.
const TRIED: [Format; 6] = [
    Format::ApacheCombined,
    Format::ApacheCommon,
    Format::Nginx,
    Format::Syslog,
    Format::Python,
    Format::ApacheError,
];

/// How many lines are looked at to tell the format.
const SAMPLE: usize = 10;

impl Format {
    /// The name in arguments and answers.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ApacheCombined => "apache_combined",
            Self::ApacheCommon => "apache_common",
            Self::Nginx => "nginx",
            Self::Syslog => "syslog",
            Self::Python => "python",
            Self::ApacheError => "apache_error",
            Self::Json => "json",
            Self::Unknown => "unknown",
        }
    }

    /// Reads one stripped line of a text format.
    pub(crate) fn scan(self, line: &str) -> Option<Entry<'_>> {
        let scan = match self {
            Self::ApacheCombined => combined::scan,
            Self::ApacheCommon => common::scan,
            Self::Nginx => nginx::scan,
            Self::Syslog => syslog::scan,
            Self::Python => python::scan,
            Self::ApacheError => apache_error::scan,
            Self::Json | Self::Unknown => return None,
        };
        scan(Cursor::new(line))
    }

    /// The format of the first of ten lines that is in any.
    pub(crate) fn detect(text: &str) -> Self {
        let sample = || text.split('\n').take(SAMPLE).map(strip);
        let found = sample().find_map(|line| {
            if json_line::is_object(line) {
                return Some(Self::Json);
            }
            TRIED.into_iter().find(|format| format.scan(line).is_some())
        });
        match found {
            // Every nginx line is a combined one as well: it takes a line that only nginx writes, and none that it does not, to tell.
            Some(Self::ApacheCombined)
                if sample().any(|line| nginx::is_distinct(Cursor::new(line)))
                    && sample().all(|line| {
                        combined::scan(Cursor::new(line)).is_none()
                            || nginx::scan(Cursor::new(line)).is_some()
                    }) =>
            {
                Self::Nginx
            }
            Some(format) => format,
            None => Self::Unknown,
        }
    }
}
