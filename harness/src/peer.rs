//! A subject's process that is up: started, greeted, and asked calls whose answers are judged.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::time::Duration;

use record::{Evidence, Nanos, Outcome, Packaging, Wire};
use serde_json::Value;

use crate::client::{self, Failure, Reply, Request};
use crate::clock::Clock;
use crate::docker::{self, Phases};
use crate::input::Places;
use crate::judge::{Wrong, judge};
use crate::launch::{self, Code, Made, Programs};
use crate::process::{End, Process, Silence};
use crate::server::{Call, Server};
use crate::standin::Standins;

/// The longest that one answer may take, where the server sets no limit of its own.
const PATIENCE: Duration = Duration::from_secs(60);
/// The longest that a process may take to end once its input is closed.
const FAREWELL: Duration = Duration::from_secs(10);
/// The same of somebody's own: not every server ends with its input, and none is worse for it.
const OWN_FAREWELL: Duration = Duration::from_secs(1);

/// No longer file is made by somebody's own, its standard error among them.
const LONGEST_FILE: u64 = 1 << 30;
/// So much is kept of what a stranger says instead of an answer.
const CHATTER: usize = 400;

/// A subject with what it needs to run.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// What is started.
    pub made: &'a Made,
    /// Its description.
    pub server: &'a Server,
    /// What runs components.
    pub programs: &'a Programs,
    /// Precompiled code.
    pub cache: &'a Path,
    /// Whether right answers are known: they are for the generated data set.
    pub generated: bool,
    /// What stands in for the network.
    pub standins: &'a Standins,
}

impl Subject<'_> {
    /// How long to wait for one answer.
    pub fn patience(&self) -> Duration {
        let limit = self.server.limits.call_timeout().ok().flatten();
        limit.map_or(PATIENCE, |limit| {
            match self.made.own.is_some() && !self.made.is_component() {
                // Nobody but we bound it.
                true => limit,
                // The host answers a timeout itself; a little longer lets that answer arrive.
                false => limit + Duration::from_secs(5),
            }
        })
    }

    /// Gives the process's own folder to whoever it runs as.
    ///
    /// # Errors
    /// When it cannot be given away.
    pub fn housed(&self, places: Places) -> std::io::Result<Places> {
        match &self.made.image {
            Some(_) => places.owned_by(docker::user()),
            None => Ok(places),
        }
    }

    /// Judges a result. Of a user's own data, whose right answers nobody knows, only that no tool failed is asked.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn judge(&self, call: &Call, places: &Places, result: &Value) -> Result<(), Wrong> {
        // What is right of somebody's own server does not hang on our data.
        if self.generated || self.server.own {
            let own = match self.made.packaging {
                packaging if packaging.is_reference() => call.reference.as_ref(),
                Packaging::ComponentWasmtime => call.stock.as_ref(),
                _ => None,
            };
            return judge(own.unwrap_or(&call.expect), places, result);
        }
        let failed = result
            .get("isError")
            .and_then(Value::as_bool)
            .unwrap_or(false);
        if failed == call.expect.error {
            Ok(())
        } else {
            Err(Wrong(format!("isError is {failed}: {result}")))
        }
    }
}

/// A process with its folders and a count of what it was asked.
#[derive(Debug)]
pub struct Peer {
    process: Process,
    /// What its engine took, where it runs in a container.
    pub phases: Option<Phases>,
    /// Its data and scratch folders.
    pub places: Places,
    patience: Duration,
    /// How long it may take to end once its input is closed.
    farewell: Duration,
    /// Whether it need not end by itself.
    may_stay: bool,
    asked: u64,
    last: Option<Request>,
}

/// A trial that failed: what records call it, and what is left to explain it by.
#[derive(Debug, Clone)]
pub struct Failed {
    /// Its name in the record.
    pub outcome: Outcome,
    /// How the subject ended and what it said.
    pub evidence: Box<Evidence>,
    /// The last request, as it went over the wire.
    pub request: Option<Vec<u8>>,
}

impl From<Outcome> for Failed {
    /// A failure of which nothing but the outcome is known.
    fn from(outcome: Outcome) -> Failed {
        Failed {
            outcome,
            evidence: Box::default(),
            request: None,
        }
    }
}

impl Failed {
    /// A process that gave no answer. It is ended.
    pub fn at(
        process: Process,
        request: Option<Vec<u8>>,
        failure: Failure,
        clock: &dyn Clock,
    ) -> Failed {
        Failed::of(process, request, clock, |end, said| match failure {
            Failure::Silence(Silence::Timeout(after)) => Outcome::Timeout {
                after: Nanos::from(after),
            },
            Failure::Silence(silence) => Outcome::Crashed {
                how: format!("{silence}; {}; it said: {said}", end.words()),
            },
            other => Outcome::WrongAnswer {
                why: other.to_string(),
            },
        })
    }

    /// A process that gave no answer or a wrong one. It is ended.
    pub fn by(
        process: Process,
        request: Option<Vec<u8>>,
        trouble: Trouble,
        clock: &dyn Clock,
    ) -> Failed {
        match trouble {
            Trouble::Failed(failure) => Failed::at(process, request, failure, clock),
            Trouble::Wrong(wrong) => {
                let outcome = Outcome::WrongAnswer { why: wrong.0 };
                Failed::of(process, request, clock, |_, _| outcome)
            }
        }
    }

    /// A failure of a process, which is ended. `outcome` is told how it ended and what it said last.
    pub fn of(
        mut process: Process,
        request: Option<Vec<u8>>,
        clock: &dyn Clock,
        outcome: impl FnOnce(&End, &str) -> Outcome,
    ) -> Failed {
        let end = process.close(Duration::from_secs(2), clock);
        Failed {
            outcome: outcome(&end, &process.last_words()),
            evidence: evidence(&end, &mut process),
            request,
        }
    }
}

/// Lays out the copies that a call is given and makes the calls that prepare it, however the subject is asked.
///
/// # Errors
/// When something cannot be copied, or a call has no answer, or fails and may not.
pub fn prepare<Why: From<Wrong>>(
    call: &Call,
    places: &Places,
    mut ask: impl FnMut(&str, &Value) -> Result<Value, Why>,
) -> Result<(), Why> {
    places.lay(&call.copy)?;
    for before in &call.before {
        let arguments = places
            .resolve(&before.arguments)
            .map_err(|error| Wrong(error.to_string()))?;
        let result = ask(&before.tool, &arguments)?;
        if result.get("isError") == Some(&Value::Bool(true)) && !before.may_fail {
            return Err(Wrong(format!(
                "the call before it, {}, failed: {result}",
                before.tool
            ))
            .into());
        }
    }
    Ok(())
}

/// What a process that has ended leaves to explain it by.
pub(crate) fn evidence(end: &End, process: &mut Process) -> Box<Evidence> {
    Box::new(Evidence {
        exit: end.status.code(),
        signal: end.status.signal(),
        killed: end.killed,
        stderr: process.last_lines(),
        request: None,
    })
}

/// Why a call has no right answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// The process is of no further use.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// It answered, and wrongly.
    #[error(transparent)]
    Wrong(#[from] Wrong),
}

impl Peer {
    /// Starts a process and says nothing to it yet.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn spawn(
        subject: &Subject<'_>,
        places: Places,
        code: Code<'_>,
        report: Option<&Path>,
        clock: &dyn Clock,
    ) -> Result<Peer, Failure> {
        let launch = launch::stdio(
            subject.made,
            subject.server,
            subject.programs,
            &places,
            code,
            report,
        );
        let started = match &subject.made.image {
            // What somebody's own starts beside itself ends with it.
            None if subject.server.own => Process::start_group(&launch)
                .and_then(|process| {
                    process.bound_files(LONGEST_FILE)?;
                    Ok((process, None))
                })
                .map_err(|error| error.to_string()),
            None => Process::start(&launch)
                .map(|process| (process, None))
                .map_err(|error| error.to_string()),
            Some(image) => match &subject.programs.docker {
                Some(docker) => {
                    let of = (image.as_str(), subject.made.packaging);
                    docker
                        .start(of, subject.server, &places, (&launch, None), clock)
                        .map(|(process, phases)| (process, Some(phases)))
                }
                None => Err("this process has no Docker engine".to_owned()),
            },
        };
        let (process, phases) = started.map_err(|error| {
            let what = subject.made.image.as_ref();
            let what = what.map_or(launch.program.display().to_string(), Clone::clone);
            Silence::Pipe(format!("{what} cannot be started: {error}"))
        })?;
        Ok(Peer {
            process,
            phases,
            places,
            patience: subject.patience(),
            farewell: match subject.server.own {
                true => OWN_FAREWELL,
                false => FAREWELL,
            },
            may_stay: subject.server.own,
            asked: 0,
            last: None,
        })
    }

    /// Starts a process from precompiled code and makes the handshake.
    ///
    /// # Errors
    /// When it cannot be started or does not accept the handshake; the message holds its last words.
    pub fn start(subject: &Subject<'_>, places: Places, clock: &dyn Clock) -> Result<Peer, Failed> {
        let crashed = |failure: Failure| {
            Failed::from(Outcome::Crashed {
                how: failure.to_string(),
            })
        };
        let mut peer = Peer::spawn(subject, places, Code::Cached(subject.cache), None, clock)
            .map_err(crashed)?;
        let revision = subject.server.spoken();
        match client::handshake(&mut peer.process, revision, peer.patience, clock) {
            Ok(_) => Ok(peer),
            Err(failure) => Err(peer.fail(failure, clock)),
        }
    }

    /// The process's id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Writes a request that was rendered before and waits for its answer.
    ///
    /// # Errors
    /// When none comes.
    pub fn ask(&mut self, request: &Request, clock: &dyn Clock) -> Result<Reply, Failure> {
        self.last = Some(request.clone());
        client::ask(&mut self.process, request, self.patience, clock)
    }

    /// Greets a stranger. The revision in which it answers, or why it did not, and what it wrote first that was no answer.
    pub fn meet(&mut self, clock: &dyn Clock) -> (Result<Wire, Failure>, Option<String>) {
        let hello = Request::initialize(0);
        self.last = Some(hello.clone());
        let mut chatter = None;
        let answer = client::ask_noting(
            &mut self.process,
            &hello,
            self.patience,
            clock,
            &mut |line| {
                let said = &line[..line.len().min(CHATTER)];
                chatter.get_or_insert_with(|| String::from_utf8_lossy(said).into_owned());
            },
        );
        let revision = answer.and_then(|reply| client::answered_in(&reply));
        let greeted = revision.and_then(|revision| {
            client::initialized(&mut self.process, self.patience, clock)?;
            Ok(revision)
        });
        (greeted, chatter)
    }

    /// Says that the handshake is over.
    ///
    /// # Errors
    /// When the process does not take it.
    pub fn initialized(&mut self, clock: &dyn Clock) -> Result<(), Failure> {
        client::initialized(&mut self.process, self.patience, clock)
    }

    /// Renders a request of any method with the next id.
    pub fn request(&mut self, method: &str, params: &Value) -> Request {
        self.asked += 1;
        Request::new(self.asked, method, params)
    }

    /// Renders a call with the next id.
    pub fn render(&mut self, tool: &str, arguments: &Value) -> Request {
        self.prepared(&client::params(tool, arguments))
    }

    /// A call with the next id, whose parameters were rendered before.
    pub fn prepared(&mut self, params: &str) -> Request {
        self.asked += 1;
        Request::prepared(self.asked, params)
    }

    /// Names the request that a trouble is about, where it is not the last.
    pub fn blame(&mut self, request: &Request) {
        self.last = Some(request.clone());
    }

    /// Lays out the copies that a call is given and makes the calls that prepare it.
    ///
    /// # Errors
    /// When something cannot be copied, or a call has no answer, or fails and may not.
    pub fn prepare(&mut self, call: &Call, clock: &dyn Clock) -> Result<(), Trouble> {
        let places = self.places.clone();
        prepare(call, &places, |tool, arguments| {
            let request = self.render(tool, arguments);
            Ok(self.ask(&request, clock)?.result()?)
        })
    }

    /// Sends a request without waiting for its answer, so that many can be under way.
    ///
    /// # Errors
    /// When the process no longer reads.
    pub fn offer(&mut self, request: &Request) -> Result<(), Failure> {
        self.last = Some(request.clone());
        Ok(self.process.offer(request.line())?)
    }

    /// The next answer to any request, if one comes before that moment: the request's number, when it was there, and its line.
    ///
    /// # Errors
    /// When none can come any more.
    pub fn answer(
        &mut self,
        until: Nanos,
        clock: &dyn Clock,
    ) -> Result<Option<(u64, Nanos, Vec<u8>)>, Failure> {
        while let Some(line) = self.process.line(until, clock)? {
            let at = clock.now();
            if let Some(id) = client::answered(line) {
                return Ok(Some((id, at, line.to_vec())));
            }
        }
        Ok(None)
    }

    /// How long one answer may take.
    pub fn patience(&self) -> Duration {
        self.patience
    }

    /// What a failure is called in the record, with the evidence for it. The process is ended.
    pub fn fail(self, failure: Failure, clock: &dyn Clock) -> Failed {
        let request = self.last.map(|request| request.line().to_vec());
        Failed::at(self.process, request, failure, clock)
    }

    /// What a call's trouble is called in the record, with the evidence for it. The process is ended.
    pub fn trouble(self, trouble: Trouble, clock: &dyn Clock) -> Failed {
        let request = self.last.map(|request| request.line().to_vec());
        Failed::by(self.process, request, trouble, clock)
    }

    /// Closes the process's input and waits for its end.
    pub fn end(self, clock: &dyn Clock) -> End {
        self.process.end(self.farewell, clock)
    }

    /// The same of a process whose end is to be looked at.
    pub fn farewell(mut self, clock: &dyn Clock) -> Box<Evidence> {
        let end = self.process.close(self.farewell, clock);
        evidence(&end, &mut self.process)
    }

    /// The same of a process that has to end well.
    ///
    /// # Errors
    /// When it does not, although it gave its answers.
    pub fn finish(mut self, clock: &dyn Clock) -> Result<End, Failed> {
        let end = self.process.close(self.farewell, clock);
        if end.status.success() || self.may_stay {
            return Ok(end);
        }
        Err(Failed {
            outcome: Outcome::Crashed {
                how: format!("after its answers: {}", end.words()),
            },
            evidence: evidence(&end, &mut self.process),
            request: self.last.map(|request| request.line().to_vec()),
        })
    }
}
