//! `cargo run -p figures -- RUN_DIR`: redraws every table and figure from a record, with a Rust toolchain alone.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use figures::{DrawError, draw_report, report};
use record::Record;

/// Redraws every table and figure of a run from its record.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The run's folder, for example results/latest.
    run: PathBuf,
    /// Where to write; the run's folder unless given.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

fn main() -> ExitCode {
    let Arguments { run, out } = Arguments::parse();
    match redraw(&run, out.as_deref().unwrap_or(&run)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(match error {
                DrawError::Published(_) => 1,
                DrawError::Read(_) => 2,
                DrawError::Write { .. } => 4,
            })
        }
    }
}

fn redraw(run: &Path, out: &Path) -> Result<(), DrawError> {
    let report = report(&Record::read(run)?)?;
    let colour = std::io::stdout().is_terminal()
        && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    print!("{}", report.terminal(100, colour));
    for file in draw_report(&report, out)? {
        println!("{}", file.display());
    }
    Ok(())
}
