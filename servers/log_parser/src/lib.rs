//! An MCP server for logs: lines of eight formats in, entries out; filtering, counting, searching and the time range of entries.
//!
//! One scanner a format, written by hand; everything is linear in its input.

mod access;
mod answer;
mod apache_error;
mod clf;
mod combined;
mod count;
mod cursor;
mod entry;
mod filter;
mod format;
mod given;
mod json_line;
mod level;
mod literal;
mod nginx;
mod parse;
mod pattern;
mod python;
mod search;
mod statistics;
mod syslog;
mod time_range;
mod tools;
mod walk;
mod white;
mod written;

use wasmmcp::prelude::*;

/// The server.
pub static SERVER: Server = Server::new("log_parser", env!("CARGO_PKG_VERSION"))
    .title("Logs")
    .instructions("Call parse_logs first; give the entries that it answers to the other tools.")
    .tools(tools![
        tools::parse_logs,
        tools::filter_entries,
        tools::compute_log_statistics,
        tools::search_entries,
        tools::extract_time_range,
    ]);

wasmmcp::export!(SERVER);
