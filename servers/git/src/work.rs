//! The working tree: whether a file is what the index says, and what it holds, without ever going through a link.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::convert::Attributes;
use crate::disk::{self, Folder, Kind, Stat};
use crate::failure::{Failure, Fault};
use crate::index::{Entry, Index, Known};
use crate::object::Mode;
use crate::oid::Oid;
use crate::repository::Repository;

/// The blob without bytes.
const EMPTY_BLOB: Oid = Oid([
    0xe6, 0x9d, 0xe2, 0x9b, 0xb2, 0xd1, 0xd6, 0x43, 0x4b, 0x8b, 0x29, 0xae, 0x77, 0x5a, 0xd8, 0xc2,
    0xe4, 0x8c, 0x53, 0x91,
]);

/// So many directories are kept open: a host grants a guest a few hundred.
const MOST_OPEN: usize = 128;

/// What stands where an entry says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing, or something that no entry can be.
    Missing,
    /// What the entry says.
    Same,
    /// Something else: what it is and what its content would be called.
    Other(Mode, Oid),
}

/// A working tree, looked at for one call.
pub struct WorkTree<'a> {
    repository: &'a Repository,
    root: Vec<u8>,
    attributes: Attributes<'a>,
    /// The directory that was last seen to have no link in it.
    trusted: RefCell<Vec<u8>>,
    /// The directory in which something was looked at last, opened.
    last: RefCell<Option<(Vec<u8>, Rc<Folder>)>>,
    /// Directories that were opened, for whoever lists them afterwards.
    opened: RefCell<BTreeMap<Vec<u8>, Rc<Folder>>>,
}

impl<'a> WorkTree<'a> {
    /// The working tree of a repository that has one.
    pub fn new(repository: &'a Repository) -> Result<WorkTree<'a>, Failure> {
        let root = repository
            .work_tree()
            .map_err(|_| Failure::new("fatal: this operation must be run in a work tree"))?;
        Ok(WorkTree {
            repository,
            root: root.to_vec(),
            attributes: Attributes::new(repository, root.to_vec()),
            trusted: RefCell::default(),
            last: RefCell::default(),
            opened: RefCell::default(),
        })
    }

    /// The absolute path of a path in the tree.
    pub fn absolute(&self, path: &[u8]) -> Vec<u8> {
        disk::join(&self.root, path)
    }

    /// What stands at a path; `None` for nothing, and for what lies behind a link.
    pub fn stat(&self, path: &[u8]) -> Result<Option<Stat>, Failure> {
        let (parent, name) = match memchr::memrchr(b'/', path) {
            Some(at) => (&path[..at], &path[at + 1..]),
            None => (&b""[..], path),
        };
        let mut last = self.last.borrow_mut();
        // Entries are sorted, so that most lie in the same directory as the one before.
        if last.as_ref().is_none_or(|(folder, _)| folder != parent) {
            *last = None;
            if !self.is_reachable(parent) {
                return Ok(None);
            }
            // That it could be opened shows that it is a directory, and no link.
            match Folder::open(&self.absolute(parent)) {
                Ok(folder) => {
                    *self.trusted.borrow_mut() = parent.to_vec();
                    let folder = Rc::new(folder);
                    let mut opened = self.opened.borrow_mut();
                    if opened.len() < MOST_OPEN {
                        opened.insert(parent.to_vec(), folder.clone());
                    }
                    *last = Some((parent.to_vec(), folder));
                }
                Err(Fault::Missing | Fault::NotDirectory | Fault::Loop) if !parent.is_empty() => {
                    return Ok(None);
                }
                // It may be looked through without being readable.
                Err(_) => {}
            }
        }
        let stat = match &*last {
            Some((_, folder)) if !name.is_empty() => folder.stat(name),
            _ if self.is_reachable(path) => disk::stat(&self.absolute(path)),
            _ => return Ok(None),
        };
        match stat {
            Ok(stat) => Ok(Some(stat)),
            Err(Fault::Missing | Fault::NotDirectory) => Ok(None),
            Err(fault) => Err(fault.at(&self.absolute(path))),
        }
    }

    /// Whether every directory on the way to `path` is one, and no link.
    pub fn is_reachable(&self, path: &[u8]) -> bool {
        let parent = match memchr::memrchr(b'/', path) {
            Some(at) => &path[..at],
            None => return true,
        };
        if disk::leads_to(parent, &self.trusted.borrow()) {
            return true;
        }
        if !self.is_reachable(parent) {
            return false;
        }
        let real =
            disk::stat(&self.absolute(parent)).is_ok_and(|stat| stat.kind == Kind::Directory);
        if real {
            *self.trusted.borrow_mut() = parent.to_vec();
        }
        real
    }

    /// Forgets which directories were seen: they are about to change.
    pub fn forget(&self) {
        self.trusted.borrow_mut().clear();
        *self.last.borrow_mut() = None;
        self.opened.borrow_mut().clear();
    }

    /// A directory (no slash at its end) that was opened to look at what the index knows in it.
    pub fn opened(&self, path: &[u8]) -> Option<Rc<Folder>> {
        self.opened.borrow().get(path).cloned()
    }

    /// Whether the file of an entry is what the entry says. Its content is read only where size and dates cannot tell.
    pub fn compare(&self, entry: &Entry, index: &Index) -> Result<Found, Failure> {
        if entry.assumed || entry.skipped {
            return Ok(Found::Same);
        }
        let Some(stat) = self.stat(&entry.path)? else {
            return Ok(Found::Missing);
        };
        if entry.mode == Mode::SUBMODULE {
            // What another repository has checked out is not looked at.
            return Ok(match stat.kind {
                Kind::Directory => Found::Same,
                _ => Found::Missing,
            });
        }
        let Some(mode) = self.mode(&stat, Some(entry.mode)) else {
            return Ok(Found::Missing);
        };
        if mode == entry.mode && !entry.intended && is_known(entry, &stat, index) {
            return Ok(Found::Same);
        }
        let oid = self.oid(&entry.path, mode, &stat, entry)?;
        if mode == entry.mode && oid == entry.oid && !entry.intended {
            return Ok(Found::Same);
        }
        Ok(Found::Other(mode, oid))
    }

    /// What a file is to git; `None` for a directory, a pipe or a device.
    pub fn mode(&self, stat: &Stat, before: Option<Mode>) -> Option<Mode> {
        match stat.kind {
            Kind::Link => Some(Mode::LINK),
            Kind::File => match stat.executable {
                Some(executable) if self.repository.file_mode() => Some(if executable {
                    Mode::EXECUTABLE
                } else {
                    Mode::FILE
                }),
                // Where the bit cannot be seen, it is what it was.
                _ => Some(before.filter(|mode| mode.is_file()).unwrap_or(Mode::FILE)),
            },
            Kind::Directory | Kind::Other => None,
        }
    }

    /// The content of a file as git would store it: a link's target, or bytes with line ends made plain where attributes say so.
    pub fn content(&self, path: &[u8], mode: Mode) -> Result<Vec<u8>, Failure> {
        let absolute = self.absolute(path);
        if !self.is_reachable(path) {
            return Err(Fault::Missing.at(&absolute));
        }
        if mode == Mode::LINK {
            return disk::read_link(&absolute).map_err(|fault| fault.at(&absolute));
        }
        let bytes = disk::read(&absolute).map_err(|fault| fault.at(&absolute))?;
        self.attributes.clean(path, bytes)
    }

    /// Bytes as they have to stand in the working tree.
    pub fn smudge(&self, path: &[u8], bytes: &[u8]) -> Result<Vec<u8>, Failure> {
        self.attributes.smudge(path, bytes)
    }

    fn oid(&self, path: &[u8], mode: Mode, stat: &Stat, entry: &Entry) -> Result<Oid, Failure> {
        if mode == Mode::LINK {
            let absolute = self.absolute(path);
            return match disk::read_link(&absolute) {
                Ok(target) => Ok(Oid::of("blob", &target)),
                // The sandbox does not tell where an absolute link leads; that its length is right is all that can be known.
                Err(Fault::Denied) if entry.mode == Mode::LINK => {
                    let stored = self.repository.store.look(&entry.oid);
                    Ok(match stored {
                        Ok((_, size)) if size == stat.size => entry.oid,
                        _ => Oid::NULL,
                    })
                }
                Err(fault) => Err(fault.at(&absolute)),
            };
        }
        Ok(Oid::of("blob", &self.content(path, mode)?))
    }
}

/// The content of one file; see [`WorkTree::content`].
pub fn content(repository: &Repository, path: &[u8], mode: Mode) -> Result<Vec<u8>, Failure> {
    WorkTree::new(repository)?.content(path, mode)
}

/// Whether size and dates show that a file was not touched since its entry was written.
fn is_known(entry: &Entry, stat: &Stat, index: &Index) -> bool {
    let now = Known::of(stat);
    let then = &entry.known;
    if then.size != now.size || (then.size == 0 && entry.oid != EMPTY_BLOB) {
        return false;
    }
    if !same_time(then.modified, now.modified) {
        return false;
    }
    // What is zero was not known to whoever wrote the entry, or is not known now.
    let same = |then: u32, now: u32| then == 0 || now == 0 || then == now;
    if !same(then.inode, now.inode)
        || !same(then.user, now.user)
        || !same(then.group, now.group)
        || (then.changed.0 != 0 && now.changed.0 != 0 && !same_time(then.changed, now.changed))
    {
        return false;
    }
    // As young as the index itself: it may have been changed after the index was written, within the same tick.
    let (seconds, nanos) = index.written;
    let written = (u32::try_from(seconds).unwrap_or(0), nanos);
    if written.1 == 0 || then.modified.1 == 0 {
        then.modified.0 < written.0
    } else {
        then.modified < written
    }
}

/// Seconds are compared, and nanoseconds where both sides have them.
fn same_time(a: (u32, u32), b: (u32, u32)) -> bool {
    a.0 == b.0 && (a.1 == 0 || b.1 == 0 || a.1 == b.1)
}
