//! Installs and starts Debian's engine if none answers, as `--setup` does: `cargo run -p container --example setup [CACHE]`.

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache/wasmmcp-bench"));
    let named = std::env::args_os().nth(1).map(PathBuf::from);
    let Some(cache) = named.or_else(home) else {
        eprintln!("name a folder for the engine's images");
        return ExitCode::from(2);
    };
    match container::ensure(&cache, &mut |line| eprintln!("{line}")) {
        Ok(engine) => {
            println!("{}", engine.description());
            ExitCode::SUCCESS
        }
        Err(missing) => {
            eprintln!("{missing}");
            ExitCode::from(4)
        }
    }
}
