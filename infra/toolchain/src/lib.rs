//! Finds or makes the `wasm32-wasip2` target, builds components and native servers, and says what this machine can do.
//!
//! The ways to the target, in the order in which they are tried: it is installed beside the active `rustc`; it is in the
//! user's cache from an earlier time; under `setup`, `rustup target add`; the Debian recipe, which builds the standard
//! library from Debian's signed packages into the user's cache. The toolchain's own folders are never written by us.
//!
//! Blocking, no async: a caller that has a runtime calls it from a thread that may block.

mod build;
mod cache;
pub mod commands;
mod debian;
mod error;
pub mod facts;
mod installed;
mod locate;
pub mod process;
mod rustc;
mod scalar;
mod standard_library;

pub use build::{BuildError, Component, Linking, Native};
pub use error::Missing;
pub use locate::{Toolchain, Wasm, Way, for_tests};
pub use rustc::Rustc;
