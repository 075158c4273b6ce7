//! Installs the published servers that ours are compared with, and whatever else Node and Python packages are needed for.
//!
//! Everything lands in the user's cache (`$XDG_CACHE_HOME/wasmmcp-bench/originals`), in pinned versions, whole or not at
//! all; the machine's own Node and Python are never written to. Where packages come from is the configuration of `npm` and
//! `pip`. Blocking, no async: a caller that has a runtime calls it from a thread that may block.

mod known;
mod node;
mod parts;
mod proxy;
mod python;
mod shelf;
mod store;

pub use known::{Language, Launch, Original};
pub use node::{Modules, NODE};
pub use parts::Parts;
pub use proxy::Proxy;
pub use python::{PYTHON, Venv};
pub use shelf::Resolved;
pub use store::{Store, for_tests};
pub use toolchain::Missing;
