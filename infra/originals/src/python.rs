//! Python packages: a virtual environment in the cache, filled by pip.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toolchain::process::Step;

use crate::shelf::{Resolved, Wanted};
use crate::store::Store;
use toolchain::Missing;

/// The oldest Python, as major and minor version: what the official servers ask for.
pub const PYTHON: (u32, u32) = (3, 10);

const INSTALL: &str = "Install Python 3.10 or newer with its `venv` module (`apt install python3-venv`), then run the command again.";
const REACH: &str = "Check that `pip` reaches its index (`pip download pip`) and that there is 300 MB of room, then run the command again.";

/// A virtual environment.
#[derive(Debug, Clone)]
pub struct Venv {
    /// Its folder.
    pub folder: PathBuf,
    /// Every package in it that was asked for or needed.
    pub resolved: Vec<Resolved>,
}

impl Venv {
    /// Its interpreter. Modules are started with `-m`: the scripts beside it name the folder that it was made in.
    pub fn python(&self) -> PathBuf {
        self.folder.join("bin/python")
    }

    /// Lets a package find, at this place below the packages, a folder that lies elsewhere in the cache.
    pub(crate) fn link(&self, place: &Path, to: &Path) -> Result<(), Missing> {
        let failed = |why: String| {
            Missing::new(
                format!(
                    "{} cannot be given {}: {why}",
                    self.folder.display(),
                    to.display()
                ),
                "Remove that folder, then run the command again.",
            )
        };
        let versions = std::fs::read_dir(self.folder.join("lib"));
        let mut folders = versions.into_iter().flatten().flatten();
        let packages = folders
            .find(|entry| entry.file_name().to_string_lossy().starts_with("python3"))
            .ok_or_else(|| failed("it holds no packages".to_owned()))?;
        let place = packages.path().join("site-packages").join(place);
        match std::os::unix::fs::symlink(to, &place) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                Err(failed(error.to_string()))
            }
            _ if std::fs::read_link(&place).is_ok_and(|found| found == to) => Ok(()),
            _ => Err(failed("something else is there".to_owned())),
        }
    }
}

/// pip's report of an installation.
#[derive(Debug, Deserialize)]
struct Report {
    install: Vec<Reported>,
}

#[derive(Debug, Deserialize)]
struct Reported {
    metadata: Metadata,
    download_info: Download,
}

#[derive(Debug, Deserialize)]
struct Metadata {
    name: String,
    version: String,
}

#[derive(Debug, Deserialize)]
struct Download {
    archive_info: Option<Archive>,
}

#[derive(Debug, Deserialize)]
struct Archive {
    hashes: std::collections::BTreeMap<String, String>,
}

impl Store {
    /// A virtual environment with these requirements (`mcp==2.3.0`, one each) and all that they need, from wheels alone.
    ///
    /// # Errors
    /// When Python is missing or too old, or pip cannot install them, with the remedy.
    pub fn python(
        &self,
        name: &str,
        requirements: &[&str],
        said: &mut dyn FnMut(&str),
    ) -> Result<Venv, Missing> {
        let program = self
            .commands
            .find("python3")
            .ok_or_else(|| Missing::new("`python3` is not on the search path", INSTALL))?;
        let with = self.interpreter(&program)?;
        let list: Vec<String> = requirements.iter().map(|r| (*r).to_owned()).collect();
        let wanted = Wanted::new(&format!("pip-{name}"), list.clone(), with);
        let entry = self.entry(&wanted, &list.join(" and "), said, |work| {
            let folder = work.folder.to_owned();
            let step = Step::new(&program, &self.commands)
                .args(["-m", "venv"])
                .arg(&folder);
            work.show(&step)
                .map_err(|failure| Missing::new(failure.to_string(), INSTALL))?;
            let failed = |why: String| Missing::new(why, REACH);
            let report = folder.join("report.json");
            let step = Step::new(&folder.join("bin/python"), &self.commands)
                .args([
                    "-m",
                    "pip",
                    "install",
                    "--disable-pip-version-check",
                    "--no-input",
                    "--only-binary=:all:",
                    "--retries=1",
                    "--timeout=30",
                    "--report",
                ])
                .arg(&report)
                .args(&list)
                .within(&folder);
            work.show(&step)
                .map_err(|failure| failed(failure.to_string()))?;
            let resolved = resolved(&report).map_err(failed)?;
            // It names where each file came from, which is nobody else's business.
            std::fs::remove_file(&report)
                .map_err(|error| failed(format!("pip's report cannot be removed: {error}")))?;
            Ok(resolved)
        })?;
        Ok(Venv {
            folder: entry.folder,
            resolved: entry.resolved,
        })
    }

    /// What identifies an interpreter: a virtual environment holds for the very one that it was made with.
    fn interpreter(&self, program: &Path) -> Result<String, Missing> {
        let script = "import sys, platform; print(sys.version_info[0], sys.version_info[1], platform.python_version(), platform.platform(), sys.executable)";
        let step = Step::new(program, &self.commands).args(["-I", "-c", script]);
        let printed = step
            .run(None, &mut |_| {})
            .map_err(|failure| Missing::new(failure.to_string(), INSTALL))?;
        let mut words = printed.split_whitespace();
        let mut number = || words.next().and_then(|word| word.parse::<u32>().ok());
        match (number(), number()) {
            (Some(major), Some(minor)) if (major, minor) >= PYTHON => Ok(printed.trim().to_owned()),
            (Some(major), Some(minor)) => {
                Err(Missing::new(format!("python3 is {major}.{minor}"), INSTALL))
            }
            _ => Err(Missing::new("python3 does not tell its version", INSTALL)),
        }
    }
}

/// The packages that pip says it has installed.
fn resolved(report: &Path) -> Result<Vec<Resolved>, String> {
    let text = std::fs::read(report).map_err(|error| format!("pip left no report: {error}"))?;
    let report: Report = serde_json::from_slice(&text)
        .map_err(|error| format!("pip's report cannot be understood: {error}"))?;
    let package = |reported: Reported| {
        let hashes = reported.download_info.archive_info.map(|info| info.hashes);
        let digest = hashes.and_then(|mut hashes| hashes.remove("sha256"));
        let digest =
            digest.ok_or_else(|| format!("pip names no digest of {}", reported.metadata.name))?;
        Ok(Resolved {
            name: reported.metadata.name,
            version: reported.metadata.version,
            digest: format!("sha256:{digest}"),
        })
    };
    report.install.into_iter().map(package).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_without_a_digest_is_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("report.json");
        let read = |archive: &str| {
            let text = format!(
                r#"{{"install":[{{"metadata":{{"name":"a","version":"1"}},"download_info":{{{archive}}}}}]}}"#
            );
            std::fs::write(&path, text).expect("written");
            resolved(&path)
        };
        let good = read(r#""archive_info":{"hashes":{"sha256":"ab"}}"#).expect("good");
        assert_eq!(good[0].digest, "sha256:ab");
        assert!(read(r#""archive_info":{"hashes":{}}"#).is_err());
        assert!(read(r#""dir_info":{}"#).is_err());
    }
}
