//! `build`: every server in every packaging, and what runs them.

use anyhow::Result;
use clap::Args;
use harness::{exit::Exit, place};

use super::Global;

/// Builds every server as a component and as a native program, optimised, and prints where they are.
#[derive(Args)]
pub struct Arguments {
    /// Builds noop alone: whether anything can be built here is known sooner.
    #[arg(long)]
    quick: bool,
}

/// Builds and lists.
pub fn run(global: &Global, own: &Arguments) -> Result<Exit> {
    let root = place::root()?;
    let mut servers = global.servers(&root)?;
    servers.retain(|server| !own.quick || server.name == "noop");
    let built = global.build(&root, &servers, &place::cache()?)?;
    if global.json {
        println!("{}", serde_json::to_string_pretty(&built.subjects)?);
        return Ok(Exit::Done);
    }
    for made in &built.subjects {
        let size = record::Bytes(std::fs::metadata(&made.file)?.len());
        println!(
            "{:14} {:20} {:>9}  {}",
            made.server,
            made.packaging.name(),
            size.to_string(),
            made.file.display()
        );
    }
    Ok(Exit::Done)
}
