//! Builds a server without vector instructions, so that what they are worth can be measured.
//!
//! In cargo profiles of their own, whose folders are others: neither build overwrites the other's file.

use std::path::{Path, PathBuf};

use crate::build::{BuildError, Component, Linking, Native};
use crate::locate::{Toolchain, Wasm};

/// `guest` and `release` in other folders.
const COMPONENT: &str = "guest-scalar";
const NATIVE: &str = "scalar";
/// The compiler is to make none of its own. What the standard library holds stays.
const NONE: [&str; 2] = ["-Cno-vectorize-loops", "-Cno-vectorize-slp"];

impl Wasm {
    /// Builds a component without `simd128`.
    ///
    /// # Errors
    /// As `build_component` has them.
    pub fn build_scalar(
        &self,
        workspace: &Path,
        package: &str,
        said: &mut dyn FnMut(&str),
    ) -> Result<PathBuf, BuildError> {
        let wanted = Component {
            profile: COMPONENT,
            ..Component::of(workspace, package)
        };
        self.build_with(&wanted, &[], said)
    }
}

impl Toolchain {
    /// Builds a statically linked native program in which nothing is vectorised, without the package's default features: those
    /// that ask for vector instructions by themselves.
    ///
    /// # Errors
    /// As `build_native` has them.
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
            profile: NATIVE,
            beside: &[],
            linking: Linking::Static,
        };
        self.build_with(&wanted, &NONE, &["--no-default-features"], said)
    }
}
