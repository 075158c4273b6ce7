//! What the stateless wire (2026-07-28) adds to a request and to a result.

use mcp_wire::{
    json::Raw,
    message::{Id, Params},
    stateless::{self, CAPABILITIES, LOG_LEVEL},
};

use crate::{Server, content::name, context::Level, link::Link};

/// The least level of log messages that a request wants, on this wire.
pub(super) fn level(params: &Params<'_>) -> Option<Level> {
    Level::named(&params.meta(LOG_LEVEL)?.as_str()?)
}

/// The capabilities that a request declares, on this wire.
pub(super) fn capabilities<'a>(params: &Params<'a>) -> Option<Raw<'a>> {
    params.meta(CAPABILITIES)
}

pub(super) fn discover(server: &Server, out: &mut Vec<u8>) {
    name(out, "supportedVersions");
    stateless::versions(out);
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
