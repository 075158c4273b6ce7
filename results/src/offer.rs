//! What servers offer: their own `tools/list`, kept beside the samples, and the published table that it is held against.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{PublishedError, Subject, Tier};

/// `results/paper/table1.csv`, compiled in so that the table can be drawn from a record alone.
pub const PUBLISHED_TABLE1: &str = include_str!("../paper/table1.csv");

/// The file of a run that holds every subject's tools.
pub const TOOLS: &str = "tools.json";

/// The heading of the published table.
const HEADING: &str = "server,tool,mapping,rationale,source";

/// What one subject answered when it was asked for its tools.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// Who was asked.
    pub subject: Subject,
    /// The definitions as they were answered, all pages in their order.
    #[serde(default)]
    pub tools: Vec<Value>,
    /// Why there are none, where it did not answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
}

/// Why the offers of a run cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OfferError {
    /// The run never asked.
    #[error(
        "{path} is not there: this run did not ask its servers for their tools; `harness table1` makes one that does"
    )]
    Absent {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be read.
    #[error("{path} cannot be used: {why}; restore the file, or ask again with `harness table1`")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
}

impl Offer {
    /// The names of its tools, in the order in which it gave them.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let tools = self.tools.iter();
        tools.filter_map(|tool| tool.get("name").and_then(Value::as_str))
    }

    /// Reads the offers of a run.
    pub fn read(folder: &Path) -> Result<Vec<Self>, OfferError> {
        let path = folder.join(TOOLS);
        let damaged = |path: PathBuf, why: String| OfferError::Damaged { path, why };
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(OfferError::Absent { path });
            }
            Err(error) => return Err(damaged(path, error.to_string())),
        };
        serde_json::from_slice(&text).map_err(|error| damaged(path, error.to_string()))
    }

    /// What [`Offer::read`] reads.
    pub fn write(offers: &[Self]) -> Vec<u8> {
        let mut text = serde_json::to_vec_pretty(offers).expect("JSON has only string keys");
        text.push(b'\n');
        text
    }
}

/// A tool of the published table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedTool {
    /// The server's name.
    pub server: String,
    /// The tool's.
    pub tool: String,
    /// Where the static mapping places it.
    pub mapping: Tier,
    /// Why, as printed.
    pub rationale: String,
    /// Where in the source it stands.
    pub source: String,
}

impl PublishedTool {
    /// Reads the published table. Fields hold no commas and no quotes, and lines that begin with # cite the source.
    pub fn parse(text: &str) -> Result<Vec<Self>, PublishedError> {
        let mut lines = text
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line))
            .filter(|(_, line)| !line.starts_with('#') && !line.trim().is_empty());
        let (line, heading) = lines.next().unwrap_or((1, ""));
        if heading != HEADING {
            let why = format!("the heading is not {HEADING}");
            return Err(PublishedError { line, why });
        }
        lines
            .map(|(line, text)| row(text).map_err(|why| PublishedError { line, why }))
            .collect()
    }
}

fn row(text: &str) -> Result<PublishedTool, String> {
    let fields: Vec<&str> = text.split(',').collect();
    let [server, tool, mapping, rationale, source] = fields[..] else {
        return Err(format!("it has {} fields, not 5", fields.len()));
    };
    Ok(PublishedTool {
        server: server.to_owned(),
        tool: tool.to_owned(),
        mapping: mapping
            .to_lowercase()
            .parse()
            .map_err(|error: crate::TierError| error.to_string())?,
        rationale: rationale.to_owned(),
        source: source.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_published_table_is_the_printed_one() {
        let tools = PublishedTool::parse(PUBLISHED_TABLE1).expect("the committed file");
        let count = |server: &str| tools.iter().filter(|tool| tool.server == server).count();
        let counts = ["filesystem", "git", "image_resize", "data_aggregate"].map(count);
        assert_eq!(counts, [14, 12, 6, 5]);
        assert_eq!(["log_parser", "summarize", "fetch"].map(count), [4, 3, 1]);
        assert_eq!(tools.len(), 45);
        let paper = Tier::paper();
        assert!(tools.iter().all(|tool| paper.contains(&tool.mapping)));
    }

    #[test]
    fn a_fault_names_its_line() {
        for (text, line) in [
            ("server\n", 1),
            ("# cited\nserver,tool,mapping,rationale,source\na,b\n", 3),
            ("server,tool,mapping,rationale,source\na,b,!,c,d\n", 2),
        ] {
            let error = PublishedTool::parse(text).expect_err(text);
            assert_eq!(error.line, line, "{error}");
        }
    }

    #[test]
    fn offers_are_read_as_they_were_written() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let absent = Offer::read(folder.path()).expect_err("nothing is there");
        assert!(absent.to_string().contains("harness table1"), "{absent}");
        let offer = |tools: Value, failed: Option<&str>| Offer {
            subject: Subject {
                server: "fs".to_owned(),
                packaging: crate::Packaging::Native,
                digest: None,
            },
            tools: serde_json::from_value(tools).expect("a list"),
            failed: failed.map(str::to_owned),
        };
        let offers = [
            offer(
                json!([{"name": "b", "inputSchema": {}}, {"name": "a"}, {}]),
                None,
            ),
            offer(json!([]), Some("it crashed")),
        ];
        std::fs::write(folder.path().join(TOOLS), Offer::write(&offers)).expect("written");
        let read = Offer::read(folder.path()).expect("as it was written");
        assert_eq!(read, offers);
        assert_eq!(read[0].names().collect::<Vec<_>>(), ["b", "a"]);
        std::fs::write(folder.path().join(TOOLS), "[{}]").expect("written");
        let damaged = Offer::read(folder.path()).expect_err("no offer");
        assert!(damaged.to_string().contains("ask again"), "{damaged}");
    }
}
