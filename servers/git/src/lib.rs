//! Git repositories over MCP: the twelve tools of the official git server, on an object store and an index of our own, without a git program.

pub mod add;
mod calendar;
pub mod checkout;
mod clock;
mod config;
mod convert;
pub mod diff;
pub mod disk;
pub mod failure;
pub mod index;
mod lock;
pub mod object;
pub mod oid;
mod quote;
pub mod read;
pub mod refs;
pub mod repository;
pub mod revision;
mod status;
pub mod store;
mod tools;
mod untracked;
pub mod walk;
pub mod work;
pub mod write;

use tools::*;
use wasmmcp::prelude::*;

/// The server.
pub static SERVER: Server = Server::new("git", env!("CARGO_PKG_VERSION"))
    .title("Git repositories")
    .instructions("repo_path is the folder that holds .git, or a bare repository; folders above it are not searched.")
    .tools(tools![
        git_status,
        git_diff_unstaged,
        git_diff_staged,
        git_diff,
        git_commit,
        git_add,
        git_reset,
        git_log,
        git_create_branch,
        git_checkout,
        git_show,
        git_branch,
    ]);

wasmmcp::export!(SERVER);
