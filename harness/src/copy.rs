//! Copies of the data in a trial's own folder, so that a call which changes its input finds it as it was.

use std::fs::{self, File, FileTimes, Metadata};
use std::io;
use std::os::unix::fs::{PermissionsExt, lchown, symlink};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::judge::Wrong;
use crate::server::Copied;

/// What was laid into a folder. It goes when the last who knew of the folder goes.
#[derive(Debug, Default)]
pub(crate) struct Laid(Mutex<Vec<PathBuf>>);

impl Laid {
    /// Takes away what an earlier call was given, and lays out what this one is given.
    ///
    /// # Errors
    /// When something cannot be copied.
    pub(crate) fn renew(
        &self,
        copies: &[Copied],
        data: &Path,
        scratch: &Path,
        owner: Option<u32>,
    ) -> Result<(), Wrong> {
        let mut laid = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for path in laid.drain(..) {
            remove(&path)
                .map_err(|error| Wrong(format!("{} cannot be removed: {error}", path.display())))?;
        }
        for Copied { from, to } in copies {
            let path = scratch.join(to);
            laid.push(path.clone());
            let copied = remove(&path).and_then(|()| copy(&data.join(from), &path));
            let copied = copied.and_then(|()| owner.map_or(Ok(()), |user| give(&path, user)));
            copied.map_err(|error| {
                Wrong(format!(
                    "{from} of the data cannot be copied to {{scratch}}/{to}: {error}; see that the data folder has it"
                ))
            })?;
        }
        Ok(())
    }
}

impl Drop for Laid {
    fn drop(&mut self) {
        let laid = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        for path in laid.drain(..) {
            // The folder around it is removed as well, later and by another.
            let _removed = remove(&path);
        }
    }
}

/// Removes whatever is there; what a link points to is left alone.
fn remove(path: &Path) -> io::Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Copies a file, a link, or a folder with everything in it; permissions and times come along. A link stays the link that it was.
pub(crate) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let found = fs::symlink_metadata(from)?;
    if found.is_symlink() {
        return symlink(fs::read_link(from)?, to);
    }
    if found.is_dir() {
        fs::create_dir(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
        // whatever its permissions, it can be removed again
        let mode = found.permissions().mode() | 0o700;
        fs::set_permissions(to, fs::Permissions::from_mode(mode))?;
        return keep_times(&File::open(to)?, &found);
    }
    if !found.is_file() {
        let why = format!("{} is no file, folder or link", from.display());
        return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
    }
    fs::copy(from, to)?;
    // a file may be read-only, and its times can be set all the same
    keep_times(&File::open(to)?, &found)
}

/// Makes a file, a link, or a folder with everything in it this user's.
fn give(path: &Path, user: u32) -> io::Result<()> {
    if fs::symlink_metadata(path)?.is_dir() {
        for entry in fs::read_dir(path)? {
            give(&entry?.path(), user)?;
        }
    }
    lchown(path, Some(user), None)
}

// git tells from a file's time whether it must be read again.
fn keep_times(copy: &File, found: &Metadata) -> io::Result<()> {
    let times = FileTimes::new()
        .set_modified(found.modified()?)
        .set_accessed(found.accessed()?);
    copy.set_times(times)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    fn copied(from: &str, to: &str) -> Copied {
        Copied {
            from: from.to_owned(),
            to: to.to_owned(),
        }
    }

    /// A data folder with a file that may be run, a link that leads nowhere and one that leads out, and an empty folder.
    fn data() -> tempfile::TempDir {
        let data = tempfile::tempdir().expect("a temporary folder");
        let at = data.path().join("tree");
        fs::create_dir_all(at.join("deep/empty")).expect("made");
        fs::write(at.join("deep/run.sh"), "#!/bin/sh\n").expect("written");
        let mode = fs::Permissions::from_mode(0o755);
        fs::set_permissions(at.join("deep/run.sh"), mode).expect("set");
        let then = SystemTime::UNIX_EPOCH + Duration::from_secs(1_735_689_600);
        let times = FileTimes::new().set_modified(then).set_accessed(then);
        let file = File::open(at.join("deep/run.sh")).expect("there");
        file.set_times(times).expect("set");
        symlink("nowhere", at.join("broken")).expect("made");
        symlink("/etc", at.join("outside")).expect("made");
        data
    }

    #[test]
    fn modes_times_links_and_empty_folders_come_along() {
        let (data, scratch) = (data(), tempfile::tempdir().expect("a temporary folder"));
        let laid = Laid::default();
        let work = scratch.path().join("work");
        laid.renew(&[copied("tree", "work")], data.path(), scratch.path(), None)
            .expect("copied");
        let file = fs::metadata(work.join("deep/run.sh")).expect("there");
        assert_eq!(file.permissions().mode() & 0o777, 0o755);
        let then = SystemTime::UNIX_EPOCH + Duration::from_secs(1_735_689_600);
        assert_eq!(file.modified().expect("a time"), then);
        let link = |name| fs::read_link(work.join(name)).expect("a link");
        assert_eq!(link("broken"), Path::new("nowhere"));
        assert_eq!(link("outside"), Path::new("/etc"));
        assert!(work.join("deep/empty").is_dir());
    }

    #[test]
    fn each_call_finds_it_as_it_was_and_nothing_is_left() {
        let (data, scratch) = (data(), tempfile::tempdir().expect("a temporary folder"));
        let laid = Laid::default();
        let work = scratch.path().join("work");
        for _ in 0..2 {
            laid.renew(&[copied("tree", "work")], data.path(), scratch.path(), None)
                .expect("copied");
            assert!(!work.join("new").exists());
            fs::write(work.join("new"), "").expect("written");
            fs::remove_file(work.join("broken")).expect("there");
        }
        // a call that asks for nothing finds nothing, and what was there before is not ours
        fs::write(scratch.path().join("own"), "").expect("written");
        laid.renew(&[], data.path(), scratch.path(), None)
            .expect("cleared");
        assert!(!work.exists() && scratch.path().join("own").exists());
        // a server that put a link in its place does not lead us out of the folder
        let victim = tempfile::tempdir().expect("a temporary folder");
        fs::write(victim.path().join("kept"), "").expect("written");
        symlink(victim.path(), &work).expect("made");
        laid.renew(
            &[copied("tree/deep", "work")],
            data.path(),
            scratch.path(),
            None,
        )
        .expect("copied");
        assert!(victim.path().join("kept").exists() && work.join("run.sh").exists());
        drop(laid);
        assert!(!work.exists());
    }

    #[test]
    fn what_is_not_there_is_named() {
        let (data, scratch) = (data(), tempfile::tempdir().expect("a temporary folder"));
        let Wrong(why) = Laid::default()
            .renew(
                &[copied("git/none", "work")],
                data.path(),
                scratch.path(),
                None,
            )
            .expect_err("it is not there");
        assert!(
            why.starts_with("git/none of the data cannot be copied to {scratch}/work"),
            "{why}"
        );
    }
}
