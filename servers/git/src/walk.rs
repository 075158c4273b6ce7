//! Walks through history: the newest commit first, bounded by number and dates; ancestors, and what two branches have apart.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use crate::failure::Failure;
use crate::object::Commit;
use crate::oid::Oid;
use crate::repository::Repository;

/// Which commits are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bounds {
    /// So many; `None` means all.
    pub count: Option<usize>,
    /// Recorded no earlier, in seconds since 1970. The walk does not go on behind an older one.
    pub since: Option<i64>,
    /// Recorded no later.
    pub until: Option<i64>,
}

/// By date of recording, the newest first; what was found first, first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Next {
    seconds: i64,
    found: std::cmp::Reverse<usize>,
    oid: Oid,
}

/// Commits whose parents are known.
struct History<'a> {
    repository: &'a Repository,
    shallow: BTreeSet<Oid>,
}

impl History<'_> {
    fn new(repository: &Repository) -> History<'_> {
        let shallow = repository.shallow().into_iter().collect();
        History {
            repository,
            shallow,
        }
    }

    fn commit(&self, oid: &Oid) -> Result<Commit, Failure> {
        let mut commit = self.repository.store.commit(oid)?;
        if self.shallow.contains(oid) {
            commit.parents.clear();
        }
        Ok(commit)
    }
}

/// The commits that `start` leads to, in git's order, as far as the bounds allow.
pub fn log(
    repository: &Repository,
    start: Oid,
    bounds: Bounds,
) -> Result<Vec<(Oid, Commit)>, Failure> {
    let history = History::new(repository);
    let mut found = Vec::new();
    if bounds.count == Some(0) {
        return Ok(found);
    }
    let mut seen = BTreeSet::from([start]);
    let mut waiting = BTreeMap::new();
    let first = history.commit(&start)?;
    let mut queue = BinaryHeap::from([Next {
        seconds: first.committer.seconds,
        found: std::cmp::Reverse(0),
        oid: start,
    }]);
    waiting.insert(start, first);
    while let Some(next) = queue.pop() {
        let Some(commit) = waiting.remove(&next.oid) else {
            continue;
        };
        if bounds.since.is_some_and(|since| next.seconds < since) {
            continue;
        }
        for parent in &commit.parents {
            if seen.insert(*parent) {
                let parent_commit = history.commit(parent)?;
                queue.push(Next {
                    seconds: parent_commit.committer.seconds,
                    found: std::cmp::Reverse(seen.len()),
                    oid: *parent,
                });
                waiting.insert(*parent, parent_commit);
            }
        }
        if bounds.until.is_none_or(|until| next.seconds <= until) {
            found.push((next.oid, commit));
            if bounds.count.is_some_and(|count| found.len() >= count) {
                break;
            }
        }
    }
    Ok(found)
}

/// All that `start` leads to, itself included.
pub fn ancestors(repository: &Repository, start: Oid) -> Result<BTreeSet<Oid>, Failure> {
    let history = History::new(repository);
    let mut seen = BTreeSet::from([start]);
    let mut queue = vec![start];
    while let Some(oid) = queue.pop() {
        for parent in history.commit(&oid)?.parents {
            if seen.insert(parent) {
                queue.push(parent);
            }
        }
    }
    Ok(seen)
}

/// Whether `start` leads to `wanted`.
pub fn contains(repository: &Repository, start: Oid, wanted: Oid) -> Result<bool, Failure> {
    let history = History::new(repository);
    let mut seen = BTreeSet::from([start]);
    let mut queue = vec![start];
    while let Some(oid) = queue.pop() {
        if oid == wanted {
            return Ok(true);
        }
        // No date is trusted here: clocks differ, and a wrong answer would not be seen.
        queue.extend(
            history
                .commit(&oid)?
                .parents
                .into_iter()
                .filter(|parent| seen.insert(*parent)),
        );
    }
    Ok(false)
}

/// How many commits only `ours` has, and how many only `theirs`.
pub fn apart(repository: &Repository, ours: Oid, theirs: Oid) -> Result<(usize, usize), Failure> {
    if ours == theirs {
        return Ok((0, 0));
    }
    let left = ancestors(repository, ours)?;
    let right = ancestors(repository, theirs)?;
    Ok((
        left.difference(&right).count(),
        right.difference(&left).count(),
    ))
}
