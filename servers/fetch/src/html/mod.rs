//! HTML as a tree: parsed as browsers parse it, in bounded depth and size.

mod parse;
mod space;
mod tree;

pub use parse::{Oversized, parse};
pub use space::{
    blank, is_python_space, is_script_space, python_trim, python_trim_end, script_trim,
};
pub use tree::{Counts, Id, Kind, Tree};
