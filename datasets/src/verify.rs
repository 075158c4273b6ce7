//! Checking a data set against its manifest.
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use crate::manifest::{Entry, FORMAT, GENERATOR, MANIFEST, Manifest, digest_of_all, named};

/// Most bytes of a manifest that are read: ours has half a megabyte.
const MANIFEST_LIMIT: u64 = 16 << 20;

/// Why a folder is not the data set that it says it is.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// No manifest, or one that cannot be read.
    #[error("{} has no usable {MANIFEST} ({reason}). Write the data set anew: cargo run -p dataset -- generate DIR", folder.display())]
    Manifest {
        /// The folder that was named.
        folder: PathBuf,
        /// What is wrong with the manifest.
        reason: String,
    },
    /// Made by another version of the generator, so that the committed right answers do not belong to it.
    #[error(
        "the data set was written by generator {found}, and this is generator {GENERATOR}. Write it anew: cargo run -p dataset -- generate DIR"
    )]
    Generator {
        /// The version in the manifest.
        found: String,
    },
    /// Files that are missing, changed, or not in the manifest.
    #[error(
        "{count} of the data set's files differ; the first is {path} ({how}). Write the data set anew: cargo run -p dataset -- generate DIR"
    )]
    Differs {
        /// The first file, in the manifest's order.
        path: String,
        /// `missing`, `changed` or `not in the manifest`.
        how: &'static str,
        /// How many differ.
        count: usize,
    },
    /// The operating system refused.
    #[error("cannot read {}: {source}. See to it that you may read the data set", path.display())]
    Io {
        /// What could not be read.
        path: PathBuf,
        /// The system's own reason.
        source: io::Error,
    },
}

/// Reads every file below `folder` and compares it with the manifest. Symbolic links are not followed: a link is a changed file.
pub fn verify(folder: &Path) -> Result<Manifest, VerifyError> {
    let manifest = read_manifest(folder)?;
    if manifest.generator != GENERATOR {
        return Err(VerifyError::Generator {
            found: manifest.generator,
        });
    }
    let mut first = None;
    let mut count = 0;
    for entry in &manifest.files {
        if let Some(how) = compare(folder, entry)? {
            first.get_or_insert_with(|| (entry.path.clone(), how));
            count += 1;
        }
    }
    if let Some(path) = foreign(folder, &manifest)? {
        first.get_or_insert((path, "not in the manifest"));
        count += 1;
    }
    match first {
        None => Ok(manifest),
        Some((path, how)) => Err(VerifyError::Differs { path, how, count }),
    }
}

fn compare(folder: &Path, entry: &Entry) -> Result<Option<&'static str>, VerifyError> {
    let path = folder.join(&entry.path);
    let io = |source| VerifyError::Io {
        path: path.clone(),
        source,
    };
    let found = match fs::symlink_metadata(&path) {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            return Ok(Some("missing"));
        }
        other => other.map_err(io)?,
    };
    if !found.is_file() || found.len() != entry.bytes || !permitted(&found, entry.executable) {
        return Ok(Some("changed"));
    }
    let mut hasher = blake3::Hasher::new();
    hasher
        .update_reader(File::open(&path).map_err(io)?)
        .map_err(io)?;
    Ok((named(&hasher.finalize()) != entry.digest).then_some("changed"))
}

/// Whether the file may be run exactly if the manifest says so.
#[cfg(unix)]
fn permitted(found: &fs::Metadata, executable: bool) -> bool {
    use std::os::unix::fs::PermissionsExt;
    (found.permissions().mode() & 0o100 != 0) == executable
}

#[cfg(not(unix))]
fn permitted(_: &fs::Metadata, _: bool) -> bool {
    true
}

/// Reads and checks the manifest alone. Its paths cannot lead out of the folder.
pub(crate) fn read_manifest(folder: &Path) -> Result<Manifest, VerifyError> {
    let unusable = |reason: String| VerifyError::Manifest {
        folder: folder.to_owned(),
        reason,
    };
    let path = folder.join(MANIFEST);
    // opening a pipe would wait for its writer
    match fs::symlink_metadata(&path) {
        Ok(found) if !found.is_file() => return Err(unusable("it is not a plain file".to_owned())),
        Ok(_) => {}
        Err(error) => return Err(unusable(error.to_string())),
    }
    let file = File::open(path).map_err(|error| unusable(error.to_string()))?;
    let mut json = Vec::new();
    file.take(MANIFEST_LIMIT)
        .read_to_end(&mut json)
        .map_err(|error| unusable(error.to_string()))?;
    let manifest: Manifest =
        serde_json::from_slice(&json).map_err(|error| unusable(error.to_string()))?;
    if manifest.format != FORMAT {
        return Err(unusable(format!(
            "its form is {}, and {FORMAT} is read here",
            manifest.format
        )));
    }
    for Entry { path, .. } in &manifest.files {
        if path.is_empty()
            || !Path::new(path)
                .components()
                .all(|part| matches!(part, Component::Normal(_)))
        {
            return Err(unusable(format!(
                "the path {path:?} leads out of the folder"
            )));
        }
    }
    if digest_of_all(&manifest.files) != manifest.digest {
        return Err(unusable("its digest is not that of its files".to_owned()));
    }
    Ok(manifest)
}

/// The first thing in the folder that the manifest does not name.
pub(crate) fn foreign(folder: &Path, manifest: &Manifest) -> Result<Option<String>, VerifyError> {
    let mut known: BTreeMap<&Path, BTreeSet<&Path>> = BTreeMap::new();
    for name in manifest
        .files
        .iter()
        .map(|entry| entry.path.as_str())
        .chain([MANIFEST])
    {
        let mut path = Path::new(name);
        while let Some(parent) = path.parent() {
            if !known.entry(parent).or_default().insert(path) {
                break;
            }
            path = parent;
        }
    }
    // only folders that the manifest names are entered, so that the walk is as long as the manifest
    for (parent, children) in known {
        let path = folder.join(parent);
        let io = |source| VerifyError::Io {
            path: path.clone(),
            source,
        };
        if !fs::symlink_metadata(&path).is_ok_and(|found| found.is_dir()) {
            continue; // its files are reported as missing
        }
        for entry in fs::read_dir(&path).map_err(io)? {
            let relative = parent.join(entry.map_err(io)?.file_name());
            if !children.contains(relative.as_path()) {
                return Ok(Some(relative.display().to_string()));
            }
        }
    }
    Ok(None)
}
