//! The tools that read: their answers as text, in the official server's words.

use crate::calendar;
use crate::clock;
use crate::diff::patch::{self, Style};
use crate::diff::{rename, tree};
use crate::failure::Failure;
use crate::index::Index;
use crate::object::{Kind, Mode};
use crate::oid::Oid;
use crate::refs::Target;
use crate::repository::Repository;
use crate::revision::{self, Named};
use crate::status;
use crate::store;
use crate::walk;
use crate::work::WorkTree;

/// More context than any file has lines.
const WIDEST: i64 = 1 << 31;

/// `git_status`.
pub fn status(repository: &Repository) -> Result<String, Failure> {
    needs_tree(repository, "status")?;
    Ok(answer(
        "Repository status:",
        status::status(repository)?.into_bytes(),
    ))
}

/// `git_diff_unstaged`.
pub fn diff_unstaged(repository: &Repository, context: i64) -> Result<String, Failure> {
    let context = width(context)?;
    needs_tree(repository, &format!("diff --unified={context}"))?;
    let index = Index::read(repository)?;
    let changes = tree::unstaged(&WorkTree::new(repository)?, &index)?;
    // Only what was announced with `git add --intent-to-add` can be new here.
    let changes = rename::detect(repository, changes)?;
    let patch = patch::patch(repository, &changes, full(context))?;
    Ok(answer("Unstaged changes:", patch))
}

/// `git_diff_staged`.
pub fn diff_staged(repository: &Repository, context: i64) -> Result<String, Failure> {
    let context = width(context)?;
    let index = Index::read(repository)?;
    let head = match revision::head_commit(repository)? {
        Some(oid) => Some(repository.store.commit(&oid)?.tree),
        None => None,
    };
    let changes = tree::staged(repository, &index, head)?;
    let changes = rename::detect(repository, changes)?;
    let patch = patch::patch(repository, &changes, full(context))?;
    Ok(answer("Staged changes:", patch))
}

/// `git_diff`.
pub fn diff(repository: &Repository, target: &str, context: i64) -> Result<String, Failure> {
    no_option("target", target)?;
    let object = revision::resolve(repository, target)?;
    let context = width(context)?;
    let peeled = revision::follow_tags(repository, object)?;
    if peeled.kind == Kind::Blob {
        return Err(Failure(format!(
            "'{target}' is a file's content, and only a commit or a tree can be compared with the working tree; use git_show to see it"
        )));
    }
    needs_tree(repository, &format!("diff --unified={context} {target}"))?;
    let index = Index::read(repository)?;
    let changes = tree::against(repository, &index, revision::tree(repository, peeled)?)?;
    let changes = rename::detect(repository, changes)?;
    let patch = patch::patch(repository, &changes, full(context))?;
    Ok(answer(&format!("Diff with {target}:"), patch))
}

/// `git_log`.
pub fn log(
    repository: &Repository,
    count: i64,
    since: Option<&str>,
    until: Option<&str>,
) -> Result<String, Failure> {
    let bound = |name: &str, text: Option<&str>| match text.filter(|text| !text.is_empty()) {
        Some(text) if text.starts_with('-') => Err(Failure(format!(
            "Invalid {name}: '{text}' - cannot start with '-'"
        ))),
        Some(text) => Ok(Some(calendar::parse(text, clock::now()))),
        None => Ok(None),
    };
    let bounds = walk::Bounds {
        count: usize::try_from(count).ok(),
        since: bound("start_timestamp", since)?,
        until: bound("end_timestamp", until)?,
    };
    let (name, head) = repository.refs.follow("HEAD")?;
    let head = head.ok_or_else(|| Failure(format!("Reference at '{name}' does not exist")))?;
    let mut text = String::from("Commit history:\n");
    for (at, (oid, commit)) in walk::log(repository, head, bounds)?.iter().enumerate() {
        if at > 0 {
            text.push('\n');
        }
        text.push_str(&format!(
            "Commit: {oid}\nAuthor: {}\nDate: {}\nMessage: {}\n",
            commit.decoded(&commit.author.name),
            calendar::python(&commit.author),
            commit.text()
        ));
    }
    Ok(text)
}

/// `git_show`.
pub fn show(repository: &Repository, name: &str) -> Result<String, Failure> {
    no_option("revision", name)?;
    let object = revision::resolve(repository, name)?;
    match object.kind {
        Kind::Blob => {
            let blob = repository.store.blob(&object.oid)?;
            Ok(String::from_utf8_lossy(&blob).into_owned())
        }
        Kind::Tree => listing(repository, object.oid),
        Kind::Commit | Kind::Tag => {
            let peeled = revision::follow_tags(repository, object)?;
            if peeled.kind != Kind::Commit {
                return Err(Failure(format!(
                    "'{name}' is a tag of a {}, which has no history; name it as {name}^{{{}}}",
                    peeled.kind.word(),
                    peeled.kind.word()
                )));
            }
            commit(repository, peeled)
        }
    }
}

fn listing(repository: &Repository, tree: Oid) -> Result<String, Failure> {
    let bytes = repository.store.tree(&tree)?;
    let line = |entry: &crate::object::Entry<'_>| {
        let slash = if entry.mode == Mode::TREE { "/" } else { "" };
        format!("{}{slash}", String::from_utf8_lossy(entry.name))
    };
    let entries = store::entries(&tree, &bytes)?;
    Ok(entries.iter().map(line).collect::<Vec<_>>().join("\n"))
}

fn commit(repository: &Repository, named: Named) -> Result<String, Failure> {
    let commit = repository.store.commit(&named.oid)?;
    let mut text = format!(
        "commit {}\nAuthor: {} <{}>\nDate:   {}\n\n",
        named.oid,
        commit.decoded(&commit.author.name),
        commit.decoded(&commit.author.email),
        calendar::iso(&commit.author)
    );
    for line in commit.text().trim_end_matches('\n').split('\n') {
        text.push_str("    ");
        text.push_str(line);
        text.push('\n');
    }
    let parent = match commit.parents.first() {
        Some(parent) => Some(repository.store.commit(parent)?.tree),
        None => None,
    };
    let changes = tree::trees(repository, parent, Some(commit.tree))?;
    let changes = rename::detect(repository, changes)?;
    let style = Style {
        context: 3,
        brief: true,
    };
    let patch = patch::patch(repository, &changes, style)?;
    text.push_str(&String::from_utf8_lossy(&patch));
    Ok(text)
}

/// `git_branch`.
pub fn branch(
    repository: &Repository,
    kind: &str,
    contains: Option<&str>,
    not_contains: Option<&str>,
) -> Result<String, Failure> {
    for (name, value) in [("contains", contains), ("not_contains", not_contains)] {
        no_option(&format!("{name} value"), value.unwrap_or_default())?;
    }
    let (local, remote, option) = match kind {
        "local" => (true, false, ""),
        "remote" => (false, true, "-r "),
        "all" => (true, true, "-a "),
        other => return Err(Failure(format!("Invalid branch type: {other}"))),
    };
    let mut command = format!("branch {option}");
    for (flag, value) in [("--contains", contains), ("--no-contains", not_contains)] {
        if let Some(value) = value {
            command.push_str(&format!("{flag} {value} "));
        }
    }
    let command = command.strip_suffix(' ').unwrap_or(&command);
    let wanted = |value: Option<&str>| -> Result<Option<Oid>, Failure> {
        let Some(value) = value else {
            return Ok(None);
        };
        let refuse = |words: String| Failure::command(129, command, &words);
        let object = revision::resolve(repository, value)
            .and_then(|object| revision::follow_tags(repository, object))
            .map_err(|_| refuse(format!("error: malformed object name {value}")))?;
        match object.kind {
            Kind::Commit => Ok(Some(object.oid)),
            kind => Err(refuse(format!(
                "error: object {} is a {}, not a commit\nerror: no such commit {value}",
                object.oid,
                kind.word()
            ))),
        }
    };
    let (with, without) = (wanted(contains)?, wanted(not_contains)?);
    let passes = |oid: Oid| -> Result<bool, Failure> {
        Ok(match with {
            Some(wanted) => walk::contains(repository, oid, wanted)?,
            None => true,
        } && match without {
            Some(unwanted) => !walk::contains(repository, oid, unwanted)?,
            None => true,
        })
    };
    let mut lines: Vec<String> = Vec::new();
    let head = revision::head_target(repository)?;
    let current = match &head {
        Target::Symbolic(name) => Some(name.as_str()),
        Target::Object(_) => None,
    };
    if let (true, Target::Object(oid)) = (local, &head)
        && passes(*oid)?
    {
        let state = status::detached(repository, *oid)?;
        lines.push(format!(
            "* ({})",
            state.unwrap_or_else(|| String::from("no branch"))
        ));
    }
    let elsewhere = elsewhere(repository);
    let remotes = if local { "remotes/" } else { "" };
    for (wanted, prefix, shown) in [
        (local, "refs/heads/", ""),
        (remote, "refs/remotes/", remotes),
    ] {
        if !wanted {
            continue;
        }
        for (full, target) in repository.refs.list(prefix)? {
            let Some(oid) = repository.refs.resolve(&full)? else {
                continue;
            };
            if !passes(oid)? {
                continue;
            }
            let mark = if current == Some(full.as_str()) {
                '*'
            } else if elsewhere.contains(&full) {
                '+'
            } else {
                ' '
            };
            let mut line = format!("{mark} {shown}{}", &full[prefix.len()..]);
            if let Target::Symbolic(name) = target {
                line.push_str(&format!(
                    " -> {}",
                    name.strip_prefix(prefix).unwrap_or(&name)
                ));
            }
            lines.push(line);
        }
    }
    Ok(lines.join("\n"))
}

/// The branches that other working trees of the repository have checked out.
pub fn elsewhere(repository: &Repository) -> Vec<String> {
    let mut heads = Vec::new();
    let mut look = |folder: Vec<u8>| {
        if folder != repository.git_dir {
            let head = crate::disk::read_small(&crate::disk::join(&folder, b"HEAD"), 4096);
            let head = head.ok().flatten().unwrap_or_default();
            if let Some(name) = String::from_utf8_lossy(&head).strip_prefix("ref:") {
                heads.push(name.trim().to_owned());
            }
        }
    };
    let folder = crate::disk::join(&repository.common_dir, b"worktrees");
    let entries = crate::disk::entries(&folder).unwrap_or_default();
    if !entries.is_empty() && repository.config.flag("core.bare") != Some(true) {
        look(repository.common_dir.clone());
    }
    for (name, _) in entries {
        look(crate::disk::join(&folder, &name));
    }
    heads
}

/// Refuses what a command line would take for an option.
pub fn no_option(name: &str, value: &str) -> Result<(), Failure> {
    if value.starts_with('-') {
        return Err(Failure(format!(
            "Invalid {name}: '{value}' - cannot start with '-'"
        )));
    }
    Ok(())
}

/// Refuses a bare repository, in git's words.
pub fn needs_tree(repository: &Repository, command: &str) -> Result<(), Failure> {
    match repository.work_tree() {
        Ok(_) => Ok(()),
        Err(_) => Err(Failure::command(
            128,
            command,
            "fatal: this operation must be run in a work tree",
        )),
    }
}

fn width(context: i64) -> Result<usize, Failure> {
    if context < 0 {
        return Err(Failure(format!(
            "context_lines is {context}; give 0 or more"
        )));
    }
    Ok(usize::try_from(context.min(WIDEST)).unwrap_or(usize::MAX / 4))
}

fn full(context: usize) -> Style {
    Style {
        context,
        brief: false,
    }
}

/// A heading and what a command printed, without its last line end.
fn answer(heading: &str, printed: Vec<u8>) -> String {
    let printed = printed.strip_suffix(b"\n").unwrap_or(&printed);
    format!("{heading}\n{}", String::from_utf8_lossy(printed))
}
