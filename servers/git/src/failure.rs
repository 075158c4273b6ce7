//! Why something could not be done: in the system's words, and in those that a client reads.

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
    /// The permission bits or the sandbox forbid it.
    Denied,
    /// Symbolic links lead in a circle.
    Loop,
    /// The directory still has entries.
    NotEmpty,
    /// The place was granted for reading only.
    ReadOnly,
    /// No space is left.
    Full,
    /// The name is not text that the system can carry.
    BadName,
    /// More than this server reads at once.
    TooLarge,
    /// Anything else.
    Io,
}

impl Fault {
    /// The system's sentence.
    pub fn words(self) -> &'static str {
        match self {
            Fault::Missing => "No such file or directory",
            Fault::NotDirectory => "Not a directory",
            Fault::IsDirectory => "Is a directory",
            Fault::Exists => "File exists",
            Fault::Denied => "Permission denied",
            Fault::Loop => "Too many levels of symbolic links",
            Fault::NotEmpty => "Directory not empty",
            Fault::ReadOnly => "Read-only file system",
            Fault::Full => "No space left on device",
            Fault::BadName => "Invalid or incomplete multibyte or wide character",
            Fault::TooLarge => "File too large",
            Fault::Io => "Input/output error",
        }
    }

    /// The failure of working on `path`.
    pub fn at(self, path: &[u8]) -> Failure {
        Failure(format!(
            "{}: {}",
            String::from_utf8_lossy(path),
            self.words()
        ))
    }
}

/// What a client is told when a tool cannot do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure(pub String);

impl Failure {
    /// What the official server says when a git command failed: the command, its exit code and its words.
    pub fn command(code: u8, command: &str, words: &str) -> Failure {
        Failure(format!(
            "Cmd('git') failed due to: exit code({code})\n  cmdline: git {command}\n  stderr: '{words}'"
        ))
    }

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
