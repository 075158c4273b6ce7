//! The optimised process that loads, times and writes samples.
//!
//! `harness` builds it, hands it a plan and reads its progress; nobody else needs to start it.

mod bench;
mod event;
mod memory;
mod stage;
mod stop;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Measures what a plan lists. `harness` starts it.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Does the trials of a plan that the record does not have yet.
    Measure {
        /// The plan, as JSON.
        plan: PathBuf,
    },
    /// Fills a host with idle instances and prints what each costs, as JSON.
    Density {
        /// The plan, as JSON.
        plan: PathBuf,
        /// Index of the subject in the plan.
        subject: usize,
        /// A folder that the servers may write to.
        scratch: PathBuf,
    },
}

// The record is kept; the plan's remaining trials are not done.
const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Measure { plan } => bench::measure(&plan),
        Command::Density { plan, subject, scratch } => stage::density::fill(&plan, subject, &scratch).map(|()| true),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(INTERRUPTED),
        Err(error) => {
            eprintln!("worker: {error:#}");
            ExitCode::from(exit_code(&error))
        }
    }
}

/// A full disk or a read-only folder is the machine's lack; the rest is ours.
fn exit_code(error: &anyhow::Error) -> u8 {
    if error.downcast_ref::<record::RecordError>().is_some() { 4 } else { 1 }
}
