//! `doctor`: what this machine can and cannot do.

use anyhow::Result;
use clap::Args;
use container::{Engine, Missing};
use harness::exit::Exit;
use harness::place;
use toolchain::Toolchain;
use toolchain::facts::{Fact, State, gather};

use super::Global;

/// The fact before which the engine stands.
const AFTER_ENGINE: &str = "root";

/// Says what this machine can and cannot do for a measurement, each lack with its remedy. Changes nothing, but that --setup installs
/// what it can before.
#[derive(Args)]
pub struct Arguments {
    /// Leaves out what has to be tried to be known: Docker and traffic shaping.
    #[arg(long)]
    quick: bool,
}

/// Prints the facts.
pub fn run(global: &Global, own: &Arguments) -> Result<Exit> {
    let toolchain = Toolchain::of_this_machine();
    let engine = if global.setup {
        let mut said = |line: &str| eprintln!("{line}");
        // What is still missing then is told below, with its reason.
        let _told_below = toolchain.find(true, &mut said);
        Some(container::ensure(&place::cache()?, &mut said))
    } else {
        (!own.quick).then(Engine::find)
    };
    let mut facts = gather(&toolchain, own.quick);
    if let Some(engine) = engine {
        let at = facts.iter().position(|fact| fact.name == AFTER_ENGINE);
        facts.insert(at.unwrap_or(facts.len()), fact(engine));
    }
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

fn fact(engine: Result<Engine, Missing>) -> Fact {
    let state = match engine {
        Ok(engine) => State::Available(engine.description().to_string()),
        Err(Missing { why, remedy }) => State::Missing { why, remedy },
    };
    Fact {
        name: "Docker engine",
        state,
    }
}
