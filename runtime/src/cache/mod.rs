//! Precompiled code: found by content, checked, mapped; compiled where it is missing.

mod compile;
mod load;
mod map;
pub mod seal;
mod store;

pub use compile::{CompileError, compile_sealed};
pub use load::{CacheChoice, CacheOutcome, LoadError, LoadedCode, compile_to, load};
pub(crate) use map::mapped;
pub use store::Store;
