//! The runs of a results folder: finding one by what people call it, and removing old ones.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use crate::reader::SAMPLES;
use crate::{Bytes, Listed, ReadError, Timestamp, latest, list};

/// Why no run can be told from a name.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// Nothing is called so.
    #[error(
        "there is no run {name}: it is no folder, and no run of {runs} begins or ends with it; `runs list` shows what there is"
    )]
    Unknown {
        /// What was asked for.
        name: String,
        /// Where runs are kept.
        runs: PathBuf,
    },
    /// Several are.
    #[error("{name} could be {}; give more of its name", .candidates.join(", "))]
    Several {
        /// What was asked for.
        name: String,
        /// The first of the runs that it fits.
        candidates: Vec<String>,
    },
    /// `latest` leads nowhere.
    #[error("there is no latest run in {results}; measure one first, or give its folder")]
    NoLatest {
        /// The results folder.
        results: PathBuf,
    },
    /// The runs cannot be listed.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// Why a run was not removed.
#[derive(Debug, thiserror::Error)]
pub enum RemoveError {
    /// Another process writes to it.
    #[error("{folder} is being measured; prune again when it has ended")]
    Busy {
        /// The run.
        folder: PathBuf,
    },
    /// The system does not let it go, or not all of it.
    #[error("cannot remove {path}: {source}; make its folder writable")]
    Io {
        /// The run.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

/// The folder of the run that people call so: `latest`, a folder, an id, or what only one id begins or ends with.
pub fn find(results: &Path, name: &str) -> Result<PathBuf, FindError> {
    if name == "latest" {
        return latest(results).ok_or_else(|| FindError::NoLatest {
            results: results.to_owned(),
        });
    }
    let runs = results.join("runs");
    // An id is a single name; only what looks like a path may lead elsewhere.
    if name.contains('/') && Path::new(name).is_dir() {
        return Ok(PathBuf::from(name));
    }
    let listed = list(results)?;
    let ids: Vec<(&str, &Path)> = listed
        .iter()
        .filter_map(|listed| {
            Some((
                listed.folder.file_name()?.to_str()?,
                listed.folder.as_path(),
            ))
        })
        .collect();
    if let Some((_, folder)) = ids.iter().find(|(id, _)| *id == name) {
        return Ok((*folder).to_owned());
    }
    // A part that ends inside a number would be a guess: `-1` is not `-11`.
    let end = format!("-{}", name.trim_start_matches('-'));
    let fitting: Vec<&(&str, &Path)> = ids
        .iter()
        .filter(|(id, _)| !name.is_empty() && (id.starts_with(name) || id.ends_with(&end)))
        .collect();
    match &fitting[..] {
        [(_, folder)] => Ok((*folder).to_owned()),
        [] if Path::new(name).is_dir() => Ok(PathBuf::from(name)),
        [] => Err(FindError::Unknown {
            name: name.to_owned(),
            runs,
        }),
        several => Err(FindError::Several {
            name: name.to_owned(),
            candidates: several
                .iter()
                .take(5)
                .map(|(id, _)| (*id).to_owned())
                .collect(),
        }),
    }
}

/// Which runs may go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// So many of the newest stay.
    pub keep: Option<usize>,
    /// What began at or after this stays.
    pub before: Option<Timestamp>,
    /// The run that `latest` leads to may go too.
    pub even_latest: bool,
}

/// A run that may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prunable {
    /// Its folder.
    pub folder: PathBuf,
    /// When it began.
    pub start: Timestamp,
    /// Whether it came to its end; one that did not could be resumed.
    pub whole: bool,
    /// How much its files hold.
    pub size: Bytes,
}

/// The runs that may go, the oldest first. Never one that is being measured, nor one that cannot be read: whoever wants
/// that gone should look at it first. Where nothing is limited, nothing may go.
pub fn prunable(results: &Path, retention: Retention) -> Result<Vec<Prunable>, ReadError> {
    if retention.keep.is_none() && retention.before.is_none() {
        return Ok(Vec::new());
    }
    let mut runs: Vec<(Timestamp, bool, PathBuf)> = list(results)?
        .into_iter()
        .filter_map(|Listed { folder, run }| {
            let run = run.ok()?;
            Some((run.start, run.end.is_some(), folder))
        })
        .collect();
    runs.sort();
    let last = runs.len().saturating_sub(retention.keep.unwrap_or(0));
    let latest = latest(results);
    let is_latest = |folder: &Path| {
        let folder = fs::canonicalize(folder).ok();
        folder.is_some() && folder == latest
    };
    Ok(runs
        .into_iter()
        .take(last)
        .filter(|(start, _, _)| retention.before.is_none_or(|before| *start < before))
        .filter(|(_, _, folder)| retention.even_latest || !is_latest(folder))
        .filter(|(_, _, folder)| !is_link(folder) && !is_measuring(folder))
        .map(|(start, whole, folder)| Prunable {
            size: Bytes(size(&folder)),
            folder,
            start,
            whole,
        })
        .collect())
}

/// Removes a run, unless it is being measured by now; then it says so and nothing is removed.
pub fn remove(run: &Prunable) -> Result<(), RemoveError> {
    // The lock is held while the files go, so that nobody resumes half a run.
    let _lock = lock(&run.folder).map_err(|()| RemoveError::Busy {
        folder: run.folder.clone(),
    })?;
    fs::remove_dir_all(&run.folder).map_err(|source| RemoveError::Io {
        path: run.folder.clone(),
        source,
    })
}

/// Whether another process writes to this run.
pub fn is_measuring(folder: &Path) -> bool {
    lock(folder).is_err()
}

/// The lock of a run's samples; none where there are no samples or no locks. An error if somebody else holds it.
fn lock(folder: &Path) -> Result<Option<File>, ()> {
    let Ok(file) = File::open(folder.join(SAMPLES)) else {
        return Ok(None);
    };
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(()),
        Err(TryLockError::Error(_)) => Ok(None),
    }
}

/// A link among the runs leads somewhere else, and what is there is not ours to remove.
fn is_link(folder: &Path) -> bool {
    fs::symlink_metadata(folder).is_ok_and(|found| found.is_symlink())
}

/// What the files of a folder hold together; links are not followed.
fn size(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(found) if found.is_dir() => size(&entry.path()),
            Ok(found) => found.len(),
            Err(_) => 0,
        })
        .sum()
}
