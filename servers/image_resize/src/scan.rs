//! Finds image files in a folder: sorted, bounded, and never through a link to a folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::fault::Fault;
use crate::limit;

/// Extensions that are looked for when none are named.
pub const EXTENSIONS: [&str; 7] = ["jpg", "jpeg", "png", "gif", "bmp", "webp", "tiff"];

/// An image file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The folder's path as given, and the way below it.
    pub path: String,
    /// Size of the file.
    pub bytes: u64,
}

/// Lists files by extension, in any case and with or without its dot.
///
/// A link to a file counts as the file; a link to a folder is not entered, so that there are no loops. Folders below that cannot be
/// read are passed over.
///
/// # Errors
/// When the folder is not there or cannot be read, or holds more than [`limit::ENTRIES`] entries.
pub fn scan(directory: &str, extensions: &[String], recursive: bool) -> Result<Vec<Found>, Fault> {
    let about = fs::metadata(directory)
        .map_err(|_| Fault::File(format!("Directory not found: {directory}")))?;
    if !about.is_dir() {
        return Err(Fault::File(format!("'{directory}' is not a directory")));
    }
    let wanted: Vec<String> = extensions
        .iter()
        .map(|e| e.trim_start_matches('.').to_ascii_lowercase())
        .collect();
    let mut walk = Walk {
        wanted,
        recursive,
        seen: 0,
        found: BTreeMap::new(),
    };
    walk.folder(directory, 0)?;
    let found = walk.found.into_iter();
    Ok(found.map(|(path, bytes)| Found { path, bytes }).collect())
}

struct Walk {
    wanted: Vec<String>,
    recursive: bool,
    seen: usize,
    found: BTreeMap<String, u64>,
}

impl Walk {
    fn folder(&mut self, path: &str, depth: usize) -> Result<(), Fault> {
        let entries = match fs::read_dir(path) {
            Ok(entries) => entries,
            Err(error) if depth == 0 => {
                return Err(Fault::File(format!("cannot read '{path}': {error}")));
            }
            Err(_) => return Ok(()),
        };
        for entry in entries.flatten() {
            self.seen += 1;
            if self.seen > limit::ENTRIES {
                return Err(Fault::Request(format!(
                    "more than {} entries below '{path}'; scan a smaller folder",
                    limit::ENTRIES
                )));
            }
            let (Ok(kind), name) = (entry.file_type(), entry.file_name()) else {
                continue;
            };
            // Names that are not Unicode could not be given back to any tool.
            let Some(name) = name.to_str() else { continue };
            let below = format!("{}/{name}", path.trim_end_matches('/'));
            if kind.is_dir() {
                if self.recursive && depth < limit::DEPTH {
                    self.folder(&below, depth + 1)?;
                }
            } else if self.matches(name) {
                // Follows a link, and fails where it leads out of what is granted.
                if let Ok(about) = fs::metadata(&below)
                    && about.is_file()
                {
                    self.found.insert(below, about.len());
                }
            }
        }
        Ok(())
    }

    fn matches(&self, name: &str) -> bool {
        let extension = Path::new(name).extension().and_then(|e| e.to_str());
        extension.is_some_and(|e| self.wanted.iter().any(|w| w.eq_ignore_ascii_case(e)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(directory: &Path, extensions: &[&str], recursive: bool) -> Vec<String> {
        let extensions: Vec<_> = extensions.iter().map(|e| (*e).to_owned()).collect();
        let directory = directory.to_str().expect("a temporary path");
        scan(directory, &extensions, recursive)
            .expect("readable")
            .into_iter()
            .map(|f| f.path[directory.len() + 1..].to_owned())
            .collect()
    }

    fn tree() -> tempfile::TempDir {
        let root = tempfile::tempdir().expect("temporary folder");
        for file in [
            "b.JPG",
            "a.png",
            "deep/er/c.webp",
            "notes.txt",
            "jpg",
            ".png",
        ] {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().expect("below the root")).expect("folder");
            fs::write(path, b"four").expect("file");
        }
        root
    }

    #[test]
    fn files_are_found_by_extension_and_sorted() {
        let root = tree();
        assert_eq!(
            names(root.path(), &EXTENSIONS, true),
            ["a.png", "b.JPG", "deep/er/c.webp"]
        );
        assert_eq!(names(root.path(), &EXTENSIONS, false), ["a.png", "b.JPG"]);
        assert_eq!(names(root.path(), &["jpg"], true), ["b.JPG"]);
        assert_eq!(names(root.path(), &[".PNG"], true), ["a.png"]);
        assert!(names(root.path(), &[], true).is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn links_to_folders_are_not_entered_and_links_to_files_count() {
        let root = tree();
        std::os::unix::fs::symlink(root.path(), root.path().join("deep/loop")).expect("link");
        std::os::unix::fs::symlink(root.path().join("a.png"), root.path().join("z.png"))
            .expect("link");
        std::os::unix::fs::symlink("nowhere", root.path().join("dead.png")).expect("link");
        assert_eq!(
            names(root.path(), &EXTENSIONS, true),
            ["a.png", "b.JPG", "deep/er/c.webp", "z.png"]
        );
    }

    #[test]
    fn what_is_no_folder_is_refused() {
        let root = tree();
        let file = root.path().join("a.png");
        assert!(scan(file.to_str().expect("a temporary path"), &[], true).is_err());
        let error = scan("/no/such/folder", &[], true).expect_err("missing");
        assert!(
            error
                .to_string()
                .starts_with("Directory not found: /no/such/folder")
        );
    }
}
