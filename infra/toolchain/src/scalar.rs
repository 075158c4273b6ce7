//! Builds a server without vector instructions, so that what they are worth can be measured.

use std::path::{Path, PathBuf};

use crate::build::{self, BuildError, Component, Linking, Native};
use crate::locate::{Toolchain, Wasm};

/// The compiler is to make none of its own. What the standard library holds stays.
const NONE: [&str; 2] = ["-Cno-vectorize-loops", "-Cno-vectorize-slp"];

impl Wasm {
    /// Builds a component without `simd128`, beside the one that has it.
    ///
    /// # Errors
    /// As `build_component` has them, and where the file cannot be laid beside the other.
    pub fn build_scalar(
        &self,
        wanted: &Component<'_>,
        said: &mut dyn FnMut(&str),
    ) -> Result<PathBuf, BuildError> {
        let file = self.build_with(wanted, &[], said)?;
        beside(&file, wanted.package)
    }
}

impl Toolchain {
    /// Builds a statically linked native program in which nothing is vectorised, without the package's default features: those
    /// that ask for vector instructions by themselves.
    ///
    /// # Errors
    /// As `build_native` has them, and where the file cannot be laid beside the other.
    pub fn build_scalar(
        &self,
        workspace: &Path,
        package: &str,
        said: &mut dyn FnMut(&str),
    ) -> Result<PathBuf, BuildError> {
        let wanted = Native {
            workspace,
            package,
            program: package,
            profile: "release",
            beside: &[],
            linking: Linking::Static,
        };
        let file = self.build_with(&wanted, &NONE, &["--no-default-features"], said)?;
        beside(&file, package)
    }
}

/// A copy under a name of its own: cargo gives both builds the same one.
fn beside(file: &Path, package: &str) -> Result<PathBuf, BuildError> {
    let failed = |error: std::io::Error| BuildError::Cargo {
        package: package.to_owned(),
        why: format!("{} cannot be copied: {error}", file.display()),
    };
    let name = match file.extension() {
        Some(ending) => format!("{package}_scalar.{}", ending.to_string_lossy()),
        None => format!("{package}_scalar"),
    };
    let copy = file.with_file_name(name);
    let part = build::part(&copy);
    std::fs::copy(file, &part).map_err(failed)?;
    std::fs::rename(&part, &copy).map_err(failed)?;
    Ok(copy)
}
