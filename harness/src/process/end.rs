//! How a process ends: by itself once its input is closed, or by us; and what it cost.

use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus};
use std::time::Duration;

use record::Nanos;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::retry_on_intr;
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};

use super::{Body, Process};
use crate::clock::Clock;

/// How a process ended and what it cost.
#[derive(Debug, Clone, Copy)]
pub struct End {
    /// Its exit status.
    pub status: ExitStatus,
    /// User and system time of it and of the children that it waited for.
    pub cpu: Nanos,
    /// Whether it was still running when its time was over, so that the signal is ours.
    pub killed: bool,
    /// Whether the kernel ended it because its container had no memory left.
    pub starved: bool,
}

impl End {
    /// The exit code or the signal of somebody else, in words.
    pub fn words(&self) -> String {
        if self.killed {
            return "it was still running and was ended".to_owned();
        }
        if self.starved {
            return "it was ended for want of memory: its limit is reached".to_owned();
        }
        match (self.status.code(), self.status.signal()) {
            (Some(code), _) => format!("exit code {code}"),
            (None, Some(signal)) => format!("signal {signal}"),
            (None, None) => "an unknown end".to_owned(),
        }
    }
}

impl Process {
    /// Closes the process's input, waits until it ends, and kills it after `patience`.
    pub fn end(mut self, patience: Duration, clock: &dyn Clock) -> End {
        self.close(patience, clock)
    }

    /// The same of a process whose last words are wanted afterwards.
    pub fn close(&mut self, patience: Duration, clock: &dyn Clock) -> End {
        self.stdin = None;
        let deadline = clock
            .now()
            .0
            .saturating_add(u64::try_from(patience.as_nanos()).unwrap_or(u64::MAX));
        // A process that ends closes its output; reading until then also drains what would block it.
        while deadline > clock.now().0 {
            let left = Duration::from_nanos(deadline.saturating_sub(clock.now().0));
            match self.wait(false, left) {
                Ok(()) => self.received.start = self.received.end,
                Err(_closed) => break,
            }
        }
        // A closed output is no end yet: a process may have closed it and live on.
        let left = Duration::from_nanos(deadline.saturating_sub(clock.now().0));
        let leads = self.leads;
        match &mut self.body {
            Body::Child(child) => {
                let killed = !ends(child, left);
                if killed {
                    // It may have ended in this moment; then there is nothing to kill.
                    let _gone = child.kill();
                }
                end_group(child, leads);
                End {
                    killed,
                    ..reap(child)
                }
            }
            // Whatever runs in it ends when it is removed. An engine that does not tell how it was is no evidence of a good end.
            Body::Contained(contained, _) => contained.wait(left).map_or(
                End {
                    status: ExitStatus::from_raw(SIGNALLED),
                    cpu: Nanos(0),
                    killed: true,
                    starved: false,
                },
                |state| End {
                    status: status(state.exit),
                    cpu: Nanos(0),
                    killed: state.running,
                    starved: state.starved && !state.running,
                },
            ),
        }
    }
}

/// The raw status of what was ended by SIGKILL.
const SIGNALLED: i32 = 9;

/// The status that an engine tells: a signal is told as 128 and its number.
fn status(exit: i32) -> ExitStatus {
    match exit {
        129..=192 => ExitStatus::from_raw(exit - 128),
        code => ExitStatus::from_raw((code & 0xff) << 8),
    }
}

/// Whether the process ends by itself within that time. It is not waited for in the sense of wait(2): it keeps its number.
fn ends(child: &Child, left: Duration) -> bool {
    let Ok(process) = pidfd_open(Pid::from_child(child), PidfdFlags::empty()) else {
        // A kernel older than 5.3: one whose output was open until now runs, and any other is believed to be at its end.
        return !left.is_zero();
    };
    let Ok(timeout) = Timespec::try_from(left) else {
        return false;
    };
    let mut waits = [PollFd::new(&process, PollFlags::IN)];
    retry_on_intr(|| poll(&mut waits, Some(&timeout))).is_ok_and(|ended| ended > 0)
}

/// Kills what is left of the group that this process leads. It is not reaped yet, so that the number is still its own.
fn end_group(child: &Child, leads: bool) {
    if leads {
        // There may be nobody else in it.
        let _gone = kill_process_group(Pid::from_child(child), Signal::KILL);
    }
}

/// Waits for the process and reads what it cost.
#[expect(
    unsafe_code,
    reason = "wait4 alone tells one child's processor time, and no safe crate has it"
)]
fn reap(child: &mut Child) -> End {
    let id = i32::try_from(child.id()).expect("a process id is an i32");
    let mut status = 0;
    // SAFETY: rusage is plain data, for which all zeroes is a value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    loop {
        // SAFETY: both pointers are to live locals of the types that wait4 fills in.
        let reaped = unsafe { libc::wait4(id, &raw mut status, 0, &raw mut usage) };
        if reaped == id {
            break;
        }
        if std::io::Error::last_os_error().kind() != std::io::ErrorKind::Interrupted {
            // Already reaped by the standard library: it keeps the status and the cost is not known.
            let status = child.wait().unwrap_or_default();
            return End {
                status,
                cpu: Nanos(0),
                killed: false,
                starved: false,
            };
        }
    }
    let nanos = |time: libc::timeval| {
        let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
        let micros = u64::try_from(time.tv_usec).unwrap_or(0);
        seconds * 1_000_000_000 + micros * 1_000
    };
    End {
        status: ExitStatus::from_raw(status),
        cpu: Nanos(nanos(usage.ru_utime) + nanos(usage.ru_stime)),
        killed: false,
        starved: false,
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.stdin.take().is_some() {
            // Dropped before its end: nothing may be left running. A container is removed by itself.
            let leads = self.leads;
            if let Body::Child(child) = &mut self.body {
                let _gone = child.kill();
                end_group(child, leads);
                let _reaped = child.wait();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Monotonic;
    use crate::process::Launch;

    const LONG: Duration = Duration::from_secs(20);

    fn script(script: &str) -> Launch {
        Launch {
            program: "/bin/sh".into(),
            arguments: vec!["-c".into(), script.into()],
            environment: vec![("PATH".into(), "/usr/bin:/bin".into())],
        }
    }

    fn shell(text: &str) -> Process {
        Process::start(&script(text)).expect("a shell")
    }

    #[test]
    fn our_own_signal_is_told_from_anothers() {
        let clock = Monotonic::new();
        let mut stranger = shell("echo up; kill -9 $$");
        assert!(
            stranger
                .exchange(b"", LONG, &clock, |line| line == b"up")
                .is_ok()
        );
        let end = stranger.end(LONG, &clock);
        assert!(!end.killed);
        assert_eq!(end.words(), "signal 9");
        // A process that closed its output and lives is not waited for without limit.
        let short = Duration::from_millis(50);
        let quiet = shell("exec >&-; exec sleep 1000");
        assert!(quiet.end(short, &clock).killed);
    }

    #[test]
    fn a_group_ends_with_its_first_process() {
        let clock = Monotonic::new();
        let sleeping = script("sleep 1000 >/dev/null & echo $!; read x");
        let group_of = |process: &str| {
            let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
            let (_, rest) = stat.rsplit_once(')')?;
            let mut fields = rest.split_whitespace();
            let running = fields.next()? != "Z";
            running.then_some(fields.nth(1)?.parse::<u32>().ok()?)
        };
        for ended in [true, false] {
            let mut first = Process::start_group(&sleeping).expect("a shell");
            let id = first.id();
            let line = first.exchange(b"", LONG, &clock, |_| true).expect("an id");
            let child = String::from_utf8_lossy(line).into_owned();
            assert_eq!(group_of(&child), Some(id));
            assert_ne!(group_of("self"), Some(id));
            if ended {
                // The shell ends because its input does; its child would not.
                first.send(b"x\n", LONG, &clock).expect("taken");
                first.end(LONG, &clock);
            } else {
                drop(first);
            }
            let deadline = clock.now().0 + Nanos::from(LONG).0;
            while group_of(&child).is_some() {
                assert!(clock.now().0 < deadline, "{child} outlives its group");
                std::thread::yield_now();
            }
        }
    }
}
