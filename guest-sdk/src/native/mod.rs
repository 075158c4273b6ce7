//! The native program: the same transports over the process's own streams.

mod http;
mod start;
mod stdio;

pub use start::main;
