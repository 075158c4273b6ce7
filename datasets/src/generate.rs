//! Writing a data set into a folder.
use std::fs::{self, File, FileTimes};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::layout::{self, Kept};
use crate::manifest::{Entry, MANIFEST, Manifest};
use crate::seed::Seed;
use crate::verify::{self, VerifyError};

/// Why no data set was written.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// The folder holds something that is not ours to overwrite.
    #[error("{} is not empty and holds no data set of ours ({reason}). Name a folder that is new or empty", folder.display())]
    Occupied {
        /// The folder that was named.
        folder: PathBuf,
        /// What was found.
        reason: String,
    },
    /// The disk has no room.
    #[error("no room for {} (the data set takes about 100 MB). Free some disk space, or name a folder on another disk", path.display())]
    Full {
        /// The file that did not fit.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("cannot write {}: {source}. Name a folder that you may write to", path.display())]
    Io {
        /// What could not be written.
        path: PathBuf,
        /// The system's own reason.
        source: io::Error,
    },
}

impl GenerateError {
    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                GenerateError::Full { path }
            }
            _ => GenerateError::Io { path, source },
        }
    }
}

/// Writes the data set of `seed` into `folder`, which is made if need be. The manifest is written last: a folder that has one is whole.
///
/// An existing data set is written anew if nothing foreign lies in it; anything else is left alone, as [`GenerateError::Occupied`].
pub fn generate(folder: &Path, seed: Seed) -> Result<Manifest, GenerateError> {
    clear(folder)?;
    let mut entries = Vec::new();
    let mut at = folder.to_owned();
    let mut write = |path: &str, content: &[u8], kept: Kept| -> io::Result<()> {
        at = folder.join(path);
        write_file(&at, content, kept)?;
        entries.push(Entry::of(path, content, kept.executable()));
        Ok(())
    };
    let written = layout::write(seed, &mut write);
    written.map_err(|source| GenerateError::io(&at, source))?;
    let manifest = Manifest::of(seed, entries);
    let at = folder.join(MANIFEST);
    write_file(&at, &manifest.to_json(), Kept::Plain)
        .map_err(|source| GenerateError::io(&at, source))?;
    settle(folder).map_err(|source| GenerateError::io(folder, source))?;
    Ok(manifest)
}

/// Makes `folder` an empty one, or says why it must not be emptied.
fn clear(folder: &Path) -> Result<(), GenerateError> {
    let fail = |source| GenerateError::io(folder, source);
    fs::create_dir_all(folder).map_err(fail)?;
    if fs::read_dir(folder).map_err(fail)?.next().is_none() {
        return Ok(());
    }
    let occupied = |reason: String| GenerateError::Occupied {
        folder: folder.to_owned(),
        reason,
    };
    let old = verify::read_manifest(folder).map_err(|error| occupied(error.to_string()))?;
    match verify::foreign(folder, &old) {
        Ok(None) => {}
        Ok(Some(path)) => return Err(occupied(format!("{path} is not in its manifest"))),
        Err(VerifyError::Io { source, .. }) => return Err(fail(source)),
        Err(other) => return Err(occupied(other.to_string())),
    }
    // the manifest goes first, so that an interruption leaves nothing that looks whole
    fs::remove_file(folder.join(MANIFEST)).map_err(fail)?;
    for entry in fs::read_dir(folder).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let path = entry.path();
        let removed = if entry.file_type().map_err(fail)?.is_dir() {
            fs::remove_dir_all(&path)
        } else {
            fs::remove_file(&path)
        };
        removed.map_err(|source| GenerateError::io(&path, source))?;
    }
    Ok(())
}

fn write_file(path: &Path, content: &[u8], kept: Kept) -> io::Result<()> {
    let open = || {
        File::options()
            .write(true)
            .create(true)
            .truncate(true)
            .open(path)
    };
    let mut file = match open() {
        // folders are made when the first file needs them
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(
                path.parent()
                    .expect("a file of the data set lies in a folder"),
            )?;
            open()?
        }
        other => other?,
    };
    file.write_all(content)?;
    file.set_times(times(kept))?;
    permit(path, if kept.executable() { 0o755 } else { 0o644 })
}

/// Gives folders their time and permissions, deepest first, since a new file changes its folder's time.
fn settle(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            settle(&entry.path())?;
        }
    }
    permit(folder, 0o755)?;
    // a folder cannot be opened as a file everywhere; where it cannot, its time is the system's
    if let Ok(opened) = File::open(folder) {
        let _ = opened.set_times(times(Kept::Plain));
    }
    Ok(())
}

fn times(kept: Kept) -> FileTimes {
    let moment = SystemTime::UNIX_EPOCH + kept.modified();
    FileTimes::new().set_modified(moment).set_accessed(moment)
}

/// Whatever the umask is, the bits are these: `get_file_info` answers them too.
#[cfg(unix)]
fn permit(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn permit(_: &Path, _: u32) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};
    use std::path::Path;

    use super::GenerateError;

    #[test]
    fn a_full_disk_is_told_from_a_forbidden_one() {
        let of = |kind: ErrorKind| GenerateError::io(Path::new("data/x"), Error::from(kind));
        assert!(matches!(
            of(ErrorKind::StorageFull),
            GenerateError::Full { .. }
        ));
        assert!(matches!(
            of(ErrorKind::PermissionDenied),
            GenerateError::Io { .. }
        ));
        assert_eq!(
            of(ErrorKind::StorageFull).to_string(),
            "no room for data/x (the data set takes about 100 MB). Free some disk space, or name a folder on another disk"
        );
    }
}
