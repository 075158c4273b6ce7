//! The formats by name, and which one a text is in.

use crate::cursor::Cursor;
use crate::entry::Entry;
use crate::white::strip;
use crate::{apache_error, clf, combined, json_line, nginx, python, syslog};

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
            Self::ApacheCommon => clf::scan,
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The entry of a line as JSON, or "raw".
    fn read(format: Format, line: &str) -> String {
        format.scan(strip(line)).map_or("raw".to_owned(), |entry| {
            let mut out = String::new();
            entry.write(&mut out);
            out
        })
    }

    fn check(format: Format, cases: &[(&str, &str)]) {
        for (line, expected) in cases {
            assert_eq!(read(format, line), *expected, "{line}");
        }
    }

    const COMBINED: &str = r#"192.0.2.7 - bob [10/Oct/2025:13:55:36 +0000] "GET /a?b=c HTTP/1.1" 404 2326 "https://example.org/" "Mozilla/5.0 (X11)""#;

    #[test]
    fn combined() {
        let entry = r#"{"ip":"192.0.2.7","time":"10/Oct/2025:13:55:36 +0000","method":"GET","path":"/a?b=c","status":"404","size":"2326","referrer":"https://example.org/","agent":"Mozilla/5.0 (X11)","_level":"warning"}"#;
        check(
            Format::ApacheCombined,
            &[
                (COMBINED, entry),
                // What follows the agent is ignored.
                (&format!("{COMBINED} 0.002 \"x\""), entry),
                (
                    "::1 a b [t] \"G \"p\u{e9} H\" 500 - \"\" \"\"",
                    "{\"ip\":\"::1\",\"time\":\"t\",\"method\":\"G\",\"path\":\"\\\"p\u{e9}\",\"status\":\"500\",\"size\":\"-\",\"referrer\":\"\",\"agent\":\"\",\"_level\":\"error\"}",
                ),
                // No request line, no protocol, no time, no agent, white space in a word, a second space.
                (r#"192.0.2.7 - - [t] "-" 408 0 "-" "-""#, "raw"),
                (r#"192.0.2.7 - - [t] "GET /" 200 0 "-" "-""#, "raw"),
                (r#"192.0.2.7 - - [t] "GET / " 200 0 "-" "-""#, "raw"),
                (r#"192.0.2.7 - - [] "GET / H" 200 0 "-" "-""#, "raw"),
                (r#"192.0.2.7 - - [t] "GET / H" 200 0 "-" "-"#, "raw"),
                (r#"192.0.2.7 - - [t] "GET / H" x 0 "-" "-""#, "raw"),
                (
                    "192.0.2.7\u{a0}x - - [t] \"GET / H\" 200 0 \"-\" \"-\"",
                    "raw",
                ),
                (r#"192.0.2.7  - - [t] "GET / H" 200 0 "-" "-""#, "raw"),
            ],
        );
    }

    #[test]
    fn common_and_nginx() {
        let common = r#"{"ip":"192.0.2.7","time":"10/Oct/2025:13:55:36 +0000","method":"GET","path":"/a?b=c","status":"404","size":"2326","_level":"warning"}"#;
        check(
            Format::ApacheCommon,
            &[
                (COMBINED, common),
                (COMBINED.split(" \"http").next().unwrap_or(""), common),
                (r#"h - - [t] "GET / H" 200"#, "raw"),
            ],
        );
        let nginx = COMBINED.replace("bob", "-");
        assert!(read(Format::Nginx, &nginx).contains("\"agent\":\"Mozilla"));
        check(
            Format::Nginx,
            &[
                (&nginx.replace(" - - [", " x - ["), "raw"),
                (&nginx.replace(" 2326 ", " - "), "raw"),
            ],
        );
    }

    #[test]
    fn syslog() {
        check(
            Format::Syslog,
            &[
                (
                    "Jun 14 15:16:01 combo sshd(pam_unix)[19939]: authentication failure; uid=0 ",
                    r#"{"time":"Jun 14 15:16:01","host":"combo","process":"sshd(pam_unix)","pid":"19939","message":"authentication failure; uid=0","_level":"info"}"#,
                ),
                (
                    "Oct  5 3:7:1  h  kernel:  An ERROR: x",
                    r#"{"time":"Oct  5 3:7:1","host":"h","process":"kernel","pid":null,"message":"An ERROR: x","_level":"error"}"#,
                ),
                (
                    "Oct 5 3:7:1 h a[1][2]: m",
                    r#"{"time":"Oct 5 3:7:1","host":"h","process":"a[1]","pid":"2","message":"m","_level":"info"}"#,
                ),
                (
                    "Oct 5 3:7:1 h [2]: m",
                    r#"{"time":"Oct 5 3:7:1","host":"h","process":"[2]","pid":null,"message":"m","_level":"info"}"#,
                ),
                ("Octo 5 3:7:1 h p: m", "raw"),
                ("Oct 5 3:7 h p: m", "raw"),
                ("Oct 5 3:7:1 h p m", "raw"),
                ("Oct 5 3:7:1 h p:", "raw"),
                ("Oct 5 3:7:1 h : m", "raw"),
            ],
        );
    }

    #[test]
    fn python() {
        check(
            Format::Python,
            &[
                (
                    "2025-10-10 13:55:36,000 - app.auth - WARNING - a - b",
                    r#"{"time":"2025-10-10 13:55:36,000","logger":"app.auth","level":"WARNING","message":"a - b","_level":"warning"}"#,
                ),
                (
                    "2025-10-10\t13:55:36,000  -\tl -  Weird -  m",
                    r#"{"time":"2025-10-10\t13:55:36,000","logger":"l","level":"Weird","message":"m","_level":"weird"}"#,
                ),
                ("2025-10-10 13:55:36.000 - l - INFO - m", "raw"),
                ("2025-10-10 13:55:36,0000 - l - INFO - m", "raw"),
                ("2025-10-10 13:55:36,000 - l - INFO - ", "raw"),
                ("2025-10-10 13:55:36,000 - my logger - INFO - m", "raw"),
            ],
        );
    }

    #[test]
    fn apache_error() {
        check(
            Format::ApacheError,
            &[
                (
                    "[Sun Dec 04 04:47:44 2005] [notice] workerEnv.init() ok /etc/w.properties",
                    r#"{"time":"Sun Dec 04 04:47:44 2005","level":"notice","pid":null,"client":null,"message":"workerEnv.init() ok /etc/w.properties","_level":"notice"}"#,
                ),
                (
                    "[Sun Dec  4 04:47:44 2005] [Error] [client 203.0.113.45] [odd] Directory index",
                    r#"{"time":"Sun Dec  4 04:47:44 2005","level":"Error","pid":null,"client":"203.0.113.45","message":"[odd] Directory index","_level":"error"}"#,
                ),
                (
                    "[Fri Sep 09 10:42:29.902022 2011] [core:error] [pid 35708:tid 4328636416] [client 72.15.99.187:5] AH1: x",
                    r#"{"time":"Fri Sep 09 10:42:29.902022 2011","module":"core","level":"error","pid":"35708","tid":"4328636416","client":"72.15.99.187:5","message":"AH1: x","_level":"error"}"#,
                ),
                (
                    "[Fri Sep 09 10:42:29 2011] [:warn] [pid 3] m",
                    r#"{"time":"Fri Sep 09 10:42:29 2011","module":"","level":"warn","pid":"3","tid":null,"client":null,"message":"m","_level":"warn"}"#,
                ),
                (
                    "[Fri Sep 09 10:42:29 2011] [info]",
                    r#"{"time":"Fri Sep 09 10:42:29 2011","level":"info","pid":null,"client":null,"message":"","_level":"info"}"#,
                ),
                (
                    "[Fri Sep 09 10:42:29 2011] [info] [client never closed",
                    r#"{"time":"Fri Sep 09 10:42:29 2011","level":"info","pid":null,"client":null,"message":"[client never closed","_level":"info"}"#,
                ),
                (
                    "[Fri Sep 09 10:42:29 2011] [info] [pid 7]m",
                    r#"{"time":"Fri Sep 09 10:42:29 2011","level":"info","pid":null,"client":null,"message":"[pid 7]m","_level":"info"}"#,
                ),
                ("[Fri Sep 09 2011] [info] m", "raw"),
                ("[Frid Sep 09 10:42:29 2011] [info] m", "raw"),
                ("[Fri Sep 09 10:42:29 2011] [info]m", "raw"),
                ("[Fri Sep 09 10:42:29 2011] [in fo] m", "raw"),
                ("[Fri Sep 09 10:42:29 2011] m", "raw"),
                ("[1, 2]", "raw"),
            ],
        );
    }

    #[test]
    fn the_first_line_in_any_format_tells() {
        let nginx = COMBINED.replace("bob", "-").replace("2326", "0");
        let common = COMBINED.split(" \"http").next().unwrap_or("");
        for (text, format) in [
            ("", Format::Unknown),
            ("hello\nworld", Format::Unknown),
            ("\n \nhello\n{\"a\":1}\n", Format::Json),
            ("{}", Format::Json),
            ("12345\n[1]\nJun 1 1:1:1 h p: m", Format::Syslog),
            (COMBINED, Format::ApacheCombined),
            (common, Format::ApacheCommon),
            (&nginx, Format::Nginx),
            // A size that nginx never writes outweighs one that Apache never writes.
            (
                &format!("{nginx}\n{}", COMBINED.replace("2326", "-")),
                Format::ApacheCombined,
            ),
            (
                &format!("{} \"198.51.100.1\"", COMBINED.replace("bob", "-")),
                Format::Nginx,
            ),
            ("2025-10-10 13:55:36,000 - l - INFO - m\r\n", Format::Python),
            ("[Sun Dec 04 04:47:44 2005] [notice] m", Format::ApacheError),
            (&("x\n".repeat(10) + "{\"a\":1}"), Format::Unknown),
        ] {
            assert_eq!(Format::detect(text), format, "{text}");
        }
    }
}
