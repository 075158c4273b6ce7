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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn parse(text: &str, format: Option<Format>, most: usize) -> Value {
        serde_json::from_str(&parse_logs(text, format, most).unwrap()).unwrap()
    }

    #[test]
    fn counts_are_of_lines() {
        let answer = |format: &str, total, parsed, errors, entries| json!({ "format_detected": format, "total_lines": total, "parsed_count": parsed, "error_count": errors, "entries": entries });
        let raw =
            |line: &str, level: &str| json!({ "raw": line, "parsed": false, "_level": level });
        for (text, format, most, expected) in [
            ("", None, 1000, answer("unknown", 1, 0, 0, json!([]))),
            ("\r\n \n", None, 1000, answer("unknown", 3, 0, 0, json!([]))),
            (
                " An Error \r\n\nb",
                None,
                1000,
                answer(
                    "unknown",
                    3,
                    2,
                    0,
                    json!([raw("An Error", "error"), raw("b", "info")]),
                ),
            ),
            // max_entries counts lines, the blank one too.
            (
                "a\n\nb\nc",
                None,
                3,
                answer(
                    "unknown",
                    4,
                    2,
                    0,
                    json!([raw("a", "info"), raw("b", "info")]),
                ),
            ),
            ("a", None, 0, answer("unknown", 1, 0, 0, json!([]))),
            (
                "{\"a\":1}\n[2]\n{}\n\n3\noops",
                None,
                1000,
                answer("json", 6, 1, 4, json!([{ "a": 1, "_level": "info" }])),
            ),
            (
                "a warning",
                Some(Format::Syslog),
                1000,
                answer("syslog", 1, 1, 0, json!([raw("a warning", "warning")])),
            ),
        ] {
            assert_eq!(parse(text, format, most), expected, "{text:?}");
        }
    }

    #[test]
    fn an_answer_has_a_largest_size() {
        let text = "x\n".repeat(1_000_000);
        let error = parse_logs(&text, None, usize::MAX).unwrap_err();
        assert!(error.contains("Lower max_entries"), "{error}");
        assert!(parse_logs(&text, None, 1_000).is_ok());
    }

    /// Real logs of the Loghub collection, which stays out of the repository; the counts are its own and the script's (golden/make.py).
    #[test]
    fn real_logs_are_read() {
        for (name, format, lines, raw, levels, pids) in [
            (
                "Apache",
                "apache_error",
                2000,
                0,
                &[("error", 595), ("notice", 1405)][..],
                0,
            ),
            (
                "Linux",
                "syslog",
                2000,
                8,
                &[("info", 1998), ("warning", 2)],
                1848,
            ),
            (
                "OpenSSH",
                "syslog",
                2000,
                0,
                &[("info", 1953), ("error", 47)],
                2000,
            ),
        ] {
            let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/loghub");
            let Ok(text) = std::fs::read_to_string(format!("{root}/{name}/{name}_2k.log")) else {
                println!("skipped: no shared data");
                return;
            };
            let answer = parse(&text, None, 5000);
            let entries = answer["entries"].as_array().unwrap();
            let count =
                |is: &dyn Fn(&Value) -> bool| entries.iter().filter(|entry| is(entry)).count();
            assert_eq!(
                (answer["format_detected"].as_str(), entries.len()),
                (Some(format), lines),
                "{name}"
            );
            assert_eq!(count(&|entry| entry["raw"].is_string()), raw, "{name}: raw");
            assert_eq!(
                count(&|entry| entry["pid"].is_string()),
                pids,
                "{name}: pid"
            );
            for (level, times) in levels {
                assert_eq!(
                    count(&|entry| entry["_level"] == *level),
                    *times,
                    "{name}: {level}"
                );
            }
        }
    }

    const FORMATS: [Option<Format>; 9] = [
        None,
        Some(Format::ApacheCombined),
        Some(Format::ApacheCommon),
        Some(Format::Nginx),
        Some(Format::Syslog),
        Some(Format::Python),
        Some(Format::ApacheError),
        Some(Format::Json),
        Some(Format::Unknown),
    ];

    proptest! {
        #[test]
        fn any_text_gives_an_answer(
            text in r#"(?s)([ -~\n]|[\[\]"{}: \n\-]|[0-9]{1,4}|Jun|é|\u{1f}|\u{a0}|192\.0\.2\.1 - - \[t\] "GET / H" 200 |\{"a":|\[Sun Dec 04 04:47:44 2005\] \[|2025-01-01 01:01:01,000 - ){0,30}"#,
            format in prop::sample::select(&FORMATS[..]),
            most in 0usize..8,
        ) {
            let answer = parse(&text, format, most);
            let count = |name: &str| answer[name].as_u64().unwrap() as usize;
            let visible = text.split('\n').take(most).filter(|line| !strip(line).is_empty()).count();
            prop_assert_eq!(count("total_lines"), text.split('\n').count());
            prop_assert_eq!(count("parsed_count") + count("error_count"), visible);
            prop_assert_eq!(answer["entries"].as_array().unwrap().len(), count("parsed_count"));
            for entry in answer["entries"].as_array().unwrap() {
                prop_assert!(entry["_level"].is_string());
            }
        }

        #[test]
        fn a_line_is_read_alike_with_either_ending(lines in prop::collection::vec("[a-z\\[\\] \"0-9]{0,20}", 0..6)) {
            let read = |end: &str| parse(&lines.join(end), None, 1000)["entries"].clone();
            prop_assert_eq!(read("\n"), read("\r\n"));
        }
    }
}
