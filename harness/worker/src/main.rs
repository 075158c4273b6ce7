//! The optimised process that loads, times and writes samples.
//!
//! `harness` builds it, asks it for one trial after the other; nobody else needs to start it.

mod bench;
mod burst;
mod carrier;
mod link;
mod memory;
mod page_cache;
mod room;
mod session;
mod stage;
mod stripped;
mod web;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Measures what it is asked for. `harness` starts it.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Does the trial that each line of standard input asks for, and answers with a line of JSON.
    Measure {
        /// Where everything is, as JSON.
        setting: PathBuf,
    },
    /// Fills a host with idle instances and prints what each costs, as JSON.
    Density {
        /// Where everything is, as JSON.
        setting: PathBuf,
        /// Index of the subject in it.
        subject: usize,
        /// A folder that the servers may write to.
        scratch: PathBuf,
    },
    /// Holds idle sessions of one server and lets one at a time answer.
    Idle {
        /// Where everything is, as JSON.
        setting: PathBuf,
        /// Index of the subject in it.
        subject: usize,
        /// A folder that the servers may write to.
        scratch: PathBuf,
        /// How many sessions there may be.
        sessions: u32,
    },
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Measure { setting } => bench::measure(&setting),
        Command::Density {
            setting,
            subject,
            scratch,
        } => stage::density::fill(&setting, subject, &scratch),
        Command::Idle {
            setting,
            subject,
            scratch,
            sessions,
        } => stage::idle::host(&setting, subject, &scratch, sessions),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("worker: {error:#}");
            ExitCode::FAILURE
        }
    }
}
