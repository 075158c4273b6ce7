//! `run`: one server over stdio.

use super::Failure;
use super::options::{Caching, Granting, server_name};
use crate::cache::{self, LoadedCode};
use crate::engine::{Allocation, engine};
use crate::guest::{Program, Setup};
use crate::stdio::{self, RunEnd, RunError, RunReport};
use clap::Args;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Reserving a pool would cost every short-lived process 3–4 ms.
pub(super) const ALLOCATION: Allocation = Allocation::OnDemand;

/// Run one server over stdio, until stdin is closed.
///
/// Each request that the server cannot answer (it trapped, took too long, ran out of memory or ended) is answered by the host with
/// -32603, and the session goes on with a fresh instance that is told `initialize` again.
#[derive(Args)]
pub(crate) struct Run {
    #[command(flatten)]
    granting: Granting,
    #[command(flatten)]
    caching: Caching,
    /// Append what the start took, and what was seen, as JSON lines to this file.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// The component (.wasm), or what `compile` made of it (.cwasm).
    component: PathBuf,
    /// The server's own arguments.
    #[arg(last = true)]
    arguments: Vec<String>,
}

impl Run {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let setup = Setup {
            name: server_name(&self.component),
            arguments: self.arguments.clone(),
            grants: Arc::new(self.granting.grants()?),
            limits: self.granting.limits(),
        };
        let mut report = match &self.report {
            Some(path) => Some(
                File::options()
                    .append(true)
                    .create(true)
                    .open(path)
                    .map_err(|error| {
                        Failure::usage(format!(
                            "cannot write {}: {error}; name a file that can be",
                            path.display()
                        ))
                    })?,
            ),
            None => None,
        };
        let engine = engine(ALLOCATION)
            .map_err(|error| Failure::new(4, format!("cannot make an engine: {error:#}")))?;
        let code = cache::load(&engine, &self.component, &self.caching.choice())?;
        for note in &code.notes {
            eprintln!("wasmmcp-runtime: {note}");
        }
        let refuse = |why: &dyn std::fmt::Display| {
            Failure::usage(format!("cannot run {}: {why}", self.component.display()))
        };
        let program = Program::new(&engine, &code.component).map_err(|error| refuse(&error))?;
        let command = program.command.as_ref().ok_or_else(|| {
            refuse(&"it exports wasi:http/incoming-handler only, not wasi:cli/run; use `serve`")
        })?;
        let ended = stdio::run(&engine, command, &setup, |instantiate| {
            if let Some(report) = &mut report {
                let _ = report.write_all(loaded_line(&code, instantiate).as_bytes());
            }
        })
        .map_err(|error| match error {
            RunError::Stdio(_) => Failure::new(4, error),
            RunError::Instance(_) => refuse(&error),
        })?;
        if let Some(report) = &mut report {
            let _ = report.write_all(end_line(&ended).as_bytes());
        }
        match ended.end {
            RunEnd::Done => Ok(()),
            RunEnd::GivenUp => Err(Failure::new(
                3,
                "the server failed too often without a good answer between; see what it wrote above, and report it to its author",
            )),
        }
    }
}

fn loaded_line(code: &LoadedCode, instantiate: Duration) -> String {
    format!(
        "{{\"event\":\"load\",\"cache\":\"{}\",\"compile_ns\":{},\"load_ns\":{},\"instantiate_ns\":{}}}\n",
        code.cache.word(),
        code.compile.as_nanos(),
        code.load.as_nanos(),
        instantiate.as_nanos()
    )
}

fn end_line(report: &RunReport) -> String {
    let counts = report.counts;
    format!(
        "{{\"event\":\"end\",\"calls\":{},\"failed\":{},\"dropped_lines\":{},\"dropped_answers\":{},\"restarts\":{}}}\n",
        counts.requests,
        counts.failed,
        counts.dropped_lines,
        counts.dropped_answers,
        report.restarts
    )
}
