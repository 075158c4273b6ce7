//! The commands, one a file; their argument structs are the help text.

mod bench;
mod compile;
mod inspect;
mod options;
mod run;
mod serve;

pub(crate) use options::{bytes, duration};

use crate::engine::{Allocation, told, told_of};
use crate::host::HostOptions;
use clap::error::ErrorKind;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Runs MCP servers that are Wasm components.
///
/// A server may touch nothing that was not granted to it: no directory, no variable, no address.
/// Exit codes: 0 done · 1 our bug · 2 usage, or a file that cannot be accepted · 3 the server kept failing · 4 this machine lacks
/// something · 130 interrupted.
#[derive(Parser)]
#[command(name = "wasmmcp-runtime", version, arg_required_else_help = true, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "Examples:
  wasmmcp-runtime run noop.wasm                                   a server that needs nothing, over stdio
  wasmmcp-runtime run --dir ./notes:rw filesystem.wasm -- $PWD/notes
  wasmmcp-runtime serve --listen 127.0.0.1:8000 noop.wasm         http://127.0.0.1:8000/noop/mcp
  wasmmcp-runtime inspect noop.wasm                               what it exports and asks for";

#[derive(Subcommand)]
enum Command {
    Run(run::Run),
    Serve(serve::Serve),
    Compile(compile::Compile),
    Inspect(inspect::Inspect),
    Bench(bench::Bench),
}

/// Why a command did not end well: the message, and the code it ends with.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    fn new(code: u8, message: impl std::fmt::Display) -> Failure {
        Failure {
            code,
            message: message.to_string(),
        }
    }

    fn usage(message: impl std::fmt::Display) -> Failure {
        Failure::new(2, message)
    }
}

impl From<crate::grants::GrantError> for Failure {
    fn from(error: crate::grants::GrantError) -> Failure {
        Failure::usage(error)
    }
}

impl From<crate::cache::LoadError> for Failure {
    fn from(error: crate::cache::LoadError) -> Failure {
        let code = match error {
            crate::cache::LoadError::Machine(_) => 4,
            _ => 2,
        };
        Failure::new(code, error)
    }
}

/// The engine's settings, as a record of measurements keeps them: one `name=value` each.
fn settings() -> Vec<String> {
    let HostOptions { instances } = HostOptions::default();
    let mut lines = told();
    lines.extend(told_of("run", run::ALLOCATION));
    lines.extend(told_of("serve", Allocation::Pool { instances }));
    lines
}

/// Reads the command line and does what it says.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            if error.kind() == ErrorKind::DisplayVersion {
                println!("{}", settings().join("\n"));
            }
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let done = match arguments.command {
        Command::Run(run) => run.run(),
        Command::Serve(serve) => serve.run(),
        Command::Compile(compile) => compile.run(),
        Command::Inspect(inspect) => inspect.run(),
        Command::Bench(bench) => bench.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {}", failure.message);
            ExitCode::from(failure.code)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_setting_is_told_once_with_its_value() {
        let lines = settings();
        let names: std::collections::BTreeSet<_> = lines
            .iter()
            .map(|line| line.split_once('=').expect("name=value").0)
            .collect();
        assert_eq!(names.len(), lines.len(), "{lines:?}");
        for line in [
            "opt_level=Speed",
            "wasm_simd=true",
            "memory_init_cow=true",
            "epoch_interruption=true",
            "memory_reservation=4294967296",
            "run.allocation=on demand",
            "serve.allocation=pooling",
            "serve.total_component_instances=1000",
        ] {
            assert!(
                lines.iter().any(|told| told == line),
                "no {line}: {lines:?}"
            );
        }
    }
}
