//! A subject that serves HTTP: started, and listening.

use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use container::Reach;
use record::{Nanos, Outcome};

use crate::clock::Clock;
use crate::docker::{Docker, Door, Phases};
use crate::input::Places;
use crate::launch::{self, Code};
use crate::peer::{Failed, Subject, Trouble};
use crate::process::{End, Process, Silence};
use crate::server::PROXY;

/// The words before the address, in the line that says where a server listens.
const LISTENS: &str = "listening on http://";

/// Where a process may listen: on any port of the loopback that is free.
const FREE: &str = "127.0.0.1:0";

/// What a container serves is knocked for so often.
const KNOCK: Duration = Duration::from_millis(1);

/// A process that listens, on the loopback interface or, in a container, where this host alone reaches it.
#[derive(Debug)]
pub struct Listening {
    /// It serves until it is told to stop.
    pub process: Process,
    /// What its engine took, where it runs in a container.
    pub phases: Option<Phases>,
    /// `ADDRESS:PORT`.
    pub address: String,
    /// What a client calls it: a name of the loopback, as behind a port that is published there, since servers answer to no other by themselves.
    pub host: String,
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
        if made.image.is_some() {
            return contained(subject, places, code, clock);
        }
        let launch = launch::http(made, server, subject.programs, &places, code, FREE);
        let mut process = Process::start(&launch).map_err(|error| {
            let how = format!("{} cannot be started: {error}", launch.program.display());
            Failed::from(Outcome::Crashed { how })
        })?;
        let listens = |line: &[u8]| line.starts_with(LISTENS.as_bytes());
        let patience = subject.patience();
        let said = process.exchange(b"", patience, clock, listens);
        match said.map(address) {
            Ok(address) => Ok(Listening {
                host: address.clone(),
                address,
                process,
                phases: None,
                path: made.path(server),
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
    ///
    /// # Errors
    /// When it ended before: whoever answered then was somebody else.
    pub fn end(self, clock: &dyn Clock) -> Result<End, Failed> {
        let contained = self.phases.is_some();
        let mut process = self.process;
        let end = process.close(Duration::ZERO, clock);
        if end.killed || !contained {
            return Ok(end);
        }
        Err(Failed::of(process, None, clock, |_, said| {
            let how = format!("it no longer served: {}; it said: {said}", end.words());
            Outcome::Crashed { how }
        }))
    }
}

/// The engine of a subject that is in an image, or why there is none.
fn engine<'a>(subject: &Subject<'a>) -> Result<&'a Docker, Failed> {
    subject.programs.docker.as_ref().ok_or_else(|| {
        let how = "this process has no Docker engine".to_owned();
        Failed::from(Outcome::Crashed { how })
    })
}

/// Makes what a subject serves through, so that it is not made inside of the clock.
///
/// # Errors
/// When it cannot be made.
pub fn paved(subject: &Subject<'_>) -> Result<(), Failed> {
    if subject.made.image.is_none() {
        return Ok(());
    }
    let door = engine(subject)?.door(subject.server);
    door.map(drop)
        .map_err(|how| Failed::from(Outcome::Crashed { how }))
}

/// The same in a container. Not all that is in one says where it listens: it is knocked until it opens.
fn contained(
    subject: &Subject<'_>,
    places: Places,
    code: Code<'_>,
    clock: &dyn Clock,
) -> Result<Listening, Failed> {
    let Subject { made, server, .. } = subject;
    let docker = engine(subject)?;
    let image = made.proxy().map(|proxied| &proxied.image);
    let image = image.or(made.image.as_ref()).cloned().unwrap_or_default();
    let failed = |how: String| {
        let how = format!("{image} cannot be started: {how}");
        Failed::from(Outcome::Crashed { how })
    };
    let mut door = docker.door(server).map_err(failed)?;
    if made.proxy().is_some() {
        door.beside = PROXY;
    }
    let listen = door.listen();
    let launch = launch::http(made, server, subject.programs, &places, code, &listen);
    let of = (image.as_str(), made.packaging);
    let started = docker.start(of, server, &places, (&launch, Some(&door)), clock);
    let (mut process, phases) = started.map_err(failed)?;
    let patience = subject.patience();
    match reached(&mut process, &door, patience, clock) {
        Ok(address) => Ok(Listening {
            process,
            phases: Some(phases),
            address: address.to_string(),
            host: format!("127.0.0.1:{}", door.port),
            path: made.path(server),
            places,
            patience,
        }),
        Err(silence) => Err(Failed::at(process, None, silence.into(), clock)),
    }
}

/// Where a container's server is reached, once it is.
fn reached(
    process: &mut Process,
    door: &Door,
    patience: Duration,
    clock: &dyn Clock,
) -> Result<SocketAddr, Silence> {
    let address = match door.reach {
        Reach::Network(_) => process.address().ok_or(Silence::Closed)?,
        Reach::Nothing | Reach::Host => [127, 0, 0, 1].into(),
    };
    let address = SocketAddr::new(address, door.port);
    let deadline = clock.now().0.saturating_add(Nanos::from(patience).0);
    loop {
        let left = Duration::from_nanos(deadline.saturating_sub(clock.now().0));
        if left.is_zero() {
            return Err(Silence::Timeout(patience));
        }
        if TcpStream::connect_timeout(&address, left).is_ok() {
            return Ok(address);
        }
        // What it says meanwhile is passed over; that it says nothing more is its end.
        let soon = Nanos(clock.now().0.saturating_add(Nanos::from(KNOCK).0));
        process.line(soon, clock)?;
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
    use crate::clock::Monotonic;
    use crate::process::Launch;

    #[test]
    fn the_address_is_read_with_and_without_a_path() {
        for line in [
            "listening on http://127.0.0.1:80",
            "listening on http://127.0.0.1:80/noop/mcp",
        ] {
            assert_eq!(address(line.as_bytes()), "127.0.0.1:80");
        }
    }

    #[test]
    fn a_door_that_does_not_open_is_given_up_and_one_whose_owner_is_gone_at_once() {
        let clock = Monotonic::new();
        let shell = |script: &str| {
            let launch = Launch {
                program: "/bin/sh".into(),
                arguments: vec!["-c".into(), script.into()],
                environment: vec![("PATH".into(), "/usr/bin:/bin".into())],
            };
            Process::start(&launch).expect("a shell")
        };
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let door = Door {
            reach: Reach::Host,
            port,
            beside: 0,
        };
        assert_eq!(door.listen(), format!("127.0.0.1:{port}"));
        let long = Duration::from_secs(20);
        let open = reached(&mut shell("cat"), &door, long, &clock);
        assert_eq!(open.map(|address| address.port()), Ok(port));
        drop(listener);
        let short = Duration::from_millis(30);
        let silent = reached(&mut shell("echo chatter; cat"), &door, short, &clock);
        assert_eq!(silent, Err(Silence::Timeout(short)));
        let gone = reached(&mut shell("exit 2"), &door, long, &clock);
        assert_eq!(gone, Err(Silence::Closed));
    }
}
