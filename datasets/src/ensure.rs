//! A data set in a cache: written once, whoever comes first.
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::generate::{GenerateError, generate};
use crate::manifest::GENERATOR;
use crate::seed::Seed;
use crate::verify::verify;

/// Tells apart the threads of a process where files cannot be locked.
static ATTEMPT: AtomicU32 = AtomicU32::new(0);

/// The folder of the default data set (seed 42) below `cache`, generated if it is missing or damaged.
///
/// Any number of processes may ask at once: one writes, the others wait. What they see is whole, because it gets its name last.
/// Every file is read and compared each time, which takes some 50 ms: a right answer is only right for the right bytes.
pub fn ensure(cache: &Path) -> Result<PathBuf, GenerateError> {
    ensure_seeded(cache, Seed::default())
}

/// Like [`ensure`], for any seed.
pub fn ensure_seeded(cache: &Path, seed: Seed) -> Result<PathBuf, GenerateError> {
    let name = format!("dataset-{GENERATOR}-{seed}");
    let folder = cache.join(&name);
    make(cache)?;
    let lock_path = cache.join(format!("{name}.lock"));
    let lock = File::create(&lock_path).map_err(|source| GenerateError::io(&lock_path, source))?;
    let locked = match lock.lock() {
        Ok(()) => true,
        // then two may write at once, each in a folder of its own; the second finds the name taken
        Err(error) if error.kind() == io::ErrorKind::Unsupported => false,
        Err(source) => return Err(GenerateError::io(&lock_path, source)),
    };
    if verify(&folder).is_ok() {
        return Ok(folder);
    }

    let staged = format!(".{name}.");
    if locked {
        remove_abandoned(cache, &staged)?;
    }
    let attempt = ATTEMPT.fetch_add(1, Ordering::Relaxed);
    let staging = cache.join(format!("{staged}{}-{attempt}", std::process::id()));
    if let Err(error) = generate(&staging, seed) {
        // a half-written copy is of no use to anybody, and the first error is the one to tell
        let _ = remove(&staging);
        return Err(error);
    }
    remove(&folder)?;
    match fs::rename(&staging, &folder) {
        Ok(()) => Ok(folder),
        Err(_) if verify(&folder).is_ok() => remove(&staging).map(|()| folder),
        Err(source) => Err(GenerateError::io(&folder, source)),
    }
}

fn make(folder: &Path) -> Result<(), GenerateError> {
    fs::create_dir_all(folder).map_err(|source| GenerateError::io(folder, source))
}

/// Clears away what a killed process left. Whoever holds the lock is the only one who writes.
fn remove_abandoned(cache: &Path, staged: &str) -> Result<(), GenerateError> {
    for entry in fs::read_dir(cache).map_err(|source| GenerateError::io(cache, source))? {
        let entry = entry.map_err(|source| GenerateError::io(cache, source))?;
        if entry
            .file_name()
            .to_str()
            .is_some_and(|name| name.starts_with(staged))
        {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

/// Removes a folder, or whatever stands in its place; what a link points to is left alone.
fn remove(path: &Path) -> Result<(), GenerateError> {
    let removed = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other.map_err(|source| GenerateError::io(path, source)),
    }
}
