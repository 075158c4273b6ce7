//! The stock `wasmtime` command, for the packaging `component-wasmtime`: found on the search path or in the cache, or built there when allowed.

use std::path::{Path, PathBuf};
use std::time::Duration;

use record::Missing;
use toolchain::commands::Commands;
use toolchain::process::{Step, Watch, bytes_below};

/// The release that is built: the one whose library our own host is made of, so that the command is what differs.
const VERSION: &str = "^48";

/// What a server needs of it; the rest of the command (profilers, other proposals, C API) would double the build.
const FEATURES: &str = "run,compile,component-model,cranelift,pooling-allocator,cache,wasi-http";

/// A build is given up after this long without a word and without a byte.
const PATIENCE: Duration = Duration::from_secs(600);

/// The command on the search path, or the one that was built into the cache.
///
/// # Errors
/// When there is none.
pub fn find(cache: &Path) -> Result<PathBuf, Missing> {
    let commands = Commands::of_this_process();
    commands
        .find("wasmtime")
        .or_else(|| commands.find(program(cache)))
        .ok_or_else(|| {
            missing(
                "it is not on the search path",
                "give --setup, which builds it into the cache in about ten minutes, or cargo install wasmtime-cli --version ^48 --locked",
            )
        })
}

/// Builds the command into the cache, where there is none.
///
/// # Errors
/// When it cannot be built.
pub fn build(cache: &Path, said: &mut dyn FnMut(&str)) -> Result<PathBuf, Missing> {
    if let Ok(found) = find(cache) {
        return Ok(found);
    }
    let commands = Commands::of_this_process();
    let Some(cargo) = commands.find("cargo") else {
        let why = "cargo, which builds it, is not on the search path";
        return Err(missing(why, "install Rust"));
    };
    let folder = cache.join("wasmtime");
    let target = folder.join("target");
    said(&format!(
        "building the stock wasmtime command {VERSION} into {}, once, in about ten minutes; to undo that, remove the folder",
        folder.display()
    ));
    let step = Step::new(&cargo, &commands)
        .args(["install", "wasmtime-cli", "--locked"])
        .args(["--version", VERSION])
        .args(["--no-default-features", "--features", FEATURES])
        .arg("--root")
        .arg(&folder)
        .arg("--target-dir")
        .arg(&target)
        // Outside of the workspace, whose settings are not this program's.
        .within(&std::env::temp_dir())
        .without_env(["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"]);
    let gauge = || bytes_below(&target);
    let watch = Watch {
        patience: PATIENCE,
        gauge: &gauge,
    };
    step.show(Some(watch), said).map_err(|error| {
        missing(
            &error.to_string(),
            "run the command again when the registry can be reached, which goes on where it stopped, or install wasmtime 48 on the search path",
        )
    })?;
    // Half a gigabyte that nobody needs again; that it could not be removed changes nothing of what was built.
    let _ = std::fs::remove_dir_all(&target);
    find(cache)
}

fn program(cache: &Path) -> PathBuf {
    cache.join("wasmtime/bin/wasmtime")
}

fn missing(why: &str, remedy: &str) -> Missing {
    Missing {
        what: "the wasmtime command".to_owned(),
        why: why.to_owned(),
        remedy: remedy.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn what_was_built_into_the_cache_is_found_and_what_is_no_program_is_not() {
        let cache = tempfile::tempdir().expect("a temporary folder");
        let built = program(cache.path());
        std::fs::create_dir_all(built.parent().expect("a folder")).expect("made");
        std::fs::write(&built, "").expect("written");
        let elsewhere = Commands::of_this_process().find("wasmtime");
        let nowhere = find(cache.path());
        assert_eq!(nowhere.as_ref().ok(), elsewhere.as_ref());
        if let Err(missing) = nowhere {
            assert!(missing.remedy.contains("--setup"), "{}", missing.remedy);
        }
        std::fs::set_permissions(&built, std::fs::Permissions::from_mode(0o755)).expect("ours");
        assert_eq!(find(cache.path()).ok(), elsewhere.or(Some(built)));
    }
}
