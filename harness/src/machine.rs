//! The facts of the machine and of the sources that a record keeps.

use std::fs;
use std::path::Path;

use record::{Bytes, Count, Digest, Machine, Redactor, Revision, Toolchain};

use crate::docker::Docker;
use crate::process::output;
use crate::subject::{Built, find};

/// What of this machine moves numbers.
pub fn machine() -> Machine {
    let system = sysinfo::System::new().ok().map(|mut system| {
        system.refresh_memory();
        system.refresh_cpu_all();
        system
    });
    let cpus = system.as_ref().map_or(&[][..], sysinfo::System::cpus);
    let trimmed = |path: &str| {
        fs::read_to_string(path)
            .ok()
            .map(|text| text.trim().to_owned())
    };
    let unified = Path::new("/sys/fs/cgroup/cgroup.controllers").exists();
    let legacy = Path::new("/sys/fs/cgroup/memory").exists();
    let virtualised =
        fs::read_to_string("/proc/cpuinfo").is_ok_and(|text| text.contains(" hypervisor"));
    Machine {
        cpu: cpus
            .first()
            .map_or("unknown", |cpu| cpu.brand())
            .trim()
            .to_owned(),
        processors: Count(count(cpus.len())),
        memory: Bytes(system.as_ref().map_or(0, sysinfo::System::total_memory)),
        kernel: format!(
            "{} {}",
            sysinfo::System::name().unwrap_or_default(),
            sysinfo::System::kernel_version().unwrap_or_default()
        ),
        architecture: std::env::consts::ARCH.to_owned(),
        governor: trimmed("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        cgroup: match (unified, legacy) {
            (true, false) => Some("v2".to_owned()),
            (false, true) => Some("v1".to_owned()),
            (true, true) => Some("hybrid".to_owned()),
            (false, false) => None,
        },
        hypervisor: virtualised.then(|| {
            trimmed("/sys/class/dmi/id/sys_vendor")
                .unwrap_or_else(|| "one that does not name itself".to_owned())
        }),
        load_milli: sysinfo::System::load_average()
            .ok()
            .and_then(|load| thousandths(load.one))
            .map(Count),
    }
}

/// The engine that containers run in: what of it moves numbers, and not where it listens.
pub fn engine(docker: &Docker) -> String {
    let about = docker.engine.description();
    format!("{}, storage {}", about.version, about.storage)
}

/// Whether something was measured on another machine than this one. Load is no machine.
pub fn is_another(measured: &Machine) -> bool {
    let mut here = machine();
    here.load_milli = measured.load_milli;
    here != *measured
}

fn count(items: usize) -> u64 {
    u64::try_from(items).expect("a count fits")
}

/// `1.25` as 1250, by its printed digits: no float is cast.
fn thousandths(load: f64) -> Option<u64> {
    format!("{:.3}", load.max(0.0))
        .replace('.', "")
        .parse()
        .ok()
}

/// The state of the sources; none outside of a git checkout.
pub fn revision(root: &Path) -> Option<Revision> {
    let git = find("git")?;
    let ask = |arguments: &[&str]| {
        let arguments: Vec<_> = arguments.iter().map(Into::into).collect();
        let answer = output(&git, &arguments, root).ok()?;
        answer
            .status
            .success()
            .then(|| String::from_utf8_lossy(&answer.stdout).trim().to_owned())
    };
    Some(Revision {
        commit: ask(&["rev-parse", "HEAD"])?,
        dirty: !ask(&["status", "--porcelain"])?.is_empty(),
    })
}

/// The digest of `Cargo.lock`.
pub fn lockfile(root: &Path) -> Option<Digest> {
    Some(Digest::of(&fs::read(root.join("Cargo.lock")).ok()?))
}

/// What compiled the subjects and what runs components.
pub fn toolchain(root: &Path, built: &Built) -> Toolchain {
    let ask = |program: &Path, arguments: &[&str]| {
        let arguments: Vec<_> = arguments.iter().map(Into::into).collect();
        let answer = output(program, &arguments, root).ok()?;
        Some(String::from_utf8_lossy(&answer.stdout).trim().to_owned())
    };
    let about = ask(&built.programs.runtime, &["--version"]).unwrap_or_default();
    let mut build_flags = vec![
        "component: profile guest, -Ctarget-feature=+simd128".to_owned(),
        "native, wasmmcp-compiler: profile release, -Ctarget-feature=+crt-static where the C library is glibc".to_owned(),
        "wasmmcp-runtime, worker: profile runtime, -Ctarget-feature=+crt-static where the C library is glibc".to_owned(),
    ];
    // Nothing of an original is built here: what runs it, and in which version, takes the place of flags.
    for made in &built.subjects {
        if made.own.is_some() {
            let line = format!(
                "{} {}: the user's own, not built here",
                made.server, made.packaging
            );
            build_flags.push(line);
            continue;
        }
        if let Some(interpreted) = &made.interpreted {
            let version = ask(&made.file, &["--version"]).unwrap_or_default();
            let program = made.file.file_name().unwrap_or_default().to_string_lossy();
            build_flags.push(format!(
                "{} {}: {}, run by {program} {version}",
                made.server, made.packaging, interpreted.title
            ));
        }
    }
    Toolchain {
        rustc: find("rustc")
            .and_then(|rustc| ask(&rustc, &["--version"]))
            .unwrap_or_default(),
        wasm_target: built.wasm_target.clone(),
        wasmtime: locked(root, "wasmtime").unwrap_or_default(),
        wasmtime_flags: about
            .lines()
            .skip(1)
            .map(|line| line.trim().to_owned())
            .collect(),
        wasmtime_command: built
            .programs
            .wasmtime
            .as_ref()
            .and_then(|wasmtime| ask(wasmtime, &["--version"])),
        build_flags,
    }
}

/// A package's version in `Cargo.lock`.
fn locked(root: &Path, package: &str) -> Option<String> {
    let lock: toml::Table = fs::read_to_string(root.join("Cargo.lock"))
        .ok()?
        .parse()
        .ok()?;
    let packages = lock.get("package")?.as_array()?;
    let found = packages
        .iter()
        .find(|entry| entry.get("name").and_then(|name| name.as_str()) == Some(package))?;
    Some(found.get("version")?.as_str()?.to_owned())
}

/// Leaves this machine's folders and names out of what is written.
pub fn redactor(root: &Path, data: &Path, cache: &Path) -> Redactor {
    let mut redactor = Redactor::new()
        .folder(root, "<repository>")
        .folder(data, "<data>")
        .folder(cache, "<cache>");
    if let Some(home) = std::env::var_os("HOME") {
        redactor = redactor.folder(Path::new(&home), "<home>");
    }
    if let Ok(user) = std::env::var("USER") {
        redactor = redactor.name(&user, "<user>");
    }
    if let Ok(host) = sysinfo::System::host_name() {
        redactor = redactor.name(&host, "<host>");
    }
    redactor
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_is_kept_in_thousandths() {
        assert_eq!(
            (thousandths(1.25), thousandths(0.0), thousandths(-1.0)),
            (Some(1250), Some(0), Some(0))
        );
    }

    /// A runtime that says these lines of itself.
    fn saying(folder: &Path, lines: &str) -> Toolchain {
        use std::os::unix::fs::PermissionsExt;
        let runtime = folder.join("runtime");
        fs::write(&runtime, format!("#!/bin/sh\nprintf '{lines}'\n")).expect("written");
        fs::set_permissions(&runtime, fs::Permissions::from_mode(0o755)).expect("ours");
        let built = Built {
            worker: "worker".into(),
            programs: crate::launch::Programs {
                runtime,
                compiler: "compiler".into(),
                wasmtime: None,
                docker: None,
            },
            standin: None,
            subjects: Vec::new(),
            images: Vec::new(),
            missing: Vec::new(),
            wasm_target: String::new(),
            cache: folder.to_owned(),
        };
        toolchain(folder, &built)
    }

    #[test]
    fn the_settings_that_the_runtime_tells_are_kept_without_its_name() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let told = saying(
            folder.path(),
            r"wasmmcp-runtime 1.0.0\nopt_level=Speed\nrun.allocation=on demand\n",
        );
        assert_eq!(
            told.wasmtime_flags,
            ["opt_level=Speed", "run.allocation=on demand"]
        );
        let silent = saying(folder.path(), "");
        assert!(silent.wasmtime_flags.is_empty(), "{silent:?}");
    }

    #[test]
    fn this_machine_has_processors_and_memory() {
        let machine = machine();
        assert!(
            machine.processors.0 > 0 && machine.memory.0 > 0,
            "{machine:?}"
        );
    }
}
