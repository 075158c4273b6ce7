//! The engine: the state of a connection and the table of methods.

use mcp_wire::{
    code::Code,
    json::Raw,
    message::{self, Id, Message, Params},
    revision::{Revision, Wire},
};

use super::{Outcome, call::Request, stateless};
use crate::{
    Server,
    ask::Capabilities,
    completion,
    content::{member, name},
    context::{Kept, Level},
    error::{Failure, ToolError},
    link::Link,
};

/// How many resources one connection may subscribe to: a client must not grow a server without end.
const SUBSCRIPTIONS: usize = 1024;

/// A server and what it has to remember of one connection. The stateless wire leaves no trace in it but what a tool keeps by itself.
#[derive(Debug)]
pub struct Engine {
    pub(super) server: &'static Server,
    pub(super) level: Level,
    pub(super) capabilities: Capabilities,
    pub(super) subscribed: Vec<String>,
    pub(super) next: u64,
    pub(super) scratch: Vec<u8>,
    pub(super) kept: Kept,
}

impl Engine {
    /// An engine that has not talked to anybody. Allocates nothing.
    pub const fn new(server: &'static Server) -> Self {
        Engine {
            server,
            level: Level::Info,
            capabilities: Capabilities::NONE,
            subscribed: Vec::new(),
            next: 0,
            scratch: Vec::new(),
            kept: Vec::new(),
        }
    }

    /// The server.
    pub fn server(&self) -> &'static Server {
        self.server
    }

    /// Reads one message from bytes and appends the answer, if there is to be one, to `out`.
    pub fn handle_bytes(
        &mut self,
        bytes: &[u8],
        link: &mut dyn Link,
        out: &mut Vec<u8>,
    ) -> Outcome {
        match message::parse(bytes) {
            Ok(message) => self.handle(&message, link, out),
            Err(fault) => {
                message::error(out, fault.id.as_ref(), fault.code, fault.message, None);
                Outcome::Error(fault.code)
            }
        }
    }

    /// Appends the answer to a message, if there is to be one, to `out`.
    pub fn handle(
        &mut self,
        message: &Message<'_>,
        link: &mut dyn Link,
        out: &mut Vec<u8>,
    ) -> Outcome {
        let Message::Request { id, method, params } = message else {
            // Notifications need no answer; a response that nobody waits for is dropped.
            return Outcome::Silent;
        };
        let start = out.len();
        match self.request(id, method, params, link, out) {
            Ok(()) => Outcome::Result,
            Err(error) => {
                out.truncate(start);
                let (code, text, data) = match error.0 {
                    Failure::Protocol(code, text, data) => (code, text, data),
                    Failure::Tool(text) => (Code::INTERNAL, text, None),
                    Failure::Argument(text) => (Code::INVALID_PARAMS, text, None),
                    Failure::Pending => (
                        Code::INTERNAL,
                        "the client cannot be asked here; report this".to_owned(),
                        None,
                    ),
                };
                message::error(out, Some(id), code, &text, data.as_deref());
                Outcome::Error(code)
            }
        }
    }

    fn request(
        &mut self,
        id: &Id<'_>,
        method: &str,
        params: &Params<'_>,
        link: &mut dyn Link,
        out: &mut Vec<u8>,
    ) -> Result<(), ToolError> {
        let wire = mcp_wire::stateless::wire(method, params).map_err(ToolError::refused)?;
        out.extend_from_slice(b"{\"jsonrpc\":\"2.0\",\"id\":");
        out.extend_from_slice(id.get().as_bytes());
        out.extend_from_slice(b",\"result\":{");
        let server = self.server;
        let asked = Request {
            wire,
            id,
            method,
            params,
        };
        let mut timed = false;
        let mut listing = |members: &str| out.extend_from_slice(members.as_bytes());
        match (method, wire) {
            ("tools/call", _) => timed = self.call_tool(&asked, link, out)?,
            ("tools/list", _) => listing(&server.list()),
            ("prompts/list", _) => listing(server.prompts.json),
            ("resources/list", _) => listing(server.resources.resources),
            ("resources/templates/list", _) => listing(server.resources.templates),
            ("prompts/get", _) => timed = self.get_prompt(&asked, link, out)?,
            ("resources/read", _) => timed = self.read_resource(&asked, link, out)?,
            ("completion/complete", _) => completion::answer(server.complete, params, out)?,
            ("initialize", Wire::Handshake) => self.initialize(params, out)?,
            ("ping", Wire::Handshake) => {}
            ("logging/setLevel", Wire::Handshake) => self.set_level(params)?,
            ("resources/subscribe", Wire::Handshake) => self.subscribe(params, true)?,
            ("resources/unsubscribe", Wire::Handshake) => self.subscribe(params, false)?,
            ("server/discover", Wire::Stateless) => stateless::discover(server, out),
            ("subscriptions/listen", Wire::Stateless) => stateless::listen(id, params, link, out),
            _ => return Err(unknown(method)),
        }
        if wire == Wire::Stateless && !timed {
            stateless::close(server, method, out);
        }
        out.extend_from_slice(b"}}");
        Ok(())
    }

    fn initialize(&mut self, params: &Params<'_>, out: &mut Vec<u8>) -> Result<(), ToolError> {
        let asked = params.text("protocolVersion").ok_or_else(|| {
            ToolError::protocol(
                Code::INVALID_PARAMS,
                "initialize needs protocolVersion; send the revision that you speak",
            )
        })?;
        self.capabilities = Capabilities::read(params.get("capabilities"));
        member(out, "protocolVersion", Revision::negotiate(&asked).name());
        self.server.abilities(false, out);
        name(out, "serverInfo");
        self.server.info(out);
        Ok(())
    }

    fn set_level(&mut self, params: &Params<'_>) -> Result<(), ToolError> {
        let level = params.text("level").and_then(|level| Level::named(&level));
        self.level = level.ok_or_else(|| {
            ToolError::protocol(
                Code::INVALID_PARAMS,
                "logging/setLevel needs level; send one of debug, info, notice, warning, error, critical, alert, emergency",
            )
        })?;
        Ok(())
    }

    fn subscribe(&mut self, params: &Params<'_>, on: bool) -> Result<(), ToolError> {
        let uri = params.get("uri").and_then(Raw::as_str).ok_or_else(|| {
            ToolError::protocol(
                Code::INVALID_PARAMS,
                "a subscription needs uri; name the resource",
            )
        })?;
        self.subscribed.retain(|subscribed| *subscribed != uri);
        if on {
            if self.subscribed.len() >= SUBSCRIPTIONS {
                return Err(ToolError::protocol(
                    Code::INVALID_REQUEST,
                    "1024 resources are subscribed; unsubscribe from some",
                ));
            }
            self.subscribed.push(uri.into_owned());
        }
        Ok(())
    }
}

fn unknown(method: &str) -> ToolError {
    // What a stranger calls a method is repeated only as far as it helps.
    let shown: String = method.chars().take(100).collect();
    ToolError::protocol(
        Code::METHOD_NOT_FOUND,
        [
            "there is no method ",
            &shown,
            " here; see the revision's list of methods",
        ]
        .concat(),
    )
}
