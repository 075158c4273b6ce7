//! A session: one long-lived `wasi:cli/run` instance, advanced by whoever waits for its next line.
//!
//! There is no thread for it. Between lines it is a suspended stack and its memory, which is what an idle server costs.

use super::drive::drive;
use super::loaded::{Inner, Loaded, Server};
use crate::clock;
use crate::guest::{Guest, StandardStreams, cause};
use crate::line::{Cause, Counts, Ledger};
use crate::stdio::{Queues, Wire};
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Instant;
use wasmtime::UpdateDeadline;
use wasmtime_wasi::I32Exit;

/// There will be no further line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SessionEnd {
    /// The guest ended well.
    #[error("the session is over; open another")]
    Done,
    /// The guest failed; what it owed was answered with errors before this.
    #[error("the session is over: {}; open another", .0.message())]
    Failed(Cause),
}

type Guesting = Pin<Box<dyn Future<Output = SessionEnd> + Send>>;

/// One session of one server.
pub struct Session {
    wire: Wire<Queues>,
    guest: Option<Guesting>,
    end: SessionEnd,
    server: Arc<Server>,
}

/// Why no session was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The component has no stdio side.
    #[error("this component exports no wasi:cli/run; call it over HTTP")]
    NoCommand,
    /// There are as many as there may be.
    #[error("this server has as many sessions as it is allowed; end one, or raise its `sessions`")]
    Busy,
}

impl Loaded {
    /// Opens a session. Its instance is made when it is first advanced.
    ///
    /// # Errors
    ///
    /// An [`OpenError`].
    pub fn session(&self) -> Result<Session, OpenError> {
        self.open(Ledger::new(self.limits().timeout))
    }

    /// As [`Loaded::session`], for who has found each line that it sends to be a whole message.
    pub(crate) fn session_of_messages(&self) -> Result<Session, OpenError> {
        self.open(Ledger::of_messages(self.limits().timeout))
    }

    fn open(&self, ledger: Ledger) -> Result<Session, OpenError> {
        let server = self.server.clone();
        if server.program.command.is_none() {
            return Err(OpenError::NoCommand);
        }
        let limits = &server.setup.limits;
        if server.sessions.fetch_add(1, Ordering::Acquire) >= limits.sessions {
            server.sessions.fetch_sub(1, Ordering::Release);
            return Err(OpenError::Busy);
        }
        let wire = Wire::new(Queues::default(), ledger, limits.message);
        Ok(Session {
            guest: Some(Box::pin(live(server.clone(), wire.clone()))),
            wire,
            end: SessionEnd::Done,
            server,
        })
    }
}

/// The whole life of a session's guest.
async fn live(server: Arc<Server>, wire: Wire<Queues>) -> SessionEnd {
    let Some(program) = &server.program.command else {
        return SessionEnd::Done;
    };
    let (stdin, stdout) = wire.streams();
    let streams = StandardStreams {
        stdin: Some(Box::new(stdin)),
        stdout: Some(Box::new(stdout)),
    };
    let Inner { engine, .. } = &*server.host;
    let Ok(mut store) = Guest::store(engine, &server.setup, streams) else {
        return SessionEnd::Failed(Cause::Exited);
    };
    let ticks = wire.clone();
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(move |_| {
        ticks.tick(clock::now()).map_err(wasmtime::Error::new)?;
        // Lines that are written leave, and other sessions of this thread get their turn.
        Ok(UpdateDeadline::Yield(1))
    });
    let command = match program.instantiate_async(&mut store).await {
        Ok(command) => command,
        Err(error) => return SessionEnd::Failed(cause(&error, &store)),
    };
    wire.begins(clock::now());
    match command.wasi_cli_run().call_run(&mut store).await {
        Ok(Ok(())) => SessionEnd::Done,
        Ok(Err(())) => SessionEnd::Failed(Cause::Exited),
        Err(error)
            if error
                .downcast_ref::<I32Exit>()
                .is_some_and(|exit| exit.0 == 0) =>
        {
            SessionEnd::Done
        }
        Err(error) => SessionEnd::Failed(cause(&error, &store)),
    }
}

impl Session {
    /// Gives the guest a line. It is read when the session is next advanced.
    pub fn send(&self, line: &[u8]) {
        self.wire.front(|queues| queues.send(line));
    }

    /// How many bytes were sent and not read by the guest yet.
    pub fn backlog(&self) -> usize {
        self.wire.front(|queues| queues.backlog())
    }

    /// Waits for the guest's next line, advancing it on this thread.
    ///
    /// # Errors
    ///
    /// [`SessionEnd`] when there will be none.
    pub fn recv(&mut self) -> Result<Vec<u8>, SessionEnd> {
        let wire = self.wire.clone();
        let running = self.server.clone();
        let _running = running.host.ticker.running();
        let _reactor = running.host.enter();
        let late = {
            let line = pin!(poll_fn(|cx| self.poll_line(cx)));
            drive(line, || wire.deadline())
        };
        match late {
            Ok(line) => line,
            Err(_) => {
                self.time_out();
                self.recv()
            }
        }
    }

    /// Ready with the next line; for callers with a reactor of their own. Between calls the guest stands still.
    pub fn poll_line(&mut self, cx: &mut Context<'_>) -> Poll<Result<Vec<u8>, SessionEnd>> {
        loop {
            if let Some(line) = self.wire.front(Queues::receive) {
                return Poll::Ready(Ok(line));
            }
            let Some(guest) = &mut self.guest else {
                return Poll::Ready(Err(self.end));
            };
            let _running = self.server.host.ticker.running();
            match guest.as_mut().poll(cx) {
                Poll::Ready(end) => self.finish(end),
                Poll::Pending => {
                    return match self.wire.front(Queues::receive) {
                        Some(line) => Poll::Ready(Ok(line)),
                        None => Poll::Pending,
                    };
                }
            }
        }
    }

    /// When the guest must have answered.
    pub fn deadline(&self) -> Option<Instant> {
        self.wire.deadline()
    }

    /// Ends a guest that sleeps past its deadline.
    pub fn time_out(&mut self) {
        self.finish(SessionEnd::Failed(Cause::Timeout));
    }

    /// Whether the guest is gone; its last lines may still wait to be received.
    pub fn is_over(&self) -> bool {
        self.guest.is_none()
    }

    /// Ends the guest's stdin; it may still finish what it does.
    pub fn close(&self) {
        self.wire.front(Queues::close);
    }

    /// What was counted so far.
    pub fn counts(&self) -> Counts {
        self.wire.ledger(|ledger| ledger.counts())
    }

    fn finish(&mut self, end: SessionEnd) {
        self.guest = None;
        self.end = end;
        let cause = match end {
            SessionEnd::Done => Cause::Exited,
            SessionEnd::Failed(cause) => cause,
        };
        for line in self.wire.ledger(|ledger| ledger.fail(cause)) {
            self.wire.answer(line);
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.server.sessions.fetch_sub(1, Ordering::Release);
    }
}
