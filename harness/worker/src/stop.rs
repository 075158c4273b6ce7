//! Ctrl-C: once finishes the trial, twice stops now.

use std::sync::atomic::{AtomicBool, Ordering};

static ASKED: AtomicBool = AtomicBool::new(false);

/// Starts to listen for Ctrl-C and SIGTERM.
///
/// # Errors
/// When the handler cannot be installed.
pub fn listen() -> Result<(), ctrlc::Error> {
    ctrlc::set_handler(|| {
        if ASKED.swap(true, Ordering::SeqCst) {
            // What is written is whole; the trial in flight is lost, as was asked for.
            std::process::exit(130);
        }
    })
}

/// Whether to stop after this trial.
pub fn asked() -> bool {
    ASKED.load(Ordering::SeqCst)
}
