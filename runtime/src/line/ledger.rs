//! Which requests wait for an answer, and what becomes of those that the guest can no longer give.

use super::frame::{Frame, Kind, frame};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// Why a guest ended before it answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It did what Wasm forbids, or gave up (`panic`).
    Trap,
    /// A call took too long.
    Timeout,
    /// It asked for more memory than it may have.
    OutOfMemory,
    /// It ended by itself.
    Exited,
    /// It wrote a line that is too long to be a message.
    LongLine,
}

impl Cause {
    /// One word, as it stands in `error.data.cause`.
    pub fn word(self) -> &'static str {
        match self {
            Cause::Trap => "trap",
            Cause::Timeout => "timeout",
            Cause::OutOfMemory => "out-of-memory",
            Cause::Exited => "exited",
            Cause::LongLine => "long-line",
        }
    }

    /// What happened.
    pub fn message(self) -> &'static str {
        match self {
            Cause::Trap => "the server stopped in the middle of this call",
            Cause::Timeout => "this call took longer than the server is allowed",
            Cause::OutOfMemory => "the server needed more memory for this call than it is allowed",
            Cause::Exited => "the server ended before it answered",
            Cause::LongLine => "the server's answer is longer than a message may be",
        }
    }

    /// What to do.
    pub fn remedy(self) -> &'static str {
        match self {
            Cause::Trap => {
                "this is a fault of the server: see what it wrote to stderr, and report it to its author"
            }
            Cause::Timeout => "ask for less in one call, or raise the limit with --timeout",
            Cause::OutOfMemory => "ask for less in one call, or raise the limit with --memory",
            Cause::Exited => {
                "this is a fault of the server: see what it wrote to stderr, and report it to its author"
            }
            Cause::LongLine => "ask for less in one call",
        }
    }

    /// The JSON-RPC error object's line for a request, without line feed.
    pub fn answer(self, id: &[u8]) -> Vec<u8> {
        let mut line = br#"{"jsonrpc":"2.0","id":"#.to_vec();
        line.extend_from_slice(id);
        line.extend_from_slice(
            format!(
                r#","error":{{"code":-32603,"message":"{}","data":{{"cause":"{}","remedy":"{}"}}}}}}"#,
                self.message(),
                self.word(),
                self.remedy()
            )
            .as_bytes(),
        );
        line
    }
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
    waiting: BTreeSet<Vec<u8>>,
    swallow: BTreeSet<Vec<u8>>,
    /// Requests of the guest to the client; while one is open, the client's time is not the guest's.
    asked: BTreeMap<Vec<u8>, ()>,
    /// Messages handed on that no id could be read from; each may be answered with `id: null`.
    nameless: u64,
    /// `initialize` and `notifications/initialized`, to be repeated to a fresh instance.
    opening: Option<Vec<u8>>,
    opened: Option<Vec<u8>>,
    timeout: Duration,
    /// When the guest last got a request or gave an answer.
    busy_since: Option<Instant>,
    /// Good answers since the last failure.
    good: u64,
    counts: Counts,
}

impl Ledger {
    /// An empty one; calls may take so long.
    pub fn new(timeout: Duration) -> Ledger {
        Ledger {
            waiting: BTreeSet::new(),
            swallow: BTreeSet::new(),
            asked: BTreeMap::new(),
            nameless: 0,
            opening: None,
            opened: None,
            timeout,
            busy_since: None,
            good: 0,
            counts: Counts::default(),
        }
    }

    /// Notes a line that the guest is about to be given.
    pub fn to_guest(&mut self, line: &[u8], now: Instant) {
        match frame(line) {
            Some(Frame {
                kind: Kind::Request,
                id: Some(id),
                method,
            }) if id != b"null" => {
                if method == Some(b"initialize") {
                    self.opening = Some(line.to_vec());
                }
                self.counts.requests += 1;
                self.waiting.insert(id.to_vec());
                self.busy_since = Some(now);
            }
            Some(Frame {
                kind: Kind::Result | Kind::Error,
                id: Some(id),
                ..
            }) => {
                self.asked.remove(id);
                self.busy_since = Some(now);
            }
            Some(Frame {
                kind: Kind::Notification,
                method,
                ..
            }) => {
                if method == Some(b"notifications/initialized") {
                    self.opened = Some(line.to_vec());
                }
            }
            _ if line.trim_ascii().is_empty() => {}
            _ => {
                self.nameless += 1;
                self.busy_since = Some(now);
            }
        }
    }

    /// Judges a line that the guest wrote.
    pub fn from_guest(&mut self, line: &[u8], now: Instant) -> Verdict {
        let Some(frame) = frame(line) else {
            self.counts.dropped_lines += 1;
            return Verdict::NotProtocol;
        };
        match (frame.kind, frame.id) {
            (Kind::Request, Some(id)) => {
                self.asked.insert(id.to_vec(), ());
                Verdict::Forward
            }
            (Kind::Result | Kind::Error, Some(id)) => {
                if self.waiting.remove(id) {
                    self.good += 1;
                } else if self.swallow.remove(id) {
                    return Verdict::Swallow;
                } else if id == b"null" && frame.kind == Kind::Error && self.nameless > 0 {
                    self.nameless -= 1;
                } else {
                    self.counts.dropped_answers += 1;
                    return Verdict::NeverAsked;
                }
                self.busy_since = self.busy().then_some(now);
                Verdict::Forward
            }
            _ => Verdict::Forward,
        }
    }

    fn busy(&self) -> bool {
        !self.waiting.is_empty() || !self.swallow.is_empty() || self.nameless > 0
    }

    /// When the guest must have answered; none while it owes nothing or waits for the client itself.
    pub fn deadline(&self) -> Option<Instant> {
        if !self.asked.is_empty() || !self.busy() {
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
        let answers: Vec<_> = self.waiting.iter().map(|id| cause.answer(id)).collect();
        self.counts.failed += answers.len() as u64;
        self.waiting.clear();
        self.swallow.clear();
        self.asked.clear();
        self.nameless = 0;
        self.busy_since = None;
        answers
    }

    /// Good answers since this was last asked.
    pub fn take_good(&mut self) -> u64 {
        std::mem::take(&mut self.good)
    }

    /// The lines that make a fresh instance know what the old one was told; their answers are swallowed.
    pub fn replay(&mut self, now: Instant) -> Vec<u8> {
        let mut lines = Vec::new();
        if let Some(opening) = &self.opening {
            if let Some(Frame { id: Some(id), .. }) = frame(opening) {
                self.swallow.insert(id.to_vec());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    fn call(id: &str) -> Vec<u8> {
        format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"tools/call\"}}\n").into_bytes()
    }

    fn answer(id: &str) -> Vec<u8> {
        format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"result\":{{}}}}\n").into_bytes()
    }

    #[test]
    fn an_answer_passes_once_and_only_where_it_was_asked() {
        let now = clock::now();
        let mut ledger = Ledger::new(Duration::from_secs(1));
        ledger.to_guest(&call("1"), now);
        assert_eq!(ledger.from_guest(&answer("2"), now), Verdict::NeverAsked);
        assert_eq!(
            ledger.from_guest(&answer("\"1\""), now),
            Verdict::NeverAsked
        );
        assert_eq!(ledger.from_guest(&answer("1"), now), Verdict::Forward);
        assert_eq!(ledger.from_guest(&answer("1"), now), Verdict::NeverAsked);
        assert_eq!(ledger.from_guest(b"garbage\n", now), Verdict::NotProtocol);
        assert_eq!(
            ledger.counts(),
            Counts {
                requests: 1,
                failed: 0,
                dropped_lines: 1,
                dropped_answers: 3
            }
        );
    }

    #[test]
    fn what_has_no_id_may_be_answered_with_null_as_often_as_it_came() {
        let now = clock::now();
        let null = br#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"m"}}"#;
        let mut ledger = Ledger::new(Duration::from_secs(1));
        assert_eq!(ledger.from_guest(null, now), Verdict::NeverAsked);
        ledger.to_guest(b"{broken\n", now);
        assert_eq!(ledger.from_guest(null, now), Verdict::Forward);
        assert_eq!(ledger.from_guest(null, now), Verdict::NeverAsked);
    }

    #[test]
    fn the_clock_runs_while_the_guest_owes_and_stands_while_it_waits_for_the_client() {
        let now = clock::now();
        let second = Duration::from_secs(1);
        let mut ledger = Ledger::new(second);
        assert_eq!(ledger.deadline(), None);
        ledger.to_guest(&call("1"), now);
        assert_eq!(ledger.deadline(), Some(now + second));
        ledger.from_guest(
            br#"{"jsonrpc":"2.0","id":"e","method":"elicitation/create"}"#,
            now,
        );
        assert_eq!(ledger.deadline(), None);
        ledger.to_guest(&answer("\"e\""), now + second * 60);
        assert_eq!(ledger.deadline(), Some(now + second * 61));
        ledger.from_guest(&answer("1"), now + second * 61);
        assert_eq!(ledger.deadline(), None);
    }

    #[test]
    fn a_failure_answers_everything_that_was_owed() {
        let now = clock::now();
        let mut ledger = Ledger::new(Duration::from_secs(1));
        ledger.to_guest(&call("1"), now);
        ledger.to_guest(&call("\"b\""), now);
        let answers = ledger.fail(Cause::Timeout);
        assert_eq!(answers.len(), 2);
        for (answer, id) in answers.iter().zip(["\"b\"", "1"]) {
            let value: serde_json::Value = serde_json::from_slice(answer).expect("valid JSON");
            assert_eq!(value["id"].to_string(), id);
            assert_eq!(value["error"]["code"], -32603);
            assert_eq!(value["error"]["data"]["cause"], "timeout");
        }
        assert!(!ledger.owes());
    }

    #[test]
    fn a_fresh_instance_is_told_what_the_old_one_knew() {
        let now = clock::now();
        let mut ledger = Ledger::new(Duration::from_secs(1));
        let opening = b"{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\"}\n";
        let opened = b"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n";
        ledger.to_guest(opening, now);
        ledger.from_guest(&answer("0"), now);
        ledger.to_guest(opened, now);
        assert_eq!(ledger.replay(now), [&opening[..], &opened[..]].concat());
        assert_eq!(ledger.from_guest(&answer("0"), now), Verdict::Swallow);
    }
}
