//! An MCP server that fetches web pages: redirects, robots.txt, packed and foreign text, and the article of a page as Markdown.

pub mod charset;
pub mod html;
pub mod inflate;
pub mod markdown;
mod options;
mod page;
pub mod readable;
pub mod robots;
pub mod simplify;
mod tools;

use wasmmcp::prelude::*;

/// The server.
pub static SERVER: Server = Server::new("fetch", env!("CARGO_PKG_VERSION"))
    .title("Web pages")
    .instructions(
        "Give fetch a whole address. Long pages come in parts; the answer says where to go on.",
    )
    .tools(tools![tools::fetch])
    .prompts(prompts![tools::fetch_prompt]);

wasmmcp::export!(SERVER);
