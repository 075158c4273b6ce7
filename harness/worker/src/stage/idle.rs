//! Many servers that are up and idle: what they hold together, and what a call to one of them takes.
//!
//! Native servers are processes; components are sessions in one host process. Both are asked over pipes, one call at a time.

use std::io::{BufRead, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};
use harness::client::{self, Failure, Reply, Request};
use harness::clock::Clock;
use harness::input::Places;
use harness::launch::Made;
use harness::peer::{Failed, Peer, Subject, Trouble};
use harness::plan::Planned;
use harness::process::{Launch, Process};
use harness::server::Call;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use record::{Bytes, Metric, Nanos, Outcome, Sample, StartClass, Transport, Wire};
use serde_json::Value;
use wasmmcp_runtime::{Host, HostOptions, Session};

use crate::bench::{Bench, Conditions};
use crate::memory;
use crate::room::{Room, Wanted};
use crate::stage::density::server;
use crate::stage::instance::load;

/// Calls to idle servers in one trial.
const CALLS: usize = 20;
/// Servers after which it is known what one more costs.
const FEW: usize = 4;

/// As many servers as asked, and some calls.
pub fn trial(bench: &Bench, planned: &Planned, servers: u32) -> Result<Vec<Sample>> {
    let subject = bench.peer(planned);
    let servers = usize::try_from(servers.max(1))?;
    let call = subject.server.timed().find(|call| call.is_unprepared());
    let call = call.context("the server has no call without preparation")?;
    let places = bench.places(planned)?;
    let arguments = places.resolve(&call.arguments)?;
    let conditions = Conditions {
        transport: Some(Transport::Stdio),
        wire: Some(Wire::V2025_11_25),
        start: Some(StartClass::Warm),
        idle: Some(u64::try_from(servers)?),
        ..Conditions::default()
    };
    let called = Conditions {
        call: Some(bench.input(call)),
        ..conditions.clone()
    };
    let fail = |failed: Failed| {
        let metrics = [Metric::ResidentAmongIdle, Metric::LatencyAmongIdle].into_iter();
        let of = metrics.zip([&conditions, &called]);
        let samples = of.map(|(metric, of)| bench.fail(planned, of, metric, failed.clone()));
        Ok(samples.collect())
    };
    let hosted = subject.made.is_hosted();
    let wanted = Wanted {
        servers,
        processes: if hosted { 1 } else { servers },
    };
    if let Err(lack) = Room::now().holds(wanted) {
        return fail(lack.into());
    }
    let crowd = if hosted {
        hosts(bench, planned, &places, servers)?
    } else {
        Crowd::Processes(Vec::new())
    };
    let mut idle = Idle {
        crowd,
        subject,
        call,
        arguments: &arguments,
        places: &places,
        asked: 0,
        clock: &bench.clock,
    };
    for at in 0..servers {
        if let Err(trouble) = idle.open() {
            return fail(idle.failed(trouble));
        }
        if at + 1 == FEW {
            let each = idle.resident().map(|all| Bytes(all.0 / 4));
            if let Some(Err(lack)) = each.map(|each| Room::now().grows(wanted, FEW, each)) {
                return fail(lack.into());
            }
        }
    }
    let Some(resident) = idle.resident() else {
        return fail(Failed::from(Outcome::Unavailable {
            why: "this kernel has no such line in /proc".to_owned(),
            remedy: "measure on Linux with /proc mounted".to_owned(),
        }));
    };
    let metric = Metric::ResidentAmongIdle;
    let mut samples = vec![bench.sample(planned, &conditions, metric, resident)];
    let seed = bench.setting.seed.wrapping_add(planned.trial.0);
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    for _ in 0..CALLS {
        // The bias of a modulo over 64 bits is nothing at these numbers.
        let at = random.next_u64() % u64::try_from(servers)?;
        match idle.once(usize::try_from(at)?) {
            Ok(took) => {
                let metric = Metric::LatencyAmongIdle;
                samples.push(bench.sample(planned, &called, metric, took));
            }
            Err(trouble) => return fail(idle.failed(trouble)),
        }
    }
    Ok(samples)
}

/// Why a server of a crowd is of no use: it never came up, or it did not answer well.
enum Ill {
    Unborn(Failed),
    At(usize, Trouble),
}

/// The servers that are up. All of their processes end when it is dropped.
enum Crowd {
    Processes(Vec<Peer>),
    Sessions { host: Box<Process>, up: usize },
}

struct Idle<'a> {
    crowd: Crowd,
    subject: Subject<'a>,
    call: &'a Call,
    arguments: &'a Value,
    places: &'a Places,
    asked: u64,
    clock: &'a dyn Clock,
}

impl Idle<'_> {
    /// One more server, which has answered the call once: it is warm, and has touched what a call touches.
    fn open(&mut self) -> Result<(), Ill> {
        let at = match &mut self.crowd {
            Crowd::Processes(peers) => {
                let peer = Peer::start(&self.subject, self.places.clone(), self.clock);
                peers.push(peer.map_err(Ill::Unborn)?);
                peers.len() - 1
            }
            Crowd::Sessions { up, .. } => {
                *up += 1;
                let at = *up - 1;
                let greeted = self
                    .ask(at, &Request::initialize(0))
                    .and_then(|reply| client::agreed(&reply))
                    .and_then(|()| self.tell(at));
                greeted.map_err(|failure| Ill::At(at, failure.into()))?;
                at
            }
        };
        self.once(at).map(|_| ())
    }

    /// One call to one of them, judged.
    fn once(&mut self, at: usize) -> Result<Nanos, Ill> {
        self.asked += 1;
        let request = Request::call(self.asked, &self.call.tool, self.arguments);
        let judged = self
            .ask(at, &request)
            .map_err(Trouble::from)
            .and_then(|reply| {
                let result = reply.result()?;
                self.subject.judge(self.call, self.places, &result)?;
                Ok(reply.took)
            });
        judged.map_err(|trouble| Ill::At(at, trouble))
    }

    fn ask(&mut self, at: usize, request: &Request) -> Result<Reply, Failure> {
        match &mut self.crowd {
            Crowd::Processes(peers) => peers[at].ask(request, self.clock),
            Crowd::Sessions { host, .. } => {
                let message = addressed("ask", at, request.line());
                let start = self.clock.now();
                let answers = |line: &[u8]| client::answered(line) == Some(request.id());
                let line = host.exchange(&message, self.subject.patience(), self.clock, answers)?;
                let took = Nanos(self.clock.now().0 - start.0);
                Ok(Reply {
                    took,
                    line: line.to_vec(),
                })
            }
        }
    }

    /// Tells a session that the handshake is over; a process was told when it was started.
    fn tell(&mut self, at: usize) -> Result<(), Failure> {
        const OVER: &[u8] = b"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n";
        if let Crowd::Sessions { host, .. } = &mut self.crowd {
            let patience = self.subject.patience();
            host.send(&addressed("tell", at, OVER), patience, self.clock)?;
        }
        Ok(())
    }

    /// What all of them hold. Of processes what they share is shared out; a host holds all by itself. It is this program once
    /// more, which has its pages mapped too while it waits, so that shared out it would seem to hold half of them.
    fn resident(&self) -> Option<Bytes> {
        match &self.crowd {
            Crowd::Processes(peers) => {
                let mut all = peers.iter().map(|peer| memory::rollup(peer.id(), "Pss"));
                all.try_fold(Bytes(0), |sum, one| Some(Bytes(sum.0 + one?.0)))
            }
            Crowd::Sessions { host, .. } => memory::rollup(host.id(), "Rss"),
        }
    }

    /// What it is called in the record. Every process ends.
    fn failed(&mut self, ill: Ill) -> Failed {
        let (at, trouble) = match ill {
            Ill::Unborn(failed) => return failed,
            Ill::At(at, trouble) => (at, trouble),
        };
        match std::mem::replace(&mut self.crowd, Crowd::Processes(Vec::new())) {
            Crowd::Processes(mut peers) => peers.swap_remove(at).trouble(trouble, self.clock),
            Crowd::Sessions { host, .. } => {
                let request = Request::call(self.asked, &self.call.tool, self.arguments);
                let request = Some(request.line().to_vec());
                Failed::by(*host, request, trouble, self.clock)
            }
        }
    }
}

/// A message to one of a host's sessions.
fn addressed(verb: &str, at: usize, line: &[u8]) -> Vec<u8> {
    let mut message = format!("{verb} {at} ").into_bytes();
    message.extend_from_slice(line);
    message
}

/// A host without a session yet: this program in another process.
fn hosts(bench: &Bench, planned: &Planned, places: &Places, servers: usize) -> Result<Crowd> {
    let launch = Launch {
        program: std::env::current_exe().context("this program cannot be found again")?,
        arguments: vec![
            "idle".into(),
            bench.file.clone().into(),
            planned.subject.to_string().into(),
            places.scratch.clone().into(),
            servers.to_string().into(),
        ],
        environment: Vec::new(),
    };
    let host = Box::new(Process::start(&launch)?);
    Ok(Crowd::Sessions { host, up: 0 })
}

/// Holds sessions in this process until its input ends: `ask N MESSAGE` and `tell N MESSAGE`, of which the first is answered.
pub fn host(setting: &Path, subject: usize, scratch: &Path, sessions: u32) -> Result<()> {
    let bench = Bench::read(setting)?;
    let places = Places::new(&bench.setting.data, scratch, &bench.setting.standins);
    let made: &Made = bench
        .setting
        .subjects
        .get(subject)
        .context("the setting has no such subject")?;
    let room = usize::try_from(sessions)?;
    let host = Host::new(HostOptions {
        instances: sessions.max(HostOptions::default().instances),
    })?;
    let server = server(&bench, made)?;
    let loaded = load(&host, &bench, server, &made.file, &places, Some(room))?;
    let mut up: Vec<Session> = Vec::new();
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().split(b'\n') {
        let line = line?;
        let (verb, at, message) = told(&line).context("the line tells no session anything")?;
        while up.len() <= at {
            up.push(loaded.session()?);
        }
        let session = &mut up[at];
        session.send(message);
        if verb == "tell" {
            continue;
        }
        loop {
            let mut said = session.recv()?;
            let answered = client::answered(&said).is_some();
            said.push(b'\n');
            out.write_all(&said)?;
            out.flush()?;
            if answered {
                break;
            }
        }
    }
    Ok(())
}

/// The verb, the session and the message of a line.
fn told(line: &[u8]) -> Result<(&str, usize, &[u8])> {
    let mut words = line.splitn(3, |byte| *byte == b' ');
    let (Some(verb), Some(at), Some(message)) = (words.next(), words.next(), words.next()) else {
        bail!("a line of fewer than three words");
    };
    Ok((
        std::str::from_utf8(verb)?,
        std::str::from_utf8(at)?.parse()?,
        message,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_reaches_its_session() {
        let line = addressed("ask", 12, b"{\"a b\":1}");
        let read = told(&line).expect("it is one");
        assert_eq!(read, ("ask", 12, &b"{\"a b\":1}"[..]));
        for wrong in [&b"ask 1"[..], b"ask x {}", b""] {
            assert!(told(wrong).is_err());
        }
    }
}
