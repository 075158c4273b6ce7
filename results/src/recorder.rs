//! Writes a run folder: one append a trial, so that whatever ends the program loses at most the trial in flight.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::evidence;
use crate::reader::{self, RUN, ReadError, SAMPLES};
use crate::{Count, Digest, End, Outcome, Redactor, Run, Sample, Timestamp, Trial, done, line};

/// A run that is being measured. The folder is locked while this lives.
#[derive(Debug)]
pub struct Recorder {
    folder: PathBuf,
    run: Run,
    redactor: Redactor,
    file: File,
    /// How much of the file is whole trials.
    length: u64,
    samples: u64,
    hasher: blake3::Hasher,
    done: BTreeSet<Trial>,
}

/// Why a run cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The disk is full. What was measured before is kept.
    #[error(
        "no space is left to write {path}; free some, then go on with --resume: what was measured is kept"
    )]
    NoSpace {
        /// The file.
        path: PathBuf,
    },
    /// The folder may not be written.
    #[error(
        "{path} cannot be written, because it is read-only for this user; give another folder with --out DIR, or change its permissions"
    )]
    ReadOnly {
        /// The file or folder.
        path: PathBuf,
    },
    /// Another process writes to this run.
    #[error(
        "another process is measuring into {path}; wait for it to end, or start a run of its own without --resume"
    )]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// What would be measured now is not what was measured then.
    #[error("{path} cannot be resumed, because these differ from when it began: {}; start a new run without --resume", .differences.join(", "))]
    Different {
        /// The folder.
        path: PathBuf,
        /// What differs.
        differences: Vec<&'static str>,
    },
    /// The run has ended.
    #[error("{path} has ended, and its samples are sealed; start a new run without --resume")]
    Ended {
        /// The folder.
        path: PathBuf,
    },
    /// The run to resume cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The caller's samples are not one new trial: our bug.
    #[error(
        "trial {trial} cannot be recorded: {why}; this is a bug of the harness, so please report it"
    )]
    Trial {
        /// The trial's number.
        trial: u64,
        /// What is wrong.
        why: String,
    },
    /// The system refused for another reason.
    #[error("cannot write {path}: {source}; check the folder, then go on with --resume")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl Recorder {
    /// Makes a new folder under `results/runs/`, named by date, CPU model, command and a number, and points
    /// `results/latest` to it. Sets the run's format, id and end.
    pub fn create(results: &Path, run: Run, redactor: Redactor) -> Result<Self, RecordError> {
        let runs = results.join("runs");
        fs::create_dir_all(&runs).map_err(|error| failure(&runs, error))?;
        let stem = format!(
            "{}-{}-{}",
            run.start.date(),
            slug(&run.machine.cpu),
            slug(&run.command)
        );
        let mut number = 1_u64;
        let (id, folder) = loop {
            let id = format!("{stem}-{number}");
            let folder = runs.join(&id);
            // Making the folder is what claims the number, so two processes never share one.
            match fs::create_dir(&folder) {
                Ok(()) => break (id, folder),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(failure(&folder, error)),
            }
        };
        let mut run = Run {
            id,
            format: crate::FORMAT,
            end: None,
            ..run
        };
        redact_run(&mut run, &redactor);
        let file = open(&folder, true)?;
        let recorder = Self {
            folder,
            run,
            redactor,
            file,
            length: 0,
            samples: 0,
            hasher: blake3::Hasher::new(),
            done: BTreeSet::new(),
        };
        recorder.write_run()?;
        point_latest(results, &recorder.run.id)?;
        Ok(recorder)
    }

    /// Takes an interrupted run up again. `run` is what [`Recorder::create`] would be given now; it must not differ from
    /// what was measured. A trial that was cut short is removed and not in [`Recorder::done`].
    pub fn resume(folder: &Path, run: Run, redactor: Redactor) -> Result<Self, RecordError> {
        let mut before = reader::read_run(folder)?;
        if before.end.is_some() {
            return Err(RecordError::Ended {
                path: folder.to_owned(),
            });
        }
        let now = run.start;
        let mut run = run;
        redact_run(&mut run, &redactor);
        let differences = before.differences(&run);
        if !differences.is_empty() {
            return Err(RecordError::Different {
                path: folder.to_owned(),
                differences,
            });
        }
        // A kill between making the folder and its samples leaves none; that is an empty run, not a broken one.
        let file = open(folder, true)?;
        let scan = reader::read_samples(folder)?;
        let path = folder.join(SAMPLES);
        let done = done::trials(&scan.samples).map_err(|twice| ReadError::Damaged {
            path: path.clone(),
            line: 1,
            why: format!("trial {} stands twice", twice.0),
        })?;
        file.set_len(scan.whole)
            .map_err(|error| failure(&path, error))?;
        // A trial that was cut short is measured again, and may end well this time.
        forget_others(&folder.join(evidence::FOLDER), &done);
        before.resumed.push(now);
        before.missing = run.missing;
        let recorder = Self {
            folder: folder.to_owned(),
            run: before,
            redactor,
            file,
            length: scan.whole,
            samples: count(scan.samples.len()),
            hasher: scan.hasher,
            done,
        };
        recorder.write_run()?;
        Ok(recorder)
    }

    /// Appends all samples of one trial, as one write. After an error the file is as it was before.
    pub fn append(&mut self, trial: &[Sample]) -> Result<(), RecordError> {
        self.append_with(trial, None)
    }

    /// Appends all samples of one trial, and keeps the exact request beside them as evidence. The request is written
    /// first: a trial that is recorded has its evidence. One of more than 16 MB is not kept.
    pub fn append_with(
        &mut self,
        trial: &[Sample],
        request: Option<&[u8]>,
    ) -> Result<(), RecordError> {
        let Some(first) = trial.first() else {
            return Ok(());
        };
        let number = first.trial;
        let bug = |why: String| RecordError::Trial {
            trial: number.0,
            why,
        };
        if self.done.contains(&number) {
            return Err(bug("it is recorded already".to_owned()));
        }
        let mut trial = trial.to_vec();
        for sample in &mut trial {
            redact_outcome(&mut sample.outcome, &self.redactor);
            if let Some(evidence) = &mut sample.evidence {
                evidence.clean(&self.redactor);
            }
            if let Some(fault) = sample.fault() {
                return Err(bug(fault));
            }
        }
        if let Some(request) = request.filter(|request| request.len() <= evidence::LONGEST_REQUEST)
        {
            let digest = self.keep_request(number, request)?;
            let carrier = trial.iter().position(|sample| sample.evidence.is_some());
            let evidence = &mut trial[carrier.unwrap_or(0)].evidence;
            evidence.get_or_insert_default().request = Some(digest);
        }
        let text = line::write(&trial)
            .ok_or_else(|| bug("its samples are of several trials".to_owned()))?;
        let longest = text
            .split_inclusive(|&byte| byte == b'\n')
            .map(<[u8]>::len)
            .max();
        if count(longest.unwrap_or(0)) >= line::LONGEST {
            return Err(bug(format!(
                "a line of it is longer than {} bytes",
                line::LONGEST
            )));
        }
        let path = self.folder.join(SAMPLES);
        if let Err(error) = self.file.write_all(&text) {
            // Half a trial on a full disk would be repaired by the next resume; taking it back now is kinder to readers.
            // Should that fail too, the repair is still there.
            let _ = self.file.set_len(self.length);
            return Err(failure(&path, error));
        }
        self.hasher.update(&text);
        self.length += count(text.len());
        self.samples += count(trial.len());
        self.done.insert(number);
        Ok(())
    }

    /// Writes a request, without names of this machine, and returns what the file's digest is.
    fn keep_request(&self, trial: Trial, request: &[u8]) -> Result<Digest, RecordError> {
        let folder = self.folder.join(evidence::FOLDER);
        fs::create_dir_all(&folder).map_err(|error| failure(&folder, error))?;
        let text = self.redactor.redact(&String::from_utf8_lossy(request));
        write_whole(&folder, &evidence::file(trial), text.as_bytes())?;
        Ok(Digest::of(text.as_bytes()))
    }

    /// The trials that are recorded, those of before a resume among them.
    pub fn done(&self) -> &BTreeSet<Trial> {
        &self.done
    }

    /// The run's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The run as it is described so far.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// Changes the run's description, for example when a subject turns out to be unavailable, and writes it.
    pub fn amend(&mut self, change: impl FnOnce(&mut Run)) -> Result<(), RecordError> {
        let (id, end) = (self.run.id.clone(), self.run.end.clone());
        change(&mut self.run);
        self.run.id = id;
        self.run.end = end;
        self.run.format = crate::FORMAT;
        redact_run(&mut self.run, &self.redactor);
        self.write_run()
    }

    /// Writes another file into the run's folder, whole or not at all: `tools.json`, a table, a figure.
    pub fn write_beside(&self, name: &str, content: &[u8]) -> Result<PathBuf, RecordError> {
        write_whole(&self.folder, name, content)
    }

    /// Has the disk keep what was appended. A killed program loses nothing without this; a power cut may.
    pub fn sync(&self) -> Result<(), RecordError> {
        self.file
            .sync_data()
            .map_err(|error| failure(&self.folder.join(SAMPLES), error))
    }

    /// Ends the run: seals the samples by their digest. Returns the folder.
    pub fn finish(mut self, now: Timestamp) -> Result<PathBuf, RecordError> {
        self.sync()?;
        let digest = Digest::from_hash(self.hasher.finalize());
        self.run.end = Some(End {
            time: now,
            samples: Count(self.samples),
            digest,
        });
        self.write_run()?;
        Ok(self.folder.clone())
    }

    fn write_run(&self) -> Result<(), RecordError> {
        let mut text = serde_json::to_vec_pretty(&self.run)
            .expect("a run has only string keys, and memory takes every write");
        text.push(b'\n');
        write_whole(&self.folder, RUN, &text).map(|_| ())
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        // Not left to closing: a process that another thread starts in this moment has a copy until it becomes another
        // program, and whoever resumes would be told that the run is in use.
        let _gone = self.file.unlock();
    }
}

/// Removes the requests of trials that are not recorded. What cannot be removed is written over when its trial fails again.
fn forget_others(folder: &Path, done: &BTreeSet<Trial>) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries {
        let trial = entry.file_name().to_str().and_then(evidence::trial);
        if trial.is_some_and(|trial| !done.contains(&trial)) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Where `results/latest` leads, if it leads to a folder.
pub fn latest(results: &Path) -> Option<PathBuf> {
    fs::canonicalize(results.join("latest"))
        .ok()
        .filter(|path| path.is_dir())
}

/// Opens the samples for appending and locks them, so that no second process counts the same trials.
fn open(folder: &Path, create: bool) -> Result<File, RecordError> {
    let path = folder.join(SAMPLES);
    let file = OpenOptions::new()
        .append(true)
        .create(create)
        .open(&path)
        .map_err(|error| failure(&path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(RecordError::InUse {
            path: folder.to_owned(),
        }),
        // Some network file systems have no locks; a run there is not protected, which is better than none.
        Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => Ok(file),
        Err(TryLockError::Error(error)) => Err(failure(&path, error)),
    }
}

/// Writes under another name, then renames: a reader sees the old file or the new one.
fn write_whole(folder: &Path, name: &str, content: &[u8]) -> Result<PathBuf, RecordError> {
    let path = folder.join(name);
    let partial = folder.join(format!(".{name}.partial"));
    let written = File::create(&partial)
        .and_then(|mut file| file.write_all(content).and_then(|()| file.sync_data()))
        .and_then(|()| fs::rename(&partial, &path));
    match written {
        Ok(()) => Ok(path),
        Err(error) => {
            // It is of no use to anybody; if it cannot be removed either, it hides behind its dot.
            let _ = fs::remove_file(&partial);
            Err(failure(&path, error))
        }
    }
}

fn point_latest(results: &Path, id: &str) -> Result<(), RecordError> {
    let link = results.join("latest");
    let fresh = results.join(format!(".latest-{id}"));
    std::os::unix::fs::symlink(Path::new("runs").join(id), &fresh)
        .and_then(|()| fs::rename(&fresh, &link))
        .map_err(|error| {
            let _ = fs::remove_file(&fresh);
            failure(&link, error)
        })
}

/// Names the error by who acts next.
fn failure(path: &Path, source: std::io::Error) -> RecordError {
    let path = path.to_owned();
    match source.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => RecordError::NoSpace { path },
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            RecordError::ReadOnly { path }
        }
        _ => RecordError::Io { path, source },
    }
}

/// The free texts of a run; everything else is numbers, digests and names of our own.
fn redact_run(run: &mut Run, redactor: &Redactor) {
    let toolchain = &mut run.toolchain;
    let missing = run
        .missing
        .iter_mut()
        .flat_map(|missing| [&mut missing.what, &mut missing.why, &mut missing.remedy]);
    let texts = [
        &mut toolchain.rustc,
        &mut toolchain.wasm_target,
        &mut toolchain.wasmtime,
        &mut run.machine.kernel,
    ]
    .into_iter()
    .chain(&mut toolchain.wasmtime_flags)
    .chain(&mut toolchain.wasmtime_command)
    .chain(&mut toolchain.build_flags)
    .chain(&mut run.argv)
    .chain(&mut run.docker)
    .chain(missing);
    for text in texts {
        *text = redactor.redact(text);
    }
}

fn redact_outcome(outcome: &mut Outcome, redactor: &Redactor) {
    let texts: &mut [&mut String] = match outcome {
        Outcome::WrongAnswer { why } => &mut [why],
        Outcome::Crashed { how } => &mut [how],
        Outcome::Unavailable { why, remedy } => &mut [why, remedy],
        Outcome::Ok | Outcome::WrongClass { .. } | Outcome::Timeout { .. } => &mut [],
    };
    for text in texts {
        // A guest's last words may be long, and a line is not.
        let short: String = text.chars().take(2_000).collect();
        **text = redactor.redact(&short);
    }
}

/// A part of a folder's name: lower-case letters and digits, and single hyphens for the rest.
fn slug(text: &str) -> String {
    let text = text
        .replace("(R)", "")
        .replace("(TM)", "")
        .to_ascii_lowercase();
    let words: Vec<&str> = text
        .split(|next: char| !next.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let slug: String = words.join("-").chars().take(40).collect();
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() {
        "unknown".to_owned()
    } else {
        slug.to_owned()
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).expect("a length in memory fits in 64 bits")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Metric, Nanos, Packaging, Subject};

    #[test]
    fn a_full_disk_is_named_and_nothing_is_counted() {
        let results = tempfile::tempdir().expect("a temporary folder");
        let run = Run::new("table3", 1, Timestamp(0));
        let mut recorder = Recorder::create(results.path(), run, Redactor::new()).expect("a run");
        // The device that is always full stands in for the disk.
        let Ok(full) = OpenOptions::new().append(true).open("/dev/full") else {
            eprintln!("skipped: no /dev/full here");
            return;
        };
        let file = std::mem::replace(&mut recorder.file, full);
        let subject = Subject {
            server: "noop".into(),
            packaging: Packaging::Native,
            digest: None,
        };
        let sample = Sample::new(Trial(1), subject, Metric::Execution, Nanos(1));
        let error = recorder
            .append(std::slice::from_ref(&sample))
            .expect_err("the disk is full");
        assert!(
            matches!(&error, RecordError::NoSpace { path } if path.ends_with(SAMPLES)),
            "{error}"
        );
        assert!(
            error
                .to_string()
                .ends_with("free some, then go on with --resume: what was measured is kept")
        );
        assert!(recorder.done().is_empty());
        recorder.file = file;
        recorder.append(&[sample]).expect("there is space again");
        recorder.finish(Timestamp(9)).expect("sealed");
    }

    #[test]
    fn refusals_are_told_apart() {
        let of = |kind: ErrorKind| failure(Path::new("results"), kind.into()).to_string();
        assert!(of(ErrorKind::ReadOnlyFilesystem).contains("read-only"));
        assert!(of(ErrorKind::PermissionDenied).contains("--out DIR"));
        assert!(of(ErrorKind::QuotaExceeded).contains("no space"));
        assert!(of(ErrorKind::Other).contains("check the folder"));
    }

    #[test]
    fn folder_names_are_plain() {
        assert_eq!(
            slug("Intel(R) Xeon(R) Processor @ 2.60GHz"),
            "intel-xeon-processor-2-60ghz"
        );
        assert_eq!(slug("../…/"), "unknown");
        assert_eq!(slug(&"x".repeat(99)).len(), 40);
    }
}
