//! Resolves what a client calls a revision: names, abbreviations, `~`, `^`, `@{…}`, `rev:path`.
//!
//! The rules and the words of each refusal are GitPython's, because the official server asks it first.

use crate::failure::{Failure, Fault};
use crate::index::Index;
use crate::object::{Commit, Kind, Mode};
use crate::oid::{Oid, Prefix};
use crate::refs::Target;
use crate::repository::Repository;
use crate::store;

/// Tags of tags are followed so far.
const DEEPEST_TAG: usize = 64;

/// An object that a revision names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its name.
    pub oid: Oid,
    /// What it is.
    pub kind: Kind,
}

/// The object that `revision` names.
pub fn resolve(repository: &Repository, revision: &str) -> Result<Named, Failure> {
    if revision.starts_with(":/") {
        return Err(search());
    }
    if let Some(spec) = revision.strip_prefix(':') {
        return in_index(repository, spec);
    }
    let Some(first) = first_token(revision) else {
        return name(repository, revision);
    };
    let mut rest = &revision[first..];
    let mut anchor = None;
    let mut object = if first == 0 {
        if !rest.starts_with('@') {
            return Err(Failure(format!(
                "Revision specifier must start with an object name: {revision}"
            )));
        }
        if !rest.starts_with("@{") {
            rest = &rest[1..];
        }
        head(repository)?
    } else if rest.starts_with('@') {
        let (full, oid) = reference(repository, &revision[..first])?;
        anchor = Some(full);
        to_commit(repository, named(repository, oid)?)?
    } else {
        name(repository, &revision[..first])?
    };
    while let Some(token) = rest.chars().next() {
        match token {
            '@' => {
                let end = rest.strip_prefix("@{").and_then(closing).ok_or_else(|| {
                    if rest.starts_with("@{") {
                        Failure(format!(
                            "Missing closing brace to define type in {revision}"
                        ))
                    } else {
                        Failure(format!("Invalid @ token in revision specifier: {revision}"))
                    }
                })?;
                object = from_log(repository, anchor.take(), &rest[2..2 + end])?;
                rest = &rest[end + 3..];
            }
            ':' => return in_tree(repository, object, &rest[1..]),
            _ if rest.starts_with("^{") => {
                let end = closing(&rest[2..]).ok_or_else(|| {
                    Failure(format!(
                        "Missing closing brace to define type in {revision}"
                    ))
                })?;
                object = peel(repository, object, &rest[2..2 + end], revision)?;
                rest = &rest[end + 3..];
            }
            '~' | '^' => {
                rest = &rest[1..];
                let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
                let number = match digits {
                    0 => 1,
                    digits => rest[..digits].parse::<u64>().unwrap_or(u64::MAX),
                };
                rest = &rest[digits..];
                object = ancestor(repository, object, token, number)?.ok_or_else(|| {
                    unknown(&format!(
                        "Invalid revision spec '{revision}' - not enough parent commits to reach '{token}{number}'"
                    ))
                })?;
            }
            other => return Err(Failure(format!("Invalid token: '{other}'"))),
        }
    }
    Ok(object)
}

/// The commit that `revision` names, tags followed.
pub fn commit(repository: &Repository, revision: &str) -> Result<(Oid, Commit), Failure> {
    let named = to_commit(repository, resolve(repository, revision)?)?;
    Ok((named.oid, repository.store.commit(&named.oid)?))
}

/// The commit that HEAD leads to; `None` before the first one.
pub fn head_commit(repository: &Repository) -> Result<Option<Oid>, Failure> {
    repository.refs.resolve("HEAD")
}

/// The tree of a commit or tag, or the tree itself.
pub fn tree(repository: &Repository, object: Named) -> Result<Oid, Failure> {
    match follow_tags(repository, object)? {
        Named {
            oid,
            kind: Kind::Tree,
        } => Ok(oid),
        object => {
            let commit = to_commit(repository, object)?;
            Ok(repository.store.commit(&commit.oid)?.tree)
        }
    }
}

/// An object, tags followed to what they are of.
pub fn follow_tags(repository: &Repository, mut object: Named) -> Result<Named, Failure> {
    for _ in 0..DEEPEST_TAG {
        if object.kind != Kind::Tag {
            return Ok(object);
        }
        object = named(repository, repository.store.tag(&object.oid)?.target)?;
    }
    Err(Failure(format!(
        "the tag {} leads too far; name its target",
        object.oid
    )))
}

/// A name's sentence of refusal.
pub fn unknown(name: &str) -> Failure {
    Failure(format!("Ref '{name}' did not resolve to an object"))
}

fn head(repository: &Repository) -> Result<Named, Failure> {
    let (name, oid) = repository.refs.follow("HEAD")?;
    match oid {
        Some(oid) => to_commit(repository, named(repository, oid)?),
        None => Err(Failure(format!("Reference at '{name}' does not exist"))),
    }
}

fn search() -> Failure {
    Failure::new(
        "a search in messages is not supported; look for the commit with git_log and name its id",
    )
}

fn named(repository: &Repository, oid: Oid) -> Result<Named, Failure> {
    match repository.store.look(&oid) {
        Ok((kind, _)) => Ok(Named { oid, kind }),
        Err(Fault::Missing) => Err(Failure(format!(
            "SHA b'{oid}' could not be resolved, git returned: b'{oid} missing'"
        ))),
        Err(_) => Err(repository
            .store
            .get(&oid)
            .err()
            .unwrap_or_else(|| unknown(&oid.to_string()))),
    }
}

/// A plain name: an object's name or its beginning, a reference, or what git describe writes.
fn name(repository: &Repository, name: &str) -> Result<Named, Failure> {
    if let Some(oid) = Oid::from_hex(name.as_bytes()) {
        return named(repository, oid);
    }
    if let Some(oid) = abbreviated(repository, name)? {
        return named(repository, oid);
    }
    for full in candidates(name) {
        if let Some(oid) = repository.refs.resolve(&full)? {
            return named(repository, oid);
        }
    }
    if let Some(hex) = described(name)
        && let Some(oid) = abbreviated(repository, hex)?
    {
        return named(repository, oid);
    }
    Err(unknown(name))
}

/// A reference by any of its names: its full name and its object.
fn reference(repository: &Repository, name: &str) -> Result<(String, Oid), Failure> {
    for full in candidates(name) {
        if let Some(oid) = repository.refs.resolve(&full)? {
            return Ok((full, oid));
        }
    }
    Err(Failure(format!(
        "no reference is named '{name}'; git_branch lists those there are"
    )))
}

/// Where a short name is looked for, in git's order.
pub fn candidates(name: &str) -> [String; 6] {
    [
        name.to_owned(),
        format!("refs/{name}"),
        format!("refs/tags/{name}"),
        format!("refs/heads/{name}"),
        format!("refs/remotes/{name}"),
        format!("refs/remotes/{name}/HEAD"),
    ]
}

fn abbreviated(repository: &Repository, hex: &str) -> Result<Option<Oid>, Failure> {
    let Some(prefix) = Prefix::from_hex(hex) else {
        return Ok(None);
    };
    let found = repository.store.matching(&prefix);
    let mut found = found.map_err(|fault| fault.at(hex.as_bytes()))?;
    if found.len() > 1 {
        // Among several, git means the only commit.
        found.retain(|oid| matches!(repository.store.look(oid), Ok((Kind::Commit, _))));
    }
    Ok(found.first().copied().filter(|_| found.len() == 1))
}

/// The digits in `v1.0-3-g1234567` or `1234567-dirty`.
fn described(name: &str) -> Option<&str> {
    let clean = name.strip_suffix("-dirty");
    let at = clean.unwrap_or(name);
    match at.rfind("-g") {
        Some(dash) if dash > 0 => Some(&at[dash + 2..]),
        _ => clean,
    }
}

/// Where the first of `^`, `~`, `:`, `@` stands that is not a part of a name.
fn first_token(revision: &str) -> Option<usize> {
    let bytes = revision.as_bytes();
    bytes.iter().enumerate().find_map(|(at, byte)| {
        let next = bytes.get(at + 1);
        let token = match byte {
            b'^' | b'~' | b':' => true,
            b'@' if at == 0 => matches!(next, None | Some(b'^' | b'~' | b':' | b'{')),
            b'@' => next == Some(&b'{'),
            _ => false,
        };
        token.then_some(at)
    })
}

/// Where the brace closes that was opened before `rest`.
fn closing(rest: &str) -> Option<usize> {
    let mut depth = 1;
    let mut escaped = false;
    for (at, byte) in rest.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

fn to_commit(repository: &Repository, object: Named) -> Result<Named, Failure> {
    let object = follow_tags(repository, object)?;
    if object.kind == Kind::Commit {
        return Ok(object);
    }
    let class = if object.kind == Kind::Tree {
        "Tree"
    } else {
        "Blob"
    };
    Err(Failure(format!(
        "Cannot convert object <git.{class} \"{}\"> to type commit",
        object.oid
    )))
}

fn ancestor(
    repository: &Repository,
    object: Named,
    token: char,
    number: u64,
) -> Result<Option<Named>, Failure> {
    let mut oid = to_commit(repository, object)?.oid;
    let kind = Kind::Commit;
    if token == '^' {
        if number == 0 {
            return Ok(Some(Named { oid, kind }));
        }
        let commit = repository.store.commit(&oid)?;
        let parent = usize::try_from(number - 1).ok();
        let parent = parent.and_then(|parent| commit.parents.get(parent));
        return Ok(parent.map(|oid| Named { oid: *oid, kind }));
    }
    // Ends where the history ends, however large the number is.
    for _ in 0..number {
        match repository.store.commit(&oid)?.parents.first() {
            Some(parent) => oid = *parent,
            None => return Ok(None),
        }
    }
    Ok(Some(Named { oid, kind }))
}

fn peel(
    repository: &Repository,
    object: Named,
    wanted: &str,
    revision: &str,
) -> Result<Named, Failure> {
    let refuse = |got: Kind| {
        Failure(format!(
            "Could not accommodate requested object type '{wanted}', got {}",
            got.word()
        ))
    };
    match wanted {
        "object" => Ok(object),
        "" => follow_tags(repository, object),
        "commit" => to_commit(repository, object),
        "tree" => Ok(Named {
            oid: match object.kind {
                Kind::Tree => object.oid,
                _ => {
                    let commit = to_commit(repository, object)?;
                    repository.store.commit(&commit.oid)?.tree
                }
            },
            kind: Kind::Tree,
        }),
        "blob" => match follow_tags(repository, object)? {
            object if object.kind == Kind::Blob => Ok(object),
            object => Err(refuse(object.kind)),
        },
        "tag" if object.kind == Kind::Tag => Ok(object),
        "tag" => Err(refuse(object.kind)),
        text if text.starts_with('/') => Err(search()),
        _ => Err(Failure(format!(
            "Invalid output type: {wanted} ( in {revision} )"
        ))),
    }
}

/// `@{…}`: a place in a reference's log, the branch checked out before, or the upstream branch.
fn from_log(
    repository: &Repository,
    reference: Option<String>,
    content: &str,
) -> Result<Named, Failure> {
    let content = content.strip_prefix('+').unwrap_or(content);
    if let Some(back) = content.strip_prefix('-') {
        let invalid = || Failure(format!("Invalid previous checkout selector: {content}"));
        let back: usize = back
            .parse()
            .ok()
            .filter(|back| *back > 0)
            .ok_or_else(invalid)?;
        if reference.is_some() {
            return Err(Failure::new(
                "Previous checkout selectors do not take an explicit ref",
            ));
        }
        let log = repository.refs.log("HEAD")?.unwrap_or_default();
        let mut moved = log.iter().rev().filter_map(|line| {
            let rest = line.message.strip_prefix("checkout: moving from ")?;
            Some(rest.split(" to ").next().unwrap_or(rest))
        });
        return match moved.nth(back - 1) {
            Some(branch) => name(repository, branch),
            None => Err(invalid()),
        };
    }
    let current = || -> Result<String, Failure> {
        Ok(repository
            .refs
            .branch()?
            .unwrap_or_else(|| String::from("HEAD")))
    };
    let full = match reference {
        Some(full) => full,
        None => current()?,
    };
    if matches!(
        content.to_ascii_lowercase().as_str(),
        "u" | "upstream" | "push"
    ) {
        let short = full.strip_prefix("refs/heads/").unwrap_or(&full);
        let upstream = upstream(repository, short).map(|(full, _)| full);
        let oid = match upstream {
            Some(full) => repository.refs.resolve(&full)?,
            None => None,
        };
        let oid = oid.ok_or_else(|| unknown(&format!("{short}@{{upstream}}")))?;
        return to_commit(repository, named(repository, oid)?);
    }
    let Ok(number) = content.parse::<usize>() else {
        return Err(Failure(format!(
            "a date in '@{{{content}}}' is not supported; give the number of steps back, as in {}@{{1}}",
            full.strip_prefix("refs/heads/").unwrap_or(&full)
        )));
    };
    if number == 0 {
        let oid = repository
            .refs
            .resolve(&full)?
            .ok_or_else(|| unknown(&full))?;
        return to_commit(repository, named(repository, oid)?);
    }
    let log = repository.refs.log(&full)?.unwrap_or_default();
    let line = log.len().checked_sub(number + 1).and_then(|at| log.get(at));
    match line {
        Some(line) => named(repository, line.new),
        None => Err(Failure(format!("Invalid revlog index: {number}"))),
    }
}

/// The branch that a branch follows: its full name here, and as people write it.
pub fn upstream(repository: &Repository, branch: &str) -> Option<(String, String)> {
    let config = &repository.config;
    let merge = config.get(&format!("branch.{branch}.merge"))?;
    let remote = config.get(&format!("branch.{branch}.remote"))?;
    let full = if remote == "." {
        merge.to_owned()
    } else {
        let key = format!("remote.{remote}.fetch");
        config.all(&key).find_map(|spec| tracked(spec, merge))?
    };
    let short = ["refs/heads/", "refs/remotes/", "refs/"]
        .iter()
        .find_map(|prefix| full.strip_prefix(prefix))?
        .to_owned();
    Some((full, short))
}

/// Where a fetch rule such as `+refs/heads/*:refs/remotes/origin/*` puts a branch.
fn tracked(spec: &str, branch: &str) -> Option<String> {
    let (from, to) = spec.trim_start_matches('+').split_once(':')?;
    match from.split_once('*') {
        None => (from == branch).then(|| to.to_owned()),
        Some((before, after)) => {
            let middle = branch.strip_prefix(before)?.strip_suffix(after)?;
            Some(to.replacen('*', middle, 1))
        }
    }
}

fn in_index(repository: &Repository, spec: &str) -> Result<Named, Failure> {
    if spec.is_empty() {
        return Err(Failure::new("':' must be followed by a path"));
    }
    let (stage, path) = match spec.as_bytes() {
        [stage @ b'0'..=b'3', b':', ..] => (stage - b'0', &spec[2..]),
        _ => (0, spec),
    };
    let index = Index::read(repository)?;
    match index.get(path.as_bytes(), stage) {
        Some(entry) => named(repository, entry.oid),
        None => Err(unknown(&format!(
            "Path {} did not exist in the index at stage {stage}",
            quoted(path)
        ))),
    }
}

fn in_tree(repository: &Repository, object: Named, path: &str) -> Result<Named, Failure> {
    let mut oid = match object.kind {
        Kind::Tree => object.oid,
        _ => {
            let commit = to_commit(repository, object)?;
            repository.store.commit(&commit.oid)?.tree
        }
    };
    if path.is_empty() {
        return Ok(Named {
            oid,
            kind: Kind::Tree,
        });
    }
    // GitPython shows a key error as Python does: the sentence as a literal.
    let missing = |name: &str| {
        Failure(quoted(&format!(
            "Blob or Tree named {} not found",
            quoted(name)
        )))
    };
    let mut parts = path.split('/').peekable();
    while let Some(part) = parts.next() {
        let bytes = repository.store.tree(&oid)?;
        let entries = store::entries(&oid, &bytes)?;
        let entry = entries
            .iter()
            .find(|entry| entry.name == part.as_bytes())
            .ok_or_else(|| missing(part))?;
        if parts.peek().is_none() {
            return Ok(Named {
                oid: entry.oid,
                kind: match entry.mode {
                    Mode::TREE => Kind::Tree,
                    Mode::SUBMODULE => Kind::Commit,
                    _ => Kind::Blob,
                },
            });
        }
        if !entry.mode.is_tree() {
            return Err(missing(path));
        }
        oid = entry.oid;
    }
    Err(missing(path))
}

/// Text as a Python literal.
fn quoted(text: &str) -> String {
    let text = text
        .replace('\\', "\\\\")
        .replace('\n', "\\n")
        .replace('\t', "\\t");
    if text.contains('\'') && !text.contains('"') {
        format!("\"{text}\"")
    } else {
        format!("'{}'", text.replace('\'', "\\'"))
    }
}

/// What HEAD says: a branch that may have no commit yet, or a commit.
pub fn head_target(repository: &Repository) -> Result<Target, Failure> {
    repository.refs.read("HEAD")?.ok_or_else(|| {
        Failure::new(
            "the repository has no HEAD that can be read; write 'ref: refs/heads/main' into it",
        )
    })
}
