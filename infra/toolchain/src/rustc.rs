//! What the active `rustc` says of itself.

use std::path::{Path, PathBuf};

use crate::commands::Commands;
use crate::error::Missing;
use crate::process::Step;

/// The target that components are built for.
pub(crate) const TARGET: &str = "wasm32-wasip2";

/// The compiler that `cargo` would use here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rustc {
    /// The program as it was found; it may be a proxy that picks a toolchain.
    pub program: PathBuf,
    /// Such as `1.95.0` or `1.97.0-nightly`.
    pub release: String,
    /// The full hash of the commit that it was built from; `unknown` where a distribution leaves it out.
    pub commit: String,
    /// The triple of this machine.
    pub host: String,
    /// The toolchain's own folder, symbolic links resolved. Nothing is ever written below it.
    pub sysroot: PathBuf,
}

impl Rustc {
    /// Asks the compiler that `$RUSTC` names, or the one on the search path.
    pub(crate) fn ask(commands: &Commands) -> Result<Self, Missing> {
        let named = std::env::var_os("RUSTC").filter(|name| !name.is_empty());
        let program = named
            .as_deref()
            .and_then(|name| commands.find(name))
            .or_else(|| commands.find("rustc"));
        let program = program.ok_or_else(|| {
            Missing::new(
                "there is no `rustc` on the search path",
                "Install Rust, then run the command again.",
            )
        })?;
        let verbose = Step::new(&program, commands)
            .arg("-vV")
            .run(None, &mut |_| {});
        let sysroot = Step::new(&program, commands)
            .args(["--print", "sysroot"])
            .run(None, &mut |_| {});
        let unusable =
            |why: String| Missing::new(why, "Run `rustc -vV` and repair what it complains about.");
        let verbose = verbose.map_err(|failure| unusable(failure.to_string()))?;
        let sysroot = sysroot.map_err(|failure| unusable(failure.to_string()))?;
        // Resolved, because a toolchain's folder can be a link to another toolchain's.
        let sysroot = Path::new(sysroot.trim()).canonicalize().map_err(|error| {
            unusable(format!(
                "the sysroot {} cannot be read: {error}",
                sysroot.trim()
            ))
        })?;
        Self::parse(program, &verbose, sysroot)
            .ok_or_else(|| unusable("`rustc -vV` names no release or no host".into()))
    }

    fn parse(program: PathBuf, verbose: &str, sysroot: PathBuf) -> Option<Self> {
        let field = |name: &str| {
            let value = verbose
                .lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
            value.map(|value| value.trim().to_owned())
        };
        Some(Self {
            program,
            release: field("release")?,
            commit: field("commit-hash").unwrap_or_else(|| "unknown".into()),
            host: field("host")?,
            sysroot,
        })
    }

    /// What a library's metadata is bound to: the commit, or the release where the commit is not told.
    pub(crate) fn identity(&self) -> String {
        if self.commit == "unknown" {
            format!("release{}", self.release)
        } else {
            self.commit.clone()
        }
    }

    /// Where the standard library of the target lies in a sysroot.
    pub(crate) fn library_folder(sysroot: &Path) -> PathBuf {
        sysroot.join("lib/rustlib").join(TARGET).join("lib")
    }

    /// The compiler itself, not a proxy in front of it.
    pub(crate) fn real_program(&self) -> PathBuf {
        let inside = self.sysroot.join("bin/rustc");
        if inside.is_file() {
            inside
        } else {
            self.program.clone()
        }
    }
}

/// Whether a sysroot's library folder holds a standard library.
pub(crate) fn holds_standard_library(folder: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return false;
    };
    entries.flatten().any(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name.starts_with("libstd-") && name.ends_with(".rlib")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_are_read_and_an_unknown_commit_is_allowed() {
        let said = "rustc 1.95.0 (59807616e 2026-04-14)\nbinary: rustc\ncommit-hash: 59807616e1fa\nhost: x86_64-unknown-linux-gnu\nrelease: 1.95.0\n";
        let rustc = Rustc::parse("rustc".into(), said, "/s".into()).expect("complete");
        assert_eq!(
            (
                rustc.release.as_str(),
                rustc.commit.as_str(),
                rustc.host.as_str()
            ),
            ("1.95.0", "59807616e1fa", "x86_64-unknown-linux-gnu")
        );

        let without = said.replace("commit-hash: 59807616e1fa\n", "");
        assert_eq!(
            Rustc::parse("rustc".into(), &without, "/s".into())
                .expect("complete")
                .commit,
            "unknown"
        );
        assert_eq!(
            Rustc::parse("rustc".into(), "rustc 1.95.0", "/s".into()),
            None
        );
    }
}
