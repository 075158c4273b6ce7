//! An MCP server for lists of objects: groups and counts, merged summaries, ranked results, duplicates, trends. Everything is linear in its input, but for a sort.

pub mod aggregate;
mod answer;
pub mod combine;
pub mod deduplicate;
pub mod merge;
pub mod number;
pub mod parse;
mod tools;
pub mod trend;
pub mod value;

use wasmmcp::prelude::*;

/// The server.
pub static SERVER: Server = Server::new("data_aggregate", env!("CARGO_PKG_VERSION"))
    .title("Aggregation")
    .instructions("All tools take lists of objects and answer less than they were given.")
    .tools(tools![
        tools::aggregate_list,
        tools::merge_summaries,
        tools::combine_research_results,
        tools::deduplicate,
        tools::compute_trends,
    ]);

wasmmcp::export!(SERVER);
