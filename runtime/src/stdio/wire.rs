//! The guest's stdin and stdout as lines that pass the ledger, whatever is in front of them.

use crate::clock;
use crate::guest::{LongLine, TimedOut};
use crate::line::{Ledger, Splitter, Told, TooLong, Verdict};
use bytes::Bytes;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite};
use wasmtime_wasi::cli::{IsTerminal, StdinStream, StdoutStream};
use wasmtime_wasi::p2::{InputStream, OutputStream, Pollable, StreamError, StreamResult};

/// What reading brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// Some bytes were handed over.
    Some,
    /// Nothing is there yet.
    Nothing,
    /// Nothing will come any more.
    End,
    /// A signal came instead: look at the clock.
    Interrupted,
}

/// The client's side of a wire.
pub trait Front: Send + 'static {
    /// Whether `read` may wait in place, because nobody else needs this thread.
    const WAITS: bool;
    /// Hands what is there to `take`; waits for something where `wait` is set.
    fn read(&mut self, wait: bool, take: &mut dyn FnMut(&[u8])) -> Fill;
    /// Ready when `read` may bring something.
    fn poll_readable(&mut self, cx: &mut Context<'_>) -> Poll<()>;
    /// Hands one line, line feed included, to the client.
    ///
    /// # Errors
    ///
    /// The client is gone.
    fn write(&mut self, line: &[u8]) -> std::io::Result<()>;
    /// Asks for an interruption after so long.
    fn alarm(&mut self, after: Duration);
    /// Tells the user something.
    fn note(&mut self, text: &str);
}

/// A line for the guest, or what it has not read of it.
struct Pending {
    line: Bytes,
    seen: Seen,
}

/// What the ledger knows of a line.
enum Seen {
    Nothing,
    /// What it is. Whether the guest will read it nobody knows.
    Read(Told),
    /// The guest has it, or the first part of it.
    Given,
}

impl Pending {
    fn new(line: Bytes) -> Pending {
        Pending {
            line,
            seen: Seen::Nothing,
        }
    }
}

struct State<F> {
    front: F,
    ledger: Ledger,
    pending: VecDeque<Pending>,
    input: Splitter,
    output: Splitter,
    ended: bool,
    armed: bool,
    noted: u32,
    /// Whether the instance that runs now was given a line.
    served: bool,
}

/// Both directions of one session. Clones share it.
pub struct Wire<F> {
    state: Arc<Mutex<State<F>>>,
}

impl<F> Clone for Wire<F> {
    fn clone(&self) -> Self {
        Wire {
            state: self.state.clone(),
        }
    }
}

/// Dropped lines are told to the user so often, then only counted.
const NOTES: u32 = 5;

impl<F: Front> Wire<F> {
    /// A wire whose lines are at most `bound` bytes long.
    pub fn new(front: F, ledger: Ledger, bound: usize) -> Wire<F> {
        Wire {
            state: Arc::new(Mutex::new(State {
                front,
                ledger,
                pending: VecDeque::new(),
                input: Splitter::new(bound),
                output: Splitter::new(bound),
                ended: false,
                armed: false,
                noted: 0,
                served: false,
            })),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<F>> {
        // A panic elsewhere does not make lines wrong.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something with the ledger.
    pub fn ledger<T>(&self, with: impl FnOnce(&mut Ledger) -> T) -> T {
        with(&mut self.lock().ledger)
    }

    /// Does something with the front.
    pub fn front<T>(&self, with: impl FnOnce(&mut F) -> T) -> T {
        with(&mut self.lock().front)
    }

    /// Waits until there is a line for the guest; false when there will be none.
    pub fn wait(&self) -> bool {
        let mut state = self.lock();
        loop {
            if !state.pending.is_empty() {
                return true;
            }
            if state.ended {
                return false;
            }
            state.fill(true);
        }
    }

    /// Prepares for a fresh instance: what the last one left half read is gone, what it was told first comes again.
    pub fn renew(&self, now: Instant) {
        let mut state = self.lock();
        // The last instance's alarm may have gone off where nobody looked.
        state.armed = false;
        let left = state.output.rest();
        if !left.is_empty() {
            state.drop_line(&left, now);
        }
        let lines = state.ledger.replay(now);
        if !lines.is_empty() {
            state.pending.push_front(Pending {
                line: Bytes::from(lines),
                seen: Seen::Given,
            });
        }
    }

    /// Forgets a line that the guest had begun to read when it ended.
    pub fn forget_partial(&self) {
        let mut state = self.lock();
        if let Some(Seen::Given) = state.pending.front().map(|next| &next.seen) {
            state.pending.pop_front();
        }
    }

    /// A fresh instance is about to run: its time begins before it has read anything.
    pub fn begins(&self, now: Instant) {
        let mut state = self.lock();
        state.served = false;
        state.ledger.begins(now);
        state.watch(now);
    }

    /// An instance has ended: has the ledger owe an answer to the next line, if the instance did not even read that. Another one would
    /// not read it either, and so on for ever.
    pub fn give_up_unread(&self) {
        let mut state = self.lock();
        if state.served {
            return;
        }
        state.settle();
        let unread = |next: &mut Pending| matches!(next.seen, Seen::Read(_));
        if let Some(Pending {
            line,
            seen: Seen::Read(told),
        }) = state.pending.pop_front_if(unread)
        {
            state.ledger.gives(told, &line, clock::now());
        }
    }

    /// Writes a line of the host's own.
    pub fn answer(&self, mut line: Vec<u8>) {
        line.push(b'\n');
        // A client that is gone needs no answer.
        let _ = self.lock().front.write(&line);
    }

    /// The epoch went on: is there time left?
    ///
    /// # Errors
    ///
    /// [`TimedOut`] where there is not.
    pub fn tick(&self, now: Instant) -> Result<(), TimedOut> {
        self.lock().tick(now)
    }

    /// When the guest must have answered.
    pub fn deadline(&self) -> Option<Instant> {
        self.lock().ledger.deadline()
    }

    /// The guest's end of it.
    pub fn streams(&self) -> (GuestInput<F>, GuestOutput<F>) {
        (
            GuestInput { wire: self.clone() },
            GuestOutput { wire: self.clone() },
        )
    }
}

impl<F: Front> State<F> {
    fn fill(&mut self, wait: bool) -> Fill {
        let State {
            front,
            pending,
            input,
            noted,
            ..
        } = self;
        let mut refused = 0;
        let filled = front.read(wait, &mut |piece| {
            input.push(piece, |line| match line {
                Ok(line) => pending.push_back(Pending::new(Bytes::from(line.into_owned()))),
                Err(TooLong) => refused += 1,
            });
        });
        for _ in 0..refused {
            let line = br#"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"the request is longer than this host accepts; send less at once"}}"#;
            let _ = front.write(&[&line[..], b"\n"].concat());
            *noted += 1;
        }
        if filled == Fill::End && !self.ended {
            self.ended = true;
            let rest = self.input.rest();
            if !rest.is_empty() {
                self.pending.push_back(Pending::new(Bytes::from(rest)));
            }
        }
        filled
    }

    fn tick(&mut self, now: Instant) -> Result<(), TimedOut> {
        self.armed = false;
        match self.ledger.deadline() {
            Some(deadline) if deadline <= now => return Err(TimedOut),
            Some(deadline) => self.arm(deadline - now),
            None => {}
        }
        Ok(())
    }

    fn arm(&mut self, after: Duration) {
        self.armed = true;
        self.front.alarm(after);
    }

    /// Has the next line be one for the guest: those before it that are no messages are answered.
    fn settle(&mut self) {
        while let Some(next) = self.pending.front_mut()
            && matches!(next.seen, Seen::Nothing)
        {
            match self.ledger.read(&next.line) {
                Ok(told) => next.seen = Seen::Read(told),
                Err(mut answer) => {
                    self.pending.pop_front();
                    answer.push(b'\n');
                    // A client that is gone needs no answer.
                    let _ = self.front.write(&answer);
                }
            }
        }
    }

    /// Ready when a read brings something; until then the guest rests.
    fn poll_line(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            // A line that is answered here is none that the guest could read.
            self.settle();
            if !self.pending.is_empty() || self.ended {
                return Poll::Ready(());
            }
            if self.fill(false) == Fill::Nothing && self.front.poll_readable(cx).is_pending() {
                self.ledger.rests();
                return Poll::Pending;
            }
        }
    }

    /// Up to `size` bytes of the next line.
    fn take(&mut self, size: usize) -> Option<Bytes> {
        self.settle();
        let next = self.pending.front_mut()?;
        if size == 0 {
            self.runs();
            return Some(Bytes::new());
        }
        if let Seen::Read(told) = std::mem::replace(&mut next.seen, Seen::Given) {
            self.served = true;
            let now = clock::now();
            self.ledger.gives(told, &next.line, now);
            self.watch(now);
        }
        let next = self.pending.front_mut()?;
        if next.line.len() <= size {
            return self.pending.pop_front().map(|next| next.line);
        }
        Some(next.line.split_to(size))
    }

    /// Sees to it that somebody looks at the clock when the guest's time is over.
    fn watch(&mut self, now: Instant) {
        if !self.armed
            && let Some(deadline) = self.ledger.deadline()
        {
            self.arm(deadline.saturating_duration_since(now));
        }
    }

    /// The guest goes on, with or without a line.
    fn runs(&mut self) {
        let now = clock::now();
        self.ledger.runs(now);
        self.watch(now);
    }

    fn emit(&mut self, bytes: &[u8]) -> StreamResult<()> {
        let now = clock::now();
        let mut output = std::mem::replace(&mut self.output, Splitter::new(0));
        let mut result = Ok(());
        output.push(bytes, |line| match line {
            Ok(line) => match self.ledger.from_guest(&line, now) {
                Verdict::Forward => {
                    if self.front.write(&line).is_err() {
                        result = Err(StreamError::Closed);
                    }
                }
                Verdict::Swallow => {}
                Verdict::NotProtocol => {
                    self.tell("dropped a line that is no JSON-RPC message", &line)
                }
                Verdict::NeverAsked => {
                    self.tell("dropped an answer to a request that was never made", &line)
                }
            },
            Err(TooLong) => result = Err(StreamError::Trap(wasmtime::Error::new(LongLine))),
        });
        self.output = output;
        result
    }

    fn drop_line(&mut self, line: &[u8], now: Instant) {
        if self.ledger.from_guest(line, now) == Verdict::NotProtocol {
            self.tell("dropped a line that is no JSON-RPC message", line);
        }
    }

    fn tell(&mut self, what: &str, line: &[u8]) {
        if self.noted < NOTES {
            self.noted += 1;
            let shown = String::from_utf8_lossy(&line[..line.len().min(80)]);
            let more = if self.noted == NOTES {
                "; further ones are only counted"
            } else {
                ""
            };
            self.front.note(&format!(
                "{what}: {:?}; a server must write nothing else to stdout{more}",
                shown.trim_end()
            ));
        }
    }
}

/// The guest's stdin.
pub struct GuestInput<F> {
    wire: Wire<F>,
}

/// The guest's stdout.
pub struct GuestOutput<F> {
    wire: Wire<F>,
}

impl<F> IsTerminal for GuestInput<F> {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl<F> IsTerminal for GuestOutput<F> {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl<F: Front> StdinStream for GuestInput<F> {
    fn async_stream(&self) -> Box<dyn AsyncRead + Send + Sync> {
        // Only WASI 0.3 asks for this one.
        Box::new(tokio::io::empty())
    }

    fn p2_stream(&self) -> Box<dyn InputStream> {
        Box::new(GuestInput {
            wire: self.wire.clone(),
        })
    }
}

impl<F: Front> StdoutStream for GuestOutput<F> {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(tokio::io::sink())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(GuestOutput {
            wire: self.wire.clone(),
        })
    }
}

/// The guest waits for a line for as long as this lives; then it goes on, whatever it waited for besides.
struct Wait<'a, F: Front> {
    wire: &'a Wire<F>,
    polls: u32,
}

impl<F: Front> Drop for Wait<'_, F> {
    fn drop(&mut self) {
        let mut state = self.wire.lock();
        if self.polls > 1 {
            state.runs();
        } else {
            // It did not wait at all. A guest that does nothing but look would otherwise be as good as one that sleeps.
            state.ledger.looked();
        }
    }
}

#[async_trait::async_trait]
impl<F: Front> Pollable for GuestInput<F> {
    async fn ready(&mut self) {
        let mut wait = Wait {
            wire: &self.wire,
            polls: 0,
        };
        poll_fn(|cx| {
            wait.polls = wait.polls.saturating_add(1);
            wait.wire.lock().poll_line(cx)
        })
        .await;
    }
}

#[async_trait::async_trait]
impl<F: Front> InputStream for GuestInput<F> {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        let mut state = self.wire.lock();
        if state.pending.is_empty() && !state.ended {
            state.fill(false);
        }
        match state.take(size) {
            Some(bytes) => Ok(bytes),
            None => {
                state.runs();
                if state.ended {
                    Err(StreamError::Closed)
                } else {
                    Ok(Bytes::new())
                }
            }
        }
    }

    async fn blocking_read(&mut self, size: usize) -> StreamResult<Bytes> {
        loop {
            if F::WAITS {
                let mut state = self.wire.lock();
                while state.pending.is_empty() && !state.ended {
                    state.ledger.rests();
                    if state.fill(true) == Fill::Interrupted {
                        state
                            .tick(clock::now())
                            .map_err(|late| StreamError::Trap(wasmtime::Error::new(late)))?;
                    }
                }
            } else {
                poll_fn(|cx| self.wire.lock().poll_line(cx)).await;
            }
            let bytes = self.read(size)?;
            if !bytes.is_empty() || size == 0 {
                return Ok(bytes);
            }
        }
    }
}

#[async_trait::async_trait]
impl<F: Front> Pollable for GuestOutput<F> {
    async fn ready(&mut self) {}
}

#[async_trait::async_trait]
impl<F: Front> OutputStream for GuestOutput<F> {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.wire.lock().emit(&bytes)
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        // Lines leave as soon as they are whole, so there is always room; the size bounds one copy out of the guest.
        Ok(8 << 20)
    }
}
