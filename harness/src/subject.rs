//! Builds what is measured: every server as a component and as a native program, and what runs components.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use container::Image;
use record::{Digest, Missing, Packaging, Subject};
use toolchain::{Component, Linking, Native, Toolchain, Wasm};

use crate::launch::{Made, Programs, Web};
use crate::process;
use crate::reference;
use crate::server::Server;
use crate::stock;

mod images;

/// Where the lines of a build go.
type Said<'a> = &'a mut dyn FnMut(&str);

/// The cargo profile of the runtime and of the worker: the host in both is the same machine code, and is compiled once. The
/// compiler is in neither; it stays in `release`, where it compiles fastest.
const HOST: &str = "runtime";

/// The packagings that are images.
pub const CONTAINERS: [Packaging; 3] = [
    Packaging::ContainerNative,
    Packaging::ContainerComponent,
    Packaging::ContainerReference,
];

/// What was built, and what could not be.
#[derive(Debug)]
pub struct Built {
    /// The optimised process that measures.
    pub worker: PathBuf,
    /// What runs components.
    pub programs: Programs,
    /// What stands in for the network, where a server needs that.
    pub standin: Option<PathBuf>,
    /// Everything that can be measured.
    pub subjects: Vec<Made>,
    /// The images among them.
    pub images: Vec<Image>,
    /// What this machine cannot make.
    pub missing: Vec<Absent>,
    /// Where the Wasm target came from, in words.
    pub wasm_target: String,
    /// Where precompiled code is kept.
    pub cache: PathBuf,
}

/// A packaging that this machine cannot make.
#[derive(Debug, Clone)]
pub struct Absent {
    /// The packaging.
    pub packaging: Packaging,
    /// The one server that cannot have it; none where no server can.
    pub server: Option<String>,
    /// Why, and what would change that.
    pub missing: Missing,
}

impl Absent {
    /// Whether a server lacks it.
    pub fn concerns(&self, server: &str) -> bool {
        self.server.as_ref().is_none_or(|only| only == server)
    }
}

impl std::fmt::Display for Absent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let server = self.server.iter().map(|server| format!(" of {server}"));
        let (packaging, server) = (self.packaging, server.collect::<String>());
        let Missing { why, remedy, .. } = &self.missing;
        write!(f, "{packaging}{server}: unavailable: {why} ({remedy})")
    }
}

/// Builds everything that these servers need, but for what they are compared with. Each line that a build prints goes to `said`.
///
/// # Errors
/// When a build fails. A missing Wasm target is no error: components are then missing.
pub fn build(
    root: &Path,
    servers: &[Server],
    setup: bool,
    cache: &Path,
    said: &mut dyn FnMut(&str),
) -> Result<Built> {
    let toolchain = Toolchain::of_this_machine();
    let native = |package: &str, profile: &str, beside: &[&str], said: Said<'_>| {
        native(&toolchain, root, package, profile, beside, said)
    };
    let stock = stock::find(cache);
    let programs = Programs {
        runtime: native("wasmmcp-runtime", HOST, &["worker"], said)?,
        compiler: native("wasmmcp-compiler", "release", &[], said)?,
        wasmtime: stock.as_ref().ok().cloned(),
        docker: None,
    };
    let worker = native("worker", HOST, &["wasmmcp-runtime"], said)?;
    let natives = natives(root, servers, said)?;
    let mut built = Built {
        worker,
        programs,
        standin: natives.standin,
        subjects: natives.subjects,
        images: Vec::new(),
        missing: Vec::new(),
        wasm_target: String::new(),
        cache: cache.join("components"),
    };
    match toolchain.find(setup, said) {
        Ok(wasm) => {
            built.components(root, servers, &wasm, said)?;
            if let Err(missing) = stock {
                built.lacks(Packaging::ComponentWasmtime, None, missing);
            }
        }
        Err(missing) => {
            let missing = Missing {
                what: "the wasm32-wasip2 target".to_owned(),
                why: missing.why,
                remedy: missing.remedy,
            };
            built.wasm_target = format!("missing: {}", missing.why);
            built.lacks(Packaging::Component, None, missing.clone());
            built.lacks(Packaging::ComponentWasmtime, None, missing);
        }
    }
    Ok(built)
}

/// What runs without a host.
#[derive(Debug)]
pub struct Natives {
    /// What stands in for the network, where a server needs that.
    pub standin: Option<PathBuf>,
    /// Every server that is shipped as a native program.
    pub subjects: Vec<Made>,
}

/// Builds these servers as native programs, and what stands in for the network for them; no host, no component.
///
/// # Errors
/// When a build fails.
pub fn natives(root: &Path, servers: &[Server], said: Said<'_>) -> Result<Natives> {
    let toolchain = Toolchain::of_this_machine();
    let needed = servers.iter().any(|server| !server.needs.is_empty());
    let standin = needed.then(|| native(&toolchain, root, "standin", "release", &[], said));
    let mut natives = Natives {
        standin: standin.transpose()?,
        subjects: Vec::new(),
    };
    for server in of(servers, Packaging::Native) {
        let file = match server.without_vectors {
            true => toolchain.build_scalar(root, &server.package, said)?,
            false => native(&toolchain, root, &server.package, "release", &[], said)?,
        };
        natives
            .subjects
            .push(made(server, Packaging::Native, file, None)?);
    }
    Ok(natives)
}

fn native(
    toolchain: &Toolchain,
    root: &Path,
    package: &str,
    profile: &str,
    beside: &[&str],
    said: Said<'_>,
) -> Result<PathBuf> {
    said(&format!("building {package}"));
    let wanted = Native {
        workspace: root,
        package,
        program: package,
        profile,
        beside,
        linking: Linking::Static,
    };
    Ok(toolchain.build_native(&wanted, said)?)
}

/// A subject that was built, with the digest of its file.
fn made(
    server: &Server,
    packaging: Packaging,
    file: PathBuf,
    precompiled: Option<PathBuf>,
) -> Result<Made> {
    let bytes = std::fs::read(&file)
        .with_context(|| format!("{} was built and cannot be read", file.display()))?;
    Ok(Made {
        server: server.name.clone(),
        packaging,
        digest: Digest::of(&bytes),
        file,
        precompiled,
        interpreted: None,
        own: None,
        image: None,
        web: Web::Own,
    })
}

impl Built {
    fn components(
        &mut self,
        root: &Path,
        servers: &[Server],
        wasm: &Wasm,
        said: &mut dyn FnMut(&str),
    ) -> Result<()> {
        self.wasm_target = wasm.way.to_string();
        for server in of(servers, Packaging::Component) {
            said(&format!("building the component {}", server.name));
            let file = match server.without_vectors {
                true => wasm.build_scalar(root, &server.package, said)?,
                false => wasm.build_component(&Component::of(root, &server.package), said)?,
            };
            let precompiled = self.precompile(&file)?;
            self.add(
                server,
                Packaging::Component,
                file.clone(),
                Some(precompiled),
            )?;
            let stock = server.is_shipped_as(Packaging::ComponentWasmtime);
            if let Some(wasmtime) = self.programs.wasmtime.clone().filter(|_| stock) {
                let precompiled = self.precompile_stock(&wasmtime, &file)?;
                self.add(
                    server,
                    Packaging::ComponentWasmtime,
                    file,
                    Some(precompiled),
                )?;
            }
        }
        Ok(())
    }

    /// Installs what these servers are compared with, if it is not in the cache. What cannot be had here is missing, and no error.
    pub fn references(
        &mut self,
        root: &Path,
        servers: &[Server],
        store: &original::Store,
        said: &mut dyn FnMut(&str),
    ) {
        let having = servers.iter().map(|server| &server.name);
        for name in having.filter(|name| reference::exists(root, name)) {
            match reference::install(root, name, store, said) {
                Ok(found) => self.subjects.push(Made {
                    server: name.clone(),
                    packaging: Packaging::Reference,
                    digest: found.digest,
                    file: found.program,
                    precompiled: None,
                    interpreted: Some(found.interpreted),
                    own: None,
                    image: None,
                    web: Web::Own,
                }),
                Err(missing) => {
                    let missing = Missing {
                        what: reference::title(name),
                        why: missing.why,
                        remedy: missing.remedy,
                    };
                    self.lacks(Packaging::Reference, Some(name.clone()), missing);
                }
            }
        }
    }

    /// Tells a reason that is nearer to the fault than the one that was found, of whatever lacks the same thing.
    pub fn explain(&mut self, packaging: Packaging, missing: &Missing) {
        let lacks = |absent: &&mut Absent| {
            absent.packaging == packaging && absent.missing.what == missing.what
        };
        let lacking = self.missing.iter_mut().filter(lacks);
        lacking.for_each(|absent| absent.missing.clone_from(missing));
    }

    /// Why nothing was built in this packaging.
    fn why_not(&self, packaging: Packaging, server: &str) -> Missing {
        let mut missing = self.missing.iter();
        let of = |absent: &&Absent| absent.packaging == packaging && absent.concerns(server);
        let found = missing.find(of);
        found.map_or_else(
            || Missing {
                what: packaging.name().to_owned(),
                why: "it was not built".to_owned(),
                remedy: "Build it first.".to_owned(),
            },
            |absent| absent.missing.clone(),
        )
    }

    fn lacks(&mut self, packaging: Packaging, server: Option<String>, missing: Missing) {
        self.missing.push(Absent {
            packaging,
            server,
            missing,
        });
    }

    fn add(
        &mut self,
        server: &Server,
        packaging: Packaging,
        file: PathBuf,
        precompiled: Option<PathBuf>,
    ) -> Result<()> {
        self.subjects
            .push(made(server, packaging, file, precompiled)?);
        Ok(())
    }

    /// Puts a component's machine code into our runtime's cache, so that `process-cold` finds it there.
    /// A component's machine code, for our runtime.
    ///
    /// # Errors
    /// When it cannot be compiled.
    pub fn precompile(&self, component: &Path) -> Result<PathBuf> {
        let arguments: [OsString; 4] = [
            "compile".into(),
            "--cache".into(),
            self.cache.clone().into(),
            component.into(),
        ];
        let output = process::output_with(
            &self.programs.runtime,
            &arguments,
            &std::env::temp_dir(),
            &[("WASMMCP_COMPILER", self.programs.compiler.as_os_str())],
        )?;
        if !output.status.success() {
            bail!(
                "{} cannot be compiled: {}",
                component.display(),
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        Ok(PathBuf::from(
            String::from_utf8_lossy(&output.stdout).trim(),
        ))
    }

    /// The same by the stock command, which keeps a format of its own.
    fn precompile_stock(&self, wasmtime: &Path, component: &Path) -> Result<PathBuf> {
        std::fs::create_dir_all(&self.cache)?;
        let digest = Digest::of(&std::fs::read(component)?);
        let name = digest
            .as_str()
            .trim_start_matches("blake3:")
            .get(..16)
            .unwrap_or("component")
            .to_owned();
        let precompiled = self.cache.join(format!("{name}.stock.cwasm"));
        let arguments: [OsString; 4] = [
            "compile".into(),
            "-o".into(),
            precompiled.clone().into(),
            component.into(),
        ];
        let output = process::output(wasmtime, &arguments, &std::env::temp_dir())?;
        if !output.status.success() {
            bail!(
                "wasmtime cannot compile {}: {}",
                component.display(),
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        Ok(precompiled)
    }
}

/// The subjects that these servers will have where everything can be built, in the order in which they are built.
pub fn foreseen(root: &Path, cache: &Path, servers: &[Server]) -> Vec<Subject> {
    let subject = |server: &Server, packaging| Subject {
        server: server.name.clone(),
        packaging,
        digest: None,
    };
    let stock = stock::find(cache).is_ok();
    let engine = container::Engine::find().is_ok();
    let native = of(servers, Packaging::Native).map(|server| subject(server, Packaging::Native));
    let components = of(servers, Packaging::Component).flat_map(|server| {
        let stock = stock && server.is_shipped_as(Packaging::ComponentWasmtime);
        let stock = stock.then(|| subject(server, Packaging::ComponentWasmtime));
        std::iter::once(subject(server, Packaging::Component)).chain(stock)
    });
    let referred = servers
        .iter()
        .filter(|server| reference::exists(root, &server.name))
        .map(|server| subject(server, Packaging::Reference));
    // In the order in which `Built::images` makes them.
    let contained = servers.iter().flat_map(|server| {
        let own = |&packaging: &Packaging| {
            server.is_shipped_as(packaging)
                && (!packaging.is_reference() || reference::exists(root, &server.name))
        };
        let kinds = CONTAINERS.into_iter().filter(own);
        kinds.map(|packaging| subject(server, packaging))
    });
    let contained = contained.filter(|_| engine);
    let before = native.chain(components).chain(referred);
    before.chain(contained).collect()
}

/// The servers that are shipped so.
fn of(servers: &[Server], packaging: Packaging) -> impl Iterator<Item = &Server> {
    let shipped = move |server: &&Server| server.is_shipped_as(packaging);
    servers.iter().filter(shipped)
}

/// A program on the search path.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let mut files = std::env::split_paths(&path).map(|folder| folder.join(program));
    files.find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use toolchain::commands::Commands;

    use super::*;

    fn empty() -> Built {
        Built {
            worker: PathBuf::new(),
            programs: Programs {
                runtime: PathBuf::new(),
                compiler: PathBuf::new(),
                wasmtime: None,
                docker: None,
            },
            standin: None,
            subjects: Vec::new(),
            images: Vec::new(),
            missing: Vec::new(),
            wasm_target: String::new(),
            cache: PathBuf::new(),
        }
    }

    #[test]
    fn why_a_build_failed_is_told_instead_of_that_it_is_not_there() {
        let missing = |what: &str, why: &str| Missing {
            what: what.to_owned(),
            why: why.to_owned(),
            remedy: String::new(),
        };
        let mut built = empty();
        let stock = Packaging::ComponentWasmtime;
        built.lacks(
            stock,
            None,
            missing("the wasmtime command", "it is not there"),
        );
        built.lacks(stock, None, missing("the target", "no rustup"));
        built.explain(
            stock,
            &missing("the wasmtime command", "the registry is away"),
        );
        let why: Vec<&str> = built
            .missing
            .iter()
            .map(|absent| &*absent.missing.why)
            .collect();
        assert_eq!(why, ["the registry is away", "no rustup"]);
    }

    #[test]
    fn without_interpreters_each_original_is_missing_with_a_remedy_and_a_server_without_one_is_not()
    {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let nothing = Commands::on(&[folder.path()]);
        let store = original::Store::below(folder.path()).with_commands(nothing);
        let mut built = empty();
        let root = crate::place::root().expect("the checkout");
        let servers: Vec<Server> = ["noop", "filesystem", "time", "log_parser"]
            .map(|name| Server::read(&root.join("servers").join(name)).expect("a server"))
            .into();
        built.references(&root, &servers, &store, &mut |_| {});
        assert!(built.subjects.is_empty());
        let lacking = |server: &str| built.missing.iter().any(|absent| absent.concerns(server));
        assert!(lacking("filesystem") && lacking("time") && lacking("log_parser"));
        assert!(!lacking("noop"));
        for absent in &built.missing {
            assert!(absent.missing.remedy.contains("Install"), "{absent}");
        }
    }
}
