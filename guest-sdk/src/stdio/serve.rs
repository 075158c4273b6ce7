//! The loop: a line in, a line out; while a call runs, the client's other lines are looked at.

use std::collections::VecDeque;

use mcp_wire::{
    code::Code,
    json,
    message::{self, Id, Message},
};

use super::{Line, Lines, Pipe};
use crate::{
    engine::Engine,
    link::{Answer, Link},
};

/// How many lines, and bytes in them, may wait while a call runs; beyond that the client is not read until the call ends.
const WAITING_LINES: usize = 1024;
const WAITING_BYTES: usize = 16 << 20;

/// Serves until the input ends or nobody reads the output any more.
pub fn serve<P: Pipe>(engine: &mut Engine, pipe: P, limit: usize) {
    let mut way = Way {
        lines: Lines::new(pipe, limit),
        waiting: VecDeque::new(),
        bytes: 0,
        taken_back: false,
        open: true,
    };
    let mut out = Vec::new();
    let mut line = Vec::new();
    while way.open {
        match way.next(line) {
            Line::Whole(text) => {
                out.clear();
                way.taken_back = false;
                engine.handle_bytes(&text, &mut way, &mut out);
                // Who took the call back waits for no answer (MCP, "Cancellation", on every revision).
                if !way.taken_back {
                    way.answer(&mut out);
                }
                line = text;
            }
            Line::TooLong => {
                line = Vec::new();
                way.too_long();
            }
            Line::End => return,
        }
        // One huge message must not be paid for until the end.
        if out.capacity() > 4 << 20 {
            out = Vec::new();
        }
        if line.capacity() > 4 << 20 {
            line = Vec::new();
        }
    }
}

struct Way<P> {
    lines: Lines<P>,
    /// Lines for later; a request that can be taken back meanwhile has its id beside it.
    waiting: VecDeque<(Option<Id<'static>>, Line)>,
    bytes: usize,
    /// The running call was taken back, and it was seen before the call's end.
    taken_back: bool,
    open: bool,
}

impl<P: Pipe> Way<P> {
    fn next(&mut self, spare: Vec<u8>) -> Line {
        match self.waiting.pop_front() {
            Some((_, line)) => {
                self.bytes -= line.len();
                line
            }
            None => self.lines.next(spare),
        }
    }

    fn answer(&mut self, out: &mut Vec<u8>) {
        if !out.is_empty() {
            out.push(b'\n');
            self.open = self.open && self.lines.pipe.write(out);
        }
    }

    fn too_long(&mut self) {
        let mut out = Vec::new();
        message::error(
            &mut out,
            None,
            Code::INVALID_REQUEST,
            "the line is longer than is accepted; send less in one message",
            None,
        );
        self.answer(&mut out);
    }

    fn full(&self) -> bool {
        self.waiting.len() >= WAITING_LINES || self.bytes >= WAITING_BYTES
    }

    /// Looks at a line that came while a call runs: pings are answered, cancellations followed, the awaited answer is
    /// handed out, everything else waits.
    fn meanwhile(
        &mut self,
        line: Line,
        running: &Id<'_>,
        awaited: Option<&Id<'_>>,
    ) -> Option<Answer> {
        let Line::Whole(text) = line else {
            self.waiting.push_back((None, line));
            return None;
        };
        let id = match message::parse(&text) {
            Ok(Message::Request { id, method, params })
                if method == "ping" && params.get("_meta").is_none() =>
            {
                let mut out = b"{\"jsonrpc\":\"2.0\",\"id\":".to_vec();
                out.extend_from_slice(id.get().as_bytes());
                out.extend_from_slice(b",\"result\":{}}");
                self.answer(&mut out);
                return None;
            }
            Ok(Message::Notification { method, params }) if method == "notifications/cancelled" => {
                if let Some(id) = params.get("requestId").and_then(Id::from_raw) {
                    self.take_back(&id, running);
                }
                return None;
            }
            Ok(Message::Notification { .. }) => return None,
            Ok(Message::Response { id, outcome }) => {
                return (awaited == Some(&id)).then(|| match outcome {
                    Ok(result) => Answer::Result(result.get().to_owned()),
                    Err(error) => Answer::Error(error.get().to_owned()),
                });
            }
            // A client must not take back `initialize`, so it cannot.
            Ok(Message::Request { id, method, .. }) if method != "initialize" => {
                Some(id.into_owned())
            }
            _ => None,
        };
        self.bytes += text.len();
        self.waiting.push_back((id, Line::Whole(text)));
        None
    }

    /// The running call learns that it was taken back; one that waits is never begun; any other id is ignored.
    fn take_back(&mut self, id: &Id<'_>, running: &Id<'_>) {
        if id == running {
            self.taken_back = true;
        } else if let Some(at) = self
            .waiting
            .iter()
            .position(|(waiting, _)| waiting.as_ref() == Some(id))
            && let Some((_, line)) = self.waiting.remove(at)
        {
            self.bytes -= line.len();
        }
    }
}

impl<P: Pipe> Link for Way<P> {
    fn send(&mut self, message: &[u8]) {
        let mut line = Vec::with_capacity(message.len() + 1);
        line.extend_from_slice(message);
        json::one_line(&mut line);
        self.answer(&mut line);
    }

    fn cancelled(&mut self, request: &Id<'_>) -> bool {
        while !self.taken_back && !self.full() {
            match self.lines.poll() {
                Some(Line::End) => {
                    // The client closed its side: what runs may still be wanted (a shell pipe does this), so it goes on.
                    break;
                }
                Some(line) => {
                    self.meanwhile(line, request, None);
                }
                None => break,
            }
        }
        !self.open || self.taken_back
    }

    fn request(&mut self, during: &Id<'_>, id: &Id<'_>, message: &[u8]) -> Answer {
        self.send(message);
        loop {
            if !self.open || self.taken_back || self.full() {
                return Answer::Cancelled;
            }
            let line = self.lines.next(Vec::new());
            if line == Line::End {
                return Answer::Cancelled;
            }
            if let Some(answer) = self.meanwhile(line, during, Some(id)) {
                return answer;
            }
        }
    }
}
