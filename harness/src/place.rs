//! Where the checkout, the cache and the data are.

use std::path::{Path, PathBuf};

use crate::exit::Told;

/// The checkout that holds the current folder, or the one that cargo runs this program from.
///
/// # Errors
/// When neither is a checkout of the repository.
pub fn root() -> Result<PathBuf, Told> {
    let here = std::env::current_dir().unwrap_or_default();
    let cargo = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let folders = here
        .ancestors()
        .chain(cargo.iter().flat_map(|folder| folder.ancestors()));
    folders.into_iter().find(|folder| is_root(folder)).map(Path::to_owned).ok_or_else(|| {
        Told::usage("this is no checkout of WasmMCP Bench; change into one, or clone it, and run the command again")
    })
}

fn is_root(folder: &Path) -> bool {
    folder.join("Cargo.lock").is_file() && folder.join("servers/noop/server.toml").is_file()
}

/// The user's cache: `$XDG_CACHE_HOME/wasmmcp-bench`, or `~/.cache/wasmmcp-bench`.
///
/// # Errors
/// When neither variable is set.
pub fn cache() -> Result<PathBuf, Told> {
    let given = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let base = given("XDG_CACHE_HOME").or_else(|| Some(given("HOME")?.join(".cache")));
    Ok(base
        .ok_or_else(|| Told::lacking("there is no place for a cache; set HOME or XDG_CACHE_HOME"))?
        .join("wasmmcp-bench"))
}

/// A fresh folder for what subjects write, removed when dropped.
///
/// It lies in memory where the system has a place for that: replacing a file on a disk waits for the disk, and that wait, the same in every
/// packaging, would drown what is compared.
///
/// # Errors
/// When no folder can be made.
pub fn scratch() -> std::io::Result<tempfile::TempDir> {
    let mut builder = tempfile::Builder::new();
    let builder = builder.prefix("wasmmcp-bench-");
    builder
        .tempdir_in("/dev/shm")
        .or_else(|_| builder.tempdir())
}
