//! What carries HTTP to a published server that knows pipes alone: the npm package that the paper's images have for it.

use std::path::PathBuf;

use crate::shelf::Resolved;
use crate::store::Store;
use toolchain::Missing;

/// The package, and its exact version.
const PACKAGE: (&str, &str) = ("mcp-proxy", "6.7.19");
/// Its script.
const ENTRY: &str = "dist/bin/mcp-proxy.mjs";

/// An installed proxy.
#[derive(Debug, Clone)]
pub struct Proxy {
    /// Package and version, as people write them.
    pub title: String,
    /// The Node that runs it.
    pub program: PathBuf,
    /// What Node is to run.
    pub script: PathBuf,
    /// Every package that was installed for it.
    pub resolved: Vec<Resolved>,
    /// The files and folders that it consists of, beside Node.
    pub ships: Vec<PathBuf>,
}

impl Store {
    /// Installs it, or finds it in the cache.
    ///
    /// # Errors
    /// When it cannot be had here, with the remedy.
    pub fn proxy(&self, said: &mut dyn FnMut(&str)) -> Result<Proxy, Missing> {
        let (package, version) = PACKAGE;
        let program = self.node(said)?;
        let modules = self.npm(package, &[PACKAGE], said)?;
        Ok(Proxy {
            title: format!("{package} {version}"),
            program,
            script: modules.folder.join(package).join(ENTRY),
            resolved: modules.resolved,
            ships: vec![modules.folder],
        })
    }
}
