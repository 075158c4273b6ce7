//! What a file operation can fail with, said in the words that the official server's clients know.

use std::fmt;

/// Why the system refused one operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing of that name exists.
    Missing,
    /// A component of the path is not a directory.
    NotDirectory,
    /// A file was needed and this is a directory.
    IsDirectory,
    /// The name is taken.
    Exists,
    /// The permission bits forbid it.
    Denied,
    /// The sandbox or the system forbids it whatever the bits say.
    NotPermitted,
    /// Symbolic links lead in a circle.
    Loop,
    /// A name or a path is too long.
    NameTooLong,
    /// The directory still has entries.
    NotEmpty,
    /// The operation makes no sense for these operands.
    Invalid,
    /// The place was granted for reading only.
    ReadOnly,
    /// No space is left.
    Full,
    /// The two places are on different devices.
    CrossDevice,
    /// The name is not text that the system can carry.
    BadName,
    /// Anything else.
    Io,
}

impl Fault {
    /// The error code and sentence that Node.js prints for this fault.
    pub fn words(self) -> &'static str {
        match self {
            Fault::Missing => "ENOENT: no such file or directory",
            Fault::NotDirectory => "ENOTDIR: not a directory",
            Fault::IsDirectory => "EISDIR: illegal operation on a directory",
            Fault::Exists => "EEXIST: file already exists",
            Fault::Denied => "EACCES: permission denied",
            Fault::NotPermitted => "EPERM: operation not permitted",
            Fault::Loop => "ELOOP: too many symbolic links encountered",
            Fault::NameTooLong => "ENAMETOOLONG: name too long",
            Fault::NotEmpty => "ENOTEMPTY: directory not empty",
            Fault::Invalid => "EINVAL: invalid argument",
            Fault::ReadOnly => "EROFS: read-only file system",
            Fault::Full => "ENOSPC: no space left on device",
            Fault::CrossDevice => "EXDEV: cross-device link not permitted",
            Fault::BadName => "EILSEQ: illegal byte sequence",
            Fault::Io => "EIO: i/o error",
        }
    }

    /// The failure of `operation` on `path`.
    pub fn at(self, operation: &str, path: &str) -> Failure {
        Failure(format!("{}, {operation} '{path}'", self.words()))
    }

    /// The failure of an operation on a file that is already open.
    pub fn during(self, operation: &str) -> Failure {
        Failure(format!("{}, {operation}", self.words()))
    }

    /// The failure of `operation` from one path to another.
    pub fn between(self, operation: &str, from: &str, to: &str) -> Failure {
        Failure(format!("{}, {operation} '{from}' -> '{to}'", self.words()))
    }
}

/// What a client is told when a tool cannot do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure(pub String);

impl Failure {
    /// A failure with these words.
    pub fn new(words: impl Into<String>) -> Failure {
        Failure(words.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}
