//! The engine that containers run in, with this process's claim on those that it makes; and what a container is granted.

use std::net::TcpListener;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::{Arc, OnceLock};

pub use container::Layer;
use container::{Engine, Folder, Hold, NOBODY, Network, Reach, Settings};
use record::{Missing, Nanos, Packaging};
use rustix::process::geteuid;

use crate::clock::Clock;
use crate::input::Places;
use crate::process::{Launch, Process};
use crate::server::{Access, Server};

/// What the engine took before the program in a container could begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phases {
    /// To make the container, and to be attached to it.
    pub create: Nanos,
    /// To start it.
    pub start: Nanos,
}

/// An engine, and the claim. Clones are the same.
#[derive(Debug, Clone)]
pub struct Docker {
    /// The engine.
    pub engine: Engine,
    /// What containers that serve are on, once one was to.
    network: Arc<OnceLock<Network>>,
    hold: Arc<Hold>,
}

/// The port that a server has on a network of its own, where nobody else can have taken it.
const PORT: u16 = 8000;

/// Where a container serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    /// What of a network it has.
    pub reach: Reach,
    /// The port.
    pub port: u16,
    /// The memory of what carries HTTP to it, beside its own; 0 where it serves by itself.
    pub beside: u64,
}

impl Door {
    /// Where the server inside listens.
    pub fn listen(&self) -> String {
        let own = matches!(self.reach, Reach::Network(_));
        let address = if own { "0.0.0.0" } else { "127.0.0.1" };
        format!("{address}:{}", self.port)
    }
}

impl Docker {
    /// Finds the engine, or, with `setup`, installs one. What a killed command left in it is removed.
    ///
    /// # Errors
    /// When there is none, with the remedy.
    pub fn find(cache: &Path, setup: bool, said: &mut dyn FnMut(&str)) -> Result<Docker, Missing> {
        let found = if setup {
            container::ensure(cache, said)
        } else {
            Engine::find()
        };
        let engine = found.map_err(|missing| {
            let why = format!("no Docker engine: {}", missing.why);
            lacking(why, missing.remedy)
        })?;
        let restart = "Look into the engine's log and restart it.";
        let left = engine
            .reap(cache)
            .map_err(|failure| lacking(failure.to_string(), restart))?;
        if left > 0 {
            said(&format!(
                "removed {left} containers and networks that a command left when it was killed"
            ));
        }
        let hold = Hold::new(cache).map_err(|error| {
            let why = format!("no lock can be made in {}: {error}", cache.display());
            lacking(why, "Make room there.")
        })?;
        Ok(Docker {
            engine,
            network: Arc::default(),
            hold: Arc::new(hold),
        })
    }

    /// Where a server is to serve: on a network that this host alone reaches, which is made with the first; or on the host's loopback, where
    /// it has the host's network anyway.
    ///
    /// # Errors
    /// When the network cannot be made, or the host has no port left, in words.
    pub fn door(&self, server: &Server) -> Result<Door, String> {
        if networked(server) {
            let free = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
            let free = free.map_err(|error| format!("no port can be had: {error}"))?;
            return Ok(Door {
                reach: Reach::Host,
                port: free.port(),
                beside: 0,
            });
        }
        let network = match self.network.get() {
            Some(network) => network,
            None => {
                let made = self.engine.network(&self.hold);
                let made = made.map_err(|failure| failure.to_string())?;
                self.network.get_or_init(|| made)
            }
        };
        Ok(Door {
            reach: Reach::Network(network.name().to_owned()),
            port: PORT,
            beside: 0,
        })
    }

    /// What keeps this engine from running a server, if something does: on another host it sees neither our folders nor our loopback.
    pub fn lacks(&self, server: &Server) -> Option<Missing> {
        let here = self.engine.description().here;
        let bound = !server.grants.directories.is_empty() || networked(server);
        (!here && bound).then(|| {
            lacking(
                "engine is not on this host".to_owned(),
                "Run the command on the engine's host, or unset DOCKER_HOST.",
            )
        })
    }

    /// Starts a server's image with what the server is granted, and with a door where it is to serve.
    ///
    /// # Errors
    /// When the container cannot be made or started, in words.
    pub fn start(
        &self,
        (image, packaging): (&str, Packaging),
        server: &Server,
        places: &Places,
        (launch, door): (&Launch, Option<&Door>),
        clock: &dyn Clock,
    ) -> Result<(Process, Phases), String> {
        let mut settings = settings((image, packaging), server, places, launch)?;
        if let Some(door) = door {
            settings.reach = door.reach.clone();
            let beside = |memory: u64| memory.saturating_add(door.beside);
            settings.memory = settings.memory.map(beside);
        }
        let stderr = tempfile::tempfile().map_err(|error| error.to_string())?;
        let kept = stderr.try_clone().map_err(|error| error.to_string())?;
        let failed = |failure: container::Failure| failure.to_string();
        let begin = clock.now();
        let created = self.engine.create(&settings, &self.hold).map_err(failed)?;
        let made = clock.now();
        let (contained, pipes) = created.start(stderr).map_err(failed)?;
        let phases = Phases {
            create: Nanos(made.0 - begin.0),
            start: Nanos(clock.now().0 - made.0),
        };
        let process = Process::contained(contained, pipes, kept);
        let process = process.map_err(|error| error.to_string())?;
        Ok((process, phases))
    }
}

/// Who a container runs as: nobody, or, where this process is not root and could not give a folder to anybody, its own user.
pub fn user() -> u32 {
    let own = geteuid();
    if own.is_root() { NOBODY } else { own.as_raw() }
}

/// Whether a server has to reach what stands in for the network, which is on this host's loopback.
fn networked(server: &Server) -> bool {
    !server.needs.is_empty() || !server.grants.outbound.is_empty()
}

/// The same grants and limits as the component has.
fn settings(
    (image, packaging): (&str, Packaging),
    server: &Server,
    places: &Places,
    launch: &Launch,
) -> Result<Settings, String> {
    let folder = |granted: &crate::server::Directory| Folder {
        path: places.fill(&granted.path).into(),
        writable: granted.access == Access::ReadWrite,
    };
    let folders: Vec<Folder> = server.grants.directories.iter().map(folder).collect();
    for folder in &folders {
        readable(&folder.path)?;
    }
    let arguments = launch.arguments.iter();
    Ok(Settings {
        image: image.to_owned(),
        arguments: arguments
            .map(|word| word.to_string_lossy().into_owned())
            .collect(),
        environment: launch.environment.clone(),
        folders,
        memory: server.limits.memory_of(packaging)?,
        reach: match networked(server) {
            true => Reach::Host,
            false => Reach::Nothing,
        },
        // As every other packaging: nothing keeps a process or a component from any processor.
        millicpus: None,
        // The official fetch server hands pages to Node in files; what somebody's own does, nobody knows.
        temporary: packaging.is_reference() || server.own,
        user: Some(user()),
    })
}

/// Whether whoever runs in a container may list a folder; the engine would mount it all the same.
fn readable(folder: &Path) -> Result<(), String> {
    let found = std::fs::metadata(folder);
    let found = found.map_err(|error| format!("{}: {error}", folder.display()))?;
    let own = found.uid() == user();
    let (needed, to) = if own { (0o500, "u") } else { (0o005, "o") };
    if found.mode() & needed == needed {
        return Ok(());
    }
    Err(format!(
        "{} is not readable for user {}, as whom containers run; `chmod -R {to}+rX` it",
        folder.display(),
        user()
    ))
}

fn lacking(why: String, remedy: impl Into<String>) -> Missing {
    Missing {
        what: "Docker engine".to_owned(),
        why,
        remedy: remedy.into(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_folder_that_nobody_can_read_is_told_before_a_container_is_made_with_it() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let with = |mode| {
            set_permissions(folder.path(), Permissions::from_mode(mode)).expect("its owner's");
            readable(folder.path())
        };
        assert_eq!(with(0o755), Ok(()));
        let why = with(0o000).expect_err("nobody may");
        assert!(why.contains("chmod -R"), "{why}");
        assert!(readable(Path::new("/nowhere/at/all")).is_err());
    }
}
