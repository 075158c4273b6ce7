//! Which requests wait for an answer, and what becomes of those that the guest can no longer give.

use super::cause::Cause;
use super::frame::{Frame, Kind, WHOLE, frame};
use super::waiting::Waiting;
use mcp_wire::json::Raw;
use mcp_wire::message::{self, Id, Message};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// What a line for the guest is, as far as the ledger has to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// It wants an answer.
    Request {
        /// As the answer repeats it.
        id: Vec<u8>,
        /// It is `initialize`.
        opens: bool,
        /// It was too long to be read to its end here.
        unread: bool,
    },
    /// It answers a question of the guest.
    Answer {
        /// The question's.
        id: Vec<u8>,
    },
    /// It wants no answer.
    Notification {
        /// It is `notifications/initialized`.
        opened: bool,
    },
    /// It says nothing, and the guest may read it all the same.
    Blank,
}

/// What to do with a line from the guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The client gets it.
    Forward,
    /// It is the answer to a request of ours.
    Swallow,
    /// It is no JSON-RPC message.
    NotProtocol,
    /// It answers what nobody asked.
    NeverAsked,
}

/// What was counted over a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Requests handed to the guest.
    pub requests: u64,
    /// Requests that the host had to answer.
    pub failed: u64,
    /// Lines of the guest that were no messages.
    pub dropped_lines: u64,
    /// Answers to ids that were never asked.
    pub dropped_answers: u64,
}

/// The requests of one session that are under way.
#[derive(Debug)]
pub struct Ledger {
    waiting: Waiting,
    /// Those of them whose line was too long to be read to its end here: an answer without an id is to one of them.
    unread: BTreeSet<Vec<u8>>,
    /// Somebody else has read every line to its end.
    parsed: bool,
    swallow: BTreeSet<Vec<u8>>,
    /// Requests that the client took back: an answer that comes all the same is not handed on.
    taken_back: BTreeSet<Vec<u8>>,
    /// Requests of the guest to the client; while it waits for one of them, the client's time is not the guest's.
    asked: BTreeSet<Vec<u8>>,
    /// `initialize` and `notifications/initialized`, to be repeated to a fresh instance.
    opening: Option<Vec<u8>>,
    opened: Option<Vec<u8>>,
    timeout: Duration,
    /// When the guest's time last began: it got a line when it had nothing to do, or answered what had waited longest. What it is
    /// told and answers meanwhile, pings for example, does not lengthen the call. It counts for nothing while the guest is free.
    busy_since: Option<Instant>,
    /// The guest waits for its next line. One that does not come back to that is busy, whatever it has answered.
    resting: bool,
    /// Good answers since the last failure.
    good: u64,
    counts: Counts,
}

impl Ledger {
    /// An empty one; calls may take so long.
    pub fn new(timeout: Duration) -> Ledger {
        Ledger {
            waiting: Waiting::default(),
            unread: BTreeSet::new(),
            parsed: false,
            swallow: BTreeSet::new(),
            taken_back: BTreeSet::new(),
            asked: BTreeSet::new(),
            opening: None,
            opened: None,
            timeout,
            busy_since: None,
            resting: true,
            good: 0,
            counts: Counts::default(),
        }
    }

    /// An empty one for lines that are known to be whole messages: each has an id that its answer can name.
    pub fn of_messages(timeout: Duration) -> Ledger {
        Ledger {
            parsed: true,
            ..Ledger::new(timeout)
        }
    }

    /// Reads a line that the guest may be given, which is noted when it is. A request that it takes back is owed no more at once.
    ///
    /// # Errors
    ///
    /// The answer to a line that is no message, which no guest needs to see: not every guest would answer it.
    pub fn read(&mut self, line: &[u8]) -> Result<Told, Vec<u8>> {
        if line.len() > WHOLE
            && let Some(Frame {
                kind: Kind::Request,
                id: Some(id),
                method,
            }) = frame(line)
            && id != b"null"
        {
            return Ok(Told::Request {
                id: spelled(id).into_owned(),
                opens: method == Some(b"initialize"),
                unread: !self.parsed,
            });
        }
        match message::parse(line.trim_ascii()) {
            Ok(Message::Request { id, method, .. }) => Ok(Told::Request {
                id: id.get().as_bytes().to_vec(),
                opens: method == "initialize",
                unread: false,
            }),
            Ok(Message::Response { id, .. }) => Ok(Told::Answer {
                id: id.get().as_bytes().to_vec(),
            }),
            Ok(Message::Notification { method, params }) => {
                if method == "notifications/cancelled"
                    && let Some(id) = params.get("requestId").and_then(Id::from_raw)
                {
                    self.take_back(id.get().as_bytes());
                }
                Ok(Told::Notification {
                    opened: method == "notifications/initialized",
                })
            }
            Err(_) if line.trim_ascii().is_empty() => Ok(Told::Blank),
            Err(fault) => Err(fault.answer()),
        }
    }

    /// Notes that the guest is given this line, as which it was read.
    pub fn gives(&mut self, told: Told, line: &[u8], now: Instant) {
        match told {
            Told::Request { id, opens, unread } => {
                if opens {
                    self.opening = Some(line.to_vec());
                }
                self.counts.requests += 1;
                self.taken_back.remove(&id);
                if unread {
                    self.unread.insert(id.clone());
                }
                if self.waiting.is_empty() {
                    self.begins(now);
                } else {
                    self.runs(now);
                }
                self.waiting.insert(id);
            }
            Told::Answer { id } => {
                self.asked.remove(&id);
                self.begins(now);
            }
            Told::Notification { opened } => {
                if opened {
                    self.opened = Some(line.to_vec());
                }
                self.runs(now);
            }
            Told::Blank => self.runs(now),
        }
    }

    /// The client waits no longer for this request, unless it is `initialize`, which it must not take back.
    fn take_back(&mut self, id: &[u8]) {
        let opening = self.opening.as_deref().and_then(frame);
        let opens =
            opening.is_some_and(|opening| opening.id.is_some_and(|own| *spelled(own) == *id));
        if !opens && self.waiting.remove(id).is_some() {
            self.unread.remove(id);
            if self.taken_back.len() < TAKEN_BACK {
                self.taken_back.insert(id.to_vec());
            }
            if self.waiting.is_empty() {
                // What it asked for the sake of a call that nobody waits for need not be answered either.
                self.asked.clear();
            }
        }
    }

    /// Notes that the guest waits for its next line and that there is none: it has done what it was told.
    pub fn rests(&mut self) {
        self.resting = true;
    }

    /// Notes that the guest only looked whether there is a line, which is no rest: its time goes on as before.
    pub fn looked(&mut self) {
        self.resting = false;
    }

    /// Notes that the guest goes on: its time begins again where it was free.
    ///
    /// So it does when no line will come any more: its end is awaited like an answer.
    pub fn runs(&mut self, now: Instant) {
        if self.free() {
            self.busy_since = Some(now);
        }
        self.resting = false;
    }

    /// Notes that the guest's time begins, whatever it did before.
    pub fn begins(&mut self, now: Instant) {
        self.busy_since = Some(now);
        self.resting = false;
    }

    /// Judges a line that the guest wrote.
    pub fn from_guest(&mut self, line: &[u8], now: Instant) -> Verdict {
        let Some(frame) = frame(line) else {
            self.counts.dropped_lines += 1;
            return Verdict::NotProtocol;
        };
        match (frame.kind, frame.id) {
            (Kind::Request, Some(id)) => {
                if self.asked.len() < ASKED {
                    self.asked.extend(answerable(id));
                }
                Verdict::Forward
            }
            (Kind::Result | Kind::Error, Some(id)) => {
                let id = &*spelled(id);
                let mut first = true;
                if let Some(oldest) = self.waiting.remove(id) {
                    self.unread.remove(id);
                    self.good += 1;
                    first = oldest;
                } else if self.swallow.remove(id) || self.taken_back.remove(id) {
                    return Verdict::Swallow;
                } else if id == b"null"
                    && frame.kind == Kind::Error
                    // Of two it could be either; whoever is not answered in time is told so.
                    && self.unread.len() == 1
                    && let Some(unread) = self.unread.pop_first()
                {
                    self.waiting.remove(&unread);
                } else {
                    self.counts.dropped_answers += 1;
                    return Verdict::NeverAsked;
                }
                if first {
                    self.busy_since = Some(now);
                }
                Verdict::Forward
            }
            _ => Verdict::Forward,
        }
    }

    /// Whether the guest waits with good reason: it owes nothing, or has asked the client.
    fn free(&self) -> bool {
        let owes = !self.waiting.is_empty() || !self.swallow.is_empty();
        self.resting && (!owes || !self.asked.is_empty())
    }

    /// When the guest must have answered, or wait for its next line; none while it is free.
    pub fn deadline(&self) -> Option<Instant> {
        if self.free() {
            return None;
        }
        self.busy_since.map(|since| since + self.timeout)
    }

    /// Whether a request still waits for an answer.
    pub fn owes(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// The answers for everything that the guest still owed when it ended, lines without line feed.
    pub fn fail(&mut self, cause: Cause) -> Vec<Vec<u8>> {
        let answers: Vec<_> = self.waiting.take().map(|id| cause.answer(&id)).collect();
        self.counts.failed += answers.len() as u64;
        self.unread.clear();
        self.swallow.clear();
        self.taken_back.clear();
        self.asked.clear();
        self.busy_since = None;
        self.resting = true;
        answers
    }

    /// Good answers since this was last asked.
    pub fn take_good(&mut self) -> u64 {
        std::mem::take(&mut self.good)
    }

    /// The lines that make a fresh instance know what the old one was told; their answers are swallowed.
    pub fn replay(&mut self, now: Instant) -> Vec<u8> {
        let mut lines = Vec::new();
        // One that ended well may have asked something all the same.
        self.asked.clear();
        if let Some(opening) = &self.opening {
            if let Some(Frame { id: Some(id), .. }) = frame(opening) {
                self.swallow.insert(spelled(id).into_owned());
            }
            lines.extend_from_slice(opening);
            self.busy_since = Some(now);
        }
        if let Some(opened) = &self.opened {
            lines.extend_from_slice(opened);
        }
        lines
    }

    /// What was counted so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }
}

/// So many questions of a guest may be open; while it waits for one more, its time runs.
const ASKED: usize = 64;

/// No question's id needs to be longer.
const ID: usize = 256;

/// So many requests that were taken back are remembered; an answer to one more is dropped as one that nobody asked for.
const TAKEN_BACK: usize = 1024;

/// An id's text with its escapes spelled in one way: a guest may write them in another than the client.
fn spelled(id: &[u8]) -> Cow<'_, [u8]> {
    if !id.contains(&b'\\') {
        return Cow::Borrowed(id);
    }
    std::str::from_utf8(id)
        .ok()
        .and_then(|text| Id::from_raw(Raw::new(text)?))
        .map_or(Cow::Borrowed(id), |id| {
            Cow::Owned(id.get().as_bytes().to_vec())
        })
}

/// A question's id as the client's answer has it; none where no answer can have it.
fn answerable(id: &[u8]) -> Option<Vec<u8>> {
    if id.len() > ID {
        return None;
    }
    let id = Id::from_raw(Raw::new(std::str::from_utf8(id).ok()?)?)?;
    Some(id.get().as_bytes().to_vec())
}

#[cfg(test)]
mod tests;
