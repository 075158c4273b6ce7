//! Starts, talks to and ends a subject's process. The only place in this crate that starts one.

mod end;
mod received;

use std::cell::OnceCell;
use std::ffi::OsString;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::net::IpAddr;
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::time::Duration;

use container::{Contained, Pipes};
use record::Nanos;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::process::{Pid, Resource, Rlimit, prlimit};

use crate::clock::Clock;
pub use end::End;
use received::Received;

/// What to start.
#[derive(Debug, Clone)]
pub struct Launch {
    /// The executable.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// The whole environment: nothing is inherited.
    pub environment: Vec<(String, String)>,
}

/// What is at the other end of the pipes.
#[derive(Debug)]
enum Body {
    /// A child of this process.
    Child(Child),
    /// A program in a container, which is gone when this is; and its process, once that was asked for.
    Contained(Contained, OnceCell<u32>),
}

/// A started process with pipes on its standard input and output.
#[derive(Debug)]
pub struct Process {
    body: Body,
    stdin: Option<ChildStdin>,
    stdout: ChildStdout,
    stderr: File,
    /// What was offered and does not fit the pipe yet.
    unsent: Vec<u8>,
    received: Received,
    /// Whether it is the first of a group of processes, which ends with it.
    leads: bool,
}

/// Why no line came.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Silence {
    /// The time that was given is over.
    #[error("no answer within {} s", .0.as_secs_f64())]
    Timeout(Duration),
    /// The process closed its output.
    #[error("the process closed its output")]
    Closed,
    /// The line is longer than is believed.
    #[error("a line of more than {MAX_LINE} bytes")]
    TooLong,
    /// The pipe failed.
    #[error("the pipe failed: {0}")]
    Pipe(String),
}

// An answer is at most a few megabytes; a subject that sends more without a line feed is not believed.
const MAX_LINE: usize = 64 << 20;

// So often is the pipe looked into before the client sleeps: some 50 µs, twice what a server takes to fill it again.
const GLANCES: u32 = 150;

impl Process {
    /// Starts a process.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn start(launch: &Launch) -> std::io::Result<Process> {
        Process::spawn(launch, false)
    }

    /// Starts a process in a group of its own: a terminal's Ctrl-C does not reach it and what descends from it, and none of them
    /// outlives it.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn start_group(launch: &Launch) -> std::io::Result<Process> {
        Process::spawn(launch, true)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this is the module that starts processes"
    )]
    fn spawn(launch: &Launch, leads: bool) -> std::io::Result<Process> {
        let stderr = tempfile::tempfile()?;
        let mut command = std::process::Command::new(&launch.program);
        if leads {
            command.process_group(0);
        }
        let mut child = command
            .args(&launch.arguments)
            .env_clear()
            .envs(launch.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(stderr.try_clone()?)
            .spawn()?;
        let stdin = child.stdin.take().expect("stdin was piped");
        let stdout = child.stdout.take().expect("stdout was piped");
        Process::of(Body::Child(child), stdin, stdout, stderr, leads)
    }

    /// A program that was started in a container, with these pipes; what it says on its standard error is appended to that file.
    ///
    /// # Errors
    /// When the pipes cannot be used.
    pub fn contained(contained: Contained, pipes: Pipes, stderr: File) -> std::io::Result<Process> {
        let (stdin, stdout) = (pipes.stdin.into(), pipes.stdout.into());
        let body = Body::Contained(contained, OnceCell::new());
        Process::of(body, stdin, stdout, stderr, false)
    }

    fn of(
        body: Body,
        stdin: ChildStdin,
        stdout: ChildStdout,
        stderr: File,
        leads: bool,
    ) -> std::io::Result<Process> {
        for pipe in [stdin.as_fd(), stdout.as_fd()] {
            fcntl_setfl(pipe, fcntl_getfl(pipe)? | OFlags::NONBLOCK)?;
        }
        Ok(Process {
            body,
            stdin: Some(stdin),
            stdout,
            stderr,
            unsent: Vec::new(),
            received: Received::new(),
            leads,
        })
    }

    /// Lets a child of this process make no file longer than that; it is ended by a signal where it tries to. What it says on its standard
    /// error is such a file.
    ///
    /// # Errors
    /// When the kernel does not do it.
    pub fn bound_files(&self, bytes: u64) -> std::io::Result<()> {
        let Body::Child(child) = &self.body else {
            return Ok(());
        };
        let bound = Rlimit {
            current: Some(bytes),
            maximum: Some(bytes),
        };
        prlimit(Some(Pid::from_child(child)), Resource::Fsize, bound)?;
        Ok(())
    }

    /// The process's id, of a container that of its first process; 0 of one that had ended when it was first asked for.
    pub fn id(&self) -> u32 {
        match &self.body {
            Body::Child(child) => child.id(),
            // Asked once: the engine's work would go into whatever is measured around it.
            Body::Contained(contained, known) => {
                *known.get_or_init(|| contained.state().map_or(0, |state| state.process))
            }
        }
    }

    /// Its address on a network of its own; none of what has no such network, or has ended.
    pub fn address(&self) -> Option<IpAddr> {
        match &self.body {
            Body::Child(_) => None,
            Body::Contained(contained, known) => {
                let state = contained.state().ok()?;
                // What was told beside it need not be asked for again.
                let _told = known.set(state.process);
                state.address
            }
        }
    }

    /// Writes `message` and a line feed, and returns the first line for which `wanted` holds; others are passed over.
    ///
    /// Writing and reading go on at once, so that neither side can block the other for ever. The line is where it was received, until the
    /// next exchange: who copies it does so outside the clock.
    ///
    /// # Errors
    /// When no such line comes in time.
    pub fn exchange(
        &mut self,
        message: &[u8],
        timeout: Duration,
        clock: &dyn Clock,
        mut wanted: impl FnMut(&[u8]) -> bool,
    ) -> Result<&[u8], Silence> {
        let deadline = clock
            .now()
            .0
            .saturating_add(u64::try_from(timeout.as_nanos()).unwrap_or(u64::MAX));
        let mut unsent = message;
        loop {
            while let Some(line) = self.received.take_line() {
                if wanted(&self.received.bytes[line.clone()]) {
                    return Ok(&self.received.bytes[line]);
                }
            }
            if self.received.len() > MAX_LINE {
                return Err(Silence::TooLong);
            }
            let left = deadline.saturating_sub(clock.now().0);
            if left == 0 {
                return Err(Silence::Timeout(timeout));
            }
            // Most requests fit the pipe at once; asking first would cost a system call inside the clock.
            if !unsent.is_empty() {
                self.write_some(&mut unsent)?;
            }
            self.wait(!unsent.is_empty(), Duration::from_nanos(left))?;
        }
    }

    /// Writes a message that is not answered.
    ///
    /// # Errors
    /// When the process does not take it in time.
    pub fn send(
        &mut self,
        message: &[u8],
        timeout: Duration,
        clock: &dyn Clock,
    ) -> Result<(), Silence> {
        let deadline = clock
            .now()
            .0
            .saturating_add(u64::try_from(timeout.as_nanos()).unwrap_or(u64::MAX));
        let mut unsent = message;
        loop {
            self.write_some(&mut unsent)?;
            if unsent.is_empty() {
                return Ok(());
            }
            let left = deadline.saturating_sub(clock.now().0);
            if left == 0 {
                return Err(Silence::Timeout(timeout));
            }
            self.wait(true, Duration::from_nanos(left))?;
        }
    }

    /// Writes as much of a message as the pipe takes at once; [`Process::line`] writes the rest. Nobody is waited for, so that
    /// many requests can be under way.
    ///
    /// # Errors
    /// When the process no longer reads.
    pub fn offer(&mut self, message: &[u8]) -> Result<(), Silence> {
        self.unsent.extend_from_slice(message);
        self.write_rest()
    }

    /// The next line, if one comes before that moment. It is where it was received, as that of an exchange.
    ///
    /// # Errors
    /// When none can come any more.
    pub fn line(&mut self, until: Nanos, clock: &dyn Clock) -> Result<Option<&[u8]>, Silence> {
        loop {
            if let Some(line) = self.received.take_line() {
                return Ok(Some(&self.received.bytes[line]));
            }
            if self.received.len() > MAX_LINE {
                return Err(Silence::TooLong);
            }
            let left = until.0.saturating_sub(clock.now().0);
            if left == 0 {
                return Ok(None);
            }
            self.write_rest()?;
            self.wait(!self.unsent.is_empty(), Duration::from_nanos(left))?;
        }
    }

    /// Writes what was offered before, as far as the pipe takes it.
    fn write_rest(&mut self) -> Result<(), Silence> {
        let mut offered = std::mem::take(&mut self.unsent);
        let mut unsent = offered.as_slice();
        let done = self.write_some(&mut unsent);
        let written = offered.len() - unsent.len();
        offered.drain(..written);
        self.unsent = offered;
        done
    }

    /// Writes what the pipe takes at once.
    fn write_some(&mut self, unsent: &mut &[u8]) -> Result<(), Silence> {
        let Some(stdin) = &mut self.stdin else {
            return Err(Silence::Closed);
        };
        while !unsent.is_empty() {
            match stdin.write(unsent) {
                Ok(written) => *unsent = &unsent[written..],
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {
                    return Err(Silence::Closed);
                }
                Err(error) => return Err(Silence::Pipe(error.to_string())),
            }
        }
        Ok(())
    }

    /// Waits until something can be read, or written if that is wanted, and reads what there is.
    fn wait(&mut self, writing: bool, left: Duration) -> Result<(), Silence> {
        // In the middle of a line the rest is on its way. Going to sleep for each of the pipe's two dozen fillings would time the
        // scheduler, which wakes this client later than the next filling takes.
        if !writing && self.received.len() > 0 {
            for _ in 0..GLANCES {
                if self.read()? {
                    return Ok(());
                }
                std::hint::spin_loop();
            }
        }
        let failed = |error: &dyn std::fmt::Display| Silence::Pipe(error.to_string());
        let timeout = Timespec::try_from(left).map_err(|error| failed(&error))?;
        let mut waits = vec![PollFd::new(&self.stdout, PollFlags::IN)];
        if let (true, Some(stdin)) = (writing, &self.stdin) {
            waits.push(PollFd::new(stdin, PollFlags::OUT));
        }
        match poll(&mut waits, Some(&timeout)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(failed(&error)),
        }
        if !waits[0].revents().is_empty() {
            self.read()?;
        }
        Ok(())
    }

    /// Reads what there is; false where there is nothing.
    fn read(&mut self) -> Result<bool, Silence> {
        match self.stdout.read(self.received.room()) {
            Ok(0) => Err(Silence::Closed),
            Ok(read) => {
                self.received.end += read;
                Ok(true)
            }
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => Ok(false),
            Err(error) => Err(Silence::Pipe(error.to_string())),
        }
    }

    /// The last lines of what the process wrote to its standard error.
    pub fn last_words(&mut self) -> String {
        self.tail(2048).trim().to_owned()
    }

    /// The same, line by line: at most twenty.
    pub fn last_lines(&mut self) -> Vec<String> {
        let text = self.tail(16_384);
        let lines: Vec<&str> = text.trim().lines().collect();
        let last = lines.iter().skip(lines.len().saturating_sub(20));
        last.map(|line| (*line).to_owned()).collect()
    }

    /// The end of the standard error, at most so many bytes.
    fn tail(&mut self, kept: i64) -> String {
        let mut bytes = Vec::new();
        let length = self.stderr.seek(SeekFrom::End(0)).unwrap_or(0);
        let back = kept.min(i64::try_from(length).unwrap_or(kept));
        if self.stderr.seek(SeekFrom::End(-back)).is_ok() {
            // What cannot be read is not evidence; the outcome itself is kept either way.
            let _unread = self.stderr.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// Runs a command to its end and returns what it printed; nothing is inherited but the environment.
///
/// # Errors
/// When the program cannot be started.
pub fn output(
    program: &std::path::Path,
    arguments: &[OsString],
    folder: &std::path::Path,
) -> std::io::Result<std::process::Output> {
    output_with(program, arguments, folder, &[])
}

/// The same, with variables beside those that this process has.
///
/// # Errors
/// When the program cannot be started.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the module that starts processes"
)]
pub fn output_with(
    program: &std::path::Path,
    arguments: &[OsString],
    folder: &std::path::Path,
    variables: &[(&str, &std::ffi::OsStr)],
) -> std::io::Result<std::process::Output> {
    std::process::Command::new(program)
        .args(arguments)
        .envs(variables.iter().copied())
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Monotonic;

    fn shell(script: &str) -> Process {
        Process::start(&Launch {
            program: "/bin/sh".into(),
            arguments: vec!["-c".into(), script.into()],
            environment: vec![("PATH".into(), "/usr/bin:/bin".into())],
        })
        .expect("a shell")
    }

    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn a_line_is_exchanged_and_chatter_passed_over() {
        let clock = Monotonic::new();
        let mut process =
            shell("read x; echo seen >&2; echo chatter; echo \"got $x\"; cat >/dev/null");
        let line = process
            .exchange(b"hello\n", LONG, &clock, |line| line.starts_with(b"got"))
            .expect("a line");
        assert_eq!(line, b"got hello");
        assert_eq!(process.last_words(), "seen");
        assert_eq!(process.last_lines(), ["seen"]);
        let end = process.end(LONG, &clock);
        assert_eq!(end.words(), "exit code 0");
    }

    #[test]
    fn a_message_larger_than_the_pipe_does_not_block() {
        let clock = Monotonic::new();
        let mut process = shell("cat");
        let mut message = vec![b'x'; 3 << 20];
        message.push(b'\n');
        let line = process
            .exchange(&message, LONG, &clock, |_| true)
            .expect("a line");
        assert_eq!(line.len(), 3 << 20);
    }

    #[test]
    fn lines_of_any_length_follow_each_other_through_one_buffer() {
        let clock = Monotonic::new();
        let mut process = shell("cat");
        // Each exchange leaves a rest behind its line, so that the next ones begin in the middle of the buffer.
        for length in [1, 70_000, 3, 0, 200_000, 65_535, 65_536, 1, 400_000, 2] {
            let line = vec![b'a'; length];
            let message = [&b"passed over\n"[..], &line, b"\nrest\n"].concat();
            let got = process
                .exchange(&message, LONG, &clock, |got| got.len() == length)
                .expect("a line");
            assert_eq!(got, line);
            let rest = process
                .exchange(b"", LONG, &clock, |_| true)
                .expect("a line");
            assert_eq!(rest, b"rest");
        }
    }

    #[test]
    fn a_line_without_end_is_not_believed() {
        let clock = Monotonic::new();
        let mut endless = shell("cat /dev/zero");
        let silence = endless.exchange(b"", LONG, &clock, |_| true);
        assert_eq!(silence, Err(Silence::TooLong));
    }

    #[test]
    fn complaints_without_end_are_ended() {
        let clock = Monotonic::new();
        let mut loud = shell("read x; cat /dev/zero >&2");
        loud.bound_files(1 << 20).expect("it is our child");
        let silence = loud.exchange(b"go\n", LONG, &clock, |_| true);
        assert_eq!(silence, Err(Silence::Closed));
        assert!(loud.tail(1 << 30).len() <= 1 << 20);
    }

    #[test]
    fn what_is_not_answered_is_not_waited_for() {
        let clock = Monotonic::new();
        let mut process = shell("read x; read y; echo \"$x $y\"");
        let before = clock.now();
        process.send(b"one\n", LONG, &clock).expect("taken");
        assert!(
            clock.now().0 - before.0 < u64::try_from(LONG.as_nanos()).expect("fits"),
            "it waited for an answer"
        );
        let line = process
            .exchange(b"two\n", LONG, &clock, |_| true)
            .expect("a line");
        assert_eq!(line, b"one two");
    }

    #[test]
    fn many_requests_are_under_way_at_once() {
        let clock = Monotonic::new();
        let mut process = shell("read a; read b; echo \"$b\"; echo \"$a\"; cat");
        process.offer(b"one\n").expect("taken");
        process.offer(b"two\n").expect("taken");
        let soon = Nanos(clock.now().0 + Nanos::from(LONG).0);
        let mut line = || {
            process
                .line(soon, &clock)
                .expect("it lives")
                .map(<[u8]>::to_vec)
        };
        assert_eq!(line(), Some(b"two".to_vec()));
        assert_eq!(line(), Some(b"one".to_vec()));
        // More than a pipe holds, both ways.
        let mut long = vec![b'x'; 1 << 20];
        long.push(b'\n');
        process.offer(&long).expect("taken");
        let echoed = process.line(soon, &clock).expect("it lives");
        assert_eq!(echoed.map(<[u8]>::len), Some(1 << 20));
        assert_eq!(process.line(clock.now(), &clock), Ok(None));
    }

    #[test]
    fn silence_has_a_reason() {
        let clock = Monotonic::new();
        let short = Duration::from_millis(50);
        let mut silent = shell("cat >/dev/null");
        let silence = silent.exchange(b"x\n", short, &clock, |_| true);
        assert_eq!(silence, Err(Silence::Timeout(short)));
        let mut closed = shell("exec >&-; cat");
        let silence = closed.exchange(b"x\n", LONG, &clock, |_| true);
        assert_eq!(silence, Err(Silence::Closed));
        let mut deaf = shell("exec sleep 1000");
        assert_eq!(
            deaf.send(&vec![0; 1 << 20], short, &clock),
            Err(Silence::Timeout(short))
        );
        let end = deaf.end(short, &clock);
        assert!(end.killed);
        assert_eq!(end.words(), "it was still running and was ended");
    }
}
