//! An MCP server for logs: lines of eight formats in, entries out; filtering, counting, searching and the time range of entries.
//!
//! One scanner a format, written by hand; everything is linear in its input.

mod access;
mod apache_error;
mod combined;
mod common;
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
mod walk;
mod white;
mod written;
