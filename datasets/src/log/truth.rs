//! Ground truth: what the generator knew when it wrote a line, all values as strings.
use serde::Serialize;

/// One entry of an access log. `ident` and `user` are `-` where the line has `-`.
#[derive(Clone, Serialize)]
pub(super) struct Access {
    pub(super) ip: String,
    pub(super) ident: String,
    pub(super) user: String,
    pub(super) time: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) protocol: String,
    pub(super) status: String,
    pub(super) size: String,
    pub(super) referrer: String,
    pub(super) agent: String,
}

/// One entry of an Apache error log. `client` is absent where the line names none; the message is what follows it.
#[derive(Clone, Serialize)]
pub(crate) struct Error {
    pub(crate) time: String,
    pub(crate) level: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client: Option<String>,
    pub(crate) message: String,
}

/// One record of Python's `logging` with the usual format.
#[derive(Clone, Serialize)]
pub(super) struct Python {
    pub(super) time: String,
    pub(super) logger: String,
    pub(super) level: String,
    pub(super) message: String,
}

/// One RFC 3164 line. `pid` is absent where the line has none.
#[derive(Clone, Serialize)]
pub(super) struct Syslog {
    pub(super) time: String,
    pub(super) host: String,
    pub(super) process: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pid: Option<String>,
    pub(super) message: String,
}

/// A JSON array with one entry a line.
pub(super) fn array<T: Serialize>(entries: &[T]) -> Vec<u8> {
    let mut text = String::from("[\n");
    for (index, entry) in entries.iter().enumerate() {
        if index > 0 {
            text.push_str(",\n");
        }
        text.push_str(&serde_json::to_string(entry).expect("entries are structs of strings"));
    }
    text.push_str("\n]\n");
    text.into_bytes()
}
