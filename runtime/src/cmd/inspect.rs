//! `inspect`: what a component is.

use super::Failure;
use super::options::Caching;
use crate::cache;
use crate::engine::{Allocation, engine};
use crate::guest::{Program, surface};
use clap::Args;
use std::path::PathBuf;

/// Say what a component exports and asks for, and how it can be run.
#[derive(Args)]
pub(crate) struct Inspect {
    /// As JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    caching: Caching,
    /// The component.
    component: PathBuf,
}

impl Inspect {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let engine = engine(Allocation::OnDemand)
            .map_err(|error| Failure::new(4, format!("cannot make an engine: {error:#}")))?;
        let code = cache::load(&engine, &self.component, &self.caching.choice())?;
        for note in &code.notes {
            eprintln!("wasmmcp-runtime: {note}");
        }
        let surface = surface(&engine, &code.component);
        let linked = Program::new(&engine, &code.component);
        let size =
            |path: &std::path::Path| std::fs::metadata(path).map_or(0, |metadata| metadata.len());
        let (bytes, precompiled) = (size(&self.component), code.path.as_deref().map(size));
        let (stdio, http, why) = match &linked {
            Ok(program) => (program.command.is_some(), program.proxy.is_some(), None),
            Err(error) => (false, false, Some(error.to_string())),
        };
        if self.json {
            let out = serde_json::json!({
                "component": self.component.display().to_string(),
                "bytes": bytes,
                "precompiled_bytes": precompiled,
                "stdio": stdio,
                "http": http,
                "problem": why,
                "exports": surface.exports,
                "imports": surface.imports,
            });
            println!("{out:#}");
        } else {
            let yes = |yes: bool| if yes { "yes" } else { "no" };
            println!("{}: {bytes} bytes", self.component.display());
            if let Some(precompiled) = precompiled {
                println!("  precompiled: {precompiled} bytes");
            }
            println!(
                "  stdio, sessions over HTTP (exports wasi:cli/run): {}",
                yes(stdio)
            );
            println!(
                "  calls over HTTP in fresh instances (exports wasi:http/incoming-handler): {}",
                yes(http)
            );
            if let Some(why) = &why {
                println!("  cannot be run: {why}");
            }
            for (what, names) in [("exports", &surface.exports), ("imports", &surface.imports)] {
                println!("  {what}:");
                for name in names {
                    println!("    {name}");
                }
            }
        }
        Ok(())
    }
}
