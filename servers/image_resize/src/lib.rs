//! MCP server that describes, resizes, hashes and compares images, with the tools and the arithmetic of its Python baseline.

pub mod answer;
pub mod decode;
pub mod encode;
pub mod fault;
pub mod fit;
pub mod format;
pub mod group;
pub mod hash;
pub mod limit;
pub mod pixels;
pub mod probe;
pub mod resample;
pub mod resize;
pub mod round;
pub mod scan;
pub mod source;
mod tools;

use wasmmcp::prelude::*;

/// The server.
pub static SERVER: Server = Server::new("image_resize", env!("CARGO_PKG_VERSION"))
    .title("Images")
    .instructions(
        "Find images with scan_directory, hash each with compute_image_hash, hand the answers to compare_hashes to find duplicates, \
         and make thumbnails with batch_resize or single pictures with resize_image.",
    )
    .tools(tools![
        tools::get_image_info,
        tools::resize_image,
        tools::scan_directory,
        tools::compute_image_hash,
        tools::compare_hashes,
        tools::batch_resize,
    ]);

wasmmcp::export!(SERVER);
