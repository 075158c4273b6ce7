//! The HTTP front: many servers on one port, each under `/<server>/mcp`.

mod answer;
mod config;
mod front;
mod request;
mod sessions;
mod stream;
mod workers;

pub(crate) use config::check_name;
pub use config::{Config, ConfigError};
pub use front::{ServeError, Serving, serve};
