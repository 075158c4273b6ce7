//! `git_checkout`: moves the working tree, the index and HEAD to another commit, and refuses where that would lose something.

use std::collections::BTreeMap;

use crate::diff::change::Side;
use crate::diff::tree;
use crate::disk::{self, Kind};
use crate::failure::{Failure, Fault};
use crate::index::{Entry, Index, Known};
use crate::lock::IndexLock;
use crate::object::{Kind as ObjectKind, Mode};
use crate::oid::Oid;
use crate::read::{elsewhere, needs_tree, no_option};
use crate::refs::Target;
use crate::repository::Repository;
use crate::revision;
use crate::untracked::Ignore;
use crate::work::{Found, WorkTree};
use crate::write::{forget, identity};

/// What is to be done with a path.
enum Step {
    /// The file goes.
    Remove,
    /// The file becomes this.
    Write(Side),
}

/// The paths that stand in the way.
#[derive(Default)]
struct Obstacles {
    changed: Vec<Vec<u8>>,
    untracked: Vec<Vec<u8>>,
}

/// `git_checkout`.
pub fn checkout(repository: &Repository, name: &str) -> Result<String, Failure> {
    no_option("branch name", name)?;
    let object = revision::resolve(repository, name)?;
    let command = format!("checkout {name}");
    needs_tree(repository, &command)?;
    let peeled = revision::follow_tags(repository, object)?;
    if peeled.kind != ObjectKind::Commit {
        return Err(Failure(format!(
            "'{name}' is a {} and no commit; only a branch, a tag or a commit can be checked out",
            peeled.kind.word()
        )));
    }
    let target = target(repository, name, peeled.oid, &command)?;
    let lock = IndexLock::take(repository)?;
    let mut index = Index::read(repository)?;
    if index.has_conflicts() {
        return Err(unresolved(&index, &command));
    }
    let head = revision::head_commit(repository)?;
    if head != Some(peeled.oid) {
        switch(repository, &mut index, head, peeled.oid, &command)?;
        lock.replace(&index.bytes())?;
    }
    finish(repository, name, head, peeled.oid, &target)?;
    drop(lock);
    Ok(match target {
        Target::Object(oid) => format!("HEAD is now detached at {}", oid.short(7)),
        Target::Symbolic(full) => {
            let short = full.strip_prefix("refs/heads/").unwrap_or(&full);
            format!("Switched to branch '{short}'")
        }
    })
}

/// What HEAD shall say: a branch where the name is one, else the commit.
fn target(repository: &Repository, name: &str, oid: Oid, command: &str) -> Result<Target, Failure> {
    let head = revision::head_target(repository)?;
    if matches!(name, "HEAD" | "@") {
        return Ok(head);
    }
    let branch = match name
        .strip_prefix("@{-")
        .and_then(|rest| rest.strip_suffix('}'))
    {
        Some(back) => previous(repository, back)?,
        None => Some(format!("refs/heads/{name}")),
    };
    let Some(full) = branch else {
        return Ok(Target::Object(oid));
    };
    if !crate::refs::is_valid(&full) || repository.refs.resolve(&full)?.is_none() {
        return Ok(Target::Object(oid));
    }
    if Target::Symbolic(full.clone()) != head && elsewhere(repository).contains(&full) {
        return Err(Failure::command(
            128,
            command,
            &format!("fatal: '{name}' is already used by another worktree"),
        ));
    }
    Ok(Target::Symbolic(full))
}

fn previous(repository: &Repository, back: &str) -> Result<Option<String>, Failure> {
    let log = repository.refs.log("HEAD")?.unwrap_or_default();
    let Some(back) = back
        .parse::<usize>()
        .ok()
        .and_then(|back| back.checked_sub(1))
    else {
        return Ok(None);
    };
    let mut moved = log.iter().rev().filter_map(|line| {
        let rest = line.message.strip_prefix("checkout: moving from ")?;
        Some(format!(
            "refs/heads/{}",
            rest.split(" to ").next().unwrap_or(rest)
        ))
    });
    Ok(moved.nth(back))
}

fn unresolved(index: &Index, command: &str) -> Failure {
    let mut paths: Vec<String> = Vec::new();
    for entry in index.entries.iter().filter(|entry| entry.stage > 0) {
        let line = format!("{}: needs merge", String::from_utf8_lossy(&entry.path));
        if paths.last() != Some(&line) {
            paths.push(line);
        }
    }
    Failure(format!(
        "Cmd('git') failed due to: exit code(1)\n  cmdline: git {command}\n  stdout: '{}'\n  stderr: 'error: you need to resolve your current index first'",
        paths.join("\n")
    ))
}

/// Works out every step and every obstacle first; only without one is anything written.
fn switch(
    repository: &Repository,
    index: &mut Index,
    from: Option<Oid>,
    to: Oid,
    command: &str,
) -> Result<(), Failure> {
    let tree_of = |oid: Option<Oid>| match oid {
        Some(oid) => repository
            .store
            .commit(&oid)
            .map(|commit| Some(commit.tree)),
        None => Ok(None),
    };
    let (from, to) = (tree_of(from)?, tree_of(Some(to))?);
    let work = WorkTree::new(repository)?;
    let root = work.absolute(b"");
    let mut ignore = Ignore::new(repository, &root);
    let mut steps: BTreeMap<Vec<u8>, Step> = BTreeMap::new();
    let mut obstacles = Obstacles::default();
    let changes = tree::trees(repository, from, to)?;
    let removed: Vec<&[u8]> = changes
        .iter()
        .filter(|change| change.new.is_none())
        .map(|change| change.path())
        .collect();
    for change in &changes {
        let path = change.path();
        let entry = index.get(path, 0);
        let is = |side: &Option<Side>| match (side, entry) {
            (Some(side), Some(entry)) => side.oid == entry.oid && side.mode == entry.mode,
            (None, None) => true,
            _ => false,
        };
        // The index is there already, whatever the file is: both stay.
        if is(&change.new) {
            continue;
        }
        if !is(&change.old) {
            obstacles.changed.push(path.to_vec());
            continue;
        }
        if let Some(entry) = entry {
            match work.compare(entry, index)? {
                Found::Same | Found::Missing if is_free(&work, entry)? => {}
                _ => {
                    obstacles.changed.push(path.to_vec());
                    continue;
                }
            }
        } else if let Some(in_the_way) = blocks(&work, index, path, &removed)?
            && !ignore.excludes_deep(&in_the_way, false)
        {
            obstacles.untracked.push(in_the_way);
            continue;
        }
        let step = match &change.new {
            None => Step::Remove,
            Some(side) => Step::Write(side.clone()),
        };
        steps.insert(path.to_vec(), step);
    }
    obstacles.refuse(command)?;
    // What goes makes room first: a file may become a directory.
    for (path, _) in steps
        .iter()
        .filter(|(_, step)| matches!(step, Step::Remove))
    {
        remove(&work, path)?;
        index.remove(path);
    }
    for (path, step) in &steps {
        if let Step::Write(side) = step {
            let known = write(repository, &work, side)?;
            index.put(Entry {
                path: path.clone(),
                mode: side.mode,
                oid: side.oid,
                stage: 0,
                known,
                assumed: false,
                skipped: false,
                intended: false,
            });
        }
    }
    Ok(())
}

/// Whether nothing is lost where an entry's file is missing: a directory in its place must not hold anything.
fn is_free(work: &WorkTree<'_>, entry: &Entry) -> Result<bool, Failure> {
    let stat = work.stat(&entry.path)?;
    Ok(match stat {
        Some(stat) if stat.kind == Kind::Directory && entry.mode != Mode::SUBMODULE => {
            disk::entries(&work.absolute(&entry.path)).is_ok_and(|entries| entries.is_empty())
        }
        _ => true,
    })
}

/// The unknown file that stands where a new one has to be, if there is one.
fn blocks(
    work: &WorkTree<'_>,
    index: &Index,
    path: &[u8],
    removed: &[&[u8]],
) -> Result<Option<Vec<u8>>, Failure> {
    // A file in place of a directory above; one that the index knows goes with its own step.
    for at in memchr::memchr_iter(b'/', path) {
        let above = &path[..at];
        if let Ok(stat) = disk::stat(&work.absolute(above)) {
            if stat.kind != Kind::Directory {
                let goes = index.get(above, 0).is_some() && removed.contains(&above);
                return Ok((!goes).then(|| above.to_vec()));
            }
        } else {
            return Ok(None);
        }
    }
    let Some(stat) = work.stat(path)? else {
        return Ok(None);
    };
    if stat.kind != Kind::Directory {
        return Ok(Some(path.to_vec()));
    }
    // A directory gives way if all files in it are known and go.
    let mut folders = vec![path.to_vec()];
    while let Some(folder) = folders.pop() {
        let entries = disk::entries(&work.absolute(&folder)).map_err(|fault| fault.at(&folder))?;
        for (name, kind) in entries {
            let inside = disk::join(&folder, &name);
            if kind == Kind::Directory {
                folders.push(inside);
            } else if index.get(&inside, 0).is_none() || !removed.contains(&&inside[..]) {
                return Ok(Some(inside));
            }
        }
    }
    Ok(None)
}

impl Obstacles {
    fn refuse(&self, command: &str) -> Result<(), Failure> {
        let list = |paths: &[Vec<u8>]| -> String {
            let line = |path: &Vec<u8>| format!("\t{}\n", String::from_utf8_lossy(path));
            paths.iter().map(line).collect()
        };
        let mut words = String::new();
        if !self.changed.is_empty() {
            words.push_str("error: Your local changes to the following files would be overwritten by checkout:\n");
            words.push_str(&list(&self.changed));
            words
                .push_str("Please commit your changes or stash them before you switch branches.\n");
        }
        if !self.untracked.is_empty() {
            words.push_str("error: The following untracked working tree files would be overwritten by checkout:\n");
            words.push_str(&list(&self.untracked));
            words.push_str("Please move or remove them before you switch branches.\n");
        }
        if words.is_empty() {
            return Ok(());
        }
        Err(Failure::command(1, command, &format!("{words}Aborting")))
    }
}

/// Removes a file, and the directories that are empty then.
fn remove(work: &WorkTree<'_>, path: &[u8]) -> Result<(), Failure> {
    if !work.is_reachable(path) {
        return Ok(());
    }
    let absolute = work.absolute(path);
    match disk::remove_file(&absolute) {
        Ok(()) | Err(Fault::Missing | Fault::NotDirectory | Fault::IsDirectory) => {}
        Err(fault) => return Err(fault.at(&absolute)),
    }
    let mut above = path;
    while let Some(at) = memchr::memrchr(b'/', above) {
        above = &above[..at];
        if disk::remove_directory(&work.absolute(above)).is_err() {
            break;
        }
    }
    Ok(())
}

/// Puts a file in place in one step: beside it first, then over it.
fn write(repository: &Repository, work: &WorkTree<'_>, side: &Side) -> Result<Known, Failure> {
    work.forget();
    let absolute = work.absolute(&side.path);
    let parent = disk::split(&absolute).0;
    disk::create_directories(parent).map_err(|fault| fault.at(parent))?;
    if !work.is_reachable(&side.path) {
        return Err(Fault::NotDirectory.at(&absolute));
    }
    if side.mode == Mode::SUBMODULE {
        disk::create_directories(&absolute).map_err(|fault| fault.at(&absolute))?;
        return Ok(Known::default());
    }
    let blob = repository.store.blob(&side.oid)?;
    if disk::stat(&absolute).is_ok_and(|stat| stat.kind == Kind::Directory) {
        disk::remove_directory(&absolute).map_err(|fault| fault.at(&absolute))?;
    }
    let temporary = [parent, b"/.git-checkout-", side.oid.short(16).as_bytes()].concat();
    let made = if side.mode == Mode::LINK {
        disk::symlink(&blob, &temporary)
    } else {
        let content = work.smudge(&side.path, &blob)?;
        disk::create_new(&temporary, &content, side.mode == Mode::EXECUTABLE)
    };
    made.and_then(|()| disk::rename(&temporary, &absolute))
        .map_err(|fault| {
            // the write has failed already; a temporary that stays is told by its name
            let _ = disk::remove_file(&temporary);
            fault.at(&absolute)
        })?;
    let stat = disk::stat(&absolute).map_err(|fault| fault.at(&absolute))?;
    Ok(Known::of(&stat))
}

fn finish(
    repository: &Repository,
    name: &str,
    before: Option<Oid>,
    oid: Oid,
    target: &Target,
) -> Result<(), Failure> {
    let head = revision::head_target(repository)?;
    let from = match &head {
        Target::Symbolic(full) => full.strip_prefix("refs/heads/").unwrap_or(full).to_owned(),
        Target::Object(oid) => oid.to_string(),
    };
    if head != *target {
        repository.refs.set_head(target)?;
    }
    let who = identity(repository, "COMMITTER").unwrap_or_default();
    let to = match target {
        Target::Symbolic(full) => full.strip_prefix("refs/heads/").unwrap_or(full),
        Target::Object(_) => name,
    };
    let why = format!("checkout: moving from {from} to {to}");
    repository
        .refs
        .append("HEAD", &before.unwrap_or_default(), &oid, &who, &why)?;
    forget(
        repository,
        &[
            "MERGE_HEAD",
            "MERGE_MSG",
            "MERGE_MODE",
            "AUTO_MERGE",
            "CHERRY_PICK_HEAD",
            "REVERT_HEAD",
        ],
    )
}
