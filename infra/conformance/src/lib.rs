//! Holds every server against the official conformance suite and against real clients, as a component and as a native program.
//!
//! The judges are not ours; this crate starts servers as `harness` does, runs the judges, and compares with what is expected of them.

pub mod judge;
pub mod python;
pub mod stage;
pub mod suite;
pub mod summary;
pub mod target;
pub mod wire;
