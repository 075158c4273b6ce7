//! How each packaging of a server is started, with the same folders and environment in each.
//!
//! The stock command knows no read-only folder on its command line, and gets neither memory limit nor deadline.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use record::{Digest, Packaging, Subject};
use serde::{Deserialize, Serialize};

use crate::input::Places;
use crate::process::Launch;
use crate::server::{Access, Server};

/// A subject with the file that is started.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Made {
    /// The server's name.
    pub server: String,
    /// How it is shipped.
    pub packaging: Packaging,
    /// Of `file`.
    pub digest: Digest,
    /// The component, or the native program.
    pub file: PathBuf,
    /// The precompiled code that a stock `wasmtime` loads; other packagings need none.
    pub precompiled: Option<PathBuf>,
}

impl Made {
    /// What records call it.
    pub fn subject(&self) -> Subject {
        Subject {
            server: self.server.clone(),
            packaging: self.packaging,
            digest: Some(self.digest.clone()),
        }
    }
}

/// The programs that run components.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Programs {
    /// Our host, without a compiler.
    pub runtime: PathBuf,
    /// The compiler beside it.
    pub compiler: PathBuf,
    /// The stock `wasmtime` command, where it is installed.
    pub wasmtime: Option<PathBuf>,
}

/// Where a component's machine code comes from.
#[derive(Debug, Clone, Copy)]
pub enum Code<'a> {
    /// From this cache, which holds it: `process-cold`.
    Cached(&'a Path),
    /// Compiled at this start: `process-compile`.
    Fresh,
}

/// The command line that starts a subject on stdio.
///
/// The environment is empty but for what is granted; `TZ` is fixed so that printed times are the same everywhere.
pub fn stdio(
    made: &Made,
    server: &Server,
    programs: &Programs,
    places: &Places,
    code: Code<'_>,
    report: Option<&Path>,
) -> Launch {
    let arguments: Vec<String> = server
        .arguments
        .iter()
        .map(|argument| places.fill(argument))
        .collect();
    let granted: Vec<(String, String)> = server
        .grants
        .environment
        .iter()
        .filter_map(|name| Some((name.clone(), std::env::var(name).ok()?)))
        .collect();
    let mut line: Vec<OsString> = Vec::new();
    let mut environment = vec![("TZ".to_owned(), "UTC".to_owned())];
    let program = match made.packaging {
        Packaging::ComponentWasmtime => {
            line.extend(["run", "-S", "http=y"].map(OsString::from));
            for directory in &server.grants.directories {
                let path = places.fill(&directory.path);
                line.extend(["--dir".into(), format!("{path}::{path}").into()]);
            }
            for (name, value) in &granted {
                line.extend(["--env".into(), format!("{name}={value}").into()]);
            }
            match (&made.precompiled, code) {
                (Some(precompiled), Code::Cached(_)) => {
                    line.extend(["--allow-precompiled".into(), precompiled.into()])
                }
                _ => line.extend(["-C".into(), "cache=n".into(), made.file.clone().into()]),
            }
            line.extend(arguments.into_iter().map(OsString::from));
            programs
                .wasmtime
                .clone()
                .unwrap_or_else(|| "wasmtime".into())
        }
        Packaging::Component | Packaging::ContainerComponent => {
            line.push("run".into());
            line.extend(grants(server, places));
            environment.extend(granted);
            match code {
                Code::Cached(cache) => line.extend(["--cache".into(), cache.into()]),
                Code::Fresh => line.push("--no-cache".into()),
            }
            if let Some(report) = report {
                line.extend(["--report".into(), report.into()]);
            }
            environment.push((
                "WASMMCP_COMPILER".to_owned(),
                programs.compiler.to_string_lossy().into_owned(),
            ));
            line.extend([made.file.clone().into(), "--".into()]);
            line.extend(arguments.into_iter().map(OsString::from));
            programs.runtime.clone()
        }
        Packaging::Native
        | Packaging::ContainerNative
        | Packaging::ContainerReference
        | Packaging::Reference => {
            environment.extend(granted);
            line.extend(arguments.into_iter().map(OsString::from));
            made.file.clone()
        }
    };
    Launch {
        program,
        arguments: line,
        environment,
    }
}

/// The command line that serves a subject over HTTP on a free port of the loopback interface.
pub fn http(
    made: &Made,
    server: &Server,
    programs: &Programs,
    places: &Places,
    code: Code<'_>,
) -> Launch {
    let mut launch = stdio(made, server, programs, places, code, None);
    if made.packaging == Packaging::Component {
        launch.arguments[0] = "serve".into();
        let at = launch
            .arguments
            .iter()
            .position(|argument| *argument == *made.file)
            .expect("the component is an argument");
        let mut named = OsString::from(format!("{}=", server.name));
        named.push(&made.file);
        launch.arguments[at] = named;
        launch
            .arguments
            .splice(1..1, ["--listen".into(), "127.0.0.1:0".into()]);
    } else {
        launch
            .arguments
            .splice(0..0, ["--http".into(), "127.0.0.1:0".into()]);
    }
    launch
}

/// The runtime's flags for a server's grants and limits.
fn grants(server: &Server, places: &Places) -> Vec<OsString> {
    let mut flags: Vec<OsString> = Vec::new();
    for directory in &server.grants.directories {
        let access = match directory.access {
            Access::Read => "ro",
            Access::ReadWrite => "rw",
        };
        flags.extend([
            "--dir".into(),
            format!("{}:{access}", places.fill(&directory.path)).into(),
        ]);
    }
    for name in &server.grants.environment {
        flags.extend(["--env".into(), name.into()]);
    }
    for place in &server.grants.outbound {
        flags.extend(["--outbound".into(), place.into()]);
    }
    if let Some(memory) = &server.limits.memory {
        flags.extend(["--memory".into(), memory.into()]);
    }
    if let Some(timeout) = &server.limits.timeout {
        flags.extend(["--timeout".into(), timeout.into()]);
    }
    flags
}
