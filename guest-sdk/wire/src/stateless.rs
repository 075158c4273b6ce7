//! What each request of the stateless wire (2026-07-28) must carry in `_meta`.

use crate::{
    code::Code,
    json::{self, Raw},
    message::Params,
    revision::{Revision, Wire},
};

/// The key of `_meta` that names the revision.
pub const VERSION: &str = "io.modelcontextprotocol/protocolVersion";
/// The key of `_meta` that declares what the client can do.
pub const CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
/// The key of `_meta` that says which log messages the client wants.
pub const LOG_LEVEL: &str = "io.modelcontextprotocol/logLevel";

/// A JSON-RPC error that is not written yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The code.
    pub code: Code,
    /// What is wrong and what to do.
    pub message: String,
    /// `data`, as JSON text.
    pub data: Option<String>,
}

/// Which wire a request speaks: the stateless one where `_meta` names its revision.
pub fn wire(method: &str, params: &Params<'_>) -> Result<Wire, Refusal> {
    let Some(version) = params.meta(VERSION) else {
        // These two methods exist on the stateless wire alone.
        let modern = matches!(method, "server/discover" | "subscriptions/listen");
        return if modern || params.meta(CAPABILITIES).is_some() {
            Err(incomplete())
        } else {
            Ok(Wire::Handshake)
        };
    };
    let version = version.as_str().ok_or_else(incomplete)?;
    if Revision::named(&version).is_none_or(|revision| revision.wire() != Wire::Stateless) {
        return Err(unsupported(&version));
    }
    if !params.meta(CAPABILITIES).is_some_and(Raw::is_object) {
        return Err(incomplete());
    }
    Ok(Wire::Stateless)
}

/// The refusal of a request whose `_meta` lacks what is required.
pub fn incomplete() -> Refusal {
    let message = "_meta needs io.modelcontextprotocol/protocolVersion (a string) and \
                   io.modelcontextprotocol/clientCapabilities (an object); send both";
    Refusal {
        code: Code::INVALID_PARAMS,
        message: message.to_owned(),
        data: None,
    }
}

/// The refusal of a revision that is not served statelessly.
pub fn unsupported(asked: &str) -> Refusal {
    let mut data = b"{\"supported\":".to_vec();
    versions(&mut data);
    data.extend_from_slice(b",\"requested\":");
    let asked: String = asked.chars().take(100).collect();
    json::string(&asked, &mut data);
    data.push(b'}');
    Refusal {
        code: Code::UNSUPPORTED_VERSION,
        message: "this revision is not served statelessly; use one of the supported ones"
            .to_owned(),
        data: String::from_utf8(data).ok(),
    }
}

/// Appends the array of revisions that are served, newest first.
pub fn versions(out: &mut Vec<u8>) {
    out.push(b'[');
    for (i, revision) in Revision::ALL.into_iter().enumerate() {
        out.extend_from_slice(if i > 0 { b",\"" } else { b"\"" });
        out.extend_from_slice(revision.name().as_bytes());
        out.push(b'"');
    }
    out.push(b']');
}
