//! Image files as they are opened: one handle, their size, and their content when it is wanted whole.

use std::fs::File;
use std::io::{self, Read};

use crate::fault::Fault;
use crate::limit;

/// Opens a regular file for reading.
///
/// # Errors
/// When there is none, or it may not be read.
pub fn open(path: &str) -> Result<File, Fault> {
    Source::open(path).map(|source| source.file)
}

fn refused(path: &str, error: &io::Error) -> Fault {
    Fault::File(match error.kind() {
        io::ErrorKind::NotFound => format!("no such file: '{path}'"),
        _ => format!("cannot open '{path}': {error}"),
    })
}

/// An opened file.
pub struct Source {
    file: File,
    bytes: u64,
}

impl Source {
    /// Opens a file for reading.
    ///
    /// # Errors
    /// When there is no readable regular file there.
    pub fn open(path: &str) -> Result<Self, Fault> {
        let refused = |error| refused(path, &error);
        // Looked at first: opening a pipe waits for whoever writes to it.
        let about = std::fs::metadata(path).map_err(refused)?;
        if !about.is_file() {
            return Err(Fault::File(format!("'{path}' is not a file")));
        }
        Ok(Self {
            file: File::open(path).map_err(refused)?,
            bytes: about.len(),
        })
    }

    /// Size of the file in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The handle, for reading parts of it.
    pub fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Reads the whole file.
    ///
    /// # Errors
    /// When it is larger than [`limit::FILE`] or cannot be read.
    pub fn read(&mut self) -> Result<Vec<u8>, Fault> {
        if self.bytes > limit::FILE {
            return Err(Fault::TooLarge(format!(
                "the file has {} bytes, more than {}",
                self.bytes,
                limit::FILE
            )));
        }
        // One byte of room more, so that the last read that finds the end needs no larger buffer.
        let mut content = Vec::with_capacity(self.bytes as usize + 1);
        (&mut self.file)
            .take(limit::FILE)
            .read_to_end(&mut content)
            .map_err(|error| Fault::File(format!("cannot read the file: {error}")))?;
        Ok(content)
    }
}
