//! What a handler can do besides returning: report, log, notify, measure, see that it is cancelled, ask the client.

use std::any::Any;

use mcp_wire::{
    json::{self, Raw},
    message::{Id, Params},
    revision::Wire,
};
use serde::Serialize;

use crate::{
    ask::Asking,
    clock,
    content::{member, name},
    link::Link,
};

/// How grave a log message is, by the names of syslog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(
    missing_docs,
    reason = "the names are syslog's and say all there is to say"
)]
pub enum Level {
    Debug,
    Info,
    Notice,
    Warning,
    Error,
    Critical,
    Alert,
    Emergency,
}

impl Level {
    const NAMES: [(Level, &'static str); 8] = [
        (Level::Debug, "debug"),
        (Level::Info, "info"),
        (Level::Notice, "notice"),
        (Level::Warning, "warning"),
        (Level::Error, "error"),
        (Level::Critical, "critical"),
        (Level::Alert, "alert"),
        (Level::Emergency, "emergency"),
    ];

    pub(crate) fn named(name: &str) -> Option<Level> {
        Level::NAMES
            .iter()
            .find(|(_, own)| *own == name)
            .map(|(level, _)| *level)
    }

    fn name(self) -> &'static str {
        Level::NAMES[self as usize].1
    }
}

/// The surroundings of one call.
pub struct Context<'a> {
    pub(crate) link: &'a mut dyn Link,
    pub(crate) wire: Wire,
    pub(crate) id: &'a Id<'a>,
    pub(crate) asking: Asking<'a>,
    progress: Option<Raw<'a>>,
    connection: Connection<'a>,
    phases: Vec<(&'static str, u64)>,
    started: u64,
    tool_ns: u64,
    cancelled: bool,
}

/// What a call sees of its connection.
pub(crate) struct Connection<'a> {
    /// Messages below this are not sent; `None`: none at all.
    pub(crate) level: Option<Level>,
    pub(crate) subscribed: &'a [String],
    pub(crate) kept: &'a mut Kept,
}

/// What tools keep from call to call, a value a type.
pub(crate) type Kept = Vec<Box<dyn Any + Send>>;

impl std::fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context")
            .field("wire", &self.wire)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl<'a> Context<'a> {
    pub(crate) fn new(
        link: &'a mut dyn Link,
        wire: Wire,
        id: &'a Id<'a>,
        params: &Params<'a>,
        asking: Asking<'a>,
        connection: Connection<'a>,
    ) -> Self {
        Context {
            link,
            wire,
            id,
            asking,
            progress: params.meta("progressToken"),
            connection,
            phases: Vec::new(),
            started: clock::now(),
            tool_ns: 0,
            cancelled: false,
        }
    }

    /// What this server keeps in a type of its own from call to call, as the type's default at first. It lasts as long as the connection: over stdio the
    /// process, over HTTP a session of the older wire. A call of 2026-07-28 over HTTP stands alone and finds the default. No connection sees another's.
    pub fn kept<T: Default + Send + 'static>(&mut self) -> &mut T {
        let kept = &mut *self.connection.kept;
        let place = kept.iter().position(|value| value.is::<T>());
        let place = place.unwrap_or_else(|| {
            kept.push(Box::<T>::default());
            kept.len() - 1
        });
        kept[place]
            .downcast_mut()
            .expect("what stands here was found by its type, or put here")
    }

    /// Reports how far the call is, where the client asked to know.
    pub fn progress(&mut self, done: f64, total: Option<f64>, message: &str) {
        let Some(token) = self.progress else { return };
        let mut out = notification("notifications/progress");
        out.extend_from_slice(b"{\"progressToken\":");
        out.extend_from_slice(token.get().as_bytes());
        name(&mut out, "progress");
        number(&mut out, done);
        if let Some(total) = total {
            name(&mut out, "total");
            number(&mut out, total);
        }
        if !message.is_empty() {
            member(&mut out, "message", message);
        }
        out.extend_from_slice(b"}}");
        self.link.send(&out);
    }

    /// Sends a log message, where the client wants messages of this level.
    pub fn log(&mut self, level: Level, logger: &str, data: &(impl Serialize + ?Sized)) {
        if self.connection.level.is_none_or(|least| level < least) {
            return;
        }
        let mut out = notification("notifications/message");
        out.push(b'{');
        member(&mut out, "level", level.name());
        if !logger.is_empty() {
            member(&mut out, "logger", logger);
        }
        name(&mut out, "data");
        if serde_json::to_writer(&mut out, data).is_ok() {
            out.extend_from_slice(b"}}");
            self.link.send(&out);
        }
    }

    /// Sends a notification of any kind.
    pub fn notify(&mut self, method: &str, params: &(impl Serialize + ?Sized)) {
        let mut out = notification(method);
        if serde_json::to_writer(&mut out, params).is_ok() {
            out.push(b'}');
            self.link.send(&out);
        }
    }

    /// Tells a client that subscribed to a resource that the resource has changed.
    pub fn resource_updated(&mut self, uri: &str) {
        if !self
            .connection
            .subscribed
            .iter()
            .any(|subscribed| subscribed == uri)
        {
            return;
        }
        let mut out = notification("notifications/resources/updated");
        out.push(b'{');
        member(&mut out, "uri", uri);
        out.extend_from_slice(b"}}");
        self.link.send(&out);
    }

    /// Whether the client took back the call; once this says so, what the handler returns goes nowhere. Cheap enough to ask in a
    /// loop's body, not in its innermost one.
    pub fn cancelled(&mut self) -> bool {
        self.cancelled = self.cancelled || self.link.cancelled(self.id);
        self.cancelled
    }

    /// Runs a part of the work and reports its time as `<phase>_ns` in `_meta["dev.wasmmcp/timing"]`.
    pub fn measure<T>(&mut self, phase: &'static str, work: impl FnOnce() -> T) -> T {
        let start = clock::now();
        let value = work();
        let spent = clock::now().saturating_sub(start);
        match self.phases.iter_mut().find(|(own, _)| *own == phase) {
            Some((_, sum)) => *sum += spent,
            None => self.phases.push((phase, spent)),
        }
        value
    }

    /// Called by what `#[tool]` generates, around the function itself.
    #[doc(hidden)]
    pub fn tool_starts(&mut self) {
        self.tool_ns = clock::now();
    }

    /// Called by what `#[tool]` generates, around the function itself.
    #[doc(hidden)]
    pub fn tool_ends(&mut self) {
        self.tool_ns = clock::now().saturating_sub(self.tool_ns);
    }

    /// Appends the member `dev.wasmmcp/timing` of `_meta`.
    pub(crate) fn timing(&self, out: &mut Vec<u8>) {
        name(out, "dev.wasmmcp/timing");
        out.extend_from_slice(b"{\"total_ns\":");
        integer(out, clock::now().saturating_sub(self.started));
        out.extend_from_slice(b",\"tool_ns\":");
        integer(out, self.tool_ns);
        for (phase, spent) in &self.phases {
            out.extend_from_slice(b",\"");
            json::string_body(phase.as_bytes(), out);
            out.extend_from_slice(b"_ns\":");
            integer(out, *spent);
        }
        out.push(b'}');
    }
}

fn notification(method: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(192);
    out.extend_from_slice(b"{\"jsonrpc\":\"2.0\"");
    member(&mut out, "method", method);
    name(&mut out, "params");
    out
}

/// Appends an integer without the machinery of `format!`.
pub(crate) fn integer(out: &mut Vec<u8>, mut value: u64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

fn number(out: &mut Vec<u8>, value: f64) {
    // Steps are whole numbers nearly always; what is not finite has no JSON.
    if value >= 0.0 && value.fract() == 0.0 && value < 9e15 {
        integer(out, value as u64);
    } else if serde_json::to_writer(&mut *out, &value).is_err() || !value.is_finite() {
        out.push(b'0');
    }
}
