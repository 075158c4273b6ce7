//! What this machine can and cannot do, each lack with its remedy: the data behind `doctor`, but for the Docker engine, which the crate `container` describes.
//!
//! Nothing is changed by looking. Traffic shaping is tried in a network namespace that ends with the command.

use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use crate::commands::Commands;
use crate::locate::Toolchain;
use crate::process::{Failure, Step, Watch};
use crate::rustc::{Rustc, TARGET};

/// A command that prints its version answers within this, or counts as broken.
const PATIENCE: Duration = Duration::from_secs(10);

/// One thing that this machine has or lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// What it is, in the words of the documentation.
    pub name: &'static str,
    /// Whether it is here.
    #[serde(flatten)]
    pub state: State,
}

/// Whether something is here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is, in this version or form.
    Available(String),
    /// It is not, or does not work.
    Missing {
        /// How that was noticed, as a lower-case fragment.
        why: String,
        /// What would change it, as a sentence.
        remedy: String,
    },
}

impl State {
    fn missing(why: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Missing {
            why: why.into(),
            remedy: remedy.into(),
        }
    }
}

/// Everything about this machine, in the order in which it is printed; `quick` leaves out what has to be tried.
pub fn gather(toolchain: &Toolchain, quick: bool) -> Vec<Fact> {
    let commands = toolchain.commands();
    let fact = |name, state| Fact { name, state };
    let version = |name: &'static str, arguments: &[&str], remedy: &str| {
        fact(name, version(commands, name, arguments, remedy))
    };
    let tried =
        |name: &'static str, state: &dyn Fn() -> State| (!quick).then(|| fact(name, state()));
    let mut facts = vec![
        fact("rustc", rustc(commands)),
        version("cargo", &["--version"], "Install Rust."),
        fact("wasm32-wasip2 target", target(toolchain)),
        version(
            "rustup",
            &["--version"],
            "Needed only for `rustup target add`; the Debian recipe does without.",
        ),
        version(
            "cc",
            &["--version"],
            "Install a C compiler: `apt install gcc libc6-dev`.",
        ),
    ];
    facts.extend([
        fact("root", root()),
        fact("cgroups", cgroups(Path::new("/sys/fs/cgroup"))),
    ]);
    facts.extend(tried("netem", &|| {
        shaping(commands, &["netem", "delay", "1ms"], "sch_netem")
    }));
    facts.extend(tried("tbf", &|| {
        let rate = [
            "tbf", "rate", "1mbit", "burst", "32kbit", "latency", "400ms",
        ];
        shaping(commands, &rate, "sch_tbf")
    }));
    facts.extend([
        version(
            "node",
            &["--version"],
            "Install Node.js: the official Node servers, which ours are compared with, run on it. Where it is older than 22, a newer one is fetched into the user's cache.",
        ),
        version(
            "npm",
            &["--version"],
            "Install npm (it comes with Node.js): the official Node servers are fetched with it.",
        ),
        version(
            "python3",
            &["--version"],
            "Install Python 3.10 or later: the official Python servers, which ours are compared with, run on it.",
        ),
        fact("python3 venv", venv(commands)),
        version(
            "wasmtime",
            &["--version"],
            "Give --setup to a command that measures, which builds it into the cache, or install it: the packaging `component-wasmtime` needs it.",
        ),
    ]);
    facts
}

/// The first line that a command prints when asked for its version.
fn version(commands: &Commands, name: &str, arguments: &[&str], remedy: &str) -> State {
    let Some(program) = commands.find(name) else {
        return State::missing(format!("`{name}` is not on the search path"), remedy);
    };
    match ask(&Step::new(&program, commands).args(arguments)) {
        Ok(printed) => State::Available(first_line(&printed)),
        Err(failure) => State::missing(failure.to_string(), remedy),
    }
}

/// Debian ships the standard library's `venv` apart from it.
fn venv(commands: &Commands) -> State {
    let remedy = "Install it: `apt install python3-venv`. The official Python servers are installed into an environment of their own.";
    let Some(python) = commands.find("python3") else {
        return State::missing("`python3` is not on the search path", remedy);
    };
    match ask(&Step::new(&python, commands).args(["-I", "-c", "import ensurepip, venv"])) {
        Ok(_) => State::Available("here, with pip".into()),
        Err(failure) => State::missing(failure.to_string(), remedy),
    }
}

fn ask(step: &Step) -> Result<String, Failure> {
    step.run(
        Some(Watch {
            patience: PATIENCE,
            gauge: &|| 0,
        }),
        &mut |_| {},
    )
}

fn first_line(printed: &str) -> String {
    printed
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or("here, of a version that it does not tell")
        .to_owned()
}

fn rustc(commands: &Commands) -> State {
    match Rustc::ask(commands) {
        Ok(rustc) => State::Available(format!(
            "{} (commit {}, {})",
            rustc.release, rustc.commit, rustc.host
        )),
        Err(missing) => State::missing(missing.why, missing.remedy),
    }
}

fn target(toolchain: &Toolchain) -> State {
    let rustc = match Rustc::ask(toolchain.commands()) {
        Ok(rustc) => rustc,
        Err(missing) => return State::missing(missing.why, missing.remedy),
    };
    let mut broken = Vec::new();
    match toolchain.present(&rustc, &mut |line| broken.push(line.to_owned())) {
        Some(way) => State::Available(way.to_string()),
        None => {
            let why = if broken.is_empty() {
                "neither beside rustc nor in the user's cache".to_owned()
            } else {
                broken.join("; ")
            };
            State::missing(
                why,
                format!(
                    "Any command that builds a component makes it from Debian's packages; or run `rustup target add {TARGET}`, which `--setup` does for you."
                ),
            )
        }
    }
}

fn root() -> State {
    use std::os::unix::fs::MetadataExt as _;
    match std::fs::metadata("/proc/self") {
        Ok(meta) if meta.uid() == 0 => State::Available("this process runs as root".into()),
        _ => State::missing(
            "this process does not run as root",
            "Run as root to install packages under --setup; all else does without.",
        ),
    }
}

/// Version 2 has the list of controllers at its top; a hybrid machine has it one level down.
fn cgroups(top: &Path) -> State {
    let controllers =
        |folder: &Path| std::fs::read_to_string(folder.join("cgroup.controllers")).ok();
    if let Some(list) = controllers(top) {
        return State::Available(format!("version 2 ({})", list.trim()));
    }
    let remedy =
        "Boot with `systemd.unified_cgroup_hierarchy=1`. Nothing that is measured needs it yet.";
    if let Some(list) = controllers(&top.join("unified")) {
        return State::Available(format!(
            "version 1, with version 2 beside it ({})",
            if list.trim().is_empty() {
                "no controllers"
            } else {
                list.trim()
            }
        ));
    }
    if top.join("memory").is_dir() {
        return State::Available("version 1".into());
    }
    State::missing("no cgroup file system is mounted", remedy)
}

/// Sets the discipline on the loopback of a new network namespace, which is gone when the command has ended.
fn shaping(commands: &Commands, discipline: &[&str], module: &str) -> State {
    let Some(tc) = commands.find("tc") else {
        return State::missing(
            "`tc` is not on the search path",
            "Install it: `apt install iproute2`.",
        );
    };
    let Some(unshare) = commands.find("unshare") else {
        return State::missing(
            "`unshare` is not on the search path, so it cannot be tried safely",
            "Install it: `apt install util-linux`.",
        );
    };
    let step = Step::new(&unshare, commands)
        .args(["--map-root-user", "--net", "--"])
        .arg(tc)
        .args(["qdisc", "add", "dev", "lo", "root"])
        .args(discipline);
    match ask(&step) {
        Ok(_) => State::Available("tried on the loopback of a network namespace of its own".into()),
        Err(failure) => State::missing(
            failure.to_string(),
            format!(
                "Load the kernel's module: `modprobe {module}`; a kernel built without it cannot."
            ),
        ),
    }
}

#[cfg(test)]
mod tests;
