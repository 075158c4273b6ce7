//! Reads a run folder back, and says what is wrong with it when it cannot.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::harmless::harmless;
use crate::line::{self, Fault, Scan};
use crate::{Digest, FORMAT, Run, Sample, done};

/// The file of everything but the samples.
pub(crate) const RUN: &str = "run.json";
/// The file of the samples.
pub(crate) const SAMPLES: &str = "samples.jsonl";

/// A run's description is some kilobytes; a larger file is not ours, and would only fill memory.
const LONGEST_RUN: u64 = 4 * 1024 * 1024;
/// Some two million samples.
const LONGEST_SAMPLES: u64 = 1024 * 1024 * 1024;

/// A run with its samples, as read from its folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Everything but the samples.
    pub run: Run,
    /// Every sample, in the order of measurement; good and failed ones.
    pub samples: Vec<Sample>,
    /// Whether the run ended.
    pub state: State,
}

/// Whether a run came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It did, and the samples are the ones it was sealed with.
    Finished,
    /// It did not, or still runs. Every whole trial is there.
    Interrupted {
        /// Whether a trial was cut short and is left out.
        cut: bool,
    },
}

/// Why a folder cannot be read as a run.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Neither of a run's files is there.
    #[error("{path} is no run: {why}; give a folder of results/runs/, or results/latest")]
    NotARun {
        /// The folder.
        path: PathBuf,
        /// What it is instead.
        why: String,
    },
    /// One of a run's two files is missing or empty.
    #[error(
        "{path} is half written: {why}; it holds no samples that can be used, so remove the folder and measure again"
    )]
    HalfWritten {
        /// The folder.
        path: PathBuf,
        /// What is missing.
        why: String,
    },
    /// A newer harness wrote it.
    #[error(
        "{path} has format version {found}, and this program reads up to {FORMAT}; update the sources to read it"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u64,
    },
    /// Samples are not the ones that the run was sealed with.
    #[error(
        "{path} was changed after the run ended: its digest is {found}, run.json says {sealed}; restore the file, or measure again"
    )]
    Edited {
        /// The file.
        path: PathBuf,
        /// What the run was sealed with.
        sealed: Digest,
        /// What is there.
        found: Digest,
    },
    /// A file holds something that no interruption leaves behind.
    #[error("{path}, line {line}: {why}; restore the file, or remove the folder and measure again")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        why: String,
    },
    /// The system refused.
    #[error("cannot read {path}: {source}; check that the file is there and may be read")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl Record {
    /// Reads the run in this folder. An interrupted run is read as far as its trials are whole.
    pub fn read(folder: &Path) -> Result<Self, ReadError> {
        let run = read_run(folder)?;
        let scan = read_samples(folder)?;
        let state = match &run.end {
            None => State::Interrupted { cut: scan.ragged },
            Some(end) => {
                let found = Digest::from_hash(scan.hasher.finalize());
                let count = u64::try_from(scan.samples.len());
                if found != end.digest || scan.ragged || count != Ok(end.samples.0) {
                    let path = folder.join(SAMPLES);
                    return Err(ReadError::Edited {
                        path,
                        sealed: end.digest.clone(),
                        found,
                    });
                }
                State::Finished
            }
        };
        if let Err(twice) = done::trials(&scan.samples) {
            let why = format!("trial {} stands twice", twice.0);
            return Err(ReadError::Damaged {
                path: folder.join(SAMPLES),
                line: 1,
                why,
            });
        }
        Ok(Self {
            run,
            samples: scan.samples,
            state,
        })
    }
}

/// A folder of `results/runs/`.
#[derive(Debug)]
pub struct Listed {
    /// The folder; its name begins with the date.
    pub folder: PathBuf,
    /// The run's description, or why it cannot be read.
    pub run: Result<Run, ReadError>,
}

/// Every folder of `results/runs/`, by name. Samples are not read.
pub fn list(results: &Path) -> Result<Vec<Listed>, ReadError> {
    let path = results.join("runs");
    let entries = match std::fs::read_dir(&path) {
        Ok(entries) => entries,
        Err(error) if absent(&error) => return Ok(Vec::new()),
        Err(source) => return Err(ReadError::Io { path, source }),
    };
    let mut folders: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    let listed = |folder: PathBuf| Listed {
        run: read_run(&folder),
        folder,
    };
    Ok(folders.into_iter().map(listed).collect())
}

/// Reads `run.json` alone.
pub(crate) fn read_run(folder: &Path) -> Result<Run, ReadError> {
    let path = folder.join(RUN);
    let text = match open(&path) {
        Ok(file) => {
            let mut text = String::new();
            file.take(LONGEST_RUN)
                .read_to_string(&mut text)
                .map_err(|source| ReadError::Io {
                    path: path.clone(),
                    source,
                })?;
            text
        }
        Err(ReadError::Io { source, .. }) if absent(&source) => {
            return Err(if folder.join(SAMPLES).exists() {
                ReadError::HalfWritten {
                    path: folder.to_owned(),
                    why: format!("it has no {RUN}"),
                }
            } else {
                let why = if folder.is_dir() {
                    format!("it has no {RUN}")
                } else {
                    "it is no folder".to_owned()
                };
                ReadError::NotARun {
                    path: folder.to_owned(),
                    why,
                }
            });
        }
        Err(error) => return Err(error),
    };
    if text.trim().is_empty() {
        return Err(ReadError::HalfWritten {
            path: folder.to_owned(),
            why: format!("its {RUN} is empty"),
        });
    }
    let damaged = |error: serde_json::Error| ReadError::Damaged {
        path: path.clone(),
        line: u64::try_from(error.line()).unwrap_or(u64::MAX),
        why: harmless(&error.to_string()),
    };
    // The version alone first: what else is there is only known once the version is.
    let Version { format } = serde_json::from_str(&text).map_err(damaged)?;
    if format > u64::from(FORMAT) {
        return Err(ReadError::Newer {
            path,
            found: format,
        });
    }
    serde_json::from_str(&text).map_err(damaged)
}

#[derive(Deserialize)]
struct Version {
    format: u64,
}

/// Reads the whole trials of `samples.jsonl`.
pub(crate) fn read_samples(folder: &Path) -> Result<Scan, ReadError> {
    let path = folder.join(SAMPLES);
    let file = match open(&path) {
        Ok(file) => file,
        Err(ReadError::Io { source, .. }) if absent(&source) => {
            return Err(ReadError::HalfWritten {
                path: folder.to_owned(),
                why: format!("it has no {SAMPLES}"),
            });
        }
        Err(error) => return Err(error),
    };
    let length = file
        .metadata()
        .map_err(|source| ReadError::Io {
            path: path.clone(),
            source,
        })?
        .len();
    if length > LONGEST_SAMPLES {
        let why = format!("the file is larger than {LONGEST_SAMPLES} bytes");
        return Err(ReadError::Damaged { path, line: 1, why });
    }
    line::scan(BufReader::new(file)).map_err(|fault| match fault {
        Fault::Io(source) => ReadError::Io { path, source },
        Fault::Line { line, why } => {
            let why = harmless(&why);
            ReadError::Damaged { path, line, why }
        }
    })
}

fn open(path: &Path) -> Result<File, ReadError> {
    File::open(path).map_err(|source| ReadError::Io {
        path: path.to_owned(),
        source,
    })
}

/// Whether the path leads nowhere, be it for want of the file or because the folder is a file.
fn absent(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
    )
}
