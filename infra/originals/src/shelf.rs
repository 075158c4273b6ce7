//! What was installed, in the user's cache: whole or not there, and looked over before it is used.
//!
//! An entry is built in a folder beside its place, given a list of its files with their lengths and of the packages with
//! their published digests, and renamed. One lock file an entry lets racing processes build it once. Every length is
//! compared each time (a few milliseconds), because a file cut short by a full disk would otherwise be a riddle later.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The list's name within an entry.
const LIST: &str = "whole.json";
/// Raised when entries are made otherwise; older ones are then not taken.
const FORMAT: u32 = 1;

/// What an entry is made of; two entries with the same one are interchangeable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wanted {
    format: u32,
    /// For people: it begins the folder's name.
    name: String,
    /// Packages with their versions, as their installer is told.
    packages: Vec<String>,
    /// What installs and runs them here: interpreter, version, machine.
    with: String,
}

impl Wanted {
    pub(crate) fn new(name: &str, packages: Vec<String>, with: String) -> Self {
        Self {
            format: FORMAT,
            name: name.to_owned(),
            packages,
            with,
        }
    }

    /// The folder's name.
    fn key(&self) -> String {
        let text = serde_json::to_vec(self).expect("a struct of strings is always JSON");
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        let name: String = self.name.chars().filter(|c| plain(*c)).take(40).collect();
        format!("{name}-{}", &blake3::hash(&text).to_hex()[..16])
    }
}

/// One package that was installed, with the digest that its registry publishes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Resolved {
    /// Its name; of a Node package that is there twice, with the folders that it lies in.
    pub name: String,
    /// Its exact version.
    pub version: String,
    /// The published digest, with the name of its algorithm.
    pub digest: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct List {
    wanted: Wanted,
    resolved: Vec<Resolved>,
    /// Path within the entry to the file's length.
    files: BTreeMap<String, u64>,
}

/// An entry that was looked over.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) folder: PathBuf,
    pub(crate) resolved: Vec<Resolved>,
}

/// The folder that holds the entries.
#[derive(Debug, Clone)]
pub(crate) struct Shelf {
    pub(crate) folder: PathBuf,
}

/// Held while an entry is looked for and made; dropped, it lets the next process in.
pub(crate) struct Lock {
    _file: File,
}

impl Shelf {
    /// The entry, if it is there and whole. What is wrong with a broken one goes to `said`.
    pub(crate) fn find(&self, wanted: &Wanted, said: &mut dyn FnMut(&str)) -> Option<Entry> {
        let folder = self.folder.join(wanted.key());
        if !folder.exists() {
            return None;
        }
        match read(&folder, wanted) {
            Ok(resolved) => Some(Entry { folder, resolved }),
            Err(why) => {
                said(&format!("{} is not taken: {why}", folder.display()));
                None
            }
        }
    }

    /// Waits for the entry's lock, saying so when another process holds it.
    pub(crate) fn lock(&self, wanted: &Wanted, said: &mut dyn FnMut(&str)) -> io::Result<Lock> {
        fs::create_dir_all(&self.folder)?;
        let path = self.folder.join(format!("{}.lock", wanted.key()));
        let file = File::options().create(true).append(true).open(path)?;
        if file.try_lock().is_err() {
            said(&format!(
                "another process is installing {}; waiting for it",
                wanted.name
            ));
            file.lock()?;
        }
        Ok(Lock { _file: file })
    }

    /// An empty folder to build in, on the same file system as the entries. What a killed process left of this entry is removed.
    pub(crate) fn room(&self, wanted: &Wanted, _lock: &Lock) -> io::Result<tempfile::TempDir> {
        let prefix = format!(".{}-", wanted.key());
        for entry in fs::read_dir(&self.folder)?.flatten() {
            if entry.file_name().to_string_lossy().starts_with(&prefix) {
                fs::remove_dir_all(entry.path())?;
            }
        }
        tempfile::Builder::new()
            .prefix(&prefix)
            .tempdir_in(&self.folder)
    }

    /// Makes `built` the entry: lists its files and renames it into its place.
    pub(crate) fn keep(
        &self,
        wanted: &Wanted,
        built: tempfile::TempDir,
        mut resolved: Vec<Resolved>,
        _lock: &Lock,
    ) -> io::Result<Entry> {
        resolved.sort();
        let list = List {
            wanted: wanted.clone(),
            resolved: resolved.clone(),
            files: lengths(built.path())?,
        };
        let mut file = File::create(built.path().join(LIST))?;
        serde_json::to_writer(&mut file, &list)?;
        file.sync_all()?;
        let folder = self.folder.join(wanted.key());
        if folder.exists() {
            // Only a broken entry is ever built anew; a whole one would have been found.
            fs::remove_dir_all(&folder)?;
        }
        fs::rename(built.path(), &folder)?;
        // Its name is taken now; there is nothing left to remove.
        let _moved = built.keep();
        Ok(Entry { folder, resolved })
    }
}

/// The packages of an entry, after its files were compared with its list; `Err` with what is wrong.
fn read(folder: &Path, wanted: &Wanted) -> Result<Vec<Resolved>, String> {
    let text =
        fs::read(folder.join(LIST)).map_err(|error| format!("{LIST} cannot be read: {error}"))?;
    let list: List = serde_json::from_slice(&text)
        .map_err(|error| format!("{LIST} cannot be understood: {error}"))?;
    if list.wanted != *wanted {
        return Err("it was made of something else".to_owned());
    }
    let found = lengths(folder).map_err(|error| error.to_string())?;
    let changed = list
        .files
        .iter()
        .find(|(name, length)| found.get(*name) != Some(length));
    match changed {
        None => Ok(list.resolved),
        Some((name, _)) => Err(format!("{name} is gone, or longer or shorter than it was")),
    }
}

/// Every file of an entry with its length, but for the list and for what Python compiles as it runs.
fn lengths(root: &Path) -> io::Result<BTreeMap<String, u64>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(below) = folders.pop() {
        for entry in fs::read_dir(root.join(&below))? {
            let entry = entry?;
            let (name, kind) = (below.join(entry.file_name()), entry.file_type()?);
            if kind.is_dir() && entry.file_name() != "__pycache__" {
                folders.push(name);
            } else if kind.is_file() && name != Path::new(LIST) {
                found.insert(name.to_string_lossy().into_owned(), entry.metadata()?.len());
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted() -> Wanted {
        Wanted::new("thing", vec!["thing@1".to_owned()], "node 22".to_owned())
    }

    fn quiet() -> impl FnMut(&str) {
        |_: &str| {}
    }

    fn made(shelf: &Shelf) -> Entry {
        let lock = shelf.lock(&wanted(), &mut quiet()).expect("a lock");
        let room = shelf.room(&wanted(), &lock).expect("a room");
        fs::create_dir(room.path().join("in")).expect("a folder");
        fs::write(room.path().join("in/file"), "content").expect("a file");
        let resolved = vec![Resolved {
            name: "thing".to_owned(),
            version: "1".to_owned(),
            digest: "sha256:0".to_owned(),
        }];
        shelf
            .keep(&wanted(), room, resolved, &lock)
            .expect("an entry")
    }

    #[test]
    fn an_entry_is_found_only_whole_and_only_by_what_it_was_made_of() {
        let cache = tempfile::tempdir().expect("a temporary folder");
        let shelf = Shelf {
            folder: cache.path().join("originals"),
        };
        assert!(shelf.find(&wanted(), &mut quiet()).is_none());
        let entry = made(&shelf);
        let found = shelf.find(&wanted(), &mut quiet()).expect("it is there");
        assert_eq!(found.resolved, entry.resolved);
        let other = Wanted::new("thing", vec!["thing@2".to_owned()], "node 22".to_owned());
        assert!(shelf.find(&other, &mut quiet()).is_none());

        fs::write(entry.folder.join("in/file"), "cut").expect("written");
        let mut said = Vec::new();
        let broken = shelf.find(&wanted(), &mut |line| said.push(line.to_owned()));
        assert!(broken.is_none() && said[0].contains("in/file"), "{said:?}");
        made(&shelf);
        assert!(shelf.find(&wanted(), &mut quiet()).is_some());
    }

    #[test]
    fn what_a_killed_process_left_is_cleared_away() {
        let cache = tempfile::tempdir().expect("a temporary folder");
        let shelf = Shelf {
            folder: cache.path().to_owned(),
        };
        let lock = shelf.lock(&wanted(), &mut quiet()).expect("a lock");
        let left = shelf.room(&wanted(), &lock).expect("a room").keep();
        let room = shelf.room(&wanted(), &lock).expect("a room");
        assert!(!left.exists() && room.path().exists());
    }
}
