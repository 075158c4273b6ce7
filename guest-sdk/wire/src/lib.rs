//! MCP on the wire, without I/O: what the SDK's HTTP side, the runtime and the dispatcher share.

pub mod bridge;
pub mod code;
pub mod guard;
pub mod http;
pub mod json;
pub mod message;
pub mod revision;
pub mod stateless;
