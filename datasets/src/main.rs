//! `dataset generate DIR` writes what the servers are fed; `dataset verify DIR` proves that nothing of it changed.
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use dataset::{GenerateError, Manifest, Seed, VerifyError};

/// Writes and checks the data that WasmMCP Bench feeds to servers.
///
/// The same seed gives the same bytes on every machine. The answers that are committed beside the servers belong to seed 42.
#[derive(Parser)]
#[command(
    version,
    after_help = "Exit codes: 0 done; 2 usage, or a folder that cannot be accepted; 3 the data differs from its manifest; 4 no room on the disk.\n\nExamples:\n  cargo run -p dataset -- generate data\n  cargo run -p dataset -- verify data"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write the data set (100 MB, 5,000 files) and its manifest into a folder that is new, empty, or an older data set.
    Generate {
        /// Where to.
        dir: PathBuf,
        /// What to grow it from. Another seed gives another data set of the same shape, for which no answers are committed.
        #[arg(long, default_value_t)]
        seed: Seed,
    },
    /// Compare every file of a data set with its manifest.
    Verify {
        /// The data set.
        dir: PathBuf,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(manifest) => {
            println!(
                "{} files, {} bytes, seed {}, {}",
                manifest.files.len(),
                manifest.bytes,
                manifest.seed,
                manifest.digest
            );
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(code(&error))
        }
    }
}

fn run(command: Command) -> anyhow::Result<Manifest> {
    Ok(match command {
        Command::Generate { dir, seed } => dataset::generate(&dir, seed)?,
        Command::Verify { dir } => dataset::verify(&dir)?,
    })
}

fn code(error: &anyhow::Error) -> u8 {
    match (error.downcast_ref(), error.downcast_ref()) {
        (Some(GenerateError::Full { .. }), _) => 4,
        (_, Some(VerifyError::Differs { .. })) => 3,
        _ => 2,
    }
}
