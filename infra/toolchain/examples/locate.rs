//! Says what this machine can do and which way to the WebAssembly target is in use, making the target where it is missing.
//!
//! `cargo run -p toolchain --example locate [-- --setup]`

use std::process::ExitCode;

use toolchain::Toolchain;
use toolchain::facts::{State, gather};

fn main() -> ExitCode {
    let setup = std::env::args().any(|argument| argument == "--setup");
    let located = Toolchain::locate(setup, &mut |line| eprintln!("{line}"));
    for fact in gather(&Toolchain::of_this_machine(), false) {
        match fact.state {
            State::Available(what) => println!("{:22} {what}", fact.name),
            State::Missing { why, remedy } => println!("{:22} missing: {why}. {remedy}", fact.name),
        }
    }
    match located {
        Ok(wasm) => println!("components are built with the target {}", wasm.way),
        Err(missing) => {
            eprintln!("the wasm32-wasip2 target is missing: {missing}");
            return ExitCode::from(4);
        }
    }
    ExitCode::SUCCESS
}
