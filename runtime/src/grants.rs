//! What a guest was granted: directories, environment, outbound addresses. Everything else is denied.

use mcp_wire::guard::Destination;
use std::path::{Path, PathBuf};
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

/// What a granted directory may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reading only.
    Read,
    /// Reading, writing, making and removing.
    ReadWrite,
}

/// A directory that a guest sees under the same absolute path as the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    /// Absolute path, without symbolic links.
    pub path: PathBuf,
    /// What it may be used for.
    pub access: Access,
}

/// Everything that one server was granted. The default is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants {
    /// Directories.
    pub directories: Vec<Directory>,
    /// Environment variables, with the values that the guest sees.
    pub environment: Vec<(String, String)>,
    /// Where `wasi:http` requests may go.
    pub outbound: Vec<Destination>,
    /// Whether a granted destination may be a private, loopback or link-local address.
    pub private_addresses: bool,
    /// Certificate authorities that are trusted besides the public ones.
    pub authorities: Vec<CertificateDer<'static>>,
}

/// A grant that cannot be given as it was written.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// The directory is not there, or is no directory.
    #[error(
        "cannot grant {path}: {reason}; name an existing directory, as PATH, PATH:ro or PATH:rw"
    )]
    Directory {
        /// As written.
        path: String,
        /// From the system.
        reason: String,
    },
    /// No such variable.
    #[error("cannot pass {name} on: it is not set here; set it, or write {name}=VALUE")]
    Environment {
        /// The variable.
        name: String,
    },
    /// No certificates.
    #[error(
        "cannot trust {path}: {reason}; name a PEM file that holds the certificate of an authority"
    )]
    Authority {
        /// As written.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Not a host and a port.
    #[error(
        "cannot grant {written:?} as a destination; write HOST:PORT, such as api.example.org:443, or *:443 for every host"
    )]
    Destination {
        /// As written.
        written: String,
    },
}

impl Directory {
    /// A directory by its path; relative paths and symbolic links are resolved now, once.
    ///
    /// # Errors
    ///
    /// [`GrantError::Directory`] where there is no such directory.
    pub fn new(path: &Path, access: Access) -> Result<Directory, GrantError> {
        let refused = |reason: String| GrantError::Directory {
            path: path.display().to_string(),
            reason,
        };
        let resolved = path
            .canonicalize()
            .map_err(|error| refused(error.to_string()))?;
        if !resolved.is_dir() {
            return Err(refused("it is not a directory".to_owned()));
        }
        Ok(Directory {
            path: resolved,
            access,
        })
    }

    /// Reads `PATH`, `PATH:ro` or `PATH:rw`; read-only is the default.
    ///
    /// # Errors
    ///
    /// [`GrantError::Directory`] where there is no such directory.
    pub fn parse(written: &str) -> Result<Directory, GrantError> {
        match written.rsplit_once(':') {
            Some((path, "ro")) => Directory::new(Path::new(path), Access::Read),
            Some((path, "rw")) => Directory::new(Path::new(path), Access::ReadWrite),
            _ => Directory::new(Path::new(written), Access::Read),
        }
    }
}

/// Reads `HOST:PORT`; an IPv6 address stands in brackets, `*` is every host or every port.
///
/// # Errors
///
/// [`GrantError::Destination`] for anything else.
pub fn destination(written: &str) -> Result<Destination, GrantError> {
    written.parse().map_err(|_| GrantError::Destination {
        written: written.to_owned(),
    })
}

/// Reads the certificates in a PEM file.
///
/// # Errors
///
/// [`GrantError::Authority`] where there are none, or one cannot be read.
pub fn authorities(path: &Path) -> Result<Vec<CertificateDer<'static>>, GrantError> {
    let refused = |reason: String| GrantError::Authority {
        path: path.display().to_string(),
        reason,
    };
    let text = std::fs::read(path).map_err(|error| refused(error.to_string()))?;
    let found: Vec<_> = CertificateDer::pem_slice_iter(&text)
        .collect::<Result<_, _>>()
        .map_err(|error| refused(error.to_string()))?;
    // What a root store refuses now would otherwise be refused at the first request, by somebody else.
    let mut store = tokio_rustls::rustls::RootCertStore::empty();
    for certificate in &found {
        store
            .add(certificate.clone())
            .map_err(|error| refused(error.to_string()))?;
    }
    if found.is_empty() {
        return Err(refused("there is no certificate in it".to_owned()));
    }
    Ok(found)
}

/// Reads `NAME` (passed through from here) or `NAME=VALUE`.
///
/// # Errors
///
/// [`GrantError::Environment`] where `NAME` is not set or not UTF-8.
pub fn environment(written: &str) -> Result<(String, String), GrantError> {
    match written.split_once('=') {
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => match std::env::var(written) {
            Ok(value) => Ok((written.to_owned(), value)),
            Err(_) => Err(GrantError::Environment {
                name: written.to_owned(),
            }),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_are_read_only_unless_written_otherwise() {
        let here = std::env::temp_dir();
        let here = here.to_str().expect("the temporary directory is UTF-8");
        assert_eq!(Directory::parse(here).expect("exists").access, Access::Read);
        assert_eq!(
            Directory::parse(&format!("{here}:rw"))
                .expect("exists")
                .access,
            Access::ReadWrite
        );
        assert!(Directory::parse("/no/such/directory:rw").is_err());
    }

    #[test]
    fn destinations_need_a_host_and_a_port() {
        let read = |written| destination(written).ok().map(|to| to.to_string());
        for (written, read_as) in [
            ("API.example.org:443", "api.example.org:443"),
            ("[::1]:80", "[::1]:80"),
            ("*:443", "*:443"),
        ] {
            assert_eq!(read(written).as_deref(), Some(read_as));
        }
        for wrong in [
            "example.org",
            "example.org:",
            ":80",
            "http://example.org:80",
            "::1:80",
            "a:99999",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
