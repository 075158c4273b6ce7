//! What `plugin/wit/scheduler.wit` says, as types of the host.
#![allow(
    missing_docs,
    unused_qualifications,
    clippy::as_conversions,
    reason = "the macro writes it, from a file that describes everything"
)]

wasmtime::component::bindgen!({
    path: "plugin/wit",
    world: "plugin",
    imports: { default: trappable },
});
