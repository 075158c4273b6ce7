//! A program in a container: its pipes are here, as those of a child process are, and it is gone when this is.

use std::fs::File;
use std::io::Write as _;
use std::net::IpAddr;
use std::os::fd::OwnedFd;
use std::pin::{Pin, pin};
use std::time::Duration;

use bollard::container::{AttachContainerResults, LogOutput};
use bollard::errors::Error;
use bollard::query_parameters::AttachContainerOptionsBuilder;
use futures_util::{Stream, StreamExt as _};
use tokio::io::{AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::unix::pipe;
use tokio::task::JoinHandle;

use crate::engine::Engine;
use crate::failure::Failure;
use crate::hold::Hold;
use crate::settings::Settings;

/// So much of what a container says on its standard error is kept; the rest is read and dropped.
const COMPLAINTS: usize = 16 << 20;
/// As much as a pipe takes at once.
const CHUNK: usize = 64 << 10;

/// A container that was made and not started yet. It is removed when this is dropped.
pub struct Created {
    own: Own,
    attached: AttachContainerResults,
}

/// A started container.
pub struct Contained {
    own: Own,
    carriers: [JoinHandle<()>; 2],
}

/// The pipes of a started container, from our side.
pub struct Pipes {
    /// What it reads. Closed, its standard input ends.
    pub stdin: OwnedFd,
    /// What it writes; at its end when the container is.
    pub stdout: OwnedFd,
}

/// How a container is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct State {
    /// Whether its first process runs.
    pub running: bool,
    /// That process's number on the engine's host.
    pub process: u32,
    /// What it ended with.
    pub exit: i32,
    /// Whether the kernel ended it for want of memory.
    pub starved: bool,
    /// Its address on a network of its own, while it runs.
    pub address: Option<IpAddr>,
}

/// The container itself, which is removed on every path.
struct Own {
    engine: Engine,
    id: String,
}

impl Drop for Own {
    fn drop(&mut self) {
        // A daemon that does not answer now is asked again by the next command, which reaps what a run left.
        let _removed = self.engine.remove(&self.id);
    }
}

impl Engine {
    /// Makes a container and attaches to it. Nothing runs yet.
    ///
    /// # Errors
    /// When the engine does not make it: there is no such image, a folder is not there, the limits are not to its taste.
    pub fn create(&self, settings: &Settings, hold: &Hold) -> Result<Created, Failure> {
        let what = format!("make a container of {}", settings.image);
        let body = settings.body(hold);
        let made = self.ask(&what, async {
            self.docker().create_container(None, body).await
        })?;
        let own = Own {
            engine: self.clone(),
            id: made.id,
        };
        let options = AttachContainerOptionsBuilder::new()
            .stream(true)
            .stdin(true)
            .stdout(true)
            .stderr(true)
            .build();
        // Before it starts, so that nothing of what it says is missed.
        let attached = self.ask("attach to a container", async {
            self.docker().attach_container(&own.id, Some(options)).await
        })?;
        Ok(Created { own, attached })
    }
}

impl Created {
    /// Starts it. What it says on its standard error is appended to `stderr`.
    ///
    /// # Errors
    /// When it cannot be started: its program is not there, or is none.
    pub fn start(self, stderr: File) -> Result<(Contained, Pipes), Failure> {
        let Created { own, attached } = self;
        let what = "start a container";
        let broken = |error: std::io::Error| Failure::of(what, error);
        let (to_carry, stdin) = std::io::pipe().map_err(broken)?;
        let (stdout, carried) = std::io::pipe().map_err(broken)?;
        let engine = own.engine.clone();
        let handle = &engine.reactor().handle;
        let inside = handle.enter();
        let from = pipe::Receiver::from_owned_fd(to_carry.into()).map_err(broken)?;
        let to = pipe::Sender::from_owned_fd(carried.into()).map_err(broken)?;
        drop(inside);
        let carriers = [
            handle.spawn(carry_in(from, attached.input)),
            handle.spawn(carry_out(attached.output, to, stderr)),
        ];
        let contained = Contained { own, carriers };
        engine.ask(what, async {
            engine
                .docker()
                .start_container(&contained.own.id, None)
                .await
        })?;
        let pipes = Pipes {
            stdin: stdin.into(),
            stdout: stdout.into(),
        };
        Ok((contained, pipes))
    }
}

impl Contained {
    /// Its number, as the engine names it.
    pub fn id(&self) -> &str {
        &self.own.id
    }

    /// How it is now.
    ///
    /// # Errors
    /// When the engine does not tell.
    pub fn state(&self) -> Result<State, Failure> {
        let engine = &self.own.engine;
        let found = engine.ask("look at a container", async {
            engine.docker().inspect_container(&self.own.id, None).await
        })?;
        let networks = found
            .network_settings
            .and_then(|settings| settings.networks);
        let mut addresses = networks
            .into_iter()
            .flatten()
            .filter_map(|(_, end)| end.ip_address);
        let told = found.state.unwrap_or_default();
        let number = |told: Option<i64>| told.unwrap_or_default();
        Ok(State {
            running: told.running.unwrap_or(false),
            process: u32::try_from(number(told.pid)).unwrap_or(0),
            exit: i32::try_from(number(told.exit_code)).unwrap_or(-1),
            starved: told.oom_killed.unwrap_or(false),
            // One that has ended, or has the host's network, is told to have the address "".
            address: addresses.find_map(|address| address.parse().ok()),
        })
    }

    /// Waits until it has ended, and not longer than that.
    ///
    /// # Errors
    /// When the engine does not tell.
    pub fn wait(&self, patience: Duration) -> Result<State, Failure> {
        let engine = &self.own.engine;
        let ended = async {
            let mut told = pin!(engine.docker().wait_container(&self.own.id, None));
            // A status other than 0 is told as an error; what it was is asked below.
            let _status = told.next().await;
            Ok::<(), Error>(())
        };
        // Too late is no failure: the state says that it runs.
        let _late = engine.reactor().wait(patience, ended);
        self.state()
    }
}

impl Drop for Contained {
    fn drop(&mut self) {
        for carrier in &self.carriers {
            carrier.abort();
        }
    }
}

impl std::fmt::Debug for Contained {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Contained({})", self.own.id)
    }
}

/// Carries what is written to a pipe into the container, until the pipe is closed.
async fn carry_in(mut from: pipe::Receiver, mut to: Pin<Box<dyn AsyncWrite + Send>>) {
    let mut chunk = vec![0; CHUNK];
    // An end of either side is the end: the other notices by itself.
    while let Ok(read @ 1..) = from.read(&mut chunk).await {
        let written = to.write_all(&chunk[..read]).await;
        if written.is_err() || to.flush().await.is_err() {
            break;
        }
    }
    let _closed = to.shutdown().await;
}

/// Carries what a container says out of it: answers into a pipe, complaints into a file.
async fn carry_out(
    mut from: Pin<Box<dyn Stream<Item = Result<LogOutput, Error>> + Send>>,
    mut to: pipe::Sender,
    mut stderr: File,
) {
    let mut left = COMPLAINTS;
    while let Some(Ok(said)) = from.next().await {
        let carried = match said {
            LogOutput::StdOut { message } | LogOutput::Console { message } => {
                to.write_all(&message).await
            }
            LogOutput::StdErr { message } => {
                let kept = &message[..message.len().min(left)];
                left -= kept.len();
                stderr.write_all(kept)
            }
            LogOutput::StdIn { .. } => Ok(()),
        };
        if carried.is_err() {
            break;
        }
    }
}
