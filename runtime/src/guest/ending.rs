//! How a guest ended, read from the error that wasmtime gives.

use super::Guest;
use crate::line::Cause;
use wasmtime::Store;
use wasmtime_wasi::I32Exit;

/// The error that ends a guest whose time is up.
#[derive(Debug, thiserror::Error)]
#[error("the call's time is up")]
pub struct TimedOut;

/// The error that ends a guest that writes a line without end.
#[derive(Debug, thiserror::Error)]
#[error("a line of the guest is longer than a message may be")]
pub struct LongLine;

/// Names the cause of an error that ended a guest.
pub fn cause(error: &wasmtime::Error, store: &Store<Guest>) -> Cause {
    if error.chain().any(|cause| cause.is::<TimedOut>()) {
        Cause::Timeout
    } else if error.chain().any(|cause| cause.is::<LongLine>()) {
        Cause::LongLine
    } else if error.chain().any(|cause| cause.is::<I32Exit>()) {
        Cause::Exited
    } else if store.data().refused_memory() {
        // Rust aborts when an allocation fails: what arrives here is a trap, what happened is the refusal before it.
        Cause::OutOfMemory
    } else {
        Cause::Trap
    }
}
