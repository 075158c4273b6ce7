//! Lines of logs: every line is counted once, and every entry is an object.

use serde_json::{Value, json};

use super::{Target, call, planted};

/// The formats that a call may name, the first byte of an input choosing one.
const FORMATS: [&str; 8] = [
    "auto",
    "apache_combined",
    "apache_common",
    "apache_error",
    "nginx",
    "syslog",
    "python",
    "json",
];

pub(super) const TARGET: Target = Target {
    name: "log_line",
    feed,
    longest: 1024,
    compares: false,
    words: &[
        "127.0.0.1 - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.1\" 200 1 \"-\" \"-\"",
        "[Sun Dec 04 04:47:44 2005] [error] ",
        "Jan  2 03:04:05 host process[1]: ",
        "2024-01-02 03:04:05,678 - logger - ERROR - ",
        "{\"level\":\"error\",\"message\":\"\"}",
        "\\\"",
        "\r\n",
        "\" 999 1",
        "critical",
        "warning",
    ],
};

fn feed(data: &[u8]) {
    let Some((format, content)) = data.split_first() else {
        return;
    };
    let Ok(content) = std::str::from_utf8(content) else {
        return;
    };
    let format = FORMATS[usize::from(*format) % FORMATS.len()];
    let parsed = call(
        &log_parser::SERVER,
        "parse_logs",
        &json!({"log_content": content, "format_type": format, "max_entries": 20}),
    );
    let Some(parsed) = parsed else { return };
    let parsed = &parsed["structuredContent"];
    let entries = parsed["entries"].as_array().expect("entries are a list");
    let count = |name: &str| parsed[name].as_u64().expect("a count");
    assert_eq!(count("parsed_count"), entries.len() as u64);
    assert!(count("parsed_count") + count("error_count") <= count("total_lines").max(1));
    assert!(entries.iter().all(Value::is_object));
    // What the parser gives, the other tools take; one of them for each input, so that more is tried.
    const TOOLS: [&str; 3] = [
        "filter_entries",
        "compute_log_statistics",
        "extract_time_range",
    ];
    let tool = TOOLS[content.len() % TOOLS.len()];
    let taken = call(&log_parser::SERVER, tool, &json!({"entries": entries}));
    assert!(taken.is_some(), "{tool} refuses what parse_logs gave");
    // Behind the choice of a format and the scanner of a whole line: no seed has such a status.
    planted(|| {
        let statuses = entries.iter().filter_map(|entry| entry["status"].as_str());
        let mut numbers = statuses.filter_map(|status| status.parse::<u16>().ok());
        numbers.any(|status| status >= 600)
    });
}
