//! Why a tool, a prompt or a resource could not answer.

use mcp_wire::{code::Code, stateless::Refusal};

use crate::ask::Ask;

/// A failure that the caller (in the end, a model) is told about, as a result with `isError`.
#[derive(Debug)]
pub struct ToolError(pub(crate) Failure);

#[derive(Debug)]
pub(crate) enum Failure {
    /// The tool failed: a result with `isError`.
    Tool(String),
    /// An argument is missing or does not fit: a tool's result with `isError`, elsewhere -32602.
    Argument(String),
    /// A JSON-RPC error; the data is JSON text.
    Protocol(Code, String, Option<String>),
    /// The client has to be asked first (2026-07-28).
    Pending,
}

impl ToolError {
    /// A failure with a message that says what went wrong and what to do.
    pub fn new(message: impl Into<String>) -> Self {
        ToolError(Failure::Tool(message.into()))
    }

    /// A failure from any error.
    pub fn from_error(error: impl std::error::Error) -> Self {
        ToolError::new(error.to_string())
    }

    /// A JSON-RPC error instead of a result.
    pub fn protocol(code: Code, message: impl Into<String>) -> Self {
        ToolError(Failure::Protocol(code, message.into(), None))
    }

    pub(crate) fn refused(refusal: Refusal) -> Self {
        ToolError(Failure::Protocol(
            refusal.code,
            refusal.message,
            refusal.data,
        ))
    }

    /// No such resource: -32002 on the older wire, -32602 on the newer.
    pub fn resource_not_found(uri: &str) -> Self {
        let mut data = b"{\"uri\":".to_vec();
        mcp_wire::json::string(uri, &mut data);
        data.push(b'}');
        let message = String::from("no such resource; resources/list names those there are");
        ToolError(Failure::Protocol(
            Code::RESOURCE_NOT_FOUND,
            message,
            String::from_utf8(data).ok(),
        ))
    }

    /// What the caller will read.
    pub fn message(&self) -> &str {
        match &self.0 {
            Failure::Tool(message)
            | Failure::Argument(message)
            | Failure::Protocol(_, message, _) => message,
            Failure::Pending => "the client has to be asked first",
        }
    }
}

impl From<String> for ToolError {
    fn from(message: String) -> Self {
        ToolError::new(message)
    }
}

impl From<&str> for ToolError {
    fn from(message: &str) -> Self {
        ToolError::new(message)
    }
}

impl From<std::io::Error> for ToolError {
    fn from(error: std::io::Error) -> Self {
        ToolError::from_error(error)
    }
}

impl From<Ask> for ToolError {
    fn from(ask: Ask) -> Self {
        match ask {
            Ask::Pending => ToolError(Failure::Pending),
            Ask::Unsupported(capability) => ToolError(Failure::Protocol(
                Code::MISSING_CAPABILITY,
                [
                    "the client does not declare the capability ",
                    capability,
                    "; call again from a client that has it",
                ]
                .concat(),
                Some(["{\"requiredCapabilities\":{\"", capability, "\":{}}}"].concat()),
            )),
            Ask::Refused(message) => ToolError::new(message),
            Ask::Tampered => ToolError::protocol(
                Code::INVALID_PARAMS,
                "requestState is not what this call was given; send it back unchanged, or call again without it",
            ),
            Ask::Malformed => ToolError::protocol(
                Code::INVALID_PARAMS,
                "inputResponses is not an object; send an answer under each question's name",
            ),
            Ask::Cancelled => ToolError::new("the call was cancelled"),
        }
    }
}
