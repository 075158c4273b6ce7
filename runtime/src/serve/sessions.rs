//! Sessions of the older wire: a task for each, which advances its instance and tells posts from lines.

use super::answer::{Answer, empty, events, json, rejected};
use super::stream::Events;
use crate::clock;
use crate::host::{Loaded, Session, SessionEnd};
use crate::line::{Kind, frame};
use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode};
use mcp_wire::bridge::{self, Delivery, Posted, Route, Ticket};
use mcp_wire::code::Code;
use mcp_wire::http::{Head, Rejection, Verb};
use mcp_wire::json::Raw;
use mcp_wire::message::{self, Id, Message};
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, oneshot};

/// Threads that advance sessions. A guest that computes holds one of them until its deadline; the others are stolen from it.
const THREADS: usize = 16;
/// Events that may wait for a slow client; later ones are lost, answers never.
const EVENTS: usize = 256;

/// Bytes that may wait for a guest that does not read; a message that is longer by itself may.
const BACKLOG: usize = 16 << 20;

/// What a call is told whose guest waited for the client until the session was over.
const UNANSWERED: &str = "the client did not answer for as long as a session may be idle; begin again with initialize, or raise `session_idle`";

/// What a session is told.
enum Told {
    Post {
        text: Bytes,
        reply: oneshot::Sender<Reply>,
    },
    Listen(mpsc::Sender<Bytes>),
}

/// What a POST gets.
enum Reply {
    Wait {
        events: mpsc::Receiver<Bytes>,
        answer: oneshot::Receiver<Bytes>,
    },
    Accepted,
    Rejected(Rejection),
}

/// The sessions of one server.
pub struct Sessions {
    server: Loaded,
    open: Arc<Mutex<BTreeMap<String, mpsc::Sender<Told>>>>,
    runtime: Arc<SessionRuntime>,
}

/// The threads that sessions of all servers are advanced by, made when the first is opened.
#[derive(Default)]
pub struct SessionRuntime {
    runtime: Mutex<Option<Runtime>>,
}

impl SessionRuntime {
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) -> std::io::Result<()> {
        let mut runtime = self.runtime.lock().unwrap_or_else(PoisonError::into_inner);
        if runtime.is_none() {
            *runtime = Some(
                tokio::runtime::Builder::new_multi_thread()
                    .worker_threads(THREADS)
                    .thread_name("session")
                    .enable_all()
                    .build()?,
            );
        }
        if let Some(runtime) = &*runtime {
            runtime.spawn(task);
        }
        Ok(())
    }

    /// Ends every session without waiting for guests.
    pub fn shut_down(&self) {
        if let Some(runtime) = self
            .runtime
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
        {
            runtime.shutdown_background();
        }
    }
}

impl Sessions {
    /// No session yet.
    pub fn new(server: Loaded, runtime: Arc<SessionRuntime>) -> Sessions {
        Sessions {
            server,
            open: Arc::default(),
            runtime,
        }
    }

    fn find(&self, id: &str) -> Option<mpsc::Sender<Told>> {
        self.open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id)
            .cloned()
    }

    /// GET and DELETE.
    pub async fn other(&self, head: &Head<'_>) -> Response<Answer> {
        let Some(id) = head.session else {
            let text = "Mcp-Session-Id is missing; send the one that initialize answered with";
            return rejected(Rejection::new(400, Code::INVALID_REQUEST, text, None));
        };
        if head.verb == Verb::Delete {
            let ended = self
                .open
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(id);
            return match ended {
                Some(_) => empty(StatusCode::NO_CONTENT),
                None => rejected(Route::unknown(None)),
            };
        }
        let Some(session) = self.find(id) else {
            return rejected(Route::unknown(None));
        };
        let (sender, receiver) = mpsc::channel(EVENTS);
        match session.send(Told::Listen(sender)).await {
            Ok(()) => events(Events::new(None, receiver, None)),
            Err(_) => rejected(Route::unknown(None)),
        }
    }

    /// A POST of the older wire.
    pub async fn post(
        &self,
        head: &Head<'_>,
        message: &Message<'_>,
        text: Bytes,
    ) -> Response<Answer> {
        let id = match message {
            Message::Request { id, .. } => Some(id),
            _ => None,
        };
        let (name, session, fresh) = match bridge::route(head, message) {
            Route::Reject(rejection) => return rejected(rejection),
            Route::Session(name) => match self.find(name) {
                Some(session) => (name.to_owned(), session, false),
                None => return rejected(Route::unknown(id)),
            },
            Route::Open => match self.begin() {
                Ok((name, session)) => (name, session, true),
                Err(why) => {
                    let mut body = Vec::new();
                    message::error(&mut body, id, Code::INTERNAL, &why, None);
                    return json(StatusCode::SERVICE_UNAVAILABLE, body);
                }
            },
        };
        let (reply, replied) = oneshot::channel();
        if session.send(Told::Post { text, reply }).await.is_err() {
            return rejected(Route::unknown(id));
        }
        let mut response = match replied.await {
            Err(_) => return rejected(Route::unknown(id)),
            Ok(Reply::Accepted) => empty(StatusCode::ACCEPTED),
            Ok(Reply::Rejected(rejection)) => rejected(rejection),
            Ok(Reply::Wait { events, answer }) => answered(events, answer, head.streams).await,
        };
        if fresh && let Ok(value) = HeaderValue::from_str(&name) {
            response.headers_mut().insert("mcp-session-id", value);
        }
        response
    }

    /// Opens a session and starts its task.
    fn begin(&self) -> Result<(String, mpsc::Sender<Told>), String> {
        let session = self
            .server
            .session_of_messages()
            .map_err(|error| error.to_string())?;
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| error.to_string())?;
        let name: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let (sender, receiver) = mpsc::channel(64);
        self.open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name.clone(), sender.clone());
        let (open, own) = (self.open.clone(), name.clone());
        let idle = self.server.limits().session_idle;
        let unlist = move || {
            open.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(&own);
        };
        let task = Task::new(session, receiver, Box::new(unlist)).live(idle);
        self.runtime
            .spawn(task)
            .map_err(|error| error.to_string())?;
        Ok((name, sender))
    }
}

/// The answer, as JSON where nothing comes before it, else as a stream.
async fn answered(
    mut events_in: mpsc::Receiver<Bytes>,
    mut answer: oneshot::Receiver<Bytes>,
    streams: bool,
) -> Response<Answer> {
    // No answer is left behind: the session is over, as it is for whoever asks next.
    let gone = || rejected(Route::unknown(None));
    if !streams {
        drop(events_in);
        return answer
            .await
            .map_or_else(|_| gone(), |answer| json(StatusCode::OK, answer));
    }
    tokio::select! {
        biased;
        Some(first) = events_in.recv() => events(Events::new(Some(first), events_in, Some(answer))),
        answer = &mut answer => answer.map_or_else(|_| gone(), |answer| json(StatusCode::OK, answer)),
    }
}

struct Task {
    session: Session,
    told: mpsc::Receiver<Told>,
    bridge: bridge::Session,
    tickets: BTreeMap<Ticket, (mpsc::Sender<Bytes>, oneshot::Sender<Bytes>)>,
    listener: Option<mpsc::Sender<Bytes>>,
    next: Ticket,
    unlist: Box<dyn Fn() + Send>,
}

impl Drop for Task {
    fn drop(&mut self) {
        (self.unlist)();
    }
}

impl Task {
    fn new(session: Session, told: mpsc::Receiver<Told>, unlist: Box<dyn Fn() + Send>) -> Task {
        Task {
            session,
            told,
            bridge: bridge::Session::new(),
            tickets: BTreeMap::new(),
            listener: None,
            next: 0,
            unlist,
        }
    }

    async fn live(mut self, idle: std::time::Duration) {
        // What a guest says of its own accord is no use of it.
        let mut used = clock::now();
        loop {
            let quiet = tokio::time::sleep_until((used + idle).into());
            let under_way = self.bridge.under_way();
            // Of a guest that is gone there are only lines left, the last of which are the host's answers. From the first of
            // them on the session is not listed, so that nobody holds a sender.
            let lives = !self.session.is_over();
            tokio::select! {
                told = self.told.recv(), if lives => {
                    used = clock::now();
                    match told {
                        Some(Told::Post { text, reply }) => self.post(&text, reply),
                        Some(Told::Listen(listener)) => self.listener = Some(listener),
                        // DELETE took the last sender away.
                        None => return,
                    }
                }
                line = line(&mut self.session) => match line {
                    Ok(line) => {
                        self.deliver(line);
                        if self.bridge.under_way() < under_way {
                            used = clock::now();
                        }
                    }
                    Err(end) => return self.end(&end.to_string()),
                },
                () = quiet, if lives => {
                    // A call under way is a use, unless its guest waits for a client that may be gone. What the guest has
                    // not read yet it does not wait for.
                    let waits = self.session.deadline().is_none() && self.session.backlog() == 0;
                    if self.bridge.under_way() == 0 || waits {
                        return self.end(UNANSWERED);
                    }
                    used = clock::now();
                }
            }
        }
    }

    fn post(&mut self, text: &Bytes, reply: oneshot::Sender<Reply>) {
        let Ok(message) = message::parse(text) else {
            let _ = reply.send(Reply::Rejected(Rejection::new(
                400,
                Code::PARSE,
                "the body is not JSON; send JSON",
                None,
            )));
            return;
        };
        let backlog = self.session.backlog();
        if backlog > 0 && backlog + text.len() > BACKLOG {
            let id = match &message {
                Message::Request { id, .. } => Some(id),
                _ => None,
            };
            let why = "the server has not read what it was sent before; wait for its answers";
            let _ = reply.send(Reply::Rejected(Rejection::new(
                429,
                Code::INVALID_REQUEST,
                why,
                id,
            )));
            return;
        }
        if let Some((ticket, answer)) = self.bridge.take_back(&message) {
            self.answer(ticket, answer);
        }
        self.next += 1;
        let ticket = self.next;
        let replied = match self.bridge.post(&message, text, ticket) {
            Posted::Wait(line) => {
                let (events, events_out) = mpsc::channel(EVENTS);
                let (answer, answer_out) = oneshot::channel();
                self.tickets.insert(ticket, (events, answer));
                self.session.send(&line);
                Reply::Wait {
                    events: events_out,
                    answer: answer_out,
                }
            }
            Posted::Accepted(line) => {
                self.session.send(&line);
                Reply::Accepted
            }
            Posted::Ignored => Reply::Accepted,
            Posted::Reject(rejection) => Reply::Rejected(rejection),
        };
        if reply.send(replied).is_err() {
            // The client went away; the guest's answer will find nobody.
            for refused in self.bridge.forget(ticket) {
                self.session.send(&refused);
            }
            self.tickets.remove(&ticket);
        }
    }

    /// Tells whoever still waits why there will be no answer.
    fn end(&mut self, why: &str) {
        for (ticket, answer) in self.bridge.end(why) {
            self.answer(ticket, answer);
        }
    }

    fn answer(&mut self, ticket: Ticket, line: Vec<u8>) {
        if let Some((_, to)) = self.tickets.remove(&ticket) {
            let _ = to.send(line.into());
        }
    }

    fn deliver(&mut self, line: Vec<u8>) {
        if self.session.is_over() {
            // Who reads this answer and asks again is told that there is no such session.
            (self.unlist)();
        }
        match self.bridge.line(&line) {
            Delivery::Answer(ticket) => self.answer(ticket, line),
            Delivery::Event(ticket) => {
                let to = self.tickets.get(&ticket).map(|(to, _)| to.clone());
                self.tell(to, line.into());
            }
            Delivery::Unrelated => self.tell(self.listener.clone(), line.into()),
            // The host's ledger looks at the head of a line, and may take for an answer what is none.
            Delivery::Dropped => {
                let id = frame(&line)
                    .filter(|frame| matches!(frame.kind, Kind::Result | Kind::Error))
                    .and_then(|frame| std::str::from_utf8(frame.id?).ok())
                    .and_then(|id| Id::from_raw(Raw::new(id)?));
                if let Some((ticket, answer)) = id.and_then(|id| self.bridge.spoilt(&id)) {
                    self.answer(ticket, answer);
                }
            }
        }
    }

    /// Hands on an event, if somebody can take it. A guest whose question finds nobody is told so.
    fn tell(&mut self, to: Option<mpsc::Sender<Bytes>>, event: Bytes) {
        if to.is_none_or(|to| to.try_send(event.clone()).is_err())
            && let Some(refused) = self.bridge.undelivered(&event)
        {
            self.session.send(&refused);
        }
    }
}

/// The session's next line; its guest is ended when it sleeps past its deadline.
async fn line(session: &mut Session) -> Result<Vec<u8>, SessionEnd> {
    let mut late = None;
    poll_fn(|cx| {
        loop {
            if let Poll::Ready(line) = session.poll_line(cx) {
                return Poll::Ready(line);
            }
            let Some(deadline) = session.deadline() else {
                return Poll::Pending;
            };
            let sleep = late.insert(Box::pin(tokio::time::sleep_until(deadline.into())));
            if sleep.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            session.time_out();
        }
    })
    .await
}
