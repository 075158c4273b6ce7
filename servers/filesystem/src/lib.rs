//! Files and folders over MCP: the fourteen tools of the official filesystem server, confined to the directories that it is started with.

pub mod allowed;
pub mod change;
pub mod diff;
pub mod disk;
pub mod edit;
pub mod failure;
pub mod glob;
pub mod info;
mod lexical;
pub mod listing;
pub mod media;
mod order;
pub mod search;
pub mod text;
pub mod tree;
