//! `serve`: many servers over HTTP.

use super::Failure;
use super::options::{Caching, Granting, server_name};
use crate::host::{HostError, ServerSpec};
use crate::serve::{Config, ServeError, check_name, serve};
use clap::Args;
use std::io::Write;
use std::path::PathBuf;

/// Serve one or more servers over HTTP, each under `/<server>/mcp`.
///
/// A call of the newer wire (2026-07-28) runs in a fresh instance; a session of the older one is an instance of its own. Options for
/// grants and limits hold for every component named here; in a configuration file each server has its own.
#[derive(Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Serve {
    /// Read what to serve from this file.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Listen here; port 0 takes any that is free [default: 127.0.0.1:0].
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    #[command(flatten)]
    granting: Granting,
    #[command(flatten)]
    caching: Caching,
    /// Components to serve; the file's name is the server's unless another is given.
    #[arg(value_name = "[NAME=]COMPONENT")]
    components: Vec<String>,
    /// The servers' own arguments.
    #[arg(last = true)]
    arguments: Vec<String>,
}

const EXAMPLE: &str = "serve.toml, every key (unknown ones are errors):
  listen = \"127.0.0.1:8000\"
  hosts = [\"mcp.example.org\"]        # names that clients may address, besides the loopback ones
  origins = [\"https://example.org\"]  # pages that may call
  token_env = \"MCP_TOKEN\"            # variable that holds the bearer token
  body = \"4 MiB\"                     # largest request
  instances = 1000                   # calls and sessions at once, over all servers
  threads = 256                      # connections beyond this share threads
  cache = \"cache\"                    # precompiled code

  [[server]]
  name = \"filesystem\"
  component = \"filesystem.wasm\"
  arguments = [\"/srv/notes\"]
  directories = [{ path = \"/srv/notes\", access = \"read-write\" }]
  environment = [\"LANG\"]
  outbound = [\"api.example.org:443\"]
  private_addresses = false
  authorities = [\"authority.pem\"]    # trusted besides the public ones
  memory = \"256 MiB\"
  timeout = \"30 s\"
  concurrency = 64
  sessions = 128
  session_idle = \"10 min\"";

impl Serve {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let mut config = match &self.config {
            Some(path) => Config::read(path).map_err(Failure::usage)?,
            None => Config::default(),
        };
        if let Some(listen) = &self.listen {
            config.listen.clone_from(listen);
        }
        for written in &self.components {
            let (name, component) = match written.split_once('=') {
                Some((name, component)) => (name.to_owned(), PathBuf::from(component)),
                None => (server_name(written.as_ref()), PathBuf::from(written)),
            };
            check_name(&name).map_err(Failure::usage)?;
            if config.servers.iter().any(|server| server.name == name) {
                return Err(Failure::usage(format!(
                    "two servers are called {name:?}; write NAME=COMPONENT"
                )));
            }
            config.servers.push(ServerSpec {
                name,
                component,
                arguments: self.arguments.clone(),
                grants: self.granting.grants()?,
                limits: self.granting.limits(),
                cache: self.caching.choice(),
            });
        }
        if config.servers.is_empty() {
            return Err(Failure::usage(
                "there is nothing to serve; name a component, or a file with --config",
            ));
        }
        let names: Vec<_> = config
            .servers
            .iter()
            .map(|server| server.name.clone())
            .collect();
        let serving = serve(config).map_err(|error| match error {
            ServeError::Host(HostError::Load(error)) => Failure::from(error),
            ServeError::Host(HostError::Program { .. }) => Failure::usage(error),
            ServeError::Host(HostError::Engine(_)) | ServeError::Listen { .. } => {
                Failure::new(4, error)
            }
            ServeError::System(_) => Failure::new(4, error),
        })?;
        for note in &serving.notes {
            eprintln!("wasmmcp-runtime: {note}");
        }
        println!("listening on http://{}", serving.address);
        for name in names {
            println!("http://{}/{name}/mcp", serving.address);
        }
        let _ = std::io::stdout().flush();
        match serving.run() {
            Ok(false) => Ok(()),
            Ok(true) => Err(Failure::new(
                130,
                "interrupted; calls under way were finished",
            )),
            Err(error) => Err(Failure::new(4, error)),
        }
    }
}
