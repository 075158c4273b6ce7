//! The optimised process that loads, times and writes samples.
//!
//! `harness` builds it, hands it a plan and reads its progress; nobody else needs to start it.

mod bench;
mod memory;
mod stage;
mod stripped;

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
    /// Does the trials of a plan and prints each as JSON; a line on standard input after each lets it go on.
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

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Measure { plan } => bench::measure(&plan),
        Command::Density {
            plan,
            subject,
            scratch,
        } => stage::density::fill(&plan, subject, &scratch),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("worker: {error:#}");
            ExitCode::FAILURE
        }
    }
}
