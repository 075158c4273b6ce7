//! Where originals are kept and with what they are installed: found or made, once among racing processes.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use toolchain::commands::Commands;
use toolchain::process::{Failure, Step, Watch, bytes_below};

use crate::shelf::{Entry, Resolved, Shelf, Wanted};
use toolchain::Missing;

/// An installer is given up after this long without a word and without a byte.
const PATIENCE: Duration = Duration::from_secs(60);

/// The originals of one user, and the commands that install them.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) shelf: Shelf,
    pub(crate) commands: Commands,
    pub(crate) patience: Duration,
}

/// What an installer works with: an empty folder, and how long it may be silent.
pub(crate) struct Work<'a> {
    pub(crate) folder: &'a Path,
    patience: Duration,
}

impl Work<'_> {
    /// Runs a step of the installation; what it prints is progress, and so is every byte that it writes to the folder.
    pub(crate) fn show(&self, step: &Step) -> Result<(), Failure> {
        let gauge = || bytes_below(self.folder);
        let watch = Watch {
            patience: self.patience,
            gauge: &gauge,
        };
        // A line a package: signs of life for the watchdog, of which only the last words of a failure are of use to anybody.
        step.show(Some(watch), &mut |_| {})
    }
}

impl Store {
    /// The cache of whoever runs this process: `$XDG_CACHE_HOME/wasmmcp-bench/originals`, or the same below `~/.cache`.
    ///
    /// # Errors
    /// When there is no home either.
    pub fn of_this_user() -> Result<Self, Missing> {
        // The XDG specification says that a relative path is to be ignored.
        let absolute = |name: &str| {
            std::env::var_os(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
        };
        let base = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")));
        let base = base.ok_or_else(|| {
            Missing::new(
                "there is no folder for the user's cache",
                "Set XDG_CACHE_HOME to a folder that can be written.",
            )
        })?;
        Ok(Self::below(&base.join("wasmmcp-bench")))
    }

    /// The same below a cache that is known already.
    pub fn below(cache: &Path) -> Self {
        Self {
            shelf: Shelf {
                folder: cache.join("originals"),
            },
            commands: Commands::of_this_process(),
            patience: PATIENCE,
        }
    }

    /// The same with a search path of one's own.
    #[must_use]
    pub fn with_commands(self, commands: Commands) -> Self {
        Self { commands, ..self }
    }

    /// What is wanted, from the cache, or installed by `install` into an empty folder.
    pub(crate) fn entry(
        &self,
        wanted: &Wanted,
        what: &str,
        said: &mut dyn FnMut(&str),
        install: impl FnOnce(Work<'_>) -> Result<Vec<Resolved>, Missing>,
    ) -> Result<Entry, Missing> {
        if let Some(entry) = self.shelf.find(wanted, said) {
            return Ok(entry);
        }
        let unwritable = |error: io::Error| {
            Missing::new(
                format!("{} cannot be written: {error}", self.shelf.folder.display()),
                "Make room there, or set XDG_CACHE_HOME to a folder that can be written.",
            )
        };
        let lock = self.shelf.lock(wanted, said).map_err(unwritable)?;
        if let Some(entry) = self.shelf.find(wanted, said) {
            return Ok(entry);
        }
        said(&format!(
            "fetching {what} into {}",
            self.shelf.folder.display()
        ));
        let room = self.shelf.room(wanted, &lock).map_err(unwritable)?;
        let resolved = install(Work {
            folder: room.path(),
            patience: self.patience,
        })?;
        self.shelf
            .keep(wanted, room, resolved, &lock)
            .map_err(unwritable)
    }
}

/// The store for the heavy tests of any crate, whose progress goes to standard error. `Err` is the reason to print after `skipped: `.
pub fn for_tests() -> Result<Store, String> {
    static STORE: OnceLock<Result<Store, String>> = OnceLock::new();
    STORE
        .get_or_init(|| Store::of_this_user().map_err(|missing| missing.to_string()))
        .clone()
}
