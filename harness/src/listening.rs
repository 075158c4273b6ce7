//! A subject's process that serves HTTP: started, and listening.

use std::time::Duration;

use record::Outcome;

use crate::clock::Clock;
use crate::input::Places;
use crate::launch::{self, Code};
use crate::peer::{Failed, Subject, Trouble};
use crate::process::{End, Process};

/// The words before the address, in the line that says where a server listens.
const LISTENS: &str = "listening on http://";

/// A process that listens on the loopback interface.
#[derive(Debug)]
pub struct Listening {
    /// It serves until it is told to stop.
    pub process: Process,
    /// `127.0.0.1:PORT`.
    pub address: String,
    /// `/SERVER/mcp`.
    pub path: String,
    /// Its data and scratch folders.
    pub places: Places,
    /// How long one answer may take.
    pub patience: Duration,
}

impl Listening {
    /// Starts a process and waits until it listens.
    ///
    /// # Errors
    /// When it cannot be started or does not listen.
    pub fn start(
        subject: &Subject<'_>,
        places: Places,
        code: Code<'_>,
        clock: &dyn Clock,
    ) -> Result<Listening, Failed> {
        let Subject { made, server, .. } = subject;
        let launch = launch::http(made, server, subject.programs, &places, code);
        let mut process = Process::start(&launch).map_err(|error| {
            let how = format!("{} cannot be started: {error}", launch.program.display());
            Failed::from(Outcome::Crashed { how })
        })?;
        let listens = |line: &[u8]| line.starts_with(LISTENS.as_bytes());
        let patience = subject.patience();
        match process.exchange(b"", patience, clock, listens) {
            Ok(line) => Ok(Listening {
                address: address(line),
                process,
                path: format!("/{}/mcp", server.package),
                places,
                patience,
            }),
            Err(silence) => Err(Failed::at(process, None, silence.into(), clock)),
        }
    }

    /// The process's id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// What its trouble is called in the record, with the evidence for it. The process is ended.
    pub fn trouble(self, trouble: Trouble, request: Option<Vec<u8>>, clock: &dyn Clock) -> Failed {
        Failed::by(self.process, request, trouble, clock)
    }

    /// Ends the process, which serves until it is told to stop.
    pub fn end(self, clock: &dyn Clock) -> End {
        self.process.end(Duration::ZERO, clock)
    }
}

/// `127.0.0.1:PORT` of a line that says where a server listens, with or without a path behind it.
fn address(line: &[u8]) -> String {
    let line = String::from_utf8_lossy(line);
    let rest = line.strip_prefix(LISTENS).unwrap_or(&line);
    rest.split('/').next().unwrap_or(rest).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_read_with_and_without_a_path() {
        for line in [
            "listening on http://127.0.0.1:80",
            "listening on http://127.0.0.1:80/noop/mcp",
        ] {
            assert_eq!(address(line.as_bytes()), "127.0.0.1:80");
        }
    }
}
