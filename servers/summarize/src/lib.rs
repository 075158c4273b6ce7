//! An MCP server that has a language model summarise texts: any endpoint that speaks OpenAI's protocol, named by the environment.

mod endpoint;
mod model;
mod prompt;
mod retry;
mod tools;

use wasmmcp::prelude::*;

/// The server.
pub static SERVER: Server = Server::new("summarize", env!("CARGO_PKG_VERSION"))
    .title("Summaries")
    .instructions("Lengths are in words. get_provider_info says which model answers, and whether its key is set.")
    .tools(tools![
        tools::summarize_text,
        tools::summarize_documents,
        tools::get_provider_info,
    ]);

wasmmcp::export!(SERVER);
