//! The words by which a person grants a server of their own what it may reach: the same in every packaging that can be confined.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::Args;
use harness::exit::Told;
use harness::server::{Access, Allowed};

/// What it may reach.
#[derive(Args)]
#[command(
    next_help_heading = "Granting (to a component and to a container alike; a command has your rights without it)"
)]
pub struct Grants {
    /// Lets it read a folder, under the same path: --allow-dir data/; with :rw behind it, write as well.
    #[arg(long, value_name = "DIR[:rw]")]
    allow_dir: Vec<String>,
    /// Gives it a variable of this process, or one with this value: --env LEVEL=info. Nothing else of the environment is passed on.
    #[arg(long, value_name = "NAME[=VALUE]")]
    env: Vec<String>,
    /// Lets it send requests there, either half may be *: --allow-net api.example.com:443. A container cannot be held to one place:
    /// it has this host's network then.
    #[arg(long, value_name = "HOST:PORT")]
    allow_net: Vec<String>,
    /// The most memory that it may take: --memory '1 GiB'. A component has 256 MiB without it, a container no bound.
    #[arg(long, value_name = "SIZE")]
    memory: Option<String>,
    /// The longest that one answer may take: --timeout '120 s'. Without it a component's call ends after 30 s, and nobody is waited for
    /// longer than 60 s.
    #[arg(long, value_name = "TIME")]
    timeout: Option<String>,
}

impl Grants {
    /// What was granted, each word looked at.
    pub fn allowed(&self) -> Result<Allowed, Told> {
        let mut allowed = Allowed {
            memory: self.memory.clone(),
            timeout: self.timeout.clone(),
            ..Allowed::default()
        };
        for text in &self.allow_dir {
            allowed.folders.push(folder(text)?);
        }
        for text in &self.env {
            match text.split_once('=') {
                Some((name, value)) if !name.is_empty() => {
                    allowed.given.push((name.to_owned(), value.to_owned()));
                }
                None if std::env::var(text).is_ok() => allowed.named.push(text.clone()),
                _ => {
                    return Err(Told::usage(format!(
                        "--env {text:?} is no variable of this process; set it, or write NAME=VALUE"
                    )));
                }
            }
        }
        for text in &self.allow_net {
            allowed.private |= is_private(text)?;
            allowed.outbound.push(text.clone());
        }
        Ok(allowed)
    }
}

fn folder(text: &str) -> Result<(PathBuf, Access), Told> {
    let (path, access) = match text.rsplit_once(':') {
        Some((path, "rw")) => (path, Access::ReadWrite),
        Some((path, "ro")) => (path, Access::Read),
        _ => (text, Access::Read),
    };
    let found = std::fs::canonicalize(path);
    let found = found.map_err(|error| Told::usage(format!("--allow-dir {path:?}: {error}")))?;
    if !found.is_dir() {
        return Err(Told::usage(format!(
            "--allow-dir {path:?} is no folder; grant the folder that it is in"
        )));
    }
    Ok((found, access))
}

/// Whether a place that was named is at a private address, which then was granted by name.
fn is_private(text: &str) -> Result<bool, Told> {
    let refuse = || {
        Told::usage(format!(
            "--allow-net {text:?} is no place; write HOST:PORT, as in api.example.com:443"
        ))
    };
    let (host, port) = text.rsplit_once(':').ok_or_else(refuse)?;
    if host.is_empty() || !(port == "*" || port.parse::<u16>().is_ok()) {
        return Err(refuse());
    }
    let address = host.trim_start_matches('[').trim_end_matches(']');
    Ok(match address.parse() {
        Ok(IpAddr::V4(address)) => {
            address.is_loopback() || address.is_private() || address.is_link_local()
        }
        Ok(IpAddr::V6(address)) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
        Err(_) => host == "localhost",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grants(dir: &str, env: &str, net: &str) -> Result<Allowed, Told> {
        let words = |word: &str| match word {
            "" => Vec::new(),
            word => vec![word.to_owned()],
        };
        Grants {
            allow_dir: words(dir),
            env: words(env),
            allow_net: words(net),
            memory: None,
            timeout: None,
        }
        .allowed()
    }

    #[test]
    fn each_word_is_a_grant_or_is_refused_with_what_to_write() {
        let allowed = grants("/:rw", "A=b=c", "127.0.0.1:80").expect("granted");
        assert_eq!(allowed.folders, [(PathBuf::from("/"), Access::ReadWrite)]);
        assert_eq!(allowed.given, [("A".to_owned(), "b=c".to_owned())]);
        assert!(allowed.private && !allowed.is_harmless());
        let read = grants("/", "PATH", "").expect("granted");
        assert!(read.is_harmless() && read.named == ["PATH"]);
        assert!(!grants("", "", "example.com:*").expect("granted").private);
        for (dir, env, net, named) in [
            ("/no/such", "", "", "/no/such"),
            ("/proc/self/status", "", "", "is no folder"),
            ("", "NO_SUCH_VARIABLE_HERE", "", "NAME=VALUE"),
            ("", "=x", "", "NAME=VALUE"),
            ("", "", "example.com", "HOST:PORT"),
            ("", "", "example.com:many", "HOST:PORT"),
            ("", "", ":80", "HOST:PORT"),
        ] {
            let told = grants(dir, env, net).expect_err(named);
            assert!(told.message.contains(named), "{told}");
        }
    }
}
