//! The tools that change a repository's history: commit, create branch, reset; each takes the locks that git takes.

use std::collections::BTreeMap;

use crate::calendar;
use crate::clock;
use crate::diff::tree;
use crate::disk;
use crate::failure::Failure;
use crate::index::{Entry, Index, Known};
use crate::lock::IndexLock;
use crate::object::{self, Actor, Commit, Kind, Mode};
use crate::oid::Oid;
use crate::read::no_option;
use crate::refs::Target;
use crate::repository::Repository;
use crate::revision;

/// `git_commit`.
pub fn commit(repository: &Repository, message: &str) -> Result<String, Failure> {
    // Held so that nobody stages anything between the look and the commit.
    let _lock = IndexLock::take(repository)?;
    let index = Index::read(repository)?;
    let head = revision::head_commit(repository)?;
    let merging = repository.has_own("MERGE_HEAD");
    let head_tree = match head {
        Some(oid) => Some(repository.store.commit(&oid)?.tree),
        None => None,
    };
    let something = merging
        || match head_tree {
            None => !index.entries.is_empty(),
            Some(tree) => !tree::staged(repository, &index, Some(tree))?.is_empty(),
        };
    if !something {
        return Err(Failure::new(
            "No changes staged for commit. Use git_add to stage changes first; git_status shows what is currently staged.",
        ));
    }
    if let Some(entry) = index.entries.iter().find(|entry| entry.stage > 0) {
        return Err(Failure(format!(
            "'{}' is in conflict; resolve it and stage it with git_add, then commit",
            String::from_utf8_lossy(&entry.path)
        )));
    }
    if merging && repository.has_own("MERGE_AUTOSTASH") {
        return Err(Failure::new(
            "the merge put changes aside (MERGE_AUTOSTASH), which this server cannot bring back; finish it with git commit",
        ));
    }
    let author = identity(repository, "AUTHOR")?;
    let committer = identity(repository, "COMMITTER")?;
    let tree = write_tree(repository, &index)?;
    let mut parents: Vec<Oid> = head.into_iter().collect();
    parents.extend(repository.merge_heads());
    let commit = Commit {
        tree,
        parents,
        author,
        committer: committer.clone(),
        encoding: None,
        message: message.as_bytes().to_vec(),
    };
    let oid = repository.store.write(Kind::Commit, &commit.bytes())?;
    let word = match head {
        None => "commit (initial)",
        Some(_) if merging => "commit (merge)",
        Some(_) => "commit",
    };
    let why = format!("{word}: {}", commit.subject());
    match revision::head_target(repository)? {
        Target::Symbolic(name) => {
            repository
                .refs
                .update(&name, &oid, head, &committer, &why)?;
        }
        Target::Object(_) => repository.refs.set_head(&Target::Object(oid))?,
    }
    let before = head.unwrap_or_default();
    repository
        .refs
        .append("HEAD", &before, &oid, &committer, &why)?;
    if merging {
        forget(
            repository,
            &["MERGE_HEAD", "MERGE_MSG", "MERGE_MODE", "AUTO_MERGE"],
        )?;
    }
    Ok(format!("Changes committed successfully with hash {oid}"))
}

/// Removes files that hold the state of an operation.
pub fn forget(repository: &Repository, names: &[&str]) -> Result<(), Failure> {
    for name in names {
        let path = disk::join(&repository.git_dir, name.as_bytes());
        match disk::remove_file(&path) {
            Ok(()) | Err(crate::failure::Fault::Missing) => {}
            Err(fault) => return Err(fault.at(&path)),
        }
    }
    Ok(())
}

/// Who acts: `GIT_AUTHOR_NAME` and its like, else the repository's configuration.
pub fn identity(repository: &Repository, role: &str) -> Result<Actor, Failure> {
    let lower = role.to_ascii_lowercase();
    let find = |part: &str| {
        let set = |value: &String| !value.trim().is_empty();
        let config = |key: String| repository.config.get(&key).map(str::to_owned);
        let variable = std::env::var(format!("GIT_{role}_{}", part.to_ascii_uppercase())).ok();
        variable
            .filter(set)
            .or_else(|| config(format!("{lower}.{part}")).filter(set))
            .or_else(|| config(format!("user.{part}")).filter(set))
            .or_else(|| {
                std::env::var("EMAIL")
                    .ok()
                    .filter(|value| part == "email" && set(value))
            })
    };
    let (Some(name), Some(email)) = (find("name"), find("email")) else {
        return Err(Failure(format!(
            "nobody to record as {lower}: set user.name and user.email in the repository's own configuration (git config --local), or GIT_{role}_NAME and GIT_{role}_EMAIL in the server's environment"
        )));
    };
    let now = clock::now();
    let date = std::env::var(format!("GIT_{role}_DATE")).ok();
    let seconds = date.map_or(now, |date| calendar::parse(&date, now));
    // What would break the line that it stands in is left out, as git does.
    let clean = |text: &str| -> Vec<u8> {
        let kept = text
            .bytes()
            .filter(|byte| !matches!(byte, b'<' | b'>' | b'\n' | b'\r' | 0));
        let kept: Vec<u8> = kept.collect();
        kept.trim_ascii().to_vec()
    };
    Ok(Actor {
        name: clean(&name),
        email: clean(&email),
        seconds,
        zone: 0,
    })
}

/// Stores the trees that the index makes.
pub fn write_tree(repository: &Repository, index: &Index) -> Result<Oid, Failure> {
    let entries: Vec<&Entry> = index
        .entries
        .iter()
        .filter(|entry| !entry.intended)
        .collect();
    directory(repository, index, &entries, b"")
}

fn directory(
    repository: &Repository,
    index: &Index,
    entries: &[&Entry],
    prefix: &[u8],
) -> Result<Oid, Failure> {
    let path = prefix.strip_suffix(b"/").unwrap_or(prefix);
    if let Ok(at) = index
        .cached
        .binary_search_by(|known| known.path[..].cmp(path))
        && index.cached[at].entries == entries.len()
        && repository.store.has(&index.cached[at].oid)
    {
        return Ok(index.cached[at].oid);
    }
    let mut bytes = Vec::new();
    let mut rest = entries;
    while let Some(entry) = rest.first() {
        let below = &entry.path[prefix.len()..];
        match memchr::memchr(b'/', below) {
            None => {
                object::push_entry(&mut bytes, entry.mode, below, &entry.oid);
                rest = &rest[1..];
            }
            Some(end) => {
                let inside = [prefix, &below[..=end]].concat();
                let count = rest
                    .iter()
                    .take_while(|entry| entry.path.starts_with(&inside))
                    .count();
                let tree = directory(repository, index, &rest[..count], &inside)?;
                object::push_entry(&mut bytes, Mode::TREE, &below[..end], &tree);
                rest = &rest[count..];
            }
        }
    }
    repository.store.write(Kind::Tree, &bytes)
}

/// `git_reset`: the index as HEAD has it, with what is known of files that did not change in it.
pub fn reset(repository: &Repository) -> Result<String, Failure> {
    let head = revision::head_commit(repository)?.ok_or_else(|| {
        Failure::command(
            128,
            "read-tree --index-output=index HEAD",
            "fatal: Not a valid object name HEAD",
        )
    })?;
    let tree = repository.store.commit(&head)?.tree;
    let lock = IndexLock::take(repository)?;
    let before = Index::read(repository)?;
    let entries = tree::files(repository, tree)?.into_iter().map(|file| {
        let old = before
            .get(&file.path, 0)
            .filter(|old| old.oid == file.oid && old.mode == file.mode && !old.intended);
        match old {
            Some(old) => old.clone(),
            None => Entry {
                path: file.path,
                mode: file.mode,
                oid: file.oid,
                stage: 0,
                known: Known::default(),
                assumed: false,
                skipped: false,
                intended: false,
            },
        }
    });
    let index = Index {
        entries: entries.collect(),
        ..Index::default()
    };
    lock.replace(&index.bytes())?;
    Ok(String::from("All staged changes reset"))
}

/// `git_create_branch`.
pub fn create_branch(
    repository: &Repository,
    name: &str,
    base: Option<&str>,
) -> Result<String, Failure> {
    no_option("branch name", name)?;
    no_option("base branch", base.unwrap_or_default())?;
    let missing = |full: &str| Failure(format!("Reference at '{full}' does not exist"));
    let (shown, full) = match base.filter(|base| !base.is_empty()) {
        Some(base) => {
            let named = repository.refs.list("refs/")?;
            let full = named
                .iter()
                .map(|(full, _)| full.clone())
                .find(|full| short(full) == base)
                .ok_or_else(|| Failure(format!("No item found with id {base}")))?;
            (base.to_owned(), full)
        }
        None => match revision::head_target(repository)? {
            Target::Object(_) => {
                return Err(Failure::new(
                    "HEAD is detached, so there is no current branch to branch from; pass base_branch",
                ));
            }
            Target::Symbolic(full) => (short(&full).to_owned(), full),
        },
    };
    let new = format!("refs/heads/{name}");
    if repository.refs.read(&new)?.is_some() {
        return Err(Failure(format!(
            "Cannot create branch '{name}': {new} already exists"
        )));
    }
    valid(&new)?;
    let oid = repository
        .refs
        .resolve(&full)?
        .ok_or_else(|| missing(&full))?;
    let (kind, _) = repository.store.look(&oid).map_err(|_| missing(&full))?;
    let commit = revision::follow_tags(repository, revision::Named { oid, kind })?;
    if commit.kind != Kind::Commit {
        return Err(Failure(format!(
            "'{shown}' is no commit; pass a branch or a tag of one"
        )));
    }
    // A branch cannot be a folder of others, nor lie below one.
    for (other, _) in repository.refs.list("refs/heads/")? {
        let clash = other
            .strip_prefix(&new)
            .is_some_and(|rest| rest.starts_with('/'))
            || new
                .strip_prefix(&other)
                .is_some_and(|rest| rest.starts_with('/'));
        if clash {
            return Err(Failure(format!(
                "Cannot create branch '{name}': {other} exists, and one cannot lie below the other; choose another name"
            )));
        }
    }
    let who = identity(repository, "COMMITTER").unwrap_or_default();
    let why = format!("branch: Created from {shown}");
    repository
        .refs
        .update(&new, &commit.oid, None, &who, &why)?;
    Ok(format!("Created branch '{name}' from '{shown}'"))
}

/// A reference's name without the two folders that it lies in.
fn short(full: &str) -> &str {
    full.splitn(3, '/').nth(2).unwrap_or(full)
}

/// Refuses what cannot be a reference's name, in GitPython's sentences.
fn valid(full: &str) -> Result<(), Failure> {
    let refuse = |why: &str| {
        Err(Failure(format!(
            "Invalid reference '{full}': references {why}"
        )))
    };
    let mut before = None;
    for character in full.chars() {
        match character {
            ' ' | '~' | '^' | ':' | '?' | '*' | '[' | '\\' => {
                return refuse(
                    "cannot contain spaces, tildes (~), carets (^), colons (:), question marks (?), asterisks (*), open brackets ([) or backslashes (\\)",
                );
            }
            '.' if before == Some('/') => {
                return refuse("cannot start with a period (.) or contain '/.'");
            }
            '.' if before == Some('.') => return refuse("cannot contain '..'"),
            '/' if before == Some('/') => return refuse("cannot contain '//'"),
            '{' if before == Some('@') => return refuse("cannot contain '@{'"),
            control if control.is_ascii_control() => {
                return refuse("cannot contain ASCII control characters");
            }
            _ => {}
        }
        before = Some(character);
    }
    match before {
        Some('.') => return refuse("cannot end with a period (.)"),
        Some('/') => return refuse("cannot end with a forward slash (/)"),
        _ => {}
    }
    if full.split('/').any(|part| part.ends_with(".lock")) {
        return refuse("cannot have slash-separated components that end with '.lock'");
    }
    if !crate::refs::is_valid(full) {
        return refuse("must be names that git accepts; see git help check-ref-format");
    }
    Ok(())
}

/// The entries of an index by path, for whoever compares before and after.
pub fn snapshot(index: &Index) -> BTreeMap<(Vec<u8>, u8), (Mode, Oid)> {
    let pair = |entry: &Entry| ((entry.path.clone(), entry.stage), (entry.mode, entry.oid));
    index.entries.iter().map(pair).collect()
}
