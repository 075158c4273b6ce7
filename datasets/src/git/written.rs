//! A repository's files: `.git` with loose objects or a pack, references, configuration and index, and the working tree beside it.
use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::history::{Files, History, Mode};
use super::index::index;
use super::object::Id;
use super::pack::{Naming, loose, pack};
use crate::layout::{FullSink, Kept, MODIFIED};

/// How objects are kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Objects {
    Loose,
    Packed(Naming),
}

/// What is checked out.
pub(super) struct Checkout {
    pub(super) index: Files,
    /// Paths of the index that differ from the last commit, and paths that it lacks.
    pub(super) staged: BTreeSet<String>,
    /// The working tree, each file with how it is kept: one that was edited is younger than the index.
    pub(super) tree: BTreeMap<String, (Vec<u8>, Kept)>,
}

impl Checkout {
    /// A clean one.
    pub(super) fn clean(files: &Files) -> Self {
        let tree = files.iter().map(|(path, file)| {
            let kept = match file.mode {
                Mode::Executable => Kept::Executable,
                Mode::Plain => Kept::Plain,
                Mode::Link => panic!("{path}: a data set has no links"),
            };
            (path.clone(), (file.content.to_vec(), kept))
        });
        Checkout {
            index: files.clone(),
            staged: BTreeSet::new(),
            tree: tree.collect(),
        }
    }
}

const IGNORED: &str = "# what this clone alone leaves out\n*.orig\n";

/// Writes a repository below `folder` (`git/small`), on branch `main`.
pub(super) fn write(
    history: &History,
    folder: &str,
    objects: Objects,
    checkout: &Checkout,
    sink: &mut FullSink<'_>,
) -> io::Result<()> {
    let mut put =
        |path: &str, content: &[u8]| sink(&format!("{folder}/.git/{path}"), content, Kept::Plain);
    put("HEAD", b"ref: refs/heads/main\n")?;
    put("config", CONFIGURATION.as_bytes())?;
    put("description", b"A generated repository of WasmMCP Bench.\n")?;
    put("info/exclude", IGNORED.as_bytes())?;
    references(history, objects, &mut put)?;
    match objects {
        Objects::Loose => {
            let mut files: Vec<_> = history.store.objects().iter().map(loose).collect();
            files.sort();
            for (path, content) in files {
                put(&format!("objects/{path}"), &content)?;
            }
        }
        Objects::Packed(naming) => {
            let packed = pack(&history.store, naming);
            let name = format!("objects/pack/{}", packed.name);
            put(&format!("{name}.idx"), &packed.index)?;
            put(&format!("{name}.pack"), &packed.pack)?;
            put(
                "objects/info/packs",
                format!("P {}.pack\n\n", packed.name).as_bytes(),
            )?;
        }
    }
    let modified = u32::try_from(MODIFIED.as_secs()).expect("the time is before 2106");
    let entries = index(&checkout.index, &checkout.staged, modified);
    sink(&format!("{folder}/.git/index"), &entries, Kept::Later)?;
    for (path, (content, kept)) in &checkout.tree {
        sink(&format!("{folder}/{path}"), content, *kept)?;
    }
    Ok(())
}

// The index knows size and second of each file and nothing else, so nothing else may be compared: see `index.rs`.
// A sandbox shows no bit for execution, so it does not count either: the answers are the same in every packaging.
const CONFIGURATION: &str = "[core]
\trepositoryformatversion = 0
\tfilemode = false
\tbare = false
\tlogallrefupdates = true
\ttrustctime = false
\tcheckStat = minimal
[user]
\tname = Ada Brandt
\temail = ada@example.org
[remote \"origin\"]
\turl = https://git.example.org/lattice.git
\tfetch = +refs/heads/*:refs/remotes/origin/*
[branch \"main\"]
\tremote = origin
\tmerge = refs/heads/main
";

fn references(
    history: &History,
    objects: Objects,
    put: &mut dyn FnMut(&str, &[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let mut all: BTreeMap<String, Id> = BTreeMap::new();
    for (name, branch) in &history.branches {
        let tip = branch.tip.expect("a branch begins at a commit");
        all.insert(format!("refs/heads/{name}"), tip);
    }
    for (name, id) in &history.refs {
        all.insert(format!("refs/{name}"), *id);
    }
    // a symbolic reference is never packed
    put(
        "refs/remotes/origin/HEAD",
        b"ref: refs/remotes/origin/main\n",
    )?;
    if objects == Objects::Loose {
        for (name, id) in &all {
            put(name, format!("{id}\n").as_bytes())?;
        }
        return Ok(());
    }
    // since it was packed `main` went on: the loose name counts, and the packed one is out of date
    let main = all["refs/heads/main"];
    put("refs/heads/main", format!("{main}\n").as_bytes())?;
    if let Some(before) = all.get("refs/remotes/origin/main").copied() {
        all.insert("refs/heads/main".to_owned(), before);
    }
    let mut packed = String::from("# pack-refs with: peeled fully-peeled sorted \n");
    for (name, id) in &all {
        packed.push_str(&format!("{id} {name}\n"));
        if let Some(peeled) = history.peeled.get(id) {
            packed.push_str(&format!("^{peeled}\n"));
        }
    }
    put("packed-refs", packed.as_bytes())
}
