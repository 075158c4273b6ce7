//! The object store: loose objects, packs and alternates, read by ranges and within bounds; new objects are written loose.

pub mod delta;
pub mod idx;
pub mod inflate;
pub mod loose;
pub mod pack;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::disk;
use crate::failure::{Failure, Fault};
use crate::object::{self, Commit, Kind, Tag};
use crate::oid::{Oid, Prefix};

/// Alternates may name further ones; git follows five.
const DEEPEST_ALTERNATE: usize = 5;

/// The objects of a repository.
pub struct Store {
    directories: Vec<Vec<u8>>,
    packs: RefCell<Option<Rc<Vec<pack::Pack>>>>,
    kept: RefCell<pack::Kept>,
    loose: RefCell<BTreeMap<u8, Rc<Vec<Oid>>>>,
}

/// An object with its kind.
pub type Object = (Kind, Rc<Vec<u8>>);

impl Store {
    /// The store at `directory` and at those that it borrows from; `allowed` says whether one may be borrowed from.
    pub fn open(directory: Vec<u8>, allowed: &dyn Fn(&[u8]) -> bool) -> Store {
        let mut directories = Vec::new();
        gather(directory, 0, allowed, &mut directories);
        Store {
            directories,
            packs: RefCell::default(),
            kept: RefCell::default(),
            loose: RefCell::default(),
        }
    }

    /// An object; `Missing` where there is none of that name.
    pub fn read(&self, oid: &Oid) -> Result<Object, Fault> {
        for (number, pack) in self.packs()?.iter().enumerate() {
            if let Some(offset) = pack.idx().find(oid)? {
                return pack.read(number, offset, &mut self.kept.borrow_mut());
            }
        }
        for directory in &self.directories {
            match loose::read(directory, oid) {
                Ok((kind, bytes)) => return Ok((kind, Rc::new(bytes))),
                Err(Fault::Missing | Fault::NotDirectory) => {}
                Err(fault) => return Err(fault),
            }
        }
        if *oid == Oid::EMPTY_TREE {
            return Ok((Kind::Tree, Rc::default()));
        }
        Err(Fault::Missing)
    }

    /// An object's kind and size, without reading the whole.
    pub fn look(&self, oid: &Oid) -> Result<(Kind, u64), Fault> {
        for pack in self.packs()?.iter() {
            if let Some(offset) = pack.idx().find(oid)? {
                return pack.look(offset);
            }
        }
        for directory in &self.directories {
            match loose::look(directory, oid) {
                Err(Fault::Missing | Fault::NotDirectory) => {}
                other => return other,
            }
        }
        if *oid == Oid::EMPTY_TREE {
            return Ok((Kind::Tree, 0));
        }
        Err(Fault::Missing)
    }

    /// Whether there is such an object.
    pub fn has(&self, oid: &Oid) -> bool {
        self.look(oid).is_ok()
    }

    /// A commit.
    pub fn commit(&self, oid: &Oid) -> Result<Commit, Failure> {
        let (kind, bytes) = self.get(oid)?;
        match kind {
            Kind::Commit => Commit::parse(&bytes).ok_or_else(|| corrupt(oid)),
            _ => Err(Failure(format!(
                "object {oid} is a {}, not a commit",
                kind.word()
            ))),
        }
    }

    /// A tag.
    pub fn tag(&self, oid: &Oid) -> Result<Tag, Failure> {
        let (_, bytes) = self.get(oid)?;
        Tag::parse(&bytes).ok_or_else(|| corrupt(oid))
    }

    /// The bytes of a tree.
    pub fn tree(&self, oid: &Oid) -> Result<Rc<Vec<u8>>, Failure> {
        match self.get(oid)? {
            (Kind::Tree, bytes) => Ok(bytes),
            (kind, _) => Err(Failure(format!(
                "object {oid} is a {}, not a tree",
                kind.word()
            ))),
        }
    }

    /// The bytes of a blob.
    pub fn blob(&self, oid: &Oid) -> Result<Rc<Vec<u8>>, Failure> {
        match self.get(oid)? {
            (Kind::Blob, bytes) => Ok(bytes),
            (kind, _) => Err(Failure(format!(
                "object {oid} is a {}, not a blob",
                kind.word()
            ))),
        }
    }

    /// An object, with a failure that names it.
    pub fn get(&self, oid: &Oid) -> Result<Object, Failure> {
        self.read(oid).map_err(|fault| match fault {
            Fault::Missing => Failure(format!(
                "object {oid} is not in the repository; a shallow or partial copy has to be completed first"
            )),
            Fault::TooLarge => Failure(format!(
                "object {oid} is larger than {} MiB, the most that is read at once",
                disk::LIMIT >> 20
            )),
            Fault::Io => corrupt(oid),
            other => other.at(oid.to_string().as_bytes()),
        })
    }

    /// The objects whose names begin so: at most a few.
    pub fn matching(&self, prefix: &Prefix) -> Result<Vec<Oid>, Fault> {
        let mut found = Vec::new();
        for pack in self.packs()?.iter() {
            found.extend(
                pack.idx()
                    .matching(prefix.first(), 64, |oid| prefix.matches(oid))?,
            );
        }
        let loose = self.loose(prefix.first());
        found.extend(loose.iter().filter(|oid| prefix.matches(oid)).take(64));
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// The shortest beginning of a name that no other object has, as git abbreviates by default.
    pub fn short(&self, oid: &Oid) -> String {
        self.shorten(oid).unwrap_or_else(|_| oid.to_string())
    }

    fn shorten(&self, oid: &Oid) -> Result<String, Fault> {
        let packs = self.packs()?;
        let count: u64 = packs.iter().map(|pack| u64::from(pack.idx().count())).sum();
        // Half the digits of the number of packed objects, rounded up, and never fewer than seven.
        let bits = 64 - count.leading_zeros() as usize;
        let mut digits = bits.div_ceil(2).max(7);
        for pack in packs.iter() {
            digits = digits.max(pack.idx().nearest(oid)? + 1);
        }
        for other in self.loose(oid.0[0]).iter().filter(|other| *other != oid) {
            digits = digits.max(other.common_digits(oid) + 1);
        }
        Ok(oid.short(digits.min(40)))
    }

    /// Stores an object, unless it is there already.
    pub fn write(&self, kind: Kind, bytes: &[u8]) -> Result<Oid, Failure> {
        let oid = Oid::of(kind.word(), bytes);
        if self.has(&oid) {
            return Ok(oid);
        }
        let directory = self
            .directories
            .first()
            .ok_or_else(|| Failure::new("the repository has no place for objects"))?;
        loose::write(directory, &oid, kind, bytes)
            .map_err(|fault| fault.at(&loose::path(directory, &oid)))?;
        self.loose.borrow_mut().remove(&oid.0[0]);
        Ok(oid)
    }

    /// The loose objects whose names begin with this byte, listed once.
    fn loose(&self, first: u8) -> Rc<Vec<Oid>> {
        if let Some(known) = self.loose.borrow().get(&first) {
            return known.clone();
        }
        let mut names = Vec::new();
        for directory in &self.directories {
            names.extend(loose::list(directory, first));
        }
        let names = Rc::new(names);
        self.loose.borrow_mut().insert(first, names.clone());
        names
    }

    /// The packs, opened at their first use. One that cannot be read is an error: what it holds would seem to be missing.
    fn packs(&self) -> Result<Rc<Vec<pack::Pack>>, Fault> {
        if let Some(packs) = &*self.packs.borrow() {
            return Ok(packs.clone());
        }
        let mut packs = Vec::new();
        for directory in &self.directories {
            let folder = disk::join(directory, b"pack");
            let entries = match disk::entries(&folder) {
                Err(Fault::Missing | Fault::NotDirectory) => continue,
                other => other?,
            };
            for (name, _) in entries.iter().filter(|(name, _)| name.ends_with(b".idx")) {
                match pack::Pack::open(&disk::join(&folder, name)) {
                    // An index whose pack is gone is what a repack leaves behind.
                    Err(Fault::Missing) => {}
                    other => packs.push(other?),
                }
            }
        }
        let packs = Rc::new(packs);
        *self.packs.borrow_mut() = Some(packs.clone());
        Ok(packs)
    }
}

fn corrupt(oid: &Oid) -> Failure {
    Failure(format!(
        "object {oid} cannot be read: it, or the pack that holds it, is damaged; run git fsck"
    ))
}

/// The entries of a tree's bytes, or a failure that names it.
pub fn entries<'a>(oid: &Oid, bytes: &'a [u8]) -> Result<Vec<object::Entry<'a>>, Failure> {
    object::tree(bytes).ok_or_else(|| corrupt(oid))
}

fn gather(
    directory: Vec<u8>,
    depth: usize,
    allowed: &dyn Fn(&[u8]) -> bool,
    into: &mut Vec<Vec<u8>>,
) {
    if into.contains(&directory) || depth > DEEPEST_ALTERNATE || into.len() > 64 {
        return;
    }
    let list = disk::join(&directory, b"info/alternates");
    let list = disk::read_small(&list, 64 << 10).ok().flatten();
    into.push(directory.clone());
    for line in list.unwrap_or_default().split(|byte| *byte == b'\n') {
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        let path = if line.starts_with(b"/") {
            disk::normalise(line)
        } else {
            disk::normalise(&disk::join(&directory, line))
        };
        if allowed(&path) {
            gather(path, depth + 1, allowed, into);
        }
    }
}
