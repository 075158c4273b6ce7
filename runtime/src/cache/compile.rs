//! Starts the compiler, which is a program of its own. The only module that starts a process.

use std::fs::File;
use std::io::Seek;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// Why a component could not be compiled.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// The compiler is not there.
    #[error(
        "the compiler `wasmmcp-compiler` was not found beside {beside} nor on PATH; build it with `cargo build --release -p wasmmcp-compiler`, \
         or name it in WASMMCP_COMPILER"
    )]
    Missing {
        /// The runtime's own folder.
        beside: String,
    },
    /// The component is at fault.
    #[error("{0}")]
    Component(String),
    /// Something else went wrong: a full disk, a killed process.
    #[error("the compiler could not finish: {why}; {remedy}")]
    Machine {
        /// From the compiler, or the system.
        why: String,
        /// What to do, which depends on who chose the folder.
        remedy: &'static str,
    },
}

/// Compiles the component that was opened as `component` into the new file `target`, sealed; `remedy` is what to do where this
/// machine cannot. By descriptor, so that another file under the same name is not compiled in its stead.
///
/// # Errors
///
/// A [`CompileError`] that says whose fault it is.
pub fn compile_sealed(
    component: &File,
    target: &Path,
    remedy: &'static str,
) -> Result<(), CompileError> {
    let machine = |why: String| CompileError::Machine { why, remedy };
    let (compiler, beside) = find();
    let input = component
        .try_clone()
        .and_then(|mut input| input.rewind().map(|()| input))
        .map_err(|error| machine(error.to_string()))?;
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the module that starts processes"
    )]
    let mut command = std::process::Command::new(&compiler);
    let ran = command
        .arg(target)
        // The session's own stdin and stdout carry the protocol.
        .stdin(input)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output();
    let output = match ran {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(CompileError::Missing { beside });
        }
        Err(error) => return Err(machine(error.to_string())),
    };
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.trim().trim_start_matches("error: ").to_owned();
    Err(match output.status.code() {
        Some(2) => CompileError::Component(said),
        _ if said.is_empty() => machine(output.status.to_string()),
        _ => machine(said),
    })
}

fn find() -> (PathBuf, String) {
    if let Some(named) = std::env::var_os("WASMMCP_COMPILER") {
        return (PathBuf::from(named), "WASMMCP_COMPILER".to_owned());
    }
    let own = std::env::current_exe().unwrap_or_default();
    let beside = own.parent().unwrap_or(Path::new("."));
    let name = format!("wasmmcp-compiler{}", std::env::consts::EXE_SUFFIX);
    // A test's or an example's own folder lies one below the one that cargo puts programs in.
    for folder in [Some(beside), beside.parent()].into_iter().flatten() {
        let candidate = folder.join(&name);
        if candidate.is_file() {
            return (candidate, beside.display().to_string());
        }
    }
    (PathBuf::from(name), beside.display().to_string())
}
