//! Methods that run a handler: tools, prompts, resources.

use mcp_wire::{
    code::Code,
    message::{Id, Params},
    revision::Wire,
};

use super::{session::Engine, stateless};
use crate::{
    Arguments, Context, Server, ToolError,
    ask::{Asking, Capabilities},
    content::name,
    context::Connection,
    error::Failure,
    link::Link,
    resource,
    result::Sink,
};

/// A request that a handler answers.
pub(super) struct Request<'a> {
    pub(super) wire: Wire,
    pub(super) id: &'a Id<'a>,
    pub(super) method: &'a str,
    pub(super) params: &'a Params<'a>,
}

impl Request<'_> {
    /// The parameter that says what is meant.
    fn named(&self, key: &'static str) -> Result<String, ToolError> {
        self.params.text(key).map(String::from).ok_or_else(|| {
            ToolError::protocol(
                Code::INVALID_PARAMS,
                [self.method, " needs ", key, " (a string); send it"].concat(),
            )
        })
    }
}

impl Engine {
    /// Calls a tool; like its two neighbours it closes the result itself, and says so.
    pub(super) fn call_tool(
        &mut self,
        request: &Request<'_>,
        link: &mut dyn Link,
        out: &mut Vec<u8>,
    ) -> Result<bool, ToolError> {
        let named = request.named("name")?;
        let Some(tool) = self.server.tools.find(&named) else {
            return Err(absent("tool", &named, "tools/list"));
        };
        if request
            .params
            .get("arguments")
            .is_some_and(|arguments| !arguments.is_object())
        {
            return Err(ToolError::protocol(
                Code::INVALID_PARAMS,
                "arguments is not an object; send named arguments",
            ));
        }
        let arguments = Arguments {
            tool: tool.name,
            members: request.params.arguments(),
        };
        let mut scratch = std::mem::take(&mut self.scratch);
        let mut meta = Vec::new();
        let server = self.server;
        let start = out.len();
        let mut cx = self.context(request, link);
        let called = (tool.call)(
            &mut cx,
            arguments,
            &mut Sink {
                out,
                scratch: &mut scratch,
                meta: &mut meta,
            },
        );
        if let Err(error) = called {
            out.truncate(start);
            meta.clear();
            match error.0 {
                Failure::Tool(message) | Failure::Argument(message) => {
                    Sink {
                        out,
                        scratch: &mut scratch,
                        meta: &mut meta,
                    }
                    .failure(&message);
                    finish(&cx, server, &meta, out);
                }
                _ => pending(error, &cx, server, out)?,
            }
        } else {
            finish(&cx, server, &meta, out);
        }
        drop(cx);
        self.scratch = scratch;
        Ok(true)
    }

    pub(super) fn get_prompt(
        &mut self,
        request: &Request<'_>,
        link: &mut dyn Link,
        out: &mut Vec<u8>,
    ) -> Result<bool, ToolError> {
        let named = request.named("name")?;
        let Some(prompt) = self
            .server
            .prompts
            .list
            .iter()
            .find(|prompt| prompt.name == named)
        else {
            return Err(absent("prompt", &named, "prompts/list"));
        };
        let arguments = Arguments {
            tool: prompt.name,
            members: request.params.arguments(),
        };
        let server = self.server;
        let start = out.len();
        let mut cx = self.context(request, link);
        match (prompt.make)(&mut cx, arguments, out) {
            Ok(()) => finish(&cx, server, &[], out),
            Err(error) => {
                out.truncate(start);
                pending(error, &cx, server, out)?;
            }
        }
        Ok(true)
    }

    pub(super) fn read_resource(
        &mut self,
        request: &Request<'_>,
        link: &mut dyn Link,
        out: &mut Vec<u8>,
    ) -> Result<bool, ToolError> {
        let uri = request.named("uri")?;
        let missing = |wire| {
            let mut error = ToolError::resource_not_found(&uri);
            if let (Wire::Stateless, Failure::Protocol(code, ..)) = (wire, &mut error.0) {
                *code = Code::INVALID_PARAMS;
            }
            error
        };
        let Some((entry, captured)) = self.server.resources.find(&uri) else {
            return Err(missing(request.wire));
        };
        let server = self.server;
        let mut cx = self.context(request, link);
        match resource::read(entry, &captured, &mut cx) {
            Ok(contents) => {
                contents.write(&uri, entry.mime, out);
                if request.wire == Wire::Stateless {
                    // What a handler reads may change with the next call.
                    out.extend_from_slice(b",\"ttlMs\":0,\"cacheScope\":\"private\"");
                }
                finish(&cx, server, &[], out);
            }
            Err(ToolError(Failure::Protocol(Code::RESOURCE_NOT_FOUND, ..))) => {
                return Err(missing(request.wire));
            }
            Err(error) => pending(error, &cx, server, out)?,
        }
        Ok(true)
    }

    fn context<'c>(&'c mut self, request: &Request<'c>, link: &'c mut dyn Link) -> Context<'c> {
        let Request {
            wire,
            id,
            method,
            params,
        } = *request;
        let (level, capabilities) = match wire {
            Wire::Handshake => (Some(self.level), self.capabilities),
            Wire::Stateless => (
                stateless::level(params),
                Capabilities::read(stateless::capabilities(params)),
            ),
        };
        let mut asking = Asking::new(capabilities, &mut self.next);
        asking.responses = params.get("inputResponses");
        asking.state = params.get("requestState");
        if wire == Wire::Stateless {
            asking.bind(method, params);
        }
        let connection = Connection {
            level,
            subscribed: &self.subscribed,
            kept: &mut self.kept,
        };
        Context::new(link, wire, id, params, asking, connection)
    }
}

fn finish(cx: &Context<'_>, server: &Server, meta: &[u8], out: &mut Vec<u8>) {
    if cx.wire == Wire::Stateless {
        stateless::kind("complete", out);
    }
    close(cx, server, meta, out);
}

/// Turns a question that waits for the client into a result; any other error stays one.
fn pending(
    error: ToolError,
    cx: &Context<'_>,
    server: &Server,
    out: &mut Vec<u8>,
) -> Result<(), ToolError> {
    if !matches!(error.0, Failure::Pending) {
        return Err(error);
    }
    stateless::kind("input_required", out);
    cx.asking.write(out);
    close(cx, server, &[], out);
    Ok(())
}

fn close(cx: &Context<'_>, server: &Server, meta: &[u8], out: &mut Vec<u8>) {
    name(out, "_meta");
    out.push(b'{');
    out.extend_from_slice(meta);
    if cx.wire == Wire::Stateless {
        stateless::info(server, out);
    }
    cx.timing(out);
    out.push(b'}');
}

fn absent(what: &str, named: &str, list: &str) -> ToolError {
    let shown: String = named.chars().take(100).collect();
    ToolError::protocol(
        Code::INVALID_PARAMS,
        [
            "unknown ",
            what,
            " ",
            &shown,
            "; ",
            list,
            " names those there are",
        ]
        .concat(),
    )
}
