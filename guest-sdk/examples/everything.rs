//! The server `everything`, built beside the SDK's tests, which start it.
//!
//! It is taken in as a module: nothing of ours may depend on a server, and cargo builds only the examples of the package that it tests.

#[path = "../../servers/everything/src/lib.rs"]
mod everything;

wasmmcp::main!(everything::SERVER);
