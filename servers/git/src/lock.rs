//! The lock that git takes before it changes the index: a file beside it that only one process can make.

use crate::disk;
use crate::failure::{Failure, Fault};
use crate::refs;
use crate::repository::Repository;

/// The lock of the index; it is removed when it is dropped.
pub struct IndexLock {
    index: Vec<u8>,
    lock: Vec<u8>,
}

impl IndexLock {
    /// Takes the lock; whoever holds it is named in the failure.
    pub fn take(repository: &Repository) -> Result<IndexLock, Failure> {
        let index = disk::join(&repository.git_dir, b"index");
        let lock = [&index[..], b".lock"].concat();
        disk::create_new(&lock, b"", false).map_err(|fault| refs::locked(&lock, fault))?;
        Ok(IndexLock { index, lock })
    }

    /// Puts the new index in place in one step.
    pub fn replace(&self, bytes: &[u8]) -> Result<(), Failure> {
        let new = [&self.lock[..], b".new"].concat();
        // Left behind by a process that was killed: nobody else writes it while the lock is ours.
        match disk::remove_file(&new) {
            Ok(()) | Err(Fault::Missing) => {}
            Err(fault) => return Err(fault.at(&new)),
        }
        disk::create_new(&new, bytes, false).map_err(|fault| fault.at(&new))?;
        disk::rename(&new, &self.index).map_err(|fault| fault.at(&self.index))
    }
}

impl Drop for IndexLock {
    fn drop(&mut self) {
        // If it cannot be removed, the next call says so and names it.
        let _ = disk::remove_file(&self.lock);
    }
}
