//! The Debian recipe, second half: the standard library, built for the target by the very compiler that will link it.
//!
//! `cargo` finds a standard library's source only inside a sysroot. The toolchain's is not ours to change, so a farm of
//! symbolic links stands in for it, with the source in its place, and a wrapper hands it to `rustc`.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use crate::build::cargo_step;
use crate::commands::Commands;
use crate::debian::{Packages, START_FILES};
use crate::process::{Failure, Step};
use crate::rustc::{Rustc, TARGET, holds_standard_library};

/// The crate that gives `cargo` something to build the library for; its name must not be a library's.
const SEED: &str = "wasmmcp_seed";

/// Why the library could not be built.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotBuilt {
    #[error(transparent)]
    Files(#[from] io::Error),
    #[error(transparent)]
    Command(#[from] Failure),
    #[error("the build ended well and left no {0}")]
    Nothing(&'static str),
}

/// Builds the library below `room` and lays it out as a sysroot of its own, which is returned.
pub(crate) fn build(
    rustc: &Rustc,
    packages: &Packages,
    room: &Path,
    commands: &Commands,
    said: &mut dyn FnMut(&str),
) -> Result<PathBuf, NotBuilt> {
    let farm = farm(rustc, packages, room)?;
    let wrapper = wrapper(rustc, &farm, room)?;
    let seed = room.join("seed");
    fs::create_dir_all(seed.join("src"))?;
    fs::write(seed.join("src/lib.rs"), "")?;
    fs::write(
        seed.join("Cargo.toml"),
        format!(
            "[package]\nname = \"{SEED}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n"
        ),
    )?;
    said("building the standard library for the target, half a minute on two cores");
    let target = room.join("target");
    let source = farm.join("lib/rustlib/src/rust");
    let flags = [
        // Without the bitcode every component with `lto` fails to link.
        "-Cembed-bitcode=yes".to_owned(),
        // Panic messages carry file names into every component: name the source as an installed target would.
        format!(
            "--remap-path-prefix={}=/rustc/{}",
            source.display(),
            rustc.commit
        ),
        format!(
            "--remap-path-prefix={}=/rustc/{}",
            packages.source.display(),
            rustc.commit
        ),
    ];
    cargo_step(commands, &flags)
        .args([
            "build",
            "--release",
            "-Zbuild-std=std,panic_abort",
            "--target",
            TARGET,
        ])
        .env("RUSTC", &wrapper)
        // The only step that needs it: `-Zbuild-std` is unstable, what comes out of it is not.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_DIR", &target)
        .without_env([
            "RUSTC_WRAPPER",
            "RUSTC_WORKSPACE_WRAPPER",
            "CARGO_BUILD_RUSTC_WRAPPER",
            "CARGO_INCREMENTAL",
        ])
        .within(&seed)
        .show(None, said)?;

    let sysroot = room.join("sysroot");
    lay_out(
        &target.join(TARGET).join("release/deps"),
        &packages.start_files,
        &sysroot,
    )?;
    prove(rustc, &sysroot, room, commands)?;
    Ok(sysroot)
}

/// A sysroot that is the toolchain's, but with the library's source and the target's start files.
fn farm(rustc: &Rustc, packages: &Packages, room: &Path) -> io::Result<PathBuf> {
    let farm = room.join("farm");
    let rustlib = farm.join("lib/rustlib");
    fs::create_dir_all(rustlib.join("src"))?;
    link_all(&rustc.sysroot, &farm, &["lib"])?;
    link_all(&rustc.sysroot.join("lib"), &farm.join("lib"), &["rustlib"])?;
    link_all(
        &rustc.sysroot.join("lib/rustlib"),
        &rustlib,
        &["src", TARGET],
    )?;
    symlink(&packages.source, rustlib.join("src/rust"))?;
    copy_start_files(&packages.start_files, &Rustc::library_folder(&farm))?;
    Ok(farm)
}

fn link_all(from: &Path, to: &Path, but: &[&str]) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if !but.iter().any(|name| entry.file_name() == *name) {
            symlink(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

fn copy_start_files(from: &Path, library: &Path) -> io::Result<()> {
    let to = library.join("self-contained");
    fs::create_dir_all(&to)?;
    for name in START_FILES {
        fs::copy(from.join(name), to.join(name))?;
    }
    Ok(())
}

fn wrapper(rustc: &Rustc, farm: &Path, room: &Path) -> io::Result<PathBuf> {
    let path = room.join("rustc");
    let mut file = fs::File::create(&path)?;
    writeln!(
        file,
        "#!/bin/sh\nexec {} --sysroot {} \"$@\"",
        quoted(&rustc.real_program()),
        quoted(farm)
    )?;
    file.set_permissions(fs::Permissions::from_mode(0o755))?;
    Ok(path)
}

/// A path as one word of a shell script.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}

fn lay_out(built: &Path, start_files: &Path, sysroot: &Path) -> Result<(), NotBuilt> {
    let library = Rustc::library_folder(sysroot);
    fs::create_dir_all(&library)?;
    for entry in fs::read_dir(built)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".rlib") && !name.starts_with(&format!("lib{SEED}-")) {
            fs::copy(entry.path(), library.join(name))?;
        }
    }
    if !holds_standard_library(&library) {
        return Err(NotBuilt::Nothing("standard library"));
    }
    copy_start_files(start_files, &library)?;
    Ok(())
}

/// Links a component with fat LTO before the sysroot is trusted: a wrong library shows only here.
fn prove(rustc: &Rustc, sysroot: &Path, room: &Path, commands: &Commands) -> Result<(), NotBuilt> {
    let (source, component) = (room.join("proof.rs"), room.join("proof.wasm"));
    fs::write(
        &source,
        "fn main() { println!(\"{:?}\", std::env::args()); }\n",
    )?;
    Step::new(&rustc.real_program(), commands)
        .args([
            "--edition=2024",
            "--target",
            TARGET,
            "-Copt-level=s",
            "-Clto=fat",
            "-Cpanic=abort",
            "--sysroot",
        ])
        .arg(sysroot)
        .arg("-o")
        .arg(&component)
        .arg(&source)
        .run(None, &mut |_| {})?;
    if fs::read(&component)?.starts_with(b"\0asm\x0d\0\x01\0") {
        Ok(())
    } else {
        Err(NotBuilt::Nothing("component"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_one_word_whatever_it_holds() {
        assert_eq!(quoted(Path::new("/a b/$HOME/`x`")), "'/a b/$HOME/`x`'");
        assert_eq!(quoted(Path::new("/it's")), r"'/it'\''s'");
    }

    #[test]
    fn a_build_without_a_standard_library_is_not_laid_out() {
        let root = tempfile::tempdir().expect("temporary folder");
        let (built, start) = (root.path().join("deps"), root.path().join("start"));
        fs::create_dir_all(&built).expect("folder");
        fs::create_dir_all(&start).expect("folder");
        fs::write(built.join(format!("lib{SEED}-1.rlib")), "").expect("file");
        fs::write(built.join("libcore-1.rlib"), "").expect("file");
        let outcome = lay_out(&built, &start, &root.path().join("sysroot"));
        assert!(
            matches!(outcome, Err(NotBuilt::Nothing("standard library"))),
            "{outcome:?}"
        );
    }

    #[test]
    fn the_farm_holds_links_and_leaves_the_toolchain_alone() {
        let root = tempfile::tempdir().expect("temporary folder");
        let toolchain = root.path().join("toolchain");
        fs::create_dir_all(toolchain.join("bin")).expect("folder");
        fs::create_dir_all(toolchain.join("lib/rustlib/src/rust")).expect("folder");
        fs::create_dir_all(toolchain.join("lib/rustlib/host")).expect("folder");
        let start_files = root.path().join("start");
        fs::create_dir_all(&start_files).expect("folder");
        for name in START_FILES {
            fs::write(start_files.join(name), name).expect("file");
        }
        let rustc = Rustc {
            program: "rustc".into(),
            release: "1.95.0".into(),
            commit: "c".into(),
            host: "host".into(),
            sysroot: toolchain.clone(),
        };
        let packages = Packages {
            source: root.path().join("source"),
            start_files,
            versions: Default::default(),
        };

        let farm = farm(&rustc, &packages, root.path()).expect("farm");

        assert_eq!(
            fs::read_link(farm.join("bin")).expect("link"),
            toolchain.join("bin")
        );
        assert_eq!(
            fs::read_link(farm.join("lib/rustlib/host")).expect("link"),
            toolchain.join("lib/rustlib/host")
        );
        assert_eq!(
            fs::read_link(farm.join("lib/rustlib/src/rust")).expect("link"),
            packages.source
        );
        assert_eq!(
            fs::read_dir(toolchain.join("lib/rustlib"))
                .expect("folder")
                .count(),
            2
        );
    }
}
