//! An MCP server that tries what it is told to, so that what a packaging allows is seen from inside of it.

use std::fs;
use std::io;
use std::net::TcpStream;

use wasmmcp::prelude::*;

/// So much memory is asked for and written to at once.
const STEP: usize = 1 << 20;

/// Tries something, and says "allowed", or "denied" and why.
#[tool(title = "Attempt")]
fn attempt(
    /// What to try: read, write, connect, spawn or memory.
    what: String,
    /// With what: a path, an address, or how many MiB.
    target: String,
) -> String {
    let tried = match what.as_str() {
        "read" => fs::read(&target).map(drop),
        "write" => fs::write(&target, "x"),
        "connect" => TcpStream::connect(&target).map(drop),
        "spawn" => spawn(),
        "memory" => hold(target.parse().unwrap_or(0)),
        other => Err(io::Error::other(format!("{other:?} is no attempt"))),
    };
    match tried {
        Ok(()) => "allowed".to_owned(),
        Err(error) => format!("denied: {error}"),
    }
}

/// Starts the one program that is there in every packaging: itself.
#[expect(
    clippy::disallowed_methods,
    reason = "whether a program can be started is what is asked"
)]
fn spawn() -> io::Result<()> {
    let mut child = std::process::Command::new(std::env::current_exe()?)
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()?;
    // Its input is at an end, and so is it.
    child.wait().map(drop)
}

/// Holds so many MiB at once, each of them written to: what is only asked for takes nothing.
fn hold(mebibytes: usize) -> io::Result<()> {
    let mut held: Vec<Vec<u8>> = Vec::new();
    for _ in 0..mebibytes {
        let mut one = Vec::new();
        one.try_reserve_exact(STEP)
            .map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
        one.resize(STEP, 1);
        held.push(one);
    }
    // Read back, or the compiler could leave the writing out.
    let sum: usize = held
        .iter()
        .filter_map(|one| one.last())
        .map(|&last| usize::from(last))
        .sum();
    if sum == mebibytes {
        Ok(())
    } else {
        Err(io::Error::other("what was written is not there"))
    }
}

/// The server.
pub static SERVER: Server = Server::new("probe", env!("CARGO_PKG_VERSION"))
    .title("Attempts")
    .instructions("Call attempt to learn what the packaging of this server allows.")
    .tools(tools![attempt]);

wasmmcp::export!(SERVER);
