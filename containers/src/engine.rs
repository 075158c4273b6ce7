//! The engine itself: asked who it is, within a bound.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bollard::Docker;
use bollard::errors::Error;
use bollard::models::{SystemInfo, SystemVersion};
use serde::Serialize;

use crate::address::{Address, Unreachable};
use crate::failure::Failure;
use crate::reactor::{Reactor, Unanswered};
use toolchain::Missing;

/// A daemon that says nothing for so long is dead or stuck: a sound one answers these questions in milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);
/// The same for requests that make it work.
const WORK: Duration = Duration::from_secs(600);

/// An engine that answered. Clones are the same one.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    docker: Docker,
    reactor: Reactor,
    description: Description,
}

/// Who an engine is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Description {
    /// Where it listens.
    pub address: String,
    /// Its own version.
    pub version: String,
    /// The version of its API that is spoken: the newest that both sides know.
    pub api: String,
    /// How it stores images.
    pub storage: String,
    /// The version of control groups that its containers are in.
    pub cgroup: String,
    /// Whether its containers are processes of this machine, so that their memory can be read and folders can be mounted.
    pub here: bool,
}

/// Why there is no engine: it matters to whoever would start one.
#[derive(Debug)]
pub(crate) enum Absence {
    /// Nobody listens.
    Nobody(Missing),
    /// Somebody does: another daemon beside it would be in its way.
    Unusable(Missing),
}

impl Absence {
    pub(crate) fn missing(self) -> Missing {
        match self {
            Absence::Nobody(missing) | Absence::Unusable(missing) => missing,
        }
    }
}

impl Engine {
    /// The engine that `DOCKER_HOST` names, or this machine's.
    ///
    /// # Errors
    /// When none answers in time, with the remedy.
    pub fn find() -> Result<Engine, Missing> {
        let (address, _) = Address::of_this_process()?;
        Engine::at(&address)
    }

    /// The engine at this address.
    ///
    /// # Errors
    /// When none answers in time, with the remedy.
    pub fn at(address: &Address) -> Result<Engine, Missing> {
        Engine::reach(address, PATIENCE).map_err(Absence::missing)
    }

    pub(crate) fn reach(address: &Address, patience: Duration) -> Result<Engine, Absence> {
        match address.knock(patience) {
            Ok(()) => {}
            Err(Unreachable::Nobody(said)) => {
                return Err(Absence::Nobody(Missing::new(
                    format!("nobody listens at {address} ({said})"),
                    "Start your Docker daemon, or name another engine in DOCKER_HOST; as root on Debian, `--setup` installs and starts one.",
                )));
            }
            Err(Unreachable::Forbidden(said)) => {
                return Err(Absence::Unusable(Missing::new(
                    format!("this user may not speak to {address} ({said})"),
                    "Add the user to the group of the socket (`usermod -aG docker USER`, then log in again), or run as root.",
                )));
            }
        }
        let unusable = |why: String| {
            Absence::Unusable(Missing::new(
                format!("the Docker daemon at {address} {why}"),
                "Look into its log and restart it, then run the command again.",
            ))
        };
        let reactor =
            Reactor::start().map_err(|error| unusable(format!("cannot be waited for: {error}")))?;
        let answered = reactor.wait(patience, ask(address));
        let (docker, version, info) = answered.map_err(|why| unusable(why.to_string()))?;
        let description = describe(address, &docker, version, info);
        Ok(Engine {
            inner: Arc::new(Inner {
                docker,
                reactor,
                description,
            }),
        })
    }

    /// Who it is.
    pub fn description(&self) -> &Description {
        &self.inner.description
    }

    pub(crate) fn docker(&self) -> &Docker {
        &self.inner.docker
    }

    pub(crate) fn reactor(&self) -> &Reactor {
        &self.inner.reactor
    }

    /// Asks something that is answered at once.
    pub(crate) fn ask<Answer>(
        &self,
        what: &str,
        asked: impl Future<Output = Result<Answer, Error>>,
    ) -> Result<Answer, Failure> {
        self.wait(PATIENCE, what, asked)
    }

    /// Asks something that makes the engine work.
    pub(crate) fn order<Answer>(
        &self,
        what: &str,
        asked: impl Future<Output = Result<Answer, Error>>,
    ) -> Result<Answer, Failure> {
        self.wait(WORK, what, asked)
    }

    fn wait<Answer>(
        &self,
        patience: Duration,
        what: &str,
        asked: impl Future<Output = Result<Answer, Error>>,
    ) -> Result<Answer, Failure> {
        let answered = self.inner.reactor.wait(patience, asked);
        answered.map_err(|why| Failure {
            what: what.to_owned(),
            absent: matches!(
                why,
                Unanswered::Refused(Error::DockerResponseServerError {
                    status_code: 404,
                    ..
                })
            ),
            why: why.to_string(),
        })
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Engine({})", self.inner.description)
    }
}

impl std::fmt::Display for Description {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Description {
            address,
            version,
            api,
            storage,
            cgroup,
            here,
        } = self;
        let place = if *here {
            ""
        } else {
            ", not on this host: memory and mounted data cannot be had"
        };
        write!(
            f,
            "{version} at {address} (API {api}, storage {storage}, control groups version {cgroup}{place})"
        )
    }
}

async fn ask(address: &Address) -> Result<(Docker, SystemVersion, SystemInfo), Error> {
    let docker = Docker::connect_with_host(&address.to_string())?.with_timeout(WORK);
    docker.ping().await?;
    let docker = docker.negotiate_version().await?;
    let version = docker.version().await?;
    let info = docker.info().await?;
    Ok((docker, version, info))
}

fn describe(
    address: &Address,
    docker: &Docker,
    version: SystemVersion,
    info: SystemInfo,
) -> Description {
    let untold = || "untold".to_owned();
    let here = rustix::system::uname();
    let is = |told: &Option<String>, own: &std::ffi::CStr| {
        told.as_deref().is_some_and(|told| own.to_str() == Ok(told))
    };
    Description {
        address: address.to_string(),
        version: version.version.unwrap_or_else(untold),
        api: docker.client_version().to_string(),
        storage: info.driver.unwrap_or_else(untold),
        cgroup: info
            .cgroup_version
            .map(|version| version.to_string())
            .filter(|version| !version.is_empty())
            .unwrap_or_else(untold),
        // A socket can be forwarded, or lead into a virtual machine or out of a container: name and kernel must be ours too.
        here: address.is_local()
            && is(&info.name, here.nodename())
            && is(&info.kernel_version, here.release()),
    }
}

#[cfg(test)]
mod tests;
