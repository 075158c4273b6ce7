//! The index: what the next commit will hold, with what was known of each file when it was last looked at.

use crate::disk::{self, Stat};
use crate::failure::{Failure, Fault};
use crate::object::{self, Mode};
use crate::oid::Oid;
use crate::repository::Repository;

use sha1::{Digest, Sha1};

/// Nothing larger is read: some 600,000 files.
const LARGEST: u64 = 64 << 20;
/// Directories are not nested deeper.
const DEEPEST: usize = 512;

/// What was known of a file when its entry was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Seconds and nanoseconds of the last change of status.
    pub changed: (u32, u32),
    /// Seconds and nanoseconds of the last change of content.
    pub modified: (u32, u32),
    /// Device, inode, owner and group.
    pub device: u32,
    /// See `device`.
    pub inode: u32,
    /// See `device`.
    pub user: u32,
    /// See `device`.
    pub group: u32,
    /// Bytes, modulo 2³².
    pub size: u32,
}

impl Known {
    /// What is known of a file now.
    pub fn of(stat: &Stat) -> Known {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the index holds the lower 32 bits of each"
        )]
        let low = |(seconds, nanos): (i64, u32)| (seconds as u32, nanos);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the index holds the lower 32 bits of each"
        )]
        let mut known = Known {
            modified: low(stat.modified),
            size: stat.size as u32,
            ..Known::default()
        };
        if let Some(more) = &stat.more {
            known.changed = low(more.changed);
            #[expect(
                clippy::cast_possible_truncation,
                reason = "the index holds the lower 32 bits of each"
            )]
            {
                known.device = more.device as u32;
                known.inode = more.inode as u32;
            }
            known.user = more.user;
            known.group = more.group;
        }
        known
    }
}

/// One entry.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The path from the top of the working tree.
    pub path: Vec<u8>,
    /// What it is.
    pub mode: Mode,
    /// Its content.
    pub oid: Oid,
    /// 0, or which side of a conflict: 1 base, 2 ours, 3 theirs.
    pub stage: u8,
    /// What was known of the file.
    pub known: Known,
    /// Whether the file is taken for unchanged without looking (`--assume-unchanged`).
    pub assumed: bool,
    /// Whether the file is not wanted in the working tree (sparse).
    pub skipped: bool,
    /// Whether only the intention to add it is recorded.
    pub intended: bool,
}

/// A directory whose tree is known to be what the entries below it make.
#[derive(Clone, Debug)]
pub struct Cached {
    /// The path, without a slash at its end.
    pub path: Vec<u8>,
    /// The tree.
    pub oid: Oid,
    /// How many entries lie in it.
    pub entries: usize,
}

/// The index.
#[derive(Debug, Default)]
pub struct Index {
    /// Sorted by path and stage.
    pub entries: Vec<Entry>,
    /// Known trees, sorted by path.
    pub cached: Vec<Cached>,
    /// When the file was written: what is as young may have changed since.
    pub written: (i64, u32),
}

impl Index {
    /// The index of a repository; an absent one is empty.
    pub fn read(repository: &Repository) -> Result<Index, Failure> {
        let path = disk::join(&repository.git_dir, b"index");
        let stat = match disk::stat(&path) {
            Ok(stat) => stat,
            Err(Fault::Missing) => return Ok(Index::default()),
            Err(fault) => return Err(fault.at(&path)),
        };
        let file = disk::read_small(&path, LARGEST).map_err(|fault| fault.at(&path))?;
        let mut index = Index::parse(&file.unwrap_or_default()).map_err(|why| {
            Failure(format!(
                "the index cannot be read: {why}; remove .git/index and run git reset"
            ))
        })?;
        index.written = stat.modified;
        Ok(index)
    }

    /// Reads versions 2, 3 and 4.
    pub fn parse(bytes: &[u8]) -> Result<Index, &'static str> {
        const SHORT: &str = "it ends too early";
        // The digest at the end is not compared: git itself leaves that to `git fsck`, because it would be a tenth of a status.
        let body = bytes
            .len()
            .checked_sub(20)
            .map(|end| &bytes[..end])
            .ok_or(SHORT)?;
        if body.get(..4) != Some(b"DIRC") {
            return Err("it does not begin as an index does");
        }
        let version = number(body, 4).ok_or(SHORT)?;
        if !matches!(version, 2..=4) {
            return Err("its version is not 2, 3 or 4");
        }
        let count = number(body, 8).ok_or(SHORT)? as usize;
        // an entry has 62 bytes and more, so that a wrong count takes no memory
        if count > body.len() / 62 {
            return Err(SHORT);
        }
        let mut index = Index {
            entries: Vec::with_capacity(count),
            ..Index::default()
        };
        let mut at = 12;
        for _ in 0..count {
            let previous = index.entries.last().map(|entry: &Entry| &entry.path[..]);
            let (entry, next) =
                entry(body, at, version, previous.unwrap_or_default()).ok_or(SHORT)?;
            if !entry.path.split(|byte| *byte == b'/').all(object::is_name) {
                return Err("it names a path that leads out of the working tree");
            }
            if memchr::memchr_iter(b'/', &entry.path).count() > DEEPEST {
                return Err("it names a path that is nested too deeply");
            }
            if let Some(last) = index.entries.last()
                && (&last.path, last.stage) >= (&entry.path, entry.stage)
            {
                return Err("its entries are not in order");
            }
            index.entries.push(entry);
            at = next;
        }
        while at + 8 <= body.len() {
            let size = number(body, at + 4).ok_or(SHORT)? as usize;
            let name = &body[at..at + 4];
            let content = body
                .get(at + 8..)
                .and_then(|rest| rest.get(..size))
                .ok_or(SHORT)?;
            match name {
                b"TREE" => index.cached = cached(content, index.entries.len()).unwrap_or_default(),
                b"link" => return Err("it is split (core.splitIndex)"),
                b"sdir" => return Err("it is sparse (index.sparse)"),
                // what begins with a capital may be left alone
                [b'A'..=b'Z', ..] => {}
                _ => return Err("it holds an extension that is not known"),
            }
            at += 8 + size;
        }
        Ok(index)
    }

    /// The entry of this path and stage.
    pub fn get(&self, path: &[u8], stage: u8) -> Option<&Entry> {
        let at = self.position(path, stage).ok()?;
        self.entries.get(at)
    }

    /// Where an entry is, or would be.
    pub fn position(&self, path: &[u8], stage: u8) -> Result<usize, usize> {
        self.entries
            .binary_search_by(|entry| (&entry.path[..], entry.stage).cmp(&(path, stage)))
    }

    /// Whether entries lie below the directory `path`.
    pub fn has_below(&self, path: &[u8]) -> bool {
        let mut prefix = path.to_vec();
        prefix.push(b'/');
        let at = self.position(&prefix, 0).unwrap_or_else(|at| at);
        self.entries
            .get(at)
            .is_some_and(|entry| entry.path.starts_with(&prefix))
    }

    /// Puts an entry in, in place of all stages of its path and of what its path makes impossible.
    pub fn put(&mut self, entry: Entry) {
        self.remove(&entry.path);
        // A file takes the place of a directory, and a directory that of a file.
        let mut prefix = entry.path.clone();
        prefix.push(b'/');
        let start = self.position(&prefix, 0).unwrap_or_else(|at| at);
        let below = self.entries[start..]
            .iter()
            .take_while(|entry| entry.path.starts_with(&prefix))
            .count();
        self.entries.drain(start..start + below);
        let slashes: Vec<usize> = memchr::memchr_iter(b'/', &entry.path).collect();
        for at in slashes {
            self.remove(&entry.path[..at]);
        }
        let at = self
            .position(&entry.path, entry.stage)
            .unwrap_or_else(|at| at);
        self.entries.insert(at, entry);
    }

    /// Removes all stages of a path; whether there was one.
    pub fn remove(&mut self, path: &[u8]) -> bool {
        let start = self.position(path, 0).unwrap_or_else(|at| at);
        let count = self.entries[start..]
            .iter()
            .take_while(|entry| entry.path == path)
            .count();
        self.entries.drain(start..start + count);
        count > 0
    }

    /// Whether a path is in conflict.
    pub fn has_conflicts(&self) -> bool {
        self.entries.iter().any(|entry| entry.stage > 0)
    }

    /// The file's bytes, as version 2, or 3 where an entry needs it. Known trees are left out: they would have to be right.
    pub fn bytes(&self) -> Vec<u8> {
        let extended = |entry: &Entry| entry.skipped || entry.intended;
        let version: u32 = if self.entries.iter().any(extended) {
            3
        } else {
            2
        };
        let mut bytes = b"DIRC".to_vec();
        bytes.extend_from_slice(&version.to_be_bytes());
        let count = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        bytes.extend_from_slice(&count.to_be_bytes());
        for entry in &self.entries {
            let start = bytes.len();
            let known = &entry.known;
            for value in [
                known.changed.0,
                known.changed.1,
                known.modified.0,
                known.modified.1,
                known.device,
                known.inode,
                entry.mode.0,
                known.user,
                known.group,
                known.size,
            ] {
                bytes.extend_from_slice(&value.to_be_bytes());
            }
            bytes.extend_from_slice(&entry.oid.0);
            let length = u16::try_from(entry.path.len()).unwrap_or(0xfff).min(0xfff);
            let mut flags = u16::from(entry.stage) << 12 | length;
            flags |= u16::from(entry.assumed) << 15 | u16::from(extended(entry)) << 14;
            bytes.extend_from_slice(&flags.to_be_bytes());
            if extended(entry) {
                let more = u16::from(entry.skipped) << 14 | u16::from(entry.intended) << 13;
                bytes.extend_from_slice(&more.to_be_bytes());
            }
            bytes.extend_from_slice(&entry.path);
            // one to eight zeroes, up to a multiple of eight
            let length = (bytes.len() - start + 8) & !7;
            bytes.resize(start + length, 0);
        }
        let sum = Sha1::digest(&bytes);
        bytes.extend_from_slice(&sum);
        bytes
    }
}

fn entry(body: &[u8], at: usize, version: u32, previous: &[u8]) -> Option<(Entry, usize)> {
    let value = |place: usize| number(body, at + place * 4);
    let known = Known {
        changed: (value(0)?, value(1)?),
        modified: (value(2)?, value(3)?),
        device: value(4)?,
        inode: value(5)?,
        user: value(7)?,
        group: value(8)?,
        size: value(9)?,
    };
    let oid = Oid::from_bytes(body.get(at + 40..at + 60)?)?;
    let flags = short(body, at + 60)?;
    let mut name = at + 62;
    let mut more = 0;
    if flags & 0x4000 != 0 && version >= 3 {
        more = short(body, name)?;
        name += 2;
    }
    let rest = body.get(name..)?;
    let (path, next) = if version == 4 {
        let (cut, used) = offset(rest)?;
        let kept = previous.len().checked_sub(cut)?;
        let suffix = &rest[used..];
        let end = memchr::memchr(0, suffix)?;
        (
            [&previous[..kept], &suffix[..end]].concat(),
            name + used + end + 1,
        )
    } else {
        let end = memchr::memchr(0, rest)?;
        (rest[..end].to_vec(), at + ((name - at + end + 8) & !7))
    };
    let entry = Entry {
        path,
        mode: Mode(value(6)?).canonical(),
        oid,
        stage: (flags >> 12 & 3) as u8,
        known,
        assumed: flags & 0x8000 != 0,
        skipped: more & 0x4000 != 0,
        intended: more & 0x2000 != 0,
    };
    (next <= body.len()).then_some((entry, next))
}

/// The known trees, in the order in which they are written: each directory before those in it.
fn cached(content: &[u8], most: usize) -> Option<Vec<Cached>> {
    let mut found = Vec::new();
    // the directories that are open: path, and how many more follow in it
    let mut open: Vec<(Vec<u8>, usize)> = Vec::new();
    let mut rest = content;
    while !rest.is_empty() {
        let end = memchr::memchr(0, rest)?;
        let name = &rest[..end];
        rest = &rest[end + 1..];
        let end = memchr::memchr(b'\n', rest)?;
        let line = std::str::from_utf8(&rest[..end]).ok()?;
        rest = &rest[end + 1..];
        let (entries, below) = line.split_once(' ')?;
        let (entries, below) = (entries.parse::<i64>().ok()?, below.parse::<usize>().ok()?);
        while open.last().is_some_and(|(_, left)| *left == 0) {
            open.pop();
        }
        let path = match open.last_mut() {
            None => Vec::new(),
            Some((parent, left)) => {
                *left -= 1;
                if parent.is_empty() {
                    name.to_vec()
                } else {
                    [&parent[..], b"/", name].concat()
                }
            }
        };
        if let Ok(entries) = usize::try_from(entries) {
            let oid = Oid::from_bytes(rest.get(..20)?)?;
            rest = &rest[20..];
            if entries > most {
                return None;
            }
            found.push(Cached {
                path: path.clone(),
                oid,
                entries,
            });
        }
        open.push((path, below));
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Some(found)
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at + 4)?;
    Some(
        bytes
            .iter()
            .fold(0, |value, byte| value << 8 | u32::from(*byte)),
    )
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..at + 2)?;
    Some(u16::from(bytes[0]) << 8 | u16::from(bytes[1]))
}

/// A number as version 4 writes how much of the path before is dropped.
fn offset(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0usize;
    for (i, byte) in bytes.iter().enumerate().take(5) {
        if i > 0 {
            value += 1;
        }
        value = value << 7 | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value, i + 1));
        }
    }
    None
}
