//! The component: one file that serves stdio (`wasi:cli/run`) and HTTP (`wasi:http/incoming-handler`).

mod cli;
mod stream;

pub use cli::run;
