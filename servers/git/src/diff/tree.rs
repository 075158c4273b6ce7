//! Compares snapshots: tree with tree, tree with index, index with working tree, tree with working tree.

use std::ops::Range;

use super::change::{Change, Side};
use crate::failure::Failure;
use crate::index::{Entry, Index};
use crate::object::Mode;
use crate::oid::Oid;
use crate::repository::Repository;
use crate::store;
use crate::work::{Found, WorkTree};

/// Directories deeper than this are not followed.
const DEEPEST: usize = 512;

/// One file of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The path from the top.
    pub path: Vec<u8>,
    /// What it is.
    pub mode: Mode,
    /// Its content.
    pub oid: Oid,
}

impl File {
    fn side(&self) -> Side {
        Side {
            path: self.path.clone(),
            mode: self.mode,
            oid: self.oid,
            work: false,
        }
    }
}

/// The changes between two trees; equal directories are not read. `None` is the empty tree.
pub fn trees(
    repository: &Repository,
    old: Option<Oid>,
    new: Option<Oid>,
) -> Result<Vec<Change>, Failure> {
    let mut changes = Vec::new();
    compare(repository, b"", old, new, 0, &mut changes)?;
    changes.sort_by(|a, b| a.path().cmp(b.path()));
    Ok(changes)
}

fn compare(
    repository: &Repository,
    prefix: &[u8],
    old: Option<Oid>,
    new: Option<Oid>,
    depth: usize,
    changes: &mut Vec<Change>,
) -> Result<(), Failure> {
    if old == new {
        return Ok(());
    }
    if depth > DEEPEST {
        return Err(Failure::new(
            "the directories are nested too deeply; compare a part of them",
        ));
    }
    let read = |oid: Option<Oid>| match oid {
        Some(oid) => repository.store.tree(&oid).map(|bytes| (oid, bytes)),
        None => Ok((Oid::EMPTY_TREE, std::rc::Rc::default())),
    };
    let (old, new) = (read(old)?, read(new)?);
    let (old, new) = (
        store::entries(&old.0, &old.1)?,
        store::entries(&new.0, &new.1)?,
    );
    // Trees are sorted as if directories ended in a slash; pairing by name needs both orders to agree.
    let mut names: Vec<(&[u8], usize, usize)> = Vec::with_capacity(old.len().max(new.len()));
    names.extend(
        old.iter()
            .enumerate()
            .map(|(at, entry)| (entry.name, at, usize::MAX)),
    );
    names.extend(
        new.iter()
            .enumerate()
            .map(|(at, entry)| (entry.name, usize::MAX, at)),
    );
    names.sort_by(|a, b| a.0.cmp(b.0));
    names.dedup_by(|next, kept| {
        let pair = next.0 == kept.0 && kept.2 == usize::MAX && next.1 == usize::MAX;
        if pair {
            kept.2 = next.2;
        }
        pair
    });
    for (name, a, b) in names {
        let (a, b) = (old.get(a), new.get(b));
        if let (Some(a), Some(b)) = (a, b)
            && a.oid == b.oid
            && a.mode == b.mode
        {
            continue;
        }
        let path = [prefix, name].concat();
        let tree = |entry: Option<&crate::object::Entry<'_>>| {
            entry
                .filter(|entry| entry.mode.is_tree())
                .map(|entry| entry.oid)
        };
        let side = |entry: Option<&crate::object::Entry<'_>>| {
            let entry = entry.filter(|entry| !entry.mode.is_tree())?;
            Some(Side {
                path: path.clone(),
                mode: entry.mode,
                oid: entry.oid,
                work: false,
            })
        };
        let (before, after) = (side(a), side(b));
        if before.is_some() || after.is_some() {
            changes.push(Change::new(before, after));
        }
        if tree(a).is_some() || tree(b).is_some() {
            let below = [&path[..], b"/"].concat();
            compare(repository, &below, tree(a), tree(b), depth + 1, changes)?;
        }
    }
    Ok(())
}

/// All files of a tree, sorted by path.
pub fn files(repository: &Repository, tree: Oid) -> Result<Vec<File>, Failure> {
    let mut found = Vec::new();
    gather(repository, tree, b"", 0, &mut |_, _| false, &mut found)?;
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

fn gather(
    repository: &Repository,
    tree: Oid,
    prefix: &[u8],
    depth: usize,
    skip: &mut dyn FnMut(&[u8], Oid) -> bool,
    found: &mut Vec<File>,
) -> Result<(), Failure> {
    if depth > DEEPEST {
        return Err(Failure::new(
            "the directories are nested too deeply; compare a part of them",
        ));
    }
    if skip(prefix, tree) {
        return Ok(());
    }
    let bytes = repository.store.tree(&tree)?;
    for entry in store::entries(&tree, &bytes)? {
        let path = [prefix, entry.name].concat();
        if entry.mode.is_tree() {
            let below = [&path[..], b"/"].concat();
            gather(repository, entry.oid, &below, depth + 1, skip, found)?;
        } else {
            found.push(File {
                path,
                mode: entry.mode,
                oid: entry.oid,
            });
        }
    }
    Ok(())
}

/// A tree beside an index: its files, but for directories of which the index knows that they are equal.
struct Beside {
    files: Vec<File>,
    equal: Vec<Range<usize>>,
}

fn beside(repository: &Repository, index: &Index, tree: Option<Oid>) -> Result<Beside, Failure> {
    let mut files = Vec::new();
    let mut equal = Vec::new();
    if let Some(tree) = tree {
        let mut skip = |prefix: &[u8], oid: Oid| {
            let path = prefix.strip_suffix(b"/").unwrap_or(prefix);
            let Ok(at) = index
                .cached
                .binary_search_by(|known| known.path[..].cmp(path))
            else {
                return false;
            };
            let known = &index.cached[at];
            let start = index.position(prefix, 0).unwrap_or_else(|at| at);
            let range = start..start + known.entries;
            let fits = index.entries.get(range.clone()).is_some_and(|entries| {
                entries
                    .iter()
                    .all(|entry| entry.path.starts_with(prefix) && entry.stage == 0)
            });
            if known.oid != oid || !fits {
                return false;
            }
            equal.push(range);
            true
        };
        gather(repository, tree, b"", 0, &mut skip, &mut files)?;
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    equal.sort_by_key(|range| range.start);
    Ok(Beside { files, equal })
}

/// A path of a tree and an index: what the tree has, and the entries of its stages.
struct Pair<'a> {
    file: Option<File>,
    entries: &'a [Entry],
    /// Whether both are known to be equal.
    equal: bool,
}

/// Calls `see` for each path that a tree or an index has, in order.
fn pairs<'a>(
    repository: &Repository,
    index: &'a Index,
    tree: Option<Oid>,
    mut see: impl FnMut(Pair<'a>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let Beside { files, equal } = beside(repository, index, tree)?;
    let mut files = files.into_iter().peekable();
    let mut equal = equal.into_iter().peekable();
    let mut at = 0;
    while at < index.entries.len() {
        let path = &index.entries[at].path;
        while let Some(file) = files.next_if(|file| file.path < *path) {
            see(Pair {
                file: Some(file),
                entries: &[],
                equal: false,
            })?;
        }
        while equal.next_if(|range| range.end <= at).is_some() {}
        if equal.peek().is_some_and(|range| range.contains(&at)) {
            see(Pair {
                file: None,
                entries: &index.entries[at..=at],
                equal: true,
            })?;
            at += 1;
            continue;
        }
        let count = index.entries[at..]
            .iter()
            .take_while(|entry| entry.path == *path)
            .count();
        see(Pair {
            file: files.next_if(|file| file.path == *path),
            entries: &index.entries[at..at + count],
            equal: false,
        })?;
        at += count;
    }
    for file in files {
        see(Pair {
            file: Some(file),
            entries: &[],
            equal: false,
        })?;
    }
    Ok(())
}

fn side(entry: &Entry) -> Side {
    Side {
        path: entry.path.clone(),
        mode: entry.mode,
        oid: entry.oid,
        work: false,
    }
}

fn conflict(path: &[u8]) -> Change {
    let mut change = Change::new(
        None,
        Some(Side {
            path: path.to_vec(),
            mode: Mode::FILE,
            oid: Oid::NULL,
            work: false,
        }),
    );
    change.conflict = true;
    change
}

/// What the index has otherwise than a tree: what the next commit would change.
pub fn staged(
    repository: &Repository,
    index: &Index,
    tree: Option<Oid>,
) -> Result<Vec<Change>, Failure> {
    let mut changes = Vec::new();
    pairs(repository, index, tree, |pair| {
        if pair.equal {
            return Ok(());
        }
        let old = pair.file.as_ref().map(File::side);
        let entry = pair.entries.iter().find(|entry| !entry.intended);
        match entry {
            Some(entry) if entry.stage > 0 => changes.push(conflict(&entry.path)),
            entry => {
                let new = entry.map(side);
                let same = match (&old, &new) {
                    (Some(old), Some(new)) => old.oid == new.oid && old.mode == new.mode,
                    (None, None) => true,
                    _ => false,
                };
                if !same {
                    changes.push(Change::new(old, new));
                }
            }
        }
        Ok(())
    })?;
    Ok(changes)
}

/// What the working tree has otherwise than the index.
pub fn unstaged(work: &WorkTree<'_>, index: &Index) -> Result<Vec<Change>, Failure> {
    let mut changes: Vec<Change> = Vec::new();
    for entry in &index.entries {
        if entry.stage > 0 {
            if changes
                .last()
                .is_none_or(|last| !last.conflict || last.path() != entry.path)
            {
                changes.push(conflict(&entry.path));
            }
            continue;
        }
        let found = work.compare(entry, index)?;
        let old = Some(side(entry)).filter(|_| !entry.intended);
        match found {
            Found::Same => {}
            Found::Missing if entry.intended => {}
            Found::Missing => changes.push(Change::new(old, None)),
            Found::Other(mode, oid) => {
                changes.push(Change::new(old, Some(work_side(&entry.path, mode, oid))));
            }
        }
    }
    Ok(changes)
}

fn work_side(path: &[u8], mode: Mode, oid: Oid) -> Side {
    Side {
        path: path.to_vec(),
        mode,
        oid,
        work: true,
    }
}

/// What the working tree has otherwise than a tree; files that the index does not know do not count.
pub fn against(repository: &Repository, index: &Index, tree: Oid) -> Result<Vec<Change>, Failure> {
    let work = WorkTree::new(repository)?;
    let mut changes = Vec::new();
    pairs(repository, index, Some(tree), |pair| {
        let old = match (&pair.file, pair.equal) {
            (Some(file), _) => Some(file.side()),
            (None, true) => pair.entries.first().map(side),
            (None, false) => None,
        };
        let Some(entry) = pair.entries.first() else {
            changes.push(Change::new(old, None));
            return Ok(());
        };
        let new = match work.compare(entry, index)? {
            Found::Missing => None,
            Found::Same => Some(side(entry)),
            Found::Other(mode, oid) => Some(work_side(&entry.path, mode, oid)),
        };
        let same = match (&old, &new) {
            (Some(old), Some(new)) => old.oid == new.oid && old.mode == new.mode,
            (None, None) => true,
            _ => false,
        };
        if !same {
            changes.push(Change::new(old, new));
        }
        Ok(())
    })?;
    Ok(changes)
}
