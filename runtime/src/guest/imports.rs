//! Links only what a component imports.
//!
//! Most servers import half of WASI. Linking the rest would cost a tenth of a millisecond at each start, and a megabyte of
//! the runtime's own code would become resident for it.

use super::{Guest, listing, metadata, outbound};
use wasmtime::component::{HasData, Linker, ResourceTable};
use wasmtime_wasi::WasiView;
use wasmtime_wasi::cli::{WasiCli, WasiCliView};
use wasmtime_wasi::clocks::{WasiClocks, WasiClocksView};
use wasmtime_wasi::filesystem::{WasiFilesystem, WasiFilesystemView};
use wasmtime_wasi::p2::bindings::{cli, clocks, filesystem, random};
use wasmtime_wasi::random::WasiRandom;
use wasmtime_wasi_http::p2::bindings::http;
use wasmtime_wasi_http::{WasiHttp, WasiHttpView};
use wasmtime_wasi_io::bindings::wasi::io;

struct Io;

impl HasData for Io {
    type Data<'a> = &'a mut ResourceTable;
}

fn table(guest: &mut Guest) -> &mut ResourceTable {
    guest.ctx().table
}

/// Puts definitions of ours in the place of those that wasmtime-wasi made.
pub(super) fn instead(
    linker: &mut Linker<Guest>,
    define: impl FnOnce(&mut Linker<Guest>) -> wasmtime::Result<()>,
) -> wasmtime::Result<()> {
    linker.allow_shadowing(true);
    define(linker)?;
    linker.allow_shadowing(false);
    Ok(())
}

/// Links one interface by its name without version; false where it is not among those that servers commonly import.
fn one(l: &mut Linker<Guest>, name: &str) -> wasmtime::Result<bool> {
    match name {
        "wasi:io/error" => io::error::add_to_linker::<_, Io>(l, table)?,
        "wasi:io/poll" => io::poll::add_to_linker::<_, Io>(l, table)?,
        "wasi:io/streams" => io::streams::add_to_linker::<_, Io>(l, table)?,
        "wasi:cli/environment" => cli::environment::add_to_linker::<_, WasiCli>(l, Guest::cli)?,
        "wasi:cli/exit" => cli::exit::add_to_linker::<_, WasiCli>(l, Guest::cli)?,
        "wasi:cli/stdin" => cli::stdin::add_to_linker::<_, WasiCli>(l, Guest::cli)?,
        "wasi:cli/stdout" => cli::stdout::add_to_linker::<_, WasiCli>(l, Guest::cli)?,
        "wasi:cli/stderr" => cli::stderr::add_to_linker::<_, WasiCli>(l, Guest::cli)?,
        "wasi:cli/terminal-input" => {
            cli::terminal_input::add_to_linker::<_, WasiCli>(l, Guest::cli)?
        }
        "wasi:cli/terminal-output" => {
            cli::terminal_output::add_to_linker::<_, WasiCli>(l, Guest::cli)?
        }
        "wasi:cli/terminal-stdin" => {
            cli::terminal_stdin::add_to_linker::<_, WasiCli>(l, Guest::cli)?
        }
        "wasi:cli/terminal-stdout" => {
            cli::terminal_stdout::add_to_linker::<_, WasiCli>(l, Guest::cli)?
        }
        "wasi:cli/terminal-stderr" => {
            cli::terminal_stderr::add_to_linker::<_, WasiCli>(l, Guest::cli)?
        }
        "wasi:clocks/monotonic-clock" => {
            clocks::monotonic_clock::add_to_linker::<_, WasiClocks>(l, Guest::clocks)?
        }
        "wasi:clocks/wall-clock" => {
            clocks::wall_clock::add_to_linker::<_, WasiClocks>(l, Guest::clocks)?
        }
        "wasi:filesystem/types" => {
            filesystem::types::add_to_linker::<_, WasiFilesystem>(l, Guest::filesystem)?;
            instead(l, listing::define)?;
            instead(l, metadata::define)?;
        }
        "wasi:filesystem/preopens" => {
            filesystem::preopens::add_to_linker::<_, WasiFilesystem>(l, Guest::filesystem)?
        }
        "wasi:random/random" => {
            random::random::add_to_linker::<_, WasiRandom>(l, |guest| guest.ctx().ctx.random())?
        }
        "wasi:random/insecure" => {
            random::insecure::add_to_linker::<_, WasiRandom>(l, |guest| guest.ctx().ctx.random())?
        }
        "wasi:random/insecure-seed" => {
            random::insecure_seed::add_to_linker::<_, WasiRandom>(l, |guest| {
                guest.ctx().ctx.random()
            })?
        }
        "wasi:http/types" => http::types::add_to_linker::<_, WasiHttp>(
            l,
            &http::types::LinkOptions::default(),
            Guest::http,
        )?,
        "wasi:http/outgoing-handler" => {
            http::outgoing_handler::add_to_linker::<_, WasiHttp>(l, Guest::http)?;
            instead(l, outbound::define)?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// Links what is imported; everything that this host has, where something uncommon is among it.
pub(super) fn link<'a>(
    engine: &wasmtime::Engine,
    imports: impl Iterator<Item = &'a str>,
) -> wasmtime::Result<Linker<Guest>> {
    let mut linker = Linker::new(engine);
    for import in imports {
        let name = import.split('@').next().unwrap_or(import);
        if !one(&mut linker, name)? {
            let mut whole = Linker::new(engine);
            wasmtime_wasi::p2::add_to_linker_async(&mut whole)?;
            instead(&mut whole, listing::define)?;
            instead(&mut whole, metadata::define)?;
            wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut whole)?;
            instead(&mut whole, outbound::define)?;
            return Ok(whole);
        }
    }
    Ok(linker)
}
