//! The plain way: the target lies beside the active `rustc`, and under `setup` is put there by `rustup`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::commands::Commands;
use crate::process::{Failure, Step, Watch, bytes_below};
use crate::rustc::{Rustc, TARGET, holds_standard_library};

/// Whether the toolchain has the target's standard library already.
pub(crate) fn is_installed(rustc: &Rustc) -> bool {
    holds_standard_library(&Rustc::library_folder(&rustc.sysroot))
}

/// How `rustup target add` ended.
#[derive(Debug)]
pub(crate) enum Added {
    /// The target is there now.
    Yes,
    /// There is no `rustup` here.
    NoRustup,
    /// `rustup` failed, hung, or put the target elsewhere.
    No(String),
}

/// Asks `rustup` to add the target to the active toolchain; given up after `patience` without progress.
pub(crate) fn add(
    rustc: &Rustc,
    commands: &Commands,
    patience: Duration,
    said: &mut dyn FnMut(&str),
) -> Added {
    let Some(rustup) = commands.find("rustup") else {
        return Added::NoRustup;
    };
    said(&format!(
        "running `rustup target add {TARGET}`, which changes the active toolchain (--setup allows it)"
    ));
    let folders = watched_folders(&rustup, commands, rustc);
    let gauge = || folders.iter().map(|folder| bytes_below(folder)).sum();
    let step = Step::new(&rustup, commands).args(["target", "add", TARGET]);
    match step.show(
        Some(Watch {
            patience,
            gauge: &gauge,
        }),
        said,
    ) {
        Ok(()) if is_installed(rustc) => Added::Yes,
        Ok(()) => Added::No(
            "`rustup target add` succeeded, but for another toolchain than the active `rustc`"
                .into(),
        ),
        Err(failure) => Added::No(failure.to_string()),
    }
}

/// `rustup` is silent while it downloads and unpacks without a terminal, so what it writes is watched too.
fn watched_folders(rustup: &Path, commands: &Commands, rustc: &Rustc) -> Vec<PathBuf> {
    let home: Result<String, Failure> = Step::new(rustup, commands)
        .args(["show", "home"])
        .run(None, &mut |_| {});
    let home = home
        .map(|home| PathBuf::from(home.trim()))
        .unwrap_or_default();
    let mut folders = vec![rustc.sysroot.join("lib/rustlib").join(TARGET)];
    if home.is_absolute() {
        folders.extend([home.join("downloads"), home.join("tmp")]);
    }
    folders
}
