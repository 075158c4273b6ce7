//! Parses log lines by five regular expressions each: the same work with the expressions cached, or compiled for every line.
//!
//! The paper says that containers parse large logs faster for their SIMD instructions. Its parser compiles five expressions for
//! every line, so this one does it both ways, and is built with vector instructions and without.

use std::sync::OnceLock;

use regex::Regex;
use wasmmcp::prelude::*;

/// The formats of access logs, of syslog and of Python's logging, in the crate's own default: letters and digits of all scripts.
const PATTERNS: [&str; 5] = [
    r#"^(\S+) \S+ \S+ \[([^\]]+)\] "(\S+) (\S+) (\S+)" (\d+) (\d+|-) "([^"]*)" "([^"]*)"$"#,
    r#"^(\S+) \S+ \S+ \[([^\]]+)\] "(\S+) (\S+) (\S+)" (\d+) (\d+|-)$"#,
    r#"^(\S+) - (\S+) \[([^\]]+)\] "([^"]*)" (\d+) (\d+) "([^"]*)" "([^"]*)" "([^"]*)"$"#,
    r"^(\w{3}\s+\d+\s+\d+:\d+:\d+)\s+(\S+)\s+(\S+?)(?:\[(\d+)\])?:\s+(.*)$",
    r"^(\d{4}-\d{2}-\d{2}\s+\d{2}:\d{2}:\d{2},\d{3})\s+-\s+(\S+)\s+-\s+(\S+)\s+-\s+(.*)$",
];

/// Where the first two patterns have the path and the size.
const PATH: usize = 4;
const SIZE: usize = 7;

fn compiled() -> [Regex; 5] {
    PATTERNS.map(|pattern| Regex::new(pattern).expect("the patterns are constant"))
}

/// What is known of a log: every line is asked all five expressions, whichever fits.
#[derive(Default)]
struct Found {
    lines: usize,
    parsed: usize,
    letters: usize,
    bytes: u64,
}

impl Found {
    fn take(&mut self, line: &str, expressions: &[Regex; 5]) {
        self.lines += 1;
        let fits = expressions
            .each_ref()
            .map(|expression| expression.captures(line));
        let [combined, common, ..] = &fits;
        if let Some(request) = combined.as_ref().or(common.as_ref()) {
            self.letters += request.get(PATH).map_or(0, |path| path.len());
            let size = request
                .get(SIZE)
                .and_then(|size| size.as_str().parse::<u64>().ok());
            self.bytes += size.unwrap_or(0);
        }
        self.parsed += usize::from(fits.iter().any(Option::is_some));
    }

    fn told(self) -> String {
        let Self {
            lines,
            parsed,
            letters,
            bytes,
        } = self;
        format!("{lines} lines, {parsed} parsed, paths of {letters} letters, {bytes} bytes sent")
    }
}

/// Compiles the five expressions for every line, as the paper's parser does.
#[tool(
    title = "Parse, compiling for each line",
    read_only,
    idempotent,
    closed_world
)]
fn parse_each(
    /// The log.
    log_content: String,
) -> String {
    let mut found = Found::default();
    for line in log_content.lines() {
        found.take(line, &compiled());
    }
    found.told()
}

/// Compiles them once for a process.
#[tool(
    title = "Parse, with cached expressions",
    read_only,
    idempotent,
    closed_world
)]
fn parse_cached(
    /// The log.
    log_content: String,
) -> String {
    static COMPILED: OnceLock<[Regex; 5]> = OnceLock::new();
    let expressions = COMPILED.get_or_init(compiled);
    let mut found = Found::default();
    for line in log_content.lines() {
        found.take(line, expressions);
    }
    found.told()
}

/// The server.
pub static SERVER: Server = Server::new("expressions", env!("CARGO_PKG_VERSION"))
    .title("Expressions")
    .instructions("Parses a log by five expressions a line, for a bench alone.")
    .tools(tools![parse_each, parse_cached]);

wasmmcp::export!(SERVER);
