//! Which paths a call may touch: a requested path becomes a real one inside the allowed directories, or a refusal.

use std::borrow::Cow;

use crate::disk::{self, Directory, Kind};
use crate::failure::{Failure, Fault};
use crate::lexical;
use crate::unicode::decomposed;

// As many as Linux follows in one path.
const MAX_LINKS: usize = 40;

/// The directories that the tools may touch.
#[derive(Debug)]
pub struct Allowed {
    /// As given, and where that differs also with its links resolved.
    directories: Vec<String>,
    home: Option<String>,
}

/// Where a path really leads.
#[derive(Debug, PartialEq, Eq)]
enum Refusal {
    /// A component on the way is missing.
    Missing,
    /// A link leads to this place, outside.
    Outside(String),
    /// The system refused.
    Fault(Fault),
}

impl Allowed {
    /// The directories that the program's arguments name; a component without arguments may use all that it was granted.
    ///
    /// What is not an accessible directory is left out.
    pub fn new(arguments: &[String], current: &str, home: Option<String>) -> Allowed {
        let named: Vec<String> = if arguments.is_empty() {
            disk::granted()
        } else {
            arguments
                .iter()
                .map(|argument| lexical::resolve(current, &expand(argument, home.as_deref())))
                .collect()
        };
        let mut directories = Vec::new();
        for path in named {
            let real = match disk::real(&path) {
                Some(Ok(real)) => real,
                Some(Err(_)) => continue,
                None => path.clone(),
            };
            if disk::stat(&real).is_ok_and(|stat| stat.kind == Kind::Directory) {
                if real != path {
                    directories.push(path);
                }
                directories.push(real);
            }
        }
        Allowed { directories, home }
    }

    /// The directories, in the order of the arguments.
    pub fn directories(&self) -> &[String] {
        &self.directories
    }

    /// Whether a normalised path lies in an allowed directory.
    fn contains(&self, path: &str) -> bool {
        self.directories
            .iter()
            .any(|directory| lexical::within(path, directory))
    }

    fn list(&self) -> String {
        self.directories.join(", ")
    }

    /// The real path of what a client asked for; every link in it is resolved and nothing of it lies outside.
    ///
    /// What does not exist yet has the path that it would get.
    pub fn resolve(&self, requested: &str) -> Result<String, Failure> {
        let expanded = expand(requested, self.home.as_deref());
        if lexical::has_drive(&expanded) {
            return Err(Failure(format!(
                "Access denied - Windows-style path received on a POSIX host: {requested}"
            )));
        }
        // a home that is not known lies outside like any other
        let homeless = expanded == "~" || expanded.starts_with("~/");
        let absolute = if homeless {
            expanded.into_owned()
        } else {
            self.absolute(&expanded)
        };
        if !self.contains(&absolute) {
            return Err(Failure(format!(
                "Access denied - path outside allowed directories: {absolute} not in {}",
                self.list()
            )));
        }
        match self.real(&absolute) {
            Ok(real) => Ok(real),
            Err(Refusal::Missing) => self.not_yet(&absolute),
            Err(refusal) => Err(self.refused(refusal, &absolute)),
        }
    }

    /// Does `operation` on the real path of what a client asked for.
    ///
    /// Where the host confines a guest, the path is first tried as it was asked for, which saves a host call for each of its components;
    /// only what fails there is resolved and tried again, for the sake of an answer that says why. `operation` must bear being repeated.
    pub fn on<T>(
        &self,
        requested: &str,
        operation: impl Fn(&str) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        if let Some(path) = self.direct(requested)
            && let Ok(answer) = operation(&path)
        {
            return Ok(answer);
        }
        operation(&self.resolve(requested)?)
    }

    /// The path as it was asked for, if it lies inside and the host keeps every link inside.
    ///
    /// Not beyond ASCII: there an existing name in another Unicode form has to be found before one is made.
    pub fn direct(&self, requested: &str) -> Option<String> {
        let expanded = expand(requested, self.home.as_deref());
        if lexical::has_drive(&expanded) || expanded.starts_with('~') || !expanded.is_ascii() {
            return None;
        }
        let absolute = self.absolute(&expanded);
        (self.contains(&absolute) && disk::confines(&absolute, &self.directories))
            .then_some(absolute)
    }

    fn refused(&self, refusal: Refusal, path: &str) -> Failure {
        match refusal {
            Refusal::Outside(target) => Failure(format!(
                "Access denied - symlink target outside allowed directories: {target} not in {}",
                self.list()
            )),
            Refusal::Fault(fault) => fault.at("realpath", path),
            Refusal::Missing => Failure(format!(
                "Parent directory does not exist: {}",
                lexical::parent(path)
            )),
        }
    }

    /// A relative path belongs to the first allowed directory in which it stays inside.
    fn absolute(&self, path: &str) -> String {
        if path.starts_with('/') {
            return lexical::normalise(path);
        }
        let mut candidates = self
            .directories
            .iter()
            .map(|base| lexical::resolve(base, path));
        let first = candidates
            .next()
            .unwrap_or_else(|| lexical::resolve("/", path));
        if self.contains(&first) {
            return first;
        }
        candidates
            .find(|candidate| self.contains(candidate))
            .unwrap_or(first)
    }

    /// Whether a link inside an allowed directory leads to something that exists and may be seen.
    pub fn shows(&self, path: &str) -> bool {
        self.real(path).is_ok()
    }

    fn real(&self, path: &str) -> Result<String, Refusal> {
        match disk::real(path) {
            Some(Ok(real)) if self.contains(&real) => Ok(real),
            Some(Ok(real)) => Err(Refusal::Outside(real)),
            Some(Err(Fault::Missing)) => Err(Refusal::Missing),
            Some(Err(fault)) => Err(Refusal::Fault(fault)),
            None => self.walk(path),
        }
    }

    /// Resolves links one by one, for a guest, to whom the host shows only what lies inside.
    fn walk(&self, path: &str) -> Result<String, Refusal> {
        let mut pending: Vec<Cow<'_, str>> = path.rsplit('/').map(Cow::Borrowed).collect();
        let mut current = String::from("/");
        let mut links = 0;
        while let Some(part) = pending.pop() {
            match &*part {
                "" | "." => continue,
                ".." => {
                    current.truncate(lexical::parent(&current).len());
                    continue;
                }
                _ => {}
            }
            let next = lexical::join(&current, &part);
            // what lies above an allowed directory cannot be seen, and the host resolved it when it granted the directory
            let hidden = !self.contains(&next) || self.directories.contains(&next);
            let kind = if hidden {
                Kind::Directory
            } else {
                look(&next)?
            };
            if kind != Kind::Link {
                if kind != Kind::Directory && !pending.is_empty() {
                    return Err(Refusal::Fault(Fault::NotDirectory));
                }
                current = next;
                continue;
            }
            links += 1;
            if links > MAX_LINKS {
                return Err(Refusal::Fault(Fault::Loop));
            }
            let target = match disk::read_link(&next) {
                Ok(target) => target,
                // an absolute target, which a host keeps to itself
                Err(Fault::NotPermitted) => return Err(Refusal::Outside(next)),
                Err(fault) => return Err(Refusal::Fault(fault)),
            };
            if target.starts_with('/') {
                current.truncate(1);
            }
            pending.extend(target.rsplit('/').map(|part| Cow::Owned(part.to_owned())));
        }
        if self.contains(&current) {
            Ok(current)
        } else {
            Err(Refusal::Outside(current))
        }
    }

    /// The path of something that does not exist: existing components are taken as they are, or in an equivalent Unicode form.
    fn not_yet(&self, absolute: &str) -> Result<String, Failure> {
        let base = self
            .directories
            .iter()
            .filter(|directory| lexical::within(absolute, directory))
            .max_by_key(|directory| directory.len())
            .ok_or_else(|| self.refused(Refusal::Missing, absolute))?;
        let refuse = |refusal| self.refused(refusal, absolute);
        let mut current = self.real(base).map_err(refuse)?;
        let mut parts = absolute[base.len()..]
            .split('/')
            .filter(|part| !part.is_empty());
        while let Some(part) = parts.next() {
            let exact = lexical::join(&current, part);
            let found = match disk::look(&exact) {
                Ok(_) => Some(exact),
                Err(Fault::Missing) => equivalent(&current, part)?,
                Err(fault) => return Err(fault.at("scandir", &current)),
            };
            let Some(found) = found else {
                current = lexical::join(&current, part);
                for part in parts {
                    current = lexical::join(&current, part);
                }
                return Ok(current);
            };
            current = self.real(&found).map_err(refuse)?;
        }
        Ok(current)
    }
}

fn look(path: &str) -> Result<Kind, Refusal> {
    disk::look(path).map_err(|fault| match fault {
        Fault::Missing => Refusal::Missing,
        fault => Refusal::Fault(fault),
    })
}

/// The entry of `directory` whose name is the same text as `part` in another Unicode form.
fn equivalent(directory: &str, part: &str) -> Result<Option<String>, Failure> {
    if part.is_ascii() {
        return Ok(None);
    }
    let entries = Directory::open(directory)
        .and_then(|directory| directory.entries())
        .map_err(|fault| fault.at("scandir", directory))?;
    let wanted = decomposed(part);
    let mut matches = entries
        .iter()
        .filter(|entry| !entry.name.is_ascii() && decomposed(&entry.name) == wanted);
    let first = matches.next();
    if matches.next().is_some() {
        return Err(Failure(format!("Ambiguous Unicode path component: {part}")));
    }
    Ok(first.map(|entry| lexical::join(directory, &entry.name)))
}

/// The path with a leading `~` replaced by the home directory, where there is one.
fn expand<'a>(path: &'a str, home: Option<&str>) -> Cow<'a, str> {
    match (path.strip_prefix('~'), home) {
        (Some(rest), Some(home)) if rest.is_empty() || rest.starts_with('/') => {
            Cow::Owned(lexical::normalise(&format!("{home}/{rest}")))
        }
        _ => Cow::Borrowed(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    /// What a guest works out link by link is what the system says of the same path.
    #[test]
    fn the_walk_of_a_guest_ends_where_the_system_ends() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = folder.path().canonicalize().expect("it exists");
        let root = root.to_str().expect("its name is text");
        let at = |path: &str| format!("{root}/{path}");
        fs::create_dir_all(at("in/a/b")).expect("a folder");
        fs::create_dir_all(at("out")).expect("a folder");
        for file in ["in/f", "in/a/f", "in/a/b/f", "out/f", "in-not/f"] {
            let _ = fs::create_dir_all(at(lexical::parent(file)));
            fs::write(at(file), file).expect("a file");
        }
        let links = [
            ("in/l", "f"),
            ("in/a/up", "../f"),
            ("in/dir", "a/b"),
            ("in/a/b/top", "../.."),
            ("in/ll", "dir/top/l"),
            ("in/abs", &at("in/a/f")),
            ("in/dot", "./a/./b/../f"),
            ("in/out", "../out/f"),
            ("in/outdir", "../out"),
            ("in/absout", &at("out/f")),
            ("in/again", "../in/a"),
            ("in/broken", "none"),
            ("in/one", "two"),
            ("in/two", "one"),
            ("in/me", "me"),
            ("in/not", "../in-not/f"),
            ("in/slash", "a/"),
            ("in/fslash", "f/"),
        ];
        for (link, target) in links {
            symlink(target, at(link)).expect("a link");
        }
        let allowed = Allowed::new(&[at("in")], "/", None);
        let mut paths: Vec<String> = links.iter().map(|(link, _)| at(link)).collect();
        for path in [
            "in",
            "in/f",
            "in/f/x",
            "in/none",
            "in/none/x",
            "in/dir/f",
            "in/dir/top/a/f",
            "in/again/b/f",
            "in/outdir/f",
            "in/outdir/none",
            "in/l/x",
            "in/one/x",
            "in/slash/f",
            "in/a/b/top/l",
        ] {
            paths.push(at(path));
        }
        for path in paths {
            let (walked, real) = (allowed.walk(&path), allowed.real(&path));
            // what lies outside is not looked at, and may be missing
            let outside = matches!(walked, Err(Refusal::Outside(_)));
            assert!(
                walked == real || outside && real == Err(Refusal::Missing),
                "{path}: {walked:?} {real:?}"
            );
        }
    }

    #[test]
    fn an_allowed_directory_that_is_a_link_counts_under_both_names() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = folder.path().canonicalize().expect("it exists");
        let at = |path: &str| root.join(path).to_str().expect("text").to_owned();
        fs::create_dir(at("real")).expect("a folder");
        fs::write(at("real/f"), "").expect("a file");
        symlink("real", at("link")).expect("a link");
        let allowed = Allowed::new(&[at("link"), at("none"), at("real/f")], "/", None);
        assert_eq!(allowed.directories(), [at("link"), at("real")]);
        assert_eq!(allowed.resolve(&at("link/f")), Ok(at("real/f")));
        assert_eq!(allowed.resolve(&at("real/f")), Ok(at("real/f")));
        assert_eq!(allowed.resolve(&at("link/new/x")), Ok(at("real/new/x")));
    }
}
