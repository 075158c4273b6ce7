//! Finding files and directories whose path below a root matches a pattern.

use crate::allowed::Allowed;
use crate::disk::{Directory, Entry, Kind};
use crate::failure::{Failure, Fault};
use crate::glob::Glob;

// As for a tree: more than anybody can read, less than a guest's memory.
const MOST_ENTRIES: usize = 1_000_000;
const MOST_TEXT: usize = 32 << 20;
const DEEPEST: usize = 200;

/// The full paths of what matches, one a line. Links are matched and never followed.
pub fn search(
    allowed: &Allowed,
    requested: &str,
    pattern: &str,
    exclude: &[String],
) -> Result<String, Failure> {
    let root = allowed.resolve(requested)?;
    // The official server swallows a pattern that is too long entry by entry: it finds nothing.
    let compiled = exclude
        .iter()
        .map(|pattern| Glob::new(pattern))
        .collect::<Result<Vec<_>, _>>();
    let walk = match (Glob::new(pattern), compiled) {
        (Ok(pattern), Ok(exclude)) => Walk {
            allowed,
            pattern,
            exclude,
            found: String::new(),
            seen: 0,
        },
        _ => return Ok(NOTHING.to_owned()),
    };
    walk.from(&root)
}

const NOTHING: &str = "No matches found";

struct Walk<'a> {
    allowed: &'a Allowed,
    pattern: Glob,
    exclude: Vec<Glob>,
    found: String,
    seen: usize,
}

impl Walk<'_> {
    fn from(mut self, root: &str) -> Result<String, Failure> {
        let refused = |fault: Fault| fault.at("scandir", root);
        let directory = Directory::open(root).map_err(refused)?;
        let entries = directory.entries().map_err(refused)?;
        let mut path = root.to_owned();
        let skipped = if root == "/" { 1 } else { root.len() + 1 };
        self.entries(&directory, entries, &mut path, skipped, 0)?;
        if self.found.is_empty() {
            self.found.push_str(NOTHING);
        } else {
            self.found.pop();
        }
        Ok(self.found)
    }

    fn entries(
        &mut self,
        directory: &Directory,
        entries: Vec<Entry>,
        path: &mut String,
        skipped: usize,
        depth: usize,
    ) -> Result<(), Failure> {
        self.seen += entries.len();
        if self.seen > MOST_ENTRIES || self.found.len() > MOST_TEXT || depth > DEEPEST {
            return Err(Failure(format!(
                "there is more below {path} than one search goes through; search in a part of it"
            )));
        }
        for entry in entries {
            let length = path.len();
            if !path.ends_with('/') {
                path.push('/');
            }
            path.push_str(&entry.name);
            let relative = &path[skipped..];
            let visible = (entry.kind != Kind::Link || self.allowed.shows(path))
                && !self.exclude.iter().any(|glob| glob.matches(relative));
            if visible {
                if self.pattern.matches(relative) {
                    self.found.push_str(path);
                    self.found.push('\n');
                }
                if entry.kind == Kind::Directory {
                    // what cannot be read is passed over, as the official server does
                    if let Ok(below) = directory.below(&entry.name)
                        && let Ok(entries) = below.entries()
                    {
                        self.entries(&below, entries, path, skipped, depth + 1)?;
                    }
                }
            }
            path.truncate(length);
        }
        Ok(())
    }
}
