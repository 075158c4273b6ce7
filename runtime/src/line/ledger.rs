//! Which requests wait for an answer, and what becomes of those that the guest can no longer give.

use super::frame::{Frame, Kind, WHOLE, frame};
use mcp_wire::json::Raw;
use mcp_wire::message::{self, Id, Message};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
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
    /// Those of them whose line was too long to be read to its end here: an answer without an id may be to one of them.
    unread: VecDeque<Vec<u8>>,
    swallow: BTreeSet<Vec<u8>>,
    /// Requests that the client took back: an answer that comes all the same is not handed on.
    taken_back: BTreeSet<Vec<u8>>,
    /// Requests of the guest to the client; while one is open, the client's time is not the guest's.
    asked: BTreeMap<Vec<u8>, ()>,
    /// `initialize` and `notifications/initialized`, to be repeated to a fresh instance.
    opening: Option<Vec<u8>>,
    opened: Option<Vec<u8>>,
    timeout: Duration,
    /// When the guest last got a request or gave an answer.
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
            waiting: BTreeSet::new(),
            unread: VecDeque::new(),
            swallow: BTreeSet::new(),
            taken_back: BTreeSet::new(),
            asked: BTreeMap::new(),
            opening: None,
            opened: None,
            timeout,
            busy_since: None,
            resting: true,
            good: 0,
            counts: Counts::default(),
        }
    }

    /// Notes a line that the guest is about to be given.
    ///
    /// # Errors
    ///
    /// The answer to a line that is no message, which no guest needs to see: not every guest would answer it.
    pub fn to_guest(&mut self, line: &[u8], now: Instant) -> Result<(), Vec<u8>> {
        if line.len() > WHOLE
            && let Some(Frame {
                kind: Kind::Request,
                id: Some(id),
                method,
            }) = frame(line)
            && id != b"null"
        {
            let id = spelled(id).into_owned();
            self.unread.push_back(id.clone());
            self.request(id, method == Some(b"initialize"), line, now);
            return Ok(());
        }
        match message::parse(line.trim_ascii()) {
            Ok(Message::Request { id, method, .. }) => {
                let id = id.get().as_bytes().to_vec();
                self.request(id, method == "initialize", line, now);
            }
            Ok(Message::Response { id, .. }) => {
                self.asked.remove(id.get().as_bytes());
                self.busy_since = Some(now);
            }
            Ok(Message::Notification { method, params }) => {
                if method == "notifications/initialized" {
                    self.opened = Some(line.to_vec());
                } else if method == "notifications/cancelled"
                    && let Some(id) = params.get("requestId").and_then(Id::from_raw)
                {
                    self.take_back(id.get().as_bytes());
                }
                self.busy_since.get_or_insert(now);
            }
            Err(_) if line.trim_ascii().is_empty() => return Ok(()),
            Err(fault) => return Err(fault.answer()),
        }
        self.resting = false;
        Ok(())
    }

    fn request(&mut self, id: Vec<u8>, opens: bool, line: &[u8], now: Instant) {
        if opens {
            self.opening = Some(line.to_vec());
        }
        self.counts.requests += 1;
        self.taken_back.remove(&id);
        self.waiting.insert(id);
        self.busy_since = Some(now);
        self.resting = false;
    }

    /// The client waits no longer for this request, unless it is `initialize`, which it must not take back.
    fn take_back(&mut self, id: &[u8]) {
        let opening = self.opening.as_deref().and_then(frame);
        let opens =
            opening.is_some_and(|opening| opening.id.is_some_and(|own| *spelled(own) == *id));
        if !opens && self.waiting.remove(id) {
            self.unread.retain(|unread| unread != id);
            if self.taken_back.len() < TAKEN_BACK {
                self.taken_back.insert(id.to_vec());
            }
        }
    }

    /// Notes that the guest waits for its next line and that there is none: it has done what it was told.
    pub fn rests(&mut self) {
        self.resting = true;
        if !self.busy() {
            self.busy_since = None;
        }
    }

    /// Notes that the guest is told that no line will come any more: its end is awaited like an answer.
    pub fn closes(&mut self, now: Instant) {
        if std::mem::take(&mut self.resting) {
            self.busy_since = Some(now);
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
                self.asked.insert(spelled(id).into_owned(), ());
                Verdict::Forward
            }
            (Kind::Result | Kind::Error, Some(id)) => {
                let id = &*spelled(id);
                if self.waiting.remove(id) {
                    self.unread.retain(|unread| unread != id);
                    self.good += 1;
                } else if self.swallow.remove(id) || self.taken_back.remove(id) {
                    return Verdict::Swallow;
                } else if id == b"null"
                    && frame.kind == Kind::Error
                    && let Some(unread) = self.unread.pop_front()
                {
                    self.waiting.remove(&unread);
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
        !self.waiting.is_empty() || !self.swallow.is_empty() || !self.resting
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
        assert_eq!(ledger.to_guest(&call("1"), now), Ok(()));
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
    fn what_is_no_message_is_answered_here_and_what_is_too_long_to_tell_by_the_guest() {
        let now = clock::now();
        let null = br#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"m"}}"#;
        let mut ledger = Ledger::new(Duration::from_secs(1));
        for (line, id, code) in [
            (&b"{broken\n"[..], "null", -32700),
            (
                b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}\n",
                "null",
                -32700,
            ),
            (b"[]\n", "null", -32600),
            (br#"{"jsonrpc":"1.0","id":7,"method":"ping"}"#, "7", -32600),
            (
                br#"{"jsonrpc":"2.0","id":7,"id":8,"method":"ping"}"#,
                "7",
                -32600,
            ),
            (
                br#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#,
                "null",
                -32600,
            ),
        ] {
            let answer = ledger.to_guest(line, now).expect_err("no message");
            let value: serde_json::Value = serde_json::from_slice(&answer).expect("valid JSON");
            assert_eq!(value["id"].to_string(), id);
            assert_eq!(value["error"]["code"], code);
        }
        assert_eq!(ledger.to_guest(b"  \r\n", now), Ok(()));
        assert_eq!(ledger.deadline(), None);
        assert_eq!(ledger.from_guest(null, now), Verdict::NeverAsked);
        // Its head is that of a request; that its end is none only the guest finds, which then knows no id.
        let long = format!(
            "{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{{\"a\":\"{}\",}}}}",
            "x".repeat(WHOLE)
        );
        assert_eq!(ledger.to_guest(&call("2"), now), Ok(()));
        assert_eq!(ledger.to_guest(long.as_bytes(), now), Ok(()));
        assert_eq!(ledger.from_guest(null, now), Verdict::Forward);
        assert_eq!(ledger.from_guest(null, now), Verdict::NeverAsked);
        assert_eq!(ledger.from_guest(&answer("2"), now), Verdict::Forward);
        assert!(!ledger.owes());
    }

    #[test]
    fn an_id_is_one_however_it_is_spelled() {
        let now = clock::now();
        let mut ledger = Ledger::new(Duration::from_secs(1));
        assert_eq!(ledger.to_guest(&call(r#""a\/b\u0041""#), now), Ok(()));
        assert_eq!(
            ledger.from_guest(&answer(r#""a/bA""#), now),
            Verdict::Forward
        );
        assert_eq!(ledger.to_guest(&call(r#""a/bA""#), now), Ok(()));
        assert_eq!(
            ledger.from_guest(&answer(r#""\u0061/bA""#), now),
            Verdict::Forward
        );
    }

    #[test]
    fn what_is_taken_back_is_owed_no_more_and_its_answer_goes_nowhere() {
        let now = clock::now();
        let second = Duration::from_secs(1);
        let cancel = |id: &str| {
            format!("{{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{{\"requestId\":{id}}}}}\n").into_bytes()
        };
        let mut ledger = Ledger::new(second);
        for line in [call("1"), cancel("\"1\""), cancel("2"), cancel("1")] {
            assert_eq!(ledger.to_guest(&line, now), Ok(()));
        }
        assert!(!ledger.owes());
        // It may still be at work on it, which is not for ever.
        assert_eq!(ledger.deadline(), Some(now + second));
        assert_eq!(ledger.from_guest(&answer("1"), now), Verdict::Swallow);
        assert_eq!(ledger.from_guest(&answer("1"), now), Verdict::NeverAsked);
        ledger.rests();
        assert_eq!(ledger.deadline(), None);
        // The same id again is a request again; `initialize` is not taken back.
        assert_eq!(ledger.to_guest(&call("1"), now), Ok(()));
        assert_eq!(ledger.from_guest(&answer("1"), now), Verdict::Forward);
        let opening = b"{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\"}\n";
        assert_eq!(ledger.to_guest(opening, now), Ok(()));
        assert_eq!(ledger.to_guest(&cancel("0"), now), Ok(()));
        assert!(ledger.owes());
    }

    #[test]
    fn a_guest_is_busy_until_it_waits_for_its_next_line() {
        let now = clock::now();
        let second = Duration::from_secs(1);
        let mut ledger = Ledger::new(second);
        assert_eq!(ledger.to_guest(&call("1"), now), Ok(()));
        assert_eq!(
            ledger.from_guest(&answer("1"), now + second / 2),
            Verdict::Forward
        );
        assert_eq!(ledger.deadline(), Some(now + second * 3 / 2));
        ledger.rests();
        assert_eq!(ledger.deadline(), None);
        // Waiting is no excuse for who owes an answer.
        assert_eq!(ledger.to_guest(&call("2"), now), Ok(()));
        ledger.rests();
        assert_eq!(ledger.deadline(), Some(now + second));
        assert_eq!(ledger.from_guest(&answer("2"), now), Verdict::Forward);
        ledger.closes(now + second * 5);
        assert_eq!(ledger.deadline(), Some(now + second * 6));
        ledger.closes(now + second * 7);
        assert_eq!(ledger.deadline(), Some(now + second * 6));
    }

    #[test]
    fn the_clock_runs_while_the_guest_owes_and_stands_while_it_waits_for_the_client() {
        let now = clock::now();
        let second = Duration::from_secs(1);
        let mut ledger = Ledger::new(second);
        assert_eq!(ledger.deadline(), None);
        assert_eq!(ledger.to_guest(&call("1"), now), Ok(()));
        assert_eq!(ledger.deadline(), Some(now + second));
        ledger.from_guest(
            br#"{"jsonrpc":"2.0","id":"e","method":"elicitation/create"}"#,
            now,
        );
        assert_eq!(ledger.deadline(), None);
        assert_eq!(ledger.to_guest(&answer("\"e\""), now + second * 60), Ok(()));
        assert_eq!(ledger.deadline(), Some(now + second * 61));
        ledger.from_guest(&answer("1"), now + second * 61);
        ledger.rests();
        assert_eq!(ledger.deadline(), None);
    }

    #[test]
    fn a_failure_answers_everything_that_was_owed() {
        let now = clock::now();
        let mut ledger = Ledger::new(Duration::from_secs(1));
        assert_eq!(ledger.to_guest(&call("1"), now), Ok(()));
        assert_eq!(ledger.to_guest(&call("\"b\""), now), Ok(()));
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
        assert_eq!(ledger.to_guest(opening, now), Ok(()));
        ledger.from_guest(&answer("0"), now);
        assert_eq!(ledger.to_guest(opened, now), Ok(()));
        assert_eq!(ledger.replay(now), [&opening[..], &opened[..]].concat());
        assert_eq!(ledger.from_guest(&answer("0"), now), Verdict::Swallow);
    }
}
