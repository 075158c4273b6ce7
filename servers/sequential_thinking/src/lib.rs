//! An MCP server for thinking step by step: it keeps count of a session's thoughts and branches.

mod given;
mod history;
mod number;
mod tools;

use tools::sequentialthinking;
use wasmmcp::prelude::*;

/// The server.
pub static SERVER: Server = Server::new("sequential_thinking", env!("CARGO_PKG_VERSION"))
    .title("Sequential thinking")
    .instructions(
        "thoughtHistoryLength and branches tell of the session: over stdio that is the process, over HTTP a session that initialize opened. \
         Over HTTP on revision 2026-07-28, and where a host keeps no sessions, each call stands alone: they tell of that call only, so carry the chain yourself.",
    )
    .tools(tools![sequentialthinking]);

wasmmcp::export!(SERVER);
