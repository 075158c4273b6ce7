//! The files of the repository, as git sees them, held in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Files larger than this are data; no rule reads them.
const LARGEST: u64 = 4 << 20;

/// Paths relative to the root, with `/`, to the text; files that are not text are left out.
#[derive(Debug, Default)]
pub struct Tree {
    texts: BTreeMap<String, String>,
    paths: BTreeSet<String>,
}

impl Tree {
    /// Everything that git tracks below `root`, or would after `git add`.
    ///
    /// # Errors
    /// When git is not there, or this is not a repository of its.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place of this crate that asks git"
    )]
    pub fn tracked(root: &Path) -> Result<Self, String> {
        let mut git = std::process::Command::new("git");
        git.arg("-C").arg(root).args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ]);
        let output = git
            .output()
            .map_err(|error| format!("`git ls-files` could not be started: {error}"))?;
        if !output.status.success() {
            return Err(format!(
                "`git ls-files` failed: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            ));
        }
        let mut tree = Self::default();
        for name in String::from_utf8_lossy(&output.stdout)
            .split('\0')
            .filter(|name| !name.is_empty())
        {
            let path = root.join(name);
            // A tracked file that was removed and not yet committed is none.
            let Ok(meta) = path.symlink_metadata() else {
                continue;
            };
            tree.paths.insert(name.to_owned());
            if !meta.is_file() || meta.len() > LARGEST {
                continue;
            }
            if let Ok(text) = std::fs::read_to_string(&path) {
                tree.texts.insert(name.to_owned(), text);
            }
        }
        Ok(tree)
    }

    /// A tree of these files.
    pub fn planted(files: &[(&str, &str)]) -> Self {
        let texts: BTreeMap<_, _> = files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
            .collect();
        Self {
            paths: texts.keys().cloned().collect(),
            texts,
        }
    }

    /// The text of one file.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// Whether there is such a file, text or not.
    pub fn holds(&self, path: &str) -> bool {
        self.paths.contains(path)
    }

    /// Every text file.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Text files with one of these endings (without the dot).
    pub fn ending(&self, endings: &[&str]) -> impl Iterator<Item = (&str, &str)> {
        self.texts().filter(move |(path, _)| {
            Path::new(path)
                .extension()
                .is_some_and(|end| endings.iter().any(|wanted| end == *wanted))
        })
    }

    /// The names of the folders directly below a folder; the root is the empty string.
    pub fn folders_in(&self, folder: &str) -> BTreeSet<String> {
        let prefix = if folder.is_empty() {
            String::new()
        } else {
            format!("{folder}/")
        };
        let below = self
            .paths
            .iter()
            .filter_map(|path| path.strip_prefix(&prefix)?.split_once('/'));
        below.map(|(name, _)| name.to_owned()).collect()
    }

    /// The folders that hold a `Cargo.toml` of a package, without the root.
    pub fn packages(&self) -> impl Iterator<Item = &str> {
        self.texts().filter_map(|(path, text)| {
            path.strip_suffix("/Cargo.toml")
                .filter(|_| text.lines().any(|line| line.trim() == "[package]"))
        })
    }
}
