//! Installs the originals that are named, or all of them, and prints how each is started and what it consists of.

use std::process::ExitCode;

use original::{Original, Store};

fn main() -> ExitCode {
    let names: Vec<String> = std::env::args().skip(1).collect();
    let said = &mut |line: &str| eprintln!("{line}");
    let store = match Store::of_this_user() {
        Ok(store) => store,
        Err(missing) => {
            eprintln!("{missing}");
            return ExitCode::from(4);
        }
    };
    for original in Original::all() {
        if !names.is_empty() && !names.iter().any(|name| name == original.name) {
            continue;
        }
        match original.install(&store, said) {
            Ok(launch) => {
                let words = launch.arguments.iter().map(|word| word.to_string_lossy());
                let words: Vec<_> = words.collect();
                println!(
                    "{}: {} {}",
                    original.title(),
                    launch.program.display(),
                    words.join(" ")
                );
                for package in launch.resolved {
                    println!("  {} {} {}", package.name, package.version, package.digest);
                }
            }
            Err(missing) => {
                eprintln!("{}: {missing}", original.title());
                return ExitCode::from(4);
            }
        }
    }
    ExitCode::SUCCESS
}
