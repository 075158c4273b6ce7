//! Builds a package of this workspace as a component, by whichever way to the target there is, and prints where it lies.
//!
//! `cargo run -p toolchain --example component -- PACKAGE [--setup]`

use std::path::Path;
use std::process::ExitCode;

use toolchain::{Component, Toolchain};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (flags, packages): (Vec<&String>, Vec<&String>) =
        words.iter().partition(|word| word.starts_with("--"));
    let [package] = packages[..] else {
        eprintln!(
            "name one package: cargo run -p toolchain --example component -- PACKAGE [--setup]"
        );
        return ExitCode::from(2);
    };
    if let Some(other) = flags.iter().find(|flag| **flag != "--setup") {
        eprintln!("{other} is no flag of this; there is --setup, which allows `rustup target add`");
        return ExitCode::from(2);
    }
    let mut said = |line: &str| eprintln!("{line}");
    let wasm = match Toolchain::locate(!flags.is_empty(), &mut said) {
        Ok(wasm) => wasm,
        Err(missing) => {
            eprintln!("the wasm32-wasip2 target is missing: {missing}");
            return ExitCode::from(4);
        }
    };
    match wasm.build_component(&Component::of(Path::new("."), package), &mut said) {
        Ok(file) => {
            println!("{}", file.display());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}
