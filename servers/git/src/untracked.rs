//! Files that the index does not know: which there are, and which of them `.gitignore` leaves out.

use std::rc::Rc;

use gix_glob::Pattern;
use gix_glob::pattern::{Case, Mode};
use gix_glob::wildmatch;

use crate::disk::{self, Folder, Kind};
use crate::failure::{Failure, Fault};
use crate::index::{Entry, Index};
use crate::object;
use crate::repository::Repository;

/// A list of patterns is never larger.
const LARGEST: u64 = 1 << 20;
/// Directories deeper than this are not looked into.
const DEEPEST: usize = 512;
/// More entries of directories are not looked at.
const MOST: usize = 1_000_000;

/// The patterns of one file, and below which folder they hold.
struct List {
    folder: Vec<u8>,
    patterns: Vec<Pattern>,
}

/// The patterns that hold in a directory: the nearest list last.
pub struct Ignore<'a> {
    root: &'a [u8],
    lists: Vec<Rc<List>>,
}

impl<'a> Ignore<'a> {
    /// The patterns that hold everywhere.
    pub fn new(repository: &Repository, root: &'a [u8]) -> Ignore<'a> {
        let mut ignore = Ignore {
            root,
            lists: Vec::new(),
        };
        let exclude = disk::join(&repository.common_dir, b"info/exclude");
        ignore.add(b"", &exclude);
        ignore
    }

    /// Adds the list in a folder (`""`, or a path with a slash at its end); how many there were before.
    pub fn enter(&mut self, folder: &[u8]) -> usize {
        let before = self.lists.len();
        let path = disk::join(&disk::join(self.root, folder), b".gitignore");
        self.add(folder, &path);
        before
    }

    /// Forgets the lists that were added since `enter` gave this number.
    pub fn leave(&mut self, before: usize) {
        self.lists.truncate(before);
    }

    fn add(&mut self, folder: &[u8], path: &[u8]) {
        let file = disk::read_small(path, LARGEST).ok().flatten();
        let Some(file) = file else {
            return;
        };
        let lines = file.split(|byte| *byte == b'\n');
        let lines = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        self.lists.push(Rc::new(List {
            folder: folder.to_vec(),
            patterns: lines.filter_map(Pattern::from_bytes).collect(),
        }));
    }

    /// Whether the patterns leave out this path itself; the directories above it are the caller's.
    pub fn excludes(&self, path: &[u8], is_directory: bool) -> bool {
        for list in self.lists.iter().rev() {
            let Some(below) = path.strip_prefix(&list.folder[..]) else {
                continue;
            };
            let base = memchr::memrchr(b'/', below).map(|at| at + 1);
            let matching = list.patterns.iter().rev().find(|pattern| {
                pattern.matches_repo_relative_path(
                    below.into(),
                    base,
                    Some(is_directory),
                    Case::Sensitive,
                    wildmatch::Mode::NO_MATCH_SLASH_LITERAL,
                )
            });
            if let Some(pattern) = matching {
                return !pattern.mode.contains(Mode::NEGATIVE);
            }
        }
        false
    }

    /// Whether a path or a directory above it is left out.
    pub fn excludes_deep(&mut self, path: &[u8], is_directory: bool) -> bool {
        let start = self.lists.len();
        let mut excluded = false;
        self.enter(b"");
        for at in memchr::memchr_iter(b'/', path) {
            if self.excludes(&path[..at], true) {
                excluded = true;
                break;
            }
            self.enter(&path[..=at]);
        }
        let excluded = excluded || self.excludes(path, is_directory);
        self.leave(start);
        excluded
    }
}

/// Gives a directory (no slash at its end) that is open already.
pub type Opened<'a> = &'a dyn Fn(&[u8]) -> Option<Rc<Folder>>;

/// The files that the index does not know, sorted; with `collapse` a directory in which it knows none is named once, with a slash.
pub fn untracked(
    repository: &Repository,
    root: &[u8],
    index: &Index,
    collapse: bool,
    opened: Opened<'_>,
) -> Result<Vec<Vec<u8>>, Failure> {
    below(repository, root, index, b"", collapse, opened)
}

/// The same below one folder (`""`, or a path with a slash at its end).
pub fn below(
    repository: &Repository,
    root: &[u8],
    index: &Index,
    folder: &[u8],
    collapse: bool,
    opened: Opened<'_>,
) -> Result<Vec<Vec<u8>>, Failure> {
    let mut search = Search {
        opened,
        ignore: Ignore::new(repository, root),
        collapse,
        seen: 0,
        found: Vec::new(),
    };
    // The lists of the folders above; the walk itself adds the folder's own.
    let slashes = memchr::memchr_iter(b'/', folder).map(|at| at + 1);
    for above in std::iter::once(0)
        .chain(slashes)
        .filter(|end| *end < folder.len())
    {
        search.ignore.enter(&folder[..above]);
    }
    let start = index
        .entries
        .partition_point(|entry| &entry.path[..] < folder);
    let known = within(&index.entries[start..], folder);
    search.walk(folder, known, 0)?;
    search.found.sort();
    Ok(search.found)
}

/// The entries at the beginning that lie below a folder.
fn within<'e>(entries: &'e [Entry], folder: &[u8]) -> &'e [Entry] {
    &entries[..entries.partition_point(|entry| entry.path.starts_with(folder))]
}

struct Search<'a> {
    opened: Opened<'a>,
    ignore: Ignore<'a>,
    collapse: bool,
    seen: usize,
    found: Vec<Vec<u8>>,
}

impl Search<'_> {
    /// Looks through a folder; `known` is what the index knows below it.
    fn walk(&mut self, folder: &[u8], known: &[Entry], depth: usize) -> Result<(), Failure> {
        let place = disk::join(self.ignore.root, folder);
        let listed = match (self.opened)(folder.strip_suffix(b"/").unwrap_or(folder)) {
            Some(folder) => folder.entries(),
            None => disk::entries(&place),
        };
        let entries = match listed {
            // gone meanwhile, or not ours to look into
            Err(Fault::Missing | Fault::NotDirectory | Fault::Denied) => return Ok(()),
            Err(fault) => return Err(fault.at(&place)),
            Ok(entries) => entries,
        };
        self.seen += entries.len();
        if depth > DEEPEST || self.seen > MOST {
            return Err(Failure::new(
                "the working tree has too many files or folders to look for those that git does not know; name what to ignore in .gitignore",
            ));
        }
        let has_list = entries.iter().any(|(name, _)| name == b".gitignore");
        let before = self.ignore.lists.len();
        if has_list {
            self.ignore.enter(folder);
        }
        // Both are sorted, so that most often the next name is the next entry's.
        let mut next = 0;
        for (name, kind) in entries {
            if name.eq_ignore_ascii_case(b".git") || kind == Kind::Other {
                continue;
            }
            // All paths here begin alike: the rest decides.
            let rest = |entry: &Entry| entry.path[folder.len()..].cmp(&name);
            if kind != Kind::Directory
                && known
                    .get(next)
                    .is_some_and(|entry| entry.path[folder.len()..] == name)
            {
                next += 1;
                continue;
            }
            let at = known.partition_point(|entry| rest(entry).is_lt());
            let same = known.get(at).filter(|entry| rest(entry).is_eq());
            if kind != Kind::Directory && same.is_some() {
                next = at + 1;
                continue;
            }
            let path = [folder, &name[..]].concat();
            if kind != Kind::Directory {
                if !self.ignore.excludes(&path, false) {
                    self.found.push(path);
                }
                continue;
            }
            // a submodule, where the index knows a file by the name of a directory
            if same.is_some_and(|entry| entry.stage == 0 && entry.mode == object::Mode::SUBMODULE) {
                continue;
            }
            let inside = [&path[..], b"/"].concat();
            let start = at + known[at..].partition_point(|entry| entry.path < inside);
            let below = within(&known[start..], &inside);
            if self.ignore.excludes(&path, true) {
                continue;
            }
            if below.is_empty()
                && disk::stat(&disk::join(
                    self.ignore.root,
                    &[&inside[..], b".git"].concat(),
                ))
                .is_ok()
            {
                // another repository is never looked into
                self.found.push(inside);
                continue;
            }
            let start = self.found.len();
            self.walk(&inside, below, depth + 1)?;
            if self.collapse && below.is_empty() && self.found.len() > start {
                self.found.truncate(start);
                self.found.push(inside);
            }
        }
        self.ignore.leave(before);
        Ok(())
    }
}
