//! One session: what the client waits for, what the instance waits for.

use std::collections::{BTreeMap, VecDeque};

use crate::{
    code::Code,
    http::Rejection,
    json::Raw,
    message::{self, Id, Message, Params},
};

/// How many requests of one session may be under way at once.
pub const IN_FLIGHT: usize = 64;

/// How many questions of an instance may wait for the client at once.
const QUESTIONS: usize = 64;

/// No question's id needs to be longer.
const QUESTION_ID: usize = 256;

/// The front's own name for an open POST.
pub type Ticket = u64;

/// One session's state.
#[derive(Debug, Default)]
pub struct Session {
    /// Requests in the order in which they came: the instance works on the first.
    waiting: VecDeque<Waiting>,
    /// Requests of the instance that the client has not answered yet, and the call on whose stream each was asked.
    questions: BTreeMap<String, Option<Ticket>>,
    dropped: u64,
}

#[derive(Debug)]
struct Waiting {
    id: Id<'static>,
    progress: Option<String>,
    ticket: Ticket,
}

/// What becomes of a POST.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Posted {
    /// The line goes to the instance; deliveries for the ticket are the answer.
    Wait(Vec<u8>),
    /// The line goes to the instance; the answer is 202 without a body.
    Accepted(Vec<u8>),
    /// Nothing goes to the instance; the answer is 202 without a body.
    Ignored,
    /// The answer.
    Reject(Rejection),
}

/// What becomes of a line that the instance wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The answer for a ticket, which it ends: as JSON, or as the last event of a stream that has begun.
    Answer(Ticket),
    /// An event for a ticket's stream, which begins with the first.
    Event(Ticket),
    /// An event for the session's GET stream, if one is open.
    Unrelated,
    /// Garbage, or an answer that nobody waits for. Counted.
    Dropped,
}

impl Session {
    /// A session in which nothing is under way.
    pub fn new() -> Self {
        Session::default()
    }

    /// Takes a message that the client posted; `text` is what it was parsed from.
    pub fn post(&mut self, message: &Message<'_>, text: &[u8], ticket: Ticket) -> Posted {
        match message {
            Message::Request { id, params, .. } => {
                if self.waiting.iter().any(|waiting| waiting.id == *id) {
                    let text = "a request with this id is under way; use an id once";
                    return Posted::Reject(Rejection::new(
                        400,
                        Code::INVALID_REQUEST,
                        text,
                        Some(id),
                    ));
                }
                if self.waiting.len() >= IN_FLIGHT {
                    let text = "64 requests of this session are under way; wait for answers";
                    return Posted::Reject(Rejection::new(
                        429,
                        Code::INVALID_REQUEST,
                        text,
                        Some(id),
                    ));
                }
                let progress = params
                    .meta("progressToken")
                    .map(|token| token.get().to_owned());
                self.waiting.push_back(Waiting {
                    id: id.clone().into_owned(),
                    progress,
                    ticket,
                });
                Posted::Wait(line(text))
            }
            Message::Notification { .. } => Posted::Accepted(line(text)),
            Message::Response { id, .. } => {
                // What the instance did not ask, a client cannot answer.
                if self.questions.remove(id.get()).is_some() {
                    Posted::Accepted(line(text))
                } else {
                    Posted::Ignored
                }
            }
        }
    }

    /// Takes a line that the instance wrote (without its end). An instance may be hostile.
    pub fn line(&mut self, text: &[u8]) -> Delivery {
        let delivery = match message::parse(text) {
            Ok(Message::Response { id, .. }) => self.answer(&id),
            Ok(Message::Request { id, params, .. }) => self.question(&id, &params),
            Ok(Message::Notification { params, .. }) => Some(delivery(self.stream(&params))),
            Err(_) => None,
        };
        delivery.unwrap_or_else(|| {
            self.dropped += 1;
            Delivery::Dropped
        })
    }

    fn answer(&mut self, id: &Id<'_>) -> Option<Delivery> {
        let place = self.waiting.iter().position(|waiting| waiting.id == *id)?;
        self.waiting
            .remove(place)
            .map(|waiting| Delivery::Answer(waiting.ticket))
    }

    fn question(&mut self, id: &Id<'_>, params: &Params<'_>) -> Option<Delivery> {
        let id = id.get();
        let full = self.questions.len() >= QUESTIONS || id.len() > QUESTION_ID;
        if full || self.questions.contains_key(id) {
            return None;
        }
        let stream = self.stream(params);
        self.questions.insert(id.to_owned(), stream);
        Some(delivery(stream))
    }

    /// Forgets what was asked on a call's stream that nobody reads any more: no answer to it will come, as these lines tell the instance.
    fn unask(&mut self, ticket: Ticket) -> Vec<Vec<u8>> {
        let asked = self
            .questions
            .extract_if(.., |_, stream| *stream == Some(ticket));
        asked.filter_map(|(id, _)| unasked(&id)).collect()
    }

    /// Takes back a line that could not be handed to the client. Where it is a question, the instance would wait for ever: this is
    /// the line that tells it so.
    pub fn undelivered(&mut self, text: &[u8]) -> Option<Vec<u8>> {
        let Ok(Message::Request { id, .. }) = message::parse(text) else {
            return None;
        };
        self.questions.remove(id.get())?;
        unasked(id.get())
    }

    /// Gives up a request to which the instance answered what is no message: its ticket, and what the POST is answered with.
    pub fn spoilt(&mut self, id: &Id<'_>) -> Option<(Ticket, Vec<u8>)> {
        let place = self.waiting.iter().position(|waiting| waiting.id == *id)?;
        let waiting = self.waiting.remove(place)?;
        let mut out = Vec::new();
        let why = "the server's answer is no JSON-RPC message; this is a fault of the server";
        message::error(&mut out, Some(&waiting.id), Code::INTERNAL, why, None);
        Some((waiting.ticket, out))
    }

    /// Whose stream an event belongs to: the call that it names, else the one that is worked on.
    fn stream(&self, params: &Params<'_>) -> Option<Ticket> {
        let token = params.get("progressToken").map(Raw::get);
        let named = self
            .waiting
            .iter()
            .find(|waiting| token.is_some() && waiting.progress.as_deref() == token);
        named.or(self.waiting.front()).map(|waiting| waiting.ticket)
    }

    /// Takes back the request that a `notifications/cancelled` names: its ticket, and what the POST is answered with.
    ///
    /// Over stdio such a request gets no answer. A POST gets one whatever happens, so this says why there is no other; the
    /// instance's own, if it comes, is dropped.
    pub fn take_back(&mut self, message: &Message<'_>) -> Option<(Ticket, Vec<u8>)> {
        let Message::Notification { method, params } = message else {
            return None;
        };
        if method != "notifications/cancelled" {
            return None;
        }
        let id = Id::from_raw(params.get("requestId")?)?;
        let place = self.waiting.iter().position(|waiting| waiting.id == id)?;
        let waiting = self.waiting.remove(place)?;
        // The instance is told of the call, and with it of what it asked for its sake.
        let _ = self.unask(waiting.ticket);
        let mut out = Vec::new();
        let text = "the call was taken back; nobody should wait for it";
        message::error(&mut out, Some(&waiting.id), Code::INTERNAL, text, None);
        Some((waiting.ticket, out))
    }

    /// Forgets a ticket whose client went away; the instance's answer will be dropped. The lines tell the instance which of its
    /// questions nobody will answer.
    #[must_use]
    pub fn forget(&mut self, ticket: Ticket) -> Vec<Vec<u8>> {
        self.waiting.retain(|waiting| waiting.ticket != ticket);
        self.unask(ticket)
    }

    /// Ends the session because the instance is gone: tickets that still wait, with the error that each is answered with.
    pub fn end(&mut self, why: &str) -> Vec<(Ticket, Vec<u8>)> {
        let waiting = std::mem::take(&mut self.waiting);
        self.questions.clear();
        waiting
            .into_iter()
            .map(|waiting| {
                let mut out = Vec::new();
                message::error(&mut out, Some(&waiting.id), Code::INTERNAL, why, None);
                (waiting.ticket, out)
            })
            .collect()
    }

    /// How many requests are under way.
    pub fn under_way(&self) -> usize {
        self.waiting.len()
    }

    /// How many lines of the instance were dropped.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

/// What an instance is told whose question nobody will answer; the id as it stands in JSON.
fn unasked(id: &str) -> Option<Vec<u8>> {
    let id = Id::from_raw(Raw::new(id)?)?;
    let mut out = Vec::new();
    let why = "the client could not be asked: it reads no stream";
    message::error(&mut out, Some(&id), Code::INTERNAL, why, None);
    out.push(b'\n');
    Some(out)
}

fn delivery(stream: Option<Ticket>) -> Delivery {
    stream.map_or(Delivery::Unrelated, Delivery::Event)
}

/// The message on one line: outside strings a line end is white space, inside it cannot stand.
fn line(text: &[u8]) -> Vec<u8> {
    let mut line = Vec::with_capacity(text.len() + 1);
    line.extend_from_slice(text);
    crate::json::one_line(&mut line);
    line.push(b'\n');
    line
}
