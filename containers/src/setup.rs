//! Installs and starts Debian's engine where there is none, and says what it did and how that is undone.
//!
//! An engine that is there, running or stuck, is left alone: two daemons on one machine take each other's network down.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use toolchain::commands::Commands;
use toolchain::process::{Failure, Step, Watch, bytes_below};

use crate::address::Address;
use crate::engine::{Absence, Engine};
use crate::undo;
use toolchain::Missing;

/// Debian's names: the engine, and what it sets its network up with.
const PACKAGES: [&str; 2] = ["docker.io", "iptables"];
/// Where apt downloads to: its growth is a sign of life.
const DOWNLOADS: &str = "/var/cache/apt/archives";
/// apt is given up after this long without a word and without a byte.
const PATIENCE: Duration = Duration::from_secs(120);
/// A daemon that is up answers its first question within this.
const ANSWER: Duration = Duration::from_secs(5);
/// How often a daemon that was started is asked whether it is up, and how long between; it takes a second.
const ASKED: u32 = 600;
const BETWEEN: Duration = Duration::from_millis(50);
/// How much of a log is quoted.
const QUOTED: usize = 3;

/// The machine, as the setup sees it; a test imitates one.
struct Host {
    commands: Commands,
    address: Address,
    /// Whether the address was named by the user, whose engine it then is.
    named: bool,
    root: bool,
    /// Whether services are started by a manager.
    managed: bool,
    asked: u32,
}

/// The engine, installed and started if there is none. Each thing that is done is told to `said`, with what undoes it.
///
/// # Errors
/// When there is none and this user may not, or this machine cannot, install one.
pub fn ensure(cache: &Path, said: &mut dyn FnMut(&str)) -> Result<Engine, Missing> {
    let (address, named) = Address::of_this_process()?;
    Host {
        commands: Commands::of_this_process(),
        address,
        named,
        root: rustix::process::geteuid().is_root(),
        managed: Path::new("/run/systemd/system").is_dir(),
        asked: ASKED,
    }
    .ensure(&cache.join("docker"), said)
}

impl Host {
    fn ensure(&self, room: &Path, said: &mut dyn FnMut(&str)) -> Result<Engine, Missing> {
        let absent = match Engine::reach(&self.address, ANSWER) {
            Ok(engine) => return Ok(engine),
            Err(Absence::Unusable(missing)) => return Err(missing),
            Err(Absence::Nobody(missing)) => missing,
        };
        let refuse = |remedy: &str| Missing::new(absent.why.clone(), remedy);
        if self.named {
            return Err(refuse(
                "Start the engine that DOCKER_HOST names, or unset it: `--setup` then installs this machine's.",
            ));
        }
        if !self.root {
            return Err(refuse(
                "Run the command as root: `--setup` installs and starts Debian's engine only then.",
            ));
        }
        let unwritable = |error: std::io::Error| {
            Missing::new(
                format!("{} cannot be written: {error}", room.display()),
                "Make room there, or set XDG_CACHE_HOME to a folder that can be written.",
            )
        };
        fs::create_dir_all(room).map_err(unwritable)?;
        // Of two commands that set up at once, the second finds the engine of the first.
        let lock = room.join("setup.lock");
        let lock = File::options().create(true).append(true).open(lock);
        let lock = lock.map_err(unwritable)?;
        lock.lock().map_err(unwritable)?;
        if let Ok(engine) = Engine::reach(&self.address, ANSWER) {
            return Ok(engine);
        }
        if self.commands.find("dockerd").is_none() {
            self.install(room, said)?;
        }
        if self.managed {
            self.start_service(room, said)
        } else {
            self.start_daemon(room, said)
        }
    }

    /// Installs what is missing of the packages.
    fn install(&self, room: &Path, said: &mut dyn FnMut(&str)) -> Result<(), Missing> {
        let Some(apt) = self.commands.find("apt-get") else {
            return Err(Missing::new(
                "there is no Docker engine, and no `apt-get` to install one with",
                "Install your distribution's engine and start it, then run the command again.",
            ));
        };
        let mut missing = PACKAGES.to_vec();
        missing.retain(|package| !self.has(package));
        said(&format!(
            "installing {} with apt-get",
            missing.join(" and ")
        ));
        let step = || {
            let step = Step::new(&apt, &self.commands).env("DEBIAN_FRONTEND", "noninteractive");
            step.args(["-qq", "-o", "DPkg::Lock::Timeout=60"])
        };
        self.watched(step().arg("update"), "ask for package lists")?;
        let install = step().args(["install", "-y", "--no-install-recommends"]);
        let before = self.installed();
        let ended = self.watched(install.args(&missing), "install the engine");
        // Noted whether or not it came to its end: what came onto the machine is to go again.
        let came = self.installed().difference(&before).cloned().collect();
        undo::note(room, |done| done.packages.extend::<BTreeSet<String>>(came)).map_err(
            |error| {
                let why = format!("{} cannot be written: {error}", room.display());
                Missing::new(why, "Make room there.")
            },
        )?;
        ended?;
        said(&format!(
            "installed {0} and what they depend on. Undo: apt-get purge --autoremove {0}",
            missing.join(" ")
        ));
        Ok(())
    }

    /// Every package that is on the machine; none where nobody can tell.
    fn installed(&self) -> BTreeSet<String> {
        let Some(query) = self.commands.find("dpkg-query") else {
            return BTreeSet::new();
        };
        let step = Step::new(&query, &self.commands);
        let step = step.args(["-W", "-f", "${db:Status-Abbrev}${Package}\\n"]);
        let listed = step.run(None, &mut |_| {}).unwrap_or_default();
        let names = listed.lines().filter_map(|line| line.strip_prefix("ii "));
        names.map(|name| name.trim().to_owned()).collect()
    }

    fn has(&self, package: &str) -> bool {
        let Some(query) = self.commands.find("dpkg-query") else {
            return false;
        };
        let step = Step::new(&query, &self.commands).args(["-W", "-f", "${Status}", package]);
        step.run(None, &mut |_| {})
            .is_ok_and(|status| status.trim_end().ends_with("ok installed"))
    }

    fn watched(&self, step: Step, what: &str) -> Result<(), Missing> {
        let gauge = || bytes_below(Path::new(DOWNLOADS));
        let watch = Watch {
            patience: PATIENCE,
            gauge: &gauge,
        };
        step.show(Some(watch), &mut |_| {}).map_err(|failure: Failure| {
            Missing::new(
                format!("apt-get could not {what}: {failure}"),
                "See that `apt-get update` and `apt-get install docker.io` work here, or start an engine of your own.",
            )
        })
    }

    fn start_service(&self, room: &Path, said: &mut dyn FnMut(&str)) -> Result<Engine, Missing> {
        let failed = |why: String| {
            Missing::new(
                why,
                "See `journalctl -u docker` for the reason, then run the command again.",
            )
        };
        let Some(control) = self.commands.find("systemctl") else {
            return Err(failed(
                "there is no `systemctl` to start docker with".into(),
            ));
        };
        let step = Step::new(&control, &self.commands).args(["start", "docker"]);
        step.run(None, &mut |_| {})
            .map_err(|failure| failed(failure.to_string()))?;
        let engine = self.wait(&mut || None).map_err(failed)?;
        // Without the note `clean` leaves it running, which it may.
        let _noted = undo::note(room, |done| done.service = true);
        said("started the service docker. Undo: systemctl stop docker");
        Ok(engine)
    }

    /// Starts a daemon that outlives this command, with all that it keeps below `room`.
    fn start_daemon(&self, room: &Path, said: &mut dyn FnMut(&str)) -> Result<Engine, Missing> {
        let log = room.join("dockerd.log");
        let failed = |why: String| {
            let why = format!("dockerd could not be started: {why}");
            Missing::new(
                why,
                format!(
                    "See {} for the reason, then run the command again.",
                    log.display()
                ),
            )
        };
        let (data, state) = (room.join("data"), room.join("state"));
        let mut child = self
            .spawn(&data, &state, &room.join("dockerd.pid"), &log)
            .map_err(|error| failed(error.to_string()))?;
        let mut ended = || {
            let status = child.try_wait().ok().flatten()?;
            Some(format!("it ended with {status}: {}", last_lines(&log)))
        };
        let engine = self.wait(&mut ended).map_err(failed)?;
        said(&format!(
            "started dockerd (process {0}, images and containers in {1}, log {2}); it switches IP forwarding on and adds its rules to iptables. Undo: kill {0}; then rm -r {3}",
            child.id(),
            data.display(),
            log.display(),
            room.display(),
        ));
        Ok(engine)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the one place of this crate that starts a process, which outlives this one: every other is a step of the toolchain's"
    )]
    fn spawn(&self, data: &Path, state: &Path, pid: &Path, log: &Path) -> std::io::Result<Child> {
        let absent = |name: &str| std::io::Error::other(format!("there is no `{name}` here"));
        let found = |name: &str| self.commands.find(name).ok_or_else(|| absent(name));
        let log = File::options().create(true).append(true).open(log)?;
        // A session of its own: what ends this command's terminal does not end the daemon.
        let mut command = std::process::Command::new(found("setsid")?);
        command.arg(found("dockerd")?);
        let mut option = |name: &str, value: PathBuf| {
            command.arg(name).arg(value);
        };
        option("--data-root", data.to_owned());
        option("--exec-root", state.to_owned());
        option("--pidfile", pid.to_owned());
        option("--host", self.address.to_string().into());
        command
            .env("PATH", self.commands.search())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
    }

    /// Waits until the daemon answers, or `ended` says that it never will.
    fn wait(&self, ended: &mut dyn FnMut() -> Option<String>) -> Result<Engine, String> {
        let mut last = String::new();
        for _ in 0..self.asked {
            match Engine::reach(&self.address, ANSWER) {
                Ok(engine) => return Ok(engine),
                Err(absence) => last = absence.missing().why,
            }
            if let Some(how) = ended() {
                return Err(how);
            }
            std::thread::sleep(BETWEEN);
        }
        Err(last)
    }
}

/// The end of a log, for a message.
fn last_lines(log: &Path) -> String {
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<_> = text.lines().map(str::trim).collect();
    let from = lines.len().saturating_sub(QUOTED);
    lines[from..].join(" | ").trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests;
