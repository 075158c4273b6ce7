//! What a host is told, and what it reports.

use crate::cache::CacheChoice;
use crate::grants::Grants;
use crate::limits::Limits;
use std::path::PathBuf;
use std::time::Duration;

/// How large a host is.
#[derive(Clone, Debug)]
pub struct HostOptions {
    /// How many instances may live at once, over all servers: calls under way and sessions together.
    pub instances: u32,
}

impl Default for HostOptions {
    fn default() -> Self {
        HostOptions { instances: 1000 }
    }
}

/// One server.
#[derive(Clone, Debug, Default)]
pub struct ServerSpec {
    /// Its name: the first part of its HTTP path.
    pub name: String,
    /// Its component, or precompiled code.
    pub component: PathBuf,
    /// Its own arguments.
    pub arguments: Vec<String>,
    /// What it was granted.
    pub grants: Grants,
    /// What it may use.
    pub limits: Limits,
    /// Where its code is kept.
    pub cache: CacheChoice,
}

/// Where the time of one call went. `compile` and `load` are the component's own, paid once, when it was loaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Phases {
    /// Compiling.
    pub compile: Duration,
    /// Hashing, checking and mapping.
    pub load: Duration,
    /// Making the store and the instance.
    pub instantiate: Duration,
    /// From the guest's first instruction to the last byte of its answer.
    pub run: Duration,
    /// The whole call, the instance's end included.
    pub total: Duration,
}
