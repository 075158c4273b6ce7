//! One POST, answered without anything that outlives it: all of 2026-07-28, and of the older wire what needs no session.

use mcp_wire::{
    code::Code,
    http::{Decision, Head, Header, Rejection, Rules, mirrored, sse},
    message::{Id, Message},
    revision::Wire,
};

use crate::{
    Server,
    engine::{Engine, Outcome},
    link::{Answer, Link},
};

/// Where an answer goes: whole, or as a stream that begins with its first event.
pub trait Respond {
    /// Sends a whole answer. `body` is `application/json`; an empty one has no type.
    fn whole(&mut self, status: u16, body: &[u8], allow: Option<&'static str>);

    /// Sends a part of a `text/event-stream`, which begins with the first. `false` where the client went away.
    fn part(&mut self, event: &[u8]) -> bool;

    /// Whether the client is known to have gone away, though nothing was sent since.
    fn gone(&self) -> bool {
        false
    }
}

/// The rules of an endpoint, from the environment: `WASMMCP_HOSTS` and `WASMMCP_ORIGINS` (comma-separated; hosts `*`: any)
/// and `WASMMCP_BODY_LIMIT` (bytes). Without them: local clients, 4 MiB.
pub fn rules(sessions: bool) -> Rules {
    let mut rules = Rules {
        sessions,
        ..Rules::default()
    };
    let list = |value: &str| {
        value
            .split(',')
            .map(|item| item.trim().to_ascii_lowercase())
            .filter(|item| !item.is_empty())
            .collect()
    };
    for (key, value) in environment() {
        match key.as_str() {
            "WASMMCP_HOSTS" if value.trim() == "*" => rules.hosts = None,
            "WASMMCP_HOSTS" => rules.hosts = Some(list(&value)),
            "WASMMCP_ORIGINS" => rules.origins = list(&value),
            "WASMMCP_BODY_LIMIT" => {
                rules.body_limit = value.trim().parse().unwrap_or(rules.body_limit)
            }
            _ => {}
        }
    }
    rules
}

#[cfg(target_arch = "wasm32")]
fn environment() -> impl Iterator<Item = (String, String)> {
    // One host call; std would copy the environment into libc first.
    wasip2::cli::environment::get_environment().into_iter()
}

#[cfg(not(target_arch = "wasm32"))]
fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?)))
}

/// Answers a POST whose head passed.
pub fn post(
    server: &'static Server,
    rules: &Rules,
    head: &Head<'_>,
    headers: &[Header<'_>],
    body: &[u8],
    to: &mut dyn Respond,
) {
    let (message, wire) = match rules.body(head, body) {
        Decision::Stateless(message) => (message, Wire::Stateless),
        Decision::Handshake(message, _) => (message, Wire::Handshake),
        Decision::Reject(rejection) => return reject(&rejection, to),
    };
    answer(server, &message, wire, headers, head.streams, to);
}

/// Answers a message that passed.
pub(crate) fn answer(
    server: &'static Server,
    message: &Message<'_>,
    wire: Wire,
    headers: &[Header<'_>],
    streams: bool,
    to: &mut dyn Respond,
) {
    let Message::Request { id, method, params } = message else {
        // Nothing is running that a notification could concern.
        return to.whole(202, b"", None);
    };
    if wire == Wire::Stateless && method == "tools/call" {
        let tool = params
            .text("name")
            .and_then(|name| server.tools.find(&name));
        if let Some(tool) = tool.filter(|tool| !tool.headers.is_empty()) {
            let value = |name: &str| {
                params
                    .arguments()
                    .iter()
                    .find(|member| member.key == name)
                    .map(|member| member.value)
            };
            let mirrors: Vec<_> = tool
                .headers
                .iter()
                .map(|(header, argument)| (*header, value(argument)))
                .collect();
            if let Err(rejection) = mirrored(headers, &mirrors, Some(id)) {
                return reject(&rejection, to);
            }
        }
    }
    let mut way = Way {
        to,
        streams,
        begun: false,
        gone: false,
    };
    let mut out = Vec::new();
    let outcome = Engine::new(server).handle(message, &mut way, &mut out);
    if way.begun {
        way.send(&out);
        return;
    }
    let status = match outcome {
        Outcome::Error(code) if wire == Wire::Stateless => code.status(),
        Outcome::Error(Code::PARSE | Code::INVALID_REQUEST) => 400,
        _ => 200,
    };
    to.whole(status, &out, None);
}

/// Sends a rejection.
pub(crate) fn reject(rejection: &Rejection, to: &mut dyn Respond) {
    to.whole(rejection.status, &rejection.body, rejection.allow);
}

/// The way back during a call: a stream that begins when there is something to say.
struct Way<'a> {
    to: &'a mut dyn Respond,
    streams: bool,
    begun: bool,
    gone: bool,
}

impl Link for Way<'_> {
    fn send(&mut self, message: &[u8]) {
        if !self.streams || self.gone {
            return;
        }
        self.begun = true;
        let mut event = Vec::with_capacity(message.len() + 32);
        sse::event(message, &mut event);
        self.gone = !self.to.part(&event);
    }

    fn cancelled(&mut self, _: &Id<'_>) -> bool {
        // A client that closes its stream has taken back the call.
        self.gone || self.to.gone()
    }

    fn request(&mut self, _: &Id<'_>, _: &Id<'_>, _: &[u8]) -> Answer {
        Answer::Unsupported
    }
}
