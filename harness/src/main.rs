//! `harness`: every command of WasmMCP Bench. Each is one file under `cmd/`.

mod cmd;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Measures MCP servers as Wasm components and as native programs, and says what holds of what was published.
///
/// Exit codes: 0 done (cells that are unavailable are listed, and are no failure), 1 a fault of ours, 2 usage or a file
/// that cannot be accepted, 3 a wrong answer, 4 this machine lacks what was asked for, 5 a claim holds less than was
/// accepted, 6 a regression that `compare
/// --fail-above` was asked to fail on, 130 interrupted (the record is kept).
#[derive(Parser)]
#[command(name = "harness", version, max_term_width = 100)]
struct Arguments {
    #[command(flatten)]
    global: cmd::Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Doctor(cmd::doctor::Arguments),
    List(cmd::list::Arguments),
    Build(cmd::build::Arguments),
    Verify(cmd::verify::Arguments),
    Ledger(cmd::ledger::Arguments),
    Table1(cmd::table1::Arguments),
    Table2(cmd::table2::Arguments),
    Table3(cmd::table3::Arguments),
    Measure(Box<cmd::measure::Arguments>),
    Record(cmd::recording::Arguments),
    Replay(cmd::replay::Arguments),
    Figure8(cmd::figure8::Arguments),
    Figure9(cmd::figure9::Arguments),
    Rerun(cmd::rerun::Arguments),
    Runs(cmd::runs::Arguments),
    Compare(cmd::compare::Arguments),
    Profile(cmd::profile::Arguments),
    Claims(cmd::claims::Arguments),
    Clean(cmd::clean::Arguments),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let global = &arguments.global;
    let ended = match &arguments.command {
        Command::Doctor(own) => cmd::doctor::run(global, own),
        Command::List(own) => cmd::list::run(global, own),
        Command::Build(own) => cmd::build::run(global, own),
        Command::Verify(own) => cmd::verify::run(global, own),
        Command::Ledger(own) => cmd::ledger::run(global, own),
        Command::Table1(own) => cmd::table1::run(global, own),
        Command::Table2(own) => cmd::table2::run(global, own),
        Command::Table3(own) => cmd::table3::run(global, own),
        Command::Measure(own) => cmd::measure::run(global, own),
        Command::Record(own) => cmd::recording::run(global, own),
        Command::Replay(own) => cmd::replay::run(global, own),
        Command::Figure8(own) => cmd::figure8::run(global, own),
        Command::Figure9(own) => cmd::figure9::run(global, own),
        Command::Rerun(own) => cmd::rerun::run(global, own),
        Command::Runs(own) => cmd::runs::run(global, own),
        Command::Compare(own) => cmd::compare::run(global, own),
        Command::Profile(own) => cmd::profile::run(global, own),
        Command::Claims(own) => cmd::claims::run(global, own),
        Command::Clean(own) => cmd::clean::run(global, own),
    };
    let exit = ended.unwrap_or_else(|error| {
        eprintln!("harness: {error:#}");
        harness::exit::of(&error)
    });
    exit.into()
}
