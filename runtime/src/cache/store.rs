//! The cache's folder: who may use it, how a file gets into it, and how many processes share it.

use std::fs::{File, Metadata, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// A folder of precompiled files that belongs to this user alone.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// The folder for this user: `$XDG_CACHE_HOME` or `~/.cache`, then `wasmmcp-bench/components`.
    pub fn default_folder() -> Option<PathBuf> {
        let absolute = |name: &str| {
            std::env::var_os(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
        };
        let base = absolute("XDG_CACHE_HOME")
            .or_else(|| absolute("HOME").map(|home| home.join(".cache")))?;
        Some(base.join("wasmmcp-bench").join("components"))
    }

    /// Opens a folder, making it where it is missing.
    ///
    /// # Errors
    ///
    /// It cannot be made, is a symbolic link, belongs to another user, or others may write into it.
    pub fn open(folder: &Path) -> io::Result<Store> {
        let metadata = match folder.symlink_metadata() {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                std::fs::DirBuilder::new()
                    .recursive(true)
                    .mode(0o700)
                    .create(folder)?;
                folder.symlink_metadata()?
            }
            Err(error) => return Err(error),
        };
        if !metadata.is_dir() {
            return refuse("it is a symbolic link or a file, not a folder");
        }
        owned(&metadata, "`chmod 700` it")?;
        Ok(Store {
            folder: folder.to_owned(),
        })
    }

    /// Where the code of `key` lies, if it is there.
    pub fn path(&self, key: &str) -> PathBuf {
        self.folder.join(format!("{key}.cwasm"))
    }

    /// Opens the code of `key` without following a symbolic link.
    ///
    /// # Errors
    ///
    /// As [`File::open`]; a link is an error, and so is a file of another user or one that others may write into.
    pub fn open_code(&self, key: &str) -> io::Result<File> {
        let file = open_no_follow(&self.path(key))?;
        owned(&file.metadata()?, "remove it")?;
        Ok(file)
    }

    /// Waits until this process is the only one that compiles `key`; the lock ends with the file.
    ///
    /// # Errors
    ///
    /// The folder cannot be written into.
    pub fn lock(&self, key: &str) -> io::Result<File> {
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.folder.join(format!("{key}.lock")))?;
        lock.lock()?;
        Ok(lock)
    }

    /// A name in the folder that nobody else uses: same file system, so that the rename is atomic.
    pub fn scratch(&self, key: &str) -> PathBuf {
        self.folder
            .join(format!("{key}.{}.tmp", std::process::id()))
    }

    /// Puts a finished file in its place.
    ///
    /// # Errors
    ///
    /// The folder cannot be written into.
    pub fn publish(&self, scratch: &Path, key: &str) -> io::Result<PathBuf> {
        std::fs::set_permissions(scratch, Permissions::from_mode(0o600))?;
        let path = self.path(key);
        std::fs::rename(scratch, &path)?;
        Ok(path)
    }
}

fn refuse<T>(why: impl Into<String>) -> io::Result<T> {
    Err(io::Error::new(io::ErrorKind::PermissionDenied, why.into()))
}

/// Whether nobody but this user can have put anything there.
fn owned(metadata: &Metadata, remedy: &str) -> io::Result<()> {
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return refuse("it belongs to another user, whose code would be run");
    }
    if metadata.mode() & 0o022 != 0 {
        return refuse(format!("others may write into it; {remedy}"));
    }
    Ok(())
}

/// Opens a file for reading, unless its last part is a symbolic link.
fn open_no_follow(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    File::options()
        .read(true)
        .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits() as i32)
        .open(path)
}
