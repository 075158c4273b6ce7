//! `compile`: makes precompiled code beforehand.

use super::Failure;
use super::options::Caching;
use crate::cache;
use crate::engine::{Allocation, engine};
use clap::Args;
use std::path::PathBuf;

/// Compile a component to this machine's code, and print where it lies.
#[derive(Args)]
pub(crate) struct Compile {
    #[command(flatten)]
    caching: Caching,
    /// Write the code here instead of into the cache.
    #[arg(short, long, value_name = "FILE", conflicts_with_all = ["cache", "no_cache"])]
    output: Option<PathBuf>,
    /// The component.
    component: PathBuf,
}

impl Compile {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let engine = engine(Allocation::OnDemand)
            .map_err(|error| Failure::new(4, format!("cannot make an engine: {error:#}")))?;
        let path = match &self.output {
            Some(output) => {
                cache::compile_to(&engine, &self.component, output)?;
                Some(output.clone())
            }
            None => {
                let code = cache::load(&engine, &self.component, &self.caching.choice())?;
                for note in &code.notes {
                    eprintln!("wasmmcp-runtime: {note}");
                }
                code.path
            }
        };
        match path {
            Some(path) => println!("{}", path.display()),
            None => println!("compiled, and kept nowhere"),
        }
        Ok(())
    }
}
