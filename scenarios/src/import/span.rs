//! A span as the importer needs it, whichever way it was written.

use std::collections::BTreeMap;

use serde_json::Value;

/// Which side of a call made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Client,
    Server,
    /// Neither: an agent's own.
    Inside,
}

/// One span.
#[derive(Debug, Clone)]
pub(crate) struct Span {
    pub trace: String,
    pub id: String,
    pub parent: Option<String>,
    pub name: String,
    pub side: Side,
    /// Nanoseconds of some era.
    pub start: u64,
    pub end: u64,
    pub attributes: BTreeMap<String, Value>,
    /// The `service.name` of the process that made it.
    pub service: Option<String>,
    pub failed: bool,
}

/// What MCP names a call by.
const CALL: &str = "tools/call";

impl Span {
    /// Where it stands, for messages.
    pub(crate) fn at(&self) -> String {
        format!("span {}", self.id)
    }

    /// An attribute that is a text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.attributes.get(name)?.as_str()
    }

    /// Whether it is one side of a `tools/call` (OpenTelemetry's conventions for MCP).
    pub(crate) fn is_call(&self) -> bool {
        self.text("mcp.method.name") == Some(CALL)
    }

    /// Whether it is an agent's own span about a tool (the conventions for generative AI), whoever offers the tool.
    pub(crate) fn is_about_a_tool(&self) -> bool {
        !self.is_call() && self.text("gen_ai.operation.name") == Some("execute_tool")
    }

    /// The tool's name: an attribute, or what follows the method in the span's name.
    pub(crate) fn tool(&self) -> Option<&str> {
        let named = self.text("gen_ai.tool.name");
        named.or_else(|| {
            let (_, after) = self.name.split_once(CALL)?;
            Some(after.trim()).filter(|tool| !tool.is_empty())
        })
    }

    /// Whose tool it is: what the client calls the server, or what the server calls itself.
    pub(crate) fn server(&self) -> Option<&str> {
        let named = self.text("mcp.server.name");
        named.or_else(|| match self.side {
            Side::Server => self.service.as_deref(),
            Side::Client => self.text("server.address"),
            Side::Inside => None,
        })
    }

    /// Arguments or result: an attribute that is JSON as a text, or a value of its own.
    pub(crate) fn json(&self, name: &str) -> Option<Value> {
        match self.attributes.get(name)? {
            Value::String(text) => crate::strict::json("", text).ok(),
            value => Some(value.clone()),
        }
    }
}
