//! The engine itself: asked who it is, within a bound.

use std::error::Error as _;
use std::future::Future;
use std::time::Duration;

use bollard::Docker;
use bollard::models::{SystemInfo, SystemVersion};
use serde::Serialize;
use tokio::runtime::Runtime;

use crate::address::{Address, Unreachable};
use toolchain::Missing;

/// A daemon that says nothing for so long is dead or stuck: a sound one answers these questions in milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);
/// The same for requests that make it work.
const WORK: Duration = Duration::from_secs(600);

/// An engine that answered.
pub struct Engine {
    docker: Docker,
    runtime: Runtime,
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
        // One thread is enough: it works while a caller waits for an answer, and sleeps otherwise.
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| unusable(format!("cannot be waited for: {error}")))?;
        let answered = bounded(&runtime, patience, ask(address));
        let (docker, version, info) = answered.map_err(unusable)?;
        let description = describe(address, &docker, version, info);
        Ok(Engine {
            docker,
            runtime,
            description,
        })
    }

    /// Who it is.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// Whether it still answers.
    ///
    /// # Errors
    /// When it does not, with the remedy.
    pub fn ping(&self) -> Result<(), Missing> {
        let answered = bounded(&self.runtime, PATIENCE, async {
            self.docker.ping().await.map_err(|error| told(&error))
        });
        let address = &self.description.address;
        answered.map(drop).map_err(|why| {
            Missing::new(
                format!("the Docker daemon at {address} {why}"),
                "Look into its log and restart it, then run the command again.",
            )
        })
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Engine({})", self.description)
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

/// Waits for an answer, and no longer than that.
fn bounded<Answer>(
    runtime: &Runtime,
    patience: Duration,
    asked: impl Future<Output = Result<Answer, String>>,
) -> Result<Answer, String> {
    runtime.block_on(async {
        match tokio::time::timeout(patience, asked).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(said)) => Err(format!("gives no right answer: {said}")),
            Err(_) => Err(format!(
                "has not answered within {} s",
                patience.as_secs_f32()
            )),
        }
    })
}

async fn ask(address: &Address) -> Result<(Docker, SystemVersion, SystemInfo), String> {
    let docker = Docker::connect_with_host(&address.to_string())
        .map_err(|error| told(&error))?
        .with_timeout(WORK);
    docker.ping().await.map_err(|error| told(&error))?;
    let docker = docker
        .negotiate_version()
        .await
        .map_err(|error| told(&error))?;
    let version = docker.version().await.map_err(|error| told(&error))?;
    let info = docker.info().await.map_err(|error| told(&error))?;
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

/// An error with all that it was caused by; the outermost often says no more than `client error`.
pub(crate) fn told(error: &bollard::errors::Error) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let words = inner.to_string();
        if !said.contains(&words) {
            said = format!("{said}: {words}");
        }
        cause = inner.source();
    }
    said
}

#[cfg(test)]
mod tests;
