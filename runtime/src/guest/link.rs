//! From code to something that can be instantiated: imports linked once, exports found once.

use super::{Guest, imports};
use wasmtime::Engine;
use wasmtime::component::Component;
use wasmtime_wasi::p2::bindings::CommandPre;
use wasmtime_wasi_http::p2::bindings::ProxyPre;

/// A component whose imports are linked.
#[derive(Clone)]
pub struct Program {
    /// Set where it exports `wasi:cli/run`.
    pub command: Option<CommandPre<Guest>>,
    /// Set where it exports `wasi:http/incoming-handler`.
    pub proxy: Option<ProxyPre<Guest>>,
}

/// Why a component cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// It asks for something that this host does not give.
    #[error(
        "it imports what this host does not offer: {0}; build it against WASI 0.2 and wasi:http 0.2 only"
    )]
    Import(String),
    /// It exports neither world.
    #[error(
        "it exports neither wasi:cli/run nor wasi:http/incoming-handler, so there is nothing to start; export a server with `wasmmcp::export!`"
    )]
    NeitherWorld,
}

/// Links a component.
///
/// # Errors
///
/// A [`ProgramError`] where an import is unknown or neither world is exported.
pub fn link(engine: &Engine, component: &Component) -> Result<Program, ProgramError> {
    let import = |error: wasmtime::Error| ProgramError::Import(format!("{error:#}"));
    let asked = component.component_type();
    let linker =
        imports::link(engine, asked.imports(engine).map(|(name, _)| name)).map_err(import)?;
    let pre = linker.instantiate_pre(component).map_err(import)?;
    let program = Program {
        command: CommandPre::new(pre.clone()).ok(),
        proxy: ProxyPre::new(pre).ok(),
    };
    if program.command.is_none() && program.proxy.is_none() {
        return Err(ProgramError::NeitherWorld);
    }
    Ok(program)
}

impl Program {
    /// Links a component: see [`link`].
    ///
    /// # Errors
    ///
    /// As [`link`].
    pub fn new(engine: &Engine, component: &Component) -> Result<Program, ProgramError> {
        link(engine, component)
    }
}

/// What a component asks for and offers, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surface {
    /// Interfaces that it imports.
    pub imports: Vec<String>,
    /// Interfaces that it exports.
    pub exports: Vec<String>,
}

/// Lists what a component imports and exports.
pub fn surface(engine: &Engine, component: &Component) -> Surface {
    let of = component.component_type();
    Surface {
        imports: of
            .imports(engine)
            .map(|(name, _)| name.to_owned())
            .collect(),
        exports: of
            .exports(engine)
            .map(|(name, _)| name.to_owned())
            .collect(),
    }
}
