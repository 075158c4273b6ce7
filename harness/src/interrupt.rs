//! Ctrl-C: once finishes the trial and keeps the record, twice stops at once and takes along whatever runs.
//!
//! The terminal tells a whole group of processes. The worker leads one of its own, so that the trial in flight is not cut
//! short and called a crash; it is this module that ends the group when nobody wants to wait.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process_group};

static INTERRUPTS: AtomicU32 = AtomicU32::new(0);

/// What would outlive this process: a group of processes, and the folder that they write to.
static TAKEN: Mutex<Option<(Pid, PathBuf)>> = Mutex::new(None);

/// Listens for Ctrl-C, and for the other polite requests to end.
///
/// # Errors
/// When the handler cannot be installed.
pub fn listen() -> Result<()> {
    ctrlc::set_handler(|| {
        if INTERRUPTS.fetch_add(1, Ordering::SeqCst) > 0 {
            stop();
        }
        eprintln!("\nstopping after this trial; press Ctrl-C again to stop now");
    })
    .context("Ctrl-C cannot be listened for")
}

/// Whether Ctrl-C was pressed.
pub fn interrupted() -> bool {
    INTERRUPTS.load(Ordering::SeqCst) > 0
}

fn stop() -> ! {
    if let Some((group, folder)) = taken().take() {
        // They may have ended in this moment, and a folder in memory is all that can be left.
        let _gone = kill_process_group(group, Signal::KILL);
        let _removed = std::fs::remove_dir_all(folder);
    }
    std::process::exit(130)
}

/// From now on a second Ctrl-C takes along this group of processes, named by its first, and this folder.
pub(crate) fn takes(group: u32, folder: &Path) {
    let group = i32::try_from(group).ok().and_then(Pid::from_raw);
    *taken() = group.map(|group| (group, folder.to_owned()));
}

/// The group is about to end by itself, and its number may be given to another.
pub(crate) fn spares() {
    *taken() = None;
}

fn taken() -> std::sync::MutexGuard<'static, Option<(Pid, PathBuf)>> {
    // Nothing is done while it is held that could leave it half changed.
    TAKEN
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}
