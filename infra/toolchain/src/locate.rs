//! The order in which the ways to the target are tried, and what came of it.

use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use crate::cache::{Cache, FORMAT, Origin};
use crate::commands::Commands;
use crate::debian::Apt;
use crate::error::Missing;
use crate::installed::{self, Added};
use crate::rustc::{Rustc, TARGET};
use crate::standard_library;

/// A command that is to change the toolchain or fetch something is given up after this long without progress.
const PATIENCE: Duration = Duration::from_secs(20);

/// What there is to find the target with: the search path, the user's cache.
#[derive(Debug, Clone)]
pub struct Toolchain {
    commands: Commands,
    cache: Option<Cache>,
    /// In place of the keyrings that Debian installs; tests only.
    keyring: Option<PathBuf>,
    patience: Duration,
}

/// Which of the ways to the target is in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// It lies beside the active `rustc`.
    Installed,
    /// It was built from Debian's packages and lies in the user's cache.
    Debian {
        /// The folder that `rustc --sysroot` is given.
        sysroot: PathBuf,
        /// Package name and version, joined by a space.
        packages: Vec<String>,
    },
}

impl std::fmt::Display for Way {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Installed => write!(f, "installed beside rustc"),
            Self::Debian { packages, .. } => write!(
                f,
                "built from Debian's {}, in the user's cache",
                packages.join(" and ")
            ),
        }
    }
}

/// A `wasm32-wasip2` target that can be built for.
#[derive(Debug, Clone)]
pub struct Wasm {
    toolchain: Toolchain,
    /// The compiler that it belongs to.
    pub rustc: Rustc,
    /// Where it comes from.
    pub way: Way,
}

impl Wasm {
    /// What it was found with; native programs are built by it.
    pub fn toolchain(&self) -> &Toolchain {
        &self.toolchain
    }

    /// The compiler flags that this way to the target needs.
    pub(crate) fn flags(&self) -> Vec<String> {
        match &self.way {
            Way::Installed => Vec::new(),
            Way::Debian { sysroot, .. } => vec!["--sysroot".into(), sysroot.display().to_string()],
        }
    }
}

impl Toolchain {
    /// The search path and the cache of whoever runs this process.
    pub fn of_this_machine() -> Self {
        Self {
            commands: Commands::of_this_process(),
            cache: Cache::of_this_user(),
            keyring: None,
            patience: PATIENCE,
        }
    }

    /// Finds the target on this machine, or makes it. Shorthand for [`Toolchain::find`].
    pub fn locate(setup: bool, said: &mut dyn FnMut(&str)) -> Result<Wasm, Missing> {
        Self::of_this_machine().find(setup, said)
    }

    /// Finds the target, or makes it; each step is told to `said`, a line at a time.
    ///
    /// What lands in the user's cache is fetched always; the toolchain is changed only under `setup`. Blocks for up to
    /// some minutes when the standard library has to be built, or while another process builds it.
    pub fn find(&self, setup: bool, said: &mut dyn FnMut(&str)) -> Result<Wasm, Missing> {
        let rustc = Rustc::ask(&self.commands)?;
        if let Some(way) = self.present(&rustc, said) {
            return Ok(self.wasm(rustc, way));
        }
        let mut tried = Vec::new();
        if setup {
            match installed::add(&rustc, &self.commands, self.patience, said) {
                Added::Yes => return Ok(self.wasm(rustc, Way::Installed)),
                Added::NoRustup => tried.push("there is no `rustup`".to_owned()),
                Added::No(why) => tried.push(why),
            }
            for why in &tried {
                said(&format!("{why}; going on with Debian's packages"));
            }
        }
        match self.make(&rustc, said) {
            Ok(way) => Ok(self.wasm(rustc, way)),
            Err(missing) => {
                tried.push(missing.why);
                let plain = if setup {
                    ""
                } else {
                    "Run the command again with `--setup`, which allows `rustup target add wasm32-wasip2`. Or: "
                };
                Err(Missing::new(
                    tried.join("; "),
                    format!("{plain}{}", missing.remedy),
                ))
            }
        }
    }

    /// The way that is in use, when nothing has to be made for it.
    pub(crate) fn present(&self, rustc: &Rustc, said: &mut dyn FnMut(&str)) -> Option<Way> {
        if installed::is_installed(rustc) {
            return Some(Way::Installed);
        }
        let entry = self
            .cache
            .as_ref()?
            .find(&rustc.identity(), &rustc.host, said)?;
        let packages = entry
            .origin
            .packages
            .iter()
            .map(|(name, version)| format!("{name} {version}"))
            .collect();
        Some(Way::Debian {
            sysroot: entry.sysroot,
            packages,
        })
    }

    /// The Debian recipe, once among racing processes.
    fn make(&self, rustc: &Rustc, said: &mut dyn FnMut(&str)) -> Result<Way, Missing> {
        let apt = Apt::find(&self.commands, self.keyring.as_deref(), self.patience)
            .map_err(|why| Missing::new(why, format!("Where there is no apt, install the target by hand: `rustup target add {TARGET}`.")))?;
        let cache = self.cache.as_ref().ok_or_else(|| {
            Missing::new(
                "there is no folder for the user's cache",
                "Set XDG_CACHE_HOME to a folder that can be written.",
            )
        })?;
        let unwritable = |error: std::io::Error| {
            Missing::new(
                format!("{} cannot be written: {error}", cache.folder().display()),
                "Make room there, or set XDG_CACHE_HOME to a folder that can be written.",
            )
        };
        let lock = cache.lock(said).map_err(unwritable)?;
        if let Some(way) = self.present(rustc, said) {
            return Ok(way);
        }
        said(&format!(
            "making the {TARGET} target from Debian's packages; only {} is written",
            cache.folder().display()
        ));
        let room = cache.room(&lock).map_err(unwritable)?;
        let packages = apt.fetch(rustc, room.path(), said)?;
        let built = standard_library::build(rustc, &packages, room.path(), &self.commands, said)
            .map_err(|why| Missing::new(format!("the standard library was not built: {why}"), "Check that `cargo` can reach its registry and that there is 1 GB of room, then run the command again."))?;
        let origin = Origin {
            format: FORMAT,
            rustc_commit: rustc.identity(),
            host: rustc.host.clone(),
            packages: packages.versions,
        };
        cache.keep(&built, origin, &lock).map_err(unwritable)?;
        self.present(rustc, said).ok_or_else(|| {
            Missing::new(
                "what was just built could not be read back",
                "Check the disk, then run the command again.",
            )
        })
    }

    fn wasm(&self, rustc: Rustc, way: Way) -> Wasm {
        Wasm {
            toolchain: self.clone(),
            rustc,
            way,
        }
    }

    pub(crate) fn commands(&self) -> &Commands {
        &self.commands
    }

    /// A machine of one's own: these folders as search path, this cache, this patience.
    #[cfg(test)]
    pub(crate) fn imitation(
        commands: Commands,
        cache: &std::path::Path,
        keyring: PathBuf,
        patience: Duration,
    ) -> Self {
        Self {
            commands,
            cache: Some(Cache::at(cache)),
            keyring: Some(keyring),
            patience,
        }
    }
}

/// The target for the heavy tests of any crate: located once a process, without changing the toolchain.
///
/// `Err` is the reason to print after `skipped: `. Progress goes to standard error.
pub fn for_tests() -> Result<Wasm, String> {
    static LOCATED: OnceLock<Result<Wasm, String>> = OnceLock::new();
    let located = || {
        Toolchain::locate(false, &mut |line| eprintln!("{line}"))
            .map_err(|missing| format!("the {TARGET} target is missing: {missing}"))
    };
    LOCATED.get_or_init(located).clone()
}

#[cfg(test)]
mod tests;
