//! The file system in the few operations that a repository needs: natively the standard library's, in a component WASI's own calls.
//!
//! Paths are absolute and are bytes, as git's names are. Nothing here follows a link that stands at the end of a path.
//! `std::fs` is not used in the component, because each of its calls there asks the host for an inode that nobody needs.

#[cfg(not(target_family = "wasm"))]
mod native;
#[cfg(target_family = "wasm")]
mod wasi;

#[cfg(not(target_family = "wasm"))]
pub use native::{
    File, Folder, create_directory, create_new, entries, read_link, real, remove_directory,
    remove_file, rename, set_executable, stat, symlink,
};
#[cfg(target_family = "wasm")]
pub use wasi::{
    File, Folder, create_directory, create_new, entries, read_link, real, remove_directory,
    remove_file, rename, set_executable, stat, symlink,
};

use crate::failure::Fault;

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Link,
    /// A device, socket or pipe.
    Other,
}

/// What is known about a file or directory.
#[derive(Clone, Copy, Debug)]
pub struct Stat {
    /// What it is.
    pub kind: Kind,
    /// Bytes.
    pub size: u64,
    /// Seconds and nanoseconds of the last change of its content.
    pub modified: (i64, u32),
    /// Whether its owner may execute it; a WASI host does not tell.
    pub executable: Option<bool>,
    /// What only a real system knows: status change, device, inode, owner and group.
    pub more: Option<More>,
}

/// What a WASI host does not tell.
#[derive(Clone, Copy, Debug)]
pub struct More {
    /// Seconds and nanoseconds of the last change of status.
    pub changed: (i64, u32),
    /// The device.
    pub device: u64,
    /// The inode.
    pub inode: u64,
    /// The owner.
    pub user: u32,
    /// The group.
    pub group: u32,
}

/// Nothing larger is read or written: a model could not use it, and the instance's memory is bounded.
pub const LIMIT: u64 = 64 << 20;

/// The whole of a regular file.
pub fn read(path: &[u8]) -> Result<Vec<u8>, Fault> {
    let file = File::open(path)?;
    if file.size() > LIMIT {
        return Err(Fault::TooLarge);
    }
    file.read(
        0,
        usize::try_from(file.size()).map_err(|_| Fault::TooLarge)?,
    )
}

/// The whole of a small text file; `None` where there is none.
pub fn read_small(path: &[u8], limit: u64) -> Result<Option<Vec<u8>>, Fault> {
    match File::open(path) {
        Ok(file) if file.size() > limit => Err(Fault::TooLarge),
        Ok(file) => file
            .read(0, usize::try_from(file.size()).unwrap_or(0))
            .map(Some),
        Err(Fault::Missing | Fault::NotDirectory | Fault::IsDirectory) => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// `name` in `directory`.
pub fn join(directory: &[u8], name: &[u8]) -> Vec<u8> {
    let mut path = Vec::with_capacity(directory.len() + 1 + name.len());
    path.extend_from_slice(directory);
    if !directory.ends_with(b"/") {
        path.push(b'/');
    }
    path.extend_from_slice(name);
    path
}

/// The directory that holds `path`, and the last name in it.
pub fn split(path: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memrchr(b'/', path) {
        Some(0) => (b"/", &path[1..]),
        Some(at) => (&path[..at], &path[at + 1..]),
        None => (b"", path),
    }
}

/// The absolute path without `.`, `..`, doubled and trailing slashes.
pub fn normalise(absolute: &[u8]) -> Vec<u8> {
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in absolute.split(|byte| *byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let mut path = Vec::with_capacity(absolute.len());
    for part in parts {
        path.push(b'/');
        path.extend_from_slice(part);
    }
    if path.is_empty() {
        path.push(b'/');
    }
    path
}

/// Whether `path` is `directory` or lies below it; both are normalised.
pub fn within(path: &[u8], directory: &[u8]) -> bool {
    directory == b"/"
        || path
            .strip_prefix(directory)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}

/// Whether `path` is `below`, or one of the directories on the way there; neither begins or ends with a slash.
pub fn leads_to(path: &[u8], below: &[u8]) -> bool {
    below
        .strip_prefix(path)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}

/// Makes a directory and those above it.
pub fn create_directories(path: &[u8]) -> Result<(), Fault> {
    match create_directory(path) {
        Ok(()) => Ok(()),
        Err(Fault::Exists) => match stat(path)?.kind {
            Kind::Directory => Ok(()),
            _ => Err(Fault::NotDirectory),
        },
        Err(Fault::Missing) if split(path).0.len() > 1 => {
            create_directories(split(path).0)?;
            create_directory(path).or_else(|fault| match fault {
                Fault::Exists => Ok(()),
                other => Err(other),
            })
        }
        Err(fault) => Err(fault),
    }
}

/// Puts `bytes` at `path` in one step by way of the lock `path.lock`, as git does: whoever holds the lock is alone.
pub fn replace(path: &[u8], bytes: &[u8]) -> Result<(), Fault> {
    let lock = [path, b".lock"].concat();
    create_new(&lock, bytes, false)?;
    rename(&lock, path).inspect_err(|_| {
        // the write has failed already; a lock that cannot be removed changes nothing of that
        let _ = remove_file(&lock);
    })
}
