//! A run's claim on its containers: a file that is locked as long as the run goes on. What a killed run left is told by its lock, which
//! nobody holds any more.

use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use bollard::query_parameters::{ListContainersOptionsBuilder, RemoveContainerOptionsBuilder};

use crate::engine::Engine;
use crate::failure::Failure;
use crate::label;

/// A claim; it ends when this is dropped, or with the process.
#[derive(Debug)]
pub struct Hold {
    path: PathBuf,
    _file: File,
}

impl Hold {
    /// A claim of its own below the user's cache.
    ///
    /// # Errors
    /// When no file can be made there.
    pub fn new(cache: &Path) -> io::Result<Hold> {
        let folder = folder(cache);
        fs::create_dir_all(&folder)?;
        let folder = fs::canonicalize(folder)?;
        loop {
            let made = tempfile::Builder::new()
                .prefix(&format!("{}-", std::process::id()))
                .suffix(".lock")
                .tempfile_in(&folder)?;
            made.as_file().lock()?;
            let (file, path) = made.keep().map_err(|kept| kept.error)?;
            // Whoever reaps may have taken it for a dead one's before it was locked.
            if fs::metadata(&path).is_ok_and(|found| is_of(&file, &found)) {
                return Ok(Hold { path, _file: file });
            }
        }
    }

    /// What identifies the run.
    pub(crate) fn name(&self) -> String {
        let stem = self.path.file_stem().unwrap_or_default();
        stem.to_string_lossy().into_owned()
    }

    /// Where its lock is: on which host, and which file.
    pub(crate) fn place(&self) -> String {
        format!("{}:{}", host(), self.path.display())
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        // Nobody looks for it any more; the next run removes what stays.
        let _removed = fs::remove_file(&self.path);
    }
}

fn is_of(file: &File, found: &Metadata) -> bool {
    let own = file.metadata();
    own.is_ok_and(|own| (own.dev(), own.ino()) == (found.dev(), found.ino()))
}

fn folder(cache: &Path) -> PathBuf {
    cache.join("docker").join("runs")
}

fn host() -> String {
    rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned()
}

/// Whether a run of this user on this machine made it, and is over. Of others nothing is known, so theirs are left alone.
pub(crate) fn is_over(place: &str, folder: &Path) -> bool {
    let Some((at, path)) = place.split_once(':') else {
        return false;
    };
    let path = Path::new(path);
    if at != host() || path.parent() != Some(folder) {
        return false;
    }
    match File::open(path) {
        Ok(file) => file.try_lock().is_ok(),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

impl Engine {
    /// Removes the containers and networks of this user's runs that are over, and their locks. Returns how many there were.
    ///
    /// # Errors
    /// When the engine does not do it.
    pub fn reap(&self, cache: &Path) -> Result<usize, Failure> {
        let Ok(folder) = fs::canonicalize(folder(cache)) else {
            // Never was a run here.
            return Ok(0);
        };
        let mut left = 0;
        for (id, place) in self.ours()? {
            if is_over(&place, &folder) {
                self.remove(&id)?;
                left += 1;
            }
        }
        // After the containers on them, which hold them.
        left += self.disband_over(&folder)?;
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            // It may be gone in this moment, by its run's end or another's reaping. The lock is kept until it is.
            let file = File::open(&path);
            if file.as_ref().is_ok_and(|file| file.try_lock().is_ok()) {
                let _removed = fs::remove_file(path);
            }
        }
        Ok(left)
    }

    /// Every container that a run of ours made, running or not, with the place of its lock.
    ///
    /// # Errors
    /// When the engine does not tell.
    pub fn ours(&self) -> Result<Vec<(String, String)>, Failure> {
        let ours = [("label".to_owned(), vec![label::LOCK.to_owned()])];
        let options = ListContainersOptionsBuilder::new()
            .all(true)
            .filters(&ours.into_iter().collect())
            .build();
        let found = self.ask("list our containers", async {
            self.docker().list_containers(Some(options)).await
        })?;
        let named = found.into_iter().filter_map(|container| {
            let place = container.labels?.remove(label::LOCK)?;
            Some((container.id?, place))
        });
        Ok(named.collect())
    }

    /// Removes a container, running or not, with its volumes. One that is gone already is no failure.
    pub(crate) fn remove(&self, id: &str) -> Result<(), Failure> {
        let options = RemoveContainerOptionsBuilder::new()
            .force(true)
            .v(true)
            .build();
        let removed = self.ask(&format!("remove the container {id}"), async {
            self.docker().remove_container(id, Some(options)).await
        });
        match removed {
            Err(failure) if failure.absent => Ok(()),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_held_as_long_as_its_run_and_only_ones_own_are_judged() {
        let cache = tempfile::tempdir().expect("a temporary folder");
        let hold = Hold::new(cache.path()).expect("a lock");
        let own = fs::canonicalize(folder(cache.path())).expect("a folder");
        let place = hold.place();
        assert!(!is_over(&place, &own), "it is held");
        drop(hold);
        assert!(is_over(&place, &own), "it is gone");
        // Killed: the file is there, and nobody holds it.
        let (_, path) = place.split_once(':').expect("a place");
        fs::write(path, "").expect("written");
        assert!(is_over(&place, &own));
        assert!(!is_over(&place, Path::new("/elsewhere")), "another user's");
        let far = format!("far-{place}");
        assert!(!is_over(&far, &own), "another machine's");
        assert!(!is_over("nonsense", &own));
    }
}
