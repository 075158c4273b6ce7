//! Builds a server, as a component or as a native program, and learns from `cargo` where the result lies.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::commands::Commands;
use crate::locate::{Toolchain, Wasm};
use crate::process::{Failure, Step};
use crate::rustc::{Rustc, TARGET};

/// Between flags in the one variable of `cargo` that allows spaces within a flag.
const FLAG_SEPARATOR: &str = "\u{1f}";

/// What is to be built as a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component<'a> {
    /// Any folder of the workspace that holds the package.
    pub workspace: &'a Path,
    /// The cargo package; its library must be a `cdylib`.
    pub package: &'a str,
    /// The cargo profile; `guest` is what is measured.
    pub profile: &'a str,
    /// Features beyond the default ones.
    pub features: &'a [&'a str],
}

impl<'a> Component<'a> {
    /// The package in the profile that is measured.
    pub fn of(workspace: &'a Path, package: &'a str) -> Self {
        Self {
            workspace,
            package,
            profile: "guest",
            features: &[],
        }
    }
}

/// How a native program finds the C library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linking {
    /// As `cargo build` links by default.
    Default,
    /// Everything within the program: what starts fastest, and runs in an empty image.
    Static,
}

/// What is to be built as a native program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Native<'a> {
    /// Any folder of the workspace that holds the package.
    pub workspace: &'a Path,
    /// The cargo package.
    pub package: &'a str,
    /// The binary of that package.
    pub program: &'a str,
    /// The cargo profile: `runtime` for the runtime and the worker that are measured, `release` for every other program.
    pub profile: &'a str,
    /// Other packages of the workspace whose features are turned on too. Programs that name each other share everything that
    /// is compiled for them; without that, a feature that one of them alone asks for has it all compiled twice.
    pub beside: &'a [&'a str],
    /// How it is linked.
    pub linking: Linking,
}

/// Why there is nothing to run.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// There is no `cargo` to build with.
    #[error("there is no `cargo` on the search path. Install Rust, then run the command again.")]
    NoCargo,
    /// `cargo` failed, or could not be started.
    #[error(
        "{package} was not built: {why}. Repair what the compiler complains about, then run the command again."
    )]
    Cargo {
        /// The package that was asked for.
        package: String,
        /// How `cargo` ended, with its last lines.
        why: String,
    },
    /// `cargo` succeeded and named no such file.
    #[error("{package} was built and holds no {wanted}. Give its Cargo.toml one.")]
    NoArtefact {
        /// The package that was asked for.
        package: String,
        /// What was looked for.
        wanted: String,
    },
}

impl Wasm {
    /// Builds a component and returns its file, in the target folder that `cargo` uses here.
    ///
    /// Blocks until `cargo` ends; calls at the same time wait for each other in `cargo`. Each line that `cargo` prints
    /// goes to `said`.
    pub fn build_component(
        &self,
        wanted: &Component<'_>,
        said: &mut dyn FnMut(&str),
    ) -> Result<PathBuf, BuildError> {
        self.build_with(wanted, &["-Ctarget-feature=+simd128"], said)
    }

    /// The same with other flags of ours.
    pub(crate) fn build_with(
        &self,
        wanted: &Component<'_>,
        own: &[&str],
        said: &mut dyn FnMut(&str),
    ) -> Result<PathBuf, BuildError> {
        let mut flags = self.flags();
        flags.extend(own.iter().map(|flag| (*flag).to_owned()));
        flags.extend(remapped(wanted.workspace));
        let mut step = self.toolchain().cargo(&flags, wanted.workspace)?;
        step = step.args([
            "build",
            "--lib",
            "--target",
            TARGET,
            "--package",
            wanted.package,
            "--profile",
            wanted.profile,
        ]);
        if !wanted.features.is_empty() {
            step = step.arg("--features").arg(wanted.features.join(","));
        }
        let is_wanted = |artefact: &Artefact| {
            artefact
                .target
                .crate_types
                .iter()
                .any(|kind| kind == "cdylib")
                && package_of(&artefact.package_id) == Some(wanted.package)
        };
        artefact(
            &step,
            wanted.package,
            "`cdylib` library",
            &is_wanted,
            "wasm",
            said,
        )
    }
}

impl Toolchain {
    /// Builds a native program and returns its file. Each profile has a folder of its own, and so have statically linked
    /// programs: none overwrites another.
    pub fn build_native(
        &self,
        wanted: &Native<'_>,
        said: &mut dyn FnMut(&str),
    ) -> Result<PathBuf, BuildError> {
        self.build_with(wanted, &[], &[], said)
    }

    /// The same with flags and words of our own.
    pub(crate) fn build_with(
        &self,
        wanted: &Native<'_>,
        own: &[&str],
        words: &[&str],
        said: &mut dyn FnMut(&str),
    ) -> Result<PathBuf, BuildError> {
        let not_built = |why: String| BuildError::Cargo {
            package: wanted.package.into(),
            why,
        };
        let rustc = Rustc::ask(self.commands()).map_err(|missing| not_built(missing.why))?;
        let fixed = wanted.linking == Linking::Static;
        let mut flags = if fixed && rustc.host.ends_with("linux-gnu") {
            vec!["-Ctarget-feature=+crt-static".to_owned()]
        } else {
            Vec::new()
        };
        flags.extend(own.iter().map(|flag| (*flag).to_owned()));
        let mut step = self.cargo(&flags, wanted.workspace)?;
        step = step.args([
            "build",
            "--profile",
            wanted.profile,
            "--package",
            wanted.package,
            "--bin",
            wanted.program,
        ]);
        step = step.args(words);
        for package in wanted.beside {
            step = step.args(["--package", package]);
        }
        if fixed {
            // With a target named, the flags do not reach build scripts and macros, which cannot be static.
            step = step.args(["--target", &rustc.host]);
        }
        let is_wanted = |artefact: &Artefact| {
            artefact.target.name == wanted.program
                && artefact.target.kind.iter().any(|kind| kind == "bin")
        };
        artefact(
            &step,
            wanted.package,
            &format!("program `{}`", wanted.program),
            &is_wanted,
            "",
            said,
        )
    }

    fn cargo(&self, flags: &[String], workspace: &Path) -> Result<Step, BuildError> {
        self.commands().find("cargo").ok_or(BuildError::NoCargo)?;
        let step = cargo_step(self.commands(), flags).within(workspace);
        // Set for tests of other crates, where it would stop every nested build at the first warning.
        Ok(step.without_env(["RUSTC_WORKSPACE_WRAPPER"]))
    }
}

/// `cargo` with exactly these compiler flags and the manifest's profiles, whatever environment and configuration say: what
/// is measured must not depend on them.
pub(crate) fn cargo_step(commands: &Commands, flags: &[String]) -> Step {
    let program = commands
        .find("cargo")
        .unwrap_or_else(|| PathBuf::from("cargo"));
    // `cargo run` and `cargo test` describe their own package to what they start; build scripts would take that for a change.
    const PREFIXES: [&[u8]; 4] = [
        b"CARGO_PROFILE_",
        b"CARGO_PKG_",
        b"CARGO_MANIFEST_",
        b"CARGO_BIN_",
    ];
    let profiles = std::env::vars_os().map(|(name, _)| name);
    let profiles = profiles.filter(|name| {
        PREFIXES
            .iter()
            .any(|prefix| name.as_encoded_bytes().starts_with(prefix))
    });
    let others = [
        "RUSTFLAGS",
        "CARGO_BUILD_TARGET",
        "CARGO_CRATE_NAME",
        "CARGO_PRIMARY_PACKAGE",
    ]
    .map(OsString::from);
    Step::new(&program, commands)
        .without_env(profiles.chain(others))
        // Set even when there are none: an empty list stands before the flags of any configuration file.
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join(FLAG_SEPARATOR))
}

/// Panic messages carry file names into a component; without this, the builder's home folder would be in each.
fn remapped(workspace: &Path) -> Vec<String> {
    let home = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let cargo = home("CARGO_HOME").or_else(|| Some(home("HOME")?.join(".cargo")));
    let mut flags = Vec::new();
    if let Some(cargo) = cargo {
        flags.push(format!(
            "--remap-path-prefix={}=/cargo",
            cargo.join("registry/src").display()
        ));
    }
    if let Ok(workspace) = workspace.canonicalize() {
        flags.push(format!(
            "--remap-path-prefix={}=/source",
            workspace.display()
        ));
    }
    flags
}

/// One line of `cargo --message-format=json`; every other reason has no `target` and is passed over.
#[derive(Debug, Deserialize)]
struct Artefact {
    package_id: String,
    target: Target,
    filenames: Vec<PathBuf>,
}

#[derive(Debug, Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
    crate_types: Vec<String>,
}

/// Runs `cargo` and returns the last file that fits: of the package asked for, with the ending asked for.
fn artefact(
    step: &Step,
    package: &str,
    wanted: &str,
    is_wanted: &dyn Fn(&Artefact) -> bool,
    ending: &str,
    said: &mut dyn FnMut(&str),
) -> Result<PathBuf, BuildError> {
    let step = step.clone().arg("--message-format=json-render-diagnostics");
    let printed = step
        .run(None, said)
        .map_err(|failure: Failure| BuildError::Cargo {
            package: package.into(),
            why: failure.to_string(),
        })?;
    let artefacts = printed
        .lines()
        .filter_map(|line| serde_json::from_str::<Artefact>(line).ok());
    let files = artefacts
        .filter(is_wanted)
        .flat_map(|artefact| artefact.filenames);
    let fitting = files.filter(|file| file.extension().unwrap_or_default() == ending);
    fitting.last().ok_or_else(|| BuildError::NoArtefact {
        package: package.into(),
        wanted: wanted.into(),
    })
}

/// The package's name in a package id: `…#name@version`, or `…/name#version` where the folder has the name.
fn package_of(id: &str) -> Option<&str> {
    let (address, fragment) = id.rsplit_once('#')?;
    match fragment.split_once('@') {
        Some((name, _)) => Some(name),
        None => address.rsplit('/').next(),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn both_spellings_of_a_package_id_name_the_package() {
        assert_eq!(
            package_of("path+file:///w/servers/noop#0.1.0"),
            Some("noop")
        );
        assert_eq!(
            package_of("path+file:///w/results#record@0.1.0"),
            Some("record")
        );
        assert_eq!(package_of("registry+index#serde@1.0.0"), Some("serde"));
        assert_eq!(package_of("nonsense"), None);
    }

    #[test]
    fn flags_are_ours_alone_and_may_hold_spaces() {
        let root = tempfile::tempdir().expect("temporary folder");
        let cargo = root.path().join("cargo");
        let script = "#!/bin/sh\necho \"${CARGO_ENCODED_RUSTFLAGS-unset}|${RUSTFLAGS-unset}\"\n";
        std::fs::write(&cargo, script).expect("script");
        std::fs::set_permissions(&cargo, std::fs::Permissions::from_mode(0o755)).expect("chmod");
        let commands = Commands::on(&[root.path()]);
        let printed = |flags: &[&str]| {
            let flags: Vec<_> = flags.iter().map(|flag| (*flag).to_owned()).collect();
            let step = cargo_step(&commands, &flags);
            step.run(None, &mut |_| {}).expect("the script ends well")
        };
        assert_eq!(printed(&[]), "|unset\n");
        assert_eq!(
            printed(&["--sysroot", "/a b"]),
            "--sysroot\u{1f}/a b|unset\n"
        );
    }

    #[test]
    fn messages_without_a_file_are_passed_over() {
        let finished = r#"{"reason":"build-finished","success":true}"#;
        assert!(serde_json::from_str::<Artefact>(finished).is_err());
        let script = r#"{"reason":"build-script-executed","package_id":"p#1","linked_libs":[]}"#;
        assert!(serde_json::from_str::<Artefact>(script).is_err());
    }
}
