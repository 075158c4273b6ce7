//! Requests that wait for an answer, and which of them has waited longest.

use std::collections::{BTreeMap, BTreeSet};

/// By id.
#[derive(Debug, Default)]
pub struct Waiting {
    ages: BTreeMap<Vec<u8>, u64>,
    by_age: BTreeSet<u64>,
    next: u64,
}

impl Waiting {
    /// One more; an id that waits already waits from now on.
    pub fn insert(&mut self, id: Vec<u8>) {
        self.next += 1;
        if let Some(before) = self.ages.insert(id, self.next) {
            self.by_age.remove(&before);
        }
        self.by_age.insert(self.next);
    }

    /// One less: whether it had waited longest. None where it did not wait.
    pub fn remove(&mut self, id: &[u8]) -> Option<bool> {
        let age = self.ages.remove(id)?;
        let oldest = self.by_age.first() == Some(&age);
        self.by_age.remove(&age);
        Some(oldest)
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.ages.is_empty()
    }

    /// All of them, which wait no longer.
    pub fn take(&mut self) -> impl Iterator<Item = Vec<u8>> {
        self.by_age.clear();
        std::mem::take(&mut self.ages).into_keys()
    }
}
