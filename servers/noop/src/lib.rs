//! An MCP server that does nothing, correctly: what a call of it costs is the price of being measured.

use wasmmcp::prelude::*;

/// Does nothing and says "ok". What this call takes, any call takes.
#[tool(title = "Do nothing", read_only, idempotent, closed_world)]
fn noop() -> &'static str {
    "ok"
}

/// Answers the text that it was given. What it takes longer than `noop` is the price of the text's way there and back.
#[tool(title = "Echo", read_only, idempotent, closed_world)]
fn echo(
    /// What to answer.
    text: String,
) -> String {
    text
}

/// The server.
pub static SERVER: Server = Server::new("noop", env!("CARGO_PKG_VERSION"))
    .title("Nothing")
    .instructions(
        "Call noop to measure the price of a call, and echo to measure the price of a payload.",
    )
    .tools(tools![noop, echo]);

wasmmcp::export!(SERVER);
