//! Reads the machine from `/proc` and `/sys`, as Linux tells it.

use std::fs;
use std::path::PathBuf;

use record::{Bytes, Count, Nanos};

use super::source::{Facts, Reading, Source};
use super::tree::{Stat, Tree};

/// The kernel tells processor times in hundredths of a second on every architecture that we build for: time(7), "USER_HZ".
const TICK: u64 = 10_000_000;

/// This machine.
#[derive(Debug)]
pub struct Proc {
    proc: PathBuf,
    sys: PathBuf,
    tree: Tree,
}

impl Proc {
    /// This machine, where this process and its descendants are ours.
    #[expect(
        clippy::new_without_default,
        reason = "a default that depends on the process would surprise"
    )]
    pub fn new() -> Proc {
        Proc {
            proc: "/proc".into(),
            sys: "/sys".into(),
            tree: Tree::of(std::process::id()),
        }
    }

    /// What we and ours have used.
    fn own(&mut self) -> Option<Nanos> {
        let all: Vec<Stat> = fs::read_dir(&self.proc)
            .ok()?
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()))
            // A process may end while it is read.
            .filter_map(|name| {
                let stat = fs::read(self.proc.join(name).join("stat")).ok()?;
                Stat::parse(&String::from_utf8_lossy(&stat))
            })
            .collect();
        let ours = self.tree.ours(&all);
        let used = ours.iter().map(|stat| {
            let ticks = stat.used.saturating_mul(TICK);
            // A thousand servers that used half a tick each would count as none: where there is one thread, the scheduler knows better.
            let exact = fs::read_to_string(self.proc.join(stat.pid.to_string()).join("schedstat"))
                .ok()
                .and_then(|text| text.split_ascii_whitespace().next()?.parse().ok());
            ticks.max(exact.unwrap_or(0)) + stat.children.saturating_mul(TICK)
        });
        Some(Nanos(used.sum()))
    }
}

impl Source for Proc {
    fn read(&mut self) -> Option<Reading> {
        // The processors first: the clock was read just before.
        let stat = fs::read_to_string(self.proc.join("stat")).ok()?;
        let mut reading = processors(&stat)?;
        let memory = fs::read_to_string(self.proc.join("meminfo")).ok()?;
        (reading.available, reading.memory) = memory_of(&memory)?;
        reading.own = self.own()?;
        Some(reading)
    }

    fn facts(&mut self) -> Facts {
        let text = |path: PathBuf| fs::read_to_string(path).ok();
        let governors = fs::read_dir(self.sys.join("devices/system/cpu"))
            .into_iter()
            .flatten()
            .filter_map(|entry| text(entry.ok()?.path().join("cpufreq/scaling_governor")));
        Facts {
            load_milli: text(self.proc.join("loadavg")).and_then(|load| load_of(&load)),
            governor: governor(governors),
            memory: text(self.proc.join("meminfo")).and_then(|memory| memory_of(&memory)),
        }
    }
}

/// `/proc/stat`: proc_stat(5).
fn processors(text: &str) -> Option<Reading> {
    let mut lines = text.lines();
    let all = lines.next()?.strip_prefix("cpu ")?;
    let ticks: Option<Vec<u64>> = all
        .split_ascii_whitespace()
        .map(|field| field.parse().ok())
        .collect();
    // What is run for guests is in `user` and `nice` already.
    let [user, nice, system, idle, waiting, hard, soft, stolen] =
        ticks?.get(..8)?.try_into().ok()?;
    let nanos = |ticks: &[u64]| Nanos(ticks.iter().sum::<u64>().saturating_mul(TICK));
    let processors = lines.take_while(|line| line.starts_with("cpu")).count();
    Some(Reading {
        processors: Count(u64::try_from(processors).ok()?),
        counted: nanos(&[user, nice, system, idle, waiting, hard, soft, stolen]),
        idle: nanos(&[idle, waiting]),
        busy: nanos(&[user, nice, system]),
        stolen: nanos(&[stolen]),
        interrupts: nanos(&[hard, soft]),
        ..Reading::default()
    })
}

/// Available and physical memory of `/proc/meminfo`.
fn memory_of(text: &str) -> Option<(Bytes, Bytes)> {
    let field = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(Bytes(kibibytes.checked_mul(1024)?))
    };
    Some((field("MemAvailable:")?, field("MemTotal:")?))
}

/// The first number of `/proc/loadavg`, which has two decimals, in thousandths.
fn load_of(text: &str) -> Option<Count> {
    let (whole, hundredths) = text.split_ascii_whitespace().next()?.split_once('.')?;
    let hundredths: u64 = (hundredths.len() == 2).then(|| hundredths.parse().ok())??;
    Some(Count(
        whole.parse::<u64>().ok()?.checked_mul(1_000)? + hundredths * 10,
    ))
}

/// Of the processors' governors the one to speak of: any other than `performance` comes first.
fn governor(all: impl Iterator<Item = String>) -> Option<String> {
    let names = all.map(|name| name.trim().to_owned());
    names.min_by_key(|name| (name == "performance", name.clone()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::Monotonic;
    use crate::process::{Launch, Process};

    #[test]
    fn the_kernel_s_counters_are_read() {
        let text = "cpu  1248 31 179 7699 42 3 40 12 5 0\ncpu0 619 15 82 4047 9 0 15 6 0 0\ncpu1 628 16 96 3652 32 0 25 6 0 0\nintr 7\nctxt 9\n";
        expect_test::expect![[r#"
            Some(
                Reading {
                    processors: Count(
                        2,
                    ),
                    counted: Nanos(
                        92540000000,
                    ),
                    idle: Nanos(
                        77410000000,
                    ),
                    busy: Nanos(
                        14580000000,
                    ),
                    stolen: Nanos(
                        120000000,
                    ),
                    interrupts: Nanos(
                        430000000,
                    ),
                    own: Nanos(
                        0,
                    ),
                    available: Bytes(
                        0,
                    ),
                    memory: Bytes(
                        0,
                    ),
                },
            )
        "#]]
        .assert_debug_eq(&processors(text));
        for broken in ["", "intr 7", "cpu  1 2 3\n", "cpu  1 2 3 4 5 6 7 x\n"] {
            assert_eq!(processors(broken), None, "{broken}");
        }
    }

    #[test]
    fn memory_load_and_governor_are_read() {
        let text = "MemTotal:       24684084 kB\nMemFree:        17377760 kB\nMemAvailable:   21002456 kB\n";
        assert_eq!(
            memory_of(text),
            Some((Bytes(21_002_456 * 1024), Bytes(24_684_084 * 1024)))
        );
        assert_eq!(memory_of("MemTotal: 1 kB\n"), None);
        assert_eq!(load_of("9.30 5.11 2.69 12/169 25211\n"), Some(Count(9_300)));
        assert_eq!(load_of("0.07 0 0"), Some(Count(70)));
        assert_eq!(load_of("nine"), None);
        let names = |all: &[&str]| governor(all.iter().map(|name| format!("{name}\n")));
        assert_eq!(names(&[]), None);
        assert_eq!(
            names(&["performance", "performance"]).as_deref(),
            Some("performance")
        );
        assert_eq!(
            names(&["performance", "powersave"]).as_deref(),
            Some("powersave")
        );
    }

    #[test]
    fn what_a_child_used_is_ours_after_it_has_ended() {
        let mut machine = Proc::new();
        let Some(before) = machine.read() else {
            println!("skipped: this system has no /proc");
            return;
        };
        let clock = Monotonic::new();
        let mut child = Process::start(&Launch {
            program: "/bin/sh".into(),
            arguments: vec![
                "-c".into(),
                "read x; i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; echo done; cat".into(),
            ],
            environment: vec![("PATH".into(), "/usr/bin:/bin".into())],
        })
        .expect("a shell");
        let long = Duration::from_secs(60);
        child
            .exchange(b"go\n", long, &clock, |_| true)
            .expect("an answer");
        let alive = machine.read().expect("read before");
        let used = child.end(long, &clock).cpu;
        let after = machine.read().expect("read before");
        // What it had used when it answered is nearly all; the kernel rounds down to ticks.
        assert!(
            alive.own.0 + 3 * TICK >= before.own.0 + used.0,
            "{before:?} {alive:?} {used}"
        );
        assert!(
            after.own.0 + 3 * TICK >= before.own.0 + used.0,
            "{before:?} {after:?} {used}"
        );
        assert!(after.processors.0 > 0 && after.memory >= after.available);
    }
}
