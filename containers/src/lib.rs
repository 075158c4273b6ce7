//! The Docker engine: found, described, set up where there is none, and what is made of it: images and containers. The only place of
//! the repository that speaks its API.
//!
//! Callers block: a small async runtime lives beside each [`Engine`], so none of them is asynchronous for its sake, and none may be
//! called from within another one. Every wait is bounded; a daemon that is dead or stuck is told as such.

mod address;
mod contained;
mod engine;
mod failure;
mod found;
mod hold;
mod image;
#[cfg(test)]
mod imitation;
mod label;
mod layer;
mod network;
mod reactor;
mod settings;
mod setup;
mod undo;

pub use address::Address;
pub use contained::{Contained, Created, Pipes, State};
pub use engine::{Description, Engine};
pub use failure::Failure;
pub use found::Found;
pub use hold::Hold;
pub use image::{CODE, Image, RUNTIME, Recipe};
pub use layer::Layer;
pub use network::Network;
pub use settings::{Folder, NOBODY, Reach, Settings, TEMPORARY};
pub use setup::ensure;
pub use toolchain::Missing;
pub use undo::Undo;

/// The engine for the tests of any crate. `Err` is the reason to print after `skipped: `.
///
/// # Errors
/// When no engine answers.
pub fn for_tests() -> Result<Engine, String> {
    Engine::find().map_err(|missing| format!("no Docker engine ({missing})"))
}
