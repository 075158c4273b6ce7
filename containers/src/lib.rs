//! The Docker engine: found, described, and set up where there is none. The only place of the repository that speaks its API.
//!
//! Callers block: a small async runtime lives inside each [`Engine`], so none of them is asynchronous for its sake, and none
//! may be called from within another one. Every wait is bounded; a daemon that is dead or stuck is told as such.

mod address;
mod engine;
#[cfg(test)]
mod imitation;
mod setup;

pub use address::Address;
pub use engine::{Description, Engine};
pub use setup::ensure;
pub use toolchain::Missing;

/// The engine for the tests of any crate. `Err` is the reason to print after `skipped: `.
///
/// # Errors
/// When no engine answers.
pub fn for_tests() -> Result<Engine, String> {
    Engine::find().map_err(|missing| format!("no Docker engine ({missing})"))
}
