//! Which transport a native program serves.

use std::process::ExitCode;

use super::{http, stdio};
use crate::{Server, args};

/// What the program's `main` does: stdio, or HTTP under `--http ADDR:PORT`. A start that fails says why and exits with 2.
pub fn main(server: &'static Server) -> ExitCode {
    let (_, address) = args::own(args::all());
    let served = match address {
        None => stdio::serve(server).map_err(|error| {
            format!("cannot use stdin and stdout: {error}; start it with both open")
        }),
        Some(Some(address)) => http::serve(server, &address),
        Some(None) => Err("--http names no address; write --http 127.0.0.1:3000".to_owned()),
    };
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{}: {why}", server.name);
            ExitCode::from(2)
        }
    }
}
