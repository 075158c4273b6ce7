//! The servers that ours are compared with, as processes of their interpreters: published packages, or those under `containers/`.
//!
//! They are installed into the user's cache and find there what they were made of; nothing of them is ours but how they are started.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use original::{Missing, Original, Resolved, Store};
use record::Digest;
use serde::Deserialize;

use crate::launch::Interpreted;

/// How the name of a twin that Node runs ends; every other server of our own is Python's.
const NODE: &str = "_node";

/// One that can be started.
#[derive(Debug, Clone)]
pub struct Reference {
    /// The interpreter.
    pub program: PathBuf,
    /// How it is started.
    pub interpreted: Interpreted,
    /// Every package that was installed for it, and its own program where that is no package.
    pub digest: Digest,
}

/// What `package.json` says of a Node server of our own: packages with their exact versions.
#[derive(Deserialize)]
struct Manifest {
    dependencies: BTreeMap<String, String>,
}

/// Whether this server of ours has one.
pub fn exists(root: &Path, server: &str) -> bool {
    Original::named(server).is_some() || own(root, server).is_dir()
}

/// What it is called, with the version of a package.
pub fn title(server: &str) -> String {
    match Original::named(server) {
        Some(published) => published.title(),
        None if server.ends_with(NODE) => format!("containers/{server}/reference/server.mjs"),
        None => format!("containers/{server}/reference/server.py"),
    }
}

/// Installs it, or finds it in the cache.
///
/// # Errors
/// When there is none, or it cannot be had here, with the remedy.
pub fn install(
    root: &Path,
    server: &str,
    store: &Store,
    said: &mut dyn FnMut(&str),
) -> Result<Reference, Missing> {
    let title = title(server);
    if let Some(published) = Original::named(server) {
        let launch = published.install(store, said)?;
        let written = |word: OsString| word.to_string_lossy().into_owned();
        return Ok(Reference {
            program: launch.program,
            interpreted: Interpreted {
                title,
                arguments: launch.arguments.into_iter().map(written).collect(),
                search: launch.search,
                ships: launch.ships,
            },
            digest: digest(launch.resolved, &[]),
        });
    }
    let folder = own(root, server);
    let restore = "Restore it from the repository.";
    let read = |name: &str| {
        let file = folder.join(name);
        std::fs::read_to_string(&file).map_err(|error| {
            Missing::new(
                format!("{} cannot be read: {error}", file.display()),
                restore,
            )
        })
    };
    if server.ends_with(NODE) {
        let manifest: Manifest = serde_json::from_str(&read("package.json")?).map_err(|error| {
            let why = format!("{}/package.json: {error}", folder.display());
            Missing::new(why, restore)
        })?;
        let packages = manifest.dependencies.iter();
        let packages: Vec<(&str, &str)> = packages
            .map(|(name, version)| (name.as_str(), version.as_str()))
            .collect();
        let program = read("server.mjs")?;
        let node = store.node(said)?;
        let modules = store.npm("reference", &packages, said)?;
        let script = store.beside(&modules, "server.mjs", &program)?;
        return Ok(Reference {
            program: node,
            interpreted: Interpreted {
                title,
                arguments: vec![script.to_string_lossy().into_owned()],
                search: None,
                // The folder that it lies in holds the way to its packages too.
                ships: script.parent().map(Path::to_owned).into_iter().collect(),
            },
            digest: digest(modules.resolved, program.as_bytes()),
        });
    }
    let requirements = read("requirements.txt")?;
    let program = read("server.py")?;
    let lines = requirements.lines();
    let lines = lines.map(|line| line.split('#').next().unwrap_or_default().trim());
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    let venv = store.python("reference", &lines, said)?;
    let script = folder.join("server.py");
    Ok(Reference {
        program: venv.python(),
        interpreted: Interpreted {
            title,
            arguments: vec![script.to_string_lossy().into_owned()],
            search: None,
            ships: vec![venv.folder, script],
        },
        digest: digest(venv.resolved, program.as_bytes()),
    })
}

/// The variables that it is given beside its grants: those without which an interpreter does not find what it needs, or depends on who
/// runs it. `home` is a folder that it may write.
pub fn environment(search: Option<&Path>, home: &Path) -> Vec<(String, String)> {
    let mut path = std::env::var("PATH").unwrap_or_default();
    if let Some(first) = search {
        path = format!("{}:{path}", first.display());
    }
    let home = home.to_string_lossy();
    let variables = [
        ("PATH", path.as_str()),
        ("HOME", &home),
        ("TZ", "UTC"),
        ("LC_ALL", "C.UTF-8"),
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        // git would write to the index of a repository that it is only asked about, which all packagings share.
        ("GIT_OPTIONAL_LOCKS", "0"),
        // Whoever owns a repository: in a container the data is another user's.
        ("GIT_CONFIG_COUNT", "1"),
        ("GIT_CONFIG_KEY_0", "safe.directory"),
        ("GIT_CONFIG_VALUE_0", "*"),
        // The cache stays as it was installed; pip has compiled every module.
        ("PYTHONDONTWRITEBYTECODE", "1"),
    ];
    variables
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

/// Where this repository keeps one.
fn own(root: &Path, server: &str) -> PathBuf {
    root.join("containers").join(server).join("reference")
}

fn digest(mut packages: Vec<Resolved>, program: &[u8]) -> Digest {
    packages.sort();
    let mut listed = Vec::new();
    for package in packages {
        let line = format!("{} {} {}\n", package.name, package.version, package.digest);
        listed.extend(line.into_bytes());
    }
    listed.extend(program);
    Digest::of(&listed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_package_or_another_line_of_a_program_is_another_reference() {
        let package = |version: &str| Resolved {
            name: "mcp".to_owned(),
            version: version.to_owned(),
            digest: "sha256:ab".to_owned(),
        };
        let one = digest(vec![package("1"), package("2")], b"run()");
        assert_eq!(one, digest(vec![package("2"), package("1")], b"run()"));
        assert_ne!(one, digest(vec![package("1"), package("3")], b"run()"));
        assert_ne!(one, digest(vec![package("1"), package("2")], b"go()"));
    }

    #[test]
    fn what_it_runs_is_looked_for_in_its_own_folder_first() {
        let variables = environment(Some(Path::new("/node/bin")), Path::new("/scratch"));
        let of = |wanted: &str| {
            let mut all = variables.iter();
            all.find(|(name, _)| name == wanted)
                .map(|(_, value)| value.as_str())
        };
        assert!(of("PATH").is_some_and(|path| path.starts_with("/node/bin:")));
        assert_eq!(of("HOME"), Some("/scratch"));
    }
}
