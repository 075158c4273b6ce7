//! What a container is allowed: nothing but what is written here.

use std::path::{Path, PathBuf};

use bollard::models::{ContainerCreateBody, HostConfig, HostConfigLogConfig, Mount, MountType};

use crate::hold::Hold;
use crate::label;

/// Nobody, on every system: what runs in a container is neither root nor any user of the host.
pub const NOBODY: u32 = 65534;

/// The folder that a container can have of its own.
pub const TEMPORARY: &str = "/tmp";

/// One container.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// The image.
    pub image: String,
    /// What its program is told.
    pub arguments: Vec<String>,
    /// Its environment, beside what every container has (`PATH`, `HOSTNAME`, `HOME`).
    pub environment: Vec<(String, String)>,
    /// Folders of this host that it sees under the same path.
    pub folders: Vec<Folder>,
    /// The most memory that all of its processes may take, in bytes; no swap beside it.
    pub memory: Option<u64>,
    /// What of a network it has.
    pub reach: Reach,
    /// The most processor time that all of its processes may take, in thousandths of a processor; none where it may use every one.
    pub millicpus: Option<u64>,
    /// Whether it has a `/tmp` of its own, in memory and of at most 64 MiB.
    pub temporary: bool,
    /// Who it runs as; nobody where none is named.
    pub user: Option<u32>,
}

/// What of a network a container has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Reach {
    /// A loopback of its own, and nothing else.
    #[default]
    Nothing,
    /// That of the host.
    Host,
    /// The network of this name, and what is on it.
    Network(String),
}

/// A folder of this host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// Where it is, outside and inside.
    pub path: PathBuf,
    /// Whether it may be changed.
    pub writable: bool,
}

impl Settings {
    /// What the engine is told: everything that can be taken away is, whatever the image says.
    pub(crate) fn body(&self, hold: &Hold) -> ContainerCreateBody {
        let user = self.user.unwrap_or(NOBODY);
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let mount = |folder: &Folder| Mount {
            target: Some(text(&folder.path)),
            source: Some(text(&folder.path)),
            typ: Some(MountType::BIND),
            read_only: Some(!folder.writable),
            ..Mount::default()
        };
        let environment = self.environment.iter();
        let memory = self
            .memory
            .map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX));
        let nano_cpus = self.millicpus.map(|millicpus| {
            i64::try_from(millicpus.saturating_mul(1_000_000)).unwrap_or(i64::MAX)
        });
        ContainerCreateBody {
            image: Some(self.image.clone()),
            cmd: Some(self.arguments.clone()),
            env: Some(
                environment
                    .map(|(name, value)| format!("{name}={value}"))
                    .collect(),
            ),
            user: Some(format!("{user}:{user}")),
            labels: Some(label::of_container(hold)),
            attach_stdin: Some(true),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            open_stdin: Some(true),
            // When we go, however that is, its input ends, and so does every server.
            stdin_once: Some(true),
            tty: Some(false),
            host_config: Some(HostConfig {
                network_mode: Some(match &self.reach {
                    Reach::Nothing => "none".to_owned(),
                    Reach::Host => "host".to_owned(),
                    Reach::Network(name) => name.clone(),
                }),
                mounts: Some(self.folders.iter().map(mount).collect()),
                readonly_rootfs: Some(true),
                tmpfs: self.temporary.then(|| {
                    let place = (TEMPORARY.to_owned(), "rw,size=64m,mode=1777".to_owned());
                    [place].into_iter().collect()
                }),
                cap_drop: Some(vec!["ALL".to_owned()]),
                security_opt: Some(vec!["no-new-privileges".to_owned()]),
                memory,
                memory_swap: memory,
                nano_cpus,
                // What it answers is read at once; a second copy on the disk would be written inside the clock.
                log_config: Some(HostConfigLogConfig {
                    typ: Some("none".to_owned()),
                    config: None,
                }),
                ..HostConfig::default()
            }),
            ..ContainerCreateBody::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_allowed_that_is_not_written() {
        let cache = tempfile::tempdir().expect("a temporary folder");
        let hold = Hold::new(cache.path()).expect("a lock");
        let body = Settings::default().body(&hold);
        let host = body.host_config.expect("a host's part");
        assert_eq!(body.user.as_deref(), Some("65534:65534"));
        assert_eq!(host.network_mode.as_deref(), Some("none"));
        assert_eq!(host.readonly_rootfs, Some(true));
        assert_eq!(host.cap_drop, Some(vec!["ALL".to_owned()]));
        assert_eq!(
            host.security_opt,
            Some(vec!["no-new-privileges".to_owned()])
        );
        assert_eq!((host.mounts, host.privileged), (Some(Vec::new()), None));
        assert_eq!((host.tmpfs, host.nano_cpus), (None, None));

        let granted = Settings {
            folders: vec![Folder {
                path: "/data".into(),
                writable: false,
            }],
            memory: Some(1 << 20),
            reach: Reach::Host,
            millicpus: Some(1_500),
            user: Some(7),
            ..Settings::default()
        };
        let body = granted.body(&hold);
        let host = body.host_config.expect("a host's part");
        let mount = &host.mounts.expect("mounts")[0];
        assert_eq!(
            (mount.source.as_deref(), mount.target.as_deref()),
            (Some("/data"), Some("/data"))
        );
        assert_eq!(mount.read_only, Some(true));
        assert_eq!(
            (host.memory, host.memory_swap),
            (Some(1 << 20), Some(1 << 20))
        );
        assert_eq!(host.nano_cpus, Some(1_500_000_000));
        assert_eq!(
            (body.user.as_deref(), host.network_mode.as_deref()),
            (Some("7:7"), Some("host"))
        );
    }
}
