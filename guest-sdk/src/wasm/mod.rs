//! The component: one file that serves stdio (`wasi:cli/run`) and HTTP (`wasi:http/incoming-handler`).

mod cli;
mod http;
mod stream;

pub use cli::run;
pub use http::handle;
