//! How each packaging of a server is started, with the same folders and environment in each.
//!
//! A reference is given what its interpreter needs beside that (`reference.rs`). The stock command knows no read-only folder on its command line, and gets neither memory limit nor deadline.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use record::{Digest, Missing, Packaging, Subject};
use serde::{Deserialize, Serialize};

use crate::docker::Docker;
use crate::input::Places;
use crate::process::Launch;
use crate::reference;
use crate::server::{Access, Server};

/// A subject with the file that is started.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Made {
    /// The server's name.
    pub server: String,
    /// How it is shipped.
    pub packaging: Packaging,
    /// Of `file`; of what an interpreter runs, all its packages.
    pub digest: Digest,
    /// The component, the native program, or the interpreter.
    pub file: PathBuf,
    /// The precompiled code that a stock `wasmtime` loads; other packagings need none.
    pub precompiled: Option<PathBuf>,
    /// What `file` is told first, where it is an interpreter.
    #[serde(default)]
    pub interpreted: Option<Interpreted>,
    /// What the user wrote behind it, where the user brought it: it was not built here, and is started to be measured and for nothing else.
    #[serde(default)]
    pub own: Option<Vec<String>>,
    /// The image that `file` is in, where it runs in a container.
    #[serde(default)]
    pub image: Option<String>,
    /// How it is asked over HTTP, where that is asked for.
    #[serde(default)]
    pub web: Web,
}

/// How a subject is asked over HTTP.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Web {
    /// It speaks that itself.
    #[default]
    Own,
    /// It knows pipes alone, and something carries it to them.
    Through(Proxied),
    /// It knows pipes alone, and what would carry it to them cannot be had here.
    Never(Missing),
}

/// What carries HTTP to a program that knows pipes alone, in an image of both.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Proxied {
    /// For people: package and version.
    pub title: String,
    /// The image of both; that of the program alone stays as it is.
    pub image: String,
    /// Its interpreter, and the script.
    pub line: [PathBuf; 2],
}

/// A program that an interpreter runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Interpreted {
    /// For people: package and version.
    pub title: String,
    /// The interpreter's arguments before the server's own.
    pub arguments: Vec<String>,
    /// The folder in which it looks first for the programs that it runs.
    pub search: Option<PathBuf>,
    /// The files and folders that it consists of, beside the interpreter.
    #[serde(default)]
    pub ships: Vec<PathBuf>,
}

impl Made {
    /// What carries requests to it over HTTP, where it does not speak that itself.
    pub fn proxy(&self) -> Option<&Proxied> {
        match &self.web {
            Web::Through(proxied) => Some(proxied),
            Web::Own | Web::Never(_) => None,
        }
    }

    /// Where it serves. A reference serves under its own name, which of a twin is not that of its package.
    pub fn path(&self, server: &Server) -> String {
        let name = match self.packaging.is_reference() {
            true => &self.server,
            false => &server.package,
        };
        format!("/{name}/mcp")
    }

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
    /// What runs containers, where this process looked for it.
    #[serde(skip)]
    pub docker: Option<Docker>,
}

impl Programs {
    /// None: native programs run by themselves.
    pub fn none() -> Programs {
        Programs {
            runtime: PathBuf::new(),
            compiler: PathBuf::new(),
            wasmtime: None,
            docker: None,
        }
    }
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
    let described = server.arguments.iter();
    let described = described.map(|argument| places.fill(argument));
    let written = made.own.iter().flatten().cloned();
    let arguments: Vec<String> = written.chain(described).collect();
    let granted = environment(server, places);
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
        // In its image nothing has to be looked for.
        Packaging::ContainerComponent => {
            line.push("run".into());
            line.extend(grants(server, places));
            environment.extend(granted);
            line.extend([container::CODE.into(), "--".into()]);
            line.extend(arguments.into_iter().map(OsString::from));
            container::RUNTIME.into()
        }
        Packaging::Component => {
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
            if let Some(interpreted) = &made.interpreted {
                environment =
                    reference::environment(interpreted.search.as_deref(), &places.scratch);
                // In a container of ours nobody looks for it under a name.
                if made.packaging == Packaging::ContainerReference {
                    line.push(made.file.clone().into());
                }
                line.extend(interpreted.arguments.iter().map(OsString::from));
            }
            environment.extend(granted);
            // An image that somebody made has its own way to programs, and no folder of its own that can be written but this.
            if server.own && made.image.is_some() {
                environment.push(("HOME".to_owned(), container::TEMPORARY.to_owned()));
            }
            if !server.own
                && matches!(
                    made.packaging,
                    Packaging::Native | Packaging::ContainerNative
                )
            {
                environment.extend(reach(server, places));
            }
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

/// The command line that serves a subject over HTTP there: `ADDRESS:PORT`, where port 0 is any that is free.
pub fn http(
    made: &Made,
    server: &Server,
    programs: &Programs,
    places: &Places,
    code: Code<'_>,
    listen: &str,
) -> Launch {
    let mut launch = stdio(made, server, programs, places, code, None);
    let line = &mut launch.arguments;
    match (made.packaging, made.proxy()) {
        (_, Some(proxied)) => {
            let (address, port) = listen.rsplit_once(':').unwrap_or((listen, "0"));
            let path = made.path(server);
            let words = proxied.line.iter().map(OsString::from);
            let own = [
                "--host",
                address,
                "--port",
                port,
                // No other wire beside the one that is asked for.
                "--server",
                "stream",
                "--streamEndpoint",
                &path,
                "--",
            ];
            let words: Vec<OsString> = words.chain(own.map(OsString::from)).collect();
            line.splice(0..0, words);
        }
        (Packaging::Component | Packaging::ContainerComponent, None) => {
            let component = match made.packaging {
                Packaging::Component => made.file.as_os_str(),
                _ => container::CODE.as_ref(),
            };
            line[0] = "serve".into();
            let at = line.iter().position(|argument| argument == component);
            let at = at.expect("the component is an argument");
            let mut named = OsString::from(format!("{}=", server.package));
            named.push(component);
            line[at] = named;
            line.splice(1..1, ["--listen".into(), listen.into()]);
        }
        (packaging, None) => {
            // Behind the interpreter and what it runs; the interpreter is a word of the line in an image alone.
            let before = made.interpreted.as_ref().map_or(0, |interpreted| {
                let interpreter = packaging == Packaging::ContainerReference;
                interpreted.arguments.len() + usize::from(interpreter)
            });
            line.splice(before..before, ["--http".into(), listen.into()]);
        }
    }
    launch
}

/// The variables that a server is given: those of this process that it is granted by name, and those with a value of their own.
pub fn environment(server: &Server, places: &Places) -> Vec<(String, String)> {
    let named = server.grants.environment.iter();
    let named = named.filter_map(|name| Some((name.clone(), std::env::var(name).ok()?)));
    let given = server.environment.iter();
    let given = given.map(|(name, value)| (name.clone(), places.fill(value)));
    named.chain(given).collect()
}

/// Where a server may send requests, as `host:port`.
pub fn outbound(server: &Server, places: &Places) -> Vec<String> {
    let granted = server.grants.outbound.iter();
    granted.map(|place| places.fill(place)).collect()
}

/// Stand-ins are at private addresses: whoever needs one may reach those among what it is granted, and so may whoever is granted that.
pub fn private_addresses(server: &Server) -> bool {
    !server.needs.is_empty() || server.grants.private
}

/// The grants of outgoing requests as a native program of ours reads them; a component has its host for that.
fn reach(server: &Server, places: &Places) -> Vec<(String, String)> {
    let mut reach = Vec::new();
    if !server.grants.outbound.is_empty() {
        let to = outbound(server, places).join(",");
        reach.push(("WASMMCP_OUTBOUND".to_owned(), to));
    }
    if private_addresses(server) {
        reach.push(("WASMMCP_PRIVATE_ADDRESSES".to_owned(), "1".to_owned()));
    }
    reach
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
    for name in server.environment.keys() {
        // its value is in the runtime's own environment
        flags.extend(["--env".into(), name.into()]);
    }
    for place in outbound(server, places) {
        flags.extend(["--outbound".into(), place.into()]);
    }
    if private_addresses(server) {
        flags.push("--private-addresses".into());
    }
    if let Some(memory) = &server.limits.memory {
        flags.extend(["--memory".into(), memory.into()]);
    }
    if let Some(timeout) = &server.limits.timeout {
        flags.extend(["--timeout".into(), timeout.into()]);
    }
    flags
}
