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
mod tools;
pub mod tree;
mod unicode;

use tools::*;
use wasmmcp::prelude::*;

/// The server.
pub static SERVER: Server = Server::new("filesystem", env!("CARGO_PKG_VERSION"))
    .title("Files and folders")
    .instructions("All paths must lie in the directories that list_allowed_directories names; a relative path is looked for in each of them.")
    .tools(tools![
        read_file,
        read_text_file,
        read_media_file,
        read_multiple_files,
        write_file,
        edit_file,
        create_directory,
        list_directory,
        list_directory_with_sizes,
        directory_tree,
        move_file,
        search_files,
        get_file_info,
        list_allowed_directories,
    ]);

wasmmcp::export!(SERVER);
