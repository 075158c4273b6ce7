//! What the host keeps for one guest.

use super::outbound::Outbound;
use crate::grants::{Access, Grants};
use crate::limits::{Limits, Meter};
use std::sync::Arc;
use wasmtime::component::ResourceTable;
use wasmtime::{Engine, Store};
use wasmtime_wasi::cli::{StdinStream, StdoutStream};
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

/// So many files, directories, streams and requests one guest may hold at a time: descriptors are the host's, and not its alone.
const RESOURCES: usize = 256;

/// What every instance of one server starts with.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The server's name, which is its program name.
    pub name: String,
    /// Its own arguments.
    pub arguments: Vec<String>,
    /// What it was granted.
    pub grants: Arc<Grants>,
    /// What it may use.
    pub limits: Limits,
}

/// Where the guest's standard streams lead; none: stdin is empty, stdout goes nowhere, stderr to the host's.
#[derive(Default)]
pub struct StandardStreams {
    /// Standard input.
    pub stdin: Option<Box<dyn StdinStream + Sync>>,
    /// Standard output.
    pub stdout: Option<Box<dyn StdoutStream + Sync>>,
}

/// The state of one guest in its store.
pub struct Guest {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    outbound: Outbound,
    table: ResourceTable,
    meter: Meter,
}

impl Guest {
    /// A store for a fresh instance, with its grants and limits.
    ///
    /// # Errors
    ///
    /// A granted directory cannot be opened.
    pub fn store(
        engine: &Engine,
        setup: &Setup,
        streams: StandardStreams,
    ) -> wasmtime::Result<Store<Guest>> {
        let mut wasi = WasiCtx::builder();
        // Guests run on threads that may block; handing each file operation to another thread costs 75–95 times as much.
        wasi.allow_blocking_current_thread(true)
            .allow_tcp(false)
            .allow_udp(false)
            .allow_ip_name_lookup(false)
            .arg(&setup.name)
            .args(&setup.arguments);
        for (name, value) in &setup.grants.environment {
            wasi.env(name, value);
        }
        for directory in &setup.grants.directories {
            let permissions = match directory.access {
                Access::Read => FsPerms::ReadOnly,
                Access::ReadWrite => FsPerms::ReadWrite,
            };
            wasi.preopened_dir(
                &directory.path,
                directory.path.to_string_lossy(),
                permissions,
            )?;
        }
        if let Some(stdin) = streams.stdin {
            wasi.stdin(stdin);
        }
        if let Some(stdout) = streams.stdout {
            wasi.stdout(stdout);
        }
        wasi.stderr(crate::stdio::Stderr);
        let mut table = ResourceTable::new();
        table.set_max_capacity(RESOURCES);
        let guest = Guest {
            wasi: wasi.build(),
            http: WasiHttpCtx::new(),
            outbound: Outbound::new(setup.grants.clone(), setup.limits.timeout),
            table,
            meter: Meter::new(&setup.limits),
        };
        let mut store = Store::new(engine, guest);
        store.limiter(|guest| &mut guest.meter);
        Ok(store)
    }

    /// Whether the guest was ever refused memory.
    pub fn refused_memory(&self) -> bool {
        self.meter.refused()
    }
}

impl WasiView for Guest {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for Guest {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: &mut self.outbound,
        }
    }
}
