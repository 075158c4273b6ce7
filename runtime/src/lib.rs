//! The host of WasmMCP Bench: runs MCP servers that are Wasm components, over stdio, over HTTP and in process.
//!
//! A guest may do what it was granted ([`Grants`]) within what it was allowed ([`Limits`]); everything else is denied.
//! Whatever a guest does, its client gets an answer, and the host and the other guests go on.

#[cfg(not(unix))]
compile_error!(
    "the runtime maps files, waits on descriptors and sets timers as Unix systems do; build it there"
);

pub mod cache;
pub mod clock;
pub mod cmd;
pub mod engine;
pub mod grants;
pub mod guest;
pub mod host;
pub mod line;
pub mod serve;
pub mod stdio;

mod limits;

pub use cache::{CacheChoice, CacheOutcome};
pub use grants::{Access, Directory, Grants};
pub use host::{
    CallError, Host, HostError, HostOptions, Loaded, OpenError, Phases, ServerSpec, Session,
    SessionEnd,
};
pub use limits::{Limits, Meter};
pub use mcp_wire::guard::Destination;
