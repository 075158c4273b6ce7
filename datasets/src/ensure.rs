//! A data set in a cache: written once, whoever comes first.
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::generate::{GenerateError, generate};
use crate::manifest::GENERATOR;
use crate::seed::Seed;
use crate::verify::verify;

/// The folder of the default data set (seed 42) below `cache`, generated if it is missing or damaged.
///
/// Any number of processes may ask at once: one writes, the others wait. What they see is whole, because it gets its name last.
pub fn ensure(cache: &Path) -> Result<PathBuf, GenerateError> {
    ensure_seeded(cache, Seed::default())
}

/// Like [`ensure`], for any seed.
pub fn ensure_seeded(cache: &Path, seed: Seed) -> Result<PathBuf, GenerateError> {
    let name = format!("dataset-{GENERATOR}-{seed}");
    let folder = cache.join(&name);
    let fail = |path: &Path| {
        let path = path.to_owned();
        move |source| GenerateError::Io { path, source }
    };
    fs::create_dir_all(cache).map_err(fail(cache))?;
    let lock_path = cache.join(format!("{name}.lock"));
    let lock = File::create(&lock_path).map_err(fail(&lock_path))?;
    match lock.lock() {
        // without locks two may write at once, each in its own folder; the second finds the name taken
        Err(error) if error.kind() == io::ErrorKind::Unsupported => {}
        other => other.map_err(fail(&lock_path))?,
    }
    if verify(&folder).is_ok() {
        return Ok(folder);
    }

    let staging = cache.join(format!(".{name}.{}", std::process::id()));
    remove(&staging).map_err(fail(&staging))?;
    if let Err(error) = generate(&staging, seed) {
        // a half-written copy is of no use to anybody, and the first error is the one to tell
        let _ = remove(&staging);
        return Err(error);
    }
    remove(&folder).map_err(fail(&folder))?;
    match fs::rename(&staging, &folder) {
        Err(error) if verify(&folder).is_err() => Err(fail(&folder)(error)),
        Err(_) => remove(&staging).map_err(fail(&staging)).map(|()| folder),
        Ok(()) => Ok(folder),
    }
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
