//! The repository's own rules, as tests: what the compiler and clippy cannot say.

pub mod graph;
pub mod rule;
pub mod rules;
pub mod tree;
