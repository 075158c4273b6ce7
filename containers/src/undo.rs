//! What `--setup` did to this machine, noted when it did it, and undone.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};
use toolchain::Missing;
use toolchain::commands::Commands;
use toolchain::process::Step;

/// Beside the engine's data.
const NOTE: &str = "setup.json";
/// The daemon's own note of its process.
const PID: &str = "dockerd.pid";
/// A daemon stops its containers before it ends, which takes ten seconds for one that does not listen.
const ASKED: u32 = 600;
const BETWEEN: Duration = Duration::from_millis(50);

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Done {
    /// Every package that came onto the machine.
    #[serde(default)]
    pub packages: BTreeSet<String>,
    /// Whether the service was started.
    #[serde(default)]
    pub service: bool,
}

/// What is to be undone, and how.
#[derive(Debug)]
pub struct Undo {
    room: PathBuf,
    commands: Commands,
    root: bool,
    done: Done,
    daemon: Option<Pid>,
}

/// Adds to what is noted of a setup.
pub(crate) fn note(room: &Path, change: impl FnOnce(&mut Done)) -> io::Result<()> {
    let mut done = noted(room);
    change(&mut done);
    let text = serde_json::to_vec(&done)?;
    let part = room.join(format!("{NOTE}.new"));
    fs::write(&part, text)?;
    fs::rename(part, room.join(NOTE))
}

/// What was noted; nothing where nothing can be read, so that nothing is undone by mistake.
fn noted(room: &Path) -> Done {
    let text = fs::read(room.join(NOTE)).unwrap_or_default();
    let mut done: Done = serde_json::from_slice(&text).unwrap_or_default();
    // A word that apt would take for something else than a package's name is none.
    done.packages.retain(|name| {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        name.bytes().next().is_some_and(plain)
            && name
                .bytes()
                .all(|byte| plain(byte) || b"+-.".contains(&byte))
            && !name.ends_with(['+', '-'])
    });
    done
}

impl Undo {
    /// What `--setup` did with this cache.
    pub fn of(cache: &Path) -> Undo {
        let commands = Commands::of_this_process();
        let root = rustix::process::geteuid().is_root();
        Undo::in_room(&cache.join("docker"), commands, root)
    }

    pub(crate) fn in_room(room: &Path, commands: Commands, root: bool) -> Undo {
        Undo {
            room: room.to_owned(),
            commands,
            root,
            done: noted(room),
            daemon: daemon(room),
        }
    }

    /// What is to be done, a line each; empty where there is nothing.
    pub fn told(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(pid) = self.daemon {
            lines.push(format!(
                "stop dockerd (process {pid}), which --setup started; its rules in iptables stay until the machine restarts"
            ));
        }
        if self.done.service {
            lines.push("stop the service docker, which --setup started".to_owned());
        }
        if !self.done.packages.is_empty() {
            lines.push(format!(
                "purge the packages that --setup installed: {}",
                self.packages()
            ));
        }
        lines
    }

    /// Does it. Each thing that was done goes to `said`.
    ///
    /// # Errors
    /// When something stays, with the remedy; what was noted is kept then.
    pub fn run(&self, said: &mut dyn FnMut(&str)) -> Result<(), Missing> {
        if let Some(pid) = self.daemon {
            self.stop(pid)?;
            said(&format!("stopped dockerd (process {pid})"));
        }
        if self.done.service {
            self.step("systemctl", &["stop", "docker"])?;
            said("stopped the service docker");
        }
        if !self.done.packages.is_empty() {
            if !self.root {
                return Err(Missing::new(
                    format!("packages can be purged by root alone: {}", self.packages()),
                    "Run the command as root.",
                ));
            }
            let mut words = vec!["-qq", "-y", "purge"];
            words.extend(self.done.packages.iter().map(String::as_str));
            self.step("apt-get", &words)?;
            said(&format!("purged {}", self.packages()));
        }
        let unwritable = |error: io::Error| {
            let why = format!("{} cannot be written: {error}", self.room.display());
            Missing::new(why, "Make the folder writable.")
        };
        match self.room.join(NOTE).exists() {
            true => note(&self.room, |done| *done = Done::default()).map_err(unwritable),
            false => Ok(()),
        }
    }

    fn packages(&self) -> String {
        let names: Vec<&str> = self.done.packages.iter().map(String::as_str).collect();
        names.join(" ")
    }

    fn step(&self, program: &str, words: &[&str]) -> Result<(), Missing> {
        let line = format!("{program} {}", words.join(" "));
        let failed = |why: String| Missing::new(why, format!("Run it yourself: {line}"));
        let found = self.commands.find(program);
        let found = found.ok_or_else(|| failed(format!("there is no `{program}` here")))?;
        let step = Step::new(&found, &self.commands).env("DEBIAN_FRONTEND", "noninteractive");
        let ended = step.args(words).run(None, &mut |_| {});
        ended
            .map(drop)
            .map_err(|failure| failed(failure.to_string()))
    }

    fn stop(&self, pid: Pid) -> Result<(), Missing> {
        let stays = |why: String| {
            let why = format!("dockerd (process {pid}) {why}");
            Missing::new(why, format!("Stop it yourself: kill {pid}"))
        };
        kill_process(pid, Signal::TERM)
            .map_err(|error| stays(format!("cannot be stopped: {error}")))?;
        for _ in 0..ASKED {
            if daemon(&self.room) != Some(pid) {
                return Ok(());
            }
            std::thread::sleep(BETWEEN);
        }
        Err(stays("was told to end and has not".to_owned()))
    }
}

/// The running daemon whose data lie in this room: its note names a process, and that process was told to write just this note.
fn daemon(room: &Path) -> Option<Pid> {
    let file = room.join(PID);
    let number: i32 = fs::read_to_string(&file).ok()?.trim().parse().ok()?;
    let pid = Pid::from_raw(Some(number).filter(|number| *number > 1)?)?;
    // A process that has ended and was not waited for has no command line.
    let line = fs::read(format!("/proc/{number}/cmdline")).ok()?;
    let own = file.as_os_str().as_encoded_bytes();
    line.split(|byte| *byte == 0)
        .any(|word| word == own)
        .then_some(pid)
}
