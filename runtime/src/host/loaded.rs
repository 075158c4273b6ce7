//! A host and its servers, each linked once.

use super::spec::{HostOptions, Phases, ServerSpec};
use super::ticker::Ticker;
use crate::cache::{self, CacheOutcome, LoadError};
use crate::engine::{Allocation, engine};
use crate::guest::{Program, ProgramError, Setup};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use tokio::runtime::{Builder, EnterGuard, Handle, Runtime};
use wasmtime::Engine;

/// Why there is no host or no server.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// No engine.
    #[error(
        "cannot reserve room for the instances: {0}; ask for fewer, or give the process more address space (ulimit -v)"
    )]
    Engine(String),
    /// The component cannot be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The component cannot be used.
    #[error("cannot use {path}: {error}")]
    Program {
        /// The file.
        path: String,
        /// Why.
        error: ProgramError,
    },
}

/// An engine with a pool of instances, and the thread that keeps its time.
#[derive(Clone)]
pub struct Host {
    inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) engine: Engine,
    pub(super) ticker: Ticker,
    pub(super) state_key: String,
    /// Timers and sockets of guests that wait, where the caller has no reactor of its own. Taken on drop.
    reactor: Option<Runtime>,
}

impl Inner {
    /// Makes the host's reactor the current one, unless the caller has one.
    pub(super) fn enter(&self) -> Option<EnterGuard<'_>> {
        match Handle::try_current() {
            Ok(_) => None,
            Err(_) => self.reactor.as_ref().map(Runtime::enter),
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // Waiting for it would be an error where the last owner is itself driven by a reactor.
        if let Some(reactor) = self.reactor.take() {
            reactor.shutdown_background();
        }
    }
}

/// One server, ready to be called. Clones share it.
#[derive(Clone)]
pub struct Loaded {
    pub(super) server: Arc<Server>,
}

pub(super) struct Server {
    pub(super) host: Arc<Inner>,
    pub(super) program: Program,
    pub(super) setup: Setup,
    pub(super) running: AtomicUsize,
    pub(super) sessions: AtomicUsize,
    phases: Phases,
    cache: CacheOutcome,
    code: Option<PathBuf>,
    notes: Vec<String>,
}

impl Host {
    /// A host with room for so many instances.
    ///
    /// # Errors
    ///
    /// [`HostError::Engine`] where the machine has no room.
    pub fn new(options: HostOptions) -> Result<Host, HostError> {
        let engine = engine(Allocation::Pool {
            instances: options.instances,
        })
        .map_err(|error| HostError::Engine(format!("{error:#}")))?;
        let ticker =
            Ticker::start(&engine).map_err(|error| HostError::Engine(error.to_string()))?;
        let reactor = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("reactor")
            .enable_all()
            .build()
            .map_err(|error| HostError::Engine(error.to_string()))?;
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(|error| HostError::Engine(error.to_string()))?;
        Ok(Host {
            inner: Arc::new(Inner {
                engine,
                ticker,
                reactor: Some(reactor),
                state_key: blake3::Hash::from_bytes(key).to_hex().to_string(),
            }),
        })
    }

    /// Loads and links a server.
    ///
    /// # Errors
    ///
    /// A [`HostError`] that names the file and the remedy.
    pub fn load(&self, spec: ServerSpec) -> Result<Loaded, HostError> {
        let code = cache::load(&self.inner.engine, &spec.component, &spec.cache)?;
        let program = Program::new(&self.inner.engine, &code.component).map_err(|error| {
            HostError::Program {
                path: spec.component.display().to_string(),
                error,
            }
        })?;
        let mut grants = spec.grants;
        // Request states that one instance hands out are read by another: they share the key that signs them.
        grants
            .environment
            .push(("WASMMCP_STATE_KEY".to_owned(), self.inner.state_key.clone()));
        Ok(Loaded {
            server: Arc::new(Server {
                host: self.inner.clone(),
                program,
                setup: Setup {
                    name: spec.name,
                    arguments: spec.arguments,
                    grants: Arc::new(grants),
                    limits: spec.limits,
                },
                running: AtomicUsize::new(0),
                sessions: AtomicUsize::new(0),
                phases: Phases {
                    compile: code.compile,
                    load: code.load,
                    ..Phases::default()
                },
                cache: code.cache,
                code: code.path,
                notes: code.notes,
            }),
        })
    }
}

impl Loaded {
    /// The server's name.
    pub fn name(&self) -> &str {
        &self.server.setup.name
    }

    /// What compiling and loading took; the other phases are zero.
    pub fn phases(&self) -> Phases {
        self.server.phases
    }

    /// What the cache did.
    pub fn cache(&self) -> CacheOutcome {
        self.server.cache
    }

    /// The precompiled file that is mapped, where one is kept.
    pub fn code(&self) -> Option<&std::path::Path> {
        self.server.code.as_deref()
    }

    /// What the user should know of the load.
    pub fn notes(&self) -> &[String] {
        &self.server.notes
    }

    /// What the server may use.
    pub fn limits(&self) -> &crate::Limits {
        &self.server.setup.limits
    }

    /// Whether it can be called over HTTP, and whether it can hold a session.
    pub fn worlds(&self) -> (bool, bool) {
        (
            self.server.program.proxy.is_some(),
            self.server.program.command.is_some(),
        )
    }
}
