//! The engine that containers run in, with this process's claim on those that it makes; and what a container is granted.

use std::path::Path;
use std::sync::Arc;

use container::{Engine, Folder, Hold, NOBODY, Settings};
use record::Missing;
use rustix::process::geteuid;

use crate::input::Places;
use crate::process::{Launch, Process};
use crate::server::{Access, Server};

/// An engine, and the claim. Clones are the same.
#[derive(Debug, Clone)]
pub struct Docker {
    /// The engine.
    pub engine: Engine,
    hold: Arc<Hold>,
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
                "removed {left} containers that a command left when it was killed"
            ));
        }
        let hold = Hold::new(cache).map_err(|error| {
            let why = format!("no lock can be made in {}: {error}", cache.display());
            lacking(why, "Make room there.")
        })?;
        Ok(Docker {
            engine,
            hold: Arc::new(hold),
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

    /// Starts a server's image with what the server is granted.
    ///
    /// # Errors
    /// When the container cannot be made or started, in words.
    pub fn start(
        &self,
        image: &str,
        server: &Server,
        places: &Places,
        launch: &Launch,
    ) -> Result<Process, String> {
        let settings = settings(image, server, places, launch)?;
        let stderr = tempfile::tempfile().map_err(|error| error.to_string())?;
        let kept = stderr.try_clone().map_err(|error| error.to_string())?;
        let created = self.engine.create(&settings, &self.hold);
        let started = created.and_then(|created| created.start(stderr));
        let (contained, pipes) = started.map_err(|failure| failure.to_string())?;
        Process::contained(contained, pipes, kept).map_err(|error| error.to_string())
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
    image: &str,
    server: &Server,
    places: &Places,
    launch: &Launch,
) -> Result<Settings, String> {
    let folder = |granted: &crate::server::Directory| Folder {
        path: places.fill(&granted.path).into(),
        writable: granted.access == Access::ReadWrite,
    };
    let arguments = launch.arguments.iter();
    Ok(Settings {
        image: image.to_owned(),
        arguments: arguments
            .map(|word| word.to_string_lossy().into_owned())
            .collect(),
        environment: launch.environment.clone(),
        folders: server.grants.directories.iter().map(folder).collect(),
        memory: server.limits.memory_bytes()?,
        network: networked(server),
        user: Some(user()),
    })
}

fn lacking(why: String, remedy: impl Into<String>) -> Missing {
    Missing {
        what: "Docker engine".to_owned(),
        why,
        remedy: remedy.into(),
    }
}
