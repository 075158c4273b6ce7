//! Which transport a native program serves.

use std::process::ExitCode;

use super::stdio;
use crate::Server;

/// What the program's `main` does: stdio, or HTTP under `--http ADDR:PORT`. A start that fails says why and exits with 2.
pub fn main(server: &'static Server) -> ExitCode {
    match stdio::serve(server) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!(
                "{}: cannot use stdin and stdout: {error}; start it with both open",
                server.name
            );
            ExitCode::from(2)
        }
    }
}
