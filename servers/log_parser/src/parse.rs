//! `parse_logs`: text in, entries out.

use crate::entry;
use crate::format::Format;
use crate::json_line;
use crate::white::strip;
use crate::written;
use memchr::memchr_iter;

/// The largest answer. Short lines grow forty-fold when each becomes an object, and the text block repeats it all.
pub(crate) const LARGEST: usize = 16 << 20;

/// The answer as compact JSON: `format_detected, total_lines, parsed_count, error_count, entries`.
///
/// `max_entries` counts input lines, blank ones included. `error_count` counts the lines that the format refuses outright: only JSON does (a line that is no object, or an empty
/// one); a line that a text format does not match is kept as a raw entry and counts as parsed.
pub(crate) fn parse_logs(
    text: &str,
    format: Option<Format>,
    max_entries: usize,
) -> Result<String, String> {
    let format = format.unwrap_or_else(|| Format::detect(text));
    let total_lines = memchr_iter(b'\n', text.as_bytes()).count() + 1;
    // Written behind the counts, which are known only afterwards; reserving saves the copies of a growing string.
    let expected = text.len() + total_lines.min(max_entries).saturating_mul(160);
    let mut entries = String::with_capacity(expected.min(4 * text.len()) + 64);
    let (mut parsed, mut errors) = (0, 0);
    for line in Lines::new(text).take(max_entries) {
        let line = strip(line);
        if line.is_empty() {
            continue;
        }
        let mark = entries.len();
        if mark > 0 {
            entries.push(',');
        }
        if format == Format::Json {
            if json_line::write(line, &mut entries).is_none() {
                entries.truncate(mark);
                errors += 1;
                continue;
            }
        } else if let Some(entry) = format.scan(line) {
            entry.write(&mut entries);
        } else {
            entry::write_raw(line, &mut entries);
        }
        parsed += 1;
        if entries.len() > LARGEST {
            return Err(format!(
                "the answer would be larger than {} MiB after {parsed} entries. Lower max_entries, or send the log in parts.",
                LARGEST >> 20
            ));
        }
    }
    let mut out = String::with_capacity(entries.len() + 128);
    out.push_str("{\"format_detected\":");
    written::string(&mut out, format.name());
    for (name, count) in [
        (",\"total_lines\":", total_lines),
        (",\"parsed_count\":", parsed),
        (",\"error_count\":", errors),
    ] {
        out.push_str(name);
        written::number(&mut out, count);
    }
    out.push_str(",\"entries\":[");
    out.push_str(&entries);
    out.push_str("]}");
    Ok(out)
}

/// The lines of a text as Python's `split("\n")` gives them: one more than there are line feeds.
struct Lines<'a> {
    rest: Option<&'a str>,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        Self { rest: Some(text) }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest?;
        let (line, rest) = match memchr::memchr(b'\n', rest.as_bytes()) {
            Some(at) => (rest.get(..at)?, rest.get(at + 1..)),
            None => (rest, None),
        };
        self.rest = rest;
        Some(line)
    }
}
