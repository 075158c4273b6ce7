//! JSON-RPC error codes of MCP and the HTTP status that goes with each.

/// A JSON-RPC error code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code(pub i32);

impl Code {
    /// The text is not JSON (or not UTF-8, or nested too deeply).
    pub const PARSE: Code = Code(-32700);
    /// JSON, but not one request, notification or response.
    pub const INVALID_REQUEST: Code = Code(-32600);
    /// No such method on this wire.
    pub const METHOD_NOT_FOUND: Code = Code(-32601);
    /// Unknown tool or prompt, or parameters that do not fit the method.
    pub const INVALID_PARAMS: Code = Code(-32602);
    /// The server failed.
    pub const INTERNAL: Code = Code(-32603);
    /// No such resource (revisions up to 2025-11-25; later ones use [`Code::INVALID_PARAMS`]).
    pub const RESOURCE_NOT_FOUND: Code = Code(-32002);
    /// A header contradicts the body or is missing.
    pub const HEADER_MISMATCH: Code = Code(-32020);
    /// The call needs a capability that the client did not declare.
    pub const MISSING_CAPABILITY: Code = Code(-32021);
    /// The revision that the request names is not served.
    pub const UNSUPPORTED_VERSION: Code = Code(-32022);

    /// The HTTP status of a JSON answer that carries this code on the 2026-07-28 wire.
    pub fn status(self) -> u16 {
        match self {
            Code::PARSE
            | Code::INVALID_REQUEST
            | Code::INVALID_PARAMS
            | Code::HEADER_MISMATCH
            | Code::MISSING_CAPABILITY
            | Code::UNSUPPORTED_VERSION => 400,
            Code::METHOD_NOT_FOUND => 404,
            _ => 200,
        }
    }
}
