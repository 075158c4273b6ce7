//! Whether a machine has room for many servers, asked before they are started: a test that fills a machine is no test of it.

use std::fs;
use std::path::{Path, PathBuf};

use record::{Bytes, Outcome};
use rustix::process::{Resource, getrlimit, setrlimit};

/// Pipes and a file of last words.
const FILES_EACH: usize = 3;
/// Files of this process itself.
const FILES_OWN: usize = 64;

/// What is to be up.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Servers.
    pub servers: usize,
    /// Processes in which they are.
    pub processes: usize,
}

/// What may still be used; none where nothing bounds it, or nobody tells.
#[derive(Debug, Clone, Copy, Default)]
pub struct Room {
    /// Memory that can be had without swapping.
    memory: Option<Bytes>,
    /// Files that this process may hold open.
    files: Option<u64>,
    /// Processes that may be started.
    processes: Option<u64>,
}

impl Room {
    /// What there is now. The limit on open files is raised as far as this process may.
    pub fn now() -> Room {
        let mut files = getrlimit(Resource::Nofile);
        files.current = files.maximum;
        // Where it cannot be raised the limit that is read below is the old one.
        let _as_before = setrlimit(Resource::Nofile, files);
        let machine = fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let free = kib(&machine, "MemAvailable:").map(|kib| kib.saturating_mul(1024));
        let memory = least(free, headroom("memory.max", "memory.current"));
        // Nobody counts the user's processes for us; what the limit leaves once they are counted is less.
        let allowed = getrlimit(Resource::Nproc).current;
        Room {
            memory: memory.map(Bytes),
            files: getrlimit(Resource::Nofile).current,
            processes: least(allowed, headroom("pids.max", "pids.current")),
        }
    }

    /// Whether so many servers may be started at all.
    ///
    /// # Errors
    /// What forbids it, and what would change it.
    pub fn holds(self, wanted: Wanted) -> Result<(), Outcome> {
        let files = count(wanted.processes * FILES_EACH + FILES_OWN);
        if let Some(allowed) = self.files.filter(|&allowed| allowed < files) {
            return Err(lack(
                wanted,
                format!("need {files} open files, of which {allowed} are allowed"),
                format!("raise the limit: `ulimit -Hn {files}` as root, then measure again"),
            ));
        }
        let processes = count(wanted.processes);
        if let Some(allowed) = self.processes.filter(|&allowed| allowed <= processes) {
            return Err(lack(
                wanted,
                format!("need {processes} processes, of which {allowed} are allowed"),
                "raise `ulimit -u`, or pids.max of the control group, and measure again".to_owned(),
            ));
        }
        Ok(())
    }

    /// Whether the others fit where the first few took so much each. A tenth of the memory stays free, and the kernel needs
    /// its own for each process.
    ///
    /// # Errors
    /// As [`Room::holds`].
    pub fn grows(self, wanted: Wanted, up: usize, each: Bytes) -> Result<(), Outcome> {
        let more = count(wanted.servers.saturating_sub(up));
        let needed = more.saturating_mul(each.0).saturating_mul(3) / 2;
        match self.memory {
            Some(free) if free.0 / 10 * 9 < needed => Err(lack(
                wanted,
                format!(
                    "need {} more memory, of which {free} are free",
                    Bytes(needed)
                ),
                "end what holds memory, or measure where there is more".to_owned(),
            )),
            _ => Ok(()),
        }
    }
}

fn lack(wanted: Wanted, why: String, remedy: String) -> Outcome {
    let why = format!("{} servers {why}", wanted.servers);
    Outcome::Unavailable { why, remedy }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).expect("a count fits")
}

fn least(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    one.into_iter().chain(other).min()
}

fn kib(text: &str, field: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(field))?;
    line.split_whitespace().next()?.parse().ok()
}

/// What the control group and those above it leave between two of their files.
fn headroom(most: &str, used: &str) -> Option<u64> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    let own = groups.lines().find_map(|line| line.strip_prefix("0::/"))?;
    let own = PathBuf::from("/sys/fs/cgroup").join(own);
    let number = |folder: &Path, file: &str| -> Option<u64> {
        let text = fs::read_to_string(folder.join(file)).ok()?;
        text.trim().parse().ok()
    };
    // `max` is no number: that group bounds nothing.
    let left = |folder: &Path| Some(number(folder, most)?.saturating_sub(number(folder, used)?));
    own.ancestors()
        .take_while(|folder| folder.starts_with("/sys/fs/cgroup"))
        .filter_map(left)
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANY: Wanted = Wanted {
        servers: 1_000,
        processes: 1_000,
    };

    fn why(judged: Result<(), Outcome>) -> Option<String> {
        match judged {
            Ok(()) => None,
            Err(Outcome::Unavailable { why, remedy }) => {
                assert!(!remedy.is_empty());
                Some(why)
            }
            Err(other) => Some(format!("{other:?}")),
        }
    }

    #[test]
    fn what_does_not_fit_is_refused_with_its_reason() {
        let free = Room::default();
        assert_eq!(why(free.holds(MANY)), None);
        assert_eq!(why(free.grows(MANY, 4, Bytes(1 << 30))), None);
        let files = Room {
            files: Some(1_024),
            ..free
        };
        let said = why(files.holds(MANY)).expect("3,064 files are too many");
        assert!(said.contains("3064 open files"), "{said}");
        let one = Wanted {
            processes: 1,
            ..MANY
        };
        assert_eq!(why(files.holds(one)), None);
        let processes = Room {
            processes: Some(500),
            ..free
        };
        let said = why(processes.holds(MANY)).expect("too many processes");
        assert!(said.contains("1000 processes"), "{said}");
        assert_eq!(why(processes.holds(one)), None);
    }

    #[test]
    fn the_first_few_tell_whether_the_rest_fits() {
        let room = Room {
            memory: Some(Bytes(1 << 30)),
            ..Room::default()
        };
        assert_eq!(why(room.grows(MANY, 4, Bytes(600 << 10))), None);
        let said = why(room.grows(MANY, 4, Bytes(700 << 10))).expect("it does not fit");
        assert!(said.starts_with("1000 servers need"), "{said}");
        let ten = Wanted {
            servers: 10,
            processes: 10,
        };
        assert_eq!(why(room.grows(ten, 4, Bytes(100 << 20))), None);
    }

    #[test]
    fn this_machine_has_room_for_one() {
        let one = Wanted {
            servers: 1,
            processes: 1,
        };
        assert_eq!(why(Room::now().holds(one)), None);
        let line = "MemTotal: 9 kB\nMemAvailable:   123 kB\n";
        assert_eq!(kib(line, "MemAvailable:"), Some(123));
    }
}
