//! `wasmmcp-compiler OUT.cwasm < IN.wasm`: compiles a component to this machine's code and seals it.
//!
//! A program of its own, so that the runtime, which starts often, carries no compiler. Exit codes: 0 done · 2 usage, or the
//! component is at fault · 4 the output cannot be written.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::process::ExitCode;
use wasmmcp_runtime::cache::seal::seal;
use wasmmcp_runtime::engine::{OPT_LEVEL, settings};
use wasmtime::Engine;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let [output] = &arguments[..] else {
        eprintln!(
            "error: this program is started by wasmmcp-runtime; use `wasmmcp-runtime compile COMPONENT`"
        );
        return ExitCode::from(2);
    };
    match compile().and_then(|code| {
        let output = Path::new(output);
        write(&code, output)
            .map_err(|error| (4, format!("cannot write {}: {error}", output.display())))
    }) {
        Ok(()) => ExitCode::SUCCESS,
        Err((code, message)) => {
            eprintln!("error: {message}");
            ExitCode::from(code)
        }
    }
}

fn compile() -> Result<Vec<u8>, (u8, String)> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .read_to_end(&mut bytes)
        .map_err(|error| (2, format!("cannot read the component: {error}")))?;
    let mut config = settings();
    config
        .cranelift_opt_level(OPT_LEVEL)
        .parallel_compilation(true);
    let engine = Engine::new(&config).map_err(|error| (4, format!("{error:#}")))?;
    engine
        .precompile_component(&bytes)
        .map_err(|error| (2, format!("{error:#}")))
}

fn write(code: &[u8], output: &Path) -> std::io::Result<()> {
    let mut file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(true)
        .open(output)?;
    file.write_all(code)?;
    seal(&mut file)
}
