//! `git_add`: puts files as they are into the index, and takes out those that are gone.

use gix_glob::wildmatch;

use crate::disk::{self, Kind};
use crate::failure::Failure;
use crate::index::{Entry, Index, Known};
use crate::lock::IndexLock;
use crate::object::{Kind as ObjectKind, Mode};
use crate::oid::Oid;
use crate::read::needs_tree;
use crate::refs::Refs;
use crate::repository::Repository;
use crate::untracked::{self, Ignore};
use crate::work::{Found, WorkTree};
use crate::write::snapshot;

/// A path or pattern that a client asked for, from the top of the working tree.
struct Spec {
    given: String,
    path: Vec<u8>,
    pattern: bool,
}

impl Spec {
    fn matches(&self, path: &[u8]) -> bool {
        self.path.is_empty()
            || path == self.path
            || path
                .strip_prefix(&self.path[..])
                .is_some_and(|rest| rest.starts_with(b"/"))
            || (self.pattern
                && wildmatch(
                    self.path.as_slice().into(),
                    path.into(),
                    wildmatch::Mode::empty(),
                ))
    }
}

/// `git_add`.
pub fn add(repository: &Repository, files: &[String]) -> Result<String, Failure> {
    if files.is_empty() {
        return Err(Failure::new(
            "No files provided to stage. Pass one or more paths, or ['.'] to stage everything.",
        ));
    }
    let command = match files {
        [only] if only == "." => String::from("add ."),
        files => format!("add -- {}", files.join(" ")),
    };
    needs_tree(repository, &command)?;
    let work = WorkTree::new(repository)?;
    let specs = files
        .iter()
        .map(|file| spec(&work, file, &command))
        .collect::<Result<Vec<_>, _>>()?;
    let lock = IndexLock::take(repository)?;
    let mut index = Index::read(repository)?;
    let before = snapshot(&index);
    let wanted = wanted(repository, &work, &index, &specs, &command)?;
    for path in wanted {
        stage(repository, &work, &mut index, &path)?;
    }
    if snapshot(&index) == before {
        return Ok(String::from(
            "No changes were staged: the given paths had nothing new to stage. git_status shows what is modified or untracked.",
        ));
    }
    lock.replace(&index.bytes())?;
    Ok(String::from("Files staged successfully"))
}

/// Where a client's path lies in the working tree; what leads out of it is refused.
fn spec(work: &WorkTree<'_>, file: &str, command: &str) -> Result<Spec, Failure> {
    let root = work.absolute(b"");
    let root = disk::normalise(&root);
    let outside = || {
        Failure(format!(
            "Path '{file}' is outside the repository '{}'",
            String::from_utf8_lossy(&root)
        ))
    };
    if file.contains('\0') {
        return Err(Failure(format!("Invalid path: '{file}'")));
    }
    let absolute = if file.starts_with('/') {
        disk::normalise(file.as_bytes())
    } else {
        disk::normalise(&disk::join(&root, file.as_bytes()))
    };
    if !disk::within(&absolute, &root) {
        return Err(outside());
    }
    if file.starts_with(':') {
        return Err(Failure(format!(
            "'{file}' is a pathspec with magic, which is not supported; give a path or a pattern with *"
        )));
    }
    if file.is_empty() {
        return Err(Failure::command(
            128,
            command,
            "fatal: empty string is not a valid pathspec. please use . instead if you meant to match all paths",
        ));
    }
    let path = absolute[root.len().min(absolute.len())..].to_vec();
    let path = path.strip_prefix(b"/").unwrap_or(&path).to_vec();
    if !work.is_reachable(&path) && beyond_link(work, &path) {
        return Err(Failure::command(
            128,
            command,
            &format!("fatal: pathspec '{file}' is beyond a symbolic link"),
        ));
    }
    Ok(Spec {
        given: file.to_owned(),
        pattern: path
            .iter()
            .any(|byte| matches!(byte, b'*' | b'?' | b'[' | b'\\')),
        path,
    })
}

fn beyond_link(work: &WorkTree<'_>, path: &[u8]) -> bool {
    memchr::memchr_iter(b'/', path).any(|at| {
        let stat = disk::stat(&work.absolute(&path[..at]));
        stat.is_ok_and(|stat| stat.kind == Kind::Link)
    })
}

/// The paths that the specs mean: known ones that changed, unknown ones that are not ignored.
fn wanted(
    repository: &Repository,
    work: &WorkTree<'_>,
    index: &Index,
    specs: &[Spec],
    command: &str,
) -> Result<Vec<Vec<u8>>, Failure> {
    let root = work.absolute(b"");
    let mut paths: Vec<Vec<u8>> = Vec::new();
    let mut ignored: Vec<String> = Vec::new();
    for spec in specs {
        let mut matched = spec.path.is_empty();
        let mut last: &[u8] = b"";
        for entry in index
            .entries
            .iter()
            .filter(|entry| spec.matches(&entry.path))
        {
            matched = true;
            if entry.path == last {
                continue;
            }
            last = &entry.path;
            if entry.stage > 0 || work.compare(entry, index)? != Found::Same {
                paths.push(entry.path.clone());
            }
        }
        if spec.pattern || spec.path.is_empty() {
            for path in untracked::untracked(repository, &root, index, false, &|_| None)? {
                if spec.matches(&path) {
                    matched = true;
                    paths.push(path);
                }
            }
        } else if index.get(&spec.path, 0).is_none()
            && let Some(stat) = work.stat(&spec.path)?
        {
            let directory = stat.kind == Kind::Directory;
            let mut ignore = Ignore::new(repository, &root);
            if ignore.excludes_deep(&spec.path, directory) && !index.has_below(&spec.path) {
                ignored.push(spec.given.clone());
                matched = true;
            } else if directory {
                let below = [&spec.path[..], b"/"].concat();
                matched = true;
                if work.stat(&[&below[..], b".git"].concat())?.is_some() {
                    paths.push(below);
                } else {
                    paths.extend(untracked::below(
                        repository,
                        &root,
                        index,
                        &below,
                        false,
                        &|_| None,
                    )?);
                }
            } else if stat.kind != Kind::Other {
                matched = true;
                paths.push(spec.path.clone());
            }
        }
        if !matched {
            return Err(Failure::command(
                128,
                command,
                &format!("fatal: pathspec '{}' did not match any files", spec.given),
            ));
        }
    }
    if !ignored.is_empty() {
        return Err(Failure::command(
            1,
            command,
            &format!(
                "The following paths are ignored by one of your .gitignore files:\n{}\nhint: Use -f if you really want to add them.\nhint: Disable this message with \"git config advice.addIgnoredFile false\"",
                ignored.join("\n")
            ),
        ));
    }
    paths.sort();
    paths.dedup();
    Ok(paths)
}

fn stage(
    repository: &Repository,
    work: &WorkTree<'_>,
    index: &mut Index,
    path: &[u8],
) -> Result<(), Failure> {
    if let Some(folder) = path.strip_suffix(b"/") {
        return submodule(work, index, folder);
    }
    let Some(stat) = work.stat(path)? else {
        index.remove(path);
        return Ok(());
    };
    let known = index.entries[index.position(path, 0).unwrap_or_else(|at| at)..].first();
    let before = known
        .filter(|entry| entry.path == path)
        .map(|entry| entry.mode);
    let Some(mode) = work.mode(&stat, before) else {
        index.remove(path);
        return Ok(());
    };
    let content = work.content(path, mode)?;
    let oid = repository.store.write(ObjectKind::Blob, &content)?;
    index.put(Entry {
        path: path.to_vec(),
        mode,
        oid,
        stage: 0,
        known: Known::of(&stat),
        assumed: false,
        skipped: false,
        intended: false,
    });
    Ok(())
}

/// Another repository inside this one: only its commit is recorded.
fn submodule(work: &WorkTree<'_>, index: &mut Index, folder: &[u8]) -> Result<(), Failure> {
    let git_dir = disk::join(&work.absolute(folder), b".git");
    let head = Refs::new(git_dir.clone(), git_dir)
        .resolve("HEAD")
        .ok()
        .flatten();
    let oid: Oid = head.ok_or_else(|| {
        Failure(format!(
            "'{}/' is another repository whose commit cannot be read; add it with git itself, or name files outside of it",
            String::from_utf8_lossy(folder)
        ))
    })?;
    index.put(Entry {
        path: folder.to_vec(),
        mode: Mode::SUBMODULE,
        oid,
        stage: 0,
        known: Known::default(),
        assumed: false,
        skipped: false,
        intended: false,
    });
    Ok(())
}
