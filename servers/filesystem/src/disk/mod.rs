//! The file system in the few operations that the tools need: natively by descriptors that follow no link, in a component by WASI's own calls.
//!
//! Every path given here is absolute and has been resolved by `allowed`, so that no symbolic link is in it, or the host confines it (`confines`).
//! `std::fs` is not used in the component, because each of its calls there asks the host for an inode that nobody needs.

#[cfg(not(target_family = "wasm"))]
mod native;
#[cfg(target_family = "wasm")]
mod wasi;

#[cfg(not(target_family = "wasm"))]
pub use native::{
    Directory, File, confines, create_directory, granted, look, read_link, real, rename, replace,
    stat,
};
#[cfg(target_family = "wasm")]
pub use wasi::{
    Directory, File, confines, create_directory, granted, look, read_link, real, rename, replace,
    stat,
};

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

/// One entry of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name, without the directory.
    pub name: String,
    /// What it is; a link is not followed.
    pub kind: Kind,
}

/// What is known about a file or directory.
#[derive(Clone, Copy, Debug)]
pub struct Stat {
    /// What it is.
    pub kind: Kind,
    /// Bytes.
    pub size: u64,
    /// Seconds since 1970 at which it was made, where the system knows.
    pub created: Option<i64>,
    /// Seconds since 1970 of the last change of its content.
    pub modified: Option<i64>,
    /// Seconds since 1970 of the last reading.
    pub accessed: Option<i64>,
    /// Permission bits; a WASI host does not tell them.
    pub mode: Option<u32>,
}
