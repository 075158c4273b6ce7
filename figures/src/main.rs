//! `cargo run -p figures -- RUN_DIR`: redraws every table and figure from a record, with a Rust toolchain alone.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use figures::{DrawError, draw_run, offers, replays, report};
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
                DrawError::Read(_) | DrawError::Offers(_) | DrawError::Decisions(_) => 2,
                DrawError::Write { .. } => 4,
            })
        }
    }
}

fn redraw(run: &Path, out: &Path) -> Result<(), DrawError> {
    let record = Record::read(run)?;
    let colour = std::io::stdout().is_terminal()
        && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let mut text = String::new();
    let replayed = replays(&record, run)?;
    for (_, sheet) in offers(&record, run)?.iter().chain(&replayed) {
        text.push_str(&sheet.terminal(100, colour));
        text.push('\n');
    }
    if text.is_empty() || replayed.is_empty() && !record.samples.is_empty() {
        text.push_str(&report(&record)?.terminal(100, colour));
    }
    for file in draw_run(run, out)? {
        text.push_str(&format!("{}\n", file.display()));
    }
    // A reader that has seen enough, as `head` has, is no failure: the files are drawn.
    let _ = std::io::stdout().write_all(text.as_bytes());
    Ok(())
}
