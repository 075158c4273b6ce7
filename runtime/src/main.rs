//! `wasmmcp-runtime`: see `wasmmcp-runtime --help`.

fn main() -> std::process::ExitCode {
    wasmmcp_runtime::cmd::main()
}
