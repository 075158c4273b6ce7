//! The names of commits: loose files, `packed-refs`, symbolic references, and their logs.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::disk::{self, Kind};
use crate::failure::{Failure, Fault};
use crate::object::Actor;
use crate::oid::Oid;

/// git follows five symbolic references in a row.
const LONGEST_CHAIN: usize = 5;
/// A loose reference is one line; anything longer is none.
const LONGEST_FILE: u64 = 4 << 10;
/// What `packed-refs` and one log may hold.
const LARGEST_LIST: u64 = 32 << 20;
/// Folders below `refs` deeper than this are not listed.
const DEEPEST: usize = 32;

/// What a reference says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// An object.
    Object(Oid),
    /// Another reference.
    Symbolic(String),
}

/// The references of a repository.
pub struct Refs {
    git_dir: Vec<u8>,
    common_dir: Vec<u8>,
    packed: RefCell<Option<Rc<BTreeMap<String, Oid>>>>,
}

/// One line of a reference's log.
#[derive(Clone, Debug)]
pub struct Logged {
    /// Before.
    pub old: Oid,
    /// After.
    pub new: Oid,
    /// When, in seconds since 1970.
    pub seconds: i64,
    /// Why.
    pub message: String,
}

impl Refs {
    /// The references in these folders.
    pub fn new(git_dir: Vec<u8>, common_dir: Vec<u8>) -> Refs {
        Refs {
            git_dir,
            common_dir,
            packed: RefCell::default(),
        }
    }

    /// What the reference of this full name says; `None` where there is none.
    pub fn read(&self, name: &str) -> Result<Option<Target>, Failure> {
        if !is_safe(name) {
            return Ok(None);
        }
        let path = self.path(name);
        match disk::read_small(&path, LONGEST_FILE) {
            Ok(Some(bytes)) => return Ok(parse(&bytes)),
            Ok(None) => {}
            // Old repositories have HEAD as a link; git reads what it names.
            Err(Fault::Loop) => {
                let target = disk::read_link(&path).ok();
                let target = target.and_then(|target| String::from_utf8(target).ok());
                return Ok(target
                    .filter(|name| name.starts_with("refs/") && is_safe(name))
                    .map(Target::Symbolic));
            }
            Err(Fault::TooLarge) => return Ok(None),
            Err(fault) => return Err(fault.at(&path)),
        }
        Ok(self.packed()?.get(name).map(|oid| Target::Object(*oid)))
    }

    /// The object that a reference leads to, and the last reference on the way, which may not exist yet.
    pub fn follow(&self, name: &str) -> Result<(String, Option<Oid>), Failure> {
        let mut name = name.to_owned();
        for _ in 0..=LONGEST_CHAIN {
            match self.read(&name)? {
                Some(Target::Object(oid)) => return Ok((name, Some(oid))),
                Some(Target::Symbolic(next)) => name = next,
                None => return Ok((name, None)),
            }
        }
        Err(Failure(format!(
            "the symbolic reference '{name}' leads in a circle; point it at a branch"
        )))
    }

    /// The object that a reference leads to; a circle leads nowhere.
    pub fn resolve(&self, name: &str) -> Result<Option<Oid>, Failure> {
        Ok(self.follow(name).ok().and_then(|(_, oid)| oid))
    }

    /// The full name of the branch that is checked out; `None` where HEAD names a commit.
    pub fn branch(&self) -> Result<Option<String>, Failure> {
        match self.read("HEAD")? {
            Some(Target::Symbolic(name)) => Ok(Some(name)),
            _ => Ok(None),
        }
    }

    /// All references below `prefix` (`refs/heads/`), sorted by name, with what they say.
    pub fn list(&self, prefix: &str) -> Result<Vec<(String, Target)>, Failure> {
        let mut found = BTreeMap::new();
        for (name, oid) in self.packed()?.range(prefix.to_owned()..) {
            if !name.starts_with(prefix) {
                break;
            }
            found.insert(name.clone(), Target::Object(*oid));
        }
        let folder = disk::join(&self.common_dir, prefix.trim_end_matches('/').as_bytes());
        self.gather(&folder, prefix.trim_end_matches('/'), 0, &mut found)?;
        Ok(found.into_iter().collect())
    }

    fn gather(
        &self,
        folder: &[u8],
        prefix: &str,
        depth: usize,
        found: &mut BTreeMap<String, Target>,
    ) -> Result<(), Failure> {
        let entries = match disk::entries(folder) {
            Err(Fault::Missing | Fault::NotDirectory) => return Ok(()),
            Err(fault) => return Err(fault.at(folder)),
            Ok(entries) => entries,
        };
        for (name, kind) in entries {
            let path = disk::join(folder, &name);
            let Ok(name) = String::from_utf8(name) else {
                continue;
            };
            let full = format!("{prefix}/{name}");
            if kind == Kind::Directory {
                if depth < DEEPEST {
                    self.gather(&path, &full, depth + 1, found)?;
                }
            } else if is_valid(&full)
                && let Some(target) = self.read(&full)?
            {
                found.insert(full, target);
            }
        }
        Ok(())
    }

    /// The log of a reference, the oldest line first; `None` where there is none.
    pub fn log(&self, name: &str) -> Result<Option<Vec<Logged>>, Failure> {
        if !is_safe(name) {
            return Ok(None);
        }
        let path = self.log_path(name);
        let file = disk::read_small(&path, LARGEST_LIST).map_err(|fault| fault.at(&path))?;
        Ok(file.map(|file| {
            let lines = file.split(|byte| *byte == b'\n');
            lines.filter_map(logged).collect()
        }))
    }

    /// Points a reference at an object, if it still says what was `expected`, and logs why.
    pub fn update(
        &self,
        name: &str,
        new: &Oid,
        expected: Option<Oid>,
        who: &Actor,
        why: &str,
    ) -> Result<(), Failure> {
        if !is_valid(name) {
            return Err(Failure(format!(
                "'{name}' is no valid name for a reference"
            )));
        }
        let path = self.path(name);
        disk::create_directories(disk::split(&path).0).map_err(|fault| fault.at(&path))?;
        let lock = [&path[..], b".lock"].concat();
        disk::create_new(&lock, format!("{new}\n").as_bytes(), false)
            .map_err(|fault| locked(&lock, fault))?;
        let finish = || -> Result<(), Failure> {
            let now = match self.read(name)? {
                Some(Target::Object(oid)) => Some(oid),
                _ => None,
            };
            if now != expected {
                return Err(Failure(format!(
                    "the reference '{name}' was changed meanwhile; try again"
                )));
            }
            disk::rename(&lock, &path).map_err(|fault| fault.at(&path))
        };
        finish().inspect_err(|_| {
            // the update has failed already; a lock that cannot be removed would be named by the next one
            let _ = disk::remove_file(&lock);
        })?;
        self.append(name, &expected.unwrap_or_default(), new, who, why)
    }

    /// Points HEAD at a branch or a commit.
    pub fn set_head(&self, target: &Target) -> Result<(), Failure> {
        let path = self.path("HEAD");
        let text = match target {
            Target::Object(oid) => format!("{oid}\n"),
            Target::Symbolic(name) => format!("ref: {name}\n"),
        };
        disk::replace(&path, text.as_bytes()).map_err(|fault| match fault {
            Fault::Exists => locked(&[&path[..], b".lock"].concat(), fault),
            other => other.at(&path),
        })
    }

    /// Adds a line to a reference's log. Only HEAD and branches have one by default.
    pub fn append(
        &self,
        name: &str,
        old: &Oid,
        new: &Oid,
        who: &Actor,
        why: &str,
    ) -> Result<(), Failure> {
        if name != "HEAD" && !name.starts_with("refs/heads/") {
            return Ok(());
        }
        let path = self.log_path(name);
        let before = disk::read_small(&path, LARGEST_LIST).map_err(|fault| fault.at(&path))?;
        let mut log = before.unwrap_or_default();
        log.extend_from_slice(format!("{old} {new} ").as_bytes());
        log.extend_from_slice(&who.line());
        let why = why.lines().next().unwrap_or_default();
        log.extend_from_slice(format!("\t{why}\n").as_bytes());
        disk::create_directories(disk::split(&path).0).map_err(|fault| fault.at(&path))?;
        disk::replace(&path, &log).map_err(|fault| fault.at(&path))
    }

    fn packed(&self) -> Result<Rc<BTreeMap<String, Oid>>, Failure> {
        if let Some(packed) = &*self.packed.borrow() {
            return Ok(packed.clone());
        }
        let path = disk::join(&self.common_dir, b"packed-refs");
        let file = disk::read_small(&path, LARGEST_LIST).map_err(|fault| fault.at(&path))?;
        let mut packed = BTreeMap::new();
        for line in file.unwrap_or_default().split(|byte| *byte == b'\n') {
            // `^` lines give what a tag leads to, which the tag itself says too
            if let Some((oid, name)) = line.split_at_checked(40)
                && let Some(oid) = Oid::from_hex(oid)
                && let Some(name) = name.strip_prefix(b" ")
                && let Ok(name) = std::str::from_utf8(name.trim_ascii_end())
                && is_valid(name)
            {
                packed.insert(name.to_owned(), oid);
            }
        }
        let packed = Rc::new(packed);
        *self.packed.borrow_mut() = Some(packed.clone());
        Ok(packed)
    }

    fn folder(&self, name: &str) -> &[u8] {
        let own = !name.starts_with("refs/")
            || name.starts_with("refs/bisect/")
            || name.starts_with("refs/worktree/");
        if own { &self.git_dir } else { &self.common_dir }
    }

    fn path(&self, name: &str) -> Vec<u8> {
        disk::join(self.folder(name), name.as_bytes())
    }

    fn log_path(&self, name: &str) -> Vec<u8> {
        disk::join(&disk::join(self.folder(name), b"logs"), name.as_bytes())
    }
}

/// What to do about a lock that is there.
pub fn locked(lock: &[u8], fault: Fault) -> Failure {
    if fault != Fault::Exists {
        return fault.at(lock);
    }
    Failure(format!(
        "'{}' exists: another git process works in this repository, or one was killed; wait for it, or remove the file",
        String::from_utf8_lossy(lock)
    ))
}

/// Whether a name may be read as a file below the repository's folder: nothing in it leads elsewhere.
fn is_safe(name: &str) -> bool {
    if let Some(rest) = name.strip_prefix("refs/") {
        return is_valid(name) && !rest.is_empty();
    }
    // what is not below refs/ is in capitals: HEAD, MERGE_HEAD, ORIG_HEAD
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte == b'-')
}

/// Whether git would make a reference of this full name.
pub fn is_valid(name: &str) -> bool {
    name.starts_with("refs/") && gix_validate::reference::name(name.into()).is_ok()
}

fn parse(bytes: &[u8]) -> Option<Target> {
    if let Some(rest) = bytes.strip_prefix(b"ref:") {
        let name = std::str::from_utf8(rest).ok()?.trim();
        return is_safe(name).then(|| Target::Symbolic(name.to_owned()));
    }
    let (oid, rest) = bytes.split_at_checked(40)?;
    if rest.first().is_some_and(|byte| !byte.is_ascii_whitespace()) {
        return None;
    }
    Oid::from_hex(oid).map(Target::Object)
}

fn logged(line: &[u8]) -> Option<Logged> {
    let old = Oid::from_hex(line.get(..40)?)?;
    let new = Oid::from_hex(line.get(41..81)?)?;
    let rest = line.get(82..)?;
    let tab = memchr::memchr(b'\t', rest).unwrap_or(rest.len());
    let message = rest.get(tab + 1..).unwrap_or_default();
    Some(Logged {
        old,
        new,
        seconds: Actor::parse(&rest[..tab]).seconds,
        message: String::from_utf8_lossy(message).into_owned(),
    })
}
