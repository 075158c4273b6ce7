//! Schedulers of a user's own, as plug-ins: Wasm components that are asked where calls run and reach nothing else.
//!
//! A [`Plugin`] is a [`scheduler::Scheduler`] like those of crate `scheduler`, which never sees wasmtime. Each plan is made by
//! a fresh instance with the same memory, the same fuel and no clock, file, socket or random number, so the same calls and
//! view give the same plan. The constraint filter is the host's: a plug-in is told which tiers each call may use, and an
//! answer that names another one is an error, never mended.
#![deny(clippy::as_conversions)]

mod answer;
mod bindings;
mod fault;
mod host;
mod meter;
mod plugin;
mod question;

pub use fault::{Fault, Refused, Unfit};
pub use meter::Limits;
pub use plugin::{MOST_BYTES, Plugin};
