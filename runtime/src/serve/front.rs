//! The listener: from configuration to an open port, and from a signal to a drained one.

use super::config::Config;
use super::request::App;
use super::sessions::{SessionRuntime, Sessions};
use super::workers::Workers;
use crate::host::{Host, HostError, HostOptions};
use mcp_wire::http::Rules;
use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How long calls under way may go on after the signal to stop.
const DRAIN: Duration = Duration::from_secs(10);

/// Why nothing is served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A server cannot be loaded.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The address cannot be listened on.
    #[error(
        "cannot listen on {address}: {reason}; choose another with --listen, or port 0 for any that is free"
    )]
    Listen {
        /// As configured.
        address: String,
        /// From the system.
        reason: String,
    },
    /// The system gave out.
    #[error("{0}")]
    System(#[from] std::io::Error),
}

/// Something that listens and has not begun to serve.
pub struct Serving {
    listener: TcpListener,
    /// The address, with the port that was found.
    pub address: SocketAddr,
    /// What the user should know.
    pub notes: Vec<String>,
    app: Arc<App>,
    sessions: Arc<SessionRuntime>,
    threads: usize,
}

/// Loads the servers and opens the port.
///
/// # Errors
///
/// A [`ServeError`].
pub fn serve(config: Config) -> Result<Serving, ServeError> {
    let host = Host::new(HostOptions {
        instances: config.instances,
    })?;
    let sessions = Arc::new(SessionRuntime::default());
    let mut servers = BTreeMap::new();
    let mut notes = Vec::new();
    for spec in config.servers {
        let loaded = host.load(spec)?;
        notes.extend(loaded.notes().iter().cloned());
        let own = Sessions::new(loaded.clone(), sessions.clone());
        servers.insert(loaded.name().to_owned(), (loaded, own));
    }
    let mut rules = Rules {
        origins: config.origins,
        body_limit: config.body,
        sessions: true,
        ..Rules::default()
    };
    if let Some(hosts) = &mut rules.hosts {
        hosts.extend(config.hosts);
    }
    let unreachable = |error: std::io::Error| ServeError::Listen {
        address: config.listen.clone(),
        reason: error.to_string(),
    };
    let listener = TcpListener::bind(&config.listen).map_err(unreachable)?;
    listener.set_nonblocking(true)?;
    Ok(Serving {
        address: listener.local_addr()?,
        listener,
        notes,
        app: Arc::new(App {
            rules,
            token: config.token.map(|token| blake3::hash(token.as_bytes())),
            servers,
        }),
        sessions,
        threads: config.threads,
    })
}

impl Serving {
    /// Serves until SIGINT or SIGTERM, then lets calls under way finish. True where it was SIGINT.
    ///
    /// # Errors
    ///
    /// The system has no thread or descriptor left at the start.
    pub fn run(self) -> std::io::Result<bool> {
        let (drain, draining) = watch::channel(false);
        let mut workers = Workers::new(self.app, self.threads, draining);
        let reactor = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let interrupted = reactor.block_on(async {
            use tokio::signal::unix::{SignalKind, signal};
            let listener = tokio::net::TcpListener::from_std(self.listener)?;
            let mut interrupt = signal(SignalKind::interrupt())?;
            let mut terminate = signal(SignalKind::terminate())?;
            loop {
                tokio::select! {
                    accepted = listener.accept() => match accepted {
                        Ok((stream, _)) => {
                            let handed = stream.set_nodelay(true).and_then(|()| stream.into_std()).and_then(|stream| workers.hand(stream));
                            if let Err(error) = handed {
                                eprintln!("wasmmcp-runtime: dropped a connection: {error}");
                            }
                        }
                        // Out of descriptors, mostly: wait for some to be closed instead of spinning.
                        Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
                    },
                    _ = interrupt.recv() => return Ok::<_, std::io::Error>(true),
                    _ = terminate.recv() => return Ok(false),
                }
            }
        })?;
        let _ = drain.send(true);
        // Streams of sessions end when their sessions do.
        self.sessions.shut_down();
        let done = std::thread::spawn(move || workers.join());
        let deadline = crate::clock::now() + DRAIN;
        while !done.is_finished() && crate::clock::now() < deadline {
            std::thread::park_timeout(Duration::from_millis(5));
        }
        Ok(interrupted)
    }
}
