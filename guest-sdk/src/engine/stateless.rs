//! What the stateless wire (2026-07-28) adds to a request and to a result.

use mcp_wire::{
    code::Code,
    json::Raw,
    message::{Id, Params},
    revision::{Revision, Wire},
};

use crate::{Server, ToolError, content::name, context::Level, error::Failure, link::Link};

const VERSION: &str = "io.modelcontextprotocol/protocolVersion";
const CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";

/// Which wire a request uses: the stateless one where `_meta` names a revision.
pub(super) fn wire(method: &str, params: &Params<'_>) -> Result<Wire, ToolError> {
    let missing = || {
        ToolError::protocol(
            Code::INVALID_PARAMS,
            "_meta needs io.modelcontextprotocol/protocolVersion (a string) and io.modelcontextprotocol/clientCapabilities (an object); send both",
        )
    };
    let Some(version) = params.meta(VERSION) else {
        // These two exist on the stateless wire alone.
        let modern = matches!(method, "server/discover" | "subscriptions/listen");
        return if modern || params.meta(CAPABILITIES).is_some() {
            Err(missing())
        } else {
            Ok(Wire::Handshake)
        };
    };
    let version = version.as_str().ok_or_else(missing)?;
    if Revision::named(&version).is_none_or(|revision| revision.wire() != Wire::Stateless) {
        return Err(unsupported(&version));
    }
    if !params.meta(CAPABILITIES).is_some_and(Raw::is_object) {
        return Err(missing());
    }
    Ok(Wire::Stateless)
}

fn unsupported(asked: &str) -> ToolError {
    let mut data = b"{\"supported\":".to_vec();
    versions(&mut data);
    data.extend_from_slice(b",\"requested\":");
    let asked: String = asked.chars().take(100).collect();
    mcp_wire::json::string(&asked, &mut data);
    data.push(b'}');
    ToolError(Failure::Protocol(
        Code::UNSUPPORTED_VERSION,
        "this revision is not served statelessly; use one of the supported ones".to_owned(),
        String::from_utf8(data).ok(),
    ))
}

fn versions(out: &mut Vec<u8>) {
    out.push(b'[');
    for (i, revision) in Revision::ALL.into_iter().enumerate() {
        out.extend_from_slice(if i > 0 { b",\"" } else { b"\"" });
        out.extend_from_slice(revision.name().as_bytes());
        out.push(b'"');
    }
    out.push(b']');
}

/// The least level of log messages that a request wants, on this wire.
pub(super) fn level(params: &Params<'_>) -> Option<Level> {
    Level::named(&params.meta("io.modelcontextprotocol/logLevel")?.as_str()?)
}

/// The capabilities that a request declares, on this wire.
pub(super) fn capabilities<'a>(params: &Params<'a>) -> Option<Raw<'a>> {
    params.meta(CAPABILITIES)
}

pub(super) fn discover(server: &Server, out: &mut Vec<u8>) {
    name(out, "supportedVersions");
    versions(out);
    server.abilities(true, out);
}

/// Acknowledges a subscription. Nothing that this SDK offers changes by itself, so the stream carries no more than that.
pub(super) fn listen(id: &Id<'_>, params: &Params<'_>, link: &mut dyn Link, out: &mut Vec<u8>) {
    let mut message = b"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/subscriptions/acknowledged\",\"params\":{\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":".to_vec();
    message.extend_from_slice(id.get().as_bytes());
    message.extend_from_slice(b"},\"notifications\":");
    let wanted = params
        .get("notifications")
        .filter(|wanted| wanted.is_object());
    message.extend_from_slice(wanted.unwrap_or(Raw::EMPTY).get().as_bytes());
    message.extend_from_slice(b"}}");
    link.send(&message);
    out.extend_from_slice(b"\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":");
    out.extend_from_slice(id.get().as_bytes());
    out.push(b'}');
}

/// Appends what every result on this wire carries.
pub(super) fn close(server: &Server, method: &str, out: &mut Vec<u8>) {
    kind("complete", out);
    if matches!(
        method,
        "server/discover"
            | "tools/list"
            | "prompts/list"
            | "resources/list"
            | "resources/templates/list"
    ) {
        // Lists are constants of the program: anybody may keep them for an hour.
        out.extend_from_slice(b",\"ttlMs\":3600000,\"cacheScope\":\"public\"");
    }
    if method != "subscriptions/listen" {
        out.extend_from_slice(b",\"_meta\":{");
        info(server, out);
        out.push(b'}');
    }
}

/// Appends `resultType`.
pub(super) fn kind(kind: &str, out: &mut Vec<u8>) {
    crate::content::member(out, "resultType", kind);
}

/// Appends the member of `_meta` that names the server.
pub(super) fn info(server: &Server, out: &mut Vec<u8>) {
    name(out, "io.modelcontextprotocol/serverInfo");
    server.info(out);
}
