//! What the tests share: the hostile guest, the two programs, and a client that speaks lines.
#![allow(missing_docs, reason = "the tests below are the reader")]
#![allow(dead_code, reason = "each test program uses its own part of this")]

pub mod served;

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::sync::OnceLock;

/// The component that misbehaves as it is told; none, said, where this machine builds no components.
pub fn hostile() -> Option<&'static Path> {
    static BUILT: OnceLock<Option<PathBuf>> = OnceLock::new();
    BUILT
        .get_or_init(|| {
            let wasm = match toolchain::for_tests() {
                Ok(wasm) => wasm,
                Err(why) => {
                    println!("skipped: {why}");
                    return None;
                }
            };
            let wanted = toolchain::Component::of(Path::new(env!("CARGO_MANIFEST_DIR")), "hostile");
            Some(
                wasm.build_component(&wanted, &mut |line| eprintln!("{line}"))
                    .expect("the hostile guest builds"),
            )
        })
        .as_deref()
}

/// A component of the SDK, which answers everything itself; none, said, where this machine builds no components.
pub fn plain() -> Option<&'static Path> {
    static BUILT: OnceLock<Option<PathBuf>> = OnceLock::new();
    BUILT
        .get_or_init(|| {
            hostile()?;
            let wasm = toolchain::for_tests().ok()?;
            let wanted = toolchain::Component::of(Path::new(env!("CARGO_MANIFEST_DIR")), "noop");
            Some(
                wasm.build_component(&wanted, &mut |line| eprintln!("{line}"))
                    .expect("a server of the SDK builds"),
            )
        })
        .as_deref()
}

/// The most memory that a process ever used, in bytes.
pub fn peak(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"));
    let status = status.expect("Linux tells of its processes");
    let kilobytes = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
    1024 * kilobytes
        .and_then(|number| number.parse::<u64>().ok())
        .expect("a number")
}

/// Where cargo put the runtime: as an example of the compiler's package, so that one `cargo test` builds both programs.
pub fn runtime_program() -> PathBuf {
    let compiler = Path::new(env!("CARGO_BIN_EXE_wasmmcp-compiler"));
    compiler.with_file_name("examples").join("wasmmcp-runtime")
}

/// A cache that all tests of one program share: the guest is compiled once.
pub fn cache() -> &'static Path {
    static CACHE: OnceLock<PathBuf> = OnceLock::new();
    CACHE.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("runtime-test-cache");
        std::fs::create_dir_all(&folder).expect("the target folder can be written");
        owner_only(&folder);
        folder
    })
}

/// Takes everybody else's permissions away.
pub fn owner_only(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
        .expect("our own folder");
}

/// The runtime as a command, with the compiler named.
#[expect(clippy::disallowed_methods, reason = "tests start processes here")]
pub fn runtime() -> Command {
    let mut command = Command::new(runtime_program());
    command
        .env("WASMMCP_COMPILER", env!("CARGO_BIN_EXE_wasmmcp-compiler"))
        .env_remove("MARKER");
    command
}

/// Runs a command to its end without input.
pub fn finish(command: &mut Command) -> Output {
    command
        .stdin(Stdio::null())
        .output()
        .expect("the runtime starts")
}

/// What a process said on stderr.
pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A session with `wasmmcp-runtime run`.
pub struct Client {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
}

/// How a session ended.
pub struct Ended {
    pub code: Option<i32>,
    pub stderr: String,
    pub rest: String,
}

impl Client {
    /// Starts the hostile guest with these options and arguments after `--`.
    pub fn start(options: &[&str], arguments: &[&str]) -> Option<Client> {
        Some(Client::run(hostile()?, options, arguments))
    }

    /// Starts a component with these options and arguments after `--`.
    pub fn run(component: &Path, options: &[&str], arguments: &[&str]) -> Client {
        let mut command = runtime();
        command
            .arg("run")
            .arg("--cache")
            .arg(cache())
            .args(options)
            .arg(component)
            .arg("--")
            .args(arguments);
        Client::of(&mut command)
    }

    pub fn of(command: &mut Command) -> Client {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the runtime starts");
        Client {
            stdin: child.stdin.take(),
            stdout: BufReader::new(child.stdout.take().expect("piped")),
            child,
        }
    }

    /// The most memory that the runtime ever used, in bytes.
    pub fn peak(&self) -> u64 {
        peak(self.child.id())
    }

    pub fn send(&mut self, text: impl AsRef<[u8]>) {
        let stdin = self.stdin.as_mut().expect("still open");
        stdin.write_all(text.as_ref()).expect("the runtime reads");
        stdin.write_all(b"\n").expect("the runtime reads");
    }

    pub fn line(&mut self) -> serde_json::Value {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("stdout is UTF-8");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("not JSON ({error}): {line:?}"))
    }

    pub fn initialize(&mut self) {
        self.send(r#"{"jsonrpc":"2.0","id":"init","method":"initialize","params":{}}"#);
        assert_eq!(self.line()["result"]["serverInfo"]["name"], "hostile");
        self.send(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
    }

    /// Calls a tool and returns the whole answer.
    pub fn call(&mut self, id: u32, tool: &str) -> serde_json::Value {
        self.send(call(id, tool));
        self.line()
    }

    /// Calls a tool that answers with a text.
    pub fn text(&mut self, id: u32, tool: &str) -> String {
        let answer = self.call(id, tool);
        assert_eq!(answer["id"], id, "{answer}");
        answer["result"]["content"][0]["text"]
            .as_str()
            .unwrap_or_else(|| panic!("{answer}"))
            .to_owned()
    }

    /// Closes stdin and waits for the end.
    pub fn end(mut self) -> Ended {
        drop(self.stdin.take());
        let mut rest = String::new();
        self.stdout
            .read_to_string(&mut rest)
            .expect("stdout is UTF-8");
        let output = self.child.wait_with_output().expect("the runtime ends");
        Ended {
            code: output.status.code(),
            stderr: said(&output),
            rest,
        }
    }
}

/// A `tools/call`; more members may follow the name: `read","path":"/x`.
pub fn call(id: u32, tool: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"{tool}"}}}}"#)
}

/// Asserts that an answer is the host's error for this cause.
pub fn assert_failed(answer: &serde_json::Value, id: u32, cause: &str) {
    assert_eq!(answer["id"], id, "{answer}");
    assert_eq!(answer["error"]["code"], -32603, "{answer}");
    assert_eq!(answer["error"]["data"]["cause"], cause, "{answer}");
    let remedy = answer["error"]["data"]["remedy"].as_str();
    assert!(remedy.is_some_and(|remedy| !remedy.is_empty()), "{answer}");
}
