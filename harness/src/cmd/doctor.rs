//! `doctor`: what this machine can and cannot do.

use anyhow::Result;
use clap::Args;
use harness::exit::Exit;
use toolchain::facts::{State, gather};

use super::Global;

/// Says what this machine can and cannot do for a measurement, each lack with its remedy. Changes nothing.
#[derive(Args)]
pub struct Arguments {
    /// Leaves out what has to be tried to be known: Docker and traffic shaping.
    #[arg(long)]
    quick: bool,
}

/// Prints the facts.
pub fn run(global: &Global, own: &Arguments) -> Result<Exit> {
    let facts = gather(&toolchain::Toolchain::of_this_machine(), own.quick);
    if global.json {
        println!("{}", serde_json::to_string_pretty(&facts)?);
        return Ok(Exit::Done);
    }
    let width = facts.iter().map(|fact| fact.name.len()).max().unwrap_or(0);
    for fact in &facts {
        match &fact.state {
            State::Available(what) => println!("  yes  {:width$}  {what}", fact.name),
            State::Missing { why, remedy } => {
                println!("   no  {:width$}  {why}", fact.name);
                println!("       {:width$}  → {remedy}", "");
            }
        }
    }
    Ok(Exit::Done)
}
