//! The one place of this room's crates that starts processes: output read line by line, and given up when nothing moves.
//!
//! No clock is read. Patience is a time-out on the channel that the output arrives through, and it starts anew whenever
//! a byte arrives or the caller's gauge (the size of a download, say) has changed.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use crate::commands::Commands;

/// A line longer than this is cut: a program that prints for ever without a line end must not fill memory.
const LONGEST_LINE: usize = 1 << 20;
/// Captured standard output stops growing here; nothing that we read whole comes near.
const MOST_OUTPUT: usize = 64 << 20;
/// How many of the last lines are kept for an error message.
const TAIL: usize = 12;
/// A wait is cut into this many looks at the gauge, so that movement early in it is not missed.
const LOOKS: u32 = 4;

/// A command to be run: program, arguments, changes of the environment.
#[derive(Debug, Clone)]
pub struct Step {
    program: PathBuf,
    arguments: Vec<OsString>,
    set: Vec<(OsString, OsString)>,
    removed: Vec<OsString>,
    folder: Option<PathBuf>,
}

/// How a step ended, other than well.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The program is not there, or is none.
    #[error("`{program}` could not be started: {source}")]
    Unstartable {
        /// Its name, with its first word.
        program: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// It ended, and said by its status that it failed.
    #[error("`{program}` ended with {status}{}", shown(.tail))]
    Failed {
        /// Its name, with its first word.
        program: String,
        /// How it ended.
        status: ExitStatus,
        /// What it said last.
        tail: String,
    },
    /// Nothing moved, and it was ended.
    #[error("`{program}` made no progress for {} s{}", .patience.as_secs_f32(), shown(.tail))]
    Stalled {
        /// Its name, with its first word.
        program: String,
        /// How long it was waited for.
        patience: Duration,
        /// What it said last.
        tail: String,
    },
}

/// Without its full stop, because the sentence that it ends up in has one of its own.
fn shown(tail: &str) -> String {
    let tail = tail.trim_end_matches('.');
    if tail.is_empty() {
        String::new()
    } else {
        format!(": {tail}")
    }
}

/// When to give up: after `patience` without output and without a change of `gauge`.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    /// The longest without any movement.
    pub patience: Duration,
    /// A number that changes while something goes on.
    pub gauge: &'a dyn Fn() -> u64,
}

/// Which stream a line came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stream {
    Out,
    Err,
}

impl Step {
    /// This program, with the search path that it was found on.
    pub fn new(program: &Path, commands: &Commands) -> Self {
        Self {
            program: program.to_owned(),
            arguments: Vec::new(),
            set: vec![("PATH".into(), commands.search().into())],
            removed: Vec::new(),
            folder: None,
        }
    }

    /// One more argument.
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    /// More arguments.
    pub fn args<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments
            .extend(arguments.into_iter().map(|a| a.as_ref().to_owned()));
        self
    }

    /// A variable beside those of this process.
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.set
            .push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Variables of this process that it does not see.
    pub fn without_env<N: Into<OsString>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.removed.extend(names.into_iter().map(Into::into));
        self
    }

    /// The folder that it runs in.
    pub fn within(mut self, folder: &Path) -> Self {
        self.folder = Some(folder.to_owned());
        self
    }

    /// Runs it to its end and returns what it printed on standard output. `said` gets each line of standard error.
    ///
    /// # Errors
    /// When it cannot be started, fails, or is given up.
    pub fn run(
        &self,
        watch: Option<Watch<'_>>,
        said: &mut dyn FnMut(&str),
    ) -> Result<String, Failure> {
        let mut output = String::new();
        self.follow(watch, &mut |stream, line| match stream {
            Stream::Out if output.len() + line.len() < MOST_OUTPUT => {
                output.push_str(line);
                output.push('\n');
            }
            Stream::Out => {}
            Stream::Err => said(line),
        })?;
        Ok(output)
    }

    /// Runs it to its end, both streams being progress and neither kept.
    ///
    /// # Errors
    /// When it cannot be started, fails, or is given up.
    pub fn show(
        &self,
        watch: Option<Watch<'_>>,
        said: &mut dyn FnMut(&str),
    ) -> Result<(), Failure> {
        self.follow(watch, &mut |_, line| said(line))
    }

    fn follow(
        &self,
        watch: Option<Watch<'_>>,
        each: &mut dyn FnMut(Stream, &str),
    ) -> Result<(), Failure> {
        let name = || {
            let stem = self.program.file_name().unwrap_or(self.program.as_os_str());
            let first = self
                .arguments
                .iter()
                .find(|a| !a.as_encoded_bytes().starts_with(b"-"));
            let words = std::iter::once(stem).chain(first.map(OsString::as_os_str));
            words
                .map(OsStr::to_string_lossy)
                .collect::<Vec<_>>()
                .join(" ")
        };
        let mut child = self.start().map_err(|source| Failure::Unstartable {
            program: name(),
            source,
        })?;
        let (sender, lines) = sync_channel(256);
        read_lines(child.stdout.take(), Stream::Out, sender.clone());
        read_lines(child.stderr.take(), Stream::Err, sender);

        let mut tail = VecDeque::new();
        let ended = drain(&lines, watch, &mut |stream, line| {
            if !line.trim().is_empty() {
                if tail.len() == TAIL {
                    tail.pop_front();
                }
                tail.push_back(clipped(line));
            }
            each(stream, line);
        });
        let tail = || last_words(&tail);
        if let Err(patience) = ended {
            // Its own children keep the pipes open at most until they notice; the readers are left to end by themselves.
            let _ = child.kill();
            let _ = child.wait();
            return Err(Failure::Stalled {
                program: name(),
                patience,
                tail: tail(),
            });
        }
        let status = child.wait().map_err(|source| Failure::Unstartable {
            program: name(),
            source,
        })?;
        if status.success() {
            Ok(())
        } else {
            Err(Failure::Failed {
                program: name(),
                status,
                tail: tail(),
            })
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the one place of this crate that starts processes"
    )]
    fn start(&self) -> std::io::Result<Child> {
        let mut command = std::process::Command::new(&self.program);
        command.args(&self.arguments);
        for name in &self.removed {
            command.env_remove(name);
        }
        command.envs(self.set.iter().map(|(name, value)| (name, value)));
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        // A program written a moment ago is "busy" while another thread's child, forked meanwhile, still holds its handle.
        for _ in 0..200 {
            match command.spawn() {
                Err(error) if error.kind() == std::io::ErrorKind::ExecutableFileBusy => {
                    std::thread::sleep(Duration::from_millis(5))
                }
                started => return started,
            }
        }
        command.spawn()
    }
}

/// The lines that complain, where there are any: apt, cargo, npm and pip mark them; otherwise the last few.
fn last_words(tail: &VecDeque<String>) -> String {
    let trimmed = || tail.iter().map(|line| line.trim());
    let complains = |line: &&str| {
        ["E: ", "error", "npm error", "ERROR"]
            .iter()
            .any(|mark| line.starts_with(mark))
    };
    let complaints: Vec<_> = trimmed().filter(complains).collect();
    let shown = if complaints.is_empty() {
        trimmed().skip(tail.len().saturating_sub(3)).collect()
    } else {
        complaints
    };
    shown.join(" | ")
}

fn clipped(line: &str) -> String {
    let mut end = line.len().min(400);
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    line[..end].to_owned()
}

/// What the readers send: a line, or a sign of life from the middle of one.
enum Heard {
    Line(Stream, String),
    More,
}

/// Hands on every line until both streams are closed; `Err` with the patience that ran out.
fn drain(
    lines: &Receiver<Heard>,
    watch: Option<Watch<'_>>,
    each: &mut dyn FnMut(Stream, &str),
) -> Result<(), Duration> {
    let mut last = watch.map(|watch| (watch.gauge)());
    let mut quiet = 0;
    loop {
        let heard = match watch {
            None => lines.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(watch) => lines.recv_timeout(watch.patience / LOOKS),
        };
        match (heard, watch) {
            (Ok(Heard::Line(stream, line)), _) => {
                quiet = 0;
                each(stream, &line);
            }
            (Ok(Heard::More), _) => quiet = 0,
            (Err(RecvTimeoutError::Timeout), Some(watch)) => {
                let now = Some((watch.gauge)());
                quiet = if now == last { quiet + 1 } else { 0 };
                last = now;
                if quiet >= LOOKS {
                    return Err(watch.patience);
                }
            }
            (Err(_), _) => return Ok(()),
        }
    }
}

fn read_lines(
    source: Option<impl Read + Send + 'static>,
    stream: Stream,
    sender: SyncSender<Heard>,
) {
    let Some(mut source) = source else { return };
    std::thread::spawn(move || {
        let (mut line, mut chunk) = (Vec::new(), [0; 8192]);
        // An unreadable pipe is a closed one: the exit status tells the rest.
        while let Ok(read @ 1..) = source.read(&mut chunk) {
            for &byte in &chunk[..read] {
                // Progress bars end their lines with a carriage return.
                if byte != b'\n' && byte != b'\r' {
                    if line.len() < LONGEST_LINE {
                        line.push(byte);
                    }
                } else if !line.is_empty() {
                    let text = String::from_utf8_lossy(&line).into_owned();
                    line.clear();
                    if sender.send(Heard::Line(stream, text)).is_err() {
                        return;
                    }
                }
            }
            if sender.send(Heard::More).is_err() {
                return;
            }
        }
        if !line.is_empty() {
            let _ = sender.send(Heard::Line(
                stream,
                String::from_utf8_lossy(&line).into_owned(),
            ));
        }
    });
}

/// How many bytes lie in a folder and below it; a gauge for downloads. What cannot be read counts nothing.
pub fn bytes_below(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return 0;
    };
    entries
        .flatten()
        .filter_map(|entry| Some((entry.path(), entry.path().symlink_metadata().ok()?)))
        .map(|(path, meta)| {
            if meta.is_dir() {
                1 + bytes_below(&path)
            } else {
                1 + meta.len()
            }
        })
        .sum()
}

#[cfg(test)]
mod tests;
