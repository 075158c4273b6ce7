//! Options that several commands share: grants, limits, cache.

use super::Failure;
use crate::cache::CacheChoice;
use crate::grants::{Directory, Grants, authorities, destination, environment};
use crate::limits::Limits;
use clap::Args;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What the server is granted and allowed.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Granting {
    /// Grant a directory: PATH or PATH:ro to read, PATH:rw to write as well. The server sees it under the same absolute path.
    #[arg(long = "dir", value_name = "PATH[:ro|:rw]")]
    directories: Vec<String>,
    /// Pass an environment variable on, or set one.
    #[arg(long = "env", value_name = "NAME[=VALUE]")]
    environment: Vec<String>,
    /// Allow HTTP requests to this host and port, either may be *; private addresses stay denied.
    #[arg(long, value_name = "HOST:PORT")]
    outbound: Vec<String>,
    /// Allow granted destinations to be private, loopback or link-local addresses.
    #[arg(long)]
    private_addresses: bool,
    /// Trust the certificate authorities in this PEM file as well as the public ones, for requests by https.
    #[arg(long, value_name = "FILE")]
    authority: Vec<PathBuf>,
    /// Linear memory that the server may use.
    #[arg(long, value_name = "BYTES", value_parser = bytes, default_value = "256 MiB")]
    memory: usize,
    /// How long one call may take.
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "30 s")]
    timeout: Duration,
}

impl Granting {
    pub(crate) fn grants(&self) -> Result<Grants, Failure> {
        let mut grants = Grants {
            private_addresses: self.private_addresses,
            ..Grants::default()
        };
        for written in &self.directories {
            grants.directories.push(Directory::parse(written)?);
        }
        for written in &self.environment {
            grants.environment.push(environment(written)?);
        }
        for written in &self.outbound {
            grants.outbound.push(destination(written)?);
        }
        for file in &self.authority {
            grants.authorities.extend(authorities(file)?);
        }
        Ok(grants)
    }

    pub(crate) fn limits(&self) -> Limits {
        Limits {
            memory: self.memory,
            timeout: self.timeout,
            ..Limits::default()
        }
    }
}

/// Where precompiled code is kept.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Caching {
    /// Keep precompiled code in this folder [default: wasmmcp-bench/components in the user's cache].
    #[arg(long, value_name = "DIR", conflicts_with = "no_cache")]
    cache: Option<PathBuf>,
    /// Compile at each start and keep nothing.
    #[arg(long)]
    no_cache: bool,
}

impl Caching {
    pub(crate) fn choice(&self) -> CacheChoice {
        match &self.cache {
            _ if self.no_cache => CacheChoice::Off,
            Some(folder) => CacheChoice::Folder(folder.clone()),
            None => CacheChoice::Default,
        }
    }
}

/// A server's name from its file's name.
pub(crate) fn server_name(component: &Path) -> String {
    component.file_stem().map_or_else(
        || "server".to_owned(),
        |stem| stem.to_string_lossy().into_owned(),
    )
}

/// Reads a size: a number of bytes, or of KiB, MiB, GiB.
pub(crate) fn bytes(written: &str) -> Result<usize, String> {
    let (number, unit) = split(written);
    let shift = match unit {
        "" | "B" => 0,
        "KiB" => 10,
        "MiB" => 20,
        "GiB" => 30,
        _ => {
            return Err(format!(
                "{unit:?} is no unit of size; write B, KiB, MiB or GiB"
            ));
        }
    };
    let number: usize = number
        .parse()
        .map_err(|_| "not a size; write such as 256 MiB".to_owned())?;
    number
        .checked_mul(1 << shift)
        .filter(|bytes| *bytes > 0)
        .ok_or_else(|| "out of range; write such as 256 MiB".to_owned())
}

/// Reads a time: a number of ms, s or min.
pub(crate) fn duration(written: &str) -> Result<Duration, String> {
    let (number, unit) = split(written);
    let unit = match unit {
        "ms" => 1,
        "s" => 1000,
        "min" => 60_000,
        _ => return Err("not a time; write such as 500 ms, 30 s or 2 min".to_owned()),
    };
    let number: u64 = number
        .parse()
        .map_err(|_| "not a time; write such as 30 s".to_owned())?;
    // A year bounds every sum of times that follows.
    number
        .checked_mul(unit)
        .filter(|ms| (1..=31_536_000_000).contains(ms))
        .map(Duration::from_millis)
        .ok_or_else(|| "out of range; write such as 30 s".to_owned())
}

fn split(written: &str) -> (&str, &str) {
    let written = written.trim();
    let end = written
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(written.len());
    (&written[..end], written[end..].trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_carry_their_units() {
        assert_eq!(bytes("256 MiB"), Ok(256 << 20));
        assert_eq!(bytes("4096"), Ok(4096));
        assert_eq!(bytes("1GiB"), Ok(1 << 30));
        assert_eq!(duration("30 s"), Ok(Duration::from_secs(30)));
        assert_eq!(duration("5ms"), Ok(Duration::from_millis(5)));
        for wrong in ["", "MiB", "-1", "0", "1 TB", "99999999999999999999"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
        for wrong in ["", "30", "0 s", "5 h", "99999999999999 min"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
