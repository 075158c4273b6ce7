//! Differences: which files changed, which of them were renamed, and the patch that says so.

pub mod change;
pub mod lines;
pub mod myers;
mod numbers;
pub mod patch;
pub mod rename;
pub mod similarity;
pub mod slide;
pub mod tree;
