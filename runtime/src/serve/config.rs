//! `serve.toml`: what is served, and what each server is granted and allowed. Unknown keys are errors.

use crate::cache::CacheChoice;
use crate::cmd::{bytes, duration};
use crate::grants::{Access, Directory, GrantError, Grants, authorities, destination, environment};
use crate::host::ServerSpec;
use crate::limits::Limits;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// What `serve` is told.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen.
    pub listen: String,
    /// Host names that clients may address, besides the loopback names.
    pub hosts: Vec<String>,
    /// Origins whose pages may call.
    pub origins: Vec<String>,
    /// What clients must send as bearer token.
    pub token: Option<String>,
    /// How many instances may live at once.
    pub instances: u32,
    /// The largest request body in bytes.
    pub body: usize,
    /// Connections beyond this share threads.
    pub threads: usize,
    /// The servers.
    pub servers: Vec<ServerSpec>,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            listen: "127.0.0.1:0".to_owned(),
            hosts: Vec::new(),
            origins: Vec::new(),
            token: None,
            instances: 1000,
            body: 4 << 20,
            threads: 256,
            servers: Vec::new(),
        }
    }
}

/// Why a configuration is not accepted.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {field}: {why}")]
pub struct ConfigError {
    file: String,
    field: String,
    why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    listen: Option<String>,
    #[serde(default)]
    hosts: Vec<String>,
    #[serde(default)]
    origins: Vec<String>,
    token_env: Option<String>,
    instances: Option<u32>,
    body: Option<String>,
    threads: Option<usize>,
    cache: Option<PathBuf>,
    #[serde(default)]
    server: Vec<WrittenServer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenServer {
    name: String,
    component: PathBuf,
    #[serde(default)]
    arguments: Vec<String>,
    #[serde(default)]
    directories: Vec<WrittenDirectory>,
    #[serde(default)]
    environment: Vec<String>,
    #[serde(default)]
    outbound: Vec<String>,
    #[serde(default)]
    private_addresses: bool,
    #[serde(default)]
    authorities: Vec<PathBuf>,
    memory: Option<String>,
    table_elements: Option<usize>,
    timeout: Option<String>,
    concurrency: Option<usize>,
    sessions: Option<usize>,
    session_idle: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenDirectory {
    path: PathBuf,
    #[serde(default)]
    access: WrittenAccess,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WrittenAccess {
    #[default]
    Read,
    ReadWrite,
}

impl Config {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// A [`ConfigError`] with file, field and remedy.
    pub fn read(path: &Path) -> Result<Config, ConfigError> {
        let error = |field: &str, why: String| ConfigError {
            file: path.display().to_string(),
            field: field.to_owned(),
            why,
        };
        let text = std::fs::read_to_string(path)
            .map_err(|why| error("file", format!("{why}; name a readable file with --config")))?;
        // Relative paths are meant from where the file lies.
        let base = path.parent().unwrap_or(Path::new("."));
        Config::parse(&text, base).map_err(|(field, why)| error(&field, why))
    }

    fn parse(text: &str, base: &Path) -> Result<Config, (String, String)> {
        let written: Written = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(0, |span| {
                text[..span.start.min(text.len())].lines().count().max(1)
            });
            (
                format!("line {line}"),
                format!("{}; see `wasmmcp-runtime serve --help`", error.message()),
            )
        })?;
        let field = |name: &str| {
            let name = name.to_owned();
            move |why: String| (name.clone(), why)
        };
        let mut config = Config::default();
        if let Some(listen) = written.listen {
            config.listen = listen;
        }
        config.hosts = written
            .hosts
            .iter()
            .map(|host| host.to_ascii_lowercase())
            .collect();
        config.origins = written.origins;
        if let Some(name) = written.token_env {
            let token = std::env::var(&name).map_err(|_| {
                (
                    "token_env".to_owned(),
                    format!("{name} is not set; set it to the token"),
                )
            })?;
            config.token = Some(token);
        }
        if let Some(instances) = written.instances {
            config.instances = within("instances", instances as usize, 10_000)? as u32;
        }
        if let Some(threads) = written.threads {
            config.threads = within("threads", threads, 4096)?;
        }
        if let Some(body) = written.body {
            config.body = bytes(&body).map_err(field("body"))?;
        }
        let cache = written.cache.map_or(CacheChoice::Default, |folder| {
            CacheChoice::Folder(base.join(folder))
        });
        for (index, server) in written.server.into_iter().enumerate() {
            let at = |name: &str| format!("server[{index}].{name}");
            let spec =
                specify(server, base, cache.clone()).map_err(|(name, why)| (at(&name), why))?;
            if config.servers.iter().any(|other| other.name == spec.name) {
                return Err((
                    at("name"),
                    format!(
                        "{:?} is there twice; give each server a name of its own",
                        spec.name
                    ),
                ));
            }
            config.servers.push(spec);
        }
        Ok(config)
    }
}

fn specify(
    written: WrittenServer,
    base: &Path,
    cache: CacheChoice,
) -> Result<ServerSpec, (String, String)> {
    let granted =
        |name: &'static str| move |error: GrantError| (name.to_owned(), error.to_string());
    check_name(&written.name).map_err(|why| ("name".to_owned(), why))?;
    let mut grants = Grants {
        private_addresses: written.private_addresses,
        ..Grants::default()
    };
    for directory in &written.directories {
        let access = match directory.access {
            WrittenAccess::Read => Access::Read,
            WrittenAccess::ReadWrite => Access::ReadWrite,
        };
        grants.directories.push(
            Directory::new(&base.join(&directory.path), access).map_err(granted("directories"))?,
        );
    }
    for name in &written.environment {
        grants
            .environment
            .push(environment(name).map_err(granted("environment"))?);
    }
    for to in &written.outbound {
        grants
            .outbound
            .push(destination(to).map_err(granted("outbound"))?);
    }
    for file in &written.authorities {
        grants
            .authorities
            .extend(authorities(&base.join(file)).map_err(granted("authorities"))?);
    }
    let mut limits = Limits::default();
    let named = |name: &'static str| move |why: String| (name.to_owned(), why);
    if let Some(memory) = &written.memory {
        limits.memory = bytes(memory).map_err(named("memory"))?;
    }
    if let Some(timeout) = &written.timeout {
        limits.timeout = duration(timeout).map_err(named("timeout"))?;
    }
    if let Some(idle) = &written.session_idle {
        limits.session_idle = duration(idle).map_err(named("session_idle"))?;
    }
    if let Some(elements) = written.table_elements {
        limits.table_elements = within("table_elements", elements, 10_000_000)?;
    }
    if let Some(concurrency) = written.concurrency {
        limits.concurrency = within("concurrency", concurrency, 10_000)?;
    }
    if let Some(sessions) = written.sessions {
        limits.sessions = within("sessions", sessions, 10_000)?;
    }
    Ok(ServerSpec {
        name: written.name,
        component: base.join(written.component),
        arguments: written.arguments,
        grants,
        limits,
        cache,
    })
}

/// A server's name stands in a path.
pub(crate) fn check_name(name: &str) -> Result<(), String> {
    let fits = !name.is_empty()
        && name.len() <= 64
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    if fits && !name.starts_with('.') {
        Ok(())
    } else {
        Err(format!(
            "{name:?} cannot stand in a path; use letters, digits, `_`, `-` and `.`"
        ))
    }
}

fn within(name: &str, value: usize, most: usize) -> Result<usize, (String, String)> {
    if (1..=most).contains(&value) {
        Ok(value)
    } else {
        Err((
            name.to_owned(),
            format!("{value} is out of range; write a number from 1 to {most}"),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        let (field, why) = Config::parse(text, Path::new("/tmp")).expect_err("refused");
        format!("{field}: {why}")
    }

    #[test]
    fn a_whole_file_is_read() {
        let text = r#"
            listen = "127.0.0.1:8000"
            origins = ["https://example.org"]
            body = "1 MiB"
            [[server]]
            name = "filesystem"
            component = "filesystem.wasm"
            arguments = ["/tmp"]
            directories = [{ path = "/tmp", access = "read-write" }]
            outbound = ["example.org:443"]
            memory = "64 MiB"
            table_elements = 5000
            timeout = "5 s"
            concurrency = 8
        "#;
        let config = Config::parse(text, Path::new("/srv")).expect("accepted");
        let server = &config.servers[0];
        assert_eq!(server.component, Path::new("/srv/filesystem.wasm"));
        assert_eq!(server.limits.memory, 64 << 20);
        assert_eq!(server.limits.table_elements, 5000);
        assert_eq!(server.limits.concurrency, 8);
        assert_eq!(server.grants.directories[0].access, Access::ReadWrite);
        assert_eq!(config.body, 1 << 20);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_field() {
        assert!(
            refusal("listn = 1").contains("line 1: unknown field `listn`"),
            "{}",
            refusal("listn = 1")
        );
        let server = "[[server]]\nname = \"a\"\ncomponent = \"a.wasm\"\n";
        assert!(refusal(&format!("{server}timeout = \"5\"")).starts_with("server[0].timeout: "));
        assert!(refusal(&format!("{server}sessions = 0")).starts_with("server[0].sessions: "));
        assert!(refusal(&format!("{server}{server}")).starts_with("server[1].name: "));
        assert!(
            refusal("[[server]]\nname = \"a/b\"\ncomponent = \"a\"")
                .starts_with("server[0].name: ")
        );
        assert!(refusal(&format!("{server}memry = 1")).contains("unknown field `memry`"));
    }
}
