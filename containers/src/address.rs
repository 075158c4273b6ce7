//! Where the engine is: what `DOCKER_HOST` says, or the socket that every engine has by default.

use std::net::{TcpStream, ToSocketAddrs as _};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

use toolchain::Missing;

/// The variable that names another engine than this machine's.
const VARIABLE: &str = "DOCKER_HOST";
/// Where an engine listens that was told nothing else.
const SOCKET: &str = "/var/run/docker.sock";

/// An engine's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A socket on this machine.
    Unix(PathBuf),
    /// A host and a port, without encryption.
    Tcp(String),
}

/// Why nothing can be said to an engine.
#[derive(Debug)]
pub(crate) enum Unreachable {
    /// Nobody listens there.
    Nobody(String),
    /// Somebody does, and this user may not speak to them.
    Forbidden(String),
}

impl Address {
    /// What `DOCKER_HOST` names, or the default socket; and whether it was named.
    ///
    /// # Errors
    /// When the variable names what this program cannot speak.
    pub fn of_this_process() -> Result<(Address, bool), Missing> {
        match std::env::var(VARIABLE) {
            Ok(named) if !named.is_empty() => Ok((Address::parse(&named)?, true)),
            _ => Ok((Address::Unix(SOCKET.into()), false)),
        }
    }

    /// Reads `unix:///path`, `tcp://host:port` or `http://host:port`.
    ///
    /// # Errors
    /// For every other scheme, and for a `tcp` that is to be encrypted.
    pub fn parse(named: &str) -> Result<Address, Missing> {
        let refuse = |why: &str| {
            let why = format!("{VARIABLE} is `{named}`, {why}");
            Missing::new(
                why,
                format!(
                    "Set {VARIABLE} to unix:///path or tcp://host:port; a tunnel (`ssh -L`) brings any other engine there."
                ),
            )
        };
        let encrypted = std::env::var_os("DOCKER_TLS_VERIFY").is_some_and(|set| !set.is_empty());
        match named.split_once("://") {
            Some(("unix", path)) if path.starts_with('/') => Ok(Address::Unix(path.into())),
            Some(("tcp" | "http", _)) if encrypted => Err(refuse(
                "and DOCKER_TLS_VERIFY asks for encryption, which is not spoken here",
            )),
            Some(("tcp" | "http", place)) => {
                let place = place.trim_end_matches('/');
                let port = place.rsplit_once(':').map(|(_, port)| port.parse::<u16>());
                if !matches!(port, Some(Ok(_))) {
                    return Err(refuse("which names no port"));
                }
                Ok(Address::Tcp(place.to_owned()))
            }
            _ => Err(refuse("which is not spoken here")),
        }
    }

    /// Whether it can be a daemon of this machine.
    pub(crate) fn is_local(&self) -> bool {
        match self {
            Address::Unix(_) => true,
            Address::Tcp(place) => {
                let mut found = place.to_socket_addrs().into_iter().flatten().peekable();
                found.peek().is_some() && found.all(|address| address.ip().is_loopback())
            }
        }
    }

    /// Opens a connection and closes it again: it tells an absent daemon from a silent one.
    pub(crate) fn knock(&self, patience: Duration) -> Result<(), Unreachable> {
        let opened = match self {
            Address::Unix(path) => UnixStream::connect(path).map(drop),
            Address::Tcp(place) => place.to_socket_addrs().and_then(|mut found| {
                let first = found.next().ok_or(std::io::ErrorKind::AddrNotAvailable)?;
                TcpStream::connect_timeout(&first, patience).map(drop)
            }),
        };
        opened.map_err(|error| {
            let said = error.to_string();
            match error.kind() {
                std::io::ErrorKind::PermissionDenied => Unreachable::Forbidden(said),
                _ => Unreachable::Nobody(said),
            }
        })
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Address::Unix(path) => write!(f, "unix://{}", path.display()),
            Address::Tcp(place) => write!(f, "tcp://{place}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_the_docker_command_reads_it() {
        for (named, read) in [
            ("unix:///run/x.sock", "unix:///run/x.sock"),
            ("tcp://10.0.0.1:2375", "tcp://10.0.0.1:2375"),
            ("http://localhost:2375/", "tcp://localhost:2375"),
            ("tcp://[::1]:2375", "tcp://[::1]:2375"),
        ] {
            assert_eq!(Address::parse(named).expect(named).to_string(), read);
        }
        for named in [
            "ssh://root@far",
            "https://far:2376",
            "npipe:////./pipe/docker",
            "unix://relative",
            "tcp://far",
            "tcp://far:port",
            "far:2375",
        ] {
            let missing = Address::parse(named).expect_err(named);
            assert!(missing.why.contains(named), "{missing}");
            assert!(missing.remedy.ends_with('.'), "{missing}");
        }
    }

    #[test]
    fn only_a_loopback_address_can_be_this_machine() {
        let local = |named: &str| Address::parse(named).expect(named).is_local();
        assert!(local("unix:///run/x.sock") && local("tcp://127.0.0.1:2375"));
        assert!(!local("tcp://192.0.2.1:2375"));
    }
}
