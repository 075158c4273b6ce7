//! Sessions of the older wire: a thread each, running the same stdio loop that a process or a component runs.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
};

use mcp_wire::{
    bridge::{Delivery, Posted, Route, Session, Ticket},
    code::Code,
    http::{Rejection, sse},
    message::{Id, Message},
};

use super::exchange::{Exchange, Piece};
use crate::{
    Server,
    engine::Engine,
    state,
    stdio::{self, LINE, Pipe},
};

/// How many sessions are kept; the one that was used longest ago makes room for a new one.
const SESSIONS: usize = 256;
/// How many lines may wait for a session's thread.
const INBOX: usize = 128;

/// Every session of the endpoint.
#[derive(Debug)]
pub(super) struct Sessions {
    server: &'static Server,
    live: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    by_id: BTreeMap<String, (u64, Arc<Live>)>,
    /// Counts uses, so that "longest ago" needs no clock.
    uses: u64,
}

#[derive(Debug)]
struct Live {
    inbox: Mutex<Option<SyncSender<Vec<u8>>>>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    session: Session,
    tickets: BTreeMap<Ticket, Exchange>,
    streaming: BTreeSet<Ticket>,
    unrelated: Option<Exchange>,
    next: Ticket,
}

/// A thread that panicked leaves data behind that is whole: every change is one assignment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sessions {
    pub(super) fn new(server: &'static Server) -> Sessions {
        Sessions {
            server,
            live: Mutex::default(),
        }
    }

    fn find(&self, id: &str) -> Option<Arc<Live>> {
        let mut table = lock(&self.live);
        table.uses += 1;
        let uses = table.uses;
        let (used, live) = table.by_id.get_mut(id)?;
        *used = uses;
        Some(live.clone())
    }

    /// Takes a message that was posted; its answer goes to `to`.
    pub(super) fn post(&self, route: Route<'_>, message: &Message<'_>, text: &[u8], to: Exchange) {
        let id = match message {
            Message::Request { id, .. } => Some(id),
            _ => None,
        };
        let live = match route {
            Route::Reject(rejection) => return to.reject(rejection),
            Route::Session(session) => match self.find(session) {
                Some(live) => live,
                None => return to.reject(Route::unknown(id)),
            },
            Route::Open => match self.open() {
                Ok((session, live)) => {
                    to.send(Piece::Session(session));
                    live
                }
                Err(why) => return to.reject(Rejection::new(503, Code::INTERNAL, why, id)),
            },
        };
        live.post(message, text, to, id);
    }

    fn open(&self) -> Result<(String, Arc<Live>), &'static str> {
        let Some(random) = state::random() else {
            return Err(
                "there is no source of randomness for a session's name; make /dev/urandom readable",
            );
        };
        let id: String = random[..16]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let (inbox, lines) = sync_channel(INBOX);
        let live = Arc::new(Live {
            inbox: Mutex::new(Some(inbox)),
            state: Mutex::default(),
        });
        let ends = Ends {
            live: live.clone(),
            lines,
            next: VecDeque::new(),
        };
        let server = self.server;
        std::thread::Builder::new()
            .name("session".to_owned())
            .spawn(move || {
                let live = ends.live.clone();
                stdio::serve(&mut Engine::new(server), ends, LINE);
                live.end();
            })
            .map_err(|_| "no thread can be started for a session; end some sessions by DELETE")?;
        let mut table = lock(&self.live);
        if table.by_id.len() >= SESSIONS {
            let oldest = table
                .by_id
                .iter()
                .min_by_key(|(_, (used, _))| *used)
                .map(|(id, _)| id.clone());
            if let Some((_, evicted)) = oldest.and_then(|oldest| table.by_id.remove(&oldest)) {
                evicted.close();
            }
        }
        table.uses += 1;
        let uses = table.uses;
        table.by_id.insert(id.clone(), (uses, live.clone()));
        Ok((id, live))
    }

    /// Opens a session's stream for what belongs to no call; the newest stream replaces an older one.
    pub(super) fn listen(&self, session: Option<&str>, to: Exchange) -> Result<(), Rejection> {
        let session = session.ok_or_else(missing)?;
        let live = self.find(session).ok_or_else(|| Route::unknown(None))?;
        lock(&live.state).unrelated = Some(to);
        Ok(())
    }

    /// Ends a session.
    pub(super) fn delete(&self, session: Option<&str>) -> Result<(), Rejection> {
        let session = session.ok_or_else(missing)?;
        let removed = lock(&self.live).by_id.remove(session);
        removed.ok_or_else(|| Route::unknown(None))?.1.close();
        Ok(())
    }
}

fn missing() -> Rejection {
    Rejection::new(
        400,
        Code::INVALID_REQUEST,
        "Mcp-Session-Id is missing; send it",
        None,
    )
}

impl Live {
    fn post(&self, message: &Message<'_>, text: &[u8], to: Exchange, id: Option<&Id<'_>>) {
        let (posted, taken_back) = {
            let mut state = lock(&self.state);
            state.next += 1;
            let ticket = state.next;
            let posted = state.session.post(message, text, ticket);
            if let Posted::Wait(_) = posted {
                state.tickets.insert(ticket, to.clone());
            }
            let taken_back = state
                .session
                .take_back(message)
                .and_then(|(ticket, answer)| state.answer(ticket, &answer));
            (posted, taken_back)
        };
        let accepted = Piece::Whole {
            status: 202,
            body: Vec::new(),
            allow: None,
        };
        let line = match posted {
            Posted::Reject(rejection) => return to.reject(rejection),
            Posted::Ignored => {
                to.send(accepted);
                return;
            }
            Posted::Wait(line) => line,
            Posted::Accepted(line) => {
                to.send(accepted);
                line
            }
        };
        // Cloned, so that a full inbox does not block others at the lock.
        let inbox = lock(&self.inbox).clone();
        if inbox.is_none_or(|inbox| inbox.send(line).is_err()) {
            to.reject(Route::unknown(id));
        }
        // Last, because it waits while the client reads that stream slowly.
        if let Some((waiting, piece)) = taken_back {
            waiting.send(piece);
        }
    }

    /// Ends the thread as soon as it reads again.
    fn close(&self) {
        lock(&self.inbox).take();
    }

    /// The thread is over: whoever waits is told.
    fn end(&self) {
        self.close();
        let (ended, mut tickets) = {
            let mut state = lock(&self.state);
            state.unrelated = None;
            (
                state
                    .session
                    .end("the session has ended; begin again with initialize"),
                std::mem::take(&mut state.tickets),
            )
        };
        for (ticket, answer) in ended {
            if let Some(to) = tickets.remove(&ticket) {
                to.send(Piece::Whole {
                    status: 200,
                    body: answer,
                    allow: None,
                });
            }
        }
    }

    /// Hands on a line that the loop wrote. What comes back is for the loop: a question that nobody can be asked.
    fn deliver(&self, line: &[u8]) -> Vec<Vec<u8>> {
        let refused = |state: &mut State| state.session.undelivered(line).into_iter().collect();
        let (to, piece, ticket) = {
            let mut state = lock(&self.state);
            match state.session.line(line) {
                Delivery::Answer(ticket) => {
                    let Some((to, piece)) = state.answer(ticket, line) else {
                        return Vec::new();
                    };
                    (to, piece, None)
                }
                Delivery::Event(ticket) => {
                    let Some(to) = state.tickets.get(&ticket).cloned() else {
                        return refused(&mut state);
                    };
                    state.streaming.insert(ticket);
                    (to, Piece::Part(event(line)), Some(ticket))
                }
                Delivery::Unrelated => match &state.unrelated {
                    Some(to) => (to.clone(), Piece::Part(event(line)), None),
                    None => return refused(&mut state),
                },
                Delivery::Dropped => return Vec::new(),
            }
        };
        if to.send(piece) {
            return Vec::new();
        }
        let mut state = lock(&self.state);
        let mut told: Vec<Vec<u8>> = refused(&mut state);
        if let Some(ticket) = ticket {
            told.extend(state.session.forget(ticket));
            state.tickets.remove(&ticket);
            state.streaming.remove(&ticket);
        }
        told
    }
}

impl State {
    /// Ends a ticket: as the last event where its stream has begun, else as the whole answer.
    fn answer(&mut self, ticket: Ticket, line: &[u8]) -> Option<(Exchange, Piece)> {
        let to = self.tickets.remove(&ticket)?;
        let piece = if self.streaming.remove(&ticket) {
            Piece::Part(event(line))
        } else {
            Piece::Whole {
                status: 200,
                body: line.to_vec(),
                allow: None,
            }
        };
        Some((to, piece))
    }
}

fn event(line: &[u8]) -> Vec<u8> {
    let mut event = Vec::with_capacity(line.len() + 32);
    sse::event(line, &mut event);
    event
}

/// The thread's ends of the two channels.
struct Ends {
    live: Arc<Live>,
    lines: Receiver<Vec<u8>>,
    /// Lines that go before them: one that was taken to see whether there is one, and what became of questions.
    next: VecDeque<Vec<u8>>,
}

impl Pipe for Ends {
    fn read(&mut self, buffer: &mut Vec<u8>) -> bool {
        match self.next.pop_front().or_else(|| self.lines.recv().ok()) {
            Some(line) => {
                buffer.extend_from_slice(&line);
                true
            }
            None => false,
        }
    }

    fn ready(&mut self) -> bool {
        if self.next.is_empty() {
            self.next.extend(self.lines.try_recv().ok());
        }
        !self.next.is_empty()
    }

    fn write(&mut self, bytes: &[u8]) -> bool {
        for line in bytes
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
        {
            self.next.extend(self.live.deliver(line));
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mcp_wire::message;
    use tokio::sync::mpsc::channel;

    #[test]
    fn a_cancel_does_not_wait_for_the_stream_that_it_ends() {
        let (inbox, lines) = sync_channel(INBOX);
        let live = Arc::new(Live {
            inbox: Mutex::new(Some(inbox)),
            state: Mutex::default(),
        });
        let post = |text: &str, to: Exchange| {
            let message = message::parse(text.as_bytes()).expect("a message");
            live.post(&message, text.as_bytes(), to, None);
        };
        // The stream's client has not read the one piece that there is room for.
        let (full, mut stream) = channel(1);
        post(
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call"}"#,
            Exchange(full.clone()),
        );
        assert!(Exchange(full).send(Piece::Part(Vec::new())));
        let (to, mut answer) = channel(1);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                post(
                    r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#,
                    Exchange(to),
                );
            });
            let accepted = answer.blocking_recv();
            assert!(matches!(accepted, Some(Piece::Whole { status: 202, .. })));
            assert_eq!(lines.iter().take(2).count(), 2, "the loop is told as well");
            assert!(matches!(stream.blocking_recv(), Some(Piece::Part(_))));
            let last = stream.blocking_recv();
            assert!(matches!(last, Some(Piece::Whole { status: 200, .. })));
        });
    }
}
