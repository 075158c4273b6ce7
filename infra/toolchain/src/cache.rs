//! Sysroots that we made, in the user's cache: whole or not there, and never trusted unread.
//!
//! An entry is built in a folder beside its place, given a list of its files with their digests, flushed to the disk,
//! and renamed. One lock file lets racing processes build it once. An entry is read against its list each time that it
//! is located: 80 MB cost some 0.1 s, and a file cut short by a full disk would otherwise be a riddle at link time.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The list's name within an entry.
const LIST: &str = "whole.json";
/// Raised when entries are made otherwise; older ones are then not taken.
pub(crate) const FORMAT: u32 = 1;
/// Prefix of folders in the making; what a killed process left is removed by the next one that holds the lock.
const BUILDING: &str = "building-";

/// What an entry was made of; two entries with the same key are interchangeable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Origin {
    pub(crate) format: u32,
    pub(crate) rustc_commit: String,
    pub(crate) host: String,
    /// Package name to version.
    pub(crate) packages: BTreeMap<String, String>,
}

impl Origin {
    /// The folder's name: the compiler's commit for people, a digest of everything for us.
    pub(crate) fn key(&self) -> String {
        let text = serde_json::to_vec(self).expect("a struct of strings is always JSON");
        format!(
            "{}{}",
            prefix(&self.rustc_commit),
            &blake3::hash(&text).to_hex()[..16]
        )
    }
}

fn prefix(commit: &str) -> String {
    let plain: String = commit
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(12)
        .collect();
    format!("{plain}-")
}

#[derive(Debug, Serialize, Deserialize)]
struct List {
    origin: Origin,
    /// Path within the entry to the file's BLAKE3 digest, in hexadecimal.
    files: BTreeMap<String, String>,
}

/// An entry that was read whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) sysroot: PathBuf,
    pub(crate) origin: Origin,
}

/// The folder that holds the entries.
#[derive(Debug, Clone)]
pub(crate) struct Cache {
    folder: PathBuf,
}

/// Held while an entry is looked for and made; dropped, it lets the next process in.
pub(crate) struct Lock {
    _file: File,
}

impl Cache {
    /// `$XDG_CACHE_HOME/wasmmcp-bench/toolchain`, or the same below `~/.cache`. `None` when there is no home either.
    pub(crate) fn of_this_user() -> Option<Self> {
        // The XDG specification says that a relative path is to be ignored.
        let absolute = |name: &str| {
            std::env::var_os(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
        };
        let base = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))?;
        Some(Self {
            folder: base.join("wasmmcp-bench/toolchain"),
        })
    }

    #[cfg(test)]
    pub(crate) fn at(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Waits for the lock, saying so when another process holds it.
    pub(crate) fn lock(&self, said: &mut dyn FnMut(&str)) -> io::Result<Lock> {
        fs::create_dir_all(&self.folder)?;
        let file = File::options()
            .create(true)
            .append(true)
            .open(self.folder.join("lock"))?;
        if file.try_lock().is_err() {
            said("another process is making the WebAssembly target; waiting for it");
            file.lock()?;
        }
        Ok(Lock { _file: file })
    }

    /// The first whole entry for this compiler. Broken ones are named to `said` and passed over.
    pub(crate) fn find(
        &self,
        commit: &str,
        host: &str,
        said: &mut dyn FnMut(&str),
    ) -> Option<Entry> {
        self.candidates(commit)
            .into_iter()
            .find_map(|sysroot| match read(&sysroot) {
                Ok(origin)
                    if origin.rustc_commit == commit
                        && origin.host == host
                        && origin.format == FORMAT =>
                {
                    Some(Entry { sysroot, origin })
                }
                Ok(_) => None,
                Err(why) => {
                    said(&format!("{} is not taken: {why}", sysroot.display()));
                    None
                }
            })
    }

    fn candidates(&self, commit: &str) -> Vec<PathBuf> {
        let prefix = prefix(commit);
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut found: Vec<_> = entries
            .filter(|entry| entry.file_name().to_string_lossy().starts_with(&prefix))
            .map(|entry| entry.path())
            .collect();
        found.sort();
        found
    }

    /// An empty folder to build in, on the same file system as the entries.
    pub(crate) fn room(&self, _lock: &Lock) -> io::Result<tempfile::TempDir> {
        for entry in fs::read_dir(&self.folder)?.flatten() {
            if entry.file_name().to_string_lossy().starts_with(BUILDING) {
                fs::remove_dir_all(entry.path())?;
            }
        }
        tempfile::Builder::new()
            .prefix(BUILDING)
            .tempdir_in(&self.folder)
    }

    /// Makes `built` an entry: lists its files, flushes them, renames it into its place.
    pub(crate) fn keep(&self, built: &Path, origin: Origin, _lock: &Lock) -> io::Result<Entry> {
        let mut files = BTreeMap::new();
        each_file(built, Path::new(""), &mut |name, path| {
            files.insert(name.to_owned(), digest(path)?);
            File::open(path)?.sync_all()
        })?;
        let sysroot = self.folder.join(origin.key());
        let list = serde_json::to_vec_pretty(&List {
            origin: origin.clone(),
            files,
        })?;
        fs::write(built.join(LIST), list)?;
        File::open(built.join(LIST))?.sync_all()?;
        File::open(built)?.sync_all()?;
        if sysroot.exists() {
            // Only a broken entry is ever built anew; a whole one would have been found.
            fs::remove_dir_all(&sysroot)?;
        }
        fs::rename(built, &sysroot)?;
        File::open(&self.folder)?.sync_all()?;
        Ok(Entry { sysroot, origin })
    }
}

/// What an entry was made of, after its files were compared with its list; `Err` with what is wrong.
fn read(sysroot: &Path) -> Result<Origin, String> {
    let text =
        fs::read(sysroot.join(LIST)).map_err(|error| format!("{LIST} cannot be read: {error}"))?;
    let list: List = serde_json::from_slice(&text)
        .map_err(|error| format!("{LIST} cannot be understood: {error}"))?;
    let mut found = 0;
    each_file(sysroot, Path::new(""), &mut |name, path| {
        if name == LIST {
            return Ok(());
        }
        let listed = list
            .files
            .get(name)
            .ok_or_else(|| io::Error::other(format!("{name} is not in its list")))?;
        if *listed != digest(path)? {
            return Err(io::Error::other(format!(
                "{name} was changed after it was made"
            )));
        }
        found += 1;
        Ok(())
    })
    .map_err(|error| error.to_string())?;
    if found == list.files.len() {
        Ok(list.origin)
    } else {
        Err(format!(
            "{} of its {} files are gone",
            list.files.len() - found,
            list.files.len()
        ))
    }
}

fn each_file(
    root: &Path,
    below: &Path,
    visit: &mut dyn FnMut(&str, &Path) -> io::Result<()>,
) -> io::Result<()> {
    let mut entries: Vec<_> = fs::read_dir(root.join(below))?.collect::<Result<_, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = below.join(entry.file_name());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            each_file(root, &name, visit)?;
        } else if kind.is_file() {
            let text = name
                .to_str()
                .ok_or_else(|| io::Error::other("a file name is not Unicode"))?;
            visit(text, &entry.path())?;
        } else {
            return Err(io::Error::other(format!(
                "{} is neither file nor folder",
                name.display()
            )));
        }
    }
    Ok(())
}

fn digest(path: &Path) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    io::copy(&mut File::open(path)?, &mut hasher)?;
    Ok(hasher.finalize().to_hex().to_string())
}

#[cfg(test)]
mod tests;
