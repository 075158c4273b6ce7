//! A history as it is told: branches with their files, commits, merges and tags.
use std::collections::BTreeMap;
use std::rc::Rc;

use super::object::{Id, Kind, Store};
use crate::draw::Draw;

/// Who writes commits, and in which zone.
#[derive(Clone, Copy)]
pub(super) struct Author {
    pub(super) name: &'static str,
    pub(super) mail: &'static str,
    pub(super) zone: &'static str,
}

/// How a file stands in a tree.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Plain,
    Executable,
    Link,
}

impl Mode {
    pub(super) fn number(self) -> u32 {
        match self {
            Mode::Plain => 0o100_644,
            Mode::Executable => 0o100_755,
            Mode::Link => 0o120_000,
        }
    }
}

/// A file of one version. Copies share the content.
#[derive(Clone)]
pub(super) struct File {
    pub(super) mode: Mode,
    pub(super) id: Id,
    pub(super) content: Rc<[u8]>,
}

/// The files of one version, in the order of the index.
pub(super) type Files = BTreeMap<String, File>;

/// A branch: where it stands, its files, and the files that it began with.
#[derive(Clone, Default)]
pub(super) struct Branch {
    pub(super) tip: Option<Id>,
    pub(super) files: Files,
    base: Files,
}

/// What a commit says beside its files.
pub(super) struct Saying<'a> {
    pub(super) author: Author,
    /// Who put it into the history, where that is somebody else.
    pub(super) committer: Option<Author>,
    /// How long before it was put there it was written, seconds; negative when a clock was wrong.
    pub(super) earlier: i64,
    /// Further lines of the header, each ended.
    pub(super) header: &'a str,
    pub(super) message: &'a [u8],
}

/// A history that grows.
pub(super) struct History {
    pub(super) store: Store,
    pub(super) draw: Draw,
    pub(super) branches: BTreeMap<String, Branch>,
    /// Tags and remote-tracking branches, below `refs/`.
    pub(super) refs: BTreeMap<String, Id>,
    /// What an annotated tag comes to, by the tag.
    pub(super) peeled: BTreeMap<Id, Id>,
    here: String,
    clock: i64,
}

impl History {
    /// An empty history whose first branch is `main`, at this time (seconds since 1970).
    pub(super) fn new(draw: Draw, clock: i64) -> Self {
        History {
            store: Store::default(),
            draw,
            branches: BTreeMap::from([("main".to_owned(), Branch::default())]),
            refs: BTreeMap::new(),
            peeled: BTreeMap::new(),
            here: "main".to_owned(),
            clock,
        }
    }

    pub(super) fn here(&mut self) -> &mut Branch {
        self.branches
            .get_mut(&self.here)
            .expect("the branch was made before it was gone to")
    }

    pub(super) fn tip(&mut self) -> Id {
        self.here().tip.expect("a commit was made before")
    }

    /// Goes to a branch, which begins here if there is none.
    pub(super) fn on(&mut self, name: &str) {
        if !self.branches.contains_key(name) {
            let mut begun = self.here().clone();
            begun.base = begun.files.clone();
            self.branches.insert(name.to_owned(), begun);
        }
        self.here = name.to_owned();
    }

    /// Time goes by.
    pub(super) fn wait(&mut self, seconds: i64) {
        self.clock += seconds;
    }

    /// Makes or replaces a file.
    pub(super) fn write(&mut self, path: &str, mode: Mode, content: impl Into<Rc<[u8]>>) {
        let content = content.into();
        let id = self.store.put_at(path, Kind::Blob, content.to_vec());
        let file = File { mode, id, content };
        self.here().files.insert(path.to_owned(), file);
    }

    /// Replaces a file's content by what `change` makes of it; the mode stays.
    pub(super) fn change(&mut self, path: &str, change: impl FnOnce(&mut Draw, &[u8]) -> Vec<u8>) {
        let before = self.file(path).clone();
        let content = change(&mut self.draw, &before.content);
        self.write(path, before.mode, content);
    }

    pub(super) fn file(&mut self, path: &str) -> &mut File {
        self.here()
            .files
            .get_mut(path)
            .unwrap_or_else(|| panic!("{path} was written before"))
    }

    pub(super) fn remove(&mut self, path: &str) -> File {
        self.here()
            .files
            .remove(path)
            .unwrap_or_else(|| panic!("{path} was written before"))
    }

    pub(super) fn rename(&mut self, from: &str, to: &str) {
        let moved = self.remove(from);
        self.here().files.insert(to.to_owned(), moved);
    }

    /// Gives every file of a folder another one.
    pub(super) fn rename_folder(&mut self, from: &str, to: &str) {
        for path in self.below(from) {
            self.rename(&path, &format!("{to}{}", &path[from.len()..]));
        }
    }

    /// The files of a folder, whose name ends in `/`.
    pub(super) fn below(&mut self, folder: &str) -> Vec<String> {
        let files = self.here().files.keys();
        let below = files.filter(|path| path.starts_with(folder));
        below.cloned().collect()
    }

    /// Takes in what other branches changed since they began or were last taken in. Where both sides changed a file, theirs is taken.
    pub(super) fn take(&mut self, others: &[&str]) -> Vec<Id> {
        let mut parents = Vec::new();
        for other in others {
            let theirs = self.branches[*other].clone();
            let ours = &mut self.here().files;
            for (path, file) in &theirs.files {
                if theirs.base.get(path).is_none_or(|base| !same(base, file)) {
                    ours.insert(path.clone(), file.clone());
                }
            }
            for path in theirs.base.keys() {
                if !theirs.files.contains_key(path) {
                    ours.remove(path);
                }
            }
            parents.push(theirs.tip.expect("a branch begins at a commit"));
            let taken = self.branches.get_mut(*other).expect("it was there above");
            taken.base = theirs.files;
        }
        parents
    }

    /// Writes a commit of the files as they stand; `merged` are the parents beside the branch's own tip.
    pub(super) fn commit(&mut self, said: &Saying<'_>, merged: &[Id]) -> Id {
        let gap = self.draw.between(600, 200_000);
        self.clock += i64::from(gap);
        let branch = self.here().clone();
        let tree = tree(&mut self.store, &branch.files);
        let mut content = format!("tree {tree}\n");
        for parent in branch.tip.iter().chain(merged) {
            content.push_str(&format!("parent {parent}\n"));
        }
        let committer = said.committer.unwrap_or(said.author);
        content.push_str(&format!(
            "author {}\ncommitter {}\n{}\n",
            signature(said.author, self.clock - said.earlier),
            signature(committer, self.clock),
            said.header
        ));
        let mut content = content.into_bytes();
        content.extend_from_slice(said.message);
        let id = self.store.put(Kind::Commit, content);
        self.here().tip = Some(id);
        id
    }

    /// A light tag or a remote-tracking branch: a name and nothing else.
    pub(super) fn mark(&mut self, name: &str, id: Id) {
        self.refs.insert(name.to_owned(), id);
    }

    /// An annotated tag on an object.
    pub(super) fn annotate(&mut self, name: &str, on: Id, author: Author, message: &str) -> Id {
        self.clock += 300;
        let content = format!(
            "object {on}\ntype {}\ntag {name}\ntagger {}\n\n{message}",
            self.store.get(on).kind.word(),
            signature(author, self.clock)
        );
        let id = self.store.put(Kind::Tag, content.into_bytes());
        let peeled = self.peeled.get(&on).copied().unwrap_or(on);
        self.peeled.insert(id, peeled);
        self.mark(&format!("tags/{name}"), id);
        id
    }
}

fn same(one: &File, other: &File) -> bool {
    one.id == other.id && one.mode == other.mode
}

fn signature(author: Author, seconds: i64) -> String {
    format!(
        "{} <{}> {seconds} {}",
        author.name, author.mail, author.zone
    )
}

/// Puts the trees of these files into the store, and gives the root's name.
pub(super) fn tree(store: &mut Store, files: &Files) -> Id {
    let all: Vec<(&str, &File)> = files
        .iter()
        .map(|(path, file)| (path.as_str(), file))
        .collect();
    subtree("", &all, &mut |path, content| {
        store.put_at(path, Kind::Tree, content)
    })
}

/// The tree of the files below `folder` (empty, or ending in `/`), after the trees below it. `put` takes each path and content.
pub(super) fn subtree(
    folder: &str,
    files: &[(&str, &File)],
    put: &mut dyn FnMut(&str, Vec<u8>) -> Id,
) -> Id {
    let mut entries: Vec<(String, Vec<u8>)> = Vec::new();
    let mut entry = |key: String, mode: u32, name: &str, id: Id| {
        let mut entry = format!("{mode:o} {name}\0").into_bytes();
        entry.extend_from_slice(&id.0);
        entries.push((key, entry));
    };
    let mut rest = files;
    while let Some((path, file)) = rest.first() {
        let name = &path[folder.len()..];
        match name.split_once('/') {
            None => {
                entry(name.to_owned(), file.mode.number(), name, file.id);
                rest = &rest[1..];
            }
            Some((name, _)) => {
                let below = format!("{folder}{name}/");
                let count = rest
                    .iter()
                    .take_while(|(path, _)| path.starts_with(&below))
                    .count();
                let id = subtree(&below, &rest[..count], put);
                // a folder is sorted as if its name ended in a slash
                entry(format!("{name}/"), 0o40_000, name, id);
                rest = &rest[count..];
            }
        }
    }
    entries.sort_by(|one, other| one.0.as_bytes().cmp(other.0.as_bytes()));
    let content = entries.into_iter().flat_map(|(_, entry)| entry).collect();
    put(folder, content)
}
